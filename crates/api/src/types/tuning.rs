//! A search that learns from the shop.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FieldName, Product, RunState};

/// What is done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TuningStep {
    /// Queries are made of what is known of products.
    Gathering,
    /// The network learns.
    Learning,
    /// Photos are made ready to be found by what was learnt.
    Preparing,
    /// Searches are asked, as they were and as they would be.
    Measuring,
}

/// How far it is, or how it ended (event `tuning`, at most ten a second).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningJob {
    /// Where it stands.
    pub state: RunState,
    /// What is done now.
    pub step: TuningStep,
    /// Done of it.
    #[ts(type = "number")]
    pub done: u64,
    /// To do; 0 while unknown.
    #[ts(type = "number")]
    pub total: u64,
    /// Seconds to the end of this step; none while unknown.
    #[ts(type = "number | null")]
    pub eta_secs: Option<u64>,
    /// Once it ended: what came of it, or why it failed.
    pub message: Option<String>,
    /// Once it ended: what was kept of it.
    pub tuning: Option<u32>,
}

/// What is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TuningStage {
    /// Queries are aligned with what is written of products.
    Text,
    /// With their photos.
    Image,
    /// How both are weighed.
    Fused,
}

/// A moment of a training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningPoint {
    /// Steps that were done.
    pub step: u32,
    /// What is learnt.
    pub stage: TuningStage,
    /// The mean loss since the moment before.
    pub loss: f64,
    /// nDCG@10 of queries that are not learnt from.
    pub held_out: f64,
}

/// A time that searches learnt from the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tuning {
    /// Names it.
    pub id: u32,
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub made_ms: i64,
    /// The day, as '2026-01-31'.
    pub made_on: String,
    /// Where every draw began.
    #[ts(type = "number")]
    pub seed: u64,
    /// Products that were learnt from.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Queries that were learnt from.
    #[ts(type = "number")]
    pub n_examples: u64,
    /// Queries that were measured.
    #[ts(type = "number")]
    pub n_held_out: u64,
    /// Seconds that it took.
    pub seconds: f64,
    /// What came of it, in a sentence.
    pub verdict: String,
    /// Whether searches can go by it.
    pub is_usable: bool,
    /// Whether they do, with the models that it was learnt with.
    pub is_used: bool,
}

/// Of how many products something is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SaidOf {
    /// What.
    pub field: FieldName,
    /// Of how many.
    #[ts(type = "number")]
    pub n_products: u64,
}

/// A log of what people searched for and which products they went to then, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchLog {
    /// The name of its file.
    pub name: String,
    /// The day when it was read, as '2026-01-31'.
    pub read_on: String,
    /// Rows below the header.
    #[ts(type = "number")]
    pub n_rows: u64,
    /// Rows that name no search, no product, or no count.
    #[ts(type = "number")]
    pub n_broken: u64,
    /// Rows whose number no product has.
    #[ts(type = "number")]
    pub n_unknown: u64,
    /// Rows that were left out because they are rare.
    #[ts(type = "number")]
    pub n_rare: u64,
    /// Different searches that are kept.
    #[ts(type = "number")]
    pub n_queries: u64,
}

/// What searches go by, what else there is, and what there is to learn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningState {
    /// Products of which a photo can be seen.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Products with a title that are needed at least.
    #[ts(type = "number")]
    pub n_needed: u64,
    /// What is said of products.
    pub said: Vec<SaidOf>,
    /// Products whose words a person approved or wrote.
    #[ts(type = "number")]
    pub n_reviewed: u64,
    /// The shop's log of searches.
    pub log: Option<SearchLog>,
    /// Whether it is kept what is opened after a search.
    pub keeps_opened: bool,
    /// Different searches of which that is kept.
    #[ts(type = "number")]
    pub n_opened: u64,
    /// What searches go by.
    pub used: Option<Tuning>,
    /// Products that changed since that was learnt, new ones among them.
    #[ts(type = "number")]
    pub n_changed: u64,
    /// Whether it is worth learning anew: much changed since, or it was learnt with other models.
    pub is_stale: bool,
    /// Whether one was cut off, and can go on.
    pub is_unfinished: bool,
    /// What is under way, or how the last one of this session ended.
    pub job: Option<TuningJob>,
    /// How the one that is under way, or was cut off, went up to now.
    pub points: Vec<TuningPoint>,
    /// All that were learnt, the newest first.
    pub all: Vec<Tuning>,
}

/// A measure before and after, of queries of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningFigure {
    /// What the queries have in common; 'all' of all.
    pub kind: String,
    /// How many.
    #[ts(type = "number")]
    pub n: u64,
    /// The measure's name, such as 'nDCG@10'.
    pub measure: String,
    /// Its mean as searches were.
    pub before: f64,
    /// Its mean with what was learnt.
    pub after: f64,
    /// The lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// A time that searches learnt, with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningReport {
    /// What came of it.
    pub tuning: Tuning,
    /// Before and after, all queries first.
    pub figures: Vec<TuningFigure>,
    /// How the training went.
    pub points: Vec<TuningPoint>,
}

/// The first products of one search, as the models alone find them, and with what was learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// By the models alone.
    pub before: Vec<Product>,
    /// With what was learnt.
    pub after: Vec<Product>,
}
