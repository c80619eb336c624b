//! The word lists: those that ship, and the merchant's own.

use std::path::Path;

use vitrine_models::{ModelError, TermTable};

/// Below the library's folder: every `.txt` in it is an own list, a term a line.
const OWN_LISTS: &str = "lists";

/// The lists from which products are described.
pub(crate) struct WordLists {
    tables: Vec<TermTable>,
    /// Changes with any term of any list.
    fingerprint: String,
    problem: Option<String>,
}

impl WordLists {
    /// Reads the lists. Own lists that cannot be read must not keep the catalog from being described:
    /// they are left out, and [`WordLists::problem`] says which file is wrong.
    pub(crate) fn read(library: &Path) -> Result<Self, ModelError> {
        let mut tables = TermTable::built_in()?;
        let mut problem = None;
        let folder = library.join(OWN_LISTS);
        if folder.is_dir() {
            match TermTable::read_folder(&folder) {
                Ok(own) => tables = TermTable::with_own(tables, own),
                Err(error) => problem = Some(format!("Your own word lists are not used: {error}.")),
            }
        }
        let mut hasher = blake3::Hasher::new();
        for table in tables.iter().filter(|table| table.describes_products()) {
            for (i, term) in table.terms().iter().enumerate() {
                for part in [table.name(), term, table.group(i).unwrap_or_default()] {
                    hasher.update(part.as_bytes());
                    hasher.update(b"\n");
                }
            }
        }
        let fingerprint = hasher.finalize().to_hex()[..16].to_owned();
        Ok(Self { tables, fingerprint, problem })
    }

    /// What is wrong with the own lists.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// All of them.
    pub(crate) fn tables(&self) -> &[TermTable] {
        &self.tables
    }

    /// The list of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&TermTable> {
        self.tables.iter().find(|table| table.name() == name)
    }

    /// Changes with any term that descriptions are made of.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}
