//! Product lists that were met, and what they say of variants.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{FileStamp, ProductId, SourceId, Store, TiedProduct, path_bytes, to_i64, to_u64};
use crate::error::CatalogError;

/// A product list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Where it is.
    pub path: PathBuf,
    /// Its stamp when it was read.
    pub stamp: FileStamp,
    /// Products that it names.
    pub n_products: u64,
    /// Of these, products of which a photo was found.
    pub n_tied: u64,
    /// The program that it is for, such as `shopify`.
    pub dialect: String,
}

/// A variant of a product: a size, a colour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variant {
    /// Its own number.
    pub sku: Option<String>,
    /// What tells it from the others: "Red / M".
    pub name: Option<String>,
    /// Its price, as written.
    pub price: Option<String>,
    /// The number below its bars.
    pub barcode: Option<String>,
    /// What it is told by, a line each: "Colour: Red".
    pub options: String,
    /// Its own image, as the list writes it.
    pub image: Option<String>,
}

impl Store {
    /// The stamp of a list when it was read the last time.
    pub fn list_stamp(&self, path: &Path) -> Result<Option<FileStamp>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT size_bytes, modified_ns FROM list WHERE path = ?1")?;
        let found = statement.query_row([path_bytes::to_bytes(path)], |row| {
            Ok(FileStamp { size_bytes: to_u64(row.get(0)?), modified_ns: row.get(1)? })
        });
        Ok(found.optional()?)
    }

    /// The lists of a source, by path.
    pub fn lists_of(&self, source: SourceId) -> Result<Vec<ListRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT path, size_bytes, modified_ns, n_products, n_tied, dialect FROM list WHERE source_id = ?1
             ORDER BY path",
        )?;
        let rows = statement.query_map([source], list_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every list, by path.
    pub fn lists(&self) -> Result<Vec<ListRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT path, size_bytes, modified_ns, n_products, n_tied, dialect FROM list ORDER BY path",
        )?;
        let rows = statement.query_map([], list_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets what was wrong with a file.
    pub fn forget_skipped(&self, path: &Path) -> Result<(), CatalogError> {
        self.writer()?.execute("DELETE FROM skipped WHERE path = ?1", [path_bytes::to_bytes(path)])?;
        Ok(())
    }

    /// Makes the next run read every list again, whether it changed or not.
    pub fn lists_are_stale(&self) -> Result<(), CatalogError> {
        self.writer()?.execute("UPDATE list SET size_bytes = -1, modified_ns = NULL", [])?;
        Ok(())
    }

    /// The products of a list, each with the key under which the list names it.
    pub fn products_of_list(&self, path: &Path) -> Result<Vec<(ProductId, String)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT product_id, key FROM listed WHERE list = ?1 ORDER BY product_id")?;
        let rows = statement.query_map([path_bytes::to_bytes(path)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many of these products are known already.
    pub fn n_known_products(&self, tied: &[TiedProduct]) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT 1 FROM product p WHERE grouping = 'list' AND key = ?1 AND place = ?2
             AND EXISTS (SELECT 1 FROM listed WHERE product_id = p.id)",
        )?;
        let mut n = 0;
        for product in tied {
            let place = path_bytes::to_bytes(&product.place);
            n += u64::from(statement.exists(params![product.key.as_bytes(), place])?);
        }
        Ok(n)
    }

    /// Whether a person ever said what columns mean.
    pub fn has_list_mappings(&self) -> Result<bool, CatalogError> {
        let reader = self.reader()?;
        Ok(reader.prepare_cached("SELECT 1 FROM list_mapping LIMIT 1")?.exists([])?)
    }

    /// What a person said that the columns of a header mean.
    pub fn list_mapping(&self, header: &str) -> Result<Option<Vec<String>>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT meanings FROM list_mapping WHERE header = ?1")?;
        let found: Option<String> = statement.query_row([header], |row| row.get(0)).optional()?;
        Ok(found.map(|meanings| meanings.lines().map(str::to_owned).collect()))
    }

    /// Remembers what the columns of a header mean, a name each.
    pub fn set_list_mapping(&self, header: &str, meanings: &[String]) -> Result<(), CatalogError> {
        self.writer()?.execute(
            "INSERT OR REPLACE INTO list_mapping (header, meanings) VALUES (?1, ?2)",
            params![header, meanings.join("\n")],
        )?;
        Ok(())
    }

    /// A product's variants, in order.
    pub fn variants_of(&self, product: ProductId) -> Result<Vec<Variant>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT sku, name, price, barcode, options, image FROM variant WHERE product_id = ?1 ORDER BY position",
        )?;
        let rows = statement.query_map([product], |row| {
            Ok(Variant {
                sku: row.get(0)?,
                name: row.get(1)?,
                price: row.get(2)?,
                barcode: row.get(3)?,
                options: row.get(4)?,
                image: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn list_row(row: &Row<'_>) -> rusqlite::Result<ListRow> {
    Ok(ListRow {
        path: path_bytes::from_bytes(row.get(0)?),
        stamp: FileStamp { size_bytes: to_u64(row.get(1)?), modified_ns: row.get(2)? },
        n_products: to_u64(row.get(3)?),
        n_tied: to_u64(row.get(4)?),
        dialect: row.get(5)?,
    })
}

/// Puts these lists in the place of all that a source had; they name no product yet.
pub(super) fn replace(
    transaction: &Transaction<'_>,
    source: SourceId,
    lists: &[ListRow],
) -> Result<(), CatalogError> {
    transaction.execute("DELETE FROM list WHERE source_id = ?1", [source])?;
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO list (path, source_id, size_bytes, modified_ns, n_products, n_tied, dialect)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for list in lists {
        statement.execute(params![
            path_bytes::to_bytes(&list.path),
            source,
            to_i64(list.stamp.size_bytes),
            list.stamp.modified_ns,
            to_i64(list.n_products),
            to_i64(list.n_tied),
            list.dialect
        ])?;
    }
    Ok(())
}

/// Products that lists of a source name.
pub(super) fn products_of_source(
    transaction: &Transaction<'_>,
    source: SourceId,
) -> Result<Vec<ProductId>, CatalogError> {
    let mut statement = transaction.prepare_cached(
        "SELECT product_id FROM listed WHERE list IN (SELECT path FROM list WHERE source_id = ?1)",
    )?;
    let rows = statement.query_map([source], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn add_product(
    transaction: &Transaction<'_>,
    list: &Path,
    product: ProductId,
    key: &str,
) -> Result<(), CatalogError> {
    transaction
        .prepare_cached("INSERT OR IGNORE INTO listed (list, product_id, key) VALUES (?1, ?2, ?3)")?
        .execute(params![path_bytes::to_bytes(list), product, key])?;
    Ok(())
}

pub(super) fn set_variants(
    transaction: &Transaction<'_>,
    product: ProductId,
    variants: &[Variant],
) -> Result<(), CatalogError> {
    transaction.prepare_cached("DELETE FROM variant WHERE product_id = ?1")?.execute([product])?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO variant (product_id, position, sku, name, price, barcode, options, image)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (position, variant) in (0_i64..).zip(variants) {
        statement.execute(params![
            product,
            position,
            variant.sku,
            variant.name,
            variant.price,
            variant.barcode,
            variant.options,
            variant.image
        ])?;
    }
    Ok(())
}
