//! Training pictures: any kind in any look, in any light, with labels.
//!
//! Each picture has its own seed, derived from the run's seed and its number, so that
//! picture 17 is the same in a run of 20 and a run of 20,000.

mod setting;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use fastrand::Rng;
use rayon::prelude::*;
use serde::Serialize;

use crate::material::Material;
use crate::order::Style;
use crate::palette::Colour;
use crate::pattern::Pattern;
use crate::picture::{Quality, take, to_bytes, to_jpeg};
use crate::product::Support;
use crate::products::Kind;
use crate::scene::Scene;
use crate::studio::{arrange, view_name};
use setting::{setting, weather};

/// What a picture shows: one line of `labels.jsonl`.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub(crate) struct Label {
    /// Path of the picture, relative to the output folder.
    pub image: String,
    /// What it is.
    pub kind: &'static str,
    /// Its main colour.
    pub colour: &'static str,
    /// The other colour, where one is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_colour: Option<&'static str>,
    /// What it is made of.
    pub material: &'static str,
    /// `plain` or the word for its pattern.
    pub pattern: &'static str,
    /// How many of it are seen.
    pub count: usize,
    /// Viewpoint.
    pub view: &'static str,
    /// What is behind it.
    pub background: &'static str,
}

/// Writes `count` pictures and their labels below `out`; answers the labels.
///
/// # Errors
/// When the folder or a file in it cannot be written.
pub(crate) fn write(out: &Path, count: usize, size: usize, seed: u64) -> Result<Vec<Label>> {
    let folder = out.join("images");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let file = fs::File::create(out.join("labels.jsonl")).context("cannot create labels.jsonl")?;
    let mut labels = BufWriter::new(file);
    let started = Instant::now();
    let mut all = Vec::with_capacity(count);
    const BATCH: usize = 256;
    for first in (0..count).step_by(BATCH) {
        let batch: Vec<Label> = (first..count.min(first + BATCH))
            .into_par_iter()
            .map(|i| {
                let name = format!("{:03}/{i:06}.jpg", i / 1000);
                let (bytes, label) = picture(seed, i, size, &format!("images/{name}"))?;
                let path = folder.join(&name);
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
                Ok(label)
            })
            .collect::<Result<_>>()?;
        for label in batch {
            serde_json::to_writer(&mut labels, &label)?;
            labels.write_all(b"\n")?;
            all.push(label);
        }
        let done = count.min(first + BATCH);
        let rate = done as f64 / started.elapsed().as_secs_f64();
        crate::report(&format!("{done} of {count} pictures, {rate:.1} pictures/s"));
    }
    labels.flush()?;
    Ok(all)
}

/// One picture as a JPEG, and its label.
fn picture(seed: u64, number: usize, size: usize, name: &str) -> Result<(Vec<u8>, Label)> {
    let mut rng = Rng::with_seed(
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (number as u64).wrapping_mul(0xD1B5_4A32_D192_ED03),
    );
    let (scene, label) = scene(&mut rng, size, name);
    let contrast = 0.09;
    let mut pixels = take(&scene, Quality { size, grid: 2, contrast });
    weather(&mut pixels, size, &mut rng);
    let quality = 62 + rng.u8(..33);
    Ok((to_jpeg(&to_bytes(&pixels), size, quality)?, label))
}

/// A random scene and its label.
pub(crate) fn scene(rng: &mut Rng, size: usize, name: &str) -> (Scene, Label) {
    let kind = Kind::ALL[rng.usize(..Kind::ALL.len())];
    let style = kind.style(rng, 0.45);
    let cells = (size * 7 / 16).clamp(24, 260);
    let first = kind.make(&style, rng, cells);
    let wall = first.support == Support::Wall;
    let mut products = vec![first];
    let pair = matches!(kind, Kind::Shoe | Kind::Boot);
    let count = if rng.f32() < if pair { 0.45 } else { 0.1 } { 2 } else { 1 };
    if count == 2 {
        let copy = if pair || rng.bool() { style.clone() } else { kind.style(rng, 0.4) };
        let copy = Style { colour: style.colour, material: style.material, ..copy };
        products.push(kind.make(&copy, rng, cells));
    }
    let framed = products.len();
    if !wall && rng.f32() < 0.22 {
        for _ in 0..1 + rng.usize(..2) {
            let other = Kind::ALL[rng.usize(..Kind::ALL.len())];
            let look = other.style(rng, 0.3);
            let product = other.make(&look, rng, cells / 2);
            if product.support == Support::Floor {
                products.push(product);
            }
        }
    }
    let (setting, background) = setting(rng, wall);
    let view = view_name(&setting, wall);
    let label = label(kind, &style, count, view, background, name);
    (arrange(products, framed, &setting, rng), label)
}

/// What the picture of a product of this look is labelled with.
fn label(
    kind: Kind,
    style: &Style,
    count: usize,
    view: &'static str,
    background: &'static str,
    name: &str,
) -> Label {
    let ink = if matches!(style.colour, Colour::Black | Colour::Navy) { "white" } else { "black" };
    let inked = matches!(style.pattern, Pattern::Football | Pattern::Seams);
    let seen = style.pattern.name() != "plain" || kind.shows_second();
    let material = if kind == Kind::Bottle && style.material == Material::Metal {
        "metal"
    } else {
        style.material.name()
    };
    Label {
        image: name.to_owned(),
        kind: kind.facts().name,
        colour: style.colour.name(),
        second_colour: seen.then(|| style.second.name()).or(inked.then_some(ink)),
        material,
        pattern: style.pattern.name(),
        count,
        view,
        background,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::studio::calm;

    #[test]
    fn a_picture_depends_on_seed_and_number_alone() {
        let (first, label) = picture(7, 3, 40, "a").unwrap();
        assert_eq!((first.clone(), label), picture(7, 3, 40, "a").unwrap());
        assert_ne!(first, picture(7, 4, 40, "a").unwrap().0);
        assert_ne!(first, picture(8, 3, 40, "a").unwrap().0);
    }

    #[test]
    fn every_kind_differs_from_its_backdrop() {
        for &kind in Kind::ALL {
            let mut rng = Rng::with_seed(11);
            let style = Style { colour: Colour::Red, ..kind.style(&mut rng, 0.0) };
            let product = kind.make(&style, &mut rng, 40);
            let mut setting = calm();
            setting.fine = false;
            let quality = Quality { size: 40, grid: 1, contrast: 9.0 };
            let mut scene = arrange(vec![product], 1, &setting, &mut rng);
            let with = take(&scene, quality);
            scene.items.clear();
            let without = take(&scene, quality);
            let changed =
                with.iter().zip(&without).filter(|(a, b)| (**a - **b).abs().max_element() > 0.05).count();
            let share = changed as f32 / with.len() as f32;
            assert!((0.04..0.9).contains(&share), "{} covers {share}", kind.facts().name);
        }
    }

    #[test]
    fn labels_speak_the_agreed_words() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 60, 16, 5).unwrap();
        let lines = fs::read_to_string(folder.path().join("labels.jsonl")).unwrap();
        let kinds: HashSet<_> = Kind::ALL.iter().map(|k| k.facts().name).collect();
        let colours: HashSet<_> = Colour::ALL.iter().map(|c| c.name()).collect();
        let mut seen = 0;
        for line in lines.lines() {
            let label: serde_json::Value = serde_json::from_str(line).unwrap();
            let word = |key: &str| label[key].as_str().unwrap();
            assert!(kinds.contains(word("kind")) && colours.contains(word("colour")), "{line}");
            assert!(word("pattern") == "plain" || colours.contains(word("second_colour")), "{line}");
            assert!((1..=2).contains(&label["count"].as_u64().unwrap()), "{line}");
            let bytes = fs::read(folder.path().join(word("image"))).unwrap();
            assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 16);
            seen += 1;
        }
        assert_eq!(seen, 60);
    }
}
