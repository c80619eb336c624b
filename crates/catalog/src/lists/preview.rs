//! What a list would bring, before anything is kept.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use vitrine_import::{
    FindingKind, Format, ListProblem, Meaning, ProductList, header, header_key, inspect, read_list,
};
use vitrine_models::return_freed_memory;

use super::{
    reading::{Unread, bytes, mapping, remembered},
    tying::tied_products,
};
use crate::{CatalogError, Library, library::file_name, store::TiedProduct};

/// Lines of a kind of finding that are shown.
const N_SHOWN: usize = 100;

/// A column of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListColumn {
    /// Its name.
    pub header: String,
    /// What it means, such as `field:title`, `image` or `ignored`: see [`vitrine_import::Meaning::name`].
    pub meaning: String,
    /// What its first rows say.
    pub sample: Vec<String>,
}

/// What may be wrong with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListTrouble {
    /// The row brings nothing.
    PassedOver,
    /// No photo of the catalog is the product's.
    NoPhoto,
    /// The same number or handle stands on rows of different products.
    Double,
    /// The price is no price.
    BadPrice,
    /// The title is longer than shops show.
    LongTitle,
    /// There is no title.
    NoTitle,
    /// The number below the bars has a wrong digit.
    BadBarcode,
}

/// Rows with one trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFinding {
    /// Which.
    pub trouble: ListTrouble,
    /// How many rows.
    pub n: u64,
    /// The first of them: line, and what is wrong.
    pub lines: Vec<(u64, String)>,
}

/// What a list would bring.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListPreview {
    /// The file's name.
    pub name: String,
    /// How it is stored: `delimited`, `json`, `json_lines`, `xlsx` or `xml`.
    pub format: &'static str,
    /// The program that it is for, such as `shopify`; `plain` for none.
    pub dialect: &'static str,
    /// The encoding of its text; empty where the format has none of its own.
    pub encoding: String,
    /// The sign between its cells.
    pub delimiter: Option<char>,
    /// Its columns.
    pub columns: Vec<ListColumn>,
    /// Whether a person said before what such columns mean.
    pub is_remembered: bool,
    /// Rows below the header.
    pub n_rows: u64,
    /// Products that they are.
    pub n_products: u64,
    /// Variants of these.
    pub n_variants: u64,
    /// Products that the catalog has from a list at this place already: they are brought up to date.
    pub n_known: u64,
    /// Products that have a photo in the catalog.
    pub n_with_photos: u64,
    /// Photos of the catalog of which no row speaks.
    pub n_photos_without_row: u64,
    /// The names of some of these.
    pub photos_without_row: Vec<String>,
    /// What may be wrong, the gravest first.
    pub findings: Vec<ListFinding>,
    /// Why it brings nothing with these meanings, and what to do.
    pub problem: Option<String>,
}

impl Library {
    /// What a list would bring, with `meanings` of its columns where somebody chose them. Nothing is kept.
    ///
    /// # Errors
    /// [`CatalogError::BadList`] where there is no table in the file; a library that cannot be read.
    pub fn preview_list(
        &self,
        path: &Path,
        meanings: Option<&[String]>,
    ) -> Result<ListPreview, CatalogError> {
        let preview = self.previewed(path, meanings);
        // The run that takes the list in has a thread of its own, and needs as much again.
        return_freed_memory();
        preview
    }

    fn previewed(&self, path: &Path, meanings: Option<&[String]>) -> Result<ListPreview, CatalogError> {
        let store = &self.inner().store;
        let bytes = content(path)?;
        let found = inspect(&bytes).map_err(|problem| bad_list(path, in_words(&problem)))?;
        let kept = remembered(store, &bytes)?;
        let is_remembered = meanings.is_none() && kept.is_some();
        let chosen = meanings.map(mapping).or(kept);
        let used = chosen.clone().unwrap_or_else(|| found.mapping.clone());
        let columns = found.header.iter().enumerate().map(|(at, header)| ListColumn {
            header: header.clone(),
            meaning: used.meanings.get(at).copied().unwrap_or(Meaning::Ignored).name(),
            sample: found.sample.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect(),
        });
        let mut preview = ListPreview {
            name: file_name(path),
            format: found.format.name(),
            dialect: found.dialect.name(),
            encoding: if found.format == Format::Xlsx { String::new() } else { found.encoding.to_owned() },
            delimiter: found.delimiter,
            columns: columns.collect(),
            is_remembered,
            n_rows: found.n_rows,
            ..ListPreview::default()
        };
        let mut list = match read_list(&bytes, chosen.as_ref()) {
            Ok(list) => list,
            Err(problem) => {
                preview.problem = Some(in_words(&problem));
                return Ok(preview);
            }
        };
        drop(bytes);
        let photos = store.photo_paths()?;
        preview.n_products = list.products.len() as u64;
        preview.n_variants = list.products.iter().map(|product| product.variants.len() as u64).sum();
        let tied = tied_products(path, &mut list, &photos);
        preview.n_known = store.n_known_products(&tied)?;
        preview.n_with_photos = tied.iter().filter(|product| !product.photos.is_empty()).count() as u64;
        let (n_without, without) = without_row(&tied, &photos);
        preview.n_photos_without_row = n_without;
        preview.photos_without_row = without;
        preview.findings = findings(&list, &tied);
        Ok(preview)
    }

    /// Adds a list and ties the catalog's photos to its products, in the background. What `meanings` says of its
    /// columns is remembered for every list of the same header.
    ///
    /// # Errors
    /// [`CatalogError::BadList`] where it brings nothing, a library that cannot be written.
    pub fn import_list(&self, path: &Path, meanings: Option<&[String]>) -> Result<(), CatalogError> {
        let store = &self.inner().store;
        let bad = |problem: ListProblem| bad_list(path, in_words(&problem));
        let bytes = content(path)?;
        let header = header(&bytes).map_err(bad)?;
        let used = match meanings {
            Some(meanings) => Some(mapping(meanings)),
            None => remembered(store, &bytes)?,
        };
        read_list(&bytes, used.as_ref()).map_err(bad)?;
        drop(bytes);
        return_freed_memory();
        if let Some(meanings) = meanings {
            self.lock_for_writing()?;
            store.set_list_mapping(&header_key(&header), meanings)?;
            // Those that were read in another way before are read again.
            store.lists_are_stale()?;
        }
        self.add_paths(&[path.to_path_buf()])
    }
}

fn bad_list(path: &Path, reason: String) -> CatalogError {
    CatalogError::BadList { name: file_name(path), reason }
}

fn content(path: &Path) -> Result<Vec<u8>, CatalogError> {
    bytes(path).map_err(|unread| match unread {
        Unread::Problem(skip) => bad_list(path, skip.message),
        _ => CatalogError::NoSuchPath(path.to_path_buf()),
    })
}

fn in_words(problem: &ListProblem) -> String {
    match problem {
        ListProblem::NotAList => {
            "This table does not say which products it lists. Choose a column for the title, and one for the number \
             or the photo."
                .to_owned()
        }
        other => other.to_string(),
    }
}

fn without_row(tied: &[TiedProduct], photos: &[PathBuf]) -> (u64, Vec<String>) {
    let taken: HashSet<&PathBuf> =
        tied.iter().flat_map(|product| &product.photos).map(|tie| &tie.path).collect();
    let mut left = photos.iter().filter(|path| !taken.contains(path));
    let shown: Vec<String> = left.by_ref().take(N_SHOWN).map(|path| file_name(path)).collect();
    ((shown.len() + left.count()) as u64, shown)
}

fn findings(list: &ProductList, tied: &[TiedProduct]) -> Vec<ListFinding> {
    let mut all: BTreeMap<ListTrouble, (u64, Vec<(u64, String)>)> = BTreeMap::new();
    let mut add = |trouble: ListTrouble, line: u64, message: String| {
        let (n, lines) = all.entry(trouble).or_default();
        *n += 1;
        if lines.len() < N_SHOWN {
            lines.push((line, message));
        }
    };
    for problem in &list.problems {
        add(ListTrouble::PassedOver, problem.line, problem.message.clone());
    }
    for (product, tied) in list.products.iter().zip(tied) {
        if tied.photos.is_empty() {
            let message = match product.images.first() {
                Some(image) => format!("No photo in the catalog is called \"{image}\"."),
                None => format!("No photo in the catalog is called by \"{}\".", product.key),
            };
            add(ListTrouble::NoPhoto, product.line, message);
        }
    }
    for finding in &list.findings {
        let trouble = match finding.kind {
            FindingKind::BadPrice => ListTrouble::BadPrice,
            FindingKind::LongTitle => ListTrouble::LongTitle,
            FindingKind::Double => ListTrouble::Double,
            FindingKind::NoTitle => ListTrouble::NoTitle,
            FindingKind::BadBarcode => ListTrouble::BadBarcode,
            // What counts is whether a photo was found.
            FindingKind::NoImage => continue,
        };
        add(trouble, finding.line, finding.message.clone());
    }
    all.into_iter().map(|(trouble, (n, lines))| ListFinding { trouble, n, lines }).collect()
}
