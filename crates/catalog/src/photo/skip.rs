//! Why a file was passed over, in the merchant's words.

use vitrine_photo::{Format, MAX_PIXELS, MAX_SIDE, PhotoError};

use crate::store::SkipRow;

/// The kind of reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipCode {
    /// Nothing in it.
    Empty,
    /// It ends too early or makes no sense.
    Damaged,
    /// A picture format that Vitrine does not read.
    Unsupported,
    /// More pixels or bytes than the limit.
    TooLarge,
    /// The system does not let us read it.
    Unreadable,
    /// It went away while it was read.
    Vanished,
    /// A model failed on it.
    ModelFailed,
    /// A product list that brings nothing, or not all of it.
    BadList,
    /// It is in the catalog, but not all of it is there.
    Doubtful,
}

impl SkipCode {
    /// Every code with its name in the database.
    const NAMES: [(Self, &'static str); 9] = [
        (Self::Empty, "empty"),
        (Self::Damaged, "damaged"),
        (Self::Unsupported, "unsupported"),
        (Self::TooLarge, "too_large"),
        (Self::Unreadable, "unreadable"),
        (Self::Vanished, "vanished"),
        (Self::ModelFailed, "model_failed"),
        (Self::BadList, "bad_list"),
        (Self::Doubtful, "doubtful"),
    ];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(code, _)| *code == self).map_or("damaged", |(_, name)| name)
    }

    /// The code of a name; an unknown one reads as damaged.
    pub fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Damaged, |(code, _)| *code)
    }

    /// Whether the same bytes may do better the next time, so that an unchanged file is tried again.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unreadable | Self::Vanished | Self::ModelFailed)
    }
}

/// A reason with its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// The kind.
    pub code: SkipCode,
    /// What is wrong and what to do, without the file's name.
    pub message: String,
}

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Skip {
    pub(crate) fn new(code: SkipCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The file has no bytes.
    pub(crate) fn empty() -> Self {
        Self::new(SkipCode::Empty, "The file is empty. Copy it again from where it came from.")
    }

    /// It holds another picture than the one that is known.
    pub(crate) fn changed() -> Self {
        Self::new(
            SkipCode::Vanished,
            "The photo was changed since it was read. Look for changes to read it again.",
        )
    }

    /// It cannot be decoded.
    pub(crate) fn damaged() -> Self {
        Self::new(SkipCode::Damaged, "The picture is damaged or cut short. Copy or export it again.")
    }

    /// It has more bytes than [`super::MAX_FILE_BYTES`].
    pub(crate) fn too_many_bytes() -> Self {
        Self::new(SkipCode::TooLarge, "The file is larger than 1 GB. Save a smaller copy.")
    }

    /// The system's answer when it was opened or read.
    pub(crate) fn from_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::new(
                SkipCode::Vanished,
                "The file went away while it was read. Look for changes to try again.",
            ),
            std::io::ErrorKind::PermissionDenied => Self::new(
                SkipCode::Unreadable,
                "You have no permission to read this. Change its permissions.",
            ),
            std::io::ErrorKind::InvalidFilename => Self::new(
                SkipCode::Unreadable,
                "Paths in here are longer than the system allows. Move this folder nearer to the top, or shorten \
                 its names.",
            ),
            _ => Self::new(SkipCode::Unreadable, format!("The system could not read this ({error}).")),
        }
    }

    /// A model gave an error for it.
    pub(crate) fn model_failed() -> Self {
        Self::new(
            SkipCode::ModelFailed,
            "The models failed on this photo. It is tried again in the next run.",
        )
    }

    pub(crate) fn to_row(&self) -> SkipRow {
        SkipRow { code: self.code.name().to_owned(), message: self.message.clone() }
    }
}

impl From<PhotoError> for Skip {
    fn from(error: PhotoError) -> Self {
        let unsupported = |message: String| Self::new(SkipCode::Unsupported, message);
        let cannot =
            |what: &str| unsupported(format!("Vitrine cannot read {what}. Export it as JPEG, PNG or WebP."));
        match error {
            PhotoError::Empty => Self::empty(),
            PhotoError::NotAPicture => {
                unsupported("This is not a picture, although its name ends like one.".to_owned())
            }
            PhotoError::Unsupported(Format::Svg) => unsupported(
                "This is a drawing (SVG), not a photo. Export it as PNG to have it in the catalog.".into(),
            ),
            PhotoError::Unsupported(format) => cannot(&format!("{} pictures", format.name())),
            PhotoError::UnsupportedKind(format) => cannot(&format!("this kind of {} picture", format.name())),
            PhotoError::NoDecoder(format) => unsupported(no_decoder(format)),
            PhotoError::NoPreview(format) => unsupported(format!(
                "This {} file holds no preview that could be shown. Export it as JPEG, PNG or WebP.",
                format.name()
            )),
            PhotoError::Damaged => Self::damaged(),
            PhotoError::HardlyAnything { share } => Self::new(
                SkipCode::Damaged,
                format!(
                    "The file is cut short: only {:.0} % of the picture is there. Copy or export it again.",
                    share * 100.
                ),
            ),
            PhotoError::TooLarge { size } => too_many_pixels(size),
        }
    }
}

/// It has more pixels than [`MAX_PIXELS`]; `size` where the header tells it.
fn too_many_pixels(size: Option<(u32, u32)>) -> Skip {
    let size = size.map(|(width, height)| format!(" of {width} x {height} pixels")).unwrap_or_default();
    let limit = MAX_PIXELS / 1_000_000;
    Skip::new(
        SkipCode::TooLarge,
        format!(
            "The picture{size} is larger than Vitrine reads: {limit} megapixels and {MAX_SIDE} pixels a side, and fewer \
             megapixels with 16 bits a colour or in formats that take more memory to read. Save a smaller copy."
        ),
    )
}

/// The way to a decoder, or around it.
fn no_decoder(format: Format) -> String {
    let way = if cfg!(target_os = "linux") {
        "Install libheif (on Debian and Ubuntu the package libheif1), then look for changes"
    } else if cfg!(target_os = "macos") {
        "Install libheif (with Homebrew: brew install libheif), then look for changes"
    } else {
        "There is none for this system yet"
    };
    format!("This computer has no reader for {} photos. {way}; or export the photo as JPEG.", format.name())
}

impl From<SkipRow> for Skip {
    fn from(row: SkipRow) -> Self {
        Self { code: SkipCode::from_name(&row.code), message: row.message }
    }
}
