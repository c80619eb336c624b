//! Pictures to search with: dropped, pasted or chosen, held by token.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    CatalogError, Library,
    library::{Inner, file_name},
    models::Models,
    photo::{self, Skip, Wanted},
    store::ModelId,
};

/// A picture to search with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryPicture {
    /// Names it in a [`super::Query`].
    pub token: String,
    /// What to call it.
    pub name: String,
}

struct Entry {
    picture: QueryPicture,
    /// The search model that read it, and its vector.
    vector: (ModelId, Vec<f32>),
    thumbnail: Vec<u8>,
    /// A smaller copy as a JPEG, for another search model.
    copy: Vec<u8>,
}

/// The longest side of the copy: beyond what a search model looks at.
const COPY_SIDE: u32 = 768;

/// The last pictures that were searched with.
#[derive(Default)]
pub(crate) struct QueryPictures(Mutex<Vec<Entry>>);

impl QueryPictures {
    const N_KEPT: usize = 100;

    /// A picture's unit vector. One that another pack computed is computed anew.
    pub(super) fn vector(&self, models: &Models, token: &str) -> Result<Vec<f32>, CatalogError> {
        let model = models.ids().clip;
        let (by, vector) = self.find(token, |entry| entry.vector.clone())?;
        if by == model {
            return Ok(vector);
        }
        let copy = self.find(token, |entry| entry.copy.clone())?;
        let photo = photo::decode(&copy, Wanted::Whole).map_err(|_| CatalogError::NoSuchQueryPicture)?;
        let vector = models.embed_picture(&photo.pixels)?;
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.iter_mut().find(|entry| entry.picture.token == token) {
            entry.vector = (model, vector.clone());
        }
        Ok(vector)
    }

    fn find<R>(&self, token: &str, read: impl FnOnce(&Entry) -> R) -> Result<R, CatalogError> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .iter()
            .find(|entry| entry.picture.token == token)
            .map(read)
            .ok_or(CatalogError::NoSuchQueryPicture)
    }

    fn add(&self, inner: &Inner, name: &str, bytes: &[u8]) -> Result<QueryPicture, CatalogError> {
        let bad = |skip| CatalogError::BadPicture { name: name.to_owned(), skip };
        // The same picture gets the same token, so a search with it is the same search.
        let token = blake3::hash(bytes).to_hex()[..32].to_owned();
        if let Ok(known) = self.find(&token, |entry| entry.picture.clone()) {
            return Ok(known);
        }
        let photo = photo::decode(bytes, photo::FOR_MODELS).map_err(bad)?;
        let thumbnail = photo::thumbnail(&photo).ok_or_else(|| bad(Skip::damaged()))?;
        let copy = photo::small_copy(&photo.pixels, COPY_SIDE).ok_or_else(|| bad(Skip::damaged()))?;
        let engine = inner.engine()?;
        let vector = engine.models.embed_picture(&photo.pixels)?;
        let vector = (engine.models.ids().clip, vector);
        let picture = QueryPicture { token, name: name.to_owned() };
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= Self::N_KEPT {
            entries.remove(0);
        }
        entries.push(Entry { picture: picture.clone(), vector, thumbnail: thumbnail.file, copy });
        Ok(picture)
    }
}

impl Library {
    /// A picture file to search with.
    pub fn query_picture_from_file(&self, path: &Path) -> Result<QueryPicture, CatalogError> {
        let bad = |skip| CatalogError::BadPicture { name: path.display().to_string(), skip };
        let bytes = photo::read_file(path).map_err(bad)?;
        self.query_picture_from_bytes(&file_name(path), &bytes)
    }

    /// A picture's bytes to search with; `name` is for people.
    pub fn query_picture_from_bytes(&self, name: &str, bytes: &[u8]) -> Result<QueryPicture, CatalogError> {
        self.inner().search.pictures.add(self.inner(), name, bytes)
    }

    /// A query picture's thumbnail.
    pub fn query_thumbnail(&self, token: &str) -> Result<Vec<u8>, CatalogError> {
        self.inner().search.pictures.find(token, |entry| entry.thumbnail.clone())
    }
}
