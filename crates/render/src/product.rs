//! A product: its shape as a distance field, and what each part of it looks like.

use glam::{Quat, Vec2, Vec3};

use crate::material::{Finish, Material};
use crate::pattern::Pattern;

/// The nearest part of a product at some point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Near {
    /// Distance in scene units, negative inside.
    pub distance: f32,
    /// Index into `Product::parts`.
    pub part: usize,
}

impl Near {
    /// The first part.
    pub(crate) fn new(distance: f32, part: usize) -> Self {
        Self { distance, part }
    }

    /// Joins another part.
    pub(crate) fn or(self, distance: f32, part: usize) -> Self {
        if distance < self.distance { Self { distance, part } } else { self }
    }
}

/// The shape of a product: distance and part at a point of its own space.
pub(crate) type Field = Box<dyn Fn(Vec3) -> Near + Send + Sync>;

/// How the plane of a pattern lies on a part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mapping {
    /// Wrapped around the y axis; the number is a typical radius.
    Around(f32),
    /// Seen from the front.
    Front,
    /// Seen from above.
    Top,
    /// On the faces of a box.
    Faces,
}

impl Mapping {
    /// Coordinates along the surface in scene units; `size` is one repeat of the
    /// pattern, which a wrapped plane must hold a whole number of times.
    pub(crate) fn lay(self, p: Vec3, n: Vec3, size: f32) -> Vec2 {
        match self {
            Self::Around(radius) => {
                let turns = p.x.atan2(p.z) / std::f32::consts::TAU + 0.5;
                let repeats = (std::f32::consts::TAU * radius / size).round().max(4.0);
                // An even number, so that alternating rows meet.
                Vec2::new(turns * (repeats * 0.5).round() * 2.0 * size, p.y)
            }
            Self::Front => Vec2::new(p.x, p.y),
            Self::Top => Vec2::new(p.x, p.z),
            Self::Faces => {
                let a = n.abs();
                if a.z >= a.x && a.z >= a.y {
                    Vec2::new(p.x, p.y)
                } else if a.x >= a.y {
                    Vec2::new(p.z, p.y)
                } else {
                    Vec2::new(p.x, p.z)
                }
            }
        }
    }
}

/// What one part looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// What it is made of.
    pub material: Material,
    /// Main colour, linear.
    pub colour: Vec3,
    /// Second colour of the pattern.
    pub second: Vec3,
    /// Third colour of the pattern.
    pub accent: Vec3,
    /// What is drawn on it.
    pub pattern: Pattern,
    /// How the pattern lies.
    pub mapping: Mapping,
    /// One repeat of the pattern, in scene units.
    pub repeat: f32,
    /// Light that it gives off itself, relative to its colour.
    pub glow: f32,
    /// How it reflects; the material's own unless changed.
    pub finish: Finish,
}

impl Part {
    /// A part in one colour.
    pub(crate) fn new(material: Material, colour: Vec3) -> Self {
        Self {
            material,
            colour,
            second: colour,
            accent: colour,
            pattern: Pattern::Plain,
            mapping: Mapping::Faces,
            repeat: 0.2,
            glow: 0.0,
            finish: material.finish(),
        }
    }

    /// Sets how patterns and grain lie on it.
    pub(crate) fn mapped(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// Draws `pattern` on it in a second colour.
    pub(crate) fn printed(mut self, pattern: Pattern, second: Vec3) -> Self {
        self.pattern = pattern;
        self.second = second;
        self
    }

    /// Lets it shine by itself.
    pub(crate) fn glowing(mut self, glow: f32) -> Self {
        self.glow = glow;
        self
    }

    /// Makes it rougher (towards 1) or smoother (towards 0).
    pub(crate) fn rough(mut self, roughness: f32) -> Self {
        self.finish.roughness = roughness;
        self
    }
}

/// Where a product is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    /// Standing on a floor or table.
    Floor,
    /// Lying flat or hung on a wall, seen from the front.
    Wall,
}

/// A product, ready to be placed in a scene.
pub(crate) struct Product {
    /// Its shape.
    pub field: Field,
    /// Its parts, by the index that the field answers.
    pub parts: Vec<Part>,
    /// Corners of a box around it.
    pub bounds: (Vec3, Vec3),
    /// Where it is shown.
    pub support: Support,
    /// Share of the measured distance that a ray may go, below 1 for fields that
    /// overestimate.
    pub caution: f32,
    /// The way round that shows it best: turn around y in radians.
    pub best_yaw: f32,
    /// Where its twin stands when it comes in pairs, else zero.
    pub beside: Vec3,
    /// Its turn within the box; only for what is as wide every way round.
    pub pose: Quat,
}

impl Product {
    /// A product that stands, with bounds from `low` to `high`.
    pub(crate) fn standing(
        parts: Vec<Part>,
        low: Vec3,
        high: Vec3,
        field: impl Fn(Vec3) -> Near + Send + Sync + 'static,
    ) -> Self {
        let pad = Vec3::splat(0.01);
        Self {
            field: Box::new(field),
            parts,
            bounds: (low - pad, high + pad),
            support: Support::Floor,
            caution: 0.95,
            best_yaw: 0.0,
            beside: Vec3::ZERO,
            pose: Quat::IDENTITY,
        }
    }

    /// The same product lying flat or on a wall.
    pub(crate) fn on_wall(mut self) -> Self {
        self.support = Support::Wall;
        self
    }

    /// The same product with shorter steps for rays.
    pub(crate) fn careful(mut self, caution: f32) -> Self {
        self.caution = caution;
        self
    }

    /// The same product, whose twin stands at `offset` from it.
    pub(crate) fn paired(mut self, offset: Vec3) -> Self {
        self.beside = offset;
        self
    }

    /// The same product, turned within its box.
    pub(crate) fn posed(mut self, pose: Quat) -> Self {
        self.pose = pose;
        self
    }

    /// The same product, best seen when turned by `yaw` radians.
    pub(crate) fn turned(mut self, yaw: f32) -> Self {
        self.best_yaw = yaw;
        self
    }
}
