//! Every file of `tests/files` shows the colours that its maker meant.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use vitrine_photo::{DecodedPhoto, Doubt, Format, PhotoError, Wanted, decode};

/// Compression and rounding.
const MOST_LEVELS: u8 = 6;

type Expected = BTreeMap<String, ((u32, u32), [[u8; 3]; 4])>;

/// The files here, and with `VITRINE_PHOTO_FILES` another folder with an `expected.json` of its own.
fn folders() -> Vec<PathBuf> {
    let others = std::env::var_os("VITRINE_PHOTO_FILES").map(PathBuf::from);
    [here()].into_iter().chain(others).collect()
}

fn here() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "files"].iter().collect()
}

fn open(name: &str, wanted: Wanted) -> Result<DecodedPhoto, PhotoError> {
    open_in(&here(), name, wanted)
}

fn open_in(folder: &Path, name: &str, wanted: Wanted) -> Result<DecodedPhoto, PhotoError> {
    let bytes = fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    decode(&bytes, wanted)
}

/// Colours at a quarter and three quarters of both sides, each the average of some pixels: of 2 x 2 in most files,
/// of a part of the field in larger ones, which may have grain that any decoder shows.
fn colours(photo: &DecodedPhoto) -> [[u8; 3]; 4] {
    let (width, height) = photo.pixels.dimensions();
    let side = if width >= 400 { height / 6 } else { 2 };
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(across, down)| {
        let block =
            (0..side * side).map(|at| (width * across / 4 + at % side, height * down / 4 + at / side));
        let sums = block.fold([0_u32; 3], |sums, (x, y)| {
            let pixel = photo.pixels.get_pixel(x, y).0;
            [0, 1, 2].map(|channel| sums[channel] + u32::from(pixel[channel]))
        });
        sums.map(|sum| ((sum + side * side / 2) / (side * side)) as u8)
    })
}

/// What is wrong with a photo; nothing where it is as it should be.
fn fault(photo: &DecodedPhoto, size: (u32, u32), wanted: [[u8; 3]; 4]) -> Option<String> {
    let got = colours(photo);
    let pairs = got.as_flattened().iter().zip(wanted.as_flattened());
    let worst = pairs.map(|(got, wanted)| got.abs_diff(*wanted)).max().unwrap_or(0);
    (worst > MOST_LEVELS || photo.size != size)
        .then(|| format!("{:?} {got:?}, not {size:?} {wanted:?}", photo.size))
}

#[test]
fn every_file_shows_its_makers_colours() {
    let (mut n_files, mut faults) = (0, Vec::new());
    for folder in folders() {
        let text = fs::read_to_string(folder.join("expected.json")).unwrap();
        let expected: Expected = serde_json::from_str(&text).unwrap();
        n_files += expected.len();
        for (name, (size, wanted)) in &expected {
            for scale in [Wanted::Whole, Wanted::ShorterSide(24)] {
                match open_in(&folder, name, scale) {
                    Ok(photo) => faults.extend(
                        fault(&photo, *size, *wanted).map(|fault| format!("{name} {scale:?}: {fault}")),
                    ),
                    // The tests' own packages bring a reader for it on Linux.
                    Err(PhotoError::NoDecoder(Format::Heic)) if !cfg!(target_os = "linux") => {}
                    Err(error) => faults.push(format!("{name} {scale:?}: {error}")),
                }
            }
        }
    }
    assert!(n_files > 90, "only {n_files} files");
    println!("{n_files} files, {} faults", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_reduced_copy_is_reduced_and_no_smaller_than_asked() {
    let check = |name: &str, least: u32, expected: (u32, u32)| {
        let photo = open(name, Wanted::ShorterSide(least)).unwrap();
        assert_eq!(photo.pixels.dimensions(), expected, "{name} at {least}");
        assert_eq!(photo.size, (960, 640), "{name} keeps its size");
    };
    for name in ["large.jpg", "large.webp"] {
        check(name, 640, (960, 640));
        check(name, 321, (960, 640));
        check(name, 320, (480, 320));
        check(name, 200, (480, 320));
        check(name, 160, (240, 160));
        check(name, 1, (120, 80));
    }
}

#[test]
fn what_is_not_read_says_why() {
    let check = |name: &str, expected: PhotoError| {
        assert_eq!(open(name, Wanted::Whole).err(), Some(expected), "{name}");
    };
    check("drawing.svg", PhotoError::Unsupported(Format::Svg));
    check("page.pdf", PhotoError::Unsupported(Format::Pdf));
    check("picture.jp2", PhotoError::Unsupported(Format::Jpeg2000));
    check("picture.ico", PhotoError::Unsupported(Format::Icon));
    check("words.jpg", PhotoError::NotAPicture);
    check("without-preview.dng", PhotoError::NoPreview(Format::Raw));
    assert_eq!(decode(&[], Wanted::Whole).err(), Some(PhotoError::Empty));
}

#[test]
fn a_profile_that_cannot_be_used_is_told() {
    let check = |name: &str, expected: &[Doubt]| {
        assert_eq!(open(name, Wanted::Whole).unwrap().doubts, expected, "{name}");
    };
    check("broken-profile.jpg", &[Doubt::BadProfile]);
    check("wrong-profile.jpg", &[Doubt::BadProfile]);
    check("p3.jpg", &[]);
    check("grey-rgb-profile.jpg", &[]);
    check("preview.psd", &[Doubt::Preview]);
    check("camera.dng", &[Doubt::Preview]);
}

#[test]
fn only_what_every_program_shows_alike_is_plain() {
    let check = |name: &str, expected: bool| {
        assert_eq!(open(name, Wanted::Whole).unwrap().is_plain, expected, "{name}");
    };
    check("plain.jpg", true);
    check("srgb-profile.jpg", true);
    check("xmp-then-exif6.jpg", true);
    check("alpha.png", true);
    check("p3.jpg", false);
    check("inks.jpg", false);
    check("gamma1.png", false);
    check("broken-profile.jpg", false);
    check("leading-bytes.jpg", false);
    check("blank-first.gif", false);
}

#[test]
fn a_cut_out_keeps_its_transparency_and_a_white_one_gets_a_ground() {
    let check = |name: &str, at: (u32, u32), expected: Option<[u8; 4]>| {
        let photo = open(name, Wanted::Whole).unwrap();
        assert_eq!(photo.cutout.map(|cutout| cutout.get_pixel(at.0, at.1).0), expected, "{name}");
    };
    check("plain.png", (1, 1), None);
    check("alpha.png", (1, 1), Some([200, 30, 40, 128]));
    // It would vanish on a light window, so it brings its ground.
    check("white-on-nothing.png", (1, 1), None);
    let ground = open("white-on-nothing.png", Wanted::Whole).unwrap().pixels.get_pixel(1, 1).0;
    assert!(ground.iter().all(|channel| *channel < 200), "white on {ground:?}");
    let ground = open("transparent-palette.png", Wanted::Whole).unwrap().pixels.get_pixel(1, 1).0;
    assert_eq!(ground, [255; 3]);
}

/// Averages over blocks of so many pixels a side.
fn block_means(photo: &DecodedPhoto, side: u32) -> Vec<f32> {
    let (width, height) = photo.pixels.dimensions();
    let mut means = Vec::new();
    for (top, left) in (0..height / side).flat_map(|y| (0..width / side).map(move |x| (y * side, x * side))) {
        let block = (0..side * side).map(|at| photo.pixels.get_pixel(left + at % side, top + at / side).0);
        let sums = block.fold([0_u32; 3], |sums, pixel| [0, 1, 2].map(|at| sums[at] + u32::from(pixel[at])));
        means.extend(sums.map(|sum| sum as f32 / (side * side) as f32));
    }
    means
}

/// What a model sees of a photo is the same whether it was reduced while it was decoded or after: at half of
/// the reduced size, which is the most that is taken of it, within half a level on average and 4 at most.
#[test]
fn a_reduced_copy_shows_what_the_whole_photo_shows() {
    let wave = |at: f32| (127.5 + 110. * at.sin()) as u8;
    let picture = image::RgbImage::from_fn(1_280, 960, |x, y| {
        let (x, y) = (x as f32, y as f32);
        image::Rgb([wave(x * y / 9_000.), wave(x / 7. + y / 31.), wave((x - y) / 5.)])
    });
    for format in [image::ImageFormat::Jpeg, image::ImageFormat::WebP] {
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        let whole = decode(file.get_ref(), Wanted::Whole).unwrap();
        for by in [2, 4, 8] {
            let reduced = decode(file.get_ref(), Wanted::ShorterSide(960 / by)).unwrap();
            assert_eq!(reduced.pixels.dimensions(), (1_280 / by, 960 / by));
            let pairs: Vec<_> =
                block_means(&whole, 2 * by).into_iter().zip(block_means(&reduced, 2)).collect();
            let differences = pairs.iter().map(|(one, other)| (one - other).abs());
            let mean = differences.clone().sum::<f32>() / pairs.len() as f32;
            let worst = differences.fold(0., f32::max);
            assert!(mean <= 0.5 && worst <= 4., "{format:?} by {by}: {mean} on average, {worst} at most");
        }
    }
}
