//! A search that is tuned to a shop: a query tower and a product tower over vectors that are there already.
//!
//! ```text
//! query:   CLIP's and BLIP's vectors of words ─► residual adapters ─► shares of the parts
//! product: look, match, description, own words ─► residual adapters ─┐
//!          other photos, attributes ─────────────────────────────────┴─► attention ─► gates, corrections
//! score = sum over parts of share * slope * <query's part, product's part>
//! ```
//!
//! The two-tower retrieval of the second paper: stage one aligns queries with what is written of a product, stage two
//! with its photos, and a modality fusion network is trained over both with these as auxiliary losses
//! (`training.rs`). Everything starts as the identity (adapters as in Houlsby et al. 2019, residual as in Gao et al.
//! 2021, <https://arxiv.org/abs/2110.04544>), so that an untrained tuning scores as the fixed fusion does; a plain
//! network on a small shop's data loses what the encoders know.
//!
//! ```text
//! parameters.rs  named numbers with their gradients, to and from a file
//! layers.rs      linear, adapter, attention
//! fusion.rs      the modality fusion network
//! towers.rs      both towers
//! loss.rs        contrastive, with grades, weights and what is no negative
//! optimizer.rs   AdamW whose moments can be kept
//! examples.rs    what is learnt from, and how batches are drawn of it
//! training.rs    the stages, step by step
//! ```
//!
//! Invariants: no encoder runs. The same seed, data and number of threads give the same numbers, also when a training
//! was killed and goes on from what it kept. candle stays inside.

mod examples;
mod fusion;
mod layers;
mod loss;
mod optimizer;
mod parameters;
#[cfg(test)]
mod tests;
mod towers;
mod training;

pub use examples::{Example, LeftOut, PhotoTokens, ProductTokens, TrainingSet};
pub use towers::{Design, PartSlopes, Shape, TunedQuery, Tuning};
pub use training::{Plan, Progress, Stage, Trainer};

/// Parts of a fused vector: look, match, description, own words.
pub const N_PARTS: usize = 4;
