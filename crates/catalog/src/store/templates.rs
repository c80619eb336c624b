//! By which rules a merchant wants descriptions to be put together.

use rusqlite::params;

use super::Store;
use crate::{error::CatalogError, review::Template};

impl Store {
    /// The merchant's own rules, by category; the one for every product first.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn templates(&self) -> Result<Vec<Template>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT category, title, text, alt_text FROM template ORDER BY category")?;
        let rows = statement.query_map([], |row| {
            Ok(Template {
                category: row.get(0)?,
                title: row.get(1)?,
                text: row.get(2)?,
                alt_text: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps rules in the place of those of the same category.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn set_template(&self, template: &Template) -> Result<(), CatalogError> {
        self.writer()?.execute(
            "INSERT OR REPLACE INTO template (category, title, text, alt_text) VALUES (?1, ?2, ?3, ?4)",
            params![template.category, template.title, template.text, template.alt_text],
        )?;
        Ok(())
    }

    /// Forgets the rules of a category; false where there are none.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn remove_template(&self, category: &str) -> Result<bool, CatalogError> {
        Ok(self.writer()?.execute("DELETE FROM template WHERE category = ?1", [category])? > 0)
    }
}
