//! `origin.toml`: where the models of a pack came from, and `download.toml`: what a download expects.
//!
//! Neither is needed to use a pack. The first tells whether the hub has something newer, the second
//! whether an interrupted file belongs to what the hub has now.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use vitrine_models::regular_file;

use crate::PackError;
use crate::fetch::Wanted;
use crate::offer::Role;

/// Beyond what any of the small files that are kept beside packs could need.
const MAX_SMALL_BYTES: u64 = 4 << 20;
const ORIGIN: &str = "origin.toml";
const DOWNLOAD: &str = "download.toml";

/// The repository and commit of each model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Origin {
    #[serde(flatten)]
    pub(crate) models: BTreeMap<String, Commit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Commit {
    pub(crate) repo: String,
    pub(crate) commit: String,
}

impl Origin {
    pub(crate) fn add(&mut self, role: Role, repo: &str, commit: &str) {
        let commit = Commit { repo: repo.to_owned(), commit: commit.to_owned() };
        self.models.insert(role.folder().to_owned(), commit);
    }

    /// None where there is none that can be read.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        toml::from_str(&read_small(&folder.join(ORIGIN))?).ok()
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), PackError> {
        let mut table = Table::new();
        for (role, Commit { repo, commit }) in &self.models {
            let entry =
                [("repo".to_owned(), repo.as_str().into()), ("commit".to_owned(), commit.as_str().into())];
            table.insert(role.clone(), Value::Table(entry.into_iter().collect()));
        }
        write(&folder.join(ORIGIN), &table)
    }
}

/// What a download expects of each file, by its path in the pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Expected {
    pub(crate) files: BTreeMap<String, ExpectedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ExpectedFile {
    pub(crate) size_bytes: u64,
    /// The hub's checksum, of whatever kind.
    sum: String,
}

impl Expected {
    pub(crate) fn of(wanted: &[Wanted]) -> Self {
        let file = |wanted: &Wanted| ExpectedFile {
            size_bytes: wanted.remote.size_bytes,
            sum: wanted.remote.sum.digits().to_owned(),
        };
        Self { files: wanted.iter().map(|wanted| (wanted.path.clone(), file(wanted))).collect() }
    }

    pub(crate) fn total_bytes(&self) -> u64 {
        self.files.values().fold(0, |sum, file| sum.saturating_add(file.size_bytes))
    }

    pub(crate) fn read(folder: &Path) -> Option<Self> {
        toml::from_str(&read_small(&folder.join(DOWNLOAD))?).ok()
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), PackError> {
        let mut files = Table::new();
        for (path, file) in &self.files {
            let size_bytes = i64::try_from(file.size_bytes).unwrap_or(i64::MAX);
            let entry =
                [("size_bytes".to_owned(), size_bytes.into()), ("sum".to_owned(), file.sum.as_str().into())];
            files.insert(path.clone(), Value::Table(entry.into_iter().collect()));
        }
        write(&folder.join(DOWNLOAD), &Table::from_iter([("files".to_owned(), Value::Table(files))]))
    }

    /// A finished pack needs it no longer.
    pub(crate) fn forget(folder: &Path) -> Result<(), PackError> {
        let path = folder.join(DOWNLOAD);
        fs::remove_file(&path).map_err(|source| PackError::io(&path, source))
    }
}

/// A small text file; none where it is none, or cannot be read.
pub(crate) fn read_small(path: &Path) -> Option<String> {
    let (_, bytes) = regular_file::read(path, MAX_SMALL_BYTES).ok()?;
    String::from_utf8(bytes).ok()
}

fn write(path: &Path, table: &Table) -> Result<(), PackError> {
    fs::write(path, table.to_string()).map_err(|source| PackError::io(path, source))
}
