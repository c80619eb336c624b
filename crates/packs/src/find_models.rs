//! What a folder that a user points at holds: a pack, one model, several, or the hub's own cache.
//!
//! ```text
//! FOLDER/pack.toml                                      a pack
//! FOLDER/config.json, model.safetensors, ...            one model, or with open_clip_config.json
//! FOLDER/anything/config.json, ...                      several
//! FOLDER/models--org--name/snapshots/COMMIT/config.json the cache of the hub's tools
//! ```

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::PackError;
use crate::check::{CONFIGS, kind_in};
use crate::layout::Layout;
use crate::offer::Role;
use crate::origin::read_small;
use crate::shelf::folders_in;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Pack,
    /// In the order of their roles; one of each at most, and always a CLIP.
    Models(Vec<Model>),
}

/// A model, and where it lies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) role: Role,
    pub(crate) layout: Layout,
    pub(crate) folder: PathBuf,
}

/// Looks into `folder`.
pub(crate) fn find_models(folder: &Path) -> Result<Found, PackError> {
    let cannot = |reason: String| PackError::CannotImport { folder: folder.to_path_buf(), reason };
    if !folder.is_dir() {
        return Err(cannot(
            "it is no folder that can be reached. Choose the folder that holds the models.".into(),
        ));
    }
    if folder.join("pack.toml").is_file() {
        return Ok(Found::Pack);
    }
    let mut models: Vec<Model> = Vec::new();
    let mut refused = None;
    for place in places(folder) {
        match kind_in(&place) {
            Ok((role, layout)) => models.push(Model { role, layout, folder: place }),
            Err(error) => refused = Some(error),
        }
    }
    models.sort_by(|a, b| (a.role, &a.folder).cmp(&(b.role, &b.folder)));
    for pair in models.windows(2) {
        if pair[0].role == pair[1].role {
            return Err(cannot(format!(
                "{} and {} are models for the same purpose. Choose a folder with one of them.",
                pair[0].folder.display(),
                pair[1].folder.display()
            )));
        }
    }
    match (models.first().map(|model| model.role), refused) {
        (Some(Role::Clip), _) => Ok(Found::Models(models)),
        (None, Some(error)) => Err(error),
        (None, None) => Err(cannot(
            "there is no pack.toml and no config.json in it. Choose the folder that holds the models.".into(),
        )),
        (Some(_), _) => Err(cannot(
            "it has no search model (CLIP or SigLIP), without which nothing is found. Put one beside it, then import both."
                .into(),
        )),
    }
}

/// Folders with a configuration: this one, else those in it and in the hub's cache.
fn places(folder: &Path) -> Vec<PathBuf> {
    if let Some(place) = model_in(folder) {
        return vec![place];
    }
    folders_in(folder).iter().filter_map(|inner| model_in(inner)).collect()
}

fn model_in(folder: &Path) -> Option<PathBuf> {
    if is_model(folder) {
        return Some(folder.to_path_buf());
    }
    snapshot_in(folder)
}

fn is_model(folder: &Path) -> bool {
    CONFIGS.iter().any(|name| folder.join(name).is_file())
}

/// In a folder of the hub's cache, the commit of its main branch, else the one that came last.
fn snapshot_in(folder: &Path) -> Option<PathBuf> {
    let snapshots = folder.join("snapshots");
    let main = read_small(&folder.join("refs/main"));
    let of_main = main.map(|commit| snapshots.join(commit.trim()));
    of_main.filter(|path| path.starts_with(&snapshots) && is_model(path)).or_else(|| {
        let time = |path: &PathBuf| {
            path.metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
        };
        folders_in(&snapshots).into_iter().filter(|path| is_model(path)).max_by_key(time)
    })
}

/// A name for a pack made from this folder: that of the folder, and of the model where the folder is
/// one of the hub's cache.
pub(crate) fn name_for(folder: &Path) -> String {
    let last =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let is_snapshot = full.parent().is_some_and(|parent| last(parent) == "snapshots");
    let named = if is_snapshot { full.ancestors().nth(2).map(last).unwrap_or_default() } else { last(&full) };
    let named = named.strip_prefix("models--").unwrap_or(&named);
    let plain = named.rsplit("--").next().unwrap_or(named).to_lowercase();
    let plain: String = plain
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .take(40)
        .collect();
    plain.trim_matches(|c| "-_.".contains(c)).to_owned()
}
