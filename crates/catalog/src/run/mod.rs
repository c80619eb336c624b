//! An index run: a job that works until nothing is left to do.
//!
//! ```text
//! work.rs      what is to be scanned, and the job that does it
//! ingest.rs    scan ─► read ─► record ─► embed, a thread or more each, bounded queues between
//! walk.rs      the scan of one scope: what is new, what is there, which lists, what cannot be read
//! grouping.rs  product lists, names and folders ─► which photos are one product
//! read.rs      one file: hash, decode, thumbnail, model input
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

/// Threads that read and decode: all cores but one for the model, and no more than a disk likes.
fn n_readers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).clamp(1, 6))
}
