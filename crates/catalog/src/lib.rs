//! The engine: folders of photos in, a searchable and described catalog out.
//!
//! ```text
//! add_paths ─► run: scan ─► read (hash, decode, thumbnail) ─► record ─► embed ─► describe
//!                │                        │                     │         │          │
//!                └── unchanged: seen      └── skip with reason  └──── store (SQLite) ┘
//!                                                                         │
//! search(words, pictures) ─► query vector ─► memory (index, products) ─► page of products
//! ```
//!
//! [`Library`] is the whole of it: a folder on disk with a database, a cache of
//! thumbnails and a cache of the search graph. The rest of this crate is how it
//! does its work: [`scan`](mod@scan) and [`photo`] read the merchant's files, [`run`]
//! moves them through the stages, `store` keeps what came of it, `memory` follows
//! the store, [`search`] answers.
//!
//! A product has photos and facts: [`ProductDetail`]. What its photos look like is known of the pictures;
//! what the merchant says is known of the product.
//!
//! Invariants: a merchant's file is only ever read. What a batch of a stage
//! brought is committed before the next one begins, so a killed run repeats at
//! most two batches. A vector or a description belongs to a content and a model.
//! Every file that is passed over is listed with its reason. Nothing here
//! opens a network connection.

pub mod colour;
pub mod describe;
mod detail;
mod engine;
mod error;
mod events;
pub mod export;
pub mod health;
mod interrogate;
mod library;
pub mod lists;
mod lock;
mod memory;
mod models;
pub mod photo;
pub mod review;
pub mod run;
mod scan;
pub mod search;
mod store;
#[cfg(feature = "synthetic")]
pub mod synthetic;
mod thumbnails;
pub mod tuning;
pub mod twins;
mod watch;
mod words;

pub use describe::ListReading;
pub use detail::{ProductDetail, ProductFile, ProductPhoto};
pub use engine::PackChange;
pub use error::CatalogError;
pub use events::Event;
pub use interrogate::{CaptionStyle, DescribeMode, PhotoOptions, PhotoReading, PhotoStep};
pub use library::{Library, LibraryOptions, Summary};
pub use models::{Answers, Captioned, ModelsReport, OpenModels, PackModels, Pending};
pub use scan::LIST_ENDINGS;
pub use store::{
    Away, EventRow, Field, FieldName, GroupBy, Grouping, Likeness, Origin, PictureCounts, PictureId,
    PictureRow, ProductId, ProductPhotoRow, ProductRow, QueueItem, SourceId, SourceRow, StepKind, Stepped,
    Variant, WordsOf,
};
pub use vitrine_jobs as jobs;
pub use vitrine_models::Precision;
