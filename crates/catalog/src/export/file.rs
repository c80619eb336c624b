//! Files that are written.

use std::{io::Write, path::Path};

use crate::{CatalogError, Library, library::Inner, scan};

impl Library {
    /// Writes something for people to a file, in the place of whatever it held.
    ///
    /// # Errors
    /// [`CatalogError::Unwritable`], also where a list would be lost that came in; then what was there stays.
    pub fn write_file(&self, file: &Path, bytes: &[u8]) -> Result<(), CatalogError> {
        check_place(self.inner(), file)?;
        write(file, bytes)
    }
}

/// Writes a file: beside it first, so that a disk that is full does not cost what was there.
///
/// # Errors
/// [`CatalogError::Unwritable`]; then what was there stays.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), CatalogError> {
    let unwritable = |error: std::io::Error| CatalogError::Unwritable {
        file: file.to_path_buf(),
        reason: error.to_string(),
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside =
        readable_by_others().tempfile_in(folder.unwrap_or(Path::new("."))).map_err(unwritable)?;
    beside.write_all(bytes).map_err(unwritable)?;
    beside.persist(file).map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// Refuses a place where a list that came in would be lost, or where what is written would be read as one.
///
/// # Errors
/// [`CatalogError::Unwritable`]
pub(super) fn check_place(inner: &Inner, file: &Path) -> Result<(), CatalogError> {
    let refused =
        |reason: &str| CatalogError::Unwritable { file: file.to_path_buf(), reason: reason.to_owned() };
    // The folder is there, the file may not be.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = dunce::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let place = folder.join(file.file_name().unwrap_or_default());
    if inner.store.lists()?.iter().any(|list| list.path == place) {
        return Err(refused("it is a product list that came in, and is never written to"));
    }
    let is_watched = inner.store.source_of(&place)?.is_some();
    if is_watched && scan::is_list(&place) {
        return Err(refused(
            "it lies in a folder of the catalog, where it would be read as the shop's own list",
        ));
    }
    Ok(())
}

/// A file that others may read where the user's other files are so.
fn readable_by_others() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.prefix(".vitrine-list-");
    builder
}
