//! Products and the files behind them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Description;

/// How far a photo has come: browsable after its thumbnail, searchable after
/// its vector, described after its caption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// It has a thumbnail.
    Browsable,
    /// Searches find it.
    Searchable,
    /// It has a description.
    Described,
}

/// One tile of the grid: a picture, however many files hold it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Names the product in every later request.
    #[ts(type = "number")]
    pub id: u64,
    /// Changes when the picture changes, so that an address with it can be cached for ever.
    pub version: String,
    /// The merchant's own title, where a product list gave one.
    pub title: Option<String>,
    /// The title that Vitrine wrote.
    pub generated_title: Option<String>,
    /// What the models wrote about the picture.
    pub description: Option<String>,
    /// The name of (one of) its files, for people.
    pub file_name: String,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// The photo's average colour as `#rrggbb`, shown until its thumbnail is there.
    pub color: String,
    /// How far it has come.
    pub stage: Stage,
    /// Cosine similarity to the query, from -1 to 1; none when nothing was asked.
    pub score: Option<f32>,
    /// The score on this pack's scale, from 0 (unrelated) to 1 (a sure match).
    pub relevance: Option<f32>,
}

/// A file that holds a product's picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FileFacts {
    /// Where it is, as text for people (a name that is no Unicode is shown with replacement marks).
    pub path: String,
    /// The folder it is in.
    pub folder: String,
    /// Size in bytes.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// When it was last changed, in milliseconds since 1970; none when the file system does not say.
    #[ts(type = "number | null")]
    pub modified_ms: Option<i64>,
}

/// Everything that the detail pane shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProductDetail {
    /// The tile.
    pub product: Product,
    /// Every file that holds this very picture; the first is the one that is shown.
    pub files: Vec<FileFacts>,
    /// The picture's format, such as `JPEG`.
    pub format: String,
    /// Price as the merchant wrote it.
    pub price: Option<String>,
    /// Category as the merchant wrote it.
    pub category: Option<String>,
    /// What Vitrine wrote, in parts.
    pub written: Option<Description>,
    /// Which pack wrote the description.
    pub described_by: Option<String>,
}

/// Why a file was passed over. The window groups by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SkipCode {
    /// Nothing in it.
    Empty,
    /// It ends too early or makes no sense.
    Damaged,
    /// A picture format that Vitrine does not read.
    Unsupported,
    /// More pixels than the limit.
    TooLarge,
    /// The system does not let us read it.
    Unreadable,
    /// It went away while it was read.
    Vanished,
    /// A model failed on it.
    ModelFailed,
}

/// A file that was passed over, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// Where it is.
    pub path: String,
    /// The kind of reason.
    pub code: SkipCode,
    /// The reason and the way out, as a sentence.
    pub message: String,
}

/// A part of the list of skipped files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SkippedPage {
    /// How many there are in all.
    #[ts(type = "number")]
    pub total: u64,
    /// This part of them, by path.
    pub items: Vec<Skipped>,
}
