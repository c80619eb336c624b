//! A model pack: a folder with a `pack.toml` and one folder per model in the Hugging Face layout.
//!
//! ```text
//! starter/
//!   pack.toml
//!   clip/     config.json  model.safetensors  preprocessor_config.json  tokenizer.json
//!   caption/  config.json  model.safetensors  preprocessor_config.json  tokenizer.json
//! ```
//!
//! ```toml
//! format = 1                     # of this file
//! name = "starter"               # letters, digits, - _ .
//! revision = "2026-11-20.1"      # another one whenever any file changes
//! summary = "One line for users."
//! licence = "MIT OR Apache-2.0"
//! starter = true                 # optional: a pack that ships to show how things work
//!
//! [clip]                         # optional; a folder below the pack's
//! folder = "clip"
//!
//! [caption]                      # optional
//! folder = "caption"
//!
//! [calibration.text]             # cosine of a text and a picture that have nothing in common,
//! unrelated = 0.15               # and of a sure match
//! sure = 0.33
//!
//! [calibration.image]            # the same between two pictures
//! unrelated = 0.45
//! sure = 0.95
//!
//! [files."clip/config.json"]     # every file of the model folders, forward slashes
//! sha256 = "64 hexadecimal digits"
//! size_bytes = 1234
//! ```
//!
//! A pack is hostile input. Paths stay below the pack's folder, symbolic links that lead out of it
//! are refused, files that are not listed are not read, and [`Pack::verify`] checks every byte.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::summary::{self, ModelSummary};
use crate::{ModelError, PREPROCESSING_VERSION, json_file};

/// The version of `pack.toml` that this crate reads.
const FORMAT: u32 = 1;

/// What `pack.toml` says.
#[derive(Debug, Clone, Deserialize)]
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
    /// Image and text vectors.
    #[serde(default)]
    pub clip: Option<ModelEntry>,
    /// Captions.
    #[serde(default)]
    pub caption: Option<ModelEntry>,
    /// How cosines read as relevance.
    #[serde(default)]
    pub calibration: Calibration,
    /// Every file of the model folders, by its path with forward slashes.
    #[serde(default)]
    pub files: BTreeMap<String, FileSum>,
}

/// Where a model lies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Folder below the pack's, with forward slashes.
    pub folder: String,
}

/// The identity of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSum {
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Length in bytes.
    pub size_bytes: u64,
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
}

impl Calibration {
    fn default_text() -> ScoreRange {
        ScoreRange { unrelated: 0.15, sure: 0.33 }
    }

    fn default_image() -> ScoreRange {
        ScoreRange { unrelated: 0.45, sure: 0.95 }
    }
}

impl Default for Calibration {
    fn default() -> Self {
        Self { text: Self::default_text(), image: Self::default_image() }
    }
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

/// An opened model pack.
#[derive(Debug, Clone)]
pub struct Pack {
    folder: PathBuf,
    manifest: PackManifest,
}

impl Pack {
    /// Reads `pack.toml` and checks that every listed file is there with the listed length.
    /// Quick: no file of the models is read.
    ///
    /// # Errors
    /// A `pack.toml` that is missing or wrong, a file that is missing or has another length.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("pack.toml");
        let text = json_file::read_text(&path)?;
        let manifest: PackManifest = toml::from_str(&text)
            .map_err(|error| ModelError::Pack { path: path.clone(), reason: error.message().to_owned() })?;
        check_manifest(&manifest).map_err(|reason| ModelError::Pack { path, reason })?;
        let pack = Self { folder: folder.to_path_buf(), manifest };
        pack.check_files()?;
        Ok(pack)
    }

    /// Reads every listed file and compares its SHA-256. Takes as long as reading the weights.
    ///
    /// # Errors
    /// [`ModelError::WrongChecksum`] names the first file that differs.
    pub fn verify(&self) -> Result<(), ModelError> {
        self.check_files()?;
        for (name, sum) in &self.manifest.files {
            let path = self.folder.join(name);
            if !sha256_of(&path)?.eq_ignore_ascii_case(&sum.sha256) {
                return Err(ModelError::WrongChecksum { path });
            }
        }
        Ok(())
    }

    /// What `pack.toml` says.
    #[must_use]
    pub fn manifest(&self) -> &PackManifest {
        &self.manifest
    }

    /// The pack's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the CLIP model, for [`crate::Clip::load`].
    ///
    /// # Errors
    /// [`ModelError::NoModel`] where the pack has none.
    pub fn clip_folder(&self) -> Result<PathBuf, ModelError> {
        self.model_folder(self.manifest.clip.as_ref(), "search")
    }

    /// The folder of the caption model, for [`crate::Captioner::load`].
    ///
    /// # Errors
    /// [`ModelError::NoModel`] where the pack has none.
    pub fn caption_folder(&self) -> Result<PathBuf, ModelError> {
        self.model_folder(self.manifest.caption.as_ref(), "description")
    }

    /// Identifies the CLIP vectors of this pack: vectors of two keys are never compared.
    #[must_use]
    pub fn clip_key(&self) -> String {
        self.key("clip")
    }

    /// Identifies the captions of this pack.
    #[must_use]
    pub fn caption_key(&self) -> String {
        self.key("caption")
    }

    /// What the CLIP model is, without loading it.
    ///
    /// # Errors
    /// No such model, or its files cannot be read.
    pub fn clip_summary(&self) -> Result<ModelSummary, ModelError> {
        summary::of_folder(&self.clip_folder()?)
    }

    /// What the caption model is, without loading it.
    ///
    /// # Errors
    /// No such model, or its files cannot be read.
    pub fn caption_summary(&self) -> Result<ModelSummary, ModelError> {
        summary::of_folder(&self.caption_folder()?)
    }

    fn key(&self, role: &str) -> String {
        format!("{}@{}/{role}/p{PREPROCESSING_VERSION}", self.manifest.name, self.manifest.revision)
    }

    fn model_folder(&self, entry: Option<&ModelEntry>, role: &'static str) -> Result<PathBuf, ModelError> {
        let entry = entry.ok_or_else(|| ModelError::NoModel { path: self.folder.clone(), role })?;
        Ok(self.folder.join(&entry.folder))
    }

    fn check_files(&self) -> Result<(), ModelError> {
        let root = self.folder.canonicalize().map_err(|source| ModelError::io(&self.folder, source))?;
        for (name, sum) in &self.manifest.files {
            let path = self.folder.join(name);
            let real = path.canonicalize().map_err(|source| ModelError::io(&path, source))?;
            let meta = real.metadata().map_err(|source| ModelError::io(&path, source))?;
            if !real.starts_with(&root) || !meta.is_file() {
                return Err(ModelError::Pack {
                    path: self.folder.join("pack.toml"),
                    reason: format!("{name} is not a file inside the pack"),
                });
            }
            if meta.len() != sum.size_bytes {
                return Err(ModelError::WrongSize {
                    path,
                    expected_bytes: sum.size_bytes,
                    found_bytes: meta.len(),
                });
            }
        }
        Ok(())
    }
}

/// What must hold before any path of the manifest is touched.
fn check_manifest(manifest: &PackManifest) -> Result<(), String> {
    if manifest.format != FORMAT {
        return Err(format!("it has the format {}, this program reads {FORMAT}", manifest.format));
    }
    for (field, text) in [("name", &manifest.name), ("revision", &manifest.revision)] {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if text.is_empty() || text.len() > 64 || !text.chars().all(plain) {
            return Err(format!("{field} is not a short name of letters, digits, '-', '_' and '.'"));
        }
    }
    for (field, range) in [("text", manifest.calibration.text), ("image", manifest.calibration.image)] {
        if !range.is_valid() {
            return Err(format!("calibration.{field} needs unrelated < sure"));
        }
    }
    for (name, sum) in &manifest.files {
        if !is_inside(name) {
            return Err(format!("the file name {name:?} leads out of the pack"));
        }
        if sum.sha256.len() != 64 || !sum.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(format!("the sha256 of {name} is not 64 hexadecimal digits"));
        }
    }
    for entry in [&manifest.clip, &manifest.caption].into_iter().flatten() {
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
    let any_of: [&[&str]; 4] = [
        &["config.json"],
        &["model.safetensors", "pytorch_model.bin"],
        &["preprocessor_config.json"],
        &["tokenizer.json", "vocab.json", "vocab.txt"],
    ];
    match any_of.iter().find(|names| !names.iter().any(|name| listed(name))) {
        None => Ok(()),
        Some(names) => Err(format!("{folder}/{} is not listed under [files]", names[0])),
    }
}

/// A relative path of plain names, on every system.
fn is_inside(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', ':', '\0'])
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn sha256_of(path: &Path) -> Result<String, ModelError> {
    let io = |source| ModelError::io(path, source);
    let mut file = std::fs::File::open(path).map_err(io)?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut hasher).map_err(io)?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
