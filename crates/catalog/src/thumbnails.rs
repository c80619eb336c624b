//! Thumbnails on disk: a cache, by content.
//!
//! A cache is checked before it is believed: behind the JPEG's end stands the beginning of its BLAKE3 sum,
//! which every reader of JPEG passes over. A file that does not check is made again.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use vitrine_models::regular_file;

use crate::CatalogError;

/// Bytes of the sum.
const SUM: usize = 16;
/// Larger than any thumbnail.
const MAX_BYTES: u64 = 4 << 20;

/// `thumbs/ab/abcdef….jpg` in the library's folder.
pub(crate) struct Thumbnails {
    folder: PathBuf,
    n_written: AtomicU64,
}

impl Thumbnails {
    pub(crate) fn new(library: &Path) -> Self {
        Self { folder: library.join("thumbs"), n_written: AtomicU64::new(0) }
    }

    pub(crate) fn has(&self, hash: &[u8; 32]) -> bool {
        self.path(hash).is_file()
    }

    /// A thumbnail that is whole. One of an older program has no sum: it is whole where it can be decoded.
    pub(crate) fn read(&self, hash: &[u8; 32]) -> Option<Vec<u8>> {
        let (_, mut bytes) = regular_file::read(&self.path(hash), MAX_BYTES).ok()?;
        let (jpeg, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
        if sum == &blake3::hash(jpeg).as_bytes()[..SUM] {
            bytes.truncate(bytes.len() - SUM);
            return Some(bytes);
        }
        let is_whole = bytes.ends_with(&[0xff, 0xd9]) && image::load_from_memory(&bytes).is_ok();
        is_whole.then_some(bytes)
    }

    /// Written beside and renamed, so that a killed run leaves no half of one.
    pub(crate) fn write(&self, hash: &[u8; 32], jpeg: &[u8]) -> Result<(), CatalogError> {
        let path = self.path(hash);
        let n = self.n_written.fetch_add(1, Ordering::Relaxed);
        let partial = path.with_extension(format!("{}-{n}.partial", std::process::id()));
        let write = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut bytes = jpeg.to_vec();
            bytes.extend_from_slice(&blake3::hash(jpeg).as_bytes()[..SUM]);
            fs::write(&partial, bytes)?;
            fs::rename(&partial, &path)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&partial);
            CatalogError::io("writing a thumbnail")(error)
        })
    }

    fn path(&self, hash: &[u8; 32]) -> PathBuf {
        let name = blake3::Hash::from_bytes(*hash).to_hex();
        self.folder.join(&name[..2]).join(format!("{name}.jpg"))
    }
}
