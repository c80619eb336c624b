//! Vitrine as its clients see it: the window over IPC, and `vitrine --json`.
//!
//! [`Api`] is the one door: each method takes and gives the shapes in
//! [`types`], and every error is an [`types::ApiError`] with a code to branch
//! on and a sentence to show. [`OpenOptions::for_this_machine`] knows where
//! libraries, model packs and samples are kept.
//!
//! Invariants: no path comes in from a window, only ids and tokens (paths come
//! from native dialogs and drops, in the process); no shape of a client is
//! known below this crate.

mod api;
mod convert;
mod error;
mod health;
mod lists;
mod packs;
mod places;
mod report;
mod review;
mod search;
mod tuning;
mod twins;
pub mod types;

pub use api::{Api, Event, PictureBytes};
pub use places::OpenOptions;
pub use vitrine_catalog::{
    LIST_ENDINGS,
    photo::{PICTURE_ENDINGS, has_picture_ending},
};
pub use vitrine_packs::size_in_words;
