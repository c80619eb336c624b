//! Work that takes long: reading photos, downloading and checking model packs.
//!
//! In: a closure that does the work. Out: a [`Job`] that everybody may look at, pause and cancel, and
//! events for those who listen. This crate knows neither photos nor models: what is counted is a number,
//! and what came of the work is a value of the caller's.
//!
//! ```text
//! Jobs::start ─► thread of its own: work(&job) ─► the end
//!                  │ job.control().checkpoint()     │
//!                  │ job.board().advance(..)        │
//!                  ▼                                ▼
//!                one ticker: Progress, eight times a second at most, then Ended
//! ```
//!
//! - `kind`: what sorts of jobs there are, which of them exclude one another, and their stages;
//! - `control`: pause and cancel, as the work sees them;
//! - `board`: how far the work is, with rates and the time that is left (`pace`);
//! - `job`: one job, and how it ended;
//! - `registry`: all of them, and who tells of them (`ticker`).
//!
//! Invariants: of a lane no more than one job runs. A job that was started ends, whatever its work does,
//! a panic included; then its lane is free, whoever waits goes on, and its end is told exactly once, after
//! all of its progress. No lock of this crate is held while a listener or the work runs, so both may call
//! whatever they like.

mod board;
mod control;
mod job;
mod kind;
mod pace;
mod registry;
mod ticker;
mod time;

pub use board::{Board, Progress, StageProgress};
pub use control::{Cancelled, Control};
pub use job::{Job, JobError, JobId, JobSnapshot, Outcome};
pub use kind::{JobKind, JobState, Lane, Stage, Unit};
pub use registry::{Jobs, StartError};
pub use ticker::JobEvent;
pub use time::Clock;
