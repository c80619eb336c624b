//! Photos that look like one another: copies, crops, and variants of a product.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PictureId, Product};

/// How two photos are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Likeness {
    /// The same file, byte for byte, in several places.
    Copy,
    /// The same photo in another size or compression.
    SamePhoto,
    /// The same photo, mirrored.
    Mirrored,
    /// A part of the same photo.
    Crop,
    /// Different photos of what seems to be one product, or its variants.
    Variant,
}

/// A photo of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TwinPhoto {
    /// A product that it belongs to, shown by this photo.
    pub product: Product,
    /// The photo.
    pub picture: PictureId,
    /// Where its files are, for people.
    pub paths: Vec<String>,
    /// Size of its file in bytes.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// True of the photo that Vitrine would keep: the largest.
    pub is_best: bool,
}

/// Photos that are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TwinGroup {
    /// How; where several ways hold within a group, the weakest of them.
    pub likeness: Likeness,
    /// How sure that is, from 0 to 1.
    pub confidence: f32,
    /// The photos, the best first.
    pub photos: Vec<TwinPhoto>,
}

/// A part of the groups that wait for a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TwinPage {
    /// Groups in all.
    #[ts(type = "number")]
    pub total: u64,
    /// Of these, groups of each likeness, in the order of [`Likeness`].
    pub n_by_likeness: [u32; 5],
    /// Photos that were not compared yet.
    #[ts(type = "number")]
    pub n_waiting: u64,
    /// Photos that were set aside.
    #[ts(type = "number")]
    pub n_set_aside: u64,
    /// This part of them: copies first, variants last.
    pub groups: Vec<TwinGroup>,
}

/// What a person decides of photos that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum TwinDecision {
    /// They are different things: never again shown as alike.
    Different,
    /// This one is shown; the others are set aside: no search and no page shows them. No file is touched.
    #[serde(rename_all = "camelCase")]
    Keep {
        /// The photo that is kept.
        picture: PictureId,
    },
    /// They are photos of one product.
    OneProduct,
}
