//! How healthy a catalog is: what is described and checked, which photos a shop would refuse, what is missing.
//!
//! ```text
//! thumbnail ─► measure.rs (sharpness.rs, frame.rs): numbers, kept by the store ─┐
//! many thumbnails of a folder ─► mark.rs: what lies on all of them ────────────────┤
//! size, title, alternative text ────────────────────────────────────────────────┴─► problems.rs: facts, a filter each
//! facts, states, steps ─► figures.rs: the numbers of the page
//! ```
//!
//! Every number is that of a list which can be opened: the products that a filter keeps, or those of a page.

mod figures;
mod frame;
mod look;
mod mark;
mod measure;
mod problems;
mod sharpness;

pub use figures::{AgreementDay, Health, Unphotographed};
pub use mark::marked;
pub use measure::{PhotoQuality, measure};
pub use problems::{Problem, photo_problems};

pub(crate) use look::look;
pub(crate) use mark::Mark;
pub(crate) use measure::RULES;
pub(crate) use problems::{Known, problems};
