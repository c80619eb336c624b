//! The pack that ships loads, verifies and does what a pack is for.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use vitrine_models::{
    CaptionOptions, Captioner, Clip, Decoding, DevicePreference, Pack, Precision, select_device,
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
    assert!(size_bytes < 40 << 20, "{size_bytes} bytes do not ship lightly");
    assert!(pack.clip_summary().unwrap().n_parameters > 1_000_000);
    assert!(pack.caption_summary().unwrap().n_parameters > 1_000_000);
}

#[test]
fn the_pack_tells_its_memory_before_it_is_loaded() {
    let pack = Pack::open(&folder()).unwrap();
    let (clip, caption) = (pack.clip_summary().unwrap(), pack.caption_summary().unwrap());
    for summary in [&clip, &caption] {
        let [full, half] = [Precision::F32, Precision::F16].map(|precision| summary.memory_bytes(precision));
        assert_eq!(full, 2 * half);
        // More than the weights, and not so much more that nobody would dare to load them.
        assert!(full > 4 * summary.n_parameters && full < 40 * summary.n_parameters, "{full} {summary:?}");
    }
    let together = pack.memory_bytes(Precision::F32).unwrap();
    assert_eq!(together, clip.memory_bytes(Precision::F32) + caption.memory_bytes(Precision::F32));
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
