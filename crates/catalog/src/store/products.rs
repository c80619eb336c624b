//! Products: what is sold, with its photos in order.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params, types::Value};

use super::{
    PictureId, PictureRow, ProductId, Store, path_bytes,
    pictures::{COLUMNS, JOINS, picture_row},
};
use crate::{error::CatalogError, models::ModelIds};

/// A product as a tile shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductRow {
    /// Its id.
    pub id: ProductId,
    /// Its title, from the merchant's list or a person.
    pub title: Option<String>,
    /// Its photos that can be seen.
    pub n_photos: u64,
    /// The photo that stands for it.
    pub photo: PictureRow,
}

/// A photo of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductPhoto {
    /// The picture.
    pub photo: PictureRow,
    /// 'front', 'back', 'side', 'detail', 'worn' or ''.
    pub role: String,
}

/// The first photo of product `pr` that can be seen.
const FIRST_PHOTO: &str =
    "(SELECT pp.picture_id FROM product_picture pp JOIN picture q ON q.id = pp.picture_id
     WHERE pp.product_id = pr.id AND q.n_files > 0 ORDER BY pp.position, pp.picture_id LIMIT 1)";

/// Rows of the pairs in ?4, each a product in the upper 32 bits and a picture in the lower, 0 for the
/// first one.
pub(super) fn rows_of_pairs() -> String {
    format!(
        "SELECT pr.id, pr.title, pr.n_live, {COLUMNS}
         FROM rarray(?4) w
         CROSS JOIN product pr ON pr.id = w.value >> 32
         CROSS JOIN picture p ON p.id = CASE w.value & 4294967295 WHEN 0 THEN {FIRST_PHOTO} ELSE w.value & 4294967295 END
         {JOINS}"
    )
}

pub(super) fn photos_of_product() -> String {
    format!(
        "SELECT pp.role, {COLUMNS} FROM product_picture pp JOIN picture p ON p.id = pp.picture_id {JOINS}
         WHERE pp.product_id = ?4 AND p.n_files > 0 ORDER BY pp.position, pp.picture_id"
    )
}

impl Store {
    /// Products, each with the photo that is named or its first one; in no order. Those of which nothing
    /// can be seen (any more) are left out.
    pub fn products(
        &self,
        wanted: &[(ProductId, Option<PictureId>)],
        models: ModelIds,
    ) -> Result<Vec<ProductRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&rows_of_pairs())?;
        let pair = |(product, picture): &(ProductId, Option<PictureId>)| {
            Value::Integer(i64::from(product.get()) << 32 | i64::from(picture.map_or(0, PictureId::get)))
        };
        let pairs = std::rc::Rc::new(wanted.iter().map(pair).collect::<Vec<_>>());
        let rows =
            statement.query_map(params![models.clip, models.caption, models.writer, pairs], |row| {
                Ok(ProductRow {
                    id: row.get(0)?,
                    title: row.get(1)?,
                    n_photos: super::to_u64(row.get(2)?),
                    photo: picture_row(row, 3)?,
                })
            })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One product with its first photo.
    pub fn product(&self, id: ProductId, models: ModelIds) -> Result<ProductRow, CatalogError> {
        self.products(&[(id, None)], models)?.pop().ok_or(CatalogError::NoSuchProduct)
    }

    /// A product's photos that can be seen, in order.
    pub fn photos_of(&self, id: ProductId, models: ModelIds) -> Result<Vec<ProductPhoto>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&photos_of_product())?;
        let rows = statement.query_map(params![models.clip, models.caption, models.writer, id], |row| {
            Ok(ProductPhoto { role: row.get(0)?, photo: picture_row(row, 1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The products of a picture.
    pub fn products_of(&self, picture: PictureId) -> Result<Vec<ProductId>, CatalogError> {
        products_of(&*self.reader()?, picture)
    }

    /// The product whose photo lies at this path.
    pub fn product_at(&self, path: &Path) -> Result<Option<ProductId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT pp.product_id FROM file f JOIN product_picture pp ON pp.picture_id = f.picture_id
             WHERE f.path = ?1 ORDER BY pp.product_id LIMIT 1",
        )?;
        Ok(statement.query_row([path_bytes::to_bytes(path)], |row| row.get(0)).optional()?)
    }

    /// Products that lists name and of which no photo was found when these were read: counted at every tick, so not
    /// product by product as [`Store::n_unphotographed`] does.
    pub fn n_without_photo(&self) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT coalesce(sum(n_products - n_tied), 0) FROM list")?;
        Ok(super::to_u64(statement.query_row([], |row| row.get(0))?))
    }
}

pub(super) fn products_of(
    connection: &Connection,
    picture: PictureId,
) -> Result<Vec<ProductId>, CatalogError> {
    let mut statement = connection
        .prepare_cached("SELECT product_id FROM product_picture WHERE picture_id = ?1 ORDER BY product_id")?;
    let rows = statement.query_map([picture], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a person decided something about a product: such a product is never deleted.
pub(super) fn is_decided(transaction: &Transaction<'_>, id: ProductId) -> Result<bool, CatalogError> {
    Ok(transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM field WHERE product_id = ?1 AND origin = 2)
                 OR EXISTS (SELECT 1 FROM person_tie WHERE product_id = ?1)
                 OR EXISTS (SELECT 1 FROM review_event WHERE product_id = ?1)
                 OR EXISTS (SELECT 1 FROM product WHERE id = ?1 AND grouping = 'person')",
        )?
        .query_row([id], |row| row.get(0))?)
}

/// Deletes those of `products` that nothing holds any more: no photo, no list, no tie, no person.
pub(super) fn delete_bare(transaction: &Transaction<'_>, products: &[ProductId]) -> Result<(), CatalogError> {
    for &id in products {
        let is_held: bool = transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM product_picture WHERE product_id = ?1)
                     OR EXISTS (SELECT 1 FROM tie WHERE product_id = ?1)
                     OR EXISTS (SELECT 1 FROM listed WHERE product_id = ?1)",
            )?
            .query_row([id], |row| row.get(0))?;
        if is_held || is_decided(transaction, id)? {
            continue;
        }
        transaction.prepare_cached("DELETE FROM field WHERE product_id = ?1")?.execute([id])?;
        transaction.prepare_cached("DELETE FROM product WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}
