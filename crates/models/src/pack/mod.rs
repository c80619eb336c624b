//! A model pack: a folder with a `pack.toml` and one folder per model in the Hugging Face layout.
//!
//! ```text
//! starter/
//!   pack.toml
//!   clip/     config.json  model.safetensors  preprocessor_config.json  tokenizer.json
//!   caption/  config.json  model.safetensors  preprocessor_config.json  tokenizer.json
//!             generation_config.json  # optional: how captions are best searched for
//!   match/    ...
//!   terms/    product_types.txt    # optional: word lists in place of those that ship
//! ```
//!
//! ```toml
//! format = 1                     # of this file
//! name = "starter"               # letters, digits, - _ .
//! revision = "2026-11-20.1"      # another one whenever any file changes
//! summary = "One line for users."
//! licence = "MIT OR Apache-2.0"
//! starter = true                 # optional: a pack that ships to show how things work
//! lists = ["product_types"]      # optional: the word lists that its CLIP knows; all where absent
//!
//! [coverage]                     # optional: lines for users
//! knows = ["17 kinds of garments"]
//! lacks = ["brands"]
//!
//! [clip]                         # optional; a folder below the pack's
//! folder = "clip"
//!
//! [caption]                      # optional
//! folder = "caption"
//!
//! [match]                        # optional
//! folder = "match"
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
//!
//! Nothing here writes a file: who makes a pack fills a [`PackManifest`], with [`FileSum::of_file`] for
//! its files, and writes the text of [`PackManifest::to_toml`].

mod checked;
mod checksum;
mod manifest;
mod writing;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use self::checked::{CheckedFile, CheckedFiles};
pub use self::checksum::FileSum;
pub use self::manifest::{
    Calibration, ClaimCalibration, ClaimCalibrations, ClaimWeights, Coverage, FusedCalibration, ModelEntry,
    PackManifest, PartCalibration, ScoreRange,
};
use sha2::{Digest, Sha256};

use crate::interrogator::TermTable;
use crate::summary::{self, ModelSummary};
use crate::{ModelError, PREPROCESSING_VERSION, Precision, clip, json_file, tokenizer};

/// Changes whenever `vitrine-kernels` rounds to fewer bits in another way.
const ROUNDING_VERSION: u32 = 2;

/// Where a pack keeps its own word lists.
const TERMS: &str = "terms/";

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
        self.verify_with(&mut |_, _| ControlFlow::Continue(())).map(|_| ())
    }

    /// [`Pack::verify`], which tells `progress` how many bytes are read of how many, every megabyte at
    /// the latest, and stops when it answers `Break`.
    ///
    /// Out: `Continue` for a pack that is whole, `Break` for a check that was stopped.
    ///
    /// # Errors
    /// As [`Pack::verify`].
    pub fn verify_with(
        &self,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        self.check_files()?;
        let total = self.manifest.size_bytes();
        let mut done = 0;
        for (name, sum) in &self.manifest.files {
            let path = self.folder.join(name);
            let found = FileSum::of_file_with(&path, &mut |n| progress(done + n, total))?;
            let ControlFlow::Continue(found) = found else { return Ok(ControlFlow::Break(())) };
            if !found.sha256.eq_ignore_ascii_case(&sum.sha256) {
                return Err(ModelError::WrongChecksum { path });
            }
            done += found.size_bytes;
        }
        Ok(ControlFlow::Continue(()))
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

    /// The folder of the matching model: a `BlipForImageTextRetrieval`.
    ///
    /// # Errors
    /// [`ModelError::NoModel`] where the pack has none.
    pub fn match_folder(&self) -> Result<PathBuf, ModelError> {
        self.model_folder(self.manifest.matching.as_ref(), "matching")
    }

    /// Identifies the CLIP vectors of this pack, computed in this precision: vectors of two keys are never
    /// compared. It follows from the content of the model's files and nothing else, so a pack whose weights
    /// were exchanged under the same name and revision has another key.
    #[must_use]
    pub fn clip_key(&self, precision: Precision) -> String {
        self.key("clip", self.manifest.clip.as_ref(), precision)
    }

    /// Identifies the captions of this pack, in the same way.
    #[must_use]
    pub fn caption_key(&self, precision: Precision) -> String {
        self.key("caption", self.manifest.caption.as_ref(), precision)
    }

    /// Identifies the matching model's vectors and scores, in the same way.
    #[must_use]
    pub fn match_key(&self, precision: Precision) -> String {
        self.key("match", self.manifest.matching.as_ref(), precision)
    }

    /// How older programs called what `role` (`clip`, `caption`, `match`) of this pack made: by the pack's
    /// name and revision.
    #[must_use]
    pub fn key_by_name(&self, role: &str) -> String {
        format!("{}@{}/{role}/p{PREPROCESSING_VERSION}", self.manifest.name, self.manifest.revision)
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

    /// What the matching model is, without loading it.
    ///
    /// # Errors
    /// No such model, or its files cannot be read.
    pub fn match_summary(&self) -> Result<ModelSummary, ModelError> {
        summary::of_folder(&self.match_folder()?)
    }

    /// The pack's own word lists: every listed file `terms/NAME.txt`. Each takes the place of the shipped
    /// list of its name, for a CLIP that knows fewer words or others.
    ///
    /// # Errors
    /// A file that cannot be read or is no list.
    pub fn terms(&self) -> Result<Vec<TermTable>, ModelError> {
        let is_list = |name: &&String| name.starts_with(TERMS) && name.ends_with(".txt");
        let files = self.manifest.files.keys().filter(is_list);
        files.map(|name| TermTable::read_file(&self.folder.join(name))).collect()
    }

    /// Memory that all models of the pack take together while they work, in bytes; see
    /// [`ModelSummary::memory_bytes`]. Reads headers only.
    ///
    /// # Errors
    /// A model's files cannot be read.
    pub fn memory_bytes(&self, precision: Precision) -> Result<u64, ModelError> {
        self.manifest.models().try_fold(0_u64, |sum, entry| {
            let summary = summary::of_folder(&self.folder.join(&entry.folder))?;
            Ok(sum.saturating_add(summary.memory_bytes(precision)))
        })
    }

    /// A digest of what shapes the answers of a model: its files (weights, configuration, tokenizer,
    /// preprocessing, the search for captions), the version of the preprocessing here, and the precision.
    fn key(&self, role: &str, entry: Option<&ModelEntry>, precision: Precision) -> String {
        let mut hasher = Sha256::new();
        hasher.update(format!("preprocessing {PREPROCESSING_VERSION}\nprecision {precision:?}\n"));
        if matches!(precision, Precision::Bf16 | Precision::Int8) {
            hasher.update(format!("rounding {ROUNDING_VERSION}\n"));
        }
        let folder = entry.map(|entry| format!("{}/", entry.folder)).unwrap_or_default();
        let reads = Reads::of(&self.folder.join(&folder));
        for (name, sum) in &self.manifest.files {
            if let Some(file) = name.strip_prefix(&folder)
                && reads.takes(file)
            {
                hasher.update(format!("{file} {}\n", sum.sha256.to_ascii_lowercase()));
            }
        }
        let digest = hasher.finalize();
        let digits: String = digits(&digest[..16]);
        format!("{role}-{digits}")
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
        for entry in self.manifest.models() {
            let folder = self.folder.join(&entry.folder);
            // A folder that is absent holds no file: the listed ones are missed later, by name.
            let Ok(files) = folder.read_dir() else { continue };
            let reads = Reads::of(&folder);
            for file in files {
                let file = file.map_err(|source| ModelError::io(&folder, source))?.file_name();
                let name = format!("{}/{}", entry.folder, file.to_string_lossy());
                if reads.takes(&file.to_string_lossy()) && !self.manifest.files.contains_key(&name) {
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

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Which files of a folder a model is read from.
struct Reads {
    /// Of most models `tokenizer.json` says everything.
    tokenizer_config: bool,
}

impl Reads {
    fn of(folder: &Path) -> Self {
        Self { tokenizer_config: clip::reads_tokenizer_config(folder) }
    }

    /// Whether a model could be loaded from a file of this name: weights, whole or in parts, and what is
    /// read beside them. Some systems find `Config.json` as `config.json`.
    fn takes(&self, name: &str) -> bool {
        const NAMES: [&str; 10] = [
            "config.json",
            "generation_config.json",
            "open_clip_config.json",
            "preprocessor_config.json",
            "rounding.json",
            "spiece.model",
            "tokenizer.json",
            "vocab.json",
            "merges.txt",
            "vocab.txt",
        ];
        const ENDINGS: [&str; 3] = [".safetensors", ".bin", ".index.json"];
        let name = name.to_ascii_lowercase();
        NAMES.contains(&name.as_str())
            || ENDINGS.iter().any(|ending| name.ends_with(ending))
            || (self.tokenizer_config && name == tokenizer::CONFIG)
    }
}
