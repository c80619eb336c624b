//! Which photos are one product: as product lists say, else as names or folders do.
//!
//! Lists are read before the photos are, so that photos come with their titles. All that the lists of a
//! source say is put in the place of what they said before; what did not change is not written.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use vitrine_import::{Field, Group, ListProblem, ListedProduct, PhotoNames, ProductList};
use vitrine_models::regular_file;

use super::walk::Scanned;
use crate::{
    CatalogError,
    library::Inner,
    photo::{Skip, SkipCode},
    scan,
    store::{
        FieldName, FileStamp, GroupBy, Grouping, ListRow, ReadFile, SourceRow, Tie, TiedProduct, Variant,
    },
};

/// The largest list that is read: a row for each of 500,000 products fits well.
const MAX_LIST_BYTES: u64 = 256 << 20;

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
pub(super) fn regroup(library: &Inner, scanned: &Scanned, scan_number: u64) -> Result<(), CatalogError> {
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
    // Photos that are not known yet come from the scan, the others from the store.
    let mut photos = scanned.photos.clone();
    if !scanned.is_whole() {
        photos.extend(library.store.paths_of(source.id)?);
        photos.sort();
        photos.dedup();
    }
    let mut tied = grouped(source, &photos);
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (path, stamp) in lists {
        match read(&path) {
            Ok(list) => {
                problems.extend(row_problems(&path, stamp, &list));
                let before = tied.len();
                tied.extend(products(&path, &list, &photos));
                let n_tied = tied[before..].iter().filter(|product| !product.photos.is_empty()).count();
                rows.push(ListRow {
                    path,
                    stamp,
                    n_products: (tied.len() - before) as u64,
                    n_tied: n_tied as u64,
                });
            }
            Err(None) => {}
            Err(Some(skip)) => problems.push((path, stamp, skip)),
        }
    }
    library.store.replace_ties(source.id, source.group_by, &rows, &tied)?;
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

/// A list; none where it is a table of something else, or went away.
fn read(path: &Path) -> Result<ProductList, Option<Skip>> {
    let (_, bytes) = regular_file::read(path, MAX_LIST_BYTES).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => None,
        std::io::ErrorKind::FileTooLarge => Some(Skip::new(
            SkipCode::BadList,
            "This product list is larger than 256 MB. Cut it into smaller ones.",
        )),
        std::io::ErrorKind::InvalidInput => {
            Some(Skip::new(SkipCode::BadList, "This product list is a pipe or a device, not a file."))
        }
        _ => Some(Skip::from_io(&error)),
    })?;
    vitrine_import::read_list(&bytes).map_err(|problem| match problem {
        ListProblem::NotAList => None,
        other => Some(Skip::new(SkipCode::BadList, other.to_string())),
    })
}

fn row_problems(path: &Path, stamp: FileStamp, list: &ProductList) -> Option<(PathBuf, FileStamp, Skip)> {
    let first = list.problems.first()?;
    let n_more = list.problems.len() - 1;
    let more = if n_more == 0 { String::new() } else { format!(" So do {n_more} other lines.") };
    let message = format!("Line {} of this product list brings nothing: {}{more}", first.line, first.message);
    Some((path.to_path_buf(), stamp, Skip::new(SkipCode::BadList, message)))
}

fn products<'a>(
    path: &'a Path,
    list: &'a ProductList,
    photos: &'a [PathBuf],
) -> impl Iterator<Item = TiedProduct> + 'a {
    let folder = path.parent().unwrap_or(path).to_path_buf();
    let names = PhotoNames::new(&folder, photos.iter().map(PathBuf::as_path));
    let mut taken = HashSet::new();
    list.products.iter().map(move |product| {
        let mut ties = Vec::new();
        for image in &product.images {
            if let Some(found) = names.find(image)
                && taken.insert(found.to_path_buf())
            {
                ties.push(Tie { path: found.to_path_buf(), role: "" });
            }
        }
        TiedProduct {
            grouping: Grouping::List,
            place: folder.clone(),
            key: product.key.clone(),
            photos: ties,
            fields: product.fields.iter().map(|(field, value)| (name(*field), value.clone())).collect(),
            variants: variants(product),
            list: Some(path.to_path_buf()),
        }
    })
}

fn variants(product: &ListedProduct) -> Vec<Variant> {
    let variant = |variant: &vitrine_import::ListedVariant| Variant {
        sku: variant.sku.clone(),
        name: variant.name.clone(),
        price: variant.price.clone(),
        ..Variant::default()
    };
    product.variants.iter().map(variant).collect()
}

fn name(field: Field) -> FieldName {
    match field {
        Field::Title => FieldName::Title,
        Field::Sku => FieldName::Sku,
        Field::Price => FieldName::Price,
        Field::Category => FieldName::Category,
        Field::Brand => FieldName::Brand,
        Field::Description => FieldName::Description,
        Field::Barcode => FieldName::Barcode,
    }
}
