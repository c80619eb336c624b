//! Products and the files behind them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Description, PictureId, ProductId, Why};

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

/// One tile of the grid: a product, shown by its best photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Names the product in every later request.
    pub id: ProductId,
    /// The photo that is shown: the one that matches best, else the product's first.
    pub picture: PictureId,
    /// Photos of the product.
    #[ts(type = "number")]
    pub n_photos: u64,
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
    /// What a list shows of it, where that was asked for.
    pub listed: Option<Listed>,
}

/// What a list beside the grid shows of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// What the shop and people say of it.
    pub fields: Vec<ProductField>,
    /// What Vitrine wrote about the photo that is shown.
    pub written: Option<Description>,
    /// Why it is in the answer; none where nothing was asked.
    pub why: Option<Why>,
}

/// A file that holds a photo.
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

/// A photo of a product, with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// Names the photo.
    pub picture: PictureId,
    /// Changes when the picture changes, as [`Product::version`].
    pub version: String,
    /// What it shows: `front`, `back`, `side`, `detail`, `worn` or nothing in particular.
    pub role: Option<String>,
    /// The name of (one of) its files, for people.
    pub file_name: String,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// Its average colour as `#rrggbb`.
    pub color: String,
    /// How far it has come.
    pub stage: Stage,
    /// The picture's format, such as `JPEG`.
    pub format: String,
    /// What is to be known of it, each as a sentence: that its file is cut short, or its colour profile damaged; that
    /// it is too small for a shop, or blurred.
    pub notes: Vec<String>,
    /// Every file that holds this very picture; the first is the one that is shown.
    pub files: Vec<FileFacts>,
    /// What the models wrote about it, as a sentence.
    pub description: Option<String>,
    /// What Vitrine wrote, in parts.
    pub written: Option<Description>,
    /// Which pack wrote the description.
    pub described_by: Option<String>,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FieldOrigin {
    /// A model.
    Model,
    /// A product list.
    List,
    /// A person.
    Person,
}

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FieldName {
    /// What the product is called.
    Title,
    /// The merchant's own number.
    Sku,
    /// The price, as written.
    Price,
    /// The category.
    Category,
    /// The brand.
    Brand,
    /// The merchant's text.
    Description,
    /// The number below the bars.
    Barcode,
    /// Its colour, as the shop names it.
    Colour,
    /// What it is made of.
    Material,
    /// Its pattern.
    Pattern,
    /// Its size.
    Size,
    /// Whom it is for: women, men, everybody.
    Gender,
    /// Of what age.
    AgeGroup,
    /// The shop's tags.
    Tags,
    /// The shop's own alternative text.
    AltText,
}

/// Something that is known of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProductField {
    /// What it says.
    pub name: FieldName,
    /// Its value.
    pub value: String,
    /// Who says so.
    pub origin: FieldOrigin,
}

/// A variant of a product, as a list has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// Its own number.
    pub sku: Option<String>,
    /// What tells it from the others.
    pub name: Option<String>,
    /// Its price, as written.
    pub price: Option<String>,
}

/// What made the photos of a product one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum GroupedBy {
    /// Nothing: it is one photo.
    Photo,
    /// Their folder.
    Folder,
    /// Their names.
    Names,
    /// A product list.
    List,
    /// A person.
    Person,
}

/// Everything that the detail pane shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProductDetail {
    /// The tile, with the product's first photo.
    pub product: Product,
    /// What made its photos one.
    pub grouped_by: GroupedBy,
    /// Its photos, in order.
    pub photos: Vec<Photo>,
    /// What is known of it, from lists and people.
    pub fields: Vec<ProductField>,
    /// Its variants.
    pub variants: Vec<Variant>,
}

/// Why a file was passed over, or is doubtful. The window groups by it.
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
    /// A product list that brings nothing, or not all of it.
    BadList,
    /// It is in the catalog, but not all of it is there.
    Doubtful,
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
