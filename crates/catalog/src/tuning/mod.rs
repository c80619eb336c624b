//! A search that learns from the shop: what there is to learn from, and whether it helps.
//!
//! ```text
//! titles, categories, attributes, texts ─► wording.rs: queries as people might ask them
//! store: vectors of photos and words ────► gathering.rs: products as tokens, queries as vectors
//!                                              │ held out by product
//!                                              ▼
//!                        vitrine_models::tuning (training) ─► trial.rs: before and after
//! ```
//!
//! A trial changes nothing: it trains, measures on products that were never seen in training, and says whether the
//! shop's search would be better.

mod gathering;
mod trial;
mod wording;

pub use trial::{KindFigures, MeasureFigures, TuningProgress, TuningTrial};
pub use vitrine_models::tuning::Stage;
pub use wording::QueryKind;
