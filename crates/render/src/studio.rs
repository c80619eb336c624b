//! Studios: the grounds, backdrops, lights and viewpoints that pictures are taken with.
//!
//! `arrange` puts products into a studio and frames them; what differs between the
//! sample catalog (calm, generous light) and training pictures (anything a merchant's
//! telephone produces) is the `Setting` that is handed in.

use std::f32::consts::PI;

use fastrand::Rng;
use glam::{Quat, Vec2, Vec3};

use crate::palette::from_hex;
use crate::product::{Product, Support};
use crate::scene::{Backdrop, Camera, Ground, GroundKind, Lights, Placed, Scene};

/// The choices that make one picture differ from another.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// What the ground is made of.
    pub ground: GroundKind,
    /// Its colour, linear.
    pub tone: Vec3,
    /// Colour of the backdrop, linear; the ground's own for a seamless studio.
    pub wall: Vec3,
    /// Whether ground and backdrop meet in a visible line.
    pub horizon: bool,
    /// Out-of-focus shapes in the background.
    pub shapes: usize,
    /// Turn of the viewer around the product, radians.
    pub yaw: f32,
    /// Height of the viewer above the horizon, radians.
    pub pitch: f32,
    /// Tilt of the camera, radians.
    pub roll: f32,
    /// Share of the picture that the products fill; above 1 they are cut off.
    pub fill: f32,
    /// Shift of the frame in half pictures.
    pub shift: Vec2,
    /// Side from which the key light comes, radians from the front.
    pub light_from: f32,
    /// Height of the key light, radians.
    pub light_height: f32,
    /// Size of the key light.
    pub light_size: f32,
    /// Ratio of key light to the light all around, 0 to 1.
    pub contrast: f32,
    /// Warm (1) or cold (-1) light.
    pub warmth: f32,
    /// Factor on all light.
    pub exposure: f32,
    /// How much the ground mirrors.
    pub gloss: f32,
    /// Whether reflections and fine relief are computed.
    pub fine: bool,
}

/// Colours of studio papers and walls, by name.
pub(crate) const PAPERS: &[(&str, u32)] = &[
    ("white", 0xF4_F3_F1),
    ("white", 0xEE_EC_E8),
    ("grey", 0xC9_CA_CC),
    ("beige", 0xE4_D9_C8),
    ("pink", 0xEB_D0_CC),
    ("blue", 0xC5_D4_DF),
    ("green", 0xCB_D6_C6),
    ("yellow", 0xEF_DF_B4),
];

/// A calm studio: soft light from the left, the product at three quarters.
pub(crate) fn calm() -> Setting {
    Setting {
        ground: GroundKind::Paper,
        tone: from_hex(0xEE_EC_E8),
        wall: from_hex(0xEE_EC_E8),
        horizon: false,
        shapes: 0,
        yaw: 0.0,
        pitch: 0.28,
        roll: 0.0,
        fill: 0.74,
        shift: Vec2::ZERO,
        light_from: -0.7,
        light_height: 0.85,
        light_size: 0.3,
        contrast: 0.5,
        warmth: 0.1,
        exposure: 1.0,
        gloss: 0.0,
        fine: true,
    }
}

/// Puts `products` side by side into the studio. The first `framed` are what the
/// picture is of; the others stand around as chance has it.
pub(crate) fn arrange(products: Vec<Product>, framed: usize, setting: &Setting, rng: &mut Rng) -> Scene {
    let wall = products.first().is_some_and(|p| p.support == Support::Wall);
    let best = products.first().map_or(0.0, |p| p.best_yaw);
    let beside = products.first().map_or(Vec3::ZERO, |p| p.beside);
    let mut items = Vec::new();
    let (mut right, mut left) = (0.0_f32, 0.0_f32);
    for (i, product) in products.into_iter().enumerate() {
        let (lo, hi) = product.bounds;
        let twin = i == 1 && i < framed && beside != Vec3::ZERO;
        let spin = if i == 0 {
            0.0
        } else if twin {
            0.12
        } else {
            (rng.f32() - 0.5) * if wall { 0.5 } else { 1.6 }
        };
        let turn = if wall { Quat::from_rotation_z(spin) } else { Quat::from_rotation_y(best + spin) };
        let half = (hi - lo) * 0.5;
        let reach = if wall { half.x } else { half.x.max(half.z) * 0.85 };
        let x = if i == 0 {
            right = reach;
            left = -reach;
            0.0
        } else if i % 2 == 1 {
            right += reach * 2.0 + 0.06;
            right - reach
        } else {
            left -= reach * 2.0 + 0.06;
            left + reach
        };
        let middle = (lo + hi) * 0.5;
        let rest =
            if wall { Vec3::new(x - middle.x, -middle.y, 0.01 - lo.z) } else { Vec3::new(x, 0.0, 0.0) };
        let rest = if twin { Quat::from_rotation_y(best) * beside } else { rest };
        let deep = if i == 0 || twin || wall { 0.0 } else { (rng.f32() - 0.6) * 0.5 };
        let rotation = turn * product.pose;
        let mut placed = Placed { product, rotation, position: rest + Vec3::new(0.0, 0.0, deep), scale: 1.0 };
        if !wall {
            placed.position.y = 0.01 - lo.y;
            placed.position.y -= 0.02;
        }
        items.push(placed);
    }
    frame(items, framed, wall, setting, rng)
}

fn frame(items: Vec<Placed>, framed: usize, wall: bool, setting: &Setting, rng: &mut Rng) -> Scene {
    let points: Vec<Vec3> = items.iter().take(framed).flat_map(silhouette).collect();
    let (yaw, pitch) = if wall {
        (setting.yaw.sin() * 0.3, (setting.pitch - 0.28) * 0.35)
    } else {
        (setting.yaw, setting.pitch)
    };
    let camera =
        Camera::fitting(&points, (yaw, pitch, setting.roll), 0.24, setting.fill).shifted(setting.shift);
    let (s, c) = setting.light_height.sin_cos();
    let key = if wall {
        camera.towards(Vec3::new(setting.light_from.sin() * 0.75, 0.62 * s + 0.2, 0.75 * c + 0.35))
    } else {
        let flat =
            Quat::from_rotation_y(yaw) * Vec3::new(setting.light_from.sin(), 0.0, setting.light_from.cos());
        (flat * c + Vec3::Y * s).normalize()
    };
    let warm = Vec3::new(1.0 + 0.07 * setting.warmth, 1.0, 1.0 - 0.1 * setting.warmth);
    let ground_normal = if wall { Vec3::Z } else { Vec3::Y };
    // The ground under full light comes out at its own colour.
    let share = setting.contrast;
    let key_strength = share / key.dot(ground_normal).max(0.3);
    let sky = Vec3::splat(1.03 - share) * Vec3::new(0.98, 1.0, 1.03);
    let bounce = setting.tone * 0.55 * (1.0 - 0.4 * share);
    let lights = Lights {
        key,
        key_colour: warm * key_strength,
        size: setting.light_size,
        sky,
        bounce,
        exposure: setting.exposure,
    };
    let shapes = (0..setting.shapes)
        .map(|_| {
            let at = Vec2::new(rng.f32() * 2.4 - 1.2, rng.f32() * 1.6 - 0.3);
            let half = Vec2::new(0.05 + rng.f32() * 0.4, 0.05 + rng.f32() * 0.5);
            let tint = Vec3::new(rng.f32(), rng.f32(), rng.f32()) * 0.5;
            (at, half, setting.wall.lerp(tint, 0.4 + 0.5 * rng.f32()))
        })
        .collect();
    let fade = if setting.horizon { (2.6, 0.5) } else { (1.2, 3.2) };
    let ground = Ground {
        kind: setting.ground,
        tone: setting.tone,
        normal: ground_normal,
        level: 0.0,
        fade: if wall { (60.0, 1.0) } else { fade },
        gloss: setting.gloss,
    };
    let backdrop = Backdrop { tone: setting.wall, shapes };
    Scene { items, ground, backdrop, lights, camera, fine: setting.fine }
}

/// Points on the visible hull of a product, tighter than the corners of its box: a
/// turned box is much wider than the round thing in it.
fn silhouette(placed: &Placed) -> Vec<Vec3> {
    let (lo, hi) = placed.product.bounds;
    let mut points = Vec::new();
    const N: usize = 12;
    let size = hi - lo;
    let cell = size / N as f32;
    let reach = cell.length() * 0.5;
    for i in 0..=N {
        for j in 0..=N {
            for k in 0..=N {
                let p = lo + Vec3::new(i as f32, j as f32, k as f32) * cell;
                let d = (placed.product.field)(p).distance;
                if d < reach * 0.35 && d > -reach * 1.5 {
                    points.push(placed.rotation * (p * placed.scale) + placed.position);
                }
            }
        }
    }
    if points.is_empty() { placed.corners().to_vec() } else { points }
}

/// The word for a viewpoint.
pub(crate) fn view_name(setting: &Setting, wall: bool) -> &'static str {
    if setting.fill > 1.05 {
        "close-up"
    } else if wall {
        "flat"
    } else if setting.pitch > 1.0 {
        "top"
    } else if setting.yaw.abs() > PI * 0.35 {
        "side"
    } else if setting.yaw.abs() > 0.25 {
        "three-quarter"
    } else {
        "front"
    }
}
