//! What the merchant added.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{PictureId, ProductId, SourceId, Store, path_bytes, pictures, tally::Tally, ties, to_u64};
use crate::error::CatalogError;

/// Why nothing of a source can be read. What is known of it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Its path is not there: a drive that is not plugged in.
    Missing,
    /// Its path is there and has no photo at all, though it had some: where a drive is mounted that is
    /// away now, or emptied.
    Empty,
    /// The system does not let us read it.
    Unreadable,
}

impl Away {
    const NAMES: [(Self, &'static str); 3] =
        [(Self::Missing, "missing"), (Self::Empty, "empty"), (Self::Unreadable, "unreadable")];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(away, _)| *away == self).map_or("missing", |(_, name)| name)
    }

    fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Missing, |(away, _)| *away)
    }
}

/// By what photos of a source become products, where no list says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// Each photo is one.
    #[default]
    Nothing,
    /// Photos whose names differ by a number or a side.
    Names,
    /// Photos of one folder.
    Folders,
}

impl GroupBy {
    const NAMES: [(Self, &'static str); 3] =
        [(Self::Nothing, ""), (Self::Names, "names"), (Self::Folders, "folders")];

    pub(super) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(by, _)| *by == self).map_or("", |(_, name)| name)
    }

    fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Nothing, |(by, _)| *by)
    }
}

/// A folder or a single file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Its id.
    pub id: SourceId,
    /// Its absolute path.
    pub path: PathBuf,
    /// Whether it is the sample catalog.
    pub is_sample: bool,
    /// Files of it that hold pictures.
    pub n_files: u64,
    /// Why it could not be read the last time; none when it could.
    pub away: Option<Away>,
    /// By what its photos become products.
    pub group_by: GroupBy,
    /// By what they became so at the last scan.
    pub grouped_by: GroupBy,
    /// Of a product list that was added by itself: the products that it names, and those of them with a photo.
    pub list: Option<(u64, u64)>,
}

impl SourceRow {
    /// Whether it is a product list that was added by itself.
    pub fn is_list(&self) -> bool {
        crate::scan::is_list(&self.path)
    }
}

const ROW: &str = "SELECT id, path, is_sample, away, group_by, grouped_by FROM source";

fn source_row(row: &Row<'_>) -> rusqlite::Result<SourceRow> {
    Ok(SourceRow {
        id: row.get(0)?,
        path: path_bytes::from_bytes(row.get(1)?),
        is_sample: row.get(2)?,
        n_files: 0,
        away: row.get::<_, Option<String>>(3)?.map(|name| Away::from_name(&name)),
        group_by: GroupBy::from_name(&row.get::<_, String>(4)?),
        grouped_by: GroupBy::from_name(&row.get::<_, String>(5)?),
        list: None,
    })
}

impl Store {
    /// Every source, in the order in which they were added.
    pub fn sources(&self) -> Result<Vec<SourceRow>, CatalogError> {
        let reader = self.reader()?;
        let mut sources: Vec<SourceRow> = {
            let mut statement = reader.prepare_cached(&format!("{ROW} ORDER BY id"))?;
            let rows = statement.query_map([], source_row)?;
            rows.collect::<Result<_, _>>()?
        };
        for source in &mut sources {
            source.n_files = Tally::Files(source.id).read(&reader)?;
            if source.is_list() {
                let counts = reader
                    .prepare_cached("SELECT n_products, n_tied FROM list WHERE path = ?1")?
                    .query_row([path_bytes::to_bytes(&source.path)], |row| {
                        Ok((to_u64(row.get(0)?), to_u64(row.get(1)?)))
                    })
                    .optional()?;
                source.list = Some(counts.unwrap_or_default());
            }
        }
        Ok(sources)
    }

    /// The source that a path belongs to: its own, or one above it.
    pub fn source_of(&self, path: &Path) -> Result<Option<SourceRow>, CatalogError> {
        Ok(self.sources()?.into_iter().find(|source| path.starts_with(&source.path)))
    }

    /// One source.
    pub fn source(&self, id: SourceId) -> Result<SourceRow, CatalogError> {
        self.sources()?.into_iter().find(|source| source.id == id).ok_or(CatalogError::NoSuchSource)
    }

    /// Adds a source and answers the one that holds the path now. A path inside an older source is that
    /// source's; older sources inside the new path become part of it, with all that is known of their files.
    pub fn add_source(&self, path: &Path, is_sample: bool) -> Result<SourceRow, CatalogError> {
        let older = self.sources()?;
        if let Some(around) = older.iter().find(|source| path.starts_with(&source.path)) {
            return Ok(around.clone());
        }
        let inside: Vec<&SourceRow> = older.iter().filter(|source| source.path.starts_with(path)).collect();
        // What was switched on for all of what it takes in stays switched on.
        let group_by = match inside.first() {
            Some(first) if inside.iter().all(|other| other.group_by == first.group_by) => first.group_by,
            _ => GroupBy::Nothing,
        };
        {
            let mut writer = self.writer()?;
            let transaction = writer.transaction()?;
            transaction.execute(
                "INSERT INTO source (path, is_sample, group_by, grouped_by) VALUES (?1, ?2, ?3, ?3)",
                params![path_bytes::to_bytes(path), is_sample, group_by.name()],
            )?;
            let id = transaction.last_insert_rowid();
            for inside in inside {
                for table in ["file", "skipped", "tie", "list"] {
                    transaction.execute(
                        &format!("UPDATE {table} SET source_id = ?1 WHERE source_id = ?2"),
                        params![id, inside.id],
                    )?;
                }
                transaction.execute("DELETE FROM source WHERE id = ?1", [inside.id])?;
            }
            transaction.commit()?;
        }
        self.source_of(path)?.ok_or(CatalogError::NoSuchSource)
    }

    /// Says whether a source can be read.
    pub fn set_away(&self, id: SourceId, away: Option<Away>) -> Result<(), CatalogError> {
        self.writer()?.execute(
            "UPDATE source SET away = ?2 WHERE id = ?1 AND away IS NOT ?2",
            params![id, away.map(Away::name)],
        )?;
        Ok(())
    }

    /// Says by what a source's photos become products; the next scan does it.
    pub fn set_group_by(&self, id: SourceId, by: GroupBy) -> Result<(), CatalogError> {
        let n_set = self
            .writer()?
            .execute("UPDATE source SET group_by = ?2 WHERE id = ?1", params![id, by.name()])?;
        if n_set == 0 { Err(CatalogError::NoSuchSource) } else { Ok(()) }
    }

    /// Forgets a source and what only it holds: the vectors and descriptions of its pictures that no other
    /// source has. What a person decided of a product stays, hidden, and is there again when its photo is.
    /// Answers how many pictures were deleted.
    pub fn remove_source(&self, id: SourceId) -> Result<u64, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let known: Option<i64> =
            transaction.query_row("SELECT 1 FROM source WHERE id = ?1", [id], |row| row.get(0)).optional()?;
        if known.is_none() {
            return Err(CatalogError::NoSuchSource);
        }
        // Only what this source holds: other pictures without a file may be on a drive that is away.
        let held: Vec<PictureId> =
            ids(&transaction, "SELECT DISTINCT picture_id FROM file WHERE source_id = ?1", id)?;
        let mut told: Vec<ProductId> =
            ids(&transaction, "SELECT DISTINCT product_id FROM tie WHERE source_id = ?1", id)?;
        told.extend(ids::<ProductId>(
            &transaction,
            "SELECT product_id FROM listed WHERE list IN (SELECT path FROM list WHERE source_id = ?1)",
            id,
        )?);
        // Triggers do not fire for rows that a foreign key removes, so rows that are counted go first.
        for table in ["file", "skipped", "tie", "list"] {
            transaction.execute(&format!("DELETE FROM {table} WHERE source_id = ?1"), [id])?;
        }
        transaction.execute("DELETE FROM source WHERE id = ?1", [id])?;
        transaction.execute("DELETE FROM tally WHERE what = 'file' AND of = ?1", [id])?;
        for &picture in &held {
            ties::regroup(&transaction, picture)?;
        }
        let n_deleted = pictures::delete_hidden(&transaction, &held)?;
        super::products::delete_bare(&transaction, &told)?;
        transaction.commit()?;
        Ok(n_deleted)
    }

    /// How many pictures are remembered that no file holds.
    pub fn n_hidden(&self) -> Result<u64, CatalogError> {
        Tally::Hidden.read(&*self.reader()?)
    }

    /// Deletes what is known of pictures that no file held since `before` (seconds since 1970), except
    /// where a person decided something. Answers how many.
    pub fn purge_hidden(&self, before: u64) -> Result<u64, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let before = super::to_i64(before);
        let hidden: Vec<PictureId> = {
            let mut statement = transaction
                .prepare("SELECT id FROM picture WHERE hidden_since IS NOT NULL AND hidden_since <= ?1")?;
            let rows = statement.query_map([before], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        let n_deleted = pictures::delete_hidden(&transaction, &hidden)?;
        transaction.commit()?;
        Ok(n_deleted)
    }
}

fn ids<T: rusqlite::types::FromSql>(
    transaction: &Transaction<'_>,
    sql: &str,
    id: SourceId,
) -> Result<Vec<T>, CatalogError> {
    let mut statement = transaction.prepare(sql)?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Seconds since 1970.
pub(crate) fn now_secs() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| to_u64(i64::try_from(since.as_secs()).unwrap_or(0)))
}
