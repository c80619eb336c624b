//! From a file's bytes to upright RGB pixels, a thumbnail and an average colour.
//!
//! A file is hostile input: it is sniffed, not believed; its size in pixels is
//! checked against [`MAX_PIXELS`] before anything is decoded; and however many
//! threads decode, [`budget`] bounds the pixels that are in memory at once.
//! Whatever cannot be read becomes a [`Skip`]: a kind and a sentence.

pub mod budget;
mod decode;
mod full;
mod skip;
mod thumbnail;

pub use decode::{DecodedPhoto, decode};
pub use full::for_screen;
pub use skip::{Skip, SkipCode};
pub(crate) use thumbnail::fit;
pub use thumbnail::{THUMBNAIL_SIDE, Thumbnail, small_copy, thumbnail};

use vitrine_models::regular_file;

/// The most pixels that a photo may have: beyond today's largest cameras (150 megapixels).
pub const MAX_PIXELS: u64 = 160_000_000;

/// The longest side that a photo may have, which is JPEG's own limit.
pub const MAX_SIDE: u32 = 65_535;

/// The most bytes that a photo may have once it is decoded: [`MAX_PIXELS`] with transparency, at eight bits a
/// channel. Of pictures with sixteen bits a channel that is half as many pixels.
pub const MAX_DECODED_BYTES: u64 = MAX_PIXELS * 4;

/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// The bytes of a photo's file, which count against [`budget::FILE_BYTES`] as long as they are held.
pub struct FileBytes {
    /// What the file was before they were read.
    pub metadata: std::fs::Metadata,
    bytes: Vec<u8>,
    _place: budget::Place,
}

impl std::ops::Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a photo's file, once there is room for its bytes.
pub fn read_file(path: &std::path::Path) -> Result<FileBytes, Skip> {
    let size_bytes = std::fs::metadata(path).map_err(|error| Skip::from_io(&error))?.len();
    let place = budget::FILE_BYTES.claim(size_bytes.min(MAX_FILE_BYTES));
    let read = regular_file::read(path, MAX_FILE_BYTES);
    let (metadata, bytes) = read.map_err(|error| match error.kind() {
        std::io::ErrorKind::FileTooLarge => Skip::too_many_bytes(),
        std::io::ErrorKind::InvalidInput => {
            Skip::new(SkipCode::Unreadable, "This is a folder, a pipe or a device, not a photo.")
        }
        _ => Skip::from_io(&error),
    })?;
    Ok(FileBytes { metadata, bytes, _place: place })
}

/// Endings of pictures, lower case: what a scan looks at. The second half cannot be read (yet)
/// and is listed as such, so that nobody wonders where those photos are.
const PICTURE_ENDINGS: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "tif", "tiff", //
    "avif", "heic", "heif", "jxl", "jp2", "psd", "svg", "raw", "dng", "cr2", "cr3", "nef", "arw", "orf",
    "rw2", "raf", "tga", "ico",
];

/// Whether a name ends like a picture's.
pub fn has_picture_ending(path: &std::path::Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| PICTURE_ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}
