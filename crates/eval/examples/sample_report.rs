//! Writes a report on made-up searches, to see how the page looks:
//!
//! ```text
//! cargo run -p vitrine-eval --example sample_report > report.html
//! cargo run -p vitrine-eval --example sample_report -- text
//! ```

use std::{
    error::Error,
    io::{self, Write},
};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use vitrine_eval::{
    report::{Failure, Failures, Picture, Report, Settings, Shown, System, worst},
    retrieval::Retrieved,
};

const N_QUERIES: usize = 400;
const N_PHOTOS: usize = 60;

/// Names, and how far down the right photo tends to be.
const SYSTEMS: [(&str, f64); 5] =
    [("clip", 1.2), ("blip", 1.6), ("clip+blip", 0.9), ("fused", 0.7), ("fused+words", 0.55)];

const QUERIES: [&str; 6] = [
    "red ceramic mug with a round handle",
    "t-shirt with a V-neck, navy",
    "oak chair <mid-century>",
    "hand-woven rug in black & white, 80 x 150 cm",
    "كوب أحمر",
    "banker's lamp with a green glass shade and a brass base, for the desk of somebody who reads at night",
];

fn main() -> Result<(), Box<dyn Error>> {
    let answers: Vec<Vec<Retrieved>> = SYSTEMS.iter().map(|(_, spread)| answers(*spread)).collect();
    let systems: Vec<System<'_>> =
        SYSTEMS.iter().zip(&answers).map(|((name, _), retrieved)| System { name, retrieved }).collect();
    let settings = Settings {
        title: "Search quality on made-up photos".to_owned(),
        about: "Captions of a shop's photos as queries; each should find its photo among 60.".to_owned(),
        ..Settings::default()
    };
    let report = Report::new(&systems, settings)?;
    let page = if std::env::args().any(|argument| argument == "text") {
        report.text()
    } else {
        report.html(Some(&failures(&answers[0])))
    };
    io::stdout().write_all(page.as_bytes())?;
    Ok(())
}

/// Rankings with the right photo at a random rank. All systems draw the same numbers, so that they find the
/// same queries hard.
fn answers(spread: f64) -> Vec<Retrieved> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut uniform = move || f64::from(rng.next_u32()) / f64::from(u32::MAX);
    let mut answers: Vec<Retrieved> = (0..N_QUERIES)
        .map(|_| {
            let hardness = -(1.0 - 0.999 * uniform()).ln();
            let rank = ((hardness * spread * 1.6).exp() * (0.6 + 0.8 * uniform())) as usize;
            let ranked: Vec<&str> =
                (1..=N_PHOTOS).map(|place| if place == rank.max(1) { "right" } else { "wrong" }).collect();
            Retrieved::new(&ranked, &[("right".to_owned(), 1.0)])
        })
        .collect();
    answers.extend((0..3).map(|_| Retrieved::new(&["wrong"], &[])));
    answers
}

fn failures(retrieved: &[Retrieved]) -> Failures {
    let shown = |name: &str, colour: [u8; 3]| Shown {
        item: name.to_owned(),
        picture: Some(Picture {
            bytes: bitmap(colour),
            mime: "image/bmp".to_owned(),
            alt: format!("Photo {name}"),
        }),
    };
    let failure = |(query, at): (&&str, usize)| Failure {
        query: (*query).to_owned(),
        first_rank: retrieved[at].first_rank(),
        expected: vec![shown("mugs/red mug 1.jpg", [178, 47, 40])],
        found: vec![
            shown("mugs/poppy.jpg", [205, 92, 60]),
            shown("bowls/IMG_20240131_112233_edited_final.jpg", [150, 60, 80]),
            Shown { item: "lost.jpg".to_owned(), picture: None },
            shown("cups/c-17.jpg", [120, 120, 130]),
            shown("cups/c-18.jpg", [60, 90, 120]),
        ],
    };
    let places = worst(retrieved, QUERIES.len());
    Failures { system: SYSTEMS[0].0.to_owned(), list: QUERIES.iter().zip(places).map(failure).collect() }
}

/// A disc on a white ground, 64 x 64 pixels, as a Windows bitmap of 24 bits.
fn bitmap(colour: [u8; 3]) -> Vec<u8> {
    const SIDE: i32 = 64;
    let n_bytes = SIDE * SIDE * 3;
    let mut file = b"BM".to_vec();
    for number in [54 + n_bytes, 0, 54, 40, SIDE, SIDE, 1 | 24 << 16, 0, n_bytes, 0, 0, 0, 0] {
        file.extend(number.to_le_bytes());
    }
    for at in 0..SIDE * SIDE {
        let (x, y) = (at % SIDE - SIDE / 2, at / SIDE - SIDE / 2);
        let [red, green, blue] = if x * x + y * y < 24 * 24 { colour } else { [255; 3] };
        file.extend([blue, green, red]);
    }
    file
}
