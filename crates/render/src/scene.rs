//! A scene: products placed on a ground before a backdrop, a camera, and lights.

use glam::{Quat, Vec2, Vec3};

use crate::product::Product;
use crate::sdf::{mix, smoothstep};

/// A product at its place.
pub(crate) struct Placed {
    /// What stands there.
    pub product: Product,
    /// Its turn.
    pub rotation: Quat,
    /// Where its origin is.
    pub position: Vec3,
    /// Its size, 1 as built.
    pub scale: f32,
}

impl Placed {
    /// The eight corners of the product's box, in the scene.
    pub(crate) fn corners(&self) -> [Vec3; 8] {
        let (lo, hi) = self.product.bounds;
        std::array::from_fn(|i| {
            let pick = |bit: usize, a: f32, b: f32| if i >> bit & 1 == 0 { a } else { b };
            let p = Vec3::new(pick(0, lo.x, hi.x), pick(1, lo.y, hi.y), pick(2, lo.z, hi.z));
            self.rotation * (p * self.scale) + self.position
        })
    }

    /// A scene point in the product's own space.
    pub(crate) fn local(&self, p: Vec3) -> Vec3 {
        self.rotation.inverse() * (p - self.position) / self.scale
    }
}

/// What the ground is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum GroundKind {
    Paper,
    Planks,
    Linen,
    Concrete,
    Marble,
    Tiles,
}

/// The ground under, or the wall behind, the products.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// What it is made of.
    pub kind: GroundKind,
    /// Its colour, linear.
    pub tone: Vec3,
    /// Which way it faces: up for a floor, towards the viewer for a wall.
    pub normal: Vec3,
    /// Distance from the origin along the normal.
    pub level: f32,
    /// Distance at which it fades into the backdrop, and over how much.
    pub fade: (f32, f32),
    /// How much of the products it mirrors, 0 to 1.
    pub gloss: f32,
}

/// What is behind everything.
#[derive(Clone, Debug)]
pub(crate) struct Backdrop {
    /// Colour, linear.
    pub tone: Vec3,
    /// Out-of-focus shapes: direction on the picture's plane, half sizes, colour.
    pub shapes: Vec<(Vec2, Vec2, Vec3)>,
}

/// The light of a studio: one key light, and a soft room around.
#[derive(Clone, Debug)]
pub(crate) struct Lights {
    /// Direction towards the key light.
    pub key: Vec3,
    /// Its colour and strength.
    pub key_colour: Vec3,
    /// Its apparent size: 0.05 casts hard shadows, 0.4 soft ones.
    pub size: f32,
    /// Light from above.
    pub sky: Vec3,
    /// Light from below, thrown back by the ground.
    pub bounce: Vec3,
    /// Factor on everything.
    pub exposure: f32,
}

/// Where the picture is taken from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Camera {
    eye: Vec3,
    right: Vec3,
    up: Vec3,
    forward: Vec3,
    /// Tangent of half the field of view.
    half: f32,
    /// Shift of the picture's centre, in half pictures.
    shift: Vec2,
}

impl Camera {
    /// Looks at the origin from `yaw` (0 is the front) and `pitch` above the horizon,
    /// and steps back until `points` fill `fill` of the picture; `half` is the tangent
    /// of half the field of view, `roll` tilts the horizon.
    pub(crate) fn fitting(
        points: &[Vec3],
        (yaw, pitch, roll): (f32, f32, f32),
        half: f32,
        fill: f32,
    ) -> Self {
        let (sp, cp) = pitch.sin_cos();
        let (sy, cy) = yaw.sin_cos();
        let back = Vec3::new(sy * cp, sp, cy * cp);
        let forward = -back;
        let flat_up = if pitch.abs() > 1.5 { Vec3::new(-sy, 0.0, -cy) } else { Vec3::Y };
        let right = forward.cross(flat_up).normalize();
        let up = right.cross(forward);
        let (s, c) = roll.sin_cos();
        let (right, up) = (right * c + up * s, up * c - right * s);
        let (lo, hi) = points.iter().fold((Vec3::MAX, Vec3::MIN), |(lo, hi), &p| (lo.min(p), hi.max(p)));
        let target = (lo + hi) * 0.5;
        let radius = (hi - lo).length() * 0.5;
        let (mut near, mut far) = (radius * 0.9, radius * 40.0);
        let mut camera = Self { eye: target, right, up, forward, half, shift: Vec2::ZERO };
        for _ in 0..24 {
            let distance = (near * far).sqrt();
            camera.eye = target + back * distance;
            camera.shift = Vec2::ZERO;
            let (a, b) = camera.span(points);
            camera.shift = (a + b) * 0.5;
            if (b - a).max_element() * 0.5 > fill { near = distance } else { far = distance }
        }
        camera
    }

    /// Moves the picture's centre by `by` half pictures.
    pub(crate) fn shifted(mut self, by: Vec2) -> Self {
        self.shift += by;
        self
    }

    fn span(&self, points: &[Vec3]) -> (Vec2, Vec2) {
        points.iter().fold((Vec2::MAX, Vec2::MIN), |(lo, hi), &p| {
            let d = p - self.eye;
            let depth = d.dot(self.forward).max(1e-3) * self.half;
            let at = Vec2::new(d.dot(self.right) / depth, d.dot(self.up) / depth);
            (lo.min(at), hi.max(at))
        })
    }

    /// Origin and direction of the ray through `at`, in half pictures from the centre,
    /// y upwards.
    pub(crate) fn ray(&self, at: Vec2) -> (Vec3, Vec3) {
        let at = (at + self.shift) * self.half;
        (self.eye, (self.forward + self.right * at.x + self.up * at.y).normalize())
    }

    /// Position of a direction on the picture, in half pictures.
    pub(crate) fn project(&self, direction: Vec3) -> Vec2 {
        let depth = direction.dot(self.forward).max(1e-3) * self.half;
        Vec2::new(direction.dot(self.right), direction.dot(self.up)) / depth - self.shift
    }

    /// Size of a half picture at distance 1.
    pub(crate) fn pixel_scale(&self) -> f32 {
        self.half
    }

    /// A direction given relative to the camera (x right, y up, z towards the viewer).
    pub(crate) fn towards(&self, d: Vec3) -> Vec3 {
        (self.right * d.x + self.up * d.y - self.forward * d.z).normalize()
    }
}

/// Everything that a picture shows.
pub(crate) struct Scene {
    /// The products, the main one first.
    pub items: Vec<Placed>,
    /// What they stand on or lie before.
    pub ground: Ground,
    /// What is behind.
    pub backdrop: Backdrop,
    /// The light.
    pub lights: Lights,
    /// The viewer.
    pub camera: Camera,
    /// Whether reflections of the products in each other and fine relief are computed.
    pub fine: bool,
}

impl Scene {
    /// Colour of the backdrop seen along `direction`.
    pub(crate) fn behind(&self, direction: Vec3) -> Vec3 {
        let at = self.camera.project(direction);
        // A pool of light behind the product, falling off towards the corners.
        let pool = 1.04 - 0.12 * (at - Vec2::new(-0.1, 0.15)).length_squared().min(2.0);
        let mut colour = self.backdrop.tone * pool;
        for (centre, half, tone) in &self.backdrop.shapes {
            let q = ((at - *centre).abs() - *half).max(Vec2::ZERO).length();
            colour = colour.lerp(*tone, 0.85 * smoothstep(0.16, 0.0, q));
        }
        colour
    }

    /// Light that arrives from the studio around, along `direction`, blurred by
    /// `roughness`: what glossy surfaces mirror.
    pub(crate) fn studio(&self, direction: Vec3, roughness: f32) -> Vec3 {
        let d = direction;
        let soft = 0.06 + roughness * 0.7;
        let lights = &self.lights;
        let base = lights.bounce.lerp(lights.sky, smoothstep(-0.6, 0.9, d.y)) * 0.85;
        // The dark room behind the camera, and lighter walls at either side, give
        // metal its streaks.
        let ahead = -Vec3::new(self.camera.forward.x, 0.0, self.camera.forward.z).normalize_or(Vec3::Z);
        let base = base * (1.18 - 0.62 * smoothstep(0.45 - soft, 0.95 + soft, d.dot(ahead)));
        // The key light as a square softbox, and a tall strip on the other side.
        let side = lights.key.cross(Vec3::Y).normalize_or(Vec3::X);
        let top = side.cross(lights.key);
        let facing = d.dot(lights.key);
        let reach = (0.2 + lights.size * 0.6) * 1.4;
        let window = |x: f32, half: f32| smoothstep(half + soft, half - soft * 0.7, x.abs());
        let key = if facing > 0.0 {
            window(d.dot(side) / facing.max(0.2), reach) * window(d.dot(top) / facing.max(0.2), reach)
        } else {
            0.0
        };
        let strip_at = Vec3::new(-lights.key.x.signum() * 0.85, 0.25, 0.35).normalize();
        let strip_side = Vec3::new(strip_at.z, 0.0, -strip_at.x).normalize();
        let strip = if d.dot(strip_at) > 0.0 {
            window(d.dot(strip_side), 0.14) * window(d.y - 0.25, 0.65)
        } else {
            0.0
        };
        let fade = mix(1.0, 0.35, roughness);
        base + lights.key_colour * (2.6 * key * fade) + lights.sky * (1.1 * strip * fade)
    }
}
