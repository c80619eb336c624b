//! Searches that a person keeps under a name.

use rusqlite::params;

use super::Store;
use crate::error::CatalogError;

/// A picture that a kept search is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPicture {
    /// Names it in what is asked.
    pub token: String,
    /// What it is called.
    pub name: String,
    /// A small copy, as a JPEG.
    pub copy: Vec<u8>,
}

/// A search that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRow {
    /// What it is called.
    pub name: String,
    /// What is asked, in the words of whoever asks.
    pub asked: String,
    /// Its pictures.
    pub pictures: Vec<SavedPicture>,
}

impl Store {
    /// Keeps a search, in the place of one of the same name.
    pub fn save_search(&self, row: &SavedRow) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        transaction.execute("DELETE FROM saved_search WHERE name = ?1", [&row.name])?;
        let id: i64 = transaction.query_row(
            "INSERT INTO saved_search (name, asked) VALUES (?1, ?2) RETURNING id",
            params![row.name, row.asked],
            |row| row.get(0),
        )?;
        for picture in &row.pictures {
            transaction.execute(
                "INSERT INTO saved_picture (search_id, token, name, copy) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![id, picture.token, picture.name, picture.copy],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Forgets one; false where there is none of this name.
    pub fn remove_saved_search(&self, name: &str) -> Result<bool, CatalogError> {
        Ok(self.writer()?.execute("DELETE FROM saved_search WHERE name = ?1", [name])? > 0)
    }

    /// All of them, by the alphabet.
    pub fn saved_searches(&self) -> Result<Vec<SavedRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT id, name, asked FROM saved_search ORDER BY lower(name), name")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let mut pictures = reader.prepare_cached(
            "SELECT token, name, copy FROM saved_picture WHERE search_id = ?1 ORDER BY token",
        )?;
        let mut found = Vec::new();
        for row in rows {
            let (id, name, asked) = row?;
            let of = pictures.query_map([id], |row| {
                Ok(SavedPicture { token: row.get(0)?, name: row.get(1)?, copy: row.get(2)? })
            })?;
            found.push(SavedRow { name, asked, pictures: of.collect::<Result<_, _>>()? });
        }
        Ok(found)
    }
}
