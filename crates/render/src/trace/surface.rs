//! The colour of a point on a product: paint, relief, light and reflections.

use std::f32::consts::PI;

use glam::{Vec2, Vec3};

use super::glass::glass;
use super::march::{Hit, gradient, nearest, openness, shadow};
use crate::material::Material;
use crate::product::{Mapping, Part};
use crate::scene::Scene;
use crate::sdf::{mix, smoothstep};

/// Colour of a point on a product.
pub(super) fn surface(
    scene: &Scene,
    origin: Vec3,
    direction: Vec3,
    hit: Hit,
    pixel: f32,
    depth: u32,
) -> Vec3 {
    let (Some(placed), p) = (scene.items.get(hit.item), origin + direction * hit.t) else {
        return Vec3::ZERO;
    };
    let Some(part) = placed.product.parts.get(hit.part) else { return Vec3::ZERO };
    let local = placed.local(p);
    let e = (pixel * hit.t / placed.scale * 0.6).clamp(0.0012, 0.006);
    let distance = |q: Vec3| (placed.product.field)(q).distance;
    let flat = gradient(&distance, local, e);
    let uv = part.mapping.lay(local, flat, part.repeat);
    let tilted = if part.finish.relief > 0.0 && (scene.fine || part.material.coarse()) {
        relief(part, local, flat)
    } else {
        flat
    };
    let albedo = paint(part, local, flat, uv);
    if part.material == Material::Glass && depth == 0 {
        return glass(scene, origin, direction, hit, part, pixel);
    }
    let spot =
        Spot { at: p, flat: placed.rotation * flat, normal: placed.rotation * tilted, direction, albedo };
    let lit = shade(scene, &spot, part, pixel, depth);
    lit + part.colour * part.glow * glow_falloff(part, local)
}

fn glow_falloff(part: &Part, local: Vec3) -> f32 {
    if part.glow > 0.0 { 0.75 + 0.25 * (local.y * 3.0).sin().abs() } else { 0.0 }
}

/// The colour of a part at a point: pattern, then grain.
fn paint(part: &Part, local: Vec3, n: Vec3, uv: Vec2) -> Vec3 {
    let (second, accent) = part.pattern.at(uv / part.repeat, local);
    let base = part.colour.lerp(part.second, second).lerp(part.accent, accent);
    // Grain runs along a table's top, not through it.
    let lies = part.mapping == Mapping::Top || part.mapping == Mapping::Faces && n.y.abs() > 0.75;
    let along = if lies { Vec3::new(local.y, local.x, local.z) } else { local };
    part.material.grain(base, along, uv)
}

/// The normal `n` tilted by the relief of the material.
fn relief(part: &Part, local: Vec3, n: Vec3) -> Vec3 {
    let e = 0.0025;
    let height = |q: Vec3| part.material.relief(q, part.mapping.lay(q, n, part.repeat));
    let tangent = n.any_orthonormal_vector();
    let other = n.cross(tangent);
    let h = height(local);
    let slope = tangent * (height(local + tangent * e) - h) + other * (height(local + other * e) - h);
    (n - slope / e * part.finish.relief).normalize_or(n)
}

/// A point of a surface as it is lit.
struct Spot {
    at: Vec3,
    /// Direction in which the solid faces, without relief.
    flat: Vec3,
    /// The same with relief.
    normal: Vec3,
    /// Direction of the ray that found it.
    direction: Vec3,
    /// Share of light that it scatters, by colour.
    albedo: Vec3,
}

/// Light from a spot towards the viewer.
fn shade(scene: &Scene, spot: &Spot, part: &Part, pixel: f32, depth: u32) -> Vec3 {
    let &Spot { at: p, flat, normal: n, direction, albedo } = spot;
    let lights = &scene.lights;
    let finish = part.finish;
    let view = -direction;
    let metal = part.material == Material::Metal;
    let facing = n.dot(view).max(0.02);
    let to_key = n.dot(lights.key);
    let open = openness(scene, p, flat, 0.32);
    let lit = if to_key > 0.0 { shadow(scene, p, flat) * to_key } else { 0.0 };
    let sky = lights.bounce.lerp(lights.sky, 0.5 + 0.5 * n.y);
    // Light that has bounced in a coloured crevice takes on its colour.
    let occlusion = open * (Vec3::ONE + albedo * (1.0 - open) * 0.6);
    let diffuse = albedo * (lights.key_colour * lit + sky * occlusion);
    let sheen = finish.sheen * (1.0 - facing).powi(3) * (sky * open + lights.key_colour * lit * 0.5);
    let sheen = sheen * (albedo * 0.7 + Vec3::splat(0.3));
    // Specular: the key light's own highlight, and the studio's mirror image.
    let a = finish.roughness * finish.roughness;
    let half = (view + lights.key).normalize_or(n);
    let nh = n.dot(half).max(0.0);
    let a2 = (a * a).max(1e-4);
    let spread = a2 / (PI * (nh * nh * (a2 - 1.0) + 1.0).powi(2));
    let k = (finish.roughness + 1.0).powi(2) / 8.0;
    let mask = 1.0 / ((facing * (1.0 - k) + k) * (to_key.max(0.0) * (1.0 - k) + k) * 4.0);
    let base = if metal { albedo } else { Vec3::splat(finish.mirror) };
    let edge = (1.0 - view.dot(half).max(0.0)).powi(5);
    let highlight = (base + (Vec3::ONE - base) * edge) * (spread * mask * lit).min(3.0) * lights.key_colour;
    // Environment: Karis' fit of the integrated lobe.
    let r = finish.roughness;
    let x = (1.0 - r).powi(2).min((2.0_f32).powf(-9.28 * facing)) * (1.0 - r) + (-0.0275 * r + 0.0425);
    let scale = -1.04 * x + (1.04 - 0.572 * r);
    let offset = 1.04 * x + (0.022 * r - 0.04);
    let strength = base * scale.max(0.0) + Vec3::splat(offset.max(0.0));
    let mirrored = direction - 2.0 * direction.dot(n) * n;
    let seen = if depth == 0 && scene.fine && r < 0.4 {
        match nearest(scene, p + flat * 0.006, mirrored, pixel * 3.0, 3.0) {
            Some(hit) => surface(scene, p + flat * 0.006, mirrored, hit, pixel * 3.0, depth + 1),
            None => around(scene, p, mirrored, r),
        }
    } else {
        around(scene, p, mirrored, r)
    };
    // Metal is rarely a clean mirror: a satin share scatters, and carries its colour.
    let body = if metal { diffuse * 0.3 } else { diffuse };
    let mirror = if metal { 1.25 } else { 1.0 };
    body + sheen + highlight * 0.5 + strength * seen * (mirror * mix(open, 1.0, 0.35))
}

/// The studio as a surface mirrors it: lights above, the lit ground below.
pub(super) fn around(scene: &Scene, p: Vec3, direction: Vec3, roughness: f32) -> Vec3 {
    let studio = scene.studio(direction, roughness);
    let down = -direction.dot(scene.ground.normal);
    let ground = scene.ground.tone * (scene.lights.key_colour * 0.5 + scene.lights.sky * 0.7);
    let over = (p.dot(scene.ground.normal) - scene.ground.level).max(0.0);
    // Near the ground a product mirrors its own shadow.
    let contact = 0.45 + 0.55 * smoothstep(0.0, 0.45, over);
    studio.lerp(ground * contact, smoothstep(-0.12 - roughness * 0.4, 0.2 + roughness * 0.4, down))
}
