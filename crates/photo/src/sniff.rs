//! What a file is, by its content; names mean nothing.

use crate::PhotoError;

/// A picture format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// ITU-T T.81, in JFIF, Exif, MPO or bare.
    Jpeg,
    /// PNG and APNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// BMP.
    Bmp,
    /// TIFF and BigTIFF.
    Tiff,
    /// AV1 in HEIF.
    Avif,
    /// HEVC in HEIF.
    Heic,
    /// JPEG XL, bare or in boxes.
    JpegXl,
    /// Photoshop's PSD and PSB.
    Photoshop,
    /// A camera's own format.
    Raw,
    /// JPEG 2000.
    Jpeg2000,
    /// SVG.
    Svg,
    /// An icon.
    Icon,
    /// OpenEXR or Radiance.
    Hdr,
    /// PDF.
    Pdf,
}

impl Format {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Avif => "AVIF",
            Self::Heic => "HEIC",
            Self::JpegXl => "JPEG XL",
            Self::Photoshop => "Photoshop",
            Self::Raw => "camera raw",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Svg => "SVG",
            Self::Icon => "icon",
            Self::Hdr => "HDR",
            Self::Pdf => "PDF",
        }
    }

    /// The format of a file that begins with these bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        if starts(b"\xff\xd8\xff") {
            return Some(Self::Jpeg);
        }
        if starts(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some(Self::WebP);
        }
        if starts(b"GIF87a") || starts(b"GIF89a") {
            return Some(Self::Gif);
        }
        if starts(b"BM") && bytes.len() > 18 {
            return Some(Self::Bmp);
        }
        if let Some(brands) = heif_brands(bytes) {
            return of_brands(brands);
        }
        if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL \r\n\x87\n") {
            return Some(Self::JpegXl);
        }
        if starts(b"8BPS") {
            return Some(Self::Photoshop);
        }
        if starts(b"FUJIFILMCCD-RAW")
            || starts(b"IIU\0")
            || starts(b"IIRO")
            || starts(b"IIRS")
            || starts(b"FOVb")
        {
            return Some(Self::Raw);
        }
        if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
            return Some(if crate::formats::raw::is_raw_tiff(bytes) { Self::Raw } else { Self::Tiff });
        }
        if starts(b"\0\0\0\x0cjP  ") || starts(b"\xff\x4f\xff\x51") {
            return Some(Self::Jpeg2000);
        }
        if starts(b"\0\0\x01\0") {
            return Some(Self::Icon);
        }
        if starts(b"\x76\x2f\x31\x01") || starts(b"#?RADIANCE") || starts(b"#?RGBE") {
            return Some(Self::Hdr);
        }
        if starts(b"%PDF-") {
            return Some(Self::Pdf);
        }
        let head = &bytes[..bytes.len().min(1_000)];
        let is_text = head.trim_ascii_start().starts_with(b"<") || head.starts_with(b"\xef\xbb\xbf<");
        (is_text && memchr::memmem::find(head, b"<svg").is_some()).then_some(Self::Svg)
    }
}

/// The brands of an ISO base media file: the major one first.
fn heif_brands(bytes: &[u8]) -> Option<impl Iterator<Item = &[u8; 4]>> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let of_box = bytes.get(8..length.clamp(16, 4_096).min(bytes.len()))?;
    let (brands, _) = of_box.as_chunks::<4>();
    // The second four bytes are a version.
    Some(brands.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand))
}

/// What a file of these brands is: the first that names a codec decides, since `mif1` may be anything.
fn of_brands<'a>(brands: impl Iterator<Item = &'a [u8; 4]>) -> Option<Format> {
    let mut is_heif = false;
    for brand in brands {
        match brand {
            b"avif" | b"avis" => return Some(Format::Avif),
            b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" => return Some(Format::Heic),
            b"crx " => return Some(Format::Raw),
            b"mif1" | b"msf1" | b"mif2" => is_heif = true,
            _ => {}
        }
    }
    is_heif.then_some(Format::Heic)
}

/// How far into a file a JPEG's start is looked for: what precedes one are lines of text from a
/// careless upload, or a few bytes of a header.
const MAX_LEAD: usize = 4_096;

/// The format, and the bytes from where it begins.
pub(crate) fn find(bytes: &[u8]) -> Result<(Format, &[u8]), PhotoError> {
    if let Some(format) = Format::of(bytes) {
        return Ok((format, bytes));
    }
    let lead = &bytes[..bytes.len().min(MAX_LEAD)];
    match memchr::memmem::find(lead, b"\xff\xd8\xff") {
        Some(start) => Ok((Format::Jpeg, &bytes[start..])),
        None => Err(PhotoError::NotAPicture),
    }
}
