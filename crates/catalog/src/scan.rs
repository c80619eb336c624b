//! Looking for photos in what the merchant added.
//!
//! In: a folder or file. Out: every regular file whose name ends like a
//! picture's, with its stamp; product lists ([`LIST_ENDINGS`]); and places that could not
//! be read. Links are followed, loops are not; hidden files and folders are
//! left out, as file managers do.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::{
    photo::{Skip, SkipCode, has_picture_ending},
    store::FileStamp,
};

/// How the names of product lists end.
pub const LIST_ENDINGS: [&str; 7] = ["csv", "tsv", "json", "jsonl", "ndjson", "xlsx", "xml"];

/// Something that a scan met.
#[derive(Debug)]
pub enum Found {
    /// A file that may be a photo.
    Photo(PathBuf, FileStamp),
    /// A photo that cannot even be looked at.
    BadPhoto(PathBuf, FileStamp, Skip),
    /// A product list.
    List(PathBuf, FileStamp),
    /// A folder or file whose content stays unknown: nothing at or inside it counts as gone.
    Unreadable(PathBuf, Skip),
}

/// Walks `root` (a folder or a single file), leaving out the folder `except`.
pub fn walk(root: &Path, except: &Path) -> impl Iterator<Item = Found> {
    let named = root.to_path_buf();
    let except = except.to_path_buf();
    WalkDir::new(root)
        .follow_links(true)
        .into_iter()
        .filter_entry(move |entry| entry.path() != except && (entry.depth() == 0 || !is_hidden(entry)))
        .filter_map(move |entry| match entry {
            Ok(entry) => look_at(&entry, entry.path() == named),
            Err(error) => explain(&error),
        })
}

/// Whether there is anything at `root` that a scan would look at; ends with the first that it meets.
pub fn has_anything(root: &Path, except: &Path) -> bool {
    walk(root, except).any(|found| !matches!(found, Found::Unreadable(..)))
}

/// Whether a name ends like a product list's.
pub fn is_list(path: &Path) -> bool {
    path.extension().is_some_and(|ending| LIST_ENDINGS.iter().any(|list| ending.eq_ignore_ascii_case(list)))
}

/// Whether a name ends like a table's, which in a folder of photos is hardly anything but a product list.
pub fn is_table(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| LIST_ENDINGS[..2].iter().any(|list| ending.eq_ignore_ascii_case(list)))
}

/// Size and time of the last change.
pub fn stamp(metadata: &std::fs::Metadata) -> FileStamp {
    let modified_ns = metadata.modified().ok().and_then(|time| {
        let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_nanos()).ok()
    });
    FileStamp { size_bytes: metadata.len(), modified_ns }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// `was_named`: the merchant chose this very file, so it is tried whatever its name is.
fn look_at(entry: &DirEntry, was_named: bool) -> Option<Found> {
    let path = entry.path();
    if entry.file_type().is_dir() {
        return None;
    }
    let is_list = is_list(path);
    if !was_named && !is_list && !has_picture_ending(path) {
        return None;
    }
    let metadata = match entry.metadata() {
        Ok(metadata) => metadata,
        Err(error) => return explain(&error),
    };
    let stamp = stamp(&metadata);
    if is_list {
        // One that is a pipe or a device is told when it is read.
        Some(Found::List(path.to_path_buf(), stamp))
    } else if metadata.is_file() {
        Some(Found::Photo(path.to_path_buf(), stamp))
    } else {
        // Opening a pipe or a device could wait for ever.
        let skip = Skip::new(SkipCode::Unreadable, "This is a device or a pipe, not a file.");
        Some(Found::BadPhoto(path.to_path_buf(), stamp, skip))
    }
}

fn explain(error: &walkdir::Error) -> Option<Found> {
    // A loop shows nothing new: its photos are met on the way in.
    if error.loop_ancestor().is_some() {
        return None;
    }
    let path = error.path()?.to_path_buf();
    let unknown = std::io::Error::other("unknown reason");
    let cause = error.io_error().unwrap_or(&unknown);
    if path.is_dir() {
        return Some(Found::Unreadable(path, Skip::from_io(cause)));
    }
    let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    match cause.kind() {
        // A folder whose names can be listed, but not looked at: told once, of the folder.
        std::io::ErrorKind::PermissionDenied if !is_link => {
            Some(Found::Unreadable(path.parent()?.to_path_buf(), Skip::from_io(cause)))
        }
        // A path longer than the system allows: told of the folder, whatever would have been in there.
        std::io::ErrorKind::InvalidFilename => {
            Some(Found::Unreadable(path.parent()?.to_path_buf(), Skip::from_io(cause)))
        }
        _ if !has_picture_ending(&path) => None,
        std::io::ErrorKind::NotFound if is_link => {
            let skip = Skip::new(SkipCode::Unreadable, "This is a link to a file that is not there.");
            Some(Found::BadPhoto(path, FileStamp { size_bytes: 0, modified_ns: None }, skip))
        }
        // It went away between two looks.
        std::io::ErrorKind::NotFound => None,
        _ => Some(Found::Unreadable(path, Skip::from_io(cause))),
    }
}
