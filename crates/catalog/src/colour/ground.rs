//! Which pixels are the product.
//!
//! A shop's photo has the product in the middle and touches the frame with what lies around it. So
//! the frame's colours are the ground's; the ground grows from the frame inwards over colours that
//! change slowly (a shadow) and stops at an edge. What it leaves is the product, and counts more the
//! nearer it is to the middle.

use super::space::Oklab;

/// The frame's width, as a part of the shorter side.
const FRAME: f32 = 0.04;
/// Neighbours that differ by less belong together: below an edge, above noise and a shadow's slope.
const STEP: f32 = 0.035;
/// Ground differs from the frame's colour nearby by no more than this in hue.
const GROUND_HUE: f32 = 0.05;
/// A shadow darkens the ground by no more than this.
const SHADOW: f32 = 0.45;
/// With less than this left over, the product fills the frame, or the ground grew into it.
const LEAST_PRODUCT: f32 = 0.03;

/// How much each pixel counts as product: 0 for ground.
pub(super) fn product_weights(pixels: &[Oklab], width: usize) -> Vec<f32> {
    let height = pixels.len().checked_div(width).unwrap_or(0);
    let is_ground = grow(pixels, width, height);
    let n_product = is_ground.iter().filter(|ground| !**ground).count();
    let all_is_product = (n_product as f32) < LEAST_PRODUCT * pixels.len() as f32;
    (0..pixels.len())
        .map(|i| {
            if is_ground[i] && !all_is_product { 0.0 } else { nearness(i % width, i / width, width, height) }
        })
        .collect()
}

/// 1 in the middle, falling towards the frame.
fn nearness(x: usize, y: usize, width: usize, height: usize) -> f32 {
    let from_middle = |at: usize, length: usize| (at as f32 + 0.5) / length as f32 * 2.0 - 1.0;
    let (dx, dy) = (from_middle(x, width), from_middle(y, height));
    (-1.2 * (dx * dx + dy * dy)).exp()
}

fn grow(pixels: &[Oklab], width: usize, height: usize) -> Vec<bool> {
    let frame = ((width.min(height) as f32 * FRAME) as usize).max(1);
    let mut is_ground = vec![false; pixels.len()];
    // Each pixel with the frame's colour from which the ground came to it.
    let mut growing: Vec<(usize, Oklab)> = Vec::new();
    let usual = usual_colours(pixels, width, height, frame);
    for (i, pixel) in pixels.iter().enumerate() {
        let (x, y) = (i % width, i / width);
        let is_frame = x < frame || y < frame || x >= width - frame || y >= height - frame;
        // A product that touches the frame must not become ground: only its usual colours do.
        if is_frame && let Some(seed) = usual.iter().find(|colour| colour.distance(*pixel) < 0.08) {
            is_ground[i] = true;
            growing.push((i, *seed));
        }
    }
    while let Some((i, seed)) = growing.pop() {
        let (x, y) = (i % width, i / width);
        let left = (x > 0).then(|| i - 1);
        let right = (x + 1 < width).then(|| i + 1);
        let above = (y > 0).then(|| i - width);
        let below = (y + 1 < height).then(|| i + width);
        for next in [left, right, above, below].into_iter().flatten() {
            let colour = pixels[next];
            let is_like_ground = colour.hue_distance(seed) < GROUND_HUE
                && seed.l - colour.l < SHADOW
                && colour.l - seed.l < SHADOW / 3.0;
            if !is_ground[next] && is_like_ground && colour.distance(pixels[i]) < STEP {
                is_ground[next] = true;
                growing.push((next, seed));
            }
        }
    }
    is_ground
}

/// The colours that make up the frame, each a good part of it.
fn usual_colours(pixels: &[Oklab], width: usize, height: usize, frame: usize) -> Vec<Oklab> {
    /// The frame's colours are gathered greedily within this distance.
    const NEAR: f32 = 0.07;
    /// A rarer colour of the frame may be the product's.
    const LEAST: f32 = 0.15;
    let mut groups: Vec<(Oklab, usize)> = Vec::new();
    let mut n_frame = 0;
    for (i, pixel) in pixels.iter().enumerate() {
        let (x, y) = (i % width, i / width);
        if x >= frame && y >= frame && x < width.saturating_sub(frame) && y < height.saturating_sub(frame) {
            continue;
        }
        n_frame += 1;
        match groups.iter_mut().find(|(colour, _)| colour.distance(*pixel) < NEAR) {
            Some((colour, n)) => {
                *n += 1;
                let part = 1.0 / *n as f32;
                colour.l += (pixel.l - colour.l) * part;
                colour.a += (pixel.a - colour.a) * part;
                colour.b += (pixel.b - colour.b) * part;
            }
            None => groups.push((*pixel, 1)),
        }
    }
    groups
        .into_iter()
        .filter(|(_, n)| *n as f32 >= LEAST * n_frame as f32)
        .map(|(colour, _)| colour)
        .collect()
}
