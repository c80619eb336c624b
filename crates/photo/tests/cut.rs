//! Files that end early: what is there is shown, and told; hardly anything is refused.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use vitrine_photo::{Doubt, PhotoError, Wanted, decode};

/// A picture of noise, so that each of its rows takes as many bytes.
fn noise(format: image::ImageFormat) -> Vec<u8> {
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let picture = image::RgbImage::from_fn(160, 160, |_, _| image::Rgb([random(), random(), random()]));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// The share that is told of a file of which so much is left.
fn told(bytes: &[u8], left: f32) -> Result<Vec<Doubt>, PhotoError> {
    let n = (bytes.len() as f32 * left) as usize;
    decode(&bytes[..n], Wanted::Whole).map(|photo| {
        assert_eq!(photo.size, (160, 160));
        photo.doubts
    })
}

#[test]
fn a_cut_file_is_shown_as_far_as_it_goes_with_its_share() {
    use image::ImageFormat::{Bmp, Jpeg, Png, Tiff, WebP};
    for format in [Jpeg, Png, WebP, Bmp, Tiff] {
        let whole = noise(format);
        assert_eq!(told(&whole, 1.), Ok(vec![]), "{format:?}");
        // A lossless WebP gives its rows in blocks; TIFF's directory may lie behind its rows.
        let check = |left: f32| match told(&whole, left) {
            Ok(doubts) => match doubts[..] {
                [Doubt::CutShort { share }] => {
                    assert!((share - left).abs() < 0.12, "{format:?}: {share} of {left}");
                }
                ref other => panic!("{format:?} cut to {left}: {other:?}"),
            },
            Err(error) => {
                assert!(format == Tiff && error == PhotoError::Damaged, "{format:?} cut to {left}: {error}");
            }
        };
        check(0.8);
        check(0.5);
        match told(&whole, 0.12) {
            Err(PhotoError::HardlyAnything { share }) => assert!(share < 0.2, "{format:?}: {share}"),
            Err(PhotoError::Damaged) => {}
            other => panic!("{format:?}: {other:?}"),
        }
    }
}

#[test]
fn what_is_missing_is_white() {
    let whole = noise(image::ImageFormat::Jpeg);
    let photo = decode(&whole[..whole.len() / 2], Wanted::Whole).unwrap();
    assert_eq!(photo.pixels.get_pixel(80, 158).0, [255; 3]);
    assert_ne!(photo.pixels.get_pixel(80, 10).0, [255; 3]);
}

#[test]
fn zeros_in_the_place_of_data_are_no_data() {
    let mut file = noise(image::ImageFormat::Jpeg);
    let half = file.len() / 2;
    file[half..].fill(0);
    match decode(&file, Wanted::Whole).map(|photo| photo.doubts) {
        Ok(doubts) => assert!(
            matches!(doubts[..], [Doubt::CutShort { share }] if (share - 0.5).abs() < 0.1),
            "{doubts:?}"
        ),
        Err(error) => panic!("{error}"),
    }
    // Behind a whole picture they are nothing.
    let mut file = noise(image::ImageFormat::Jpeg);
    file.resize(file.len() + 5_000, 0);
    assert_eq!(told(&file, 1.), Ok(vec![]));
}

#[test]
fn a_cut_pass_of_detail_leaves_a_soft_picture() {
    let picture = decode(&noise(image::ImageFormat::Png), Wanted::Whole).unwrap().pixels;
    let mut jpeg = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    jpeg.set_size(160, 160);
    jpeg.set_progressive_mode();
    let mut jpeg = jpeg.start_compress(Vec::new()).unwrap();
    jpeg.write_scanlines(picture.as_raw()).unwrap();
    assert_eq!(told(&jpeg.finish().unwrap(), 0.8), Ok(vec![Doubt::Coarse]));

    let mut file = Vec::new();
    let mut gif = gif::Encoder::new(&mut file, 160, 160, &[0, 0, 0, 250, 200, 40]).unwrap();
    let noise = (0..160_u32 * 160).map(|at| (at.wrapping_mul(2_654_435_761) >> 31) as u8).collect::<Vec<_>>();
    let mut frame = gif::Frame::from_indexed_pixels(160, 160, noise, None);
    frame.interlaced = true;
    gif.write_frame(&frame).unwrap();
    drop(gif);
    assert_eq!(told(&file, 0.5), Ok(vec![Doubt::Coarse]));
    frame.interlaced = false;
    let mut file = Vec::new();
    gif::Encoder::new(&mut file, 160, 160, &[0, 0, 0, 250, 200, 40]).unwrap().write_frame(&frame).unwrap();
    match told(&file, 0.5).as_deref() {
        // The first rows pack worse than those that follow.
        Ok([Doubt::CutShort { share }]) => assert!((share - 0.5).abs() < 0.2, "{share}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_whose_last_bytes_alone_are_missing_is_whole() {
    let file = noise(image::ImageFormat::Jpeg);
    assert_eq!(decode(&file[..file.len() - 2], Wanted::Whole).map(|photo| photo.doubts), Ok(vec![]));
}
