//! Decided words in the form that a shop takes: shown first, then written.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use vitrine_import::{
    Change, ListedProduct, OutProduct, Rewritten, Target, read_list, rewrite, sidecar_text, sidecar_xmp,
};

use super::{
    file::{check_place, write},
    settled::{Settled, out_product, settled},
};
use crate::{
    CatalogError, Library,
    library::{Inner, file_name},
    lists::{self, Unread},
    store::{FieldName, ListRow, ProductId},
};

/// Changes that are shown.
const N_SHOWN: usize = 500;

/// A form of file beside a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sidecar {
    /// Title, text and alternative text, a paragraph each.
    Text,
    /// XMP, with IPTC's alternative text.
    Xmp,
}

impl Sidecar {
    fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Xmp => "xmp",
        }
    }
}

/// How words go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportTarget {
    /// A list that came in, with other words in a few cells.
    List(PathBuf),
    /// A new file.
    File(Target),
    /// A file beside each photo, in a folder that a person chooses.
    Sidecars(Sidecar),
}

/// A list that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportList {
    /// Where it is.
    pub path: PathBuf,
    /// The program that it is for, such as `shopify`.
    pub dialect: String,
    /// Its products whose words are decided.
    pub n_ready: u64,
}

/// What can go out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportChoices {
    /// Products whose words a person approved or wrote.
    pub n_ready: u64,
    /// Products that wait for a decision.
    pub n_waiting: u64,
    /// Lists that came in, by path.
    pub lists: Vec<ExportList>,
}

/// A cell, or a file beside a photo, that would become another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportChange {
    /// Its line; 0 in a new file.
    pub line: u64,
    /// The column, or the file.
    pub place: String,
    /// Its product's key.
    pub product: String,
    /// What it said.
    pub old: String,
    /// What it says.
    pub new: String,
}

/// What would be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportPreview {
    /// A name for the file; of sidecars for the folder.
    pub suggested_name: String,
    /// Products that are written.
    pub n_products: u64,
    /// What differs from what there is.
    pub n_changes: u64,
    /// The first of these.
    pub changes: Vec<ExportChange>,
    /// What has no place there, in sentences.
    pub not_written: Vec<String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file, or the folder.
    pub path: PathBuf,
    /// Products in it.
    pub n_products: u64,
    /// Files that were there already and stay as they are.
    pub n_kept: u64,
}

impl Library {
    /// What can go out.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn export_choices(&self) -> Result<ExportChoices, CatalogError> {
        let store = &self.inner().store;
        let settled: HashMap<ProductId, ()> =
            settled(self.inner())?.into_iter().map(|one| (one.product, ())).collect();
        let mut lists = Vec::new();
        for ListRow { path, dialect, .. } in store.lists()? {
            let products = store.products_of_list(&path)?;
            let n_ready = products.iter().filter(|(product, _)| settled.contains_key(product)).count() as u64;
            lists.push(ExportList { path, dialect, n_ready });
        }
        let by_state = store.n_by_review_state()?;
        Ok(ExportChoices {
            n_ready: settled.len() as u64,
            n_waiting: [0, 4].iter().map(|&state| u64::from(by_state[state])).sum(),
            lists,
        })
    }

    /// What would be written; nothing is.
    ///
    /// # Errors
    /// [`CatalogError::NothingDecided`], [`CatalogError::BadList`] where the list cannot be read or written any more.
    pub fn preview_export(&self, target: &ExportTarget) -> Result<ExportPreview, CatalogError> {
        let inner = self.inner();
        match target {
            ExportTarget::List(path) => {
                let (n_products, rewritten) = rewritten(inner, path)?;
                let changes = rewritten.changes.iter().take(N_SHOWN).map(|change| ExportChange {
                    line: change.line,
                    place: change.column.clone(),
                    product: change.key.clone(),
                    old: change.old.clone(),
                    new: change.new.clone(),
                });
                Ok(ExportPreview {
                    suggested_name: suggested(path),
                    n_products,
                    n_changes: rewritten.changes.len() as u64,
                    changes: changes.collect(),
                    not_written: rewritten.not_written,
                })
            }
            ExportTarget::File(form) => {
                let products = out_products(inner)?;
                let mut preview = ExportPreview {
                    suggested_name: format!("products.{}", form.extension()),
                    n_products: products.len() as u64,
                    ..ExportPreview::default()
                };
                for (settled, product) in &products {
                    let said = inner.store.fields_of(settled.product)?;
                    let words = [
                        ("title", FieldName::Title, &product.title.0),
                        ("description", FieldName::Description, &product.description.0),
                        ("alternative text", FieldName::AltText, &product.alt_text.0),
                    ];
                    for (place, name, new) in words {
                        let old = said.iter().find(|field| field.name == name);
                        let old = old.map(|field| field.value.clone()).unwrap_or_default();
                        preview.add(0, place.to_owned(), &product.key, old, new.clone());
                    }
                }
                Ok(preview)
            }
            ExportTarget::Sidecars(form) => {
                let products = out_products(inner)?;
                let mut preview = ExportPreview {
                    suggested_name: "descriptions".to_owned(),
                    n_products: products.len() as u64,
                    ..ExportPreview::default()
                };
                for (_, product) in &products {
                    for (at, name) in product.images.iter().enumerate() {
                        let new = sidecar_text(&of_photo(product, at));
                        preview.add(0, format!("{name}.{}", form.ending()), &product.key, String::new(), new);
                    }
                }
                Ok(preview)
            }
        }
    }

    /// Writes to `place`: a file, or the folder for files beside photos. What is there already is replaced where a
    /// person chose that very file, and kept in a folder.
    ///
    /// # Errors
    /// As [`Library::preview_export`], and [`CatalogError::Unwritable`]; then nothing was replaced.
    pub fn export(&self, target: &ExportTarget, place: &Path) -> Result<Exported, CatalogError> {
        let inner = self.inner();
        let unwritable = |reason: String| CatalogError::Unwritable { file: place.to_path_buf(), reason };
        match target {
            ExportTarget::List(path) => {
                check_place(inner, place)?;
                let (n_products, rewritten) = rewritten(inner, path)?;
                write(place, &rewritten.bytes)?;
                Ok(Exported { path: place.to_path_buf(), n_products, n_kept: 0 })
            }
            ExportTarget::File(form) => {
                check_place(inner, place)?;
                let products: Vec<OutProduct> =
                    out_products(inner)?.into_iter().map(|(_, product)| product).collect();
                let bytes = vitrine_import::write(*form, &products)
                    .map_err(|problem| unwritable(problem.to_string()))?;
                write(place, &bytes)?;
                Ok(Exported { path: place.to_path_buf(), n_products: products.len() as u64, n_kept: 0 })
            }
            ExportTarget::Sidecars(form) => {
                std::fs::create_dir_all(place).map_err(|error| unwritable(error.to_string()))?;
                let products = out_products(inner)?;
                let mut n_kept = 0;
                for (_, product) in &products {
                    for (at, name) in product.images.iter().enumerate() {
                        let file = place.join(format!("{name}.{}", form.ending()));
                        // Another program's, or a person's.
                        if file.exists() {
                            n_kept += 1;
                            continue;
                        }
                        let of_photo = of_photo(product, at);
                        let bytes = match form {
                            Sidecar::Text => sidecar_text(&of_photo).into_bytes(),
                            Sidecar::Xmp => sidecar_xmp(&of_photo),
                        };
                        write(&file, &bytes)?;
                    }
                }
                Ok(Exported { path: place.to_path_buf(), n_products: products.len() as u64, n_kept })
            }
        }
    }
}

impl ExportPreview {
    fn add(&mut self, line: u64, place: String, product: &str, old: String, new: String) {
        if old == new {
            return;
        }
        self.n_changes += 1;
        if self.changes.len() < N_SHOWN {
            self.changes.push(ExportChange { line, place, product: product.to_owned(), old, new });
        }
    }
}

fn out_products(inner: &Inner) -> Result<Vec<(Settled, OutProduct)>, CatalogError> {
    let mut products = Vec::new();
    for one in settled(inner)? {
        match out_product(inner, &one) {
            Ok(product) => products.push((one, product)),
            Err(CatalogError::NoSuchProduct) => {}
            Err(error) => return Err(error),
        }
    }
    if products.is_empty() { Err(CatalogError::NothingDecided) } else { Ok(products) }
}

/// What stands beside a photo: the alternative text is that of the first one.
fn of_photo(product: &OutProduct, at: usize) -> OutProduct {
    let mut product = product.clone();
    if at > 0 {
        product.alt_text.0.clear();
    }
    product
}

/// "shop.csv" as "shop-approved.csv"; a workbook stays one.
fn suggested(path: &Path) -> String {
    let name = file_name(path);
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-approved.{ending}"),
        None => format!("{name}-approved"),
    }
}

/// A list with the decided words of its products.
fn rewritten(inner: &Inner, path: &Path) -> Result<(u64, Rewritten), CatalogError> {
    let bad = |reason: String| CatalogError::BadList { name: file_name(path), reason };
    let bytes = lists::bytes(path).map_err(|unread| match unread {
        Unread::Problem(skip) => bad(skip.message),
        _ => bad("It is not there any more. Plug in its drive, or add it again.".to_owned()),
    })?;
    let mapping = lists::remembered(&inner.store, &bytes)?;
    let list = read_list(&bytes, mapping.as_ref()).map_err(|problem| bad(problem.to_string()))?;
    let by_key: HashMap<&str, &ListedProduct> =
        list.products.iter().map(|product| (product.key.as_str(), product)).collect();
    let keys: HashMap<ProductId, String> = inner.store.products_of_list(path)?.into_iter().collect();
    let mut changes = Vec::new();
    for one in settled(inner)? {
        let listed = keys.get(&one.product).and_then(|key| by_key.get(key.as_str()));
        if let Some(listed) = listed {
            changes.push(change(&one, listed));
        }
    }
    if changes.is_empty() {
        return Err(CatalogError::NothingDecided);
    }
    let rewritten =
        rewrite(&bytes, mapping.as_ref(), &changes).map_err(|problem| bad(problem.to_string()))?;
    Ok((changes.len() as u64, rewritten))
}

/// What of a product in a list becomes another; what the shop said itself stays its own.
fn change(settled: &Settled, listed: &ListedProduct) -> Change {
    let author = settled.author();
    let new = |text: &str, field: FieldName| {
        let is_new = !text.is_empty() && listed.field(field) != Some(text);
        is_new.then(|| (text.to_owned(), author))
    };
    let mut change = Change {
        key: listed.key.clone(),
        title: new(&settled.text.title, FieldName::Title),
        description: new(&settled.text.text, FieldName::Description),
        ..Change::default()
    };
    let alt_text = &settled.text.alt_text;
    if !alt_text.is_empty() {
        match listed.images.first() {
            Some(image) if listed.alt_texts.iter().all(|(of, text)| of != image || text != alt_text) => {
                change.alt_texts.push((image.clone(), alt_text.clone()));
            }
            Some(_) => {}
            None if listed.field(FieldName::AltText) != Some(alt_text) => {
                change.fields.push((FieldName::AltText, alt_text.clone()));
            }
            None => {}
        }
    }
    change
}
