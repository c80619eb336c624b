//! Packs from folders of this machine: a stick, another tool's cache, a model of one's own.
//!
//! Files are copied, never moved and never linked: a memory-mapped file must not change, and what lies
//! elsewhere may. The copy is checked like a download before it gets its place.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use vitrine_jobs::{Job, Stage};
use vitrine_models::{Calibration, FileSum, Pack, PackManifest, regular_file};

use crate::PackError;
use crate::find_models::{Found, Model, find_models, name_for};
use crate::offer::Role;
use crate::origin::Origin;
use crate::part::{CHUNK_BYTES, hex};
use crate::pull::{Outcome, enter, finish};
use crate::shelf::{Shelf, clear, revision_of, verify};

/// The pack that ships with Vitrine.
const SHIPPED: &str = "starter";

/// A file to copy: from where, and to which path in the pack.
type Copied = (PathBuf, String);

impl Shelf {
    /// Copies a pack, or models in the hub's layout, from `source`. The pack is named `name`, else as its
    /// `pack.toml` or its folder says.
    ///
    /// # Errors
    /// What is wrong with the folder or the models in it; then nothing of the import stays.
    pub fn import(&self, source: &Path, name: Option<&str>, job: &Job) -> Result<Outcome, PackError> {
        let _hold = self.hold()?;
        let found = find_models(source)?;
        let (mut manifest, files) = match &found {
            Found::Pack => {
                verify(source, job)?;
                let manifest = Pack::open(source)?.manifest().clone();
                let files = manifest.files.keys().map(|path| (source.join(path), path.clone())).collect();
                (manifest, files)
            }
            Found::Models(models) => describe(source, models)?,
        };
        manifest.name = match name {
            Some(name) => name.to_owned(),
            None => manifest.name.to_lowercase(),
        };
        manifest.starter = false;
        let staging = self.importing(&manifest.name)?;
        if manifest.name == SHIPPED {
            return Err(PackError::AlreadyInstalled { name: manifest.name });
        }

        clear(&staging)?;
        let done = self.copy_in(source, &staging, manifest, &found, &files, job);
        if done.is_err() {
            clear(&staging)?;
        }
        done
    }

    fn copy_in(
        &self,
        source: &Path,
        staging: &Path,
        mut manifest: PackManifest,
        found: &Found,
        files: &[Copied],
        job: &Job,
    ) -> Result<Outcome, PackError> {
        let sums = self.copy_all(files, staging, job)?;
        match found {
            // Somebody may have changed the source since it was checked.
            Found::Pack if sums != lowercase(&manifest.files) => {
                return Err(PackError::CannotImport {
                    folder: source.to_path_buf(),
                    reason: "its files changed while they were copied. Try again.".into(),
                });
            }
            Found::Pack => {}
            Found::Models(_) => manifest.revision = revision_of(&sums),
        }
        manifest.files = sums;
        if let Ok(old) = self.find(&manifest.name) {
            let is_same = Pack::open(&old.folder).is_ok_and(|pack| {
                pack.manifest().revision == manifest.revision
                    && lowercase(&pack.manifest().files) == manifest.files
            });
            if !is_same || verify(&old.folder, job).is_err() {
                return Err(PackError::AlreadyInstalled { name: manifest.name });
            }
            clear(staging)?;
            return Ok(Outcome::AlreadyThere(old.folder));
        }
        if let Some(origin) = Origin::read(source) {
            origin.write(staging)?;
        }
        finish(staging, &manifest, job)?;
        self.place(staging, &manifest.name, &manifest.revision).map(Outcome::Installed)
    }

    fn copy_all(
        &self,
        files: &[Copied],
        staging: &Path,
        job: &Job,
    ) -> Result<BTreeMap<String, FileSum>, PackError> {
        let mut total = 0;
        for (from, _) in files {
            let meta = fs::metadata(from).map_err(|source| PackError::io(from, source))?;
            if !meta.is_file() {
                return Err(PackError::io(from, std::io::ErrorKind::InvalidInput.into()));
            }
            total += meta.len();
        }
        self.check_room(total)?;
        job.board().begin(Stage::Copy, total);
        let mut sums = BTreeMap::new();
        for (from, path) in files {
            job.board().name(path);
            sums.insert(path.clone(), copy(from, &staging.join(path), job)?);
        }
        Ok(sums)
    }
}

/// A manifest for models that come without one, and the files to copy.
fn describe(source: &Path, models: &[Model]) -> Result<(PackManifest, Vec<Copied>), PackError> {
    let summary = "Imported from a folder of this computer.";
    let mut manifest = PackManifest::new(&name_for(source), "new", summary, "LicenseRef-unknown");
    let mut files = Vec::new();
    for Model { role, layout, folder } in models {
        enter(&mut manifest, *role);
        let names = layout.files(&files_in(folder)).map_err(|missing| PackError::CannotImport {
            folder: folder.clone(),
            reason: format!("it has no {missing}. Copy the whole model."),
        })?;
        files.extend(names.into_iter().map(|name| (folder.join(&name), format!("{}/{name}", role.folder()))));
        if *role == Role::Clip {
            manifest.calibration = Calibration::usual_of(folder)?;
        }
    }
    Ok((manifest, files))
}

/// Names of the files in a folder, links to files among them.
fn files_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.filter_map(Result::ok).filter(|entry| entry.path().is_file());
    let mut names: Vec<String> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// Copies a file, and what it is a link to, and gives the checksum of what was written.
fn copy(from: &Path, to: &Path, job: &Job) -> Result<FileSum, PackError> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|source| PackError::io(folder, source))?;
    }
    let (mut reader, _) = regular_file::open(from).map_err(|source| PackError::io(from, source))?;
    let mut writer = File::create_new(to).map_err(|source| PackError::io(to, source))?;
    let mut sha256 = Sha256::new();
    let mut size_bytes = 0;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        job.checkpoint()?;
        let n = reader.read(&mut buffer).map_err(|source| PackError::io(from, source))?;
        if n == 0 {
            break;
        }
        writer.write_all(&buffer[..n]).map_err(|source| PackError::io(to, source))?;
        sha256.update(&buffer[..n]);
        size_bytes += n as u64;
        job.board().advance(Stage::Copy, n as u64, None);
    }
    writer.sync_all().map_err(|source| PackError::io(to, source))?;
    Ok(FileSum { sha256: hex(&sha256.finalize()), size_bytes })
}

/// Hexadecimal digits compare as text.
fn lowercase(files: &BTreeMap<String, FileSum>) -> BTreeMap<String, FileSum> {
    let plain =
        |sum: &FileSum| FileSum { sha256: sum.sha256.to_ascii_lowercase(), size_bytes: sum.size_bytes };
    files.iter().map(|(path, sum)| (path.clone(), plain(sum))).collect()
}
