//! Which photos belong to which product.
//!
//! A tie is what a product list, file names or folders say of a path; whoever reads those puts all ties
//! of a source in the place of the ones before. What belongs together follows from ties and files: see
//! [`regroup`].

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    FieldName, GroupBy, PictureId, ProductId, SourceId, Store, Variant, fields, lists, path_bytes, products,
    reviews, twins,
};
use crate::error::CatalogError;

/// What made photos one product; the later goes before the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grouping {
    /// Nothing: a photo alone.
    Photo,
    /// Its folder.
    Folder,
    /// Their names.
    Name,
    /// A product list.
    List,
    /// A person.
    Person,
}

impl Grouping {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Photo, "photo"),
        (Self::Folder, "folder"),
        (Self::Name, "name"),
        (Self::List, "list"),
        (Self::Person, "person"),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(grouping, _)| *grouping == self).map_or("photo", |(_, name)| name)
    }

    pub(super) fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Photo, |(grouping, _)| *grouping)
    }
}

/// A photo of a product, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// Where it is.
    pub path: PathBuf,
    /// 'front', 'back', 'side', 'detail', 'worn' or ''.
    pub role: &'static str,
}

/// A product as a list, names or a folder make it.
#[derive(Debug, Clone)]
pub struct TiedProduct {
    /// What makes it one.
    pub grouping: Grouping,
    /// The folder in which its key means it.
    pub place: PathBuf,
    /// What finds it again: a number, a stem.
    pub key: String,
    /// Its photos in order.
    pub photos: Vec<Tie>,
    /// What a list says of it.
    pub fields: Vec<(FieldName, String)>,
    /// Its variants.
    pub variants: Vec<Variant>,
    /// The list that says so.
    pub list: Option<PathBuf>,
}

impl Store {
    /// Puts these products in the place of all that lists, names and folders made of a source. What did not
    /// change is not written. One transaction: all of it or nothing, also where `is_cancelled` says so meanwhile.
    ///
    /// # Errors
    /// [`CatalogError::Cancelled`], a library that cannot be written.
    pub fn replace_ties(
        &self,
        source: SourceId,
        by: GroupBy,
        read: &[lists::ListRow],
        tied: &[TiedProduct],
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), CatalogError> {
        let go_on = || if is_cancelled() { Err(CatalogError::Cancelled) } else { Ok(()) };
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let has_source =
            transaction.prepare_cached("SELECT 1 FROM source WHERE id = ?1")?.exists([source])?;
        if !has_source {
            return Ok(());
        }
        let mut before = ties_of(&transaction, source)?;
        let listed_before = lists::products_of_source(&transaction, source)?;
        lists::replace(&transaction, source, read)?;
        let (mut changed, mut told) = (HashSet::new(), HashSet::new());
        for product in tied {
            go_on()?;
            let id = find_or_make(&transaction, product)?;
            told.insert(id);
            if let Some(list) = &product.list {
                lists::add_product(&transaction, list, id, &product.key)?;
                fields::set_listed(&transaction, id, &product.fields)?;
                lists::set_variants(&transaction, id, &product.variants)?;
            }
            for (position, tie) in (0_i64..).zip(&product.photos) {
                let path = path_bytes::to_bytes(&tie.path);
                let now = (position, tie.role.to_owned());
                if before.remove(&(path.clone(), id)).as_ref() != Some(&now) {
                    transaction
                        .prepare_cached(
                            "INSERT INTO tie (path, product_id, source_id, position, role)
                             VALUES (?1, ?2, ?3, ?4, ?5)
                             ON CONFLICT DO UPDATE SET source_id = ?3, position = ?4, role = ?5",
                        )?
                        .execute(params![path, id, source, position, tie.role])?;
                    changed.insert(path);
                }
            }
        }
        let mut untold: Vec<ProductId> = listed_before.into_iter().filter(|id| !told.contains(id)).collect();
        for (path, id) in before.into_keys() {
            transaction
                .prepare_cached("DELETE FROM tie WHERE path = ?1 AND product_id = ?2")?
                .execute(params![path, id])?;
            changed.insert(path);
            untold.push(id);
        }
        // In a stable order: positions among products are given as they come.
        let mut changed: Vec<Vec<u8>> = changed.into_iter().collect();
        changed.sort_unstable();
        for path in changed {
            go_on()?;
            let picture: Option<PictureId> = transaction
                .prepare_cached("SELECT picture_id FROM file WHERE path = ?1")?
                .query_row([path], |row| row.get(0))
                .optional()?;
            if let Some(picture) = picture {
                regroup(&transaction, picture)?;
            }
        }
        for &id in &untold {
            // What no list says any more is taken back; what a person said stays.
            if !told.contains(&id) {
                fields::set_listed(&transaction, id, &[])?;
            }
        }
        products::delete_bare(&transaction, &untold)?;
        transaction.execute("UPDATE source SET grouped_by = ?2 WHERE id = ?1", params![source, by.name()])?;
        transaction.commit()?;
        Ok(())
    }

    /// What made a product's photos one.
    pub fn grouping_of(&self, product: ProductId) -> Result<Grouping, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT grouping FROM product WHERE id = ?1")?;
        let name: Option<String> = statement.query_row([product], |row| row.get(0)).optional()?;
        name.map(|name| Grouping::from_name(&name)).ok_or(CatalogError::NoSuchProduct)
    }
}

type Ties = HashMap<(Vec<u8>, ProductId), (i64, String)>;

fn ties_of(transaction: &Transaction<'_>, source: SourceId) -> Result<Ties, CatalogError> {
    let mut statement = transaction
        .prepare_cached("SELECT path, product_id, position, role FROM tie WHERE source_id = ?1")?;
    let rows =
        statement.query_map([source], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The product of this grouping, place and key. One of the same key whose place is gone (a folder was
/// moved, a drive has another letter) goes on under the new place, with what a person decided of it.
fn find_or_make(transaction: &Transaction<'_>, product: &TiedProduct) -> Result<ProductId, CatalogError> {
    let (grouping, key) = (product.grouping.name(), product.key.as_bytes());
    let place = path_bytes::to_bytes(&product.place);
    let known: Option<ProductId> = transaction
        .prepare_cached("SELECT id FROM product WHERE grouping = ?1 AND key = ?2 AND place = ?3")?
        .query_row(params![grouping, key, place], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let dormant: Option<ProductId> = transaction
        .prepare_cached(
            "SELECT id FROM product p WHERE grouping = ?1 AND key = ?2 AND n_live = 0
             AND NOT EXISTS (SELECT 1 FROM tie WHERE product_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM listed WHERE product_id = p.id)
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![grouping, key], |row| row.get(0))
        .optional()?;
    if let Some(id) = dormant {
        transaction
            .prepare_cached("UPDATE product SET place = ?2 WHERE id = ?1")?
            .execute(params![id, place])?;
        return Ok(id);
    }
    Ok(transaction
        .prepare_cached("INSERT INTO product (grouping, place, key) VALUES (?1, ?2, ?3) RETURNING id")?
        .query_row(params![grouping, place, key], |row| row.get(0))?)
}

/// Puts a picture among the photos of the products that it belongs to: none where it is set aside for another;
/// the one that a person gave it; else those that its paths are tied to, by the highest grouping among these; else the one that it is alone.
pub(super) fn regroup(transaction: &Transaction<'_>, picture: PictureId) -> Result<(), CatalogError> {
    let mut statement = transaction.prepare_cached(
        "SELECT pp.product_id, pp.position, pp.role, pr.grouping FROM product_picture pp
         JOIN product pr ON pr.id = pp.product_id WHERE pp.picture_id = ?1",
    )?;
    let rows = statement.query_map([picture], |row| {
        let grouping: String = row.get(3)?;
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, Grouping::from_name(&grouping)))
    })?;
    let before: Vec<(ProductId, i64, String, Grouping)> = rows.collect::<Result<_, _>>()?;
    if before.iter().any(|(.., grouping)| *grouping == Grouping::Person) {
        return Ok(());
    }
    let mut statement = transaction.prepare_cached(
        "SELECT t.product_id, t.position, t.role, pr.grouping FROM file f
         JOIN tie t ON t.path = f.path JOIN product pr ON pr.id = t.product_id
         WHERE f.picture_id = ?1 ORDER BY f.path, t.product_id",
    )?;
    let rows = statement.query_map([picture], |row| {
        let grouping: String = row.get(3)?;
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, Grouping::from_name(&grouping)))
    })?;
    let tied: Vec<(ProductId, i64, String, Grouping)> = rows.collect::<Result<_, _>>()?;
    let highest = tied.iter().map(|(.., grouping)| *grouping).max();
    let mut now: Vec<(ProductId, i64, String)> = Vec::new();
    for (product, position, role, grouping) in tied {
        if Some(grouping) == highest && now.iter().all(|(other, ..)| *other != product) {
            now.push((product, position, role));
        }
    }
    let hash: [u8; 32] = transaction
        .prepare_cached("SELECT hash FROM picture WHERE id = ?1")?
        .query_row([picture], |row| row.get(0))?;
    if let Some((product, position)) = twins::person_tie(transaction, &hash)? {
        // What its file says of its side goes on to hold.
        let role = now.first().map(|(.., role)| role.clone()).unwrap_or_default();
        now = vec![(product, position, role)];
    }
    if now.is_empty() {
        now.push((alone(transaction, picture)?, 0, String::new()));
    }
    if twins::is_aside(transaction, &hash)? {
        now.clear();
    }
    for (product, position, role) in &now {
        let is_there =
            before.iter().any(|(other, at, as_, _)| other == product && at == position && as_ == role);
        if !is_there {
            transaction
                .prepare_cached(
                    "INSERT INTO product_picture (product_id, picture_id, position, role)
                     VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET position = ?3, role = ?4",
                )?
                .execute(params![product, picture, position, role])?;
        }
    }
    for (product, ..) in before {
        if now.iter().all(|(other, ..)| *other != product) {
            transaction
                .prepare_cached("DELETE FROM product_picture WHERE product_id = ?1 AND picture_id = ?2")?
                .execute(params![product, picture])?;
            let has_more = transaction
                .prepare_cached("SELECT 1 FROM product_picture WHERE product_id = ?1")?
                .exists([product])?;
            // What was reviewed keeps its review in the product that its last photo becomes a part of.
            if !has_more && let [(to, ..)] = now.as_slice() {
                reviews::carry(transaction, product, *to)?;
            }
        }
    }
    Ok(())
}

/// The product that a picture is alone. It is kept while the picture belongs to others, so that it is the
/// same one afterwards.
fn alone(transaction: &Transaction<'_>, picture: PictureId) -> Result<ProductId, CatalogError> {
    let hash: [u8; 32] = transaction
        .prepare_cached("SELECT hash FROM picture WHERE id = ?1")?
        .query_row([picture], |row| row.get(0))?;
    let known: Option<ProductId> = transaction
        .prepare_cached("SELECT id FROM product WHERE grouping = 'photo' AND key = ?1 AND place = x''")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => Ok(transaction
            .prepare_cached(
                "INSERT INTO product (grouping, place, key) VALUES ('photo', x'', ?1) RETURNING id",
            )?
            .query_row([hash], |row| row.get(0))?),
    }
}
