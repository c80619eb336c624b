//! Product lists before they are taken in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A product list that was chosen or dropped. Its path stays with the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListToken {
    /// Names it in the calls that follow.
    pub token: u32,
    /// The file's name.
    pub name: String,
}

/// What came of a drop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Dropped {
    /// Product lists among what was dropped, which wait for a look at them; everything else was added.
    pub lists: Vec<ListToken>,
}

/// A column of a product list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListColumn {
    /// Its name.
    pub header: String,
    /// What it means: `field:NAME` (title, sku, price, category, brand, description, barcode, colour, material,
    /// pattern, size, gender, age_group, tags, alt_text), `image`, `variant_image`, `image_alt`, `image_position`,
    /// `handle`, `option_name:N`, `option_value:N` with N from 1, or `ignored`.
    pub meaning: String,
    /// What its first rows say, ten at most.
    pub sample: Vec<String>,
}

/// What may be wrong with rows of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ListTrouble {
    /// The row brings nothing.
    PassedOver,
    /// No photo of the catalog is the product's.
    NoPhoto,
    /// The same number or handle stands on rows of different products.
    Double,
    /// The price is no price.
    BadPrice,
    /// The title is longer than shops show.
    LongTitle,
    /// There is no title.
    NoTitle,
    /// The number below the bars has a wrong digit.
    BadBarcode,
}

/// A line of a list, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListLine {
    /// Its line, its row in the sheet, or its number in the document; from 1.
    #[ts(type = "number")]
    pub line: u64,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// Rows with one trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListFinding {
    /// Which.
    pub trouble: ListTrouble,
    /// How many rows.
    #[ts(type = "number")]
    pub n: u64,
    /// The first hundred of them.
    pub lines: Vec<ListLine>,
}

/// What a product list would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListPreview {
    /// The file's name.
    pub name: String,
    /// How it is stored, for a person: "CSV", "Excel workbook", "JSON", "XML feed".
    pub format: String,
    /// The program that it is for, for a person: "Shopify"; empty for none.
    pub program: String,
    /// The encoding of its text; empty where the format has none of its own.
    pub encoding: String,
    /// The sign between its cells.
    pub delimiter: Option<char>,
    /// Its columns.
    pub columns: Vec<ListColumn>,
    /// Whether a person said before what such columns mean.
    pub is_remembered: bool,
    /// Rows below the header.
    #[ts(type = "number")]
    pub n_rows: u64,
    /// Products that they are.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Variants of these.
    #[ts(type = "number")]
    pub n_variants: u64,
    /// Products that the catalog has from a list at this place already.
    #[ts(type = "number")]
    pub n_known: u64,
    /// Products that have a photo in the catalog.
    #[ts(type = "number")]
    pub n_with_photos: u64,
    /// Photos of the catalog of which no row speaks.
    #[ts(type = "number")]
    pub n_photos_without_row: u64,
    /// The names of some of these.
    pub photos_without_row: Vec<String>,
    /// What may be wrong, the gravest first.
    pub findings: Vec<ListFinding>,
    /// Why it brings nothing with these meanings, and what to do.
    pub problem: Option<String>,
}
