//! Reads the small JSON files of a model folder, with a limit, because a pack may come from anywhere.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::ModelError;

/// A `config.json` has a few kilobytes; even the largest `tokenizer.json` stays under 20 MB.
const MAX_SIZE_BYTES: u64 = 64 << 20;

/// The whole file as text.
pub(crate) fn read_text(path: &Path) -> Result<String, ModelError> {
    let file = File::open(path).map_err(|source| ModelError::io(path, source))?;
    let mut text = String::new();
    let n = file
        .take(MAX_SIZE_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|source| ModelError::io(path, source))?;
    if n as u64 > MAX_SIZE_BYTES {
        return Err(ModelError::config(path, "the file is far too large"));
    }
    Ok(text)
}

/// The file as `T`.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ModelError> {
    serde_json::from_str(&read_text(path)?).map_err(|error| ModelError::config(path, error))
}
