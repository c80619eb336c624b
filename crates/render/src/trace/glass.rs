//! Clear glass: a ray goes on through the body, face by face.

use glam::Vec3;

use super::ground::beyond;
use super::march::{Hit, gradient, nearest};
use super::surface::{around, surface};
use crate::material::Material;
use crate::product::{Near, Part};
use crate::scene::Scene;

/// Clear glass: mirrors at its faces, lets the scene behind through, tinted.
pub(super) fn glass(scene: &Scene, origin: Vec3, direction: Vec3, hit: Hit, part: &Part, pixel: f32) -> Vec3 {
    let Some(placed) = scene.items.get(hit.item) else { return Vec3::ZERO };
    let tint = part.colour.lerp(Vec3::ONE, 0.35);
    let (mut through, mut light, mut t) = (Vec3::ONE, Vec3::ZERO, hit.t);
    let mut bend = direction;
    for face in 0..6 {
        let p = origin + direction * t;
        let local = placed.local(p);
        let n = placed.rotation * gradient(&|q| (placed.product.field)(q).distance, local, 0.002);
        let cos = n.dot(direction).abs();
        let fresnel = 0.04 + 0.96 * (1.0 - cos).powi(5);
        let mirrored = direction - 2.0 * direction.dot(n) * n;
        light += through * fresnel * around(scene, p, mirrored, 0.05);
        // Long ways through the wall at grazing angles drink more light.
        let drunk = tint.powf(0.25 + 0.35 / cos.max(0.12));
        through *= (1.0 - fresnel) * drunk;
        bend = (bend - n * 0.04 * n.dot(direction)).normalize();
        // On to the next face of the same body, from either side.
        let (o, d) = (placed.local(origin), placed.rotation.inverse() * direction);
        let mut s = t / placed.scale + 0.009;
        let mut next = None;
        for _ in 0..50 {
            let near: Near = (placed.product.field)(o + d * s);
            if near.distance.abs() < 1e-3 {
                next = Some((s * placed.scale, near.part));
                break;
            }
            s += near.distance.abs() * 0.9;
            if s * placed.scale > hit.t + 4.0 {
                break;
            }
        }
        match next {
            Some((at, part)) if face < 5 => {
                let clear = placed.product.parts.get(part).is_some_and(|q| q.material == Material::Glass);
                if !clear {
                    let hit = Hit { t: at, item: hit.item, part };
                    return light + through * surface(scene, origin, direction, hit, pixel, 1);
                }
                t = at;
            }
            _ => break,
        }
    }
    let start = origin + direction * (t + 0.01);
    let behind = match nearest(scene, start, bend, pixel, f32::MAX) {
        Some(other) if other.item != hit.item => surface(scene, start, bend, other, pixel, 1),
        _ => beyond(scene, start, bend, pixel),
    };
    light + through * behind
}
