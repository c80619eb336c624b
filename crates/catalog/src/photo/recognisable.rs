//! Pictures on which no product can be seen: of one colour, noise, a page of text, a screen.
//!
//! Only pixels are looked at, so this holds whatever models are in use. Each rule asks for several signs at
//! once: a product that is taken for nothing is worse than a page that is taken for a product.

use image::RgbImage;

use super::fit;

/// Why nothing can be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrecognisable {
    /// Of one colour, or of a soft change between colours.
    Blank,
    /// Noise.
    Noise,
    /// A page of text, such as an invoice.
    Page,
    /// What was on a screen.
    Screen,
}

impl Unrecognisable {
    /// Each with its name in the database and what it looks like, as a sentence.
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Blank, "blank", "The picture is of one colour."),
        (Self::Noise, "noise", "The picture is noise."),
        (Self::Page, "page", "This looks like a page of text."),
        (Self::Screen, "screen", "This looks like a picture of a screen."),
    ];

    fn row(self) -> (&'static str, &'static str) {
        let row = Self::ALL.iter().find(|(kind, ..)| *kind == self);
        row.map_or(("", ""), |&(_, name, sentence)| (name, sentence))
    }

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| *kind)
    }

    /// That nothing can be recognised, and what it looks like.
    pub fn sentence(self) -> String {
        format!("Nothing recognisable. {}", self.row().1)
    }
}

/// Pixels on the longest side that shapes are looked for in.
const SIDE: u32 = 256;

/// Neighbours that differ by more, in levels, have an edge between them.
const EDGE: i32 = 10;
/// Edges in a blank picture, as a share of all neighbours: what compression leaves.
const MOST_EDGES_OF_NOTHING: f32 = 0.0004;

/// Looks at a photo's pixels; none where there may be a product.
pub fn unrecognisable(pixels: &RgbImage) -> Option<Unrecognisable> {
    let small = fit(pixels, SIDE)?;
    // There is nothing to be seen on a stamp, or on a line.
    if small.width() < 16 || small.height() < 16 {
        return None;
    }
    if share_of_edges(&small) <= MOST_EDGES_OF_NOTHING {
        return Some(Unrecognisable::Blank);
    }
    // The cheaper question first: nearly every photo has shapes.
    if has_no_shape(&small) && is_noise(pixels) {
        return Some(Unrecognisable::Noise);
    }
    let shapes = Shapes::of(&small)?;
    if shapes.are_text() {
        return Some(Unrecognisable::Page);
    }
    // The whole photo is looked at for few.
    let is_screen =
        shapes.may_be_a_screen() && straightness(&small) >= 0.55 && share_of_equals(pixels) >= 0.6;
    is_screen.then_some(Unrecognisable::Screen)
}

fn luma(pixel: [u8; 3]) -> i32 {
    let [red, green, blue] = pixel.map(i32::from);
    (2 * red + 5 * green + blue) / 8
}

/// How much two colours differ, in levels of the channel that differs most.
fn difference(one: [u8; 3], other: [u8; 3]) -> i32 {
    (0..3).map(|at| (i32::from(one[at]) - i32::from(other[at])).abs()).max().unwrap_or(0)
}

fn share_of_edges(pixels: &RgbImage) -> f32 {
    let (width, (all, _)) = (pixels.width() as usize, pixels.as_raw().as_chunks::<3>());
    let is_edge = |one: &[u8; 3], other: &[u8; 3]| difference(*one, *other) > EDGE;
    let across =
        all.chunks_exact(width).flat_map(|row| row.windows(2)).filter(|two| is_edge(&two[0], &two[1]));
    let down = all.iter().zip(&all[width..]).filter(|(one, below)| is_edge(one, below));
    (across.count() + down.count()) as f32 / all.len() as f32
}

/// Pixels that are exactly like their left neighbour: drawn, not photographed.
fn share_of_equals(pixels: &RgbImage) -> f32 {
    let (mut n_equal, mut n) = (0_u64, 0_u64);
    for row in pixels.rows() {
        let row: Vec<_> = row.collect();
        n_equal += row.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
        n += row.len().saturating_sub(1) as u64;
    }
    n_equal as f32 / n.max(1) as f32
}

/// Neighbours know nothing of each other, and it is the same everywhere.
fn is_noise(pixels: &RgbImage) -> bool {
    /// As large as the middle that is looked at.
    const MIDDLE: u32 = 256;
    const BLOCK: usize = 8;
    let (width, height) = pixels.dimensions();
    let (n_x, n_y) = (width.min(MIDDLE), height.min(MIDDLE));
    if n_x < 64 || n_y < 64 {
        return false;
    }
    let (left, top) = ((width - n_x) / 2, (height - n_y) / 2);
    let luma: Vec<Vec<f32>> = (0..n_y)
        .map(|y| (0..n_x).map(|x| luma(pixels.get_pixel(left + x, top + y).0) as f32).collect())
        .collect();
    let all = || luma.iter().flatten().copied();
    let n = (n_x * n_y) as f32;
    let mean = all().sum::<f32>() / n;
    let variance = all().map(|value| (value - mean).powi(2)).sum::<f32>() / n;
    if variance < 64. {
        return false;
    }
    let together = luma.iter().flat_map(|row| row.windows(2)).map(|pair| (pair[0] - mean) * (pair[1] - mean));
    let correlation = together.sum::<f32>() / (n - n_y as f32) / variance;
    // Averages over blocks hardly differ: there is no shape.
    let blocks: Vec<f32> = luma
        .chunks_exact(BLOCK)
        .flat_map(|rows| {
            (0..n_x as usize / BLOCK).map(move |at| {
                let sum: f32 = rows.iter().flat_map(|row| &row[at * BLOCK..][..BLOCK]).sum();
                sum / (BLOCK * BLOCK) as f32
            })
        })
        .collect();
    let of_blocks = blocks.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / blocks.len() as f32;
    correlation < 0.6 && of_blocks < 0.06 * variance
}

/// No part of the picture is lighter or darker than another.
fn has_no_shape(small: &RgbImage) -> bool {
    const PARTS: usize = 8;
    let (width, height) = (small.width() as usize, small.height() as usize);
    let mut sums = [(0_i32, 0_i32); PARTS * PARTS];
    for (x, y, pixel) in small.enumerate_pixels() {
        let part = &mut sums[y as usize * PARTS / height * PARTS + x as usize * PARTS / width];
        *part = (part.0 + luma(pixel.0), part.1 + 1);
    }
    let means = sums.map(|(sum, n)| sum / n.max(1));
    let (least, most) = (means.iter().min(), means.iter().max());
    least.zip(most).is_some_and(|(least, most)| most - least <= 24)
}

/// What lies on a picture's ground.
struct Shapes {
    /// The ground's share of the picture.
    ground: f32,
    /// Of neighbours that are both ground, those that are nearly the same.
    smooth: f32,
    /// Shapes of the size of letters and words.
    n_small: usize,
    /// The largest shape's share of the picture.
    largest: f32,
    /// Of 64 fields, those in which something small lies.
    n_fields: u32,
    /// Strongly coloured pixels, as a share.
    coloured: f32,
    /// Lines of shapes with a gap below.
    n_lines: usize,
}

/// A pixel that differs by more from the ground is a shape's.
const OFF_GROUND: i32 = 36;

/// With less ground, or fewer lines on it, there is neither a page nor a screen.
const LEAST_GROUND: f32 = 0.5;
const LEAST_LINES: usize = 5;

impl Shapes {
    /// None where there is too little ground or there are too few lines on it, as on most photos.
    fn of(pixels: &RgbImage) -> Option<Self> {
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        let n = (width * height) as f32;
        let ground = most_common(pixels);
        let mut is_shape: Vec<bool> =
            pixels.pixels().map(|pixel| difference(pixel.0, ground) > OFF_GROUND).collect();
        let n_ground = is_shape.iter().filter(|is_shape| !**is_shape).count();
        let n_lines = lines(&is_shape, width);
        if (n_ground as f32) < LEAST_GROUND * n || n_lines < LEAST_LINES {
            return None;
        }
        let is_coloured = |pixel: [u8; 3]| {
            let (most, least) = (pixel.iter().max(), pixel.iter().min());
            most.zip(least).is_some_and(|(most, least)| most - least > 60)
        };
        let coloured = pixels.pixels().filter(|pixel| is_coloured(pixel.0)).count();
        let smooth = smoothness(pixels, &is_shape);
        let (mut n_small, mut largest, mut fields) = (0, 0, 0_u64);
        for start in 0..is_shape.len() {
            if !is_shape[start] {
                continue;
            }
            let shape = Shape::taken_from(&mut is_shape, width, start);
            largest = largest.max(shape.n_pixels);
            let (across, down) = (shape.right - shape.left + 1, shape.bottom - shape.top + 1);
            if down * 14 <= height && across * 3 <= width && shape.n_pixels >= 2 {
                n_small += 1;
                fields |= 1 << (shape.top * 8 / height * 8 + shape.left * 8 / width);
            }
        }
        Some(Self {
            ground: n_ground as f32 / n,
            smooth,
            n_small,
            largest: largest as f32 / n,
            n_fields: fields.count_ones(),
            coloured: coloured as f32 / n,
            n_lines,
        })
    }

    /// Many small shapes in lines, all over a plain ground, and nothing that is large.
    fn are_text(&self) -> bool {
        self.ground >= 0.6
            && self.smooth >= SMOOTH
            && self.n_small >= 60
            && self.largest <= 0.04
            && self.n_fields >= 14
            && self.coloured <= 0.06
    }

    /// Many small shapes all over, whatever else there is.
    fn may_be_a_screen(&self) -> bool {
        self.n_small >= 40 && self.n_fields >= 20 && self.n_lines >= 10
    }
}

/// The colour that most of the picture has, in steps of 16 levels.
fn most_common(pixels: &RgbImage) -> [u8; 3] {
    let mut counts = vec![0_u32; 4_096];
    for pixel in pixels.pixels() {
        let [red, green, blue] = pixel.0.map(|channel| usize::from(channel >> 4));
        counts[red << 8 | green << 4 | blue] += 1;
    }
    let (at, _) = counts.iter().enumerate().max_by_key(|(_, n)| **n).unwrap_or((0, &0));
    [at >> 8, at >> 4 & 15, at & 15].map(|step| (step * 16 + 8) as u8)
}

/// Rows with something on them, followed by one without.
fn lines(is_shape: &[bool], width: usize) -> usize {
    let has_something: Vec<bool> = is_shape
        .chunks_exact(width)
        .map(|row| row.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 6)
        .collect();
    has_something.windows(2).filter(|pair| pair[0] && !pair[1]).count()
}

/// Paper and screens are smooth; cloth, sand and walls are not.
const SMOOTH: f32 = 0.9;

fn smoothness(pixels: &RgbImage, is_shape: &[bool]) -> f32 {
    let width = pixels.width() as usize;
    let (mut n_smooth, mut n) = (0_u32, 0_u32);
    for (at, pair) in is_shape.windows(2).enumerate() {
        if pair[0] || pair[1] || (at + 1) % width == 0 {
            continue;
        }
        let (x, y) = ((at % width) as u32, (at / width) as u32);
        n += 1;
        n_smooth += u32::from(difference(pixels.get_pixel(x, y).0, pixels.get_pixel(x + 1, y).0) <= 6);
    }
    n_smooth as f32 / n.max(1) as f32
}

/// Edges that run straight across or down, as a share of all edges.
fn straightness(pixels: &RgbImage) -> f32 {
    let (width, height) = pixels.dimensions();
    let (mut n_straight, mut n) = (0_u32, 0_u32);
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let at = |x, y| luma(pixels.get_pixel(x, y).0);
            let (across, down) = ((at(x + 1, y) - at(x - 1, y)).abs(), (at(x, y + 1) - at(x, y - 1)).abs());
            if across.max(down) > 40 {
                n += 1;
                n_straight += u32::from(across.min(down) * 4 <= across.max(down));
            }
        }
    }
    n_straight as f32 / n.max(1) as f32
}

/// Pixels that hang together.
struct Shape {
    n_pixels: usize,
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Shape {
    /// The shape at a place; its pixels are cleared.
    fn taken_from(is_shape: &mut [bool], width: usize, start: usize) -> Self {
        let height = is_shape.len() / width;
        let mut shape = Self { n_pixels: 0, left: width, right: 0, top: height, bottom: 0 };
        let mut open = vec![start];
        is_shape[start] = false;
        while let Some(at) = open.pop() {
            let (x, y) = (at % width, at / width);
            shape.n_pixels += 1;
            shape.left = shape.left.min(x);
            shape.right = shape.right.max(x);
            shape.top = shape.top.min(y);
            shape.bottom = shape.bottom.max(y);
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                for x in x.saturating_sub(1)..(x + 2).min(width) {
                    let near = y * width + x;
                    if is_shape[near] {
                        is_shape[near] = false;
                        open.push(near);
                    }
                }
            }
        }
        shape
    }
}
