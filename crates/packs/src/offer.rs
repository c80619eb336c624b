//! Packs that can be downloaded: manifests that are compiled in from `models/packs`.
//!
//! A manifest names a repository of the hub for each model, and its layout, from which follows which files of it are
//! wanted.

use serde::Deserialize;
use vitrine_models::{Calibration, DevicePreference, Precision, ScoreRange, select_device};

use crate::PackError;
use crate::layout::Layout;

/// The version of the manifests.
const FORMAT: u32 = 1;

const MANIFESTS: [&str; 7] = [
    include_str!("../../../models/packs/ecommerce.toml"),
    include_str!("../../../models/packs/ecommerce-large.toml"),
    include_str!("../../../models/packs/multilingual.toml"),
    include_str!("../../../models/packs/light.toml"),
    include_str!("../../../models/packs/fast.toml"),
    include_str!("../../../models/packs/quality.toml"),
    include_str!("../../../models/packs/fashion.toml"),
];

/// A pack that can be downloaded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    format: u32,
    /// Names it in commands and on the disk.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// One sentence for a merchant.
    pub summary: String,
    /// SPDX expression of the weights' licences.
    pub licence: String,
    /// About how much there is to download.
    pub about_bytes: u64,
    #[serde(default)]
    work: Option<Work>,
    /// Why most shops should take this one; of one offer alone.
    #[serde(default)]
    pub recommended: Option<String>,
    /// The scripts that its search model reads; all of them where none is named.
    #[serde(default)]
    pub(crate) scripts: Vec<String>,
    clip: Repo,
    #[serde(default)]
    caption: Option<Repo>,
    #[serde(default, rename = "match")]
    matching: Option<Repo>,
    #[serde(default)]
    calibration: Option<Scales>,
}

/// What its models need, as it was measured of `fast` and `quality` once their word lists had been read; of others by
/// the operations of their towers beside those.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Work {
    /// Billions of operations of f32 that take as long as reading a photo.
    read: f64,
    /// The same of describing one.
    describe: f64,
    /// Weights that are loaded, in f32, and memory beside them.
    weights_bytes: u64,
    working_bytes: u64,
}

/// Photos a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// That are read, and can be found then.
    pub read: f64,
    /// That are described.
    pub describe: f64,
}

/// A model on the hub.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repo {
    /// `organisation/name`.
    pub(crate) repo: String,
    /// A branch, a tag or a commit.
    #[serde(default = "main_branch")]
    pub(crate) revision: String,
    #[serde(default)]
    pub(crate) layout: Layout,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scales {
    text: ScoreRange,
    image: ScoreRange,
}

/// What models compute in on this processor where nobody chose.
pub(crate) fn usual_precision(agrees: &[Precision]) -> Precision {
    select_device(DevicePreference::Cpu).usual_precision(agrees)
}

fn main_branch() -> String {
    "main".to_owned()
}

/// What a model is for; also the name of its folder in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Clip,
    Caption,
    Match,
}

impl Role {
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Clip => "clip",
            Self::Caption => "caption",
            Self::Match => "match",
        }
    }
}

impl Offer {
    /// Every pack that can be downloaded.
    ///
    /// # Errors
    /// A manifest that was compiled in is wrong; a test keeps that from happening.
    pub fn all() -> Result<Vec<Self>, PackError> {
        MANIFESTS.iter().map(|text| Self::parse(text)).collect()
    }

    /// The one of this name.
    ///
    /// # Errors
    /// [`PackError::UnknownName`], which names those that there are.
    pub fn named(name: &str) -> Result<Self, PackError> {
        let mut offers = Self::all()?;
        match offers.iter().position(|offer| offer.name == name) {
            Some(at) => Ok(offers.swap_remove(at)),
            None => {
                let known: Vec<String> = offers.into_iter().map(|offer| offer.name).collect();
                Err(PackError::UnknownName { name: name.to_owned(), known: known.join(", ") })
            }
        }
    }

    /// From the text of a manifest.
    ///
    /// # Errors
    /// [`PackError::BadAnswer`] with what is wrong in it.
    pub fn parse(text: &str) -> Result<Self, PackError> {
        let wrong = |reason: String| PackError::BadAnswer {
            host: "Vitrine".to_owned(),
            what: "a manifest of a model pack".to_owned(),
            reason,
        };
        let offer: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if offer.format != FORMAT {
            return Err(wrong(format!("it has the format {}", offer.format)));
        }
        crate::shelf::check_name(&offer.name)?;
        Ok(offer)
    }

    /// How fast it would be on this processor, at about.
    #[must_use]
    pub fn pace(&self) -> Option<Pace> {
        let speed = vitrine_models::processor_speed();
        self.work.map(|Work { read, describe, .. }| Pace { read: speed / read, describe: speed / describe })
    }

    /// Memory that its models would take on this processor, at about.
    #[must_use]
    pub fn memory_bytes(&self) -> Option<u64> {
        let of_f32 = |bytes: u64| bytes / Precision::F32.size_bytes() * usual_precision(&[]).size_bytes();
        self.work.map(|work| of_f32(work.weights_bytes) + work.working_bytes)
    }

    /// The repositories of its models on the hub.
    pub fn repos(&self) -> impl Iterator<Item = &str> {
        self.models().map(|(_, repo)| repo.repo.as_str())
    }

    pub(crate) fn models(&self) -> impl Iterator<Item = (Role, &Repo)> {
        let models = [
            (Role::Clip, Some(&self.clip)),
            (Role::Caption, self.caption.as_ref()),
            (Role::Match, self.matching.as_ref()),
        ];
        models.into_iter().filter_map(|(role, repo)| Some((role, repo?)))
    }

    /// What is usual for its search model, with what the manifest says instead.
    pub(crate) fn calibrated(&self, usual: Calibration) -> Calibration {
        self.calibration.map_or(usual, |Scales { text, image }| Calibration { text, image, ..usual })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_manifest_can_be_read() {
        let offers = Offer::all().unwrap();
        let names: Vec<&str> = offers.iter().map(|offer| offer.name.as_str()).collect();
        assert_eq!(
            names,
            ["ecommerce", "ecommerce-large", "multilingual", "light", "fast", "quality", "fashion"]
        );
        for offer in &offers {
            assert!(offer.models().all(|(_, repo)| repo.repo.split('/').count() == 2), "{}", offer.name);
            assert!(offer.about_bytes > 1_000_000_000 && !offer.summary.is_empty());
            let pace = offer.pace().unwrap();
            assert!(pace.read > pace.describe && pace.describe > 0.0, "{pace:?}");
            assert!(offer.memory_bytes().unwrap() > offer.about_bytes / 4, "{}", offer.name);
        }
        assert_eq!(offers.iter().filter(|offer| offer.recommended.is_some()).count(), 1);
        assert_eq!(Offer::named("quality").unwrap().clip.repo, "openai/clip-vit-large-patch14");
    }

    #[test]
    fn a_name_that_is_not_offered_says_what_is() {
        let error = Offer::named("best").unwrap_err().to_string();
        assert!(
            error.contains("best") && error.contains("multilingual, light, fast, quality, fashion"),
            "{error}"
        );
    }
}
