//! Photos that are alike: copies, crops, and variants of a product; and what a person decides of them.
//!
//! ```text
//! fingerprint.rs  a thumbnail ─► 64 bits, by which the same photo is found again
//! compare.rs      two thumbnails ─► whether and how they are alike
//! find.rs         the pass of a run: candidates by bits and by vectors ─► pairs
//! groups.rs       pairs ─► groups, and decisions
//! ```
//!
//! Bits and vectors only propose; pixels decide. Nothing here touches a file.

mod compare;
mod find;
mod fingerprint;
mod groups;

pub(crate) use find::find;
pub(crate) use groups::Decisions;
pub use groups::{TwinDecision, TwinGroup, TwinPage, TwinPhoto};
