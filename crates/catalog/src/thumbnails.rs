//! Thumbnails on disk: a cache, by content.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::CatalogError;

/// `thumbs/ab/abcdef….jpg` in the library's folder.
pub(crate) struct Thumbnails {
    folder: PathBuf,
}

impl Thumbnails {
    pub(crate) fn new(library: &Path) -> Self {
        Self { folder: library.join("thumbs") }
    }

    pub(crate) fn has(&self, hash: &[u8; 32]) -> bool {
        self.path(hash).is_file()
    }

    pub(crate) fn read(&self, hash: &[u8; 32]) -> Option<Vec<u8>> {
        fs::read(self.path(hash)).ok().filter(|bytes| !bytes.is_empty())
    }

    /// Written beside and renamed, so that a killed run leaves no half of one.
    pub(crate) fn write(&self, hash: &[u8; 32], jpeg: &[u8]) -> Result<(), CatalogError> {
        let path = self.path(hash);
        let write = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let partial = path.with_extension(format!("{:?}.partial", std::thread::current().id()));
            fs::write(&partial, jpeg)?;
            fs::rename(&partial, &path)
        };
        write().map_err(CatalogError::io("writing a thumbnail"))
    }

    fn path(&self, hash: &[u8; 32]) -> PathBuf {
        let name = blake3::Hash::from_bytes(*hash).to_hex();
        self.folder.join(&name[..2]).join(format!("{name}.jpg"))
    }
}
