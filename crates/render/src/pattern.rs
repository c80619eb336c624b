//! Patterns printed, woven or painted on a surface.
//!
//! A pattern sees a point in repeats (one unit is one repeat, whole numbers are
//! seams) and answers how much of the second colour and of the accent shows there.

use std::f32::consts::{PI, TAU};

use glam::{Vec2, Vec3};

use crate::noise::{cell, scattered, whole};
use crate::sdf::{smoothstep, turn};

/// What is drawn on a surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pattern {
    /// One colour.
    Plain,
    /// Stripes across (horizontal).
    Striped,
    /// Stripes along (vertical).
    Pinstriped,
    /// Slanting stripes.
    Diagonal,
    /// Round dots in offset rows.
    Dotted,
    /// A chessboard.
    Checked,
    /// Woven squares in three depths of colour.
    Gingham,
    /// Tartan: broad and fine crossing bands.
    Plaid,
    /// Rows of zigzags.
    Zigzag,
    /// Scattered flowers with leaves.
    Floral,
    /// Five-pointed stars.
    Starry,
    /// Waves in rows.
    Wavy,
    /// Lozenges with a fine grid over them.
    Argyle,
    /// Dipped: the second colour from below up to this height.
    Dipped(f32),
    /// A band of the second colour between two heights.
    Band(f32, f32),
    /// `n` panels around the y axis, in turns.
    Panels(f32),
    /// Marks of a clock's face, 12 of them, out to this radius.
    Dial(f32),
    /// Twelve dark patches, as on a football.
    Football,
    /// The seams of a basketball.
    Seams,
    /// A printed cover: a frame and lines of a title, within these half sizes.
    Cover(f32, f32),
    /// Faint irregular speckles.
    Speckled,
}

impl Pattern {
    /// The word that a merchant uses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain | Self::Dial(_) | Self::Football | Self::Seams | Self::Cover(..) => "plain",
            Self::Striped | Self::Pinstriped | Self::Diagonal | Self::Panels(_) | Self::Band(..) => "striped",
            Self::Dotted => "dotted",
            Self::Checked | Self::Gingham => "checked",
            Self::Plaid => "plaid",
            Self::Zigzag => "zigzag",
            Self::Floral => "floral",
            Self::Starry => "starry",
            Self::Wavy => "wavy",
            Self::Argyle => "argyle",
            Self::Dipped(_) => "two-tone",
            Self::Speckled => "speckled",
        }
    }

    /// How much of the second colour and of the accent shows at `uv` (in repeats);
    /// `p` is the same point in the product's own space.
    pub(crate) fn at(self, uv: Vec2, p: Vec3) -> (f32, f32) {
        let (u, w) = (uv.x, uv.y);
        let frac = |x: f32| x - whole(x) as f32;
        let on = |yes: bool| if yes { 1.0 } else { 0.0 };
        match self {
            Self::Plain => (0.0, 0.0),
            Self::Striped => (on(frac(w) < 0.45), 0.0),
            Self::Pinstriped => (on(frac(u) < 0.35), 0.0),
            Self::Diagonal => (on(frac(u + w) < 0.45), 0.0),
            Self::Dotted => (on(dots(u, w) < 0.26), 0.0),
            Self::Checked => (on((frac(u) < 0.5) != (frac(w) < 0.5)), 0.0),
            Self::Gingham => (0.5 * on(frac(u) < 0.5) + 0.5 * on(frac(w) < 0.5), 0.0),
            Self::Plaid => {
                let band = |x: f32| 0.5 * on((frac(x) - 0.5).abs() < 0.22);
                let fine = |x: f32| on((frac(x) - 0.04).abs() < 0.035 || (frac(x) - 0.5).abs() < 0.02);
                (band(u) + band(w), 0.75 * fine(u).max(fine(w)))
            }
            Self::Zigzag => (on(frac(w + 0.5 * (frac(u) - 0.5).abs() * 2.0) < 0.42), 0.0),
            Self::Floral => flowers(u, w),
            Self::Starry => (on(star(u, w) < 0.0), 0.0),
            Self::Wavy => (on(frac(w + 0.16 * (u * TAU).sin()) < 0.4), 0.0),
            Self::Argyle => {
                let (x, y) = (frac(u) - 0.5, frac(w) - 0.5);
                let line = (frac(u + w * 1.0) - 0.5).abs().min((frac(u - w * 1.0) - 0.5).abs());
                (on(x.abs() + y.abs() < 0.5) * 0.9, on(line < 0.035) * 0.6)
            }
            Self::Dipped(height) => (on(p.y < height + 0.012 * (p.x * 9.0).sin()), 0.0),
            Self::Band(low, high) => (on(p.y > low && p.y < high), 0.0),
            Self::Panels(n) => (on(whole(p.z.atan2(p.x) / TAU * n + 0.25) % 2 != 0), 0.0),
            Self::Dial(radius) => (dial(p.x, p.y, radius), 0.0),
            Self::Football => (football(p), 0.0),
            Self::Seams => (seams(p), 0.0),
            Self::Cover(a, b) => cover(p, a, b),
            Self::Speckled => {
                (0.75 * on(scattered(uv * 2.3) < 0.10 + 0.14 * cell(whole(u * 2.3), whole(w * 2.3), 3)), 0.0)
            }
        }
    }
}

fn dots(u: f32, w: f32) -> f32 {
    let row = whole(w * 1.15);
    let shift = if row % 2 == 0 { 0.0 } else { 0.5 };
    let x = u + shift - whole(u + shift) as f32 - 0.5;
    let y = (w * 1.15 - row as f32 - 0.5) / 1.15;
    x.hypot(y)
}

fn star(u: f32, w: f32) -> f32 {
    let row = whole(w);
    let shifted = u + if row % 2 == 0 { 0.0 } else { 0.5 };
    let (x, y) = (shifted - whole(shifted) as f32 - 0.5, w - row as f32 - 0.5);
    let step = TAU / 5.0;
    let angle = x.atan2(y);
    let a = (angle - (angle / step).round() * step).abs();
    let r = x.hypot(y);
    // A straight edge from the tip (radius 0.34) to the notch (radius 0.15).
    let (px, py) = (r * a.sin(), r * a.cos());
    let (nx, ny) = (0.15 * (step * 0.5).sin(), 0.15 * (step * 0.5).cos());
    (px * (0.34 - ny) + (py - 0.34) * nx) / 0.3
}

fn flowers(u: f32, w: f32) -> (f32, f32) {
    let (i, j) = (whole(u), whole(w));
    let (mut petals, mut hearts) = (0.0_f32, 0.0_f32);
    for a in -1..=1 {
        for b in -1..=1 {
            let r = |salt| cell(i + a, j + b, salt);
            let x = u - (i + a) as f32 - 0.25 - 0.5 * r(11);
            let y = w - (j + b) as f32 - 0.25 - 0.5 * r(12);
            let size = 0.26 + 0.16 * r(13);
            let (x, y) = turn(x / size, y / size, r(14) * TAU);
            let (radius, angle) = (x.hypot(y), y.atan2(x));
            let edge = 0.62 + 0.38 * (angle * 2.5).cos().abs();
            if radius < edge {
                petals = 1.0;
                hearts = if radius < 0.26 { 1.0 } else { hearts };
            }
            // Two slender leaves beside the flower.
            let leaf = ((x.abs() - 1.3) / 0.42).hypot(y / 0.17);
            if leaf < 1.0 && petals == 0.0 {
                hearts = hearts.max(0.55);
            }
        }
    }
    (petals, hearts)
}

fn dial(x: f32, y: f32, radius: f32) -> f32 {
    let r = x.hypot(y) / radius;
    let step = TAU / 12.0;
    let angle = x.atan2(y);
    let hour = (angle / step).round();
    let off = (angle - hour * step).abs() * r;
    let long = (hour as i32).rem_euclid(3) == 0;
    let (inner, wide) = if long { (0.68, 0.035) } else { (0.78, 0.02) };
    let minute = (angle - (angle / (TAU / 60.0)).round() * (TAU / 60.0)).abs() * r;
    let mark = off < wide && (inner..0.9).contains(&r) || minute < 0.007 && (0.85..0.9).contains(&r);
    if mark { 1.0 } else { 0.0 }
}

/// Corners of an icosahedron: the middles of a football's pentagons.
fn football(p: Vec3) -> f32 {
    let n = p.normalize_or_zero();
    let g = 0.525_731_1;
    let h = 0.850_650_8;
    let a = n.abs();
    let dot = (a.y * g + a.z * h).max(a.x * g + a.y * h).max(a.z * g + a.x * h);
    let (mut first, mut second) = (-1.0_f32, -1.0_f32);
    for c in [Vec3::new(0.0, g, h), Vec3::new(g, h, 0.0), Vec3::new(h, 0.0, g)] {
        for s in [1.0, -1.0] {
            for t in [1.0, -1.0] {
                let signs = if c.x == 0.0 {
                    Vec3::new(1.0, s, t)
                } else if c.z == 0.0 {
                    Vec3::new(s, t, 1.0)
                } else {
                    Vec3::new(s, 1.0, t)
                };
                let d = n.dot(c * signs);
                if d > first {
                    second = first;
                    first = d;
                } else if d > second {
                    second = d;
                }
            }
        }
    }
    // A patch near a corner; thin seams half way between two corners.
    let seam = (first - second) < 0.018 && dot < 0.93;
    if first > 0.936 {
        1.0
    } else if seam {
        0.6
    } else {
        0.0
    }
}

fn seams(p: Vec3) -> f32 {
    let n = p.normalize_or_zero();
    let line = 0.022;
    let arc = (n.x.abs() - (0.62 - 0.25 * n.y * n.y)).abs();
    if n.x.abs() < line || n.y.abs() < line || arc < line { 1.0 } else { 0.0 }
}

fn cover(p: Vec3, a: f32, b: f32) -> (f32, f32) {
    let (x, y) = (p.x / a, p.y / b);
    let frame = x.abs().max(y.abs());
    let border = (0.82..0.86).contains(&frame);
    let title = (0.35..0.47).contains(&y) && x.abs() < 0.6 || (0.17..0.27).contains(&y) && x.abs() < 0.42;
    let author = (-0.72..-0.66).contains(&y) && x.abs() < 0.35;
    let sun = x.hypot((y + 0.25) * b / a);
    let emblem = smoothstep(0.36, 0.34, sun) * if (sun * PI * 6.0).sin() > -0.2 { 1.0 } else { 0.0 };
    let ink = border || title || author;
    (if ink { 1.0 } else { 0.0 }, emblem)
}
