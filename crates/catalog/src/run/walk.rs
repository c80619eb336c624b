//! The scan of one scope: what is new, what is there, which lists, and what cannot be read.

use std::path::{Path, PathBuf};

use crossbeam_channel::Sender;
use vitrine_jobs::{Job, Stage};

use super::{
    ingest::ToRead,
    read::{self},
};
use crate::{
    CatalogError,
    library::Inner,
    photo::{READING_VERSION, SkipCode},
    scan::{self, Found},
    store::{Away, FileStamp, KnownFile, SourceRow},
};

/// Unchanged files that are marked in one transaction.
const SEEN_BATCH: usize = 1_000;

/// What the scan of a scope found out.
pub(super) struct Scanned {
    /// The source that the scope belongs to.
    pub(super) source: SourceRow,
    /// What was looked at.
    pub(super) root: PathBuf,
    /// Places whose content stays unknown.
    pub(super) unreadable: Vec<PathBuf>,
    /// Product lists that were met.
    pub(super) lists: Vec<(PathBuf, FileStamp)>,
    /// Photos that were met, whether they can be read or not.
    pub(super) photos: Vec<PathBuf>,
    /// Whether any of the photos is new or changed.
    pub(super) has_news: bool,
}

impl Scanned {
    /// Whether the whole source was looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.source.path == self.root
    }
}

/// Looks at `root`, and sends what is to be read to `found`. None where nothing was looked at: no source has
/// it (any more), or the source cannot be reached, which is kept in the store.
pub(super) fn walk(
    library: &Inner,
    job: &Job,
    root: &Path,
    scan_number: u64,
    found: &Sender<ToRead>,
) -> Result<Option<Scanned>, CatalogError> {
    let Some(source) = library.store.source_of(root)? else { return Ok(None) };
    let away = away(library, &source);
    library.store.set_away(source.id, away)?;
    if away.is_some() {
        return Ok(None);
    }
    let mut scanned = Scanned {
        root: root.to_path_buf(),
        unreadable: Vec::new(),
        lists: Vec::new(),
        photos: Vec::new(),
        has_news: false,
        source,
    };
    let source = scanned.source.id;
    let mut seen = Vec::new();
    for item in scan::walk(root, &library.options.folder) {
        job.checkpoint()?;
        let to_read = match item {
            Found::Photo(path, stamp) => {
                job.board().advance(Stage::Scan, 1, None);
                scanned.photos.push(path.clone());
                if is_unchanged(library, &path, stamp)? {
                    seen.push(path);
                    if seen.len() == SEEN_BATCH {
                        library.store.mark_seen(&std::mem::take(&mut seen), source, scan_number)?;
                    }
                    continue;
                }
                scanned.has_news = true;
                ToRead { path, source, stamp, reading: None }
            }
            Found::BadPhoto(path, stamp, skip) => {
                let reading = Some(read::skipped(path.clone(), source, stamp, &skip));
                ToRead { path, source, stamp, reading }
            }
            Found::Unreadable(path, skip) => {
                if scanned.unreadable.contains(&path) {
                    continue;
                }
                scanned.unreadable.push(path.clone());
                let stamp = FileStamp { size_bytes: 0, modified_ns: None };
                let reading = Some(read::skipped(path.clone(), source, stamp, &skip));
                ToRead { path, source, stamp, reading }
            }
            Found::List(path, stamp) => {
                scanned.lists.push((path, stamp));
                continue;
            }
        };
        job.board().add_total(Stage::Read, 1);
        if found.send(to_read).is_err() {
            // The readers ended; their error is the one to tell.
            return Ok(None);
        }
    }
    library.store.mark_seen(&seen, source, scan_number)?;
    Ok(Some(scanned))
}

/// Why nothing of a source can be read now. One that had photos and has none at all any more is a mount
/// point without its drive, or was emptied: both look the same, and only one of them means that its photos
/// are gone.
fn away(library: &Inner, source: &SourceRow) -> Option<Away> {
    match std::fs::metadata(&source.path) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return Some(Away::Unreadable),
        Err(_) => return Some(Away::Missing),
        Ok(metadata) if metadata.is_dir() => {
            if let Err(error) = std::fs::read_dir(&source.path) {
                let is_denied = error.kind() == std::io::ErrorKind::PermissionDenied;
                return Some(if is_denied { Away::Unreadable } else { Away::Missing });
            }
        }
        Ok(_) => {}
    }
    let is_emptied = source.n_files > 0 && !scan::has_anything(&source.path, &library.options.folder);
    is_emptied.then_some(Away::Empty)
}

/// Whether a file is as the last scan left it, so that it need not be read.
fn is_unchanged(library: &Inner, path: &Path, stamp: FileStamp) -> Result<bool, CatalogError> {
    Ok(match library.store.known_file(path)? {
        // Newer rules may read what older ones could not, or read it better.
        Some(KnownFile::Picture(.., reading) | KnownFile::Skipped(.., reading))
            if reading < READING_VERSION =>
        {
            false
        }
        Some(KnownFile::Picture(known, ..)) => known == stamp,
        Some(KnownFile::Skipped(known, code, _)) => {
            known == stamp && !SkipCode::from_name(&code).is_passing()
        }
        None => false,
    })
}
