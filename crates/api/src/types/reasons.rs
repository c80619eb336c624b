//! Why a product stands where it stands.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Product, QueryPicture, SearchRequest};

/// What can speak for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PartName {
    /// How the photo looks to CLIP.
    Look,
    /// How the photo looks to BLIP.
    Matching,
    /// The generated description.
    Description,
    /// What the shop says of the product, as a model reads it.
    Own,
    /// The words themselves, wherever they stand.
    Words,
    /// BLIP's closer look at photo and words together.
    CloserLook,
}

/// What one part gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PartScore {
    /// Which part.
    pub part: PartName,
    /// What it added to the relevance; negative where it spoke against the product. All parts but a closer look,
    /// which orders the first ranks alone, add up to the relevance, of which 0.5 is the line.
    pub gave: f32,
    /// How much it counts here, from 0 to 1.
    pub weight: f32,
    /// False where the product has nothing of it: it then counts as the mean of the catalog.
    pub is_there: bool,
}

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WordPlace {
    /// In what the shop says, or in the name of a file or folder.
    Shop,
    /// In what Vitrine wrote.
    Written,
}

/// A word of the question, and where it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WordFound {
    /// As it was typed.
    pub word: String,
    /// The word that stands there: the same, another form of it, a synonym, what it may have been meant to be.
    pub stands: Option<String>,
    /// Where; none where it stands nowhere.
    pub place: Option<WordPlace>,
}

/// Why a product is in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// Its relevance, not limited to 0 to 1; 0.5 is the line between good and weaker matches.
    pub relevance: f32,
    /// What each part gave, the one that gave most first.
    pub parts: Vec<PartScore>,
    /// The words of the question.
    pub words: Vec<WordFound>,
    /// Whether its number, barcode or file name was typed, which puts it first.
    pub is_named: bool,
}

/// Why a product stands where it stands, or why it does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Reasons {
    /// The product, with the photo that speaks for it best.
    pub product: Product,
    /// Its rank, from 1; none where a filter leaves it out, or nothing ranks it.
    #[ts(type = "number | null")]
    pub rank: Option<u64>,
    /// How many products there are in the answer.
    #[ts(type = "number")]
    pub total: u64,
    /// What speaks for it; none where it cannot be found yet.
    pub why: Option<Why>,
    /// What of the request it does not pass, each as a sentence.
    pub left_out_by: Vec<String>,
    /// The first product of the answer and what speaks for it, to be compared with; none where it is the same
    /// product, or there is none.
    pub first: Option<Product>,
    /// See `first`.
    pub first_why: Option<Why>,
    /// In a sentence: which part cost it its place, or what put it there.
    pub summary: String,
}

/// Where in a photo is what was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeatMap {
    /// Cells from left to right, over the whole upright photo.
    pub columns: u32,
    /// Cells from top to bottom.
    pub rows: u32,
    /// From 0 to 1, row by row.
    pub values: Vec<f32>,
    /// Which model looked.
    pub by: PartName,
    /// The words that it looked for.
    pub words: String,
}

/// A search that was kept under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedSearch {
    /// What it is called; no two are called the same.
    pub name: String,
    /// What it asks, with the tokens of `pictures`.
    pub request: SearchRequest,
    /// Its pictures, at hand again.
    pub pictures: Vec<QueryPicture>,
}
