//! How often each problem of a photo is told: of photos as they are, and of the same photos damaged on purpose.
//!
//! ```text
//! cargo run -p vitrine-catalog --example photo_problems -- FOLDER...
//! ```
#![allow(clippy::print_stdout)] // this is what it is for

use std::path::PathBuf;

use image::{Rgb, RgbImage, imageops};
use vitrine_catalog::{
    health::{Problem, marked, measure, photo_problems},
    photo,
};

#[path = "../tests/support/damage.rs"]
mod damage;

use damage::{framed, lit};

type Damage = fn(&RgbImage) -> RgbImage;

const TOLD: [Problem; 4] = [Problem::Blurred, Problem::Dark, Problem::Pale, Problem::Framed];

fn main() {
    let damages: [(&str, Damage); 12] = [
        ("as it is", RgbImage::clone),
        ("blurred, 1 px", |photo| imageops::blur(photo, 1.0)),
        ("blurred, 1.5 px", |photo| imageops::blur(photo, 1.5)),
        ("blurred, 2 px", |photo| imageops::blur(photo, 2.0)),
        ("blurred, 3 px", |photo| imageops::blur(photo, 3.0)),
        ("a third of the light", |photo| darkened(photo, 0.33)),
        ("a fifth of the light", |photo| darkened(photo, 0.2)),
        ("washed out", |photo| lit(photo, |value| 255.0 - (255.0 - value) * 0.2)),
        ("black bars", |photo| framed(photo, (0, 24), [0; 3])),
        ("white bars", |photo| framed(photo, (30, 0), [255; 3])),
        ("black frame", |photo| framed(photo, (5, 5), [0; 3])),
        ("red frame", |photo| framed(photo, (10, 10), [200, 30, 30])),
    ];
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).flat_map(|folder| photos(folder.into())).collect();
    println!("{:>22} {:>7}  {}", "", "photos", TOLD.map(|it| format!("{:>8}", it.name())).join(" "));
    for (name, damage) in damages {
        let (mut n, mut told) = (0_u32, [0_u32; TOLD.len()]);
        for path in &paths {
            let Ok(bytes) = std::fs::read(path) else { continue };
            let Ok(photo) = photo::decode(&bytes, photo::FOR_MODELS) else { continue };
            let Some(small) = photo::thumbnail(&photo) else { continue };
            let Ok(small) = photo::decode(&small.file, photo::Wanted::Whole) else { continue };
            let found = photo_problems((1_000, 1_000), false, Some(&measure(&damage(&small.pixels))));
            n += 1;
            for (count, problem) in told.iter_mut().zip(TOLD) {
                *count += u32::from(found.contains(&problem));
            }
            if std::env::var_os("NAMES").is_some() && name == "as it is" {
                let words: Vec<_> = found.iter().map(|problem| problem.name()).collect();
                println!("{} {} {:?}", path.display(), words.join(","), measure(&small.pixels));
            }
        }
        let shares = told.map(|told| format!("{:>7.1}%", 100.0 * f64::from(told) / f64::from(n.max(1))));
        println!("{name:>22} {n:>7}  {}", shares.join(" "));
    }
    marks(&paths);
}

/// Marks, which only many photos tell: on none of them, on half of them, on all.
fn marks(paths: &[PathBuf]) {
    let small = |path: &PathBuf| {
        let photo = photo::decode(&std::fs::read(path).ok()?, photo::FOR_MODELS).ok()?;
        Some(photo::decode(&photo::thumbnail(&photo)?.file, photo::Wanted::Whole).ok()?.pixels)
    };
    if paths.is_empty() {
        return;
    }
    let photos: Vec<RgbImage> = paths.iter().filter_map(small).take(400).collect();
    for strength in [0.15, 0.3, 0.5] {
        for every in [0, 2, 1] {
            let is_drawn = |at: usize| every > 0 && at.is_multiple_of(every);
            let drawn: Vec<RgbImage> = photos
                .iter()
                .enumerate()
                .map(|(at, photo)| if is_drawn(at) { watermarked(photo, strength) } else { photo.clone() })
                .collect();
            let told = marked(&drawn);
            let count = |wanted: bool| {
                let of = (0..drawn.len()).filter(|at| is_drawn(*at) == wanted);
                let (n, found) = of.fold((0, 0), |(n, found), at| (n + 1, found + u32::from(told[at])));
                format!("{found} of {n}")
            };
            let n = drawn.len().checked_div(every).unwrap_or(0);
            println!(
                "a mark of {strength} on {n}: told of {}, and without it of {}",
                count(true),
                count(false)
            );
        }
    }
}

/// A ring with a bar, three letters of straight lines below it: as photographers put their name on photos.
fn watermarked(photo: &RgbImage, strength: f32) -> RgbImage {
    let mut photo = photo.clone();
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let side = width.min(height);
    for (x, y, Rgb(pixel)) in photo.enumerate_pixels_mut() {
        let (x, y) = ((x as f32 - width / 2.0) / side, (y as f32 - height / 2.0) / side);
        let is_near = |distance: f32| distance.abs() < 0.011;
        let ring = is_near((x * x + y * y).sqrt() - 0.2) || (is_near(x - y) && x.hypot(y) < 0.2);
        let letters = (0.25..0.37).contains(&y)
            && [-0.15, -0.03, 0.09].iter().any(|left| is_near(x - left) || is_near(x - left - 0.07))
            || is_near(y - 0.31) && x.abs() < 0.15;
        if ring || letters {
            *pixel = pixel.map(|value| (f32::from(value) * (1.0 - strength) + 60.0 * strength) as u8);
        }
    }
    photo
}

fn photos(folder: PathBuf) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(&folder) else { return vec![folder] };
    let mut all: Vec<PathBuf> = entries
        .flatten()
        .flat_map(|entry| if entry.path().is_dir() { photos(entry.path()) } else { vec![entry.path()] })
        .collect();
    all.sort();
    all
}

/// With so much of the light, as a camera would have it.
fn darkened(photo: &RgbImage, light: f32) -> RgbImage {
    lit(photo, |value| ((value / 255.0).powf(2.2) * light).powf(1.0 / 2.2) * 255.0)
}
