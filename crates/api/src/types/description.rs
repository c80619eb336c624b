//! What Vitrine wrote about a product, in parts, and how sure it is of each.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What an attribute is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AttributeKind {
    /// What the product is.
    Type,
    /// Its colour.
    Colour,
    /// What it is made of.
    Material,
    /// Its pattern.
    Pattern,
    /// Its style.
    Style,
    /// How its surface is finished.
    Finish,
    /// What it would be used for.
    Occasion,
    /// Where it is shown.
    Setting,
    /// From a list of the merchant's own.
    Own,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Evidence {
    /// The models.
    Models,
    /// The pixels alone, measured.
    Pixels,
    /// Both.
    Both,
    /// The models, and the pixels say otherwise.
    Disputed,
}

/// A claim about a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// What it is about.
    pub kind: AttributeKind,
    /// The list's name, for [`AttributeKind::Own`].
    pub list: Option<String>,
    /// The claim, such as `navy`.
    pub value: String,
    /// How sure Vitrine is, 0 to 1.
    pub confidence: f32,
    /// Who says so.
    pub evidence: Evidence,
}

/// A main colour of a product, measured from its photo with the background left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Swatch {
    /// A word for it.
    pub name: String,
    /// `#rrggbb`
    pub color: String,
    /// Its part of the product, 0 to 1.
    pub share: f32,
}

/// What Vitrine wrote about a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// At most 150 characters.
    pub title: String,
    /// A sentence or two.
    pub text: String,
    /// For those who do not see the photo, at most 125 characters.
    pub alt_text: String,
    /// The claims, by kind, the surest of a kind first.
    pub attributes: Vec<Attribute>,
    /// The product's main colours, the largest first.
    pub swatches: Vec<Swatch>,
    /// The sentence of the model that looks at photos, as it came.
    pub caption: Option<String>,
}
