//! One photo, described on demand.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Description, Swatch};

/// What to do with a photo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DescribeMode {
    /// As the catalog describes products.
    #[default]
    Product,
    /// The caption alone.
    Caption,
    /// The caption and the phrases that fit best.
    Fast,
    /// The caption, then medium, artist, presentation, movement and flavours.
    Classic,
    /// The chain of phrases that comes nearest.
    Best,
    /// Phrases that fit least.
    Negative,
}

/// How a caption's words are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CaptionStyle {
    /// The most likely sentence of three.
    #[default]
    Beam,
    /// The most likely word, each time.
    Greedy,
    /// By chance, from this seed.
    Nucleus(u32),
}

/// How a photo is to be described.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PhotoRequest {
    /// What to do.
    pub mode: DescribeMode,
    /// How the caption is made.
    pub style: CaptionStyle,
    /// Words that the caption starts with.
    pub prompt: Option<String>,
    /// Only rank the terms in this file.
    pub terms: Option<PathBuf>,
    /// Let `best` pass over phrases that hardly help.
    pub quick: bool,
}

/// A phrase and how like the photo it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Phrase {
    /// Its list.
    pub list: String,
    /// The phrase.
    pub phrase: String,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhotoReading {
    /// The file's name.
    pub name: String,
    /// The caption as it came.
    pub caption: Option<String>,
    /// Mean probability of its words, 0 to 1.
    pub caption_probability: Option<f32>,
    /// The mode's words.
    pub text: String,
    /// Cosine of the words and the photo.
    pub similarity: Option<f32>,
    /// The phrases among the words, or the terms that were ranked.
    pub phrases: Vec<Phrase>,
    /// What the catalog would keep, in [`DescribeMode::Product`].
    pub written: Option<Description>,
    /// The product's main colours.
    pub swatches: Vec<Swatch>,
    /// How likely the words belong to the photo, where the pack can tell, 0 to 1.
    pub match_probability: Option<f32>,
}
