//! Whether bars or a frame were put around a photo.

use image::{Rgb, RgbImage};

/// How much a channel may differ within a bar.
const SAME: u8 = 12;
/// How much one has to differ beside it.
const OTHER: u8 = 28;
/// Which share of a line has to be like the bar.
const ALL: f32 = 0.97;
/// Which share of the line behind it has to be unlike it: some of a photo may be as dark as its bars.
const MOST: f32 = 0.9;
/// How deep a bar is at most, as a share of the photo's side.
const DEEPEST: f32 = 0.4;
/// How deep a frame is at most: what is deeper may be what a flat product lies on.
const DEEPEST_FRAME: f32 = 0.08;
/// From which lightness on a frame is a background: products are photographed on white.
const LIGHT: u8 = 200;

/// A line of pixels along a side.
type Line = Vec<Rgb<u8>>;

/// Whether two bars lie at opposite sides, or a frame around it.
pub(super) fn is_framed(pixels: &RgbImage) -> bool {
    let (width, height) = pixels.dimensions();
    if width < 16 || height < 16 {
        return false;
    }
    let column = |x: u32| (0..height).map(|y| *pixels.get_pixel(x, y)).collect::<Line>();
    let row = |y: u32| (0..width).map(|x| *pixels.get_pixel(x, y)).collect::<Line>();
    let sides = [
        bar(height, &row),
        bar(height, &|y| row(height - 1 - y)),
        bar(width, &column),
        bar(width, &|x| column(width - 1 - x)),
    ];
    let is_pair = |a: &Option<Bar>, b: &Option<Bar>| match (a, b) {
        (Some(a), Some(b)) => is_like(a.colour, b.colour, SAME) && a.ends && b.ends,
        _ => false,
    };
    let [top, bottom, left, right] = &sides;
    if is_pair(top, bottom) || is_pair(left, right) {
        return true;
    }
    let [Some(top), Some(bottom), Some(left), Some(right)] = sides else { return false };
    let depths = [top.depth, bottom.depth, left.depth, right.depth];
    let is_even = depths.iter().max().zip(depths.iter().min()).is_some_and(|(most, least)| most - least <= 2);
    let is_thin = top.depth as f32 <= DEEPEST_FRAME * width.min(height) as f32;
    let is_one_colour = [&bottom, &left, &right].iter().all(|bar| is_like(bar.colour, top.colour, SAME));
    let Rgb(colour) = top.colour;
    let is_background = colour.iter().all(|channel| *channel >= LIGHT);
    is_even && is_thin && is_one_colour && !is_background
}

/// Lines of one colour at a side.
struct Bar {
    colour: Rgb<u8>,
    depth: u32,
    /// Whether it ends along its whole length at once.
    ends: bool,
}

fn bar(len: u32, line: &dyn Fn(u32) -> Line) -> Option<Bar> {
    let first = line(0);
    let colour = middle(&first);
    let share = |line: &Line, is_it: &dyn Fn(Rgb<u8>) -> bool| {
        line.iter().filter(|pixel| is_it(**pixel)).count() as f32 / line.len() as f32
    };
    let is_bar = |line: &Line| share(line, &|pixel| is_like(pixel, colour, SAME)) >= ALL;
    let deepest = (len as f32 * DEEPEST) as u32;
    let depth = (0..=deepest).find(|at| !is_bar(&line(*at)))?;
    if depth == 0 {
        return None;
    }
    // The first line behind it may be a mixture of both.
    let ends = (depth..(depth + 2).min(len))
        .any(|at| share(&line(at), &|pixel| !is_like(pixel, colour, OTHER)) >= MOST);
    Some(Bar { colour, depth, ends })
}

fn is_like(Rgb(a): Rgb<u8>, Rgb(b): Rgb<u8>, tolerance: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= tolerance)
}

/// The colour in the middle, channel by channel.
fn middle(line: &Line) -> Rgb<u8> {
    Rgb(std::array::from_fn(|channel| {
        let mut values: Vec<u8> = line.iter().map(|Rgb(pixel)| pixel[channel]).collect();
        let at = values.len() / 2;
        *values.select_nth_unstable(at).1
    }))
}
