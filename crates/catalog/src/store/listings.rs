//! What a merchant's own product list says about files.

use std::path::PathBuf;

use rusqlite::params;

use super::{Store, path_bytes, to_i64};
use crate::error::CatalogError;

/// A merchant's words about a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Title.
    pub title: Option<String>,
    /// Price, as written.
    pub price: Option<String>,
    /// Category.
    pub category: Option<String>,
}

impl Store {
    /// Puts these listings in the place of all that a source had.
    pub fn replace_listings(
        &self,
        source_id: u64,
        listings: &[(PathBuf, Listing)],
    ) -> Result<(), CatalogError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        transaction.execute("DELETE FROM listing WHERE source_id = ?1", [to_i64(source_id)])?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO listing (path, source_id, title, price, category)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for (path, listing) in listings {
                statement.execute(params![
                    path_bytes::to_bytes(path),
                    to_i64(source_id),
                    listing.title,
                    listing.price,
                    listing.category
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}
