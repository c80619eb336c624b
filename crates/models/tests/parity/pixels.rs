//! Preprocessing against Pillow and transformers' PIL processors.

use std::time::{Duration, Instant};

use image::{Rgb, RgbImage};
use vitrine_models::{Captioner, Clip, ImagePreprocess};

use crate::golden::{self, assert_close, row};

/// Largest difference to Pillow, of 255. fast_image_resize has fixed-point weights of another
/// width.
const LEVELS: u8 = 2;

#[derive(serde::Deserialize)]
struct Expected {
    pictures: Vec<String>,
}

fn clip(checkpoint: &str) -> ImagePreprocess {
    Clip::load(&golden::folder(checkpoint), &golden::cpu()).unwrap().preprocess()
}

fn blip(checkpoint: &str) -> ImagePreprocess {
    Captioner::load(&golden::folder(checkpoint), &golden::cpu()).unwrap().preprocess()
}

/// Normalised pixels of the small checkpoints: sizes given as number, shortest edge and square; with
/// and without a cut.
#[test]
fn normalised_pixels_are_those_of_transformers() {
    let cases = [
        ("clip_quick_gelu", clip("clip_quick_gelu")),
        ("clip_gelu", clip("clip_gelu")),
        ("blip_base", blip("blip_base")),
        ("blip_large", blip("blip_large")),
    ];
    for (checkpoint, preprocess) in cases {
        let (expected, tensors) = golden::expected::<Expected>(checkpoint);
        for (i, picture) in golden::pictures(&expected.pictures).iter().take(3).enumerate() {
            let found = preprocess.apply(picture).to_chw();
            // One level is 1 / 255 / 0.26 after normalising.
            let tolerance = f32::from(LEVELS) / 255.0 / 0.261 + 1e-5;
            assert_close(&expected.pictures[i], &found, &row(&tensors["pixels"], i), tolerance);
        }
    }
}

/// The sizes of real checkpoints, down to a picture of one pixel and one 500 times wider than high.
#[test]
fn pixels_at_true_size_are_those_of_pillow() {
    let cases = [("clip224", ImagePreprocess::clip_default()), ("blip384", ImagePreprocess::blip_default())];
    for (kind, preprocess) in cases {
        for name in ["landscape", "checks", "thin", "flat", "dot"] {
            let found = preprocess.apply(&golden::picture(&format!("pictures/{name}.png")));
            let expected = golden::picture(&format!("pixels/{kind}/{name}.png"));
            assert_eq!((found.side(), found.side()), expected.dimensions());
            let differences = found.rgb().iter().zip(expected.as_raw()).map(|(a, b)| a.abs_diff(*b));
            let (worst, off) =
                differences.fold((0, 0_usize), |(worst, off), d| (d.max(worst), off + usize::from(d > 1)));
            assert!(worst <= LEVELS, "{kind} {name}: off by {worst} levels");
            assert!(off * 100 <= found.rgb().len(), "{kind} {name}: {off} values off by more than one level");
        }
    }
}

/// Resizing the whole of such a picture before cutting would need 3 GB.
#[test]
fn extreme_shapes_cost_no_more_than_others() {
    for (width, height) in [(1, 20_000), (20_000, 1), (3, 65_000)] {
        let picture = RgbImage::from_pixel(width, height, Rgb([10, 200, 30]));
        let start = Instant::now();
        for preprocess in [ImagePreprocess::clip_default(), ImagePreprocess::blip_default()] {
            let pixels = preprocess.apply(&picture);
            assert!(pixels.rgb().chunks(3).all(|rgb| rgb == [10, 200, 30]), "{width} x {height}");
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{width} x {height}: {:?}", start.elapsed());
    }
}
