//! How often the first colour measured from a photo is the one that its label names.
//!
//!     cargo run --release -p vitrine-catalog --example colours -- FOLDER/labels.jsonl
//!
//! Each line of the file is an object with `image` (a path beside the file) and `colour`.
#![allow(clippy::print_stdout)] // an example prints

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use vitrine_catalog::colour::product_colours;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let labels: PathBuf = std::env::args_os().nth(1).ok_or("name a labels.jsonl")?.into();
    let folder = labels.parent().unwrap_or(Path::new(""));
    let mut by_colour: BTreeMap<String, (u32, u32, u32, BTreeMap<String, u32>)> = BTreeMap::new();
    let started = std::time::Instant::now();
    let mut spent = std::time::Duration::ZERO;
    for line in std::fs::read_to_string(&labels)?.lines() {
        let label: serde_json::Value = serde_json::from_str(line)?;
        let (Some(image), Some(colour)) = (label["image"].as_str(), label["colour"].as_str()) else {
            continue;
        };
        let picture = image::open(folder.join(image))?.to_rgb8();
        let start = std::time::Instant::now();
        let found = product_colours(&picture);
        spent += start.elapsed();
        let entry = by_colour.entry(colour.to_owned()).or_default();
        entry.0 += 1;
        let is = |found: &vitrine_catalog::colour::ProductColour| {
            found.name == colour || found.basic.name() == colour || family(colour) == found.basic.name()
        };
        entry.1 += u32::from(found.first().is_some_and(is));
        entry.2 += u32::from(found.iter().any(is));
        if let Some(first) = found.first().filter(|first| !is(first)) {
            *entry.3.entry(first.basic.name().to_owned()).or_default() += 1;
        }
    }
    let (mut n, mut first, mut any) = (0, 0, 0);
    for (colour, (all, right, among, wrong)) in &by_colour {
        println!(
            "{colour:10} {all:5}  first {:3.0} %  among {:3.0} %  else {wrong:?}",
            percent(*right, *all),
            percent(*among, *all)
        );
        (n, first, any) = (n + all, first + right, any + among);
    }
    println!(
        "all {n}: first {:.1} %, among {:.1} %; {:.2} ms a picture",
        percent(first, n),
        percent(any, n),
        spent.as_secs_f64() * 1e3 / f64::from(n)
    );
    println!("with reading: {:.1?}", started.elapsed());
    Ok(())
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}

/// Names of labels that are no family here.
fn family(colour: &str) -> &str {
    match colour {
        "navy" => "blue",
        "silver" => "grey",
        "gold" => "yellow",
        "copper" => "brown",
        other => other,
    }
}
