//! One file: read, hash, decode, thumbnail, model input.

use std::{
    fs::File,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use vitrine_models::{ImagePreprocess, PixelTensor};

use crate::{
    CatalogError,
    library::Inner,
    photo::{self, DecodedPhoto, MAX_FILE_BYTES, Skip, SkipCode},
    scan,
    store::{FileStamp, NewPicture, ReadFile},
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
    source_id: u64,
    found: FileStamp,
    target: Option<(u64, &ImagePreprocess)>,
) -> Result<Reading, CatalogError> {
    let (stamp, bytes) = match read_bytes(&path) {
        Ok(read) => read,
        Err(skip) => return Ok(skipped(path, source_id, found, &skip)),
    };
    let hash = *blake3::hash(&bytes).as_bytes();
    if let Some((id, picture)) = library.store.picture_by_hash(&hash)?
        && library.thumbnails.has(&hash)
        && target.map_or(Ok(true), |(model_id, _)| library.store.has_vector(model_id, id))?
    {
        return Ok(Reading { file: ReadFile { path, source_id, stamp, outcome: Ok(picture) }, tensor: None });
    }
    let made = decode(&bytes).and_then(|photo| {
        let thumbnail = photo::thumbnail(&photo.pixels).ok_or_else(Skip::damaged)?;
        Ok((target.map(|(_, preprocess)| preprocess.apply(&photo.pixels)), thumbnail, photo))
    });
    let (tensor, thumbnail, photo) = match made {
        Ok(made) => made,
        Err(skip) => return Ok(skipped(path, source_id, stamp, &skip)),
    };
    library.thumbnails.write(&hash, &thumbnail.jpeg)?;
    let (width, height) = photo.pixels.dimensions();
    let picture = NewPicture { hash, format: photo.format.to_owned(), width, height, color: thumbnail.color };
    Ok(Reading { file: ReadFile { path, source_id, stamp, outcome: Ok(picture) }, tensor })
}

/// Reads a known picture again for a model. None when none of its files holds it any more: the
/// next scan finds out what became of them.
pub(super) fn read_again(
    library: &Inner,
    id: u64,
    preprocess: &ImagePreprocess,
) -> Result<Option<(PathBuf, PixelTensor)>, CatalogError> {
    let hash = match library.store.picture(id, library.model_ids()) {
        Ok(row) => row.picture.hash,
        Err(CatalogError::NoSuchProduct) => return Ok(None),
        Err(error) => return Err(error),
    };
    for file in library.store.files_of(id)? {
        let Ok((_, bytes)) = read_bytes(&file.path) else { continue };
        if blake3::hash(&bytes).as_bytes() != &hash {
            continue;
        }
        if let Ok(photo) = decode(&bytes) {
            return Ok(Some((file.path, preprocess.apply(&photo.pixels))));
        }
    }
    Ok(None)
}

pub(super) fn skipped(path: PathBuf, source_id: u64, stamp: FileStamp, skip: &Skip) -> Reading {
    Reading { file: ReadFile { path, source_id, stamp, outcome: Err(skip.to_row()) }, tensor: None }
}

/// The whole file, and its stamp from before it was read: if it changes meanwhile, the stamp is
/// old and the next scan reads it again.
fn read_bytes(path: &Path) -> Result<(FileStamp, Vec<u8>), Skip> {
    let from_io = |error: std::io::Error| Skip::from_io(&error);
    let mut file = File::open(path).map_err(from_io)?;
    let metadata = file.metadata().map_err(from_io)?;
    if !metadata.is_file() {
        return Err(Skip::new(SkipCode::Unreadable, "This is no longer a file."));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(Skip::too_many_bytes());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    (&mut file).take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(from_io)?;
    Ok((scan::stamp(&metadata), bytes))
}

/// Decoders read hostile bytes: one that panics costs its photo, not the run.
fn decode(bytes: &[u8]) -> Result<DecodedPhoto, Skip> {
    catch_unwind(AssertUnwindSafe(|| photo::decode(bytes))).unwrap_or_else(|_| Err(Skip::damaged()))
}
