//! A download from the hub to a pack.
//!
//! ```text
//! ask each repository for its commit and files -> choose files, ask for length and checksum
//!   -> room on the disk? -> config.json of a known kind? -> the rest, file after file
//!   -> pack.toml -> do the models load? -> rename to its place
//! ```
//!
//! Until the last step everything lies in `.partial/NAME`, and stays there when something goes wrong:
//! the next pull goes on from it. Packs that are installed are read at most: a newer revision gets a
//! folder of its own, and takes files that did not change from the older one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use vitrine_jobs::{Job, Stage};
use vitrine_models::{Calibration, FileSum, ModelEntry, Pack, PackManifest};

use crate::PackError;
use crate::check::{CONFIGS, kind_of, try_models};
use crate::fetch::{Wanted, fetch, insist};
use crate::hub::{Hub, HubOptions, Sum};
use crate::offer::{Offer, Role};
use crate::origin::{Expected, Origin};
use crate::part::Part;
use crate::shelf::{Installed, Shelf, files_in, folders_in, revision_of, verify};

/// What came of a download or an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The pack is new in this folder.
    Installed(PathBuf),
    /// The very same pack was there before, whole, in this folder.
    AlreadyThere(PathBuf),
}

impl Shelf {
    /// Downloads a pack, or goes on with a download that was interrupted. Does nothing for a pack that is
    /// installed, whole and not older than the hub's.
    ///
    /// `job` is asked whether to go on, and told how far it is.
    ///
    /// # Errors
    /// Whatever the network, the disk or the files have to say. What was downloaded is kept for the next
    /// attempt, and what was installed stays as it was.
    pub fn pull(&self, offer: &Offer, options: &HubOptions, job: &Job) -> Result<Outcome, PackError> {
        let _hold = self.hold()?;
        job.board().start(Stage::Ask);
        let hub = Hub::new(options, job.control())?;
        let (origin, files) = ask_for_files(&hub, offer, job)?;
        let old = self.whole_pack(&offer.name, job)?;
        if let Some(old) = old.as_ref().filter(|old| Origin::read(&old.folder).as_ref() == Some(&origin)) {
            return Ok(Outcome::AlreadyThere(old.folder.clone()));
        }

        job.board().start(Stage::Ask);
        let wanted = ask_for_sums(&hub, files, job)?;
        let staging = self.partial(&offer.name)?;
        prepare(&staging, &wanted)?;
        let there: u64 = folders_in(&staging).iter().flat_map(|role| files_in(role)).map(|(_, n)| n).sum();
        let total = Expected::of(&wanted).total_bytes();
        self.check_room(total.saturating_sub(there))?;

        job.board().begin(Stage::Download, total);
        let mut sums = BTreeMap::new();
        for wanted in &wanted {
            job.checkpoint()?;
            let path = staging.join(&wanted.path);
            set_out(&path, wanted, self.find(&offer.name).ok().as_ref())?;
            let sum = fetch(&hub, wanted, &path, job)?;
            if CONFIGS.contains(&wanted.name.as_str()) {
                check_kind(&path, wanted)?;
            }
            sums.insert(wanted.path.clone(), sum);
        }

        let manifest = manifest_of(offer, &staging, sums)?;
        if let Some(old) = old.filter(|old| old.revision == manifest.revision) {
            // The repository changed in what is not part of the pack.
            origin.write(&old.folder)?;
            fs::remove_dir_all(&staging).map_err(|source| PackError::io(&staging, source))?;
            return Ok(Outcome::AlreadyThere(old.folder));
        }
        origin.write(&staging)?;
        finish(&staging, &manifest, job)?;
        Expected::forget(&staging)?;
        self.place(&staging, &offer.name, &manifest.revision).map(Outcome::Installed)
    }

    /// The installed pack of this name, when every byte of it is right.
    fn whole_pack(&self, name: &str, job: &Job) -> Result<Option<Installed>, PackError> {
        let Ok(installed) = self.find(name) else { return Ok(None) };
        match verify(&installed.folder, job) {
            Ok(()) => Ok(Some(installed)),
            Err(PackError::Cancelled) => Err(PackError::Cancelled),
            // A damaged pack is what a pull is asked to mend.
            Err(_) => Ok(None),
        }
    }
}

/// Writes `pack.toml` and sees that the models load; takes it back when they do not, so that no folder
/// with a `pack.toml` is ever one that does not work.
pub(crate) fn finish(folder: &Path, manifest: &PackManifest, job: &Job) -> Result<(), PackError> {
    let path = folder.join("pack.toml");
    fs::write(&path, manifest.to_toml()?).map_err(|source| PackError::io(&path, source))?;
    let tried = try_models(folder, job);
    if tried.is_err() {
        fs::remove_file(&path).map_err(|source| PackError::io(&path, source))?;
    }
    tried
}

/// A file of a repository, and where it goes.
struct Chosen {
    path: String,
    repo: String,
    commit: String,
    name: String,
}

/// Asks every repository for its commit, and chooses files: the small ones of all models first.
fn ask_for_files(hub: &Hub, offer: &Offer, job: &Job) -> Result<(Origin, Vec<Chosen>), PackError> {
    let mut origin = Origin::default();
    let mut repos = Vec::new();
    for (role, repo) in offer.models() {
        let state = insist(hub, job, || hub.repo(&repo.repo, &repo.revision))?;
        origin.add(role, &repo.repo, &state.commit);
        repos.push((role, repo, state));
    }
    let mut chosen = Vec::new();
    for (role, repo, state) in repos {
        let names = repo.layout.files(&state.files).map_err(|missing| PackError::NotOnHub {
            host: hub.host().to_owned(),
            what: format!("{missing} in {}", repo.repo),
        })?;
        chosen.extend(names.into_iter().map(|name| Chosen {
            path: format!("{}/{name}", role.folder()),
            repo: repo.repo.clone(),
            commit: state.commit.clone(),
            name,
        }));
    }
    // What is small and wrong is found before gigabytes have come.
    chosen.sort_by_key(|file| is_weights(&file.name));
    Ok((origin, chosen))
}

fn is_weights(name: &str) -> bool {
    name.ends_with(".safetensors") || name.ends_with(".bin")
}

fn ask_for_sums(hub: &Hub, files: Vec<Chosen>, job: &Job) -> Result<Vec<Wanted>, PackError> {
    files
        .into_iter()
        .map(|Chosen { path, repo, commit, name }| {
            let remote = insist(hub, job, || hub.file(&repo, &commit, &name))?;
            Ok(Wanted { path, repo, commit, name, remote })
        })
        .collect()
}

/// Makes the folder, and throws away what is in it of other contents than are wanted now.
fn prepare(staging: &Path, wanted: &[Wanted]) -> Result<(), PackError> {
    let expected = Expected::of(wanted);
    let before = Expected::read(staging).unwrap_or_default();
    let mut keep = BTreeSet::new();
    for (path, file) in &expected.files {
        let path_on_disk = staging.join(path);
        if let Some(role) = path_on_disk.parent() {
            fs::create_dir_all(role).map_err(|source| PackError::io(role, source))?;
        }
        if before.files.get(path) == Some(file) {
            keep.insert(Part::name_of(&path_on_disk));
            keep.insert(path_on_disk);
        }
    }
    for (path, _) in folders_in(staging).iter().flat_map(|role| files_in(role)) {
        if !keep.contains(&path) {
            fs::remove_file(&path).map_err(|source| PackError::io(&path, source))?;
        }
    }
    expected.write(staging)
}

/// Lets the download of a file begin with what this machine has of it: the file itself from an earlier
/// session, or the same file of the revision that is installed. Either is read and checked like bytes
/// from the network.
fn set_out(path: &Path, wanted: &Wanted, installed: Option<&Installed>) -> Result<(), PackError> {
    let part = Part::name_of(path);
    if path.exists() {
        return fs::rename(path, &part).map_err(|source| PackError::io(path, source));
    }
    let Some(installed) = installed.filter(|_| !part.exists()) else { return Ok(()) };
    let Sum::Sha256(sha256) = &wanted.remote.sum else { return Ok(()) };
    let Ok(pack) = Pack::open(&installed.folder) else { return Ok(()) };
    let is_same = pack.manifest().files.get(&wanted.path).is_some_and(|sum| sum.sha256 == *sha256);
    if is_same {
        let twin = installed.folder.join(&wanted.path);
        fs::copy(&twin, &part).map_err(|source| PackError::io(&part, source))?;
    }
    Ok(())
}

/// A model of another kind is refused before its weights are downloaded.
fn check_kind(config: &Path, wanted: &Wanted) -> Result<(), PackError> {
    let (role, _) = kind_of(config, &wanted.repo)?;
    if wanted.path.starts_with(role.folder()) {
        return Ok(());
    }
    let folder = Path::new(&wanted.path).parent().unwrap_or(Path::new(""));
    Err(PackError::Unsupported {
        model: wanted.repo.clone(),
        found: format!("for {}", role.folder()),
        expected: if folder == Path::new(Role::Clip.folder()) {
            "a search model here"
        } else {
            "another kind of BLIP here"
        },
    })
}

fn manifest_of(
    offer: &Offer,
    staging: &Path,
    files: BTreeMap<String, FileSum>,
) -> Result<PackManifest, PackError> {
    let mut manifest = PackManifest::new(&offer.name, &revision_of(&files), &offer.summary, &offer.licence);
    for (role, _) in offer.models() {
        enter(&mut manifest, role);
    }
    manifest.calibration = offer.calibrated(Calibration::usual_of(&staging.join(Role::Clip.folder()))?);
    manifest.scripts.clone_from(&offer.scripts);
    manifest.files = files;
    Ok(manifest)
}

/// Says in the manifest that the pack holds this model.
pub(crate) fn enter(manifest: &mut PackManifest, role: Role) {
    let entry = Some(ModelEntry { folder: role.folder().to_owned() });
    match role {
        Role::Clip => manifest.clip = entry,
        Role::Caption => manifest.caption = entry,
        Role::Match => manifest.matching = entry,
    }
}
