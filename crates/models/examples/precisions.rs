//! What fewer bits change: vectors, search results, captions and matches of a pack on real photos, beside f32.
//!
//! ```text
//! cargo run --release -p vitrine-models --example precisions -- PACK QUERIES N PHOTO...
//! ```
//!
//! QUERIES is a text with a query in each line; of the photos the first N are described and matched, too. Out: a row of
//! a table for each precision.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use image::RgbImage;
use vitrine_models::{
    Captioner, Clip, DevicePreference, MatchStart, Matcher, Pack, Precision, select_device_with,
};

/// Photos that one answer shows.
const SHOWN: usize = 10;
/// What matching is asked about each photo.
const N_MATCHED: usize = 10;

/// What a pack makes of photos and queries.
struct Made {
    photos: Vec<Vec<f32>>,
    texts: Vec<Vec<f32>>,
    match_photos: Vec<Vec<f32>>,
    match_texts: Vec<Vec<f32>>,
    captions: Vec<String>,
    matches: Vec<f32>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pack, queries, n, photos @ ..] = arguments.as_slice() else {
        return Err("usage: precisions PACK QUERIES N PHOTO...".into());
    };
    let pack = Pack::open(Path::new(pack))?;
    let queries = std::fs::read_to_string(queries)?;
    let queries: Vec<&str> = queries.lines().filter(|line| !line.is_empty()).collect();
    let open = |path: &String| Ok(image::open(path)?.to_rgb8());
    let photos = photos.iter().map(open).collect::<Result<Vec<RgbImage>, Box<dyn Error>>>()?;
    let n = n.parse()?;
    println!("{} photos, {} queries, {n} captions, {} matches", photos.len(), queries.len(), n * N_MATCHED);
    println!();
    println!(
        "| | CLIP photos, mean / worst | texts | top {SHOWN} | ITC photos | texts | top {SHOWN} | captions | matches |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let full = make(&pack, Precision::F32, &photos, &queries, n)?;
    for precision in [Precision::Bf16, Precision::Int8] {
        let made = make(&pack, precision, &photos, &queries, n)?;
        let same = full.captions.iter().zip(&made.captions).filter(|(a, b)| a == b).count();
        let agree =
            full.matches.iter().zip(&made.matches).filter(|(a, b)| (**a < 0.5) == (**b < 0.5)).count();
        println!(
            "| {} | {} | {} | {:.2} % | {} | {} | {:.2} % | {same} of {} | {agree} of {} |",
            precision.name(),
            cosines(&full.photos, &made.photos),
            cosines(&full.texts, &made.texts),
            100.0 * shared(&full.photos, &full.texts, &made.photos, &made.texts),
            cosines(&full.match_photos, &made.match_photos),
            cosines(&full.match_texts, &made.match_texts),
            100.0 * shared(&full.match_photos, &full.match_texts, &made.match_photos, &made.match_texts),
            full.captions.len(),
            full.matches.len(),
        );
    }
    Ok(())
}

fn make(
    pack: &Pack,
    precision: Precision,
    photos: &[RgbImage],
    queries: &[&str],
    n: usize,
) -> Result<Made, Box<dyn Error>> {
    let device = select_device_with(DevicePreference::Cpu, precision);
    let clip = Clip::load(&pack.clip_folder()?, &device)?;
    let captioner = Captioner::load(&pack.caption_folder()?, &device)?;
    let matcher = Matcher::load_beside(&pack.match_folder()?, &device, Some(&captioner))?;
    let pixels: Vec<_> = photos.iter().map(|photo| clip.preprocess().apply(photo)).collect();
    let match_pixels: Vec<_> = photos.iter().map(|photo| matcher.preprocess().apply(photo)).collect();
    let mut match_photos = Vec::new();
    let (mut captions, mut matches) = (Vec::new(), Vec::new());
    for (at, pixels) in match_pixels.chunks(8).enumerate() {
        let tokens = matcher.encode_images(pixels)?;
        match_photos.extend(matcher.image_vectors(&tokens)?);
        for (i, pixels) in pixels.iter().enumerate().take(n.saturating_sub(at * 8)) {
            let pixels = std::slice::from_ref(pixels);
            captions.push(captioner.caption(pixels, &captioner.usual_options())?.remove(0).text);
            let from = (at * 8 + i) % queries.len().saturating_sub(N_MATCHED).max(1);
            let texts = &queries[from..(from + N_MATCHED).min(queries.len())];
            let picture = tokens.picture(i).ok_or("no such picture")?;
            matches.extend(matcher.match_probabilities(&picture, texts, MatchStart::Cls)?.concat());
        }
    }
    Ok(Made {
        photos: clip.embed_images(&pixels)?,
        texts: clip.embed_texts(queries)?,
        match_photos,
        match_texts: matcher.text_vectors(queries)?,
        captions,
        matches,
    })
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// The mean and the worst cosine of vectors of length 1.
fn cosines(one: &[Vec<f32>], other: &[Vec<f32>]) -> String {
    let cosines: Vec<f64> = one.iter().zip(other).map(|(a, b)| dot(a, b)).collect();
    let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
    format!("{mean:.5} / {:.5}", cosines.iter().copied().fold(1.0, f64::min))
}

/// The mean share of what answers have in common.
fn shared(photos: &[Vec<f32>], texts: &[Vec<f32>], others: &[Vec<f32>], other_texts: &[Vec<f32>]) -> f64 {
    let answer = |text: &[f32], photos: &[Vec<f32>]| {
        let scores: Vec<f64> = photos.iter().map(|photo| dot(text, photo)).collect();
        let mut order: Vec<usize> = (0..photos.len()).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        order.truncate(SHOWN);
        order
    };
    let share = |(text, other): (&Vec<f32>, &Vec<f32>)| {
        let (one, other) = (answer(text, photos), answer(other, others));
        one.iter().filter(|photo| other.contains(photo)).count() as f64 / one.len() as f64
    };
    texts.iter().zip(other_texts).map(share).sum::<f64>() / texts.len() as f64
}
