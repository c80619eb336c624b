//! Searches that a person keeps under a name.

use super::QueryPicture;
use crate::{
    CatalogError, Library,
    store::{SavedPicture, SavedRow},
};

/// The longest name in letters.
const MAX_NAME: usize = 80;

/// A search that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// What it is called.
    pub name: String,
    /// What is asked, in the words of whoever asks.
    pub asked: String,
    /// Its pictures, at hand again.
    pub pictures: Vec<QueryPicture>,
}

impl Library {
    /// Keeps a search under a name, in the place of one of the same name. `pictures` are the tokens of those that it
    /// is asked with.
    ///
    /// # Errors
    /// A name that is empty or too long, a picture that is gone, a library that cannot be written.
    pub fn save_search(&self, name: &str, asked: &str, pictures: &[String]) -> Result<(), CatalogError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(CatalogError::NoName);
        }
        if name.chars().count() > MAX_NAME {
            return Err(CatalogError::TooLong { what: "The name of a search", limit: MAX_NAME });
        }
        let inner = self.inner();
        let kept = pictures.iter().map(|token| {
            let (picture, copy) = inner.search.pictures.copy_of(token)?;
            Ok(SavedPicture { token: picture.token, name: picture.name, copy })
        });
        let pictures = kept.collect::<Result<_, CatalogError>>()?;
        inner.store.save_search(&SavedRow { name, asked: asked.to_owned(), pictures })
    }

    /// Forgets a kept search; false where there is none of this name.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn remove_saved_search(&self, name: &str) -> Result<bool, CatalogError> {
        self.inner().store.remove_saved_search(name)
    }

    /// The kept searches by the alphabet, with their pictures at hand again.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>, CatalogError> {
        let inner = self.inner();
        let mut found = Vec::new();
        for row in inner.store.saved_searches()? {
            let mut pictures = Vec::new();
            for picture in row.pictures {
                // One that cannot be read any more is missed when the search is asked, and said then.
                if let Ok(picture) = inner.search.pictures.put_back(picture) {
                    pictures.push(picture);
                }
            }
            found.push(SavedSearch { name: row.name, asked: row.asked, pictures });
        }
        Ok(found)
    }
}
