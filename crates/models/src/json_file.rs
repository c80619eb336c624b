//! Reads the small JSON files of a model folder, with a limit, because a pack may come from anywhere.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::{ModelError, regular_file};

/// A `config.json` has a few kilobytes; even the largest `tokenizer.json` stays under 20 MB.
const MAX_SIZE_BYTES: u64 = 64 << 20;

/// The whole file as text.
pub(crate) fn read_text(path: &Path) -> Result<String, ModelError> {
    let (_, bytes) = regular_file::read(path, MAX_SIZE_BYTES).map_err(|source| match source.kind() {
        std::io::ErrorKind::FileTooLarge => ModelError::config(path, "the file is far too large"),
        _ => ModelError::io(path, source),
    })?;
    String::from_utf8(bytes).map_err(|_| ModelError::config(path, "the file is no text in UTF-8"))
}

/// The file as `T`.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ModelError> {
    serde_json::from_str(&read_text(path)?).map_err(|error| ModelError::config(path, error))
}
