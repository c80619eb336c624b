//! A search that learns from the shop.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a trial has come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "doing")]
pub enum TuningProgress {
    /// Products and queries are being read.
    Gathering,
    /// A step was made.
    #[serde(rename_all = "camelCase")]
    Training {
        /// What is learnt now: 'text', 'image' or 'fused'.
        stage: TuningStage,
        /// Steps that are done.
        step: u32,
        /// Of so many.
        of: u32,
        /// The loss of this one.
        loss: f32,
    },
    /// Searches are being asked.
    Measuring,
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

/// What a search that learnt from the shop would bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningTrial {
    /// Products that were learnt from and searched among.
    pub n_products: u32,
    /// Queries that were learnt from.
    pub n_examples: u32,
    /// Queries of products that were held out.
    pub n_held_out: u32,
    /// Seconds of training.
    pub seconds: f64,
    /// Before and after, all queries first; nothing where there is too little to learn from.
    pub kinds: Vec<TuningKind>,
    /// Whether the search would be better beyond doubt, and worse for no kind of query.
    pub is_better: bool,
    /// Why, in a sentence.
    pub verdict: String,
}

/// Queries of a kind, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningKind {
    /// What they have in common; 'all' of all.
    pub kind: String,
    /// How many.
    pub n: u32,
    /// The measures.
    pub measures: Vec<TuningMeasure>,
}

/// A measure before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningMeasure {
    /// Its name, such as 'nDCG@10'.
    pub measure: String,
    /// Its mean as the search is.
    pub before: f64,
    /// As it would be.
    pub after: f64,
    /// The lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}
