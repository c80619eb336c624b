//! Packs that can be downloaded: manifests that are compiled in from `models/packs`.
//!
//! A manifest names a repository of the hub for each model. Which files of it are wanted follows from
//! the layout that all models of the hub share, so it need not be said again.

use serde::Deserialize;
use vitrine_models::{Calibration, ScoreRange};

use vitrine_models::is_safe_name;

use crate::PackError;

/// The version of the manifests.
const FORMAT: u32 = 1;

const MANIFESTS: [&str; 3] = [
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
    clip: Repo,
    #[serde(default)]
    caption: Option<Repo>,
    #[serde(default, rename = "match")]
    matching: Option<Repo>,
    #[serde(default)]
    calibration: Option<Scales>,
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
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scales {
    text: ScoreRange,
    image: ScoreRange,
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

/// The small files of a model in the hub's layout: of each group, the first choice of which all are there.
const SMALL_FILES: [&[&[&str]]; 3] = [
    &[&["config.json"]],
    &[&["preprocessor_config.json"]],
    &[&["tokenizer.json"], &["vocab.json", "merges.txt"], &["vocab.txt"]],
];

/// Taken where it is there: how captions are searched for.
const OPTIONAL_FILE: &str = "generation_config.json";

/// Which of the files that `there` are make a model, small ones first; or the name of one that is missing.
pub(crate) fn files_of_a_model(there: &[String]) -> Result<Vec<String>, &'static str> {
    let is_there = |name: &&str| there.iter().any(|file| file == name);
    let mut files = Vec::new();
    for group in SMALL_FILES {
        let names = group.iter().find(|names| names.iter().all(is_there)).ok_or(group[0][0])?;
        files.extend(names.iter().map(|name| (*name).to_owned()));
    }
    if is_there(&OPTIONAL_FILE) {
        files.push(OPTIONAL_FILE.to_owned());
    }
    const WHOLE: &str = "model.safetensors";
    const INDEX: &str = "model.safetensors.index.json";
    const TORCH: &str = "pytorch_model.bin";
    // In the order in which the models' reader looks for them.
    if is_there(&WHOLE) {
        files.push(WHOLE.to_owned());
    } else if is_there(&INDEX) {
        let is_part = |name: &&String| {
            is_safe_name(name)
                && name.strip_prefix("model-").is_some_and(|rest| rest.contains("-of-"))
                && name.ends_with(".safetensors")
        };
        files.push(INDEX.to_owned());
        files.extend(there.iter().filter(is_part).cloned());
    } else if is_there(&TORCH) {
        files.push(TORCH.to_owned());
    } else {
        return Err(WHOLE);
    }
    Ok(files)
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

    pub(crate) fn calibration(&self) -> Calibration {
        self.calibration.map_or_else(Calibration::default, |Scales { text, image }| Calibration {
            text,
            image,
            ..Calibration::default()
        })
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
        assert_eq!(names, ["fast", "quality", "fashion"]);
        for offer in &offers {
            assert!(offer.models().all(|(_, repo)| repo.repo.split('/').count() == 2), "{}", offer.name);
            assert!(offer.about_bytes > 1_000_000_000 && !offer.summary.is_empty());
        }
        assert_eq!(Offer::named("quality").unwrap().clip.repo, "openai/clip-vit-large-patch14");
    }

    #[test]
    fn a_model_is_its_small_files_and_one_kind_of_weights() {
        let check = |there: &[&str], expected: Result<&[&str], &'static str>| {
            let there: Vec<String> = ["config.json", "preprocessor_config.json", "README.md"]
                .iter()
                .chain(there)
                .map(|name| (*name).to_owned())
                .collect();
            let files = files_of_a_model(&there);
            let files = files.as_ref().map(|files| files[2..].iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(files.as_deref().map_err(|name| **name), expected);
        };
        check(
            &["vocab.txt", "tokenizer.json", "pytorch_model.bin", "model.safetensors"],
            Ok(&["tokenizer.json", "model.safetensors"]),
        );
        check(
            &["vocab.json", "merges.txt", "pytorch_model.bin"],
            Ok(&["vocab.json", "merges.txt", "pytorch_model.bin"]),
        );
        check(
            &["generation_config.json", "tokenizer.json", "model.safetensors"],
            Ok(&["tokenizer.json", "generation_config.json", "model.safetensors"]),
        );
        let parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        let index = "model.safetensors.index.json";
        check(
            &["vocab.txt", index, parts[0], parts[1], "a/model-1-of-1.safetensors"],
            Ok(&["vocab.txt", index, parts[0], parts[1]]),
        );
        check(&["vocab.json", "model.safetensors"], Err("tokenizer.json"));
        check(&["vocab.txt", "flax_model.msgpack"], Err("model.safetensors"));
    }

    #[test]
    fn a_name_that_is_not_offered_says_what_is() {
        let error = Offer::named("best").unwrap_err().to_string();
        assert!(error.contains("best") && error.contains("fast, quality, fashion"), "{error}");
    }
}
