//! The pack that ships loads, verifies and does what a pack is for.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use vitrine_models::{
    CaptionOptions, Captioner, Clip, Decoding, DevicePreference, MatchStart, Matcher, Pack, Precision,
    select_device,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter")
}

/// A plain square of a colour on white.
fn square(rgb: [u8; 3]) -> RgbImage {
    RgbImage::from_fn(200, 200, |x, y| {
        let inside = (50..150).contains(&x) && (50..150).contains(&y);
        Rgb(if inside { rgb } else { [255; 3] })
    })
}

#[test]
fn every_file_is_the_one_that_the_pack_lists() {
    let pack = Pack::open(&folder()).unwrap();
    pack.verify().unwrap();
    assert!(pack.manifest().starter);
    let size_bytes: u64 = pack.manifest().files.values().map(|file| file.size_bytes).sum();
    assert!(size_bytes <= 60_000_000, "{size_bytes} bytes do not ship lightly");
    for summary in [pack.clip_summary(), pack.caption_summary(), pack.match_summary()] {
        assert!(summary.unwrap().n_parameters > 1_000_000);
    }
    let terms = pack.terms().unwrap();
    for list in pack.manifest().lists.as_ref().unwrap() {
        assert!(terms.iter().any(|table| table.name() == list && !table.terms().is_empty()), "{list}");
    }
    assert!(!pack.manifest().coverage.knows.is_empty() && !pack.manifest().coverage.lacks.is_empty());
}

#[test]
fn the_pack_tells_its_memory_before_it_is_loaded() {
    let pack = Pack::open(&folder()).unwrap();
    let models = [pack.clip_summary(), pack.caption_summary(), pack.match_summary()].map(Result::unwrap);
    for summary in &models {
        let [full, half] = [Precision::F32, Precision::F16].map(|precision| summary.memory_bytes(precision));
        assert_eq!(full, 2 * half);
        // More than the weights, and not so much more that nobody would dare to load them.
        assert!(full > 4 * summary.n_parameters && full < 40 * summary.n_parameters, "{full} {summary:?}");
    }
    let together = pack.memory_bytes(Precision::F32).unwrap();
    assert_eq!(together, models.iter().map(|model| model.memory_bytes(Precision::F32)).sum::<u64>());
}

#[test]
fn clip_tells_colours_apart() {
    let pack = Pack::open(&folder()).unwrap();
    let clip = Clip::load(&pack.clip_folder().unwrap(), &select_device(DevicePreference::Cpu)).unwrap();
    let preprocess = clip.preprocess();
    let colours = [("red", [200, 20, 30]), ("blue", [30, 60, 200]), ("green", [30, 140, 50])];
    let pixels: Vec<_> = colours.iter().map(|(_, rgb)| preprocess.apply(&square(*rgb))).collect();
    let images = clip.embed_images(&pixels).unwrap();
    for (i, (name, _)) in colours.iter().enumerate() {
        let text = clip.embed_texts(&[&format!("a {name} cushion")]).unwrap().remove(0);
        let cosine = |image: &Vec<f32>| image.iter().zip(&text).map(|(a, b)| a * b).sum::<f32>();
        let best = (0..images.len()).max_by(|&a, &b| cosine(&images[a]).total_cmp(&cosine(&images[b])));
        assert_eq!(best, Some(i), "{name}");
    }
}

#[test]
fn the_matcher_tells_colours_apart_and_shares_the_captioners_tower() {
    let pack = Pack::open(&folder()).unwrap();
    let device = select_device(DevicePreference::Cpu);
    let matcher = Matcher::load(&pack.match_folder().unwrap(), &device).unwrap();
    let captioner = Captioner::load(&pack.caption_folder().unwrap(), &device).unwrap();
    assert!(matcher.shares_image_tower(&captioner));
    let pixels = [matcher.preprocess().apply(&square([30, 60, 200]))];
    let tokens = matcher.encode_images(&pixels).unwrap();
    let texts = ["a blue cushion", "a red cushion"];
    let found = matcher.match_probabilities(&tokens, &texts, MatchStart::Cls).unwrap();
    assert!(found[0][0] > found[0][1], "{found:?}");
}

#[test]
fn captions_are_words() {
    let pack = Pack::open(&folder()).unwrap();
    let folder = pack.caption_folder().unwrap();
    let captioner = Captioner::load(&folder, &select_device(DevicePreference::Cpu)).unwrap();
    let pixels = captioner.preprocess().apply(&square([30, 60, 200]));
    for decoding in [Decoding::Greedy, CaptionOptions::default().decoding] {
        let options = CaptionOptions { decoding, ..CaptionOptions::default() };
        let caption = captioner.caption(std::slice::from_ref(&pixels), &options).unwrap().remove(0);
        assert!(caption.text.split_whitespace().count() >= 2, "{:?}", caption.text);
        assert!(caption.mean_log_prob <= 0.0 && caption.mean_log_prob.is_finite());
        assert!(!caption.text.contains(['[', ']', '#']), "{:?}", caption.text);
    }
}
