//! Words on their way out of the library.
//!
//! ```text
//! products that a person chose ─► chosen.rs: texts for the clipboard, a table
//! what people decided ─► settled.rs: products whose words may go to the shop
//!                           │
//!                        shop.rs: a list that came in with new words, a new file, files beside photos;
//!                                 shown before anything is written
//! file.rs: written beside first, never over a list that came in
//! ```
//!
//! Invariants: only words that a person approved or wrote go to the shop; who wrote them goes with them; no file
//! that came in is ever written to.

mod chosen;
mod file;
mod settled;
mod shop;

pub use vitrine_import::Target;

pub use shop::{ExportChange, ExportChoices, ExportList, ExportPreview, ExportTarget, Exported, Sidecar};
