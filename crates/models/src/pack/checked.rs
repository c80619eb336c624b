//! Checking a model's files once, when it is first loaded.
//!
//! Reading gigabytes for every start would take too long, so what was found is kept by whoever opens packs:
//! a file of the same size and time of change as when it was checked is believed.

use std::path::Path;

use super::Pack;
use crate::{FileSum, ModelError, regular_file};

/// A file as it was when it was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFile {
    /// Length in bytes.
    pub size_bytes: u64,
    /// Last change in nanoseconds since 1970, where the file system says.
    pub modified_ns: Option<i64>,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// Where it is kept which files were checked.
pub trait CheckedFiles {
    /// What is known of a path.
    fn known(&self, path: &Path) -> Option<CheckedFile>;

    /// Keeps what was found. Where that fails, the file is checked again the next time.
    fn keep(&self, path: &Path, file: &CheckedFile);
}

impl Pack {
    /// Compares the files of the model in `folder` (one of [`Pack::clip_folder`] and its likes) with their
    /// checksums, unless `checked` knows them as they are.
    ///
    /// # Errors
    /// [`ModelError::WrongChecksum`] names the first file that differs.
    pub fn check_model(&self, folder: &Path, checked: &dyn CheckedFiles) -> Result<(), ModelError> {
        for (name, sum) in &self.manifest.files {
            let path = self.folder.join(name);
            if !path.starts_with(folder) {
                continue;
            }
            let (_, metadata) = regular_file::open(&path).map_err(|source| ModelError::io(&path, source))?;
            let modified_ns = metadata.modified().ok().and_then(|time| {
                let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
                i64::try_from(since.as_nanos()).ok()
            });
            let now = CheckedFile {
                size_bytes: metadata.len(),
                modified_ns,
                sha256: sum.sha256.to_ascii_lowercase(),
            };
            if checked.known(&path).as_ref() == Some(&now) {
                continue;
            }
            let found = FileSum::of_file(&path)?;
            if !found.sha256.eq_ignore_ascii_case(&sum.sha256) {
                return Err(ModelError::WrongChecksum { path });
            }
            checked.keep(&path, &now);
        }
        Ok(())
    }
}
