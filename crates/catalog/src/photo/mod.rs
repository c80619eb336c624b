//! Photos as the catalog keeps them: read from files, decoded by `vitrine-photo`, made small.
//!
//! Whatever cannot be read becomes a [`Skip`]: a kind and a sentence. What can be read, but not as its
//! maker meant, is told as [`Doubts`].

mod doubts;
mod file;
mod full;
mod names;
mod recognisable;
mod skip;
mod thumbnail;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use doubts::Doubts;
pub use file::{FileBytes, MAX_FILE_BYTES, read_file};
pub use full::for_screen;
pub use names::{PICTURE_ENDINGS, has_picture_ending};
pub use recognisable::{Unrecognisable, unrecognisable};
pub use skip::{Skip, SkipCode};
pub(crate) use thumbnail::fit;
pub use thumbnail::{THUMBNAIL_SIDE, Thumbnail, small_copy, thumbnail};
pub use vitrine_photo::{DecodedPhoto, Format, Wanted};

/// By which rules photos are decoded. Raised when other pixels may come out of the same bytes, or bytes can be
/// read that could not: the next run then reads every file again, once.
pub const READING_VERSION: u32 = 2;

/// How large a photo is needed for thumbnails and models. Twice the 384 pixels that the largest of the models
/// take, so that what a decoder reduces is reduced once more, with the model's own filter.
pub const FOR_MODELS: Wanted = Wanted::ShorterSide(768);

/// Decodes a photo's bytes. Decoders read hostile bytes: one that panics costs its photo, not the run.
pub fn decode(bytes: &[u8], wanted: Wanted) -> Result<DecodedPhoto, Skip> {
    catch_unwind(AssertUnwindSafe(|| vitrine_photo::decode(bytes, wanted)))
        .unwrap_or(Err(vitrine_photo::PhotoError::Damaged))
        .map_err(Skip::from)
}
