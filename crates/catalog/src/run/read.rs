//! One file: read, hash, decode, thumbnail, model inputs.

use std::path::PathBuf;

use vitrine_models::{ImagePreprocess, PixelTensor};

use crate::{
    CatalogError,
    library::Inner,
    photo::{self, DecodedPhoto, Doubts, Format, Skip},
    scan,
    store::{FileStamp, ModelId, NewPicture, PictureId, ReadFile, SourceId},
};

/// A file as it was read.
pub(super) struct Reading {
    pub(super) file: ReadFile,
    /// The search model's input, where the picture has no vector yet.
    pub(super) search: Option<PixelTensor>,
    /// The captioner's, for later, where the picture was not known.
    pub(super) caption: Option<PixelTensor>,
}

/// For which models a file is read.
#[derive(Clone, Copy)]
pub(super) struct Targets<'a> {
    /// The search model that lacks vectors: its id in the store, and its input.
    pub(super) search: Option<(ModelId, &'a ImagePreprocess)>,
    /// The captioner's input.
    pub(super) caption: Option<&'a ImagePreprocess>,
}

/// Reads a file that a scan found. A picture that is known by its content is not decoded again.
pub(super) fn read(
    library: &Inner,
    path: PathBuf,
    source: SourceId,
    found: FileStamp,
    targets: Targets<'_>,
) -> Result<Reading, CatalogError> {
    let bytes = match photo::read_file(&path) {
        Ok(read) => read,
        Err(skip) => return Ok(skipped(path, source, found, &skip)),
    };
    // From before it was read: if it changes meanwhile, the stamp is old and the next scan reads it again.
    let stamp = scan::stamp(&bytes.metadata);
    let hash = *blake3::hash(&bytes).as_bytes();
    let known = library.store.picture_by_hash(&hash)?;
    let has_vector = match (&known, targets.search) {
        (Some((id, _)), Some((model, _))) => library.store.has_vector(model, *id)?,
        _ => targets.search.is_none(),
    };
    let is_new = known.is_none();
    let is_current = known.as_ref().is_some_and(|(_, picture)| picture.reading == photo::READING_VERSION);
    if let Some((_, picture)) = known
        && is_current
        && has_vector
        && library.thumbnails.has(&hash)
    {
        return Ok(Reading {
            file: ReadFile { path, source, stamp, outcome: Ok(picture) },
            search: None,
            caption: None,
        });
    }
    let made = photo::decode(&bytes, photo::FOR_MODELS).and_then(|photo| {
        let thumbnail = photo::thumbnail(&photo).ok_or_else(Skip::damaged)?;
        // A vector of other pixels goes when the file is recorded.
        let holds = has_vector && (is_current || was_always_so(&photo));
        let search = targets.search.filter(|_| !holds).map(|(_, preprocess)| preprocess.apply(&photo.pixels));
        let caption = targets.caption.filter(|_| is_new).map(|preprocess| preprocess.apply(&photo.pixels));
        Ok((search, caption, thumbnail, photo))
    });
    let (search, caption, thumbnail, photo) = match made {
        Ok(made) => made,
        Err(skip) => return Ok(skipped(path, source, stamp, &skip)),
    };
    library.thumbnails.write(&hash, &thumbnail.file)?;
    let picture = NewPicture {
        hash,
        format: photo.format.name().to_owned(),
        width: photo.size.0,
        height: photo.size.1,
        color: thumbnail.color,
        reading: photo::READING_VERSION,
        was_always_so: was_always_so(&photo),
        doubts: Doubts::of(&photo.doubts, photo::unrecognisable(&photo.pixels)),
    };
    Ok(Reading { file: ReadFile { path, source, stamp, outcome: Ok(picture) }, search, caption })
}

/// Whether the rules of version 1 took the bytes for the same pixels.
fn was_always_so(photo: &DecodedPhoto) -> bool {
    photo.is_plain
        && photo.cutout.is_none()
        && matches!(photo.format, Format::Jpeg | Format::Png | Format::WebP | Format::Gif)
}

/// Reads a known picture again for a model. None when none of its files holds it any more: the
/// next scan finds out what became of them.
pub(super) fn read_again(
    library: &Inner,
    id: PictureId,
    preprocess: &ImagePreprocess,
) -> Result<Option<(PathBuf, PixelTensor)>, CatalogError> {
    match library.content(id) {
        Ok((path, bytes)) => {
            let photo = photo::decode(&bytes, photo::FOR_MODELS).ok();
            Ok(photo.map(|photo| (path, preprocess.apply(&photo.pixels))))
        }
        Err(CatalogError::NoSuchProduct | CatalogError::BadPicture { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn skipped(path: PathBuf, source: SourceId, stamp: FileStamp, skip: &Skip) -> Reading {
    let file = ReadFile { path, source, stamp, outcome: Err(skip.to_row()) };
    Reading { file, search: None, caption: None }
}
