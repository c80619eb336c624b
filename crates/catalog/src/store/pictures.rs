//! Pictures: contents, however many files hold them.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Store, path_bytes, to_i64, to_u64};
use crate::{error::CatalogError, models::ModelIds};

/// A picture as it was read for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPicture {
    /// BLAKE3 of the file's bytes.
    pub hash: [u8; 32],
    /// `JPEG`, `PNG` ...
    pub format: String,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// Average colour, `0xRRGGBB`.
    pub color: u32,
}

impl NewPicture {
    /// Adds it, or finds the one with the same content; answers its id.
    pub(super) fn insert(&self, transaction: &Transaction<'_>) -> Result<u64, CatalogError> {
        let known: Option<i64> = transaction
            .prepare_cached("SELECT id FROM picture WHERE hash = ?1")?
            .query_row([self.hash], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            return Ok(to_u64(id));
        }
        transaction
            .prepare_cached(
                "INSERT INTO picture (hash, format, width, height, color) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![self.hash, self.format, self.width, self.height, self.color])?;
        Ok(to_u64(transaction.last_insert_rowid()))
    }
}

/// A picture with everything that a tile shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureRow {
    /// Its id.
    pub id: u64,
    /// What was read from its file.
    pub picture: NewPicture,
    /// The first of its files.
    pub path: std::path::PathBuf,
    /// The merchant's title, price and category.
    pub listing: super::Listing,
    /// What the caption model wrote: the one in use, else the newest of another.
    pub caption: Option<String>,
    /// The title that was composed, by the same rule.
    pub title: Option<String>,
    /// The text that was composed, by the same rule.
    pub text: Option<String>,
    /// Whether it has a vector.
    pub is_searchable: bool,
}

/// Pictures that at least one file holds, counted by how far they have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PictureCounts {
    /// Browsable.
    pub n_pictures: u64,
    /// Searchable.
    pub n_searchable: u64,
    /// Described.
    pub n_described: u64,
}

/// `?1`, `?2` and `?3` are the ids of the CLIP model, the caption model and the writer.
const ROW: &str = "
    SELECT p.id, p.hash, p.format, p.width, p.height, p.color, f.path, l.title, l.price, l.category,
           d.caption, v.picture_id IS NOT NULL, c.title, c.text
    FROM picture p
    JOIN file f ON f.id = (SELECT id FROM file WHERE picture_id = p.id ORDER BY path LIMIT 1)
    LEFT JOIN listing l ON l.path = f.path
    LEFT JOIN vector v ON v.model_id = ?1 AND v.picture_id = p.id
    LEFT JOIN description d ON d.picture_id = p.id AND d.model_id = (
        SELECT model_id FROM description WHERE picture_id = p.id
        ORDER BY model_id = ?2 DESC, model_id DESC LIMIT 1)
    LEFT JOIN composition c ON c.picture_id = p.id AND c.writer_id = (
        SELECT writer_id FROM composition WHERE picture_id = p.id
        ORDER BY writer_id = ?3 DESC, writer_id DESC LIMIT 1)";

fn picture_row(row: &Row<'_>) -> rusqlite::Result<PictureRow> {
    Ok(PictureRow {
        id: to_u64(row.get(0)?),
        picture: NewPicture {
            hash: row.get(1)?,
            format: row.get(2)?,
            width: row.get(3)?,
            height: row.get(4)?,
            color: row.get(5)?,
        },
        path: path_bytes::from_bytes(row.get(6)?),
        listing: super::Listing { title: row.get(7)?, price: row.get(8)?, category: row.get(9)? },
        caption: row.get(10)?,
        is_searchable: row.get(11)?,
        title: row.get(12)?,
        text: row.get(13)?,
    })
}

impl Store {
    /// The picture with this content, if it is known.
    pub fn picture_by_hash(&self, hash: &[u8; 32]) -> Result<Option<(u64, NewPicture)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT id, format, width, height, color FROM picture WHERE hash = ?1")?;
        let found = statement
            .query_row([hash], |row| {
                let picture = NewPicture {
                    hash: *hash,
                    format: row.get(1)?,
                    width: row.get(2)?,
                    height: row.get(3)?,
                    color: row.get(4)?,
                };
                Ok((to_u64(row.get(0)?), picture))
            })
            .optional()?;
        Ok(found)
    }

    /// One product.
    pub fn picture(&self, id: u64, models: ModelIds) -> Result<PictureRow, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&format!("{ROW} WHERE p.id = ?4"))?;
        statement
            .query_row(
                [to_i64(models.clip), to_i64(models.caption), to_i64(models.writer), to_i64(id)],
                picture_row,
            )
            .optional()?
            .ok_or(CatalogError::NoSuchProduct)
    }

    /// A part of the catalog, in the order in which pictures were met.
    pub fn browse(&self, offset: u64, limit: u64, models: ModelIds) -> Result<Vec<PictureRow>, CatalogError> {
        let reader = self.reader()?;
        // The offset is stepped over in the partial index alone; the joins run for the page's rows.
        let mut statement = reader.prepare_cached(&format!(
            "{ROW} WHERE p.id IN (SELECT id FROM picture WHERE n_files > 0 ORDER BY id LIMIT ?4 OFFSET ?5)
             ORDER BY p.id"
        ))?;
        let rows = statement.query_map(
            [models.clip, models.caption, models.writer, limit, offset].map(to_i64),
            picture_row,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many pictures can be browsed.
    pub fn n_pictures(&self) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT count(*) FROM picture WHERE n_files > 0")?;
        Ok(to_u64(statement.query_row([], |row| row.get(0))?))
    }

    /// How many pictures there are, and how far they have come.
    pub fn counts(&self, models: ModelIds) -> Result<PictureCounts, CatalogError> {
        let reader = self.reader()?;
        let count = |sql: &str, model: u64| -> Result<u64, CatalogError> {
            Ok(to_u64(reader.prepare_cached(sql)?.query_row([to_i64(model)], |row| row.get(0))?))
        };
        let of_live = |by: &str, table: &str| {
            format!(
                "SELECT count(*) FROM {table} t JOIN picture p ON p.id = t.picture_id
                 WHERE t.{by} = ?1 AND p.n_files > 0"
            )
        };
        Ok(PictureCounts {
            n_pictures: self.n_pictures()?,
            n_searchable: count(&of_live("model_id", "vector"), models.clip)?,
            n_described: count(&of_live("writer_id", "composition"), models.writer)?,
        })
    }
}
