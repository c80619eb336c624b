//! The sample catalog: calm, well lit pictures of an invented shop's assortment, and a
//! table of titles, prices and categories, as a merchant would have them.
//!
//! In comes the table in `rows`, out come `images/VT-0001.jpg` and on, and
//! `catalog.csv`. The same table gives the same bytes on the same platform; the order
//! is shuffled once, so that neighbours differ.

mod rows;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use fastrand::Rng;
use glam::Vec2;
use rayon::prelude::*;

use crate::naming::{price, title};
use crate::order::Style;
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::picture::{Quality, take, to_bytes, to_jpeg};
use crate::products::Kind;
use crate::scene::{GroundKind, Scene};
use crate::studio::{Setting, arrange, calm};
use rows::{ROWS, Row, Set};

/// One line of `catalog.csv`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Entry {
    /// Path of the picture, relative to the table.
    pub image: String,
    /// What the merchant calls the product.
    pub title: String,
    /// Price with two decimals.
    pub price: String,
    /// Shelf.
    pub category: String,
}

/// Writes the pictures and the table below `out`; `size` is the side of a picture in
/// pixels.
///
/// # Errors
/// When the folder or a file in it cannot be written.
pub(crate) fn write(out: &Path, size: usize) -> Result<()> {
    let images = out.join("images");
    fs::create_dir_all(&images).with_context(|| format!("cannot create {}", images.display()))?;
    let mut order: Vec<usize> = (0..ROWS.len()).collect();
    Rng::with_seed(20).shuffle(&mut order);
    let entries: Vec<Entry> = order
        .par_iter()
        .enumerate()
        .map(|(place, &index)| {
            let row = &ROWS[index];
            let bytes = picture(row, size)?;
            let entry = entry(row, place + 1);
            let path = out.join(&entry.image);
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
            crate::report(&format!("{}  {}", entry.image, entry.title));
            Ok(entry)
        })
        .collect::<Result<_>>()?;
    let table = out.join("catalog.csv");
    let mut csv =
        csv::Writer::from_path(&table).with_context(|| format!("cannot write {}", table.display()))?;
    for entry in entries {
        csv.serialize(entry)?;
    }
    csv.flush()?;
    Ok(())
}

fn style(row: &Row) -> Style {
    Style { colour: row.2, second: row.3, material: row.1, pattern: row.4 }
}

fn seeded(row: &Row) -> Rng {
    Rng::with_seed(row.7.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (row.0 as u64) << 32)
}

fn entry(row: &Row, number: usize) -> Entry {
    let facts = row.0.facts();
    let chance = Rng::with_seed(row.7 * 31 + row.0 as u64 * 7 + row.2 as u64).f32();
    Entry {
        image: format!("images/VT-{number:04}.jpg"),
        title: title(row.0, &style(row), row.6),
        price: price(facts.price, chance),
        category: facts.category.to_owned(),
    }
}

/// A sample as a JPEG.
fn picture(row: &Row, size: usize) -> Result<Vec<u8>> {
    let pixels = take(&scene(row, size), Quality { size, grid: 3, contrast: 0.02 });
    to_jpeg(&to_bytes(&pixels), size, 88)
}

fn scene(row: &Row, size: usize) -> Scene {
    let mut rng = seeded(row);
    let cells = (size * 3 / 8).clamp(24, 260);
    let style = style(row);
    let mut products = vec![row.0.make(&style, &mut rng.clone(), cells)];
    if matches!(row.0, Kind::Shoe | Kind::Boot) {
        products.push(row.0.make(&style, &mut rng.clone(), cells));
    }
    let framed = products.len();
    let setting = setting(row, &mut rng);
    arrange(products, framed, &setting, &mut rng)
}

fn setting(row: &Row, rng: &mut Rng) -> Setting {
    let mut s = calm();
    let between = |rng: &mut Rng, a: f32, b: f32| a + (b - a) * rng.f32();
    let paper = |hex: u32| (from_hex(hex), from_hex(hex));
    (s.tone, s.wall) = match row.5 {
        Set::Snow => paper(0xF6_F5_F3),
        Set::Cream => paper(0xF0_E9_DC),
        Set::Stone => paper(0xDC_DB_D8),
        Set::Blush => paper(0xEF_DA_D4),
        Set::Sky => paper(0xD3_DF_E8),
        Set::Sage => paper(0xD6_DF_D0),
        Set::Butter => paper(0xF3_E4_BC),
        Set::Oak => (from_hex(0xC4_98_68), from_hex(0xE6_DF_D4)),
    };
    if row.5 == Set::Oak {
        s.ground = GroundKind::Planks;
        s.horizon = true;
        s.gloss = 0.08;
    }
    s.yaw = between(rng, -0.22, 0.22);
    let (low, high) = match row.0 {
        Kind::Plate => (0.75, 0.95),
        Kind::Bowl | Kind::Basket | Kind::Saucepan | Kind::Skateboard => (0.45, 0.6),
        Kind::Table | Kind::Stool | Kind::Shoe | Kind::Sunglasses | Kind::GiftBox => (0.34, 0.46),
        Kind::Umbrella => (0.02, 0.1),
        Kind::FloorLamp | Kind::Vase | Kind::Bottle | Kind::WineGlass => (0.14, 0.22),
        _ => (0.22, 0.34),
    };
    s.pitch = between(rng, low, high);
    s.fill = match row.0 {
        Kind::Ball | Kind::Plate | Kind::Clock | Kind::Cushion => 0.68,
        _ => 0.76,
    };
    s.shift = Vec2::new(0.0, 0.02);
    s.light_from = between(rng, -0.95, -0.65);
    s.light_height = between(rng, 0.8, 0.95);
    s.contrast = 0.56;
    s.exposure = 1.12;
    if row.0 == Kind::Candle && row.4 == Pattern::Plain {
        s.exposure = 1.02;
    }
    s
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_catalog_is_as_large_as_promised() {
        assert!(ROWS.len() >= 120);
        let kinds: HashSet<_> = ROWS.iter().map(|r| r.0.facts().name).collect();
        assert!(kinds.len() >= 16, "{} kinds", kinds.len());
        assert!(ROWS.iter().all(|r| crate::palette::Colour::ALL.contains(&r.2)));
    }

    #[test]
    fn a_sample_is_the_same_every_time() {
        let first = picture(&ROWS[0], 48).unwrap();
        assert_eq!(first, picture(&ROWS[0], 48).unwrap());
        assert_ne!(first, picture(&ROWS[1], 48).unwrap());
    }

    #[test]
    fn the_table_reads_back_and_names_every_picture() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 12).unwrap();
        let mut csv = csv::Reader::from_path(folder.path().join("catalog.csv")).unwrap();
        assert_eq!(csv.headers().unwrap(), vec!["image", "title", "price", "category"]);
        let entries: Vec<Entry> = csv.deserialize().collect::<Result<_, _>>().unwrap();
        assert_eq!(entries.len(), ROWS.len());
        let mut images = HashSet::new();
        for entry in &entries {
            assert!(folder.path().join(&entry.image).is_file(), "{}", entry.image);
            assert!(images.insert(entry.image.clone()), "{} twice", entry.image);
            assert!(entry.title.len() > 5 && !entry.title.contains("  "), "{}", entry.title);
            let price: f32 = entry.price.parse().unwrap();
            assert!(price > 1.0 && entry.price.as_bytes()[entry.price.len() - 3] == b'.', "{}", entry.price);
            assert!(!entry.category.is_empty());
        }
    }
}
