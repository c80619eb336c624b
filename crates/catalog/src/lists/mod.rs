//! What the shop already knows: its product lists, read, tied to photos, and looked at before anything is changed.
//!
//! ```text
//! a list in a folder, or added by itself ─► reading.rs: its rows, by the mapping that a person chose or by its header
//!                                              │
//!                                    tying.rs: which photos each product has ─► store/ties.rs
//!                                              │
//!                                  preview.rs: what that would be, before anything is kept
//! ```
//!
//! Invariants: a list stays where it is and is never written to; what it says can be read again at any time, and
//! what people decided of its products is never its to change.

mod preview;
mod reading;
mod tying;

pub use preview::{ListColumn, ListFinding, ListPreview, ListTrouble};

pub(crate) use reading::{Unread, bytes, problems_of, read, remembered, without_photos};
pub(crate) use tying::tied_products;
