//! Every picture that a merchant may have, and every one that nobody wants.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use image::{DynamicImage, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage};
use support::{encode, png};
use vitrine_catalog::photo::{DecodedPhoto, Skip, SkipCode, Wanted};

fn decode(bytes: &[u8]) -> Result<DecodedPhoto, Skip> {
    vitrine_catalog::photo::decode(bytes, Wanted::Whole)
}

const RED: Rgb<u8> = Rgb([220, 30, 40]);
const BLUE: Rgb<u8> = Rgb([30, 60, 220]);

/// Left half red, right half blue.
fn two_halves() -> RgbImage {
    RgbImage::from_fn(40, 20, |x, _| if x < 20 { RED } else { BLUE })
}

fn close(found: Rgb<u8>, expected: Rgb<u8>, tolerance: u8) -> bool {
    found.0.iter().zip(expected.0).all(|(a, b)| a.abs_diff(b) <= tolerance)
}

/// Decodes, and compares format, size and the colours of the left and the right half.
fn check(what: &str, bytes: &[u8], expected: (&str, (u32, u32), Rgb<u8>, Rgb<u8>), tolerance: u8) {
    let photo = decode(bytes).unwrap_or_else(|skip| panic!("{what}: {skip}"));
    let (format, size, left, right) = expected;
    assert_eq!((photo.format.name(), photo.pixels.dimensions()), (format, size), "{what}");
    let (x, y) = (size.0 / 4, size.1 / 2);
    let found = (*photo.pixels.get_pixel(x, y), *photo.pixels.get_pixel(size.0 - 1 - x, y));
    assert!(close(found.0, left, tolerance) && close(found.1, right, tolerance), "{what}: {found:?}");
}

#[test]
fn every_supported_format_is_read() {
    let image = DynamicImage::ImageRgb8(two_halves());
    for (format, name, tolerance) in [
        (ImageFormat::Jpeg, "JPEG", 12),
        (ImageFormat::Png, "PNG", 0),
        (ImageFormat::WebP, "WebP", 0),
        (ImageFormat::Gif, "GIF", 8),
        (ImageFormat::Bmp, "BMP", 0),
        (ImageFormat::Tiff, "TIFF", 0),
    ] {
        check(name, &encode(&image, format), (name, (40, 20), RED, BLUE), tolerance);
    }
}

#[test]
fn every_pixel_type_becomes_rgb() {
    let grey = image::GrayImage::from_fn(40, 20, |x, _| Luma([if x < 20 { 10 } else { 200 }]));
    let (dark, light) = (Rgb([10, 10, 10]), Rgb([200, 200, 200]));
    check(
        "grey",
        &encode(&DynamicImage::ImageLuma8(grey), ImageFormat::Png),
        ("PNG", (40, 20), dark, light),
        0,
    );

    let deep = image::ImageBuffer::from_fn(40, 20, |x, _| {
        let Rgb([r, g, b]) = if x < 20 { RED } else { BLUE };
        Rgb([r, g, b].map(|channel| u16::from(channel) * 257))
    });
    check(
        "16 bits",
        &encode(&DynamicImage::ImageRgb16(deep), ImageFormat::Png),
        ("PNG", (40, 20), RED, BLUE),
        0,
    );

    let clear =
        RgbaImage::from_fn(40, 20, |x, _| if x < 20 { Rgba([0, 0, 0, 0]) } else { Rgba([0, 0, 0, 128]) });
    let (white, half) = (Rgb([255, 255, 255]), Rgb([127, 127, 127]));
    check(
        "alpha",
        &encode(&DynamicImage::ImageRgba8(clear), ImageFormat::Png),
        ("PNG", (40, 20), white, half),
        1,
    );

    let veiled =
        image::ImageBuffer::from_fn(40, 20, |x, _| if x < 20 { LumaA([0_u8, 255]) } else { LumaA([0, 0]) });
    let black = Rgb([0, 0, 0]);
    check(
        "grey with alpha",
        &encode(&DynamicImage::ImageLumaA8(veiled), ImageFormat::Png),
        ("PNG", (40, 20), black, white),
        0,
    );

    // Inks on paper have no one true RGB; cyan must be blue-green and yellow must be yellow.
    let cmyk = decode(include_bytes!("fixtures/cmyk.jpg")).unwrap();
    let Rgb([r, g, b]) = *cmyk.pixels.get_pixel(6, 8);
    assert!(r < 90 && g > 130 && b > 180, "cyan came out as {r} {g} {b}");
    let Rgb([r, g, b]) = *cmyk.pixels.get_pixel(26, 8);
    assert!(r > 200 && g > 180 && b < 110, "yellow came out as {r} {g} {b}");
}

/// A JPEG with an EXIF block that holds nothing but an orientation.
fn with_orientation(image: &RgbImage, orientation: u8) -> Vec<u8> {
    let jpeg = encode(&DynamicImage::ImageRgb8(image.clone()), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend((exif.len() as u16 + 2).to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn exif_turns_the_photo_upright() {
    check("as it is", &with_orientation(&two_halves(), 1), ("JPEG", (40, 20), RED, BLUE), 12);
    check("mirrored", &with_orientation(&two_halves(), 2), ("JPEG", (40, 20), BLUE, RED), 12);
    check("upside down", &with_orientation(&two_halves(), 3), ("JPEG", (40, 20), BLUE, RED), 12);
    let photo = decode(&with_orientation(&two_halves(), 6)).unwrap();
    assert_eq!(photo.pixels.dimensions(), (20, 40));
    assert!(
        close(*photo.pixels.get_pixel(10, 5), RED, 12) && close(*photo.pixels.get_pixel(10, 35), BLUE, 12)
    );
}

#[test]
fn an_animation_shows_its_first_frame() {
    let mut bytes = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        for halves in [two_halves(), RgbImage::from_pixel(40, 20, Rgb([0, 255, 0]))] {
            let frame = image::Frame::new(DynamicImage::ImageRgb8(halves).into_rgba8());
            encoder.encode_frame(frame).unwrap();
        }
    }
    check("animation", &bytes, ("GIF", (40, 20), RED, BLUE), 8);
}

#[test]
fn the_smallest_photo_is_a_photo() {
    let photo = decode(&png(&RgbImage::from_pixel(1, 1, RED))).unwrap();
    assert_eq!(photo.pixels.dimensions(), (1, 1));
}

/// A PNG of this size with no more pixels than its header.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&RgbImage::from_pixel(1, 1, RED));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = flate_crc(&bytes[12..29]).to_be_bytes().to_vec();
    bytes.splice(29..33, crc.drain(..));
    bytes
}

/// CRC-32 as PNG uses it.
fn flate_crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

#[test]
fn what_nobody_wants_is_refused_with_its_reason() {
    let check = |what: &str, bytes: &[u8], expected: SkipCode| match decode(bytes) {
        Ok(_) => panic!("{what} was read"),
        Err(Skip { code, message }) => {
            assert_eq!(code, expected, "{what}: {message}");
            assert!(message.ends_with('.') && message.len() > 20, "{what}: {message}");
        }
    };
    let whole = encode(
        &DynamicImage::ImageRgb8(RgbImage::from_fn(300, 300, |x, y| Rgb([x as u8, y as u8, 9]))),
        ImageFormat::Png,
    );
    check("empty", b"", SkipCode::Empty);
    check("cut to next to nothing", &whole[..whole.len() / 10], SkipCode::Damaged);
    check("header alone", &whole[..20], SkipCode::Damaged);
    check("text named .jpg", b"Dear customer, the photo is attached.", SkipCode::Unsupported);
    check("30,000 x 30,000", &png_header(30_000, 30_000), SkipCode::TooLarge);
    check("4 billion a side", &png_header(u32::MAX >> 1, u32::MAX >> 1), SkipCode::TooLarge);
    check("AVIF that ends at once", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", SkipCode::Damaged);
    check("Photoshop that ends at once", b"8BPS\0\x01\0\0\0\0\0\0\0\x03", SkipCode::Damaged);
    check("JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n", SkipCode::Unsupported);
    check("PDF", b"%PDF-1.7\n", SkipCode::Unsupported);
    check("SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>", SkipCode::Unsupported);
    check("zeros", &[0; 4_096], SkipCode::Unsupported);
}

/// A PNG that says it has this size, kind of pixels and bits, and holds none of them.
fn header(width: u32, height: u32, bits: u8, kind: u8) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([bits, kind, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for chunk in [chunk, b"IDAT".to_vec()] {
        png.extend((chunk.len() as u32 - 4).to_be_bytes());
        png.extend(&chunk);
        png.extend(crc(&chunk).to_be_bytes());
    }
    png
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 },
        )
    })
}

#[test]
fn a_picture_is_bounded_on_every_side_before_any_pixel_is_read() {
    let check = |what: &str, bytes: &[u8], is_too_large: bool| {
        let code = decode(bytes).map(drop).unwrap_err().code;
        assert_eq!(code == SkipCode::TooLarge, is_too_large, "{what}: {code:?}");
    };
    check("a line", &header(100_000_000, 1, 8, 2), true);
    check("a column", &header(1, 100_000_000, 8, 2), true);
    check("16 bits, 158 megapixels", &header(12_600, 12_600, 16, 2), true);
    check("too many pixels", &header(20_000, 20_000, 8, 0), true);
    // Within every bound, and then without pixels.
    check("modest", &header(100, 100, 8, 2), false);
}
