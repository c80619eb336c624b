//! A file of weights that is mapped into memory: its pages are read when a tensor is, and given back
//! afterwards, so the file never stands in memory beside the tensors that were made of it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::{ModelError, regular_file};

/// What a file begins with that stands in for another one in a git repository.
const LFS_POINTER: &[u8] = b"version https://git-lfs";

pub(super) struct MappedFile {
    path: PathBuf,
    bytes: Mmap,
}

impl MappedFile {
    pub(super) fn open(path: &Path) -> Result<Self, ModelError> {
        let io = |source| ModelError::io(path, source);
        let (file, _) = regular_file::open(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::InvalidInput => ModelError::MissingFile { path: path.to_path_buf() },
            _ => io(source),
        })?;
        // SAFETY: a pack is verified before it is used and its files are never rewritten in place
        // (a new revision is a new folder), so the mapped bytes do not change under us.
        let bytes = unsafe { Mmap::map(&file) }.map_err(io)?;
        let file = Self { path: path.to_path_buf(), bytes };
        if file.bytes.starts_with(LFS_POINTER) {
            return Err(file.error("it is only a pointer of Git LFS; fetch the file itself"));
        }
        Ok(file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Lets the system take back the memory of these bytes; they can be read again.
    pub(super) fn release(&self, range: &Range<usize>) {
        #[cfg(unix)]
        {
            // Whole pages inside the range; neighbours may still be wanted. Pages are a power of two and
            // at most 64 kB; where they are larger than that, nothing is released.
            const PAGE: usize = 1 << 16;
            let (start, end) = (range.start.next_multiple_of(PAGE), range.end / PAGE * PAGE);
            if start < end {
                // SAFETY: the mapping is shared with the file and never written, so a page that is
                // dropped is read from the file again, with the same bytes.
                let released = unsafe {
                    self.bytes.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, end - start)
                };
                if let Err(error) = released {
                    tracing::debug!(%error, "mapped memory was not released");
                }
            }
        }
        #[cfg(not(unix))]
        let _ = range;
    }

    pub(super) fn error(&self, reason: impl std::fmt::Display) -> ModelError {
        ModelError::Weights { path: self.path.clone(), reason: reason.to_string() }
    }
}
