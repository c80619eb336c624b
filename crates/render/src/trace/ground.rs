//! What a ray sees when it meets no product: the ground, or the backdrop.

use std::f32::consts::PI;

use glam::{Vec2, Vec3};

use super::march::{nearest, openness, shadow};
use super::surface::surface;
use crate::noise::{fractal, noise};
use crate::scene::{GroundKind, Scene};
use crate::sdf::smoothstep;

/// Colour of the ground, or of the backdrop where there is none.
pub(super) fn beyond(scene: &Scene, origin: Vec3, direction: Vec3, pixel: f32) -> Vec3 {
    let ground = &scene.ground;
    let toward = direction.dot(ground.normal);
    let t = (ground.level - origin.dot(ground.normal)) / toward;
    let behind = scene.behind(direction);
    if toward >= -1e-4 || t <= 0.0 {
        return behind;
    }
    let p = origin + direction * t;
    let far = smoothstep(ground.fade.0, ground.fade.0 + ground.fade.1, Vec2::new(p.x, p.z).length());
    if far >= 1.0 {
        return behind;
    }
    let lights = &scene.lights;
    let albedo = ground_paint(scene, p);
    let lit = shadow(scene, p, ground.normal);
    let open = openness(scene, p, ground.normal, 0.4);
    let key = lights.key.dot(ground.normal).max(0.0);
    let pool = 1.0 - 0.05 * (p - ground.normal * ground.level).length_squared().min(3.0);
    let light = (lights.key_colour * (key * lit) + lights.sky * (0.25 + 0.75 * open)) * pool;
    let mut colour = albedo * light;
    if ground.gloss > 0.0 {
        let mirrored = direction - 2.0 * toward * ground.normal;
        let fresnel = ground.gloss * (0.25 + 0.75 * (1.0 + toward).clamp(0.0, 1.0).powi(3));
        let start = p + ground.normal * 0.003;
        let seen = match nearest(scene, start, mirrored, pixel * 2.0, 2.0) {
            Some(hit) => surface(scene, start, mirrored, hit, pixel * 2.0, 1),
            None => behind,
        };
        colour = colour.lerp(seen, fresnel);
    }
    colour.lerp(behind, far)
}

/// Colour of the ground's material.
fn ground_paint(scene: &Scene, p: Vec3) -> Vec3 {
    let ground = &scene.ground;
    let uv = if ground.normal.y > 0.5 { Vec2::new(p.x, p.z) } else { Vec2::new(p.x, p.y) };
    let tone = ground.tone;
    match ground.kind {
        GroundKind::Paper => tone,
        GroundKind::Planks => {
            let (row, at) = ((uv.y / 0.42).floor(), (uv.y / 0.42).rem_euclid(1.0));
            let shade = 0.9 + 0.16 * noise(Vec3::new(row * 7.3, 0.5, 0.5));
            let gap = smoothstep(0.0, 0.014, at.min(1.0 - at));
            let flow = Vec3::new(uv.x * 0.9 + row * 5.1, uv.y * 9.0, row);
            let ring = fractal(flow + Vec3::splat(2.0 * noise(flow * 0.4)), 3);
            let fibre = noise(Vec3::new(uv.x * 7.0, uv.y * 120.0, row));
            tone * shade * (0.84 + 0.22 * ring + 0.06 * fibre) * (0.55 + 0.45 * gap)
        }
        GroundKind::Linen => {
            let weave = 0.5 + 0.25 * ((uv.x * 190.0).sin() + (uv.y * 190.0).sin());
            let slub = fractal(Vec3::new(uv.x * 9.0, uv.y * 60.0, 0.0), 2)
                + fractal(Vec3::new(uv.x * 60.0, uv.y * 9.0, 4.0), 2);
            tone * (0.84 + 0.06 * weave + 0.12 * slub * 0.8)
        }
        GroundKind::Concrete => tone * (0.82 + 0.3 * fractal(Vec3::new(uv.x * 2.2, uv.y * 2.2, 3.0), 5)),
        GroundKind::Marble => {
            let warp = fractal(Vec3::new(uv.x * 1.4, uv.y * 1.4, 1.0), 4);
            let vein = (1.0 - ((uv.x * 1.3 + uv.y * 0.9 + warp * 3.4) * PI).sin().abs()).powi(9);
            tone * (1.0 - 0.42 * vein - 0.06 * warp)
        }
        GroundKind::Tiles => {
            let (x, y) = ((uv.x / 0.5).rem_euclid(1.0), (uv.y / 0.5).rem_euclid(1.0));
            let gap = smoothstep(0.008, 0.02, x.min(1.0 - x).min(y).min(1.0 - y));
            tone * (0.6 + 0.4 * gap)
        }
    }
}
