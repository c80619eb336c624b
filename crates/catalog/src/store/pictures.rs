//! Pictures: contents, however many files hold them.

use std::path::PathBuf;

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{PictureId, ProductId, Store, path_bytes, products};
use crate::{error::CatalogError, models::ModelIds, photo::Doubts};

/// Tables of what is computed from a picture's pixels.
const COMPUTED: [&str; 7] =
    ["vector", "description", "composition", "attribute", "colour", "fingerprint", "photo_quality"];

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
    /// By which rules it was decoded, see [`crate::photo::READING_VERSION`].
    pub reading: u32,
    /// Whether older rules gave the same pixels, so that what was computed from them holds.
    pub was_always_so: bool,
    /// What is doubtful about it.
    pub doubts: Doubts,
}

impl NewPicture {
    /// Adds it, or finds the one with the same content; answers its id. What newer rules read takes the place of
    /// what older ones did.
    pub(super) fn insert(&self, transaction: &Transaction<'_>) -> Result<PictureId, CatalogError> {
        let known: Option<(PictureId, u32)> = transaction
            .prepare_cached("SELECT id, reading FROM picture WHERE hash = ?1")?
            .query_row([self.hash], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((id, reading)) = known {
            if reading >= self.reading {
                return Ok(id);
            }
            // What was computed from other pixels goes, and is computed again; what a person decided stays.
            if !self.was_always_so {
                for table in COMPUTED {
                    transaction
                        .prepare_cached(&format!("DELETE FROM {table} WHERE picture_id = ?1"))?
                        .execute([id])?;
                }
            }
        }
        // By RETURNING, since triggers insert rows of their own.
        Ok(transaction
            .prepare_cached(
                "INSERT INTO picture (hash, format, width, height, color, reading, doubts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (hash) DO UPDATE SET format = ?2, width = ?3, height = ?4, color = ?5,
                 reading = ?6, doubts = ?7 RETURNING id",
            )?
            .query_row(
                params![
                    self.hash,
                    self.format,
                    self.width,
                    self.height,
                    self.color,
                    self.reading,
                    self.doubts.as_str()
                ],
                |row| row.get(0),
            )?)
    }

    fn of_row(row: &Row<'_>, at: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            hash: row.get(at)?,
            format: row.get(at + 1)?,
            width: row.get(at + 2)?,
            height: row.get(at + 3)?,
            color: row.get(at + 4)?,
            reading: row.get(at + 5)?,
            was_always_so: true,
            doubts: Doubts::from_stored(row.get(at + 6)?),
        })
    }
}

/// A picture with everything that a tile shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureRow {
    /// Its id.
    pub id: PictureId,
    /// What was read from its file.
    pub picture: NewPicture,
    /// The first of its files.
    pub path: PathBuf,
    /// What the caption model wrote: the one in use, else the newest of another.
    pub caption: Option<String>,
    /// The title that was composed, by the same rule.
    pub title: Option<String>,
    /// The text that was composed, by the same rule.
    pub text: Option<String>,
    /// Whether it has a vector.
    pub is_searchable: bool,
}

/// The catalog in numbers: what at least one file holds, by how far it has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PictureCounts {
    /// Products with a photo.
    pub n_products: u64,
    /// Pictures that can be browsed.
    pub n_pictures: u64,
    /// Of these, searchable.
    pub n_searchable: u64,
    /// Of these, described.
    pub n_described: u64,
    /// Pictures that no file holds any more, and that are remembered.
    pub n_hidden: u64,
}

/// Everything of a picture `p`; the parameters ?1, ?2 and ?3 are the ids of the CLIP model, the caption
/// model and the writer.
pub(super) const COLUMNS: &str = "
    p.id, p.hash, p.format, p.width, p.height, p.color, p.reading, p.doubts, f.path,
    d.caption, v.id IS NOT NULL, c.title, c.text";
pub(super) const JOINS: &str = "
    JOIN file f ON f.id = (SELECT id FROM file WHERE picture_id = p.id ORDER BY path LIMIT 1)
    LEFT JOIN vector v ON v.model_id = ?1 AND v.picture_id = p.id
    LEFT JOIN description d ON d.picture_id = p.id AND d.model_id = (
        SELECT model_id FROM description WHERE picture_id = p.id
        ORDER BY model_id = ?2 DESC, model_id DESC LIMIT 1)
    LEFT JOIN composition c ON c.picture_id = p.id AND c.writer_id = (
        SELECT writer_id FROM composition WHERE picture_id = p.id
        ORDER BY writer_id = ?3 DESC, writer_id DESC LIMIT 1)";

/// A row of [`COLUMNS`], which begin at column `at`.
pub(super) fn picture_row(row: &Row<'_>, at: usize) -> rusqlite::Result<PictureRow> {
    Ok(PictureRow {
        id: row.get(at)?,
        picture: NewPicture::of_row(row, at + 1)?,
        path: path_bytes::from_bytes(row.get(at + 8)?),
        caption: row.get(at + 9)?,
        is_searchable: row.get(at + 10)?,
        title: row.get(at + 11)?,
        text: row.get(at + 12)?,
    })
}

impl Store {
    /// The picture with this content, if it is known.
    pub fn picture_by_hash(&self, hash: &[u8; 32]) -> Result<Option<(PictureId, NewPicture)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT id, hash, format, width, height, color, reading, doubts FROM picture WHERE hash = ?1",
        )?;
        Ok(statement.query_row([hash], |row| Ok((row.get(0)?, NewPicture::of_row(row, 1)?))).optional()?)
    }

    /// One picture that a file holds, with all that a tile shows.
    pub fn picture(&self, id: PictureId, models: ModelIds) -> Result<PictureRow, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached(&format!("SELECT {COLUMNS} FROM picture p {JOINS} WHERE p.id = ?4"))?;
        statement
            .query_row(params![models.clip, models.caption, models.writer, id], |row| picture_row(row, 0))
            .optional()?
            .ok_or(CatalogError::NoSuchProduct)
    }

    /// The hash of a picture's content, and by which rules it was decoded.
    pub fn version_of(&self, id: PictureId) -> Result<([u8; 32], u32), CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT hash, reading FROM picture WHERE id = ?1")?;
        let row = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        row.ok_or(CatalogError::NoSuchProduct)
    }
}

/// Deletes those of `pictures` that no file holds, with everything that was computed from them, except
/// where a person decided something about a product of them. Answers how many.
pub(super) fn delete_hidden(
    transaction: &Transaction<'_>,
    pictures: &[PictureId],
) -> Result<u64, CatalogError> {
    let mut n_deleted = 0;
    for &id in pictures {
        let is_hidden: Option<bool> = transaction
            .prepare_cached("SELECT n_files = 0 FROM picture WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        if is_hidden != Some(true) {
            continue;
        }
        let of: Vec<ProductId> = products::products_of(transaction, id)?;
        let mut is_decided = false;
        for &product in &of {
            is_decided |= products::is_decided(transaction, product)?;
        }
        if is_decided {
            continue;
        }
        for table in COMPUTED.iter().chain(&["product_picture"]) {
            transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE picture_id = ?1"))?
                .execute([id])?;
        }
        transaction.prepare_cached("DELETE FROM picture WHERE id = ?1")?.execute([id])?;
        products::delete_bare(transaction, &of)?;
        n_deleted += 1;
    }
    Ok(n_deleted)
}
