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
//! are refused, no file that a model would read may lie there unlisted, and [`Pack::verify`] checks
//! every byte.

mod manifest;

use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use self::manifest::{Calibration, FileSum, ModelEntry, PackManifest, ScoreRange};
use crate::summary::{self, ModelSummary};
use crate::{ModelError, PREPROCESSING_VERSION, json_file};

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
        let manifest =
            manifest::parse(&text).map_err(|reason| ModelError::Pack { path: path.clone(), reason })?;
        manifest::check(&manifest).map_err(|reason| ModelError::Pack { path, reason })?;
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
        self.check_unlisted()?;
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

    /// A file that stands in for a listed one must not slip past the checksums.
    fn check_unlisted(&self) -> Result<(), ModelError> {
        for entry in [&self.manifest.clip, &self.manifest.caption].into_iter().flatten() {
            for file in MODEL_FILES {
                let name = format!("{}/{file}", entry.folder);
                if !self.manifest.files.contains_key(&name) && self.folder.join(&name).exists() {
                    return Err(ModelError::Pack {
                        path: self.folder.join("pack.toml"),
                        reason: format!("{name} lies in the pack but is not listed under [files]"),
                    });
                }
            }
        }
        Ok(())
    }
}

/// The files that a model is loaded from.
const MODEL_FILES: [&str; 8] = [
    "config.json",
    "model.safetensors",
    "pytorch_model.bin",
    "preprocessor_config.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
];

fn sha256_of(path: &Path) -> Result<String, ModelError> {
    let io = |source| ModelError::io(path, source);
    let mut file = std::fs::File::open(path).map_err(io)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(io)? {
            0 => break,
            n => hasher.update(&buffer[..n]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
