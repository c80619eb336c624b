//! Model packs: those of this machine, those that can be downloaded, and what is done with them
//! (event `packs`, at most ten a second).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, ModelPrecision};

/// How far a pack is from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PackState {
    /// It can be downloaded.
    Available,
    /// Its download was interrupted, or is under way.
    Partial,
    /// It is on this machine and can be used.
    Installed,
    /// It is on this machine and cannot be used; `problem` says why.
    Damaged,
}

/// A pack, wherever it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackItem {
    /// Names it in requests.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// One sentence about it.
    pub summary: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// How far it is.
    pub state: PackState,
    /// True for the pack that answers searches.
    pub is_in_use: bool,
    /// True for the pack that ships with Vitrine, which cannot be removed.
    pub is_shipped: bool,
    /// Whether it can be downloaded, also again.
    pub is_offered: bool,
    /// Why most shops should take it; none for all others.
    pub recommended: Option<String>,
    /// Bytes on disk when it is whole: exact for one that is here, about so many for one that is not.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// Bytes of an interrupted download that are here.
    #[ts(type = "number")]
    pub done_bytes: u64,
    /// Bytes of memory that its models take, at about; none where nobody knows.
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    /// How fast it is on this processor, at about; none where a graphics card computes, or nobody knows.
    pub pace: Option<PackPace>,
    /// Why it cannot be used.
    pub problem: Option<String>,
    /// Its folder, where it has one.
    pub folder: Option<String>,
}

/// Photos a second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackPace {
    /// That are read, and can be found then.
    pub read: f64,
    /// That are described.
    pub describe: f64,
}

/// A change from one pack to another, while the new one reads the photos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackChange {
    /// The pack that still answers.
    pub from: String,
    /// The pack that will; the same one where it is to compute in other numbers.
    pub to: String,
    /// What it will compute in.
    pub precision: ModelPrecision,
    /// Photos that the new pack has read.
    #[ts(type = "number")]
    pub n_done: u64,
    /// Photos of the catalog.
    #[ts(type = "number")]
    pub n_total: u64,
}

/// What is done with a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PackJobKind {
    /// It is downloaded.
    Pull,
    /// It is copied from a folder.
    Import,
    /// Its files are checked.
    Verify,
}

/// The step at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PackStep {
    /// Asking the hub what there is.
    Asking,
    /// Bytes come in.
    Downloading,
    /// Bytes are copied.
    Copying,
    /// Files are compared with their checksums.
    Checking,
    /// The models are loaded once, to see that they can be.
    Trying,
}

/// What is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackJob {
    /// What is done.
    pub kind: PackJobKind,
    /// With which pack; empty for an import whose name is not known yet.
    pub name: String,
    /// The step.
    pub step: PackStep,
    /// The file at hand.
    pub file: Option<String>,
    /// Bytes done of this step (models, while they are tried).
    #[ts(type = "number")]
    pub done: u64,
    /// Bytes of this step; 0 while unknown.
    #[ts(type = "number")]
    pub total: u64,
    /// Bytes a second over the last seconds; 0 when nothing moves.
    #[ts(type = "number")]
    pub bytes_per_second: u64,
    /// Seconds to the end of this step; none while unknown.
    #[ts(type = "number | null")]
    pub eta_secs: Option<u64>,
    /// What the user should know: that the connection was cut, and what follows.
    pub note: Option<String>,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackJobEnd {
    /// What was done.
    pub kind: PackJobKind,
    /// With which pack.
    pub name: String,
    /// True when the pack was there before, whole.
    pub was_there: bool,
    /// What went wrong; `cancelled` when the user stopped it.
    pub error: Option<ApiError>,
}

/// News about a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackNews {
    /// What is under way; none when nothing is.
    pub job: Option<PackJob>,
    /// What has just ended.
    pub ended: Option<PackJobEnd>,
}

/// Every pack that there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackList {
    /// The one that ships, those on this machine, then those that can be downloaded.
    pub packs: Vec<PackItem>,
    /// Where downloaded and imported packs are kept.
    pub packs_folder: String,
    /// What is under way in this program.
    pub job: Option<PackJob>,
    /// The change of packs that is under way.
    pub change: Option<PackChange>,
    /// What the pack in use was asked to compute in.
    pub precision: ModelPrecision,
    /// The pack that was in use before, to which one can go back.
    pub previous: Option<String>,
    /// What that was asked to compute in.
    pub previous_precision: ModelPrecision,
}
