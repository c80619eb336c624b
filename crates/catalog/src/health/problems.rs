//! What is wrong with a product or its photos, by rules that a merchant can look up.
//!
//! Sizes are those of Google's product data specification for `image_link`: at least 100 by 100 pixels, 250 by 250
//! for apparel; 500 by 500 and more are what this program advises, since smaller photos cannot be zoomed into. A
//! title has at most 150 characters there.

use super::PhotoQuality;
use crate::{
    store::{Field, FieldName},
    words,
};

/// Pixels that a photo needs on each side.
const TINY: u32 = 100;
const TINY_APPAREL: u32 = 250;
const SMALL: u32 = 500;
/// Characters that a title may have.
const LONGEST_TITLE: usize = 150;

/// Sharpest edges wider than this, in pixels of a thumbnail, are those of a blurred photo.
const BLURRED: f32 = 3.2;
/// A photo is dark where it is so on average and has hardly anything light.
const DARK_MEAN: f32 = 0.35;
const DARK_LIGHT: f32 = 0.62;
/// A photo is pale where nothing of it is darker than this.
const PALE: f32 = 0.78;

/// Something that is wrong with a product, or with one of its photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// Google takes no photo that small.
    Tiny,
    /// Smaller than is good for a shop.
    Small,
    /// Nothing in it is sharp.
    Blurred,
    /// Too little light.
    Dark,
    /// Too much light, or hardly any contrast.
    Pale,
    /// Bars or a frame around it.
    Framed,
    /// A mark that lies on many photos of its folder.
    Watermark,
    /// The shop has no title for it.
    Untitled,
    /// The title is longer than Google takes.
    Wordy,
    /// Nobody has a text for those who do not see the photo.
    NoAlt,
}

impl Problem {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Tiny,
        Self::Small,
        Self::Blurred,
        Self::Dark,
        Self::Pale,
        Self::Framed,
        Self::Watermark,
        Self::Untitled,
        Self::Wordy,
        Self::NoAlt,
    ];

    /// As it is typed behind `problem:`, folded.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Small => "small",
            Self::Blurred => "blurred",
            Self::Dark => "dark",
            Self::Pale => "pale",
            Self::Framed => "framed",
            Self::Watermark => "watermark",
            Self::Untitled => "untitled",
            Self::Wordy => "wordy",
            Self::NoAlt => "noalt",
        }
    }

    /// For people, as something that a product or a photo is or has.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tiny => "too small for Google",
            Self::Small => "below 500 pixels",
            Self::Blurred => "blurred",
            Self::Dark => "too dark",
            Self::Pale => "too pale",
            Self::Framed => "a border or bars",
            Self::Watermark => "a watermark",
            Self::Untitled => "no title in the shop",
            Self::Wordy => "a title over 150 characters",
            Self::NoAlt => "no alternative text",
        }
    }

    /// Whether it is one of photos, not of words.
    #[must_use]
    pub const fn is_of_photo(self) -> bool {
        !matches!(self, Self::Untitled | Self::Wordy | Self::NoAlt)
    }

    /// The one of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.name() == name)
    }
}

/// What is wrong with a photo of so many pixels. Nothing is said of quality that was not measured yet.
#[must_use]
pub fn photo_problems(
    (width, height): (u32, u32),
    is_apparel: bool,
    quality: Option<&PhotoQuality>,
) -> Vec<Problem> {
    let mut found = Vec::new();
    let side = width.min(height);
    let needed = if is_apparel { TINY_APPAREL } else { TINY };
    if side < needed {
        found.push(Problem::Tiny);
    } else if side < SMALL {
        found.push(Problem::Small);
    }
    let Some(quality) = quality else { return found };
    let is_dark = quality.mean < DARK_MEAN && quality.light < DARK_LIGHT;
    let is_pale = quality.dark > PALE;
    let told = [
        (quality.edge_width.is_some_and(|width| width > BLURRED), Problem::Blurred),
        (is_dark, Problem::Dark),
        (is_pale, Problem::Pale),
        (quality.is_framed, Problem::Framed),
        (quality.is_marked, Problem::Watermark),
    ];
    found.extend(told.into_iter().filter(|(is_so, _)| *is_so).map(|(_, problem)| problem));
    found
}

/// What is known of a product.
#[derive(Debug, Default)]
pub(crate) struct Known<'a> {
    /// The title that counts.
    pub(crate) title: Option<&'a str>,
    /// Where the shop puts it.
    pub(crate) category: Option<&'a str>,
    /// Whether the shop says for whom it is, or of what age.
    pub(crate) is_for_somebody: bool,
    /// Whether the shop has an alternative text, or a person found one right.
    pub(crate) has_alt_text: bool,
    /// Size in pixels, and quality where it was measured.
    pub(crate) photos: Vec<((u32, u32), Option<PhotoQuality>)>,
}

/// What is wrong with a product, each once, in the order of [`Problem::ALL`].
pub(crate) fn problems(known: &Known<'_>) -> Vec<Problem> {
    let is_apparel = known.is_apparel();
    let mut found: Vec<Problem> = known
        .photos
        .iter()
        .flat_map(|(size, quality)| photo_problems(*size, is_apparel, quality.as_ref()))
        .collect();
    match known.title {
        None => found.push(Problem::Untitled),
        Some(title) if title.chars().count() > LONGEST_TITLE => found.push(Problem::Wordy),
        Some(_) => {}
    }
    if !known.has_alt_text {
        found.push(Problem::NoAlt);
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl<'a> Known<'a> {
    /// What the fields that count say.
    pub(crate) fn of_fields(fields: &'a [Field]) -> Self {
        let value = |name| fields.iter().find(|field| field.name == name).map(|field| field.value.as_str());
        Self {
            title: value(FieldName::Title),
            category: value(FieldName::Category),
            is_for_somebody: value(FieldName::Gender).or(value(FieldName::AgeGroup)).is_some(),
            has_alt_text: value(FieldName::AltText).is_some(),
            photos: Vec::new(),
        }
    }

    /// As far as the shop says so: Google asks for larger photos of what is worn.
    pub(crate) fn is_apparel(&self) -> bool {
        const WORN: [&str; 9] = [
            "apparel", "clothing", "clothes", "fashion", "shoes", "footwear", "dresses", "shirts", "jackets",
        ];
        let is_worn =
            |category: &str| words::split(category).iter().any(|word| WORN.contains(&&*word.folded));
        self.is_for_somebody || self.category.is_some_and(is_worn)
    }
}
