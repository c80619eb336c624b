//! Flat outlines: a path of lines and curves, and its distance field baked to a grid.
//!
//! Most products are either turned (a vase: an outline around an axis) or cut (a
//! shirt: an outline with thickness). Their outlines are polygons with a hundred
//! edges, far too slow to measure at every step of a ray, so their distance is
//! measured once on a grid and read back with a quadratic B-spline, whose gradient
//! is continuous: no facets in reflections, and corners that are slightly rounded.

use glam::{Vec2, Vec3};

use crate::sdf::smax;

/// A polygon being drawn, from curves and lines.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    points: Vec<Vec2>,
}

impl Path {
    /// Starts at `(x, y)`.
    pub(crate) fn start(x: f32, y: f32) -> Self {
        Self { points: vec![Vec2::new(x, y)] }
    }

    /// A straight line to `(x, y)`.
    pub(crate) fn line(mut self, x: f32, y: f32) -> Self {
        self.points.push(Vec2::new(x, y));
        self
    }

    /// A smooth curve (Catmull-Rom) from the current point through all `through`.
    pub(crate) fn curve(mut self, through: &[(f32, f32)]) -> Self {
        const STEPS: usize = 12;
        let mut knots = vec![*self.points.last().unwrap_or(&Vec2::ZERO)];
        knots.extend(through.iter().map(|&(x, y)| Vec2::new(x, y)));
        let last = knots.len() - 1;
        for i in 0..last {
            let (b, c) = (knots[i], knots[i + 1]);
            let a = if i == 0 { b + b - c } else { knots[i - 1] };
            let d = if i + 1 == last { c + c - b } else { knots[i + 2] };
            for s in 1..=STEPS {
                let t = s as f32 / STEPS as f32;
                let p = b * 2.0
                    + (c - a) * t
                    + (a * 2.0 - b * 5.0 + c * 4.0 - d) * (t * t)
                    + (b * 3.0 - a - c * 3.0 + d) * (t * t * t);
                self.points.push(p * 0.5);
            }
        }
        self
    }

    /// Closes the path with its mirror image across `x = 0`.
    fn mirrored(mut self) -> Self {
        let back: Vec<Vec2> = self.points.iter().rev().map(|p| Vec2::new(-p.x, p.y)).collect();
        self.points.extend(back);
        self
    }

    /// Exact signed distance to the closed polygon, negative inside.
    fn distance(&self, p: Vec2) -> f32 {
        let (mut nearest, mut inside) = (f32::MAX, false);
        let mut a = *self.points.last().unwrap_or(&Vec2::ZERO);
        for &b in &self.points {
            let (edge, w) = (b - a, p - a);
            let t = (w.dot(edge) / edge.length_squared().max(1e-12)).clamp(0.0, 1.0);
            nearest = nearest.min((w - edge * t).length_squared());
            if (a.y > p.y) != (b.y > p.y) && p.x < edge.x * w.y / edge.y + a.x {
                inside = !inside;
            }
            a = b;
        }
        let d = nearest.sqrt();
        if inside { -d } else { d }
    }

    /// Smallest and largest coordinates.
    fn extent(&self) -> (Vec2, Vec2) {
        self.points.iter().fold((Vec2::MAX, Vec2::MIN), |(lo, hi), &p| (lo.min(p), hi.max(p)))
    }

    /// Mirrors the path across `x = 0` and measures its distance on a grid with `cells`
    /// cells along the longer side; the left half is neither computed nor stored.
    pub(crate) fn bake_half(self, cells: usize) -> Outline {
        let path = self.mirrored();
        let (lo, hi) = path.extent();
        let margin = hi.max_element() * 0.06 + 0.01;
        Outline::new(Vec2::new(-margin, lo.y - margin), hi + margin, cells, |p| path.distance(p))
    }
}

/// The distance field of an outline, on a grid.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    min: Vec2,
    max: Vec2,
    per_unit: f32,
    width: usize,
    values: Vec<f32>,
}

impl Outline {
    fn new(min: Vec2, max: Vec2, cells: usize, f: impl Fn(Vec2) -> f32) -> Self {
        let per_unit = cells as f32 / (max - min).max_element();
        let width = ((max.x - min.x) * per_unit).ceil() as usize + 3;
        let height = ((max.y - min.y) * per_unit).ceil() as usize + 3;
        let mut values = Vec::with_capacity(width * height);
        for j in 0..height {
            for i in 0..width {
                values.push(f(min + Vec2::new(i as f32 - 0.5, j as f32 - 0.5) / per_unit));
            }
        }
        Self { min, max, per_unit, width, values }
    }

    /// How deep inside the outline a point is, without ridges: the filled outline,
    /// blurred over about `radius`; one half at a straight edge, 1 far inside.
    pub(crate) fn filling(&self, radius: f32) -> Outline {
        let reach = ((radius * self.per_unit).round() as usize).max(1);
        let height = self.values.len() / self.width;
        let mut values: Vec<f32> =
            self.values.iter().map(|d| (0.5 - d * self.per_unit).clamp(0.0, 1.0)).collect();
        for _ in 0..2 {
            for j in 0..height {
                blur(&mut values, j * self.width, 1, self.width, reach);
            }
            for i in 0..self.width {
                blur(&mut values, i, self.width, height, reach);
            }
        }
        Outline { values, ..self.clone() }
    }

    /// Distance at `p`; a lower bound outside the grid.
    pub(crate) fn at(&self, p: Vec2) -> f32 {
        let inside = p.clamp(self.min, self.max);
        let value = self.read((inside - self.min) * self.per_unit);
        let beyond = (p - inside).length_squared();
        // The outline lies within the grid's convex rectangle, so the two legs
        // meet at a right angle or wider.
        if beyond > 0.0 { (beyond + value * value).sqrt() } else { value }
    }

    /// Distance of a solid turned around the y axis.
    pub(crate) fn turned(&self, p: Vec3) -> f32 {
        self.at(Vec2::new(p.x.hypot(p.z), p.y))
    }

    fn read(&self, g: Vec2) -> f32 {
        let (i, j) = (g.x as usize, g.y as usize);
        let (fx, fy) = (g.x - i as f32, g.y - j as f32);
        let weights = |f: f32| [0.5 * (1.0 - f) * (1.0 - f), 0.75 - (f - 0.5) * (f - 0.5), 0.5 * f * f];
        let (wx, wy) = (weights(fx), weights(fy));
        let mut sum = 0.0;
        for (row, w) in wy.iter().enumerate() {
            let at = (j + row) * self.width + i;
            if let Some([a, b, c]) = self.values.get(at..at + 3) {
                sum += w * (a * wx[0] + b * wx[1] + c * wx[2]);
            }
        }
        sum
    }
}

/// Averages `n` values, `step` apart from `start`, over `reach` neighbours each way;
/// beyond the ends the end values go on.
fn blur(values: &mut [f32], start: usize, step: usize, n: usize, reach: usize) {
    let line: Vec<f32> = (0..n).map(|i| values[start + i * step]).collect();
    let at = |i: isize| line[i.clamp(0, n as isize - 1) as usize];
    let reach = reach as isize;
    let mut sum: f32 = (-reach..=reach).map(at).sum();
    for i in 0..n {
        values[start + i * step] = sum / (2 * reach + 1) as f32;
        sum += at(i as isize + reach + 1) - at(i as isize - reach);
    }
}

/// A hollow turned body: its solid outline, the thickness of its wall, and the
/// height at which it is cut open.
#[derive(Clone, Debug)]
pub(crate) struct Vessel {
    /// Outline of the solid, drawn a little beyond the lip.
    pub solid: Outline,
    /// Thickness of the wall.
    pub wall: f32,
    /// Height of the opening.
    pub lip: f32,
}

impl Vessel {
    /// Distance to the wall, and whether the inner face is the nearer one.
    pub(crate) fn at(&self, p: Vec3) -> (f32, bool) {
        let solid = self.solid.turned(p);
        let cut = smax(solid, p.y - self.lip, self.wall * 0.6);
        (smax(cut, -(solid + self.wall), self.wall * 0.6), solid < -0.5 * self.wall)
    }

    /// Distance to the hollow, to cut what is joined to the outside.
    pub(crate) fn hollow(&self, p: Vec3) -> f32 {
        self.solid.turned(p) + self.wall
    }
}
