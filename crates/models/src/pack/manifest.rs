//! `pack.toml` and what must hold in it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use unicode_script::{Script, UnicodeScript};

use super::FileSum;
use crate::{ModelError, Precision, clip, is_safe_name};

/// The version of `pack.toml` that this crate reads and writes.
pub(super) const FORMAT: u32 = 1;

/// What `pack.toml` says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackManifest {
    format: u32,
    /// Short name: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// Changes whenever any file of the pack changes.
    pub revision: String,
    /// One line for users.
    pub summary: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// Ships with the program to show how things work; real models come from elsewhere.
    #[serde(default)]
    pub starter: bool,
    /// The shipped word lists whose words its CLIP knows; all of them where this is absent. A narrow
    /// model that reads other words answers them with nonsense.
    #[serde(default)]
    pub lists: Option<Vec<String>>,
    /// The scripts that its search model reads, by ISO 15924 (`Latn`); all of them where none is named. Words of
    /// another script, which it would answer at random, are looked up as they stand and not put to it.
    #[serde(default)]
    pub scripts: Vec<String>,
    /// What its models know and lack.
    #[serde(default)]
    pub coverage: Coverage,
    /// Image and text vectors.
    #[serde(default)]
    pub clip: Option<ModelEntry>,
    /// Captions.
    #[serde(default)]
    pub caption: Option<ModelEntry>,
    /// How well a picture and a text belong together: `[match]` in the file.
    #[serde(default, rename = "match")]
    pub matching: Option<ModelEntry>,
    /// The precisions in which its models were measured to answer as in f32 (`examples/precisions.rs`): those that a
    /// processor is given unasked.
    #[serde(default)]
    pub agrees: Vec<Precision>,
    /// How cosines read as relevance.
    #[serde(default)]
    pub calibration: Calibration,
    /// Every file of the model folders, by its path with forward slashes.
    #[serde(default)]
    pub files: BTreeMap<String, FileSum>,
}

impl PackManifest {
    /// A pack that holds nothing yet; its maker fills in models, files and calibration.
    #[must_use]
    pub fn new(name: &str, revision: &str, summary: &str, licence: &str) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            revision: revision.to_owned(),
            summary: summary.to_owned(),
            licence: licence.to_owned(),
            starter: false,
            lists: None,
            scripts: Vec::new(),
            coverage: Coverage::default(),
            clip: None,
            caption: None,
            matching: None,
            agrees: Vec::new(),
            calibration: Calibration::default(),
            files: BTreeMap::new(),
        }
    }

    /// Whether the search model reads the script that a word is written in.
    #[must_use]
    pub fn reads_script_of(&self, word: &str) -> bool {
        let is_read = |script: Script| {
            let name = script.short_name();
            // Digits and signs are of all scripts.
            matches!(script, Script::Common | Script::Inherited) || self.scripts.iter().any(|own| own == name)
        };
        self.scripts.is_empty() || word.chars().all(|letter| is_read(letter.script()))
    }

    /// Length of all listed files together, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.values().fold(0, |sum, file| sum.saturating_add(file.size_bytes))
    }

    /// The models that the pack holds.
    pub(super) fn models(&self) -> impl Iterator<Item = &ModelEntry> {
        [&self.clip, &self.caption, &self.matching].into_iter().flatten()
    }
}

/// What a pack's models know and lack, in lines for users; empty where nobody said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// What they were made for, such as "17 kinds of garments".
    #[serde(default)]
    pub knows: Vec<String>,
    /// What not to expect of them.
    #[serde(default)]
    pub lacks: Vec<String>,
}

/// Where a model lies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Folder below the pack's, with forward slashes.
    pub folder: String,
}

/// How this pack's cosines read as relevance. The defaults suit OpenAI's CLIP ViT-B/32.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Text against picture.
    #[serde(default = "Calibration::default_text")]
    pub text: ScoreRange,
    /// Picture against picture.
    #[serde(default = "Calibration::default_image")]
    pub image: ScoreRange,
    /// The matching model's vectors (ITC), picture against picture.
    #[serde(default = "Calibration::default_match_image")]
    pub match_image: ScoreRange,
    /// Words against all parts of a photo together.
    #[serde(default)]
    pub fused: FusedCalibration,
    /// What a description claims against a photo.
    #[serde(default)]
    pub claims: ClaimCalibrations,
}

impl Calibration {
    /// What is usual for the search model in a folder, whose weights are not loaded.
    ///
    /// # Errors
    /// A model that cannot be read.
    pub fn usual_of(folder: &Path) -> Result<Self, ModelError> {
        clip::usual_calibration(folder)
    }

    fn default_text() -> ScoreRange {
        ScoreRange { unrelated: 0.15, sure: 0.33 }
    }

    fn default_image() -> ScoreRange {
        ScoreRange { unrelated: 0.45, sure: 0.95 }
    }

    fn default_match_image() -> ScoreRange {
        ScoreRange { unrelated: 0.5, sure: 0.95 }
    }
}

impl Default for Calibration {
    fn default() -> Self {
        Self {
            text: Self::default_text(),
            image: Self::default_image(),
            match_image: Self::default_match_image(),
            fused: FusedCalibration::default(),
            claims: ClaimCalibrations::default(),
        }
    }
}

/// How cosines of words with each part of a photo add up, and where their sum says that a product is meant.
///
/// Each part's cosine is set against what is usual for it: `(cosine - mean) / spread`. These are added with
/// the parts' weights. The sum, with `context` times the mean of the sums over the merchant's own catalog, is
/// set against `line`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FusedCalibration {
    /// CLIP's vector of the photo.
    pub look: PartCalibration,
    /// BLIP's vector of the photo (ITC).
    #[serde(rename = "match")]
    pub matching: PartCalibration,
    /// CLIP's vector of the description.
    pub description: PartCalibration,
    /// CLIP's vector of the merchant's own words.
    pub own: PartCalibration,
    /// From here on a product is rather meant than not: relevance 0.5.
    pub line: f32,
    /// From the line to a sure match: relevance 1.
    pub width: f32,
    /// How much it counts that the whole catalog is near to the words, as a shop of shoes is to shoes.
    pub context: f32,
    /// A closer look at the first ranks (BLIP's ITM): differences of logits instead of cosines. Weight 0 where it
    /// was measured not to help.
    pub closer: PartCalibration,
}

impl Default for FusedCalibration {
    /// Usual cosines of OpenAI's CLIP ViT-B/32 and of BLIP base; the rest is what the starter pack was
    /// measured with.
    fn default() -> Self {
        Self {
            look: PartCalibration { mean: 0.2, spread: 0.03, weight: 1.0 },
            matching: PartCalibration { mean: 0.2, spread: 0.07, weight: 1.0 },
            description: PartCalibration { mean: 0.6, spread: 0.08, weight: 0.25 },
            own: PartCalibration { mean: 0.6, spread: 0.08, weight: 0.25 },
            line: 5.9,
            width: 3.5,
            context: 1.5,
            // BLIP's authors order the first candidates of a search so (Li et al. 2022); what it gains was not
            // measured here, for want of the weights.
            closer: PartCalibration { mean: 0.0, spread: 3.0, weight: 0.5 },
        }
    }
}

impl FusedCalibration {
    /// The parts, in the order in which they are fused.
    #[must_use]
    pub fn parts(&self) -> [PartCalibration; 4] {
        [self.look, self.matching, self.description, self.own]
    }

    fn is_valid(&self) -> bool {
        let parts = self.parts();
        let is_part = |part: &PartCalibration| {
            part.mean.is_finite() && part.spread.is_finite() && part.spread > 0.0 && part.weight >= 0.0
        };
        let has_weight = parts.iter().any(|part| part.weight > 0.0);
        parts.iter().all(is_part)
            && is_part(&self.closer)
            && has_weight
            && self.line.is_finite()
            && self.width.is_finite()
            && self.width > 0.0
            && self.context.is_finite()
    }
}

/// How what speaks for and against a claim reads as a probability, by kind of claim.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimCalibrations {
    /// What the product is.
    #[serde(rename = "type")]
    pub product_type: ClaimCalibration,
    /// Its colour.
    pub colour: ClaimCalibration,
    /// Its material.
    pub material: ClaimCalibration,
    /// Its pattern.
    pub pattern: ClaimCalibration,
    /// Anything else that a word list names.
    pub other: ClaimCalibration,
}

impl Default for ClaimCalibrations {
    fn default() -> Self {
        let all = ClaimCalibration::default();
        Self { product_type: all, colour: all, material: all, pattern: all, other: all }
    }
}

impl ClaimCalibrations {
    fn is_valid(&self) -> bool {
        [self.product_type, self.colour, self.material, self.pattern, self.other]
            .iter()
            .flat_map(|kind| [kind.first, kind.closer])
            .flat_map(|weights| {
                [weights.bias, weights.look, weights.pixels, weights.caption, weights.matching]
            })
            .all(f32::is_finite)
    }
}

/// Weights of one kind of claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimCalibration {
    /// Where the matching model was not asked.
    pub first: ClaimWeights,
    /// Where it was.
    pub closer: ClaimWeights,
}

/// A logistic model: the probability that a claim is right is `sigmoid(bias + sum of weight * evidence)`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimWeights {
    /// How likely such claims are before anything is looked at, as log odds.
    pub bias: f32,
    /// Of CLIP's log odds of the claim against its foils.
    pub look: f32,
    /// Of the log odds of the colour's share of the product, of colours.
    #[serde(default)]
    pub pixels: f32,
    /// Of what the caption says: 1 the same, -1 something else, 0 nothing.
    #[serde(default)]
    pub caption: f32,
    /// Of the matching model's difference between the claim and its best foil (ITM).
    #[serde(default, rename = "match")]
    pub matching: f32,
}

impl Default for ClaimWeights {
    /// Cautious: what was not measured is hardly ever sure.
    fn default() -> Self {
        Self { bias: 0.0, look: 0.3, pixels: 0.3, caption: 0.7, matching: 0.2 }
    }
}

/// What is usual for the cosines of a part, and how much it counts.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartCalibration {
    /// The mean cosine of some words and some photo.
    pub mean: f32,
    /// How far photos lie from the mean of one text, as a standard deviation.
    pub spread: f32,
    /// How much the part counts.
    pub weight: f32,
}

/// A linear scale from cosine to relevance.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRange {
    /// The cosine of two things that have nothing in common: relevance 0.
    pub unrelated: f32,
    /// The cosine of a sure match: relevance 1.
    pub sure: f32,
}

impl ScoreRange {
    /// `cosine` as relevance from 0 to 1.
    #[must_use]
    pub fn relevance(&self, cosine: f32) -> f32 {
        ((cosine - self.unrelated) / (self.sure - self.unrelated)).clamp(0.0, 1.0)
    }

    fn is_valid(&self) -> bool {
        self.unrelated.is_finite() && self.sure.is_finite() && self.unrelated < self.sure
    }
}

/// The manifest, or what is wrong in which line.
pub(super) fn parse(text: &str) -> Result<PackManifest, String> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1;
        format!("line {line}: {}", error.message())
    })
}

/// What must hold before any path of the manifest is touched.
pub(super) fn check(manifest: &PackManifest) -> Result<(), String> {
    if manifest.format != FORMAT {
        return Err(format!("it has the format {}, this program reads {FORMAT}", manifest.format));
    }
    for (field, text) in [("name", &manifest.name), ("revision", &manifest.revision)] {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if text.len() > 64 || !text.chars().all(plain) || !is_safe_name(text) {
            return Err(format!("{field} is not a short name of letters, digits, '-', '_' and '.'"));
        }
    }
    if let Some(other) = manifest.agrees.iter().find(|it| !matches!(it, Precision::Bf16 | Precision::Int8)) {
        return Err(format!("agrees lists bf16 and int8, not {}", other.name()));
    }
    let calibration = &manifest.calibration;
    for (field, range) in
        [("text", calibration.text), ("image", calibration.image), ("match_image", calibration.match_image)]
    {
        if !range.is_valid() {
            return Err(format!("calibration.{field} needs unrelated < sure"));
        }
    }
    if !calibration.fused.is_valid() {
        return Err(
            "calibration.fused needs spreads and a width above 0, and a part with a weight".to_owned()
        );
    }
    if !calibration.claims.is_valid() {
        return Err("calibration.claims needs numbers for its weights".to_owned());
    }
    if let Some(unknown) = manifest.scripts.iter().find(|name| Script::from_short_name(name).is_none()) {
        return Err(format!("scripts are named as in ISO 15924, such as Latn, not {unknown:?}"));
    }
    for (name, sum) in &manifest.files {
        if !is_inside(name) {
            return Err(format!("the file name {name:?} leads out of the pack"));
        }
        if sum.sha256.len() != 64 || !sum.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(format!("the sha256 of {name} is not 64 hexadecimal digits"));
        }
    }
    for entry in manifest.models() {
        if !is_inside(&entry.folder) {
            return Err(format!("the folder {:?} leads out of the pack", entry.folder));
        }
        check_listed(manifest, &entry.folder)?;
    }
    Ok(())
}

/// The files without which no model loads must be listed, or `verify` would vouch for nothing.
fn check_listed(manifest: &PackManifest, folder: &str) -> Result<(), String> {
    let listed = |file: &str| manifest.files.contains_key(&format!("{folder}/{file}"));
    const TOKENIZERS: &[&str] = &["tokenizer.json", "vocab.json", "vocab.txt", "spiece.model"];
    let transformers: &[&[&str]] = &[
        &["config.json"],
        &["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"],
        &["preprocessor_config.json"],
        TOKENIZERS,
    ];
    let open_clip: &[&[&str]] = &[
        &["open_clip_config.json"],
        &["open_clip_model.safetensors", "open_clip_pytorch_model.bin"],
        TOKENIZERS,
    ];
    let any_of =
        if listed("config.json") || !listed("open_clip_config.json") { transformers } else { open_clip };
    match any_of.iter().find(|names| !names.iter().any(|name| listed(name))) {
        None => Ok(()),
        Some(names) => Err(format!("{folder}/{} is not listed under [files]", names[0])),
    }
}

/// A relative path of plain names, on every system.
fn is_inside(name: &str) -> bool {
    name.split('/').all(is_safe_name)
}
