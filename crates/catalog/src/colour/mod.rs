//! The colours of a product, measured from the pixels of its photo.
//!
//! ```text
//! thumbnail ─► space.rs (OKLab) ─► ground.rs (what is product?) ─► names.rs (a merchant's word
//! for each pixel) ─► main colours with their shares
//! ```
//!
//! No model takes part, so what is said here can back or contradict a model's colour words. A
//! perceptual space is used (OKLab, Ottosson 2020, <https://bottosson.github.io/posts/oklab>):
//! equal distances look equally different.
//!
//! It cannot tell a lamp's colour from that of its light, and a product that covers the frame from
//! one that stands before a busy scene is a guess from its place.

mod ground;
mod names;
mod space;

use image::RgbImage;

pub use names::BasicColour;

use crate::photo;
use space::Oklab;

/// Pixels on the longest side that is looked at: fine enough for stripes, and done in a
/// millisecond or two.
const SIDE: u32 = 128;
/// A smaller share of the product is trimming or noise.
const LEAST_SHARE: f32 = 0.08;
/// More main colours than this are no help to anybody.
const MOST_COLOURS: usize = 4;

/// The part of a surface that counts as lit.
const LIT_PART: f32 = 0.5;

/// A main colour of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductColour {
    /// A merchant's word for it, such as `navy`.
    pub name: String,
    /// The family that it belongs to.
    pub basic: BasicColour,
    /// What it looks like on average, sRGB.
    pub rgb: [u8; 3],
    /// Its part of the product, 0 to 1.
    pub share: f32,
}

/// The main colours of the product in `picture`, the largest first; background left out. Empty only
/// for a picture without pixels.
pub fn product_colours(picture: &RgbImage) -> Vec<ProductColour> {
    let Some(small) = photo::fit(picture, SIDE) else { return Vec::new() };
    let pixels: Vec<Oklab> = small.pixels().map(|pixel| Oklab::from_srgb(pixel.0)).collect();
    let width = small.width() as usize;
    let weights = ground::product_weights(&pixels, width);
    main_colours(&pixels, &weights)
}

/// What one word, or one colour of the product, gathers.
#[derive(Clone, Copy, Default)]
struct Gathered {
    weight: f32,
    sum: [f32; 3],
}

impl Gathered {
    fn add(&mut self, colour: Oklab, weight: f32) {
        self.weight += weight;
        for (sum, value) in self.sum.iter_mut().zip([colour.l, colour.a, colour.b]) {
            *sum += weight * value;
        }
    }

    fn mean(&self) -> Oklab {
        let [l, a, b] = self.sum.map(|sum| sum / self.weight.max(f32::MIN_POSITIVE));
        Oklab { l, a, b }
    }
}

fn main_colours(pixels: &[Oklab], weights: &[f32]) -> Vec<ProductColour> {
    let mut by_word = vec![Gathered::default(); names::all().len()];
    for (pixel, &weight) in pixels.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        by_word[names::nearest(*pixel)].add(*pixel, weight);
    }
    by_word.retain(|gathered| gathered.weight > 0.0);
    let total: f32 = by_word.iter().map(|gathered| gathered.weight).sum();
    let mut found: Vec<ProductColour> = Vec::new();
    for shades in surfaces(by_word) {
        let (rgb, word, weight) = as_lit(&shades);
        let share = weight / total;
        // Two surfaces of one family are one colour to a shopper.
        match found.iter_mut().find(|colour| colour.basic == word.basic) {
            Some(colour) => colour.share += share,
            None => found.push(ProductColour { name: word.name.to_owned(), basic: word.basic, rgb, share }),
        }
    }
    found.retain(|colour| colour.share >= LEAST_SHARE);
    found.sort_by(|a, b| b.share.total_cmp(&a.share));
    found.truncate(MOST_COLOURS);
    found
}

/// Gathers shades of one surface: light falls off by a factor on all three linear channels, which
/// in OKLab scales lightness and both axes alike, so the axes over the lightness stay.
fn surfaces(mut by_word: Vec<Gathered>) -> Vec<Vec<Gathered>> {
    by_word.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut surfaces: Vec<Vec<Gathered>> = Vec::new();
    for shade in by_word {
        let colour = shade.mean();
        let belongs = |surface: &&mut Vec<Gathered>| {
            surface.first().is_some_and(|main| colour.is_shade_of(main.mean()))
        };
        match surfaces.iter_mut().find(belongs) {
            Some(surface) => surface.push(shade),
            None => surfaces.push(vec![shade]),
        }
    }
    surfaces
}

/// A surface as it looks where light falls on it, its word, and its weight. The lighter half of it
/// decides, for shadow makes white grey and orange brown.
fn as_lit(shades: &[Gathered]) -> ([u8; 3], &'static names::Named, f32) {
    let weight: f32 = shades.iter().map(|shade| shade.weight).sum();
    let mut lightest_first: Vec<&Gathered> = shades.iter().collect();
    lightest_first.sort_by(|a, b| b.mean().l.total_cmp(&a.mean().l));
    let (mut lit, mut left) = (Gathered::default(), weight * LIT_PART);
    for shade in lightest_first {
        let part = shade.weight.min(left);
        lit.add(shade.mean(), part);
        left -= part;
    }
    let colour = lit.mean();
    (colour.to_srgb(), &names::all()[names::nearest(colour)], weight)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// A disc of `ink` on `ground`, lit from above as things are.
    fn disc(ground: [u8; 3], ink: [u8; 3]) -> RgbImage {
        RgbImage::from_fn(200, 160, |x, y| {
            let (dx, dy) = (f32::from(x as u16) - 100.0, f32::from(y as u16) - 80.0);
            if dx * dx + dy * dy > 55.0 * 55.0 {
                return Rgb(ground);
            }
            let light = 1.0 - 0.35 * (dy + 55.0) / 110.0;
            Rgb(ink.map(|channel| (f32::from(channel) * light) as u8))
        })
    }

    fn check(ground: [u8; 3], ink: [u8; 3], expected: BasicColour) {
        let found = product_colours(&disc(ground, ink));
        assert_eq!(found[0].basic, expected, "{ink:?} on {ground:?}: {found:?}");
        assert!(found[0].share > 0.7, "{found:?}");
    }

    #[test]
    fn the_product_is_named_and_its_ground_is_not() {
        let (white, grey, oak) = ([250, 250, 250], [190, 190, 192], [176, 137, 96]);
        for ground in [white, grey, oak] {
            check(ground, [200, 30, 40], BasicColour::Red);
            check(ground, [40, 90, 190], BasicColour::Blue);
            check(ground, [60, 140, 70], BasicColour::Green);
            check(ground, [30, 30, 32], BasicColour::Black);
            check(ground, [240, 200, 60], BasicColour::Yellow);
            check(ground, [110, 70, 150], BasicColour::Purple);
        }
        check([20, 20, 22], [245, 245, 243], BasicColour::White);
    }

    #[test]
    fn shares_sum_to_the_product_and_come_in_order() {
        let half = RgbImage::from_fn(120, 120, |x, y| {
            let is_ground = !(20..100).contains(&x) || !(20..100).contains(&y);
            Rgb(if is_ground {
                [255, 255, 255]
            } else if x < 76 {
                [30, 60, 160]
            } else {
                [230, 120, 20]
            })
        });
        let found = product_colours(&half);
        let basics: Vec<BasicColour> = found.iter().map(|colour| colour.basic).collect();
        assert_eq!(basics, [BasicColour::Blue, BasicColour::Orange], "{found:?}");
        assert!((found[0].share - 0.7).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn a_picture_all_of_one_colour_has_that_colour() {
        let found = product_colours(&RgbImage::from_pixel(50, 9, Rgb([200, 30, 40])));
        assert_eq!((found.len(), found[0].basic), (1, BasicColour::Red));
        assert!(product_colours(&RgbImage::new(0, 0)).is_empty());
        assert_eq!(product_colours(&RgbImage::from_pixel(1, 1, Rgb([0, 0, 0]))).len(), 1);
    }
}
