//! One file: read, hash, decode, thumbnail, model input.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use vitrine_models::{ImagePreprocess, PixelTensor};

use crate::{
    CatalogError,
    library::Inner,
    photo::{self, DecodedPhoto, Skip},
    scan,
    store::{FileStamp, ModelId, NewPicture, PictureId, ReadFile, SourceId},
};

/// A file as it was read.
pub(super) struct Reading {
    pub(super) file: ReadFile,
    /// The search model's input, where the picture has no vector yet.
    pub(super) tensor: Option<PixelTensor>,
}

/// Reads a file that a scan found. A picture that is known by its content is not decoded again.
/// `target` is the search model that lacks vectors: its id in the store, and its input.
pub(super) fn read(
    library: &Inner,
    path: PathBuf,
    source: SourceId,
    found: FileStamp,
    target: Option<(ModelId, &ImagePreprocess)>,
) -> Result<Reading, CatalogError> {
    let bytes = match photo::read_file(&path) {
        Ok(read) => read,
        Err(skip) => return Ok(skipped(path, source, found, &skip)),
    };
    // From before it was read: if it changes meanwhile, the stamp is old and the next scan reads it again.
    let stamp = scan::stamp(&bytes.metadata);
    let hash = *blake3::hash(&bytes).as_bytes();
    if let Some((id, picture)) = library.store.picture_by_hash(&hash)?
        && library.thumbnails.has(&hash)
        && target.map_or(Ok(true), |(model, _)| library.store.has_vector(model, id))?
    {
        return Ok(Reading { file: ReadFile { path, source, stamp, outcome: Ok(picture) }, tensor: None });
    }
    let made = decode(&bytes).and_then(|photo| {
        let thumbnail = photo::thumbnail(&photo.pixels).ok_or_else(Skip::damaged)?;
        Ok((target.map(|(_, preprocess)| preprocess.apply(&photo.pixels)), thumbnail, photo))
    });
    let (tensor, thumbnail, photo) = match made {
        Ok(made) => made,
        Err(skip) => return Ok(skipped(path, source, stamp, &skip)),
    };
    library.thumbnails.write(&hash, &thumbnail.jpeg)?;
    let (width, height) = photo.pixels.dimensions();
    let picture = NewPicture { hash, format: photo.format.to_owned(), width, height, color: thumbnail.color };
    Ok(Reading { file: ReadFile { path, source, stamp, outcome: Ok(picture) }, tensor })
}

/// Reads a known picture again for a model. None when none of its files holds it any more: the
/// next scan finds out what became of them.
pub(super) fn read_again(
    library: &Inner,
    id: PictureId,
    preprocess: &ImagePreprocess,
) -> Result<Option<(PathBuf, PixelTensor)>, CatalogError> {
    match library.content(id) {
        Ok((path, bytes)) => Ok(decode(&bytes).ok().map(|photo| (path, preprocess.apply(&photo.pixels)))),
        Err(CatalogError::NoSuchProduct | CatalogError::BadPicture { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn skipped(path: PathBuf, source: SourceId, stamp: FileStamp, skip: &Skip) -> Reading {
    Reading { file: ReadFile { path, source, stamp, outcome: Err(skip.to_row()) }, tensor: None }
}

/// Decoders read hostile bytes: one that panics costs its photo, not the run.
fn decode(bytes: &[u8]) -> Result<DecodedPhoto, Skip> {
    catch_unwind(AssertUnwindSafe(|| photo::decode(bytes))).unwrap_or_else(|_| Err(Skip::damaged()))
}
