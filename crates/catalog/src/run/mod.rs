//! An index run: a job that works until nothing is left to do.
//!
//! ```text
//! work.rs      what is to be scanned, and the job that does it
//! ingest.rs    scan ─► read ─► record ─► embed, a thread or more each, bounded queues between
//! walk.rs      the scan of one scope: what is new, what is there, which lists, what cannot be read
//! grouping.rs  product lists, names and folders ─► which photos are one product
//! read.rs      one file: hash, decode, thumbnail, model inputs
//! ahead.rs     inputs of the captioner, prepared while photos are decoded for the search model
//! pass.rs      what is made of every photo: what lacks it, making it, keeping it
//! embed.rs     the pass that makes vectors
//! describe.rs  the passes that make captions, and texts of all that is known
//! ```
//!
//! New photos go through `ingest` first, so that everything is searchable soon;
//! descriptions, which cost most, come after. What lacks something is asked of
//! the store, so a run that was killed or cancelled is taken up where its last
//! commit stood, and pictures that were known before the models changed are
//! done again by the same code.

mod ahead;
mod describe;
mod embed;
mod grouping;
mod ingest;
mod pass;
mod read;
mod read_claims;
mod refine;
mod walk;
mod work;

pub(crate) use grouping::preview;
pub use grouping::{GroupingPreview, PreviewedGroup};
pub(crate) use work::Work;

use std::thread;

use crate::CatalogError;

/// Threads that read and decode: as many as there are cores, since for a small model decoding is most of the work, and
/// no more than a disk likes.
fn n_readers() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().clamp(1, 6))
}

/// What a thread of a run ended with.
fn join<T>(thread: thread::ScopedJoinHandle<'_, Result<T, CatalogError>>) -> Result<T, CatalogError> {
    thread.join().unwrap_or_else(|_| {
        Err(CatalogError::Io {
            what: "a stage of the index run".into(),
            source: std::io::Error::other("it panicked"),
        })
    })
}
