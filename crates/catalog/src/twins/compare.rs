//! Whether two photos are alike, by their pixels.
//!
//! Brightness is compared by normalised cross-correlation, which neither exposure nor compression changes much, and
//! colours by the means of blocks, since a variant in another colour correlates as well as a copy does.

use image::{RgbImage, imageops};

use crate::store::Likeness;

/// Side of the square in which two whole photos are compared.
const SIDE: u32 = 64;
/// Blocks of a side whose colours are compared.
const BLOCKS: u32 = 8;
/// Correlation of two copies of a photo.
const SAME: f32 = 0.97;
/// By how much a block's colour may differ between copies, of 255.
const SAME_COLOUR: f32 = 22.0;
/// By how much the sides' relation may differ between copies.
const SAME_SHAPE: f32 = 0.03;
/// Correlation of a part with its place in the whole, in tiny, small and larger copies. Two shirts that lie alike on
/// the same cloth reach 0.95 in the small ones.
const PART_TINY: f32 = 0.8;
const PART_COARSE: f32 = 0.9;
const PART: f32 = 0.965;
/// Longer side of the tiny copies, and sizes of a part that are tried in them.
const TINY_SIDE: u32 = 32;
const TINY_SIZES: usize = 8;
/// Longer side of the larger copies.
const FINE_SIDE: u32 = 160;
/// Places and sizes around the best of the small copies that are tried in the larger ones.
const FINE_AROUND: i32 = 4;
const FINE_SIZES: [f32; 9] = [0.96, 0.97, 0.98, 0.99, 1.0, 1.01, 1.02, 1.03, 1.04];
/// How much of a photo's side a part has at least; smaller ones say too little.
const SMALLEST_PART: f32 = 0.45;
const LARGEST_PART: f32 = 0.95;
/// Blocks of a side of a part whose colours are compared.
const PART_BLOCKS: usize = 4;
/// By how much a block's colour may differ: its place is known to a pixel or two of the small copy alone.
const PART_COLOUR: f32 = 36.0;
/// Sizes of a part that are tried, and pixels between two places.
const PART_SIZES: usize = 12;
const PART_STEP: usize = 2;
/// Contrast that a part must have: of a plain one anything may be a part.
const MIN_CONTRAST: f32 = 10.0;
/// Correlation of outlines of variants of a product.
const OUTLINE: f32 = 0.8;

/// What of a photo is compared, computed once.
pub(super) struct Sketch {
    /// Brightness, `[SIDE, SIDE]`, squashed.
    square: Plane,
    /// How steep it is.
    edges: Plane,
    /// Mean colours of blocks, `[BLOCKS, BLOCKS, 3]`.
    blocks: Vec<f32>,
    /// Brightness with the photo's own proportions, the longer side `SIDE`.
    whole: Plane,
    /// The same, smaller and larger.
    tiny: Plane,
    fine: Plane,
    /// Red, green and blue of the small one.
    colours: [Plane; 3],
    /// Width over height.
    shape: f32,
}

/// One number a pixel, row by row.
struct Plane {
    width: usize,
    values: Vec<f32>,
}

/// Rec. 601, as JPEG has it.
fn brightness(rgb: [u8; 3]) -> f32 {
    let [r, g, b] = rgb.map(f32::from);
    0.299 * r + 0.587 * g + 0.114 * b
}

impl Plane {
    fn of(pixels: &RgbImage, width: u32, height: u32) -> Self {
        let small = imageops::resize(pixels, width.max(1), height.max(1), imageops::FilterType::Triangle);
        let gray = small.pixels().map(|p| brightness(p.0));
        Self { width: width.max(1) as usize, values: gray.collect() }
    }

    /// The mean of a window.
    fn mean(&self, (left, top): (usize, usize), (width, height): (usize, usize)) -> f32 {
        let rows = (top..top + height).map(|y| &self.values[y * self.width + left..][..width]);
        rows.map(|row| row.iter().sum::<f32>()).sum::<f32>() / (width * height) as f32
    }

    fn height(&self) -> usize {
        self.values.len() / self.width
    }

    /// The length of the gradient.
    fn edges(&self) -> Self {
        let (width, height) = (self.width, self.height());
        let at = |x: usize, y: usize| self.values[y * width + x];
        let mut values = vec![0.0; self.values.len()];
        for y in 1..height.saturating_sub(1) {
            for x in 1..width - 1 {
                let (dx, dy) = (at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1));
                values[y * width + x] = dx.hypot(dy);
            }
        }
        Self { width, values }
    }

    /// The normalised correlation with a window of `other` as large as this, and this one's contrast.
    fn correlation_at(&self, other: &Self, left: usize, top: usize) -> f32 {
        let n = self.values.len() as f32;
        let (mut sum_a, mut sum_b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (y, row) in self.values.chunks_exact(self.width).enumerate() {
            let start = (top + y) * other.width + left;
            for (a, b) in row.iter().zip(&other.values[start..start + self.width]) {
                sum_a += a;
                sum_b += b;
                aa += a * a;
                bb += b * b;
                ab += a * b;
            }
        }
        let (spread_a, spread_b) = (aa - sum_a * sum_a / n, bb - sum_b * sum_b / n);
        if spread_a < n || spread_b < n {
            // Nothing but noise in one of them.
            return if spread_a < n && spread_b < n { 1.0 } else { 0.0 };
        }
        (ab - sum_a * sum_b / n) / (spread_a * spread_b).sqrt()
    }

    /// Standard deviation.
    fn contrast(&self) -> f32 {
        let n = self.values.len() as f32;
        let mean = self.values.iter().sum::<f32>() / n;
        (self.values.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n).sqrt()
    }
}

impl Sketch {
    /// Of a thumbnail.
    pub(super) fn of(pixels: &RgbImage) -> Self {
        let (width, height) = pixels.dimensions();
        let longest = width.max(height).max(1);
        let fitted_to = |side: u32, to: u32| (side * to).div_ceil(longest);
        let fitted = |side: u32| fitted_to(side, SIDE);
        let square = Plane::of(pixels, SIDE, SIDE);
        let (fit_width, fit_height) = (fitted(width).max(1), fitted(height).max(1));
        let small = imageops::resize(pixels, fit_width, fit_height, imageops::FilterType::Triangle);
        let plane = |of: &dyn Fn([u8; 3]) -> f32| Plane {
            width: fit_width as usize,
            values: small.pixels().map(|p| of(p.0)).collect(),
        };
        let blocks = imageops::resize(pixels, BLOCKS, BLOCKS, imageops::FilterType::Triangle);
        Self {
            edges: square.edges(),
            square,
            blocks: blocks.pixels().flat_map(|p| p.0.map(f32::from)).collect(),
            whole: plane(&brightness),
            tiny: Plane::of(pixels, fitted_to(width, TINY_SIDE), fitted_to(height, TINY_SIDE)),
            fine: Plane::of(pixels, fitted_to(width, FINE_SIDE), fitted_to(height, FINE_SIDE)),
            colours: [0, 1, 2].map(|channel| plane(&|rgb| f32::from(rgb[channel]))),
            shape: width as f32 / height.max(1) as f32,
        }
    }

    /// By how much the colour of the most different block differs.
    fn colour_distance(&self, other: &Self) -> f32 {
        let pixels = self.blocks.chunks_exact(3).zip(other.blocks.chunks_exact(3));
        let distance =
            |(a, b): (&[f32], &[f32])| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        pixels.map(distance).fold(0.0, f32::max)
    }

    fn is_same_as(&self, other: &Self) -> Option<f32> {
        if (self.shape / other.shape - 1.0).abs() > SAME_SHAPE {
            return None;
        }
        let correlation = self.square.correlation_at(&other.square, 0, 0);
        (correlation >= SAME && self.colour_distance(other) <= SAME_COLOUR).then_some(correlation)
    }

    /// How well this is a part of `other`, at the best place and size; 0 where its colours are others.
    fn part_of(&self, other: &Self) -> f32 {
        // Most pairs are told apart in copies of a quarter of the pixels, which costs a tenth.
        if self.best_place(&self.tiny, &other.tiny, TINY_SIDE, TINY_SIZES, 1).0 < PART_TINY {
            return 0.0;
        }
        let (found, place, size) = self.best_place(&self.whole, &other.whole, SIDE, PART_SIZES, PART_STEP);
        if found < PART_COARSE || self.colour_distance_at(other, place, size) > PART_COLOUR {
            return 0.0;
        }
        self.fine_part_of(other, place, size)
    }

    /// The best correlation of this one's `own` copy as a part of a `whole`, with its place and size there. `side` is
    /// the longer side of both copies.
    fn best_place(
        &self,
        own: &Plane,
        whole: &Plane,
        side: u32,
        n_sizes: usize,
        step: usize,
    ) -> (f32, (usize, usize), (usize, usize)) {
        let mut best = (0.0_f32, (0, 0), (1, 1));
        for size in 0..n_sizes {
            let share = SMALLEST_PART + (LARGEST_PART - SMALLEST_PART) * size as f32 / (n_sizes - 1) as f32;
            // So large that its longer side is this share of the other's longer side.
            let (width, height) = match self.shape >= 1.0 {
                true => (share * side as f32, share * side as f32 / self.shape),
                false => (share * side as f32 * self.shape, share * side as f32),
            };
            let (width, height) = (width.round() as usize, height.round() as usize);
            if width > whole.width || height > whole.height() || width < 6 || height < 6 {
                continue;
            }
            let part = own.scaled(width, height);
            if part.contrast() < MIN_CONTRAST {
                continue;
            }
            for top in (0..=whole.height() - height).step_by(step) {
                for left in (0..=whole.width - width).step_by(step) {
                    let found = part.correlation_at(whole, left, top);
                    if found > best.0 {
                        best = (found, (left, top), (width, height));
                    }
                }
            }
        }
        best
    }

    /// The same in the larger copies, around a place and a size of the small ones.
    fn fine_part_of(&self, other: &Self, place: (usize, usize), size: (usize, usize)) -> f32 {
        let scale = FINE_SIDE as f32 / SIDE as f32;
        let whole = &other.fine;
        let mut best = 0.0_f32;
        for factor in FINE_SIZES {
            let sized = |length: usize| (length as f32 * scale * factor).round() as usize;
            let (width, height) = (sized(size.0), sized(size.1));
            if width > whole.width || height > whole.height() {
                continue;
            }
            let part = self.fine.scaled(width, height);
            let around = |at: usize, most: usize| {
                let middle = (at as f32 * scale) as i32;
                (middle - FINE_AROUND).max(0)..=(middle + FINE_AROUND).min(most as i32)
            };
            for top in around(place.1, whole.height() - height) {
                for left in around(place.0, whole.width - width) {
                    best = best.max(part.correlation_at(whole, left as usize, top as usize));
                }
            }
        }
        best
    }

    /// By how much the colour of the most different block differs, where this lies at a place in `other`.
    fn colour_distance_at(
        &self,
        other: &Self,
        (left, top): (usize, usize),
        (width, height): (usize, usize),
    ) -> f32 {
        let mut most = 0.0_f32;
        for (own, others) in self.colours.iter().zip(&other.colours) {
            let part = own.scaled(width, height);
            for (row, column) in (0..PART_BLOCKS * PART_BLOCKS).map(|at| (at / PART_BLOCKS, at % PART_BLOCKS))
            {
                let (x, y) = (column * width / PART_BLOCKS, row * height / PART_BLOCKS);
                let size = (width / PART_BLOCKS, height / PART_BLOCKS);
                let distance = part.mean((x, y), size) - others.mean((left + x, top + y), size);
                most = most.max(distance.abs());
            }
        }
        most
    }
}

impl Plane {
    /// Another size, by the means of what falls together.
    fn scaled(&self, width: usize, height: usize) -> Self {
        let (step_x, step_y) = (self.width as f32 / width as f32, self.height() as f32 / height as f32);
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            let rows = span(y, step_y, self.height());
            for x in 0..width {
                let columns = span(x, step_x, self.width);
                let (mut sum, mut n) = (0.0, 0.0);
                for row in rows.clone() {
                    for value in &self.values[row * self.width..][columns.clone()] {
                        sum += value;
                        n += 1.0;
                    }
                }
                values.push(sum / n);
            }
        }
        Self { width, values }
    }
}

fn span(at: usize, step: f32, of: usize) -> std::ops::Range<usize> {
    let from = ((at as f32 * step) as usize).min(of - 1);
    let to = (((at + 1) as f32 * step).ceil() as usize).clamp(from + 1, of);
    from..to
}

/// Whether and how two photos are alike, and how sure that is. `mirrored` is the second one's mirror image.
pub(super) fn compare(a: &Sketch, b: &Sketch, mirrored: &Sketch) -> Option<(Likeness, f32)> {
    if let Some(sure) = a.is_same_as(b) {
        return Some((Likeness::SamePhoto, sure));
    }
    if let Some(sure) = a.is_same_as(mirrored) {
        return Some((Likeness::Mirrored, sure));
    }
    let part = a.part_of(b).max(b.part_of(a));
    if part >= PART {
        return Some((Likeness::Crop, part));
    }
    // The same outline in another colour, or with another pattern.
    let outline = a.edges.correlation_at(&b.edges, 0, 0);
    let has_same_shape = (a.shape / b.shape - 1.0).abs() <= SAME_SHAPE;
    (has_same_shape && outline >= OUTLINE).then_some((Likeness::Variant, outline))
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, imageops};

    use super::*;

    /// A thing of some parts on a light ground.
    fn photo(ink: [u8; 3], width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let body = (0.25..0.62).contains(&u) && (0.3..0.8).contains(&v);
            let handle = (0.62..0.75).contains(&u) && (0.4..0.6).contains(&v);
            let stripe = body && ((v * 14.0) as u32).is_multiple_of(3);
            match (stripe, body || handle) {
                (true, _) => Rgb(ink.map(|c| c / 2)),
                (_, true) => Rgb(ink),
                _ => Rgb([236, 234, 230 - (v * 20.0) as u8]),
            }
        })
    }

    fn check(a: &RgbImage, b: &RgbImage, expected: Option<Likeness>) {
        let sketches = [a, b].map(Sketch::of);
        let mirrored = Sketch::of(&imageops::flip_horizontal(b));
        let found = compare(&sketches[0], &sketches[1], &mirrored);
        assert_eq!(found.map(|(likeness, _)| likeness), expected, "{found:?}");
    }

    #[test]
    fn likeness_is_told_from_pixels() {
        let mug = photo([180, 40, 50], 320, 240);
        let smaller = imageops::resize(&mug, 140, 105, imageops::FilterType::Triangle);
        check(&mug, &smaller, Some(Likeness::SamePhoto));
        let brighter = imageops::brighten(&mug, 8);
        check(&mug, &brighter, Some(Likeness::SamePhoto));
        check(&mug, &imageops::flip_horizontal(&smaller), Some(Likeness::Mirrored));
        let part = imageops::crop_imm(&mug, 50, 40, 220, 180).to_image();
        check(&mug, &part, Some(Likeness::Crop));
        check(&part, &mug, Some(Likeness::Crop));
        let blue = photo([40, 60, 190], 320, 240);
        check(&mug, &blue, Some(Likeness::Variant));
        let other = support_disc();
        check(&mug, &other, None);
        let plain = RgbImage::from_pixel(320, 240, Rgb([240, 240, 240]));
        check(&mug, &plain, None);
    }

    fn support_disc() -> RgbImage {
        RgbImage::from_fn(320, 240, |x, y| {
            let (dx, dy) = (f64::from(x) - 200.0, f64::from(y) - 90.0);
            if dx * dx + dy * dy < 3_600.0 { Rgb([180, 40, 50]) } else { Rgb([236, 234, 230]) }
        })
    }
}
