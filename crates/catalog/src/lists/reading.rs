//! A list's rows as products.

use std::path::Path;

use vitrine_import::{ListProblem, Mapping, Meaning, ProductList, header, header_key, read_list_until};
use vitrine_models::regular_file;

use crate::{
    CatalogError,
    photo::{Skip, SkipCode},
    store::{FileStamp, Store, TiedProduct},
};

/// The largest list that is read: a row for each of 500,000 products fits well.
const MAX_LIST_BYTES: u64 = 256 << 20;

/// Why a list brings nothing.
pub(crate) enum Unread {
    /// It is a table of something else, or went away.
    NoList,
    /// It cannot be read; a sentence to show.
    Problem(Skip),
    /// Whoever asked for it no longer wants it.
    Cancelled,
    /// The library cannot be read.
    Library(CatalogError),
}

/// The products of a list, by the mapping that a person chose for lists of this header, else by its header.
pub(crate) fn read(
    store: &Store,
    path: &Path,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<ProductList, Unread> {
    let bytes = bytes(path)?;
    let mapping = remembered(store, &bytes).map_err(Unread::Library)?;
    read_list_until(&bytes, mapping.as_ref(), is_cancelled).map_err(|problem| match problem {
        ListProblem::NotAList => Unread::NoList,
        ListProblem::Cancelled => Unread::Cancelled,
        other => Unread::Problem(Skip::new(SkipCode::BadList, other.to_string())),
    })
}

/// The file, however it is called.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Unread> {
    let bad = |message: &str| Unread::Problem(Skip::new(SkipCode::BadList, message));
    let read = regular_file::read(path, MAX_LIST_BYTES).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Unread::NoList,
        std::io::ErrorKind::FileTooLarge => {
            bad("This product list is larger than 256 MB. Cut it into smaller ones.")
        }
        std::io::ErrorKind::InvalidInput => bad("This product list is a pipe or a device, not a file."),
        _ => Unread::Problem(Skip::from_io(&error)),
    });
    read.map(|(_, bytes)| bytes)
}

/// What a person said that the columns of a list with this header mean.
pub(crate) fn remembered(store: &Store, bytes: &[u8]) -> Result<Option<Mapping>, CatalogError> {
    if !store.has_list_mappings()? {
        return Ok(None);
    }
    let Ok(header) = header(bytes) else { return Ok(None) };
    let meanings = store.list_mapping(&header_key(&header))?;
    Ok(meanings.map(|names| mapping(&names)))
}

/// A mapping of the names of its meanings; what an older or newer program does not know is ignored.
pub(super) fn mapping(names: &[String]) -> Mapping {
    Mapping { meanings: names.iter().map(|name| Meaning::from_name(name).unwrap_or_default()).collect() }
}

/// What is told of rows that bring nothing.
pub(crate) fn problems_of(
    path: &Path,
    stamp: FileStamp,
    list: &ProductList,
) -> Option<(std::path::PathBuf, FileStamp, Skip)> {
    let first = list.problems.first()?;
    let n_more = list.problems.len() - 1;
    let more = if n_more == 0 { String::new() } else { format!(" So do {n_more} other lines.") };
    let message = format!("Line {} of this product list brings nothing: {}{more}", first.line, first.message);
    Some((path.to_path_buf(), stamp, Skip::new(SkipCode::BadList, message)))
}

/// What is told of a list of which no product has a photo, though there are photos.
pub(crate) fn without_photos(
    path: &Path,
    stamp: FileStamp,
    products: &[TiedProduct],
    has_photos: bool,
) -> Option<(std::path::PathBuf, FileStamp, Skip)> {
    if !has_photos || products.is_empty() || products.iter().any(|product| !product.photos.is_empty()) {
        return None;
    }
    let message = format!(
        "None of the {} products of this list has a photo here. Write the photos' file names into a column \"image\", \
         or call the photos by the products' numbers.",
        products.len()
    );
    Some((path.to_path_buf(), stamp, Skip::new(SkipCode::BadList, message)))
}
