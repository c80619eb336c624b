//! An index run: one thread that works until nothing is left to do.
//!
//! ```text
//! work.rs      what is to be scanned, and the thread that does it
//! ingest.rs    scan ─► read ─► record ─► embed, a thread or more each, bounded queues between
//! read.rs      one file: hash, decode, thumbnail, model input
//! backlog.rs   pictures that lack a vector: read again ─► model ─► store
//! describe.rs  pictures that lack a description: caption, terms, colours ─► texts ─► store
//! ```
//!
//! New photos go through `ingest` first, so that everything is searchable soon;
//! descriptions, which cost most, come after. The backlog is computed from the
//! store, so a run that was killed or cancelled is taken up where its last
//! commit stood, and pictures that were known before the models changed are
//! done again by the same code.

mod backlog;
mod control;
mod describe;
mod ingest;
mod one_by_one;
mod progress;
mod read;
mod work;

pub(crate) use control::Control;
pub(crate) use progress::ProgressBoard;
pub use progress::{RunProgress, RunState, Stage, StageProgress};
pub(crate) use work::{Scope, Work};

/// Threads that read and decode: all cores but one for the model, and no more than a disk likes.
fn n_readers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).clamp(1, 6))
}
