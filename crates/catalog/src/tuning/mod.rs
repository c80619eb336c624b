//! A search that learns from the shop: what there is to learn from, whether it helps, and going by it.
//!
//! ```text
//! titles, categories, attributes, texts, reviews ─► said.rs ─► wording.rs: queries as people might ask them
//! a log of searches, what was opened ────► searches.rs: queries that people did ask
//! store: vectors of photos and words ────► tokens.rs: products as the network reads them
//!                                              │ readings.rs: what the models make of words
//!                                              │ gathering.rs: held out by product
//!                                              ▼
//!        learning.rs (vitrine_models::tuning) ─► measuring.rs: before and after, by the window's own searches
//!                                              │ job.rs: used where it is better
//!                                              ▼
//!                 kept.rs: several, one in use ─► tuned.rs: vectors of photos and queries as this shop means them
//!
//! trial.rs: other designs of the network, for development
//! ```
//!
//! Invariants: what is measured was never seen in training, and is measured through the index and the ranking that
//! answer the window. Searches go by what was learnt only where they find more beyond doubt and no kind of query loses;
//! going back takes no training. Nothing that was learnt is needed to read the catalog: without it searches go by the
//! pack.

mod gathering;
mod job;
mod kept;
mod learning;
mod measuring;
mod readings;
mod said;
mod searches;
mod tokens;
mod trial;
mod tuned;
mod wording;

pub use job::TuningOptions;
pub use kept::{Learnable, TuningReport, TuningState};
pub use trial::{Design, Stage, Trial, Trials};
pub(crate) use tuned::{FusedSource, Tuned, TunedReading};
pub use wording::QueryKind;

pub use crate::store::{SearchLog, TuningFigure, TuningId, TuningPoint, TuningRow};
