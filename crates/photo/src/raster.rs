//! What a decoder gives: samples as they are stored, and what the file says of them.

use image::{RgbaImage, metadata::Orientation};

use crate::{Doubt, colour::Colour};

/// What the samples of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// Inks: 0 is none.
    Cmyk,
}

impl Channels {
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    pub(crate) fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }
}

/// Samples in rows from the top, all of the value range.
pub(crate) enum Samples {
    Eight(Vec<u8>),
    Sixteen(Vec<u16>),
}

/// Whether all of a picture is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Whole {
    Yes,
    /// This share of its rows; the others are white.
    Rows(f32),
    /// All rows, without the finer detail.
    Coarse,
    /// All rows, but some data made no sense.
    Garbled,
}

/// A decoded picture before anything was made of it.
pub(crate) struct Raster {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The file's own size, where the raster is a reduced copy.
    pub(crate) full: (u32, u32),
    pub(crate) channels: Channels,
    pub(crate) samples: Samples,
    /// Colours were multiplied by alpha.
    pub(crate) is_premultiplied: bool,
    pub(crate) colour: Colour,
    pub(crate) orientation: Orientation,
    pub(crate) whole: Whole,
    pub(crate) doubt: Option<Doubt>,
    /// A program that plays the file begins with another frame.
    pub(crate) is_later_frame: bool,
}

impl Raster {
    /// Of eight bits a sample, in sRGB, upright and whole, until told otherwise.
    pub(crate) fn new((width, height): (u32, u32), channels: Channels, samples: Samples) -> Self {
        Self {
            width,
            height,
            full: (width, height),
            channels,
            samples,
            is_premultiplied: false,
            colour: Colour::Srgb,
            orientation: Orientation::NoTransforms,
            whole: Whole::Yes,
            doubt: None,
            is_later_frame: false,
        }
    }

    /// From what the `image` crate decodes.
    pub(crate) fn from_rgba(image: RgbaImage) -> Self {
        Self::new(image.dimensions(), Channels::Rgba, Samples::Eight(image.into_raw()))
    }

    /// Whether a program that knows only RGB and grey of eight bits shows the same.
    pub(crate) fn is_plain(&self) -> bool {
        self.channels != Channels::Cmyk
            && self.whole == Whole::Yes
            && self.doubt.is_none()
            && !self.is_later_frame
    }
}

/// Whether what was wide becomes high.
pub(crate) fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}
