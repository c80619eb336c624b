//! Words as searches compare them: folded, in their other forms, and near misses.
//!
//! ```text
//! fold.rs    "Crème brûlée T-Shirt" ─► creme brulee t shirt; "VT-0042" ─► vt0042
//! forms.rs   mug ─► mugs; knives ─► knife
//! number.rs  "€ 1.299,00" ─► 1299
//! near.rs    strped ─► striped, by edit distance
//! ```
//!
//! What stands in the store's table of words and what a person types go the same way, so that they meet.
//! No model and no list is asked here.

mod fold;
mod forms;
mod near;
mod number;

pub(crate) use fold::{Word, code, fold, is_code, split, text_of};
pub(crate) use forms::forms;
pub(crate) use near::{edits_allowed, within};
pub(crate) use number::number;
