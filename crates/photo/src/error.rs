//! What is wrong with a file, and what is doubtful about a photo.

use crate::Format;

/// Why a file gives no photo.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PhotoError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// No known picture format.
    #[error("no picture")]
    NotAPicture,
    /// A picture format that is not read, here or at all.
    #[error("{} pictures are not read", .0.name())]
    Unsupported(Format),
    /// A variant of a format that is otherwise read.
    #[error("this kind of {} is not read", .0.name())]
    UnsupportedKind(Format),
    /// The system has no decoder for it.
    #[error("the system has no decoder for {}", .0.name())]
    NoDecoder(Format),
    /// A file that can hold a preview, such as a camera's raw file, holds none.
    #[error("the {} file holds no preview", .0.name())]
    NoPreview(Format),
    /// It makes no sense.
    #[error("the picture is damaged")]
    Damaged,
    /// It ends so early that nobody can tell what it shows.
    #[error("only {:.0} % of the picture is there", share * 100.)]
    HardlyAnything {
        /// Of its rows, 0 to 1.
        share: f32,
    },
    /// Beyond the limits; with its width and height where they are known.
    #[error("the picture is too large")]
    TooLarge {
        /// Width and height in pixels.
        size: Option<(u32, u32)>,
    },
}

/// What a person should know of a photo that is shown all the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doubt {
    /// The file ends early: this share of its rows is there, 0 to 1.
    CutShort {
        /// Of its rows.
        share: f32,
    },
    /// The file ends early, in the passes that bring detail: the whole is there, but soft.
    Coarse,
    /// Some of the file's data makes no sense: parts of the photo may be wrong.
    Garbled,
    /// Its colour profile could not be used: the colours may be off.
    BadProfile,
    /// Only the preview within the file was read, which may be smaller than the photo.
    Preview,
}
