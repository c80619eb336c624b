//! What was chosen for this library, by name.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, params};

use super::{Store, path_bytes};
use crate::error::CatalogError;

/// Something that is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The folder of the pack that answers; none for the one that ships.
    Pack,
    /// The folder of the pack that gets ready to answer.
    NextPack,
    /// The folder of the pack that answered before.
    PreviousPack,
    /// What the pack that answers computes in, by its name; none for what suits the device.
    Precision,
    /// The same of the pack that gets ready.
    NextPrecision,
    /// The same of the pack that answered before.
    PreviousPrecision,
    /// Who reviews, as the history names them.
    Reviewer,
    /// Whether it is kept what is opened after a search.
    Opened,
}

impl Setting {
    fn name(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::NextPack => "next_pack",
            Self::PreviousPack => "previous_pack",
            Self::Precision => "precision",
            Self::NextPrecision => "next_precision",
            Self::PreviousPrecision => "previous_precision",
            Self::Reviewer => "reviewer",
            Self::Opened => "opened",
        }
    }
}

impl Store {
    /// A remembered path.
    pub fn path_setting(&self, setting: Setting) -> Result<Option<PathBuf>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
        let value: Option<Vec<u8>> = statement.query_row([setting.name()], |row| row.get(0)).optional()?;
        Ok(value.map(path_bytes::from_bytes))
    }

    /// A remembered text.
    pub fn text_setting(&self, setting: Setting) -> Result<Option<String>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
        let value: Option<Vec<u8>> = statement.query_row([setting.name()], |row| row.get(0)).optional()?;
        Ok(value.map(|value| String::from_utf8_lossy(&value).into_owned()))
    }

    /// Remembers a path, or forgets it.
    pub fn set_path(&self, setting: Setting, path: Option<&Path>) -> Result<(), CatalogError> {
        self.set(setting, path.map(path_bytes::to_bytes))
    }

    /// Remembers a text, or forgets it.
    pub fn set_text(&self, setting: Setting, text: Option<&str>) -> Result<(), CatalogError> {
        self.set(setting, text.map(|text| text.as_bytes().to_vec()))
    }

    fn set(&self, setting: Setting, value: Option<Vec<u8>>) -> Result<(), CatalogError> {
        let writer = self.writer()?;
        match value {
            Some(value) => writer.execute(
                "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)",
                params![setting.name(), value],
            )?,
            None => writer.execute("DELETE FROM setting WHERE name = ?1", [setting.name()])?,
        };
        Ok(())
    }
}
