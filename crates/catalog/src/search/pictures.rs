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
    store::{ModelId, SavedPicture},
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
    /// The models that read it, and their vectors.
    vectors: ([ModelId; 2], Both),
    thumbnail: Vec<u8>,
    /// A smaller copy as a JPEG, for another search model.
    copy: Vec<u8>,
}

/// The longest side of the copy: beyond what a search model looks at.
const COPY_SIDE: u32 = 768;

/// CLIP's vector, and BLIP's where there is such a model.
type Both = (Vec<f32>, Option<Vec<f32>>);

/// The last pictures that were searched with.
#[derive(Default)]
pub(crate) struct QueryPictures(Mutex<Vec<Entry>>);

impl QueryPictures {
    const N_KEPT: usize = 100;

    /// A picture's unit vectors. Those that another pack computed are computed anew.
    pub(super) fn vectors(&self, models: &Models, token: &str) -> Result<Both, CatalogError> {
        let (by, vectors) = self.find(token, |entry| entry.vectors.clone())?;
        if by == models.search_ids() {
            return Ok(vectors);
        }
        let copy = self.find(token, |entry| entry.copy.clone())?;
        let photo = photo::decode(&copy, Wanted::Whole).map_err(|_| CatalogError::NoSuchQueryPicture)?;
        let vectors = read(models, &photo.pixels)?;
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.iter_mut().find(|entry| entry.picture.token == token) {
            entry.vectors = (models.search_ids(), vectors.clone());
        }
        Ok(vectors)
    }

    fn find<R>(&self, token: &str, read: impl FnOnce(&Entry) -> R) -> Result<R, CatalogError> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .iter()
            .find(|entry| entry.picture.token == token)
            .map(read)
            .ok_or(CatalogError::NoSuchQueryPicture)
    }

    /// A picture, and its small copy.
    pub(super) fn copy_of(&self, token: &str) -> Result<(QueryPicture, Vec<u8>), CatalogError> {
        self.find(token, |entry| (entry.picture.clone(), entry.copy.clone()))
    }

    /// Puts a picture back of which a small copy was kept; it is read by the models when it is asked with.
    pub(super) fn put_back(&self, saved: SavedPicture) -> Result<QueryPicture, CatalogError> {
        if let Ok(known) = self.find(&saved.token, |entry| entry.picture.clone()) {
            return Ok(known);
        }
        let bad = |skip| CatalogError::BadPicture { name: saved.name.clone(), skip };
        let photo = photo::decode(&saved.copy, Wanted::Whole).map_err(bad)?;
        let thumbnail = photo::thumbnail(&photo).ok_or_else(|| bad(Skip::damaged()))?.file;
        let picture = QueryPicture { token: saved.token, name: saved.name };
        let unread = ([ModelId::NONE; 2], Both::default());
        self.push(Entry { picture: picture.clone(), vectors: unread, thumbnail, copy: saved.copy });
        Ok(picture)
    }

    fn push(&self, entry: Entry) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= Self::N_KEPT {
            entries.remove(0);
        }
        entries.push(entry);
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
        let vectors = (engine.models.search_ids(), read(&engine.models, &photo.pixels)?);
        let picture = QueryPicture { token, name: name.to_owned() };
        self.push(Entry { picture: picture.clone(), vectors, thumbnail: thumbnail.file, copy });
        Ok(picture)
    }
}

/// A matching model that cannot be loaded keeps nobody from searching with a picture.
fn read(models: &Models, pixels: &image::RgbImage) -> Result<Both, CatalogError> {
    let clip = models.embed_picture(pixels)?;
    let matching = models.match_picture(pixels).unwrap_or_else(|error| {
        tracing::debug!(error = %error.with_causes(), "a search goes without the matching model");
        None
    });
    Ok((clip, matching))
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
