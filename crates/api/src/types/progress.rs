//! What an index run is doing (event `progress`, at most ten a second).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The run as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum RunState {
    /// Nothing to do.
    Idle,
    /// At work.
    Running,
    /// Held by the user; `resume_indexing` goes on.
    Paused,
    /// Ended before its end by the user; what was done is kept.
    Cancelled,
    /// Everything is done.
    Finished,
    /// It could not go on; `message` says why.
    Failed,
}

/// One stage of indexing, in the order in which a photo passes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum StageKind {
    /// Looking for photos in folders.
    Scan,
    /// Reading photos and making thumbnails.
    Read,
    /// Making photos searchable.
    Embed,
    /// Writing descriptions.
    Describe,
    /// Comparing photos with words in more ways, which makes searches better.
    Refine,
}

/// How far one stage is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StageProgress {
    /// Which stage.
    pub kind: StageKind,
    /// Photos done in this run.
    #[ts(type = "number")]
    pub done: u64,
    /// Photos to do in this run, as far as is known; 0 while unknown.
    #[ts(type = "number")]
    pub total: u64,
    /// Photos per second over the last seconds; 0 when it is not at work.
    pub per_second: f32,
    /// Seconds to its end at this rate; none while unknown.
    #[ts(type = "number | null")]
    pub eta_secs: Option<u64>,
    /// Seconds between the first and the last photo of this run.
    pub busy_secs: f32,
}

/// A snapshot of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunProgress {
    /// The run as a whole.
    pub state: RunState,
    /// Every stage, in order.
    pub stages: Vec<StageProgress>,
    /// Files that this run passed over or found doubtful.
    #[ts(type = "number")]
    pub n_skipped: u64,
    /// What is being worked on: a file's name.
    pub current: Option<String>,
    /// A sentence for the user when the run failed or has something to say.
    pub message: Option<String>,
}
