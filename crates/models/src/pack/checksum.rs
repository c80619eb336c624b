//! What a file is: its length and its SHA-256.

use std::convert::Infallible;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{ModelError, regular_file};

/// Read between two reports of progress.
const CHUNK_BYTES: usize = 1 << 20;

/// The identity of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSum {
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Length in bytes.
    pub size_bytes: u64,
}

impl FileSum {
    /// Reads the whole file, a megabyte at a time.
    ///
    /// # Errors
    /// A file that is missing or cannot be read.
    pub fn of_file(path: &Path) -> Result<Self, ModelError> {
        match Self::of_file_with(path, &mut |_| ControlFlow::<Infallible>::Continue(()))? {
            ControlFlow::Continue(sum) => Ok(sum),
            ControlFlow::Break(never) => match never {},
        }
    }

    /// [`FileSum::of_file`], which tells `progress` how many bytes of this file are read, every megabyte,
    /// and gives `Break` as soon as it answers `Break`.
    ///
    /// # Errors
    /// As [`FileSum::of_file`].
    pub fn of_file_with<B>(
        path: &Path,
        progress: &mut dyn FnMut(u64) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B, Self>, ModelError> {
        let io = |source| ModelError::io(path, source);
        let (mut file, _) = regular_file::open(path).map_err(io)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut size_bytes = 0;
        loop {
            let n = file.read(&mut buffer).map_err(io)?;
            if n == 0 {
                let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
                return Ok(ControlFlow::Continue(Self { sha256, size_bytes }));
            }
            hasher.update(&buffer[..n]);
            size_bytes += n as u64;
            if let ControlFlow::Break(reason) = progress(size_bytes) {
                return Ok(ControlFlow::Break(reason));
            }
        }
    }
}
