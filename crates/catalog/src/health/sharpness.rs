//! How sharp a photo is: the width of its edges.
//!
//! After Marziliano et al., "A no-reference perceptual blur metric" (ICIP 2002): an edge's width is how far lightness
//! rises or falls without a break. The sharpest of a photo's edges count, since what lies behind a product may be as
//! soft as it likes.

use super::measure::Luma;

/// How much lightness changes from pixel to pixel at an edge, at least.
const MIN_STEP: f32 = 6.0;
/// How much it changes over the whole of it: fainter ones are grain and shadows.
const MIN_CONTRAST: f32 = 40.0;
/// Fewer edges tell nothing.
const MIN_EDGES: usize = 60;
/// Which share of edges is called the sharpest.
const SHARPEST: f32 = 0.15;

/// The width below which the sharpest edges lie, in pixels.
pub(super) fn edge_width(luma: &Luma) -> Option<f32> {
    let mut widths = Vec::new();
    for y in 0..luma.height {
        along(luma.width, |x| luma.at(x, y), &mut widths);
    }
    for x in 0..luma.width {
        along(luma.height, |y| luma.at(x, y), &mut widths);
    }
    if widths.len() < MIN_EDGES {
        return None;
    }
    let at = ((widths.len() - 1) as f32 * SHARPEST) as usize;
    let (_, width, _) = widths.select_nth_unstable_by(at, f32::total_cmp);
    Some(*width)
}

/// Adds the widths of the edges of a line of pixels.
fn along(len: usize, at: impl Fn(usize) -> f32, widths: &mut Vec<f32>) {
    let mut start = 0;
    while start + 1 < len {
        let rises = at(start + 1) > at(start);
        let mut end = start + 1;
        let mut steepest = (at(end) - at(start)).abs();
        while end + 1 < len && (at(end + 1) - at(end) > 0.0) == rises && at(end + 1) != at(end) {
            steepest = steepest.max((at(end + 1) - at(end)).abs());
            end += 1;
        }
        let contrast = (at(end) - at(start)).abs();
        if contrast >= MIN_CONTRAST && steepest >= MIN_STEP {
            // Between a tenth and nine tenths, as edges are measured: the ends fade into grain.
            widths.push(contrast * 0.8 / mean_slope(start, end, &at, contrast));
        }
        start = end;
    }
}

/// The mean slope where lightness goes from a tenth to nine tenths of its way.
fn mean_slope(start: usize, end: usize, at: &impl Fn(usize) -> f32, contrast: f32) -> f32 {
    let way = |x: usize| (at(x) - at(start)).abs() / contrast;
    // Where between two pixels a share of the way is reached.
    let reach = |share: f32| {
        let after = (start + 1..=end).find(|x| way(*x) >= share).unwrap_or(end);
        let (before, behind) = (way(after - 1), way(after));
        (after - 1) as f32 + (share - before) / (behind - before).max(f32::EPSILON)
    };
    contrast * 0.8 / (reach(0.9) - reach(0.1)).max(0.1)
}
