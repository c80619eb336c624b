//! Which photos are one product: as product lists say, else as names or folders do.
//!
//! Lists are read before the photos are, so that photos come with their titles. All that the lists of a
//! source say is put in the place of what they said before; what did not change is not written.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use vitrine_import::Group;
use vitrine_jobs::Job;
use vitrine_models::return_freed_memory;

use super::walk::Scanned;
use crate::{
    CatalogError,
    library::Inner,
    lists::{self, Unread},
    scan,
    store::{FileStamp, GroupBy, Grouping, ListRow, ReadFile, SourceRow, Tie, TiedProduct},
};

/// What switching a grouping on would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupingPreview {
    /// Products of several photos that there would be.
    pub n_products: u64,
    /// Photos in them.
    pub n_photos: u64,
    /// Some of them.
    pub examples: Vec<PreviewedGroup>,
}

/// A product that there would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedGroup {
    /// What its photos have in common.
    pub name: String,
    /// Its photos' files, in order.
    pub files: Vec<PathBuf>,
}

/// Examples of a preview.
const N_EXAMPLES: usize = 12;

/// Reads the lists of a source and ties its photos to products, where anything about them changed.
pub(super) fn regroup(
    library: &Inner,
    job: &Job,
    scanned: &Scanned,
    scan_number: u64,
) -> Result<(), CatalogError> {
    let source = &scanned.source;
    let known = library.store.lists_of(source.id)?;
    let mut lists = scanned.lists.clone();
    if !scanned.is_whole() {
        // Lists elsewhere in the source, as they are now.
        let met: HashSet<PathBuf> = lists.iter().map(|(path, _)| path.clone()).collect();
        let others = known.iter().map(|list| &list.path).filter(|path| !met.contains(*path));
        lists.extend(others.filter_map(|path| Some((path.clone(), scan::stamp(&path.metadata().ok()?)))));
    }
    lists.sort();
    let is_as_before = lists.len() == known.len()
        && lists
            .iter()
            .all(|(path, stamp)| known.iter().any(|list| &list.path == path && list.stamp == *stamp));
    let has_grouping = !lists.is_empty() || source.group_by != GroupBy::Nothing;
    let was_switched = source.group_by != source.grouped_by;
    if is_as_before && !was_switched && (!scanned.has_news || !has_grouping) {
        return Ok(());
    }
    // Photos that are not known yet come from the scan, the others from the store. Those of a list that was added
    // by itself may be anywhere.
    let mut photos = scanned.photos.clone();
    if source.is_list() {
        photos = library.store.photo_paths()?;
    } else if !scanned.is_whole() {
        photos.extend(library.store.paths_of(source.id)?);
        photos.sort();
        photos.dedup();
    }
    tie(library, job, source, lists, &photos, scan_number)
}

/// Ties photos to products of the lists that were added by themselves, after other folders changed.
pub(super) fn regroup_lists(library: &Inner, job: &Job, scan_number: u64) -> Result<(), CatalogError> {
    let sources = library.store.sources()?;
    let added: Vec<&SourceRow> = sources.iter().filter(|source| source.is_list()).collect();
    if added.is_empty() {
        return Ok(());
    }
    let photos = library.store.photo_paths()?;
    for source in added {
        // One that is away stays as it is.
        let Ok(metadata) = source.path.metadata() else { continue };
        let lists = vec![(source.path.clone(), scan::stamp(&metadata))];
        tie(library, job, source, lists, &photos, scan_number)?;
    }
    Ok(())
}

fn tie(
    library: &Inner,
    job: &Job,
    source: &SourceRow,
    lists: Vec<(PathBuf, FileStamp)>,
    photos: &[PathBuf],
    scan_number: u64,
) -> Result<(), CatalogError> {
    let mut tied = grouped(source, photos);
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let is_cancelled = || job.control().is_cancelled();
    for (path, stamp) in lists {
        match lists::read(&library.store, &path, &is_cancelled) {
            Ok(mut list) => {
                problems.extend(lists::problems_of(&path, stamp, &list));
                let products = lists::tied_products(&path, &mut list, photos);
                problems.extend(lists::without_photos(&path, stamp, &products, !photos.is_empty()));
                rows.push(ListRow {
                    path,
                    stamp,
                    n_products: products.len() as u64,
                    n_tied: products.iter().filter(|product| !product.photos.is_empty()).count() as u64,
                    dialect: list.dialect.name().to_owned(),
                });
                tied.extend(products);
            }
            Err(Unread::NoList) => {}
            // A folder may hold any data of other programs; nobody said that these are lists.
            Err(Unread::Problem(_)) if !source.is_list() && !scan::is_table(&path) => {}
            Err(Unread::Problem(skip)) => problems.push((path, stamp, skip)),
            Err(Unread::Cancelled) => return Err(CatalogError::Cancelled),
            Err(Unread::Library(error)) => return Err(error),
        }
    }
    return_freed_memory();
    library.store.replace_ties(source.id, source.group_by, &rows, &tied, &is_cancelled)?;
    // What was wrong with a list before need not be so any more.
    for list in &rows {
        library.store.forget_skipped(&list.path)?;
    }
    let problems: Vec<ReadFile> = problems
        .into_iter()
        .map(|(path, stamp, skip)| ReadFile { path, source: source.id, stamp, outcome: Err(skip.to_row()) })
        .collect();
    library.store.record_files(&problems, scan_number)?;
    Ok(())
}

/// What grouping a source by `by` would do.
pub(crate) fn preview(source: &SourceRow, by: GroupBy, photos: &[PathBuf]) -> GroupingPreview {
    let groups = groups(&source.path, by, photos);
    GroupingPreview {
        n_products: groups.len() as u64,
        n_photos: groups.iter().map(|group| group.photos.len() as u64).sum(),
        examples: groups
            .into_iter()
            .take(N_EXAMPLES)
            .map(|group| PreviewedGroup {
                name: group.name(),
                files: group.photos.into_iter().map(|(path, _)| path).collect(),
            })
            .collect(),
    }
}

fn groups(root: &Path, by: GroupBy, photos: &[PathBuf]) -> Vec<Group> {
    let paths = photos.iter().map(PathBuf::as_path);
    match by {
        GroupBy::Nothing => Vec::new(),
        GroupBy::Names => vitrine_import::by_name(paths),
        GroupBy::Folders => vitrine_import::by_folder(root, paths),
    }
}

fn grouped(source: &SourceRow, photos: &[PathBuf]) -> Vec<TiedProduct> {
    let grouping = if source.group_by == GroupBy::Folders { Grouping::Folder } else { Grouping::Name };
    groups(&source.path, source.group_by, photos)
        .into_iter()
        .map(|group| TiedProduct {
            grouping,
            place: group.folder,
            key: group.key,
            photos: group.photos.into_iter().map(|(path, role)| Tie { path, role: role.name() }).collect(),
            fields: Vec::new(),
            variants: Vec::new(),
            list: None,
        })
        .collect()
}
