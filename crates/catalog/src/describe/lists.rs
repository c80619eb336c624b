//! The word lists: those that ship, a pack's, and the merchant's own.

use std::path::Path;

use vitrine_models::{ModelError, Pack, TermTable};

/// Below the library's folder: every `.txt` in it is an own list, a term a line.
const OWN_LISTS: &str = "lists";

/// The lists from which products are described.
#[derive(Clone)]
pub(crate) struct WordLists {
    tables: Vec<TermTable>,
    /// Names of the merchant's own.
    own: Vec<String>,
    /// Names of those that the models know; all where there is none.
    known: Option<Vec<String>>,
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
        Ok(Self { tables, own: own_names, known: None, problem })
    }

    /// These lists for the models of a pack: its own take the place of shipped ones, the merchant's
    /// stay, and only those that it knows describe products.
    pub(crate) fn for_pack(&self, pack: &Pack) -> Result<Self, ModelError> {
        let mut of_pack = pack.terms()?;
        of_pack.retain(|table| !self.own.iter().any(|own| own == table.name()));
        Ok(Self {
            tables: TermTable::with_own(self.tables.clone(), of_pack),
            known: pack.manifest().lists.clone(),
            ..self.clone()
        })
    }

    /// Names of the merchant's own.
    pub(crate) fn own_names(&self) -> &[String] {
        &self.own
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

    /// The lists that describe products: those that the models know, and the merchant's own always.
    pub(crate) fn of_products(&self) -> impl Iterator<Item = &TermTable> {
        self.tables.iter().filter(|table| {
            let name = table.name();
            let is_known = self.known.as_ref().is_none_or(|known| known.iter().any(|other| other == name));
            table.describes_products() && (is_known || self.own.iter().any(|own| own == name))
        })
    }

    /// Changes with any term of [`WordLists::of_products`].
    pub(crate) fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for table in self.of_products() {
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
