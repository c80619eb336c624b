//! The folder with the packs of this machine.
//!
//! ```text
//! packs/
//!   fast/               a pack; pack.toml is written last, then the folder gets this name
//!   fast@3f9c1e0a77b2/  another revision of it, until the older one is no longer in use
//!   .partial/quality/   a download that is under way or was interrupted
//!   .importing/...      an import that is under way
//!   .removed/...        a pack on its way out
//!   .lock               held by whoever writes here
//! ```
//!
//! What always holds: a folder with a `pack.toml` outside of the dotted ones is whole, and no file in it
//! is ever written again, because a running model reads it in place.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use vitrine_jobs::{Job, Stage};
use vitrine_models::{FileSum, ModelError, Pack};

use crate::PackError;
use crate::offer::usual_precision;
use crate::origin::Expected;
use crate::part::hex;
use crate::words::size_in_words;

/// The longest name of a pack.
const MAX_NAME: usize = 40;
/// Left free on the disk beside what is written: SQLite, thumbnails and the system want to live too.
const SPARE_BYTES: u64 = 256 << 20;

/// The packs folder.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
}

/// A pack in the packs folder.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its revision; empty for one that cannot be opened.
    pub revision: String,
    /// One line about it.
    pub summary: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// Where it is.
    pub folder: PathBuf,
    /// Length of its files together, in bytes.
    pub size_bytes: u64,
    /// Memory that its models take on a processor when all are at work, in bytes; 0 where it is not known.
    pub memory_bytes: u64,
    /// Why it cannot be used, when it cannot.
    pub problem: Option<String>,
}

/// A download that was interrupted, or is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The pack's name.
    pub name: String,
    /// Bytes that are there.
    pub done_bytes: u64,
    /// Bytes of all files; 0 where it is not known yet.
    pub total_bytes: u64,
}

/// Held while something is written; let go when dropped.
pub(crate) struct Hold {
    _lock: File,
}

impl Installed {
    /// The pack in a folder that need not be on a shelf; none where no `pack.toml` is.
    #[must_use]
    pub fn at(folder: &Path) -> Option<Self> {
        opened(folder).map(|(_, pack)| pack)
    }
}

impl Shelf {
    /// The packs in `folder`, which need not exist yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where the packs are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every pack by name, of each the one that was installed last. Reads no weights.
    #[must_use]
    pub fn installed(&self) -> Vec<Installed> {
        let mut newest: BTreeMap<String, (SystemTime, Installed)> = BTreeMap::new();
        for (time, pack) in self.all() {
            match newest.get(&pack.name) {
                Some((known, _)) if *known > time => {}
                _ => {
                    newest.insert(pack.name.clone(), (time, pack));
                }
            }
        }
        newest.into_values().map(|(_, pack)| pack).collect()
    }

    /// The pack of this name.
    ///
    /// # Errors
    /// [`PackError::NotInstalled`].
    pub fn find(&self, name: &str) -> Result<Installed, PackError> {
        let found = self.installed().into_iter().find(|pack| pack.name == name);
        found.ok_or_else(|| PackError::NotInstalled { name: name.to_owned() })
    }

    /// Downloads that were begun and not finished, by name.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Unfinished> {
        let mut found: Vec<Unfinished> = folders_in(&self.folder.join(".partial"))
            .into_iter()
            .filter_map(|folder| {
                let name = folder.file_name()?.to_str()?.to_owned();
                let total_bytes = Expected::read(&folder).map_or(0, |expected| expected.total_bytes());
                let done_bytes =
                    folders_in(&folder).iter().flat_map(|role| files_in(role)).map(|(_, n)| n).sum();
                Some(Unfinished { name, done_bytes, total_bytes })
            })
            .collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// Compares every file of a pack with its checksum.
    ///
    /// # Errors
    /// [`PackError::Unusable`] names the first file that is missing or differs;
    /// [`PackError::NotInstalled`], [`PackError::Cancelled`].
    pub fn verify(&self, name: &str, job: &Job) -> Result<(), PackError> {
        verify(&self.find(name)?.folder, job)
    }

    /// Deletes a pack and what was downloaded of it; `in_use` are the folders of packs at work.
    ///
    /// # Errors
    /// [`PackError::InUse`], [`PackError::NotInstalled`], [`PackError::Busy`].
    pub fn remove(&self, name: &str, in_use: &[PathBuf]) -> Result<(), PackError> {
        let packs: Vec<PathBuf> = self
            .all()
            .into_iter()
            .filter(|(_, pack)| pack.name == name)
            .map(|(_, pack)| pack.folder)
            .collect();
        let partial = self.partial(name)?;
        if packs.is_empty() && !partial.exists() {
            return Err(PackError::NotInstalled { name: name.to_owned() });
        }
        if packs.iter().any(|folder| is_among(folder, in_use)) {
            return Err(PackError::InUse { name: name.to_owned() });
        }
        let _hold = self.hold()?;
        for folder in packs.iter().chain(partial.exists().then_some(&partial)) {
            self.delete(folder)?;
        }
        Ok(())
    }

    /// Deletes older revisions of packs, except those in `in_use`, and the rests of interrupted
    /// removals and imports. Does nothing while somebody else writes here.
    pub fn sweep(&self, in_use: &[PathBuf]) {
        let Ok(_hold) = self.hold() else { return };
        let current: Vec<PathBuf> = self.installed().into_iter().map(|pack| pack.folder).collect();
        for (_, pack) in self.all() {
            if pack.problem.is_none() && !current.contains(&pack.folder) && !is_among(&pack.folder, in_use) {
                // What cannot be deleted now is deleted another time.
                let _ = self.delete(&pack.folder);
            }
        }
        for rest in [".removed", ".importing"] {
            let _ = fs::remove_dir_all(self.folder.join(rest));
        }
    }

    /// Where a download of this name grows.
    pub(crate) fn partial(&self, name: &str) -> Result<PathBuf, PackError> {
        check_name(name)?;
        Ok(self.folder.join(".partial").join(name))
    }

    /// Where an import of this name grows.
    pub(crate) fn importing(&self, name: &str) -> Result<PathBuf, PackError> {
        check_name(name)?;
        Ok(self.folder.join(".importing").join(name))
    }

    /// Makes the folder where it is missing, and keeps others from writing in it.
    pub(crate) fn hold(&self) -> Result<Hold, PackError> {
        fs::create_dir_all(&self.folder).map_err(|source| PackError::io(&self.folder, source))?;
        let path = self.folder.join(".lock");
        let lock = File::create(&path).map_err(|source| PackError::io(&path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Hold { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(PackError::Busy),
            Err(TryLockError::Error(source)) => Err(PackError::io(&path, source)),
        }
    }

    /// An error unless so many bytes fit on the disk, with something to spare.
    pub(crate) fn check_room(&self, needed_bytes: u64) -> Result<(), PackError> {
        // A system that does not tell is found out when a write fails.
        let Ok(free_bytes) = fs4::available_space(&self.folder) else { return Ok(()) };
        if needed_bytes == 0 || needed_bytes.saturating_add(SPARE_BYTES) <= free_bytes {
            return Ok(());
        }
        Err(PackError::NoRoom {
            folder: self.folder.clone(),
            needed: size_in_words(needed_bytes.saturating_add(SPARE_BYTES)),
            free: size_in_words(free_bytes),
        })
    }

    /// Gives a folder that is whole its place, and says where that is.
    pub(crate) fn place(&self, whole: &Path, name: &str, revision: &str) -> Result<PathBuf, PackError> {
        let mut places = std::iter::once(name.to_owned())
            .chain(std::iter::once(format!("{name}@{revision}")))
            .chain((2..100).map(|n| format!("{name}@{revision}-{n}")))
            .map(|place| self.folder.join(place));
        let place = places
            .find(|place| !place.exists())
            .ok_or_else(|| PackError::AlreadyInstalled { name: name.to_owned() })?;
        fs::rename(whole, &place).map_err(|source| PackError::io(&place, source))?;
        Ok(place)
    }

    /// Every pack of every revision, with the time when it was installed.
    fn all(&self) -> Vec<(SystemTime, Installed)> {
        folders_in(&self.folder).into_iter().filter_map(|folder| opened(&folder)).collect()
    }

    /// A pack is there or not there, never half: it goes out of sight first.
    fn delete(&self, folder: &Path) -> Result<(), PackError> {
        let removed = self.folder.join(".removed");
        let _ = fs::remove_dir_all(&removed);
        fs::create_dir_all(&removed).map_err(|source| PackError::io(&removed, source))?;
        let name = folder.file_name().unwrap_or(folder.as_os_str());
        fs::rename(folder, removed.join(name)).map_err(|source| PackError::io(folder, source))?;
        fs::remove_dir_all(&removed).map_err(|source| PackError::io(&removed, source))
    }
}

/// Compares every file of the pack in `folder` with its checksum, wherever that is.
///
/// # Errors
/// [`PackError::Unusable`] names the first file that is missing or differs; [`PackError::Cancelled`].
pub fn verify(folder: &Path, job: &Job) -> Result<(), PackError> {
    let pack = Pack::open(folder)?;
    job.board().begin(Stage::Check, pack.manifest().size_bytes());
    let end = pack.verify_with(&mut |done, _| {
        job.board().advance(Stage::Check, done.saturating_sub(job.board().done(Stage::Check)), None);
        if job.checkpoint().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if end.is_break() { Err(PackError::Cancelled) } else { Ok(()) }
}

/// The pack in a folder, and when it was installed; none where no `pack.toml` is.
fn opened(folder: &Path) -> Option<(SystemTime, Installed)> {
    let time = folder.join("pack.toml").metadata().and_then(|meta| meta.modified()).ok()?;
    let named = folder.file_name()?.to_str()?.split('@').next()?.to_owned();
    let pack = match Pack::open(folder) {
        Ok(pack) => {
            let manifest = pack.manifest();
            Installed {
                name: manifest.name.clone(),
                revision: manifest.revision.clone(),
                summary: manifest.summary.clone(),
                licence: manifest.licence.clone(),
                folder: folder.to_path_buf(),
                size_bytes: manifest.size_bytes(),
                memory_bytes: pack.memory_bytes(usual_precision(&manifest.agrees)).unwrap_or(0),
                problem: None,
            }
        }
        Err(error) => Installed {
            name: named,
            revision: String::new(),
            summary: String::new(),
            licence: String::new(),
            folder: folder.to_path_buf(),
            size_bytes: folders_in(folder).iter().flat_map(|role| files_in(role)).map(|(_, n)| n).sum(),
            memory_bytes: 0,
            problem: Some(ModelError::to_string(&error)),
        },
    };
    Some((time, pack))
}

/// Folders whose names do not begin with a dot, at `folder`.
pub(crate) fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// Files at `folder` with their lengths in bytes.
pub(crate) fn files_in(folder: &Path) -> Vec<(PathBuf, u64)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.filter_map(Result::ok).filter_map(|entry| {
        let meta = entry.metadata().ok()?;
        meta.is_file().then(|| (entry.path(), meta.len()))
    });
    files.collect()
}

fn is_among(folder: &Path, others: &[PathBuf]) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    others.iter().any(|other| real(folder) == real(other))
}

/// Deletes a folder that may not be there.
pub(crate) fn clear(folder: &Path) -> Result<(), PackError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(PackError::io(folder, source)),
        _ => Ok(()),
    }
}

/// An error unless `name` can name a folder on every system, and be told from the folders of this crate.
pub(crate) fn check_name(name: &str) -> Result<(), PackError> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    let is_good = name.len() <= MAX_NAME
        // Devices on Windows, with whatever ending.
        && !["con", "prn", "aux", "nul"].contains(&name.split('.').next().unwrap_or_default())
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && !name.ends_with('.')
        && name.chars().all(is_plain);
    if is_good { Ok(()) } else { Err(PackError::BadName { name: name.to_owned() }) }
}

/// Names the content: another one whenever any file changes.
pub(crate) fn revision_of(files: &BTreeMap<String, FileSum>) -> String {
    let mut hasher = Sha256::new();
    for (path, sum) in files {
        hasher.update(format!("{path} {} {}\n", sum.size_bytes, sum.sha256.to_ascii_lowercase()));
    }
    hex(&hasher.finalize()[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folder_names_everywhere() {
        for good in ["fast", "clip-vit-l14", "my_pack.2", "0"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in
            ["", ".partial", "..", "a/b", "a\\b", "Fast", "a@b", "-x", "a.", "nul.txt", &"x".repeat(41), "ü"]
        {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
