//! The word lists: those that ship, and the merchant's own.

use std::path::Path;

use vitrine_models::{ModelError, TermTable};

/// Below the library's folder: every `.txt` in it is an own list, a term a line.
const OWN_LISTS: &str = "lists";

/// The lists from which products are described.
pub(crate) struct WordLists {
    tables: Vec<TermTable>,
    /// Names of the merchant's own.
    own: Vec<String>,
    problem: Option<String>,
}

impl WordLists {
    /// Reads the lists. Own lists that cannot be read must not keep the catalog from being described:
    /// they are left out, and [`WordLists::problem`] says which file is wrong.
    pub(crate) fn read(library: &Path) -> Result<Self, ModelError> {
        let mut tables = TermTable::built_in()?;
        let (mut own_names, mut problem) = (Vec::new(), None);
        let folder = library.join(OWN_LISTS);
        if folder.is_dir() {
            match TermTable::read_folder(&folder) {
                Ok(own) => {
                    own_names = own.iter().map(|table| table.name().to_owned()).collect();
                    tables = TermTable::with_own(tables, own);
                }
                Err(error) => problem = Some(format!("Your own word lists are not used: {error}.")),
            }
        }
        Ok(Self { tables, own: own_names, problem })
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

    /// The lists that describe products, for a pack that knows the shipped lists named `known` (all
    /// where none are named). Own lists are always asked.
    pub(crate) fn of_products(&self, known: Option<&[String]>) -> impl Iterator<Item = &TermTable> {
        self.tables.iter().filter(move |table| {
            let name = table.name();
            let is_known = known.is_none_or(|known| known.iter().any(|other| other == name));
            table.describes_products() && (is_known || self.own.iter().any(|own| own == name))
        })
    }

    /// Changes with any term of [`WordLists::of_products`].
    pub(crate) fn fingerprint(&self, known: Option<&[String]>) -> String {
        let mut hasher = blake3::Hasher::new();
        for table in self.of_products(known) {
            for (i, term) in table.terms().iter().enumerate() {
                for part in [table.name(), term, table.group(i).unwrap_or_default()] {
                    hasher.update(part.as_bytes());
                    hasher.update(b"\n");
                }
            }
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}
