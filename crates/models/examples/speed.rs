//! How fast a model runs here: pictures, texts, captions and matches a second.
//!
//! ```text
//! cargo run --release -p vitrine-models --example speed -- models/starter
//! cargo run --release -p vitrine-models --example speed -- FOLDER
//! ```
//!
//! The first form takes a pack, the second a folder with `clip/`, `caption/` and perhaps `match/` in the
//! Hugging Face layout, such as the random weights of true size that `models/parity/make_true_size.py`
//! writes.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use image::{Rgb, RgbImage};
use vitrine_models::{
    CaptionOptions, Captioner, Clip, Decoding, DevicePreference, MatchStart, Matcher, ModelDevice,
    ModelError, Pack, select_device,
};

fn main() -> Result<(), ModelError> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "models/starter".to_owned()));
    let device = select_device(DevicePreference::Auto);
    println!("device: {}", device.report().name);
    if folder.join("pack.toml").exists() {
        let pack = Pack::open(&folder)?;
        println!("{}", pack.clip_key(vitrine_models::Precision::F32));
        measure_clip(&pack.clip_folder()?, &device)?;
        measure_captions(&pack.caption_folder()?, &device)?;
        if pack.manifest().matching.is_some() {
            measure_matching(&pack.match_folder()?, &device)?;
        }
    } else {
        measure_clip(&folder.join("clip"), &device)?;
        measure_captions(&folder.join("caption"), &device)?;
        if folder.join("match").exists() {
            measure_matching(&folder.join("match"), &device)?;
        }
    }
    Ok(())
}

/// A picture of 800 x 600 with some structure; each one different.
fn picture(seed: u32) -> RgbImage {
    RgbImage::from_fn(800, 600, |x, y| {
        let byte = |shift: u32| ((x * (seed + 3) + y * 7) >> shift) as u8;
        Rgb([byte(2), byte(3), byte(4)])
    })
}

/// Runs `f` over `n` things at a time for about three seconds; things a second.
fn rate(what: &str, n: usize, mut f: impl FnMut() -> Result<(), ModelError>) -> Result<(), ModelError> {
    f()?;
    let start = Instant::now();
    let mut done = 0_u32;
    while start.elapsed().as_secs_f64() < 3.0 {
        f()?;
        done += 1;
    }
    let each = start.elapsed().as_secs_f64() / f64::from(done) / n as f64;
    println!("{what:40} {:9.2} a second, {:8.2} ms each", 1.0 / each, each * 1000.0);
    Ok(())
}

fn measure_clip(folder: &Path, device: &ModelDevice) -> Result<(), ModelError> {
    let start = Instant::now();
    let clip = Clip::load(folder, device)?;
    println!("CLIP loaded in {:.2} s, vectors of {}", start.elapsed().as_secs_f64(), clip.dim());
    let preprocess = clip.preprocess();
    let pictures: Vec<RgbImage> = (0..16).map(picture).collect();
    rate("prepare a picture of 800 x 600", 1, || {
        std::hint::black_box(preprocess.apply(&pictures[0]));
        Ok(())
    })?;
    let pixels: Vec<_> = pictures.iter().map(|picture| preprocess.apply(picture)).collect();
    rate("pictures, 1 at a time", 1, || clip.embed_images(&pixels[..1]).map(drop))?;
    rate("pictures, 16 at a time", 16, || clip.embed_images(&pixels).map(drop))?;
    rate("texts, 1 at a time", 1, || clip.embed_texts(&["a red ceramic mug"]).map(drop))?;
    rate("texts, 64 at a time", 64, || clip.embed_texts(&["a red ceramic mug"; 64]).map(drop))
}

fn measure_captions(folder: &Path, device: &ModelDevice) -> Result<(), ModelError> {
    let start = Instant::now();
    let captioner = Captioner::load(folder, device)?;
    println!("BLIP loaded in {:.2} s", start.elapsed().as_secs_f64());
    let preprocess = captioner.preprocess();
    let pixels: Vec<_> = (0..8).map(|seed| preprocess.apply(&picture(seed))).collect();
    let beam = CaptionOptions::default();
    let greedy = CaptionOptions { decoding: Decoding::Greedy, ..beam.clone() };
    println!("for example: {}", captioner.caption(&pixels[..1], &beam)?[0].text);
    rate("captions, greedy, 1 at a time", 1, || captioner.caption(&pixels[..1], &greedy).map(drop))?;
    rate("captions, greedy, 8 at a time", 8, || captioner.caption(&pixels, &greedy).map(drop))?;
    rate("captions, beam 3, 1 at a time", 1, || captioner.caption(&pixels[..1], &beam).map(drop))?;
    rate("captions, beam 3, 8 at a time", 8, || captioner.caption(&pixels, &beam).map(drop))
}

fn measure_matching(folder: &Path, device: &ModelDevice) -> Result<(), ModelError> {
    let start = Instant::now();
    let matcher = Matcher::load(folder, device)?;
    println!("matcher loaded in {:.2} s", start.elapsed().as_secs_f64());
    let pixels = [matcher.preprocess().apply(&picture(0))];
    let tokens = matcher.encode_images(&pixels)?;
    let texts = ["a red ceramic mug on a plain white background"; 20];
    rate("pictures read", 1, || matcher.encode_images(&pixels).map(drop))?;
    rate("vectors of texts, 20 at a time", 20, || matcher.text_vectors(&texts).map(drop))?;
    rate("matches of 1 picture and 20 texts", 20, || {
        matcher.match_probabilities(&tokens, &texts, MatchStart::Cls).map(drop)
    })
}
