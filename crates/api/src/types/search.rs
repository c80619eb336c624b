//! Asking, and the answer.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PictureId, Product, ProductId};

/// What is asked. Everything empty means: browse the whole catalog in the order it was added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SearchRequest {
    /// What was typed: words that describe the product, `"phrases"`, `-words` that must not stand there,
    /// `word^2` for one that counts twice, and filters such as `colour:navy` or `price:10..50`.
    pub text: String,
    /// Pictures that the product looks like, or does not.
    pub pictures: Vec<PictureTerm>,
    /// Products of the catalog that it is like, or not; they are left out of the answer.
    pub products: Vec<ProductTerm>,
    /// What the answer is narrowed to, and browsing too: of one key any of its values, of different keys all.
    pub filters: Vec<SearchFilter>,
    /// In which order.
    pub sort: SortBy,
    /// How much each part of a photo counts, as factors of what the pack says; 1 each where this is none.
    #[ts(optional)]
    pub weights: Option<SearchWeights>,
    /// Whether each product comes with what a list beside the grid shows ([`Product::listed`]).
    pub with_details: bool,
    /// The first rank wanted, from 0.
    #[ts(type = "number")]
    pub offset: u64,
    /// How many ranks.
    pub limit: u32,
}

/// A picture that is searched with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PictureTerm {
    /// Names it ([`QueryPicture::token`]).
    pub token: String,
    /// How much it counts: 1 as much as all words together, -1 taken away as much.
    pub weight: f32,
}

/// A product of the catalog that is searched with: by one of its photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProductTerm {
    /// The product.
    pub product: ProductId,
    /// Which of its photos; none for the first.
    pub picture: Option<PictureId>,
    /// As [`PictureTerm::weight`].
    pub weight: f32,
}

/// Only products of which this is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchFilter {
    /// What it is about, as one would type it before a colon: `colour`, `brand`, `price`, or the name of an own
    /// list.
    pub key: String,
    /// One value, exactly as a facet has it; of a price `10..50`.
    pub value: String,
    /// Turned around: products of which it is not said.
    pub is_not: bool,
}

/// The order of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// The best first; where nothing was asked, in the order in which products were added.
    #[default]
    Relevance,
    /// By what they are called. This and the following put good matches in order, and leave the weaker ones
    /// behind them as they are.
    Name,
    /// The cheapest first; those without a price last.
    Price,
    /// The dearest first; those without a price last.
    PriceDown,
    /// What was added last first.
    Newest,
    /// First what Vitrine is least sure to have described rightly; what is not described last.
    LeastSure,
}

/// How much each part of a photo counts: 0 not at all, 1 as the pack says, 10 at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchWeights {
    /// CLIP's look at the photo.
    pub look: f32,
    /// BLIP's look at the photo.
    pub matching: f32,
    /// The generated description, as CLIP reads it.
    pub description: f32,
    /// What the shop says of the product, as CLIP reads it.
    pub own: f32,
    /// The words themselves, wherever they stand.
    pub words: f32,
}

/// Something typed that was not understood, or not as it may have been meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchProblem {
    /// Where it stands in the text, in UTF-16 units, as JavaScript counts.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A part of a ranked answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    /// How many products the whole answer ranks.
    #[ts(type = "number")]
    pub total: u64,
    /// How many of them match well on this pack's scale; all of them when nothing was asked.
    #[ts(type = "number")]
    pub n_good: u64,
    /// Photos that are in the catalog but cannot be found yet, because indexing has not come to them.
    #[ts(type = "number")]
    pub n_not_yet_searchable: u64,
    /// Whether anything was asked that ranks products; else they come in the order in which they were added.
    pub is_ranked: bool,
    /// What of the text was not understood, or not as it may have been meant.
    pub problems: Vec<SearchProblem>,
    /// Words that the models of this pack do not know; only the shop's and the descriptions' own words were
    /// searched for them.
    pub unknown_words: Vec<String>,
    /// Whether asking again a little later gives a better answer.
    pub is_partial: bool,
    /// Whether a closer look at the best photos may put them into a better order (`improve_search`).
    pub can_improve: bool,
    /// The products of ranks `offset..offset + limit`, best first.
    pub items: Vec<Product>,
}

/// A picture to search with, kept by the engine for as long as the window is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QueryPicture {
    /// Names it in a [`SearchRequest`].
    pub token: String,
    /// The file's name, or "Pasted picture".
    pub name: String,
}

/// Where a drag of files over the window stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum DragPhase {
    /// Files are held over the window.
    Over,
    /// They were let go; `drop` names them.
    Drop,
    /// They left the window.
    Leave,
}

/// What is being dragged, counted, so that the window can say what a drop would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DropSummary {
    /// Folders among them.
    pub n_folders: u32,
    /// Files whose name ends like a picture's.
    pub n_pictures: u32,
    /// Files whose name ends like a product list's.
    pub n_lists: u32,
    /// Everything else.
    pub n_other: u32,
}

/// Files from another program over the window (event `drag`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DragEvent {
    /// Where the drag stands.
    pub phase: DragPhase,
    /// Position in CSS pixels from the window's left edge.
    pub x: f64,
    /// Position in CSS pixels from the window's top edge.
    pub y: f64,
    /// What is held.
    pub summary: DropSummary,
    /// Names the dropped files for `add_dropped` or `query_pictures_dropped`; set on [`DragPhase::Drop`].
    pub drop: Option<u32>,
}
