//! From a ray to a colour: sphere tracing, soft shadows, occlusion and shading.
//!
//! Soft shadows and ambient occlusion are estimated from the distance field, without
//! random samples, so pictures carry no noise and compress well (methods: Inigo
//! Quilez, iquilezles.org/articles/rmshadows; Alex Evans, "Fast Approximations for
//! Global Illumination on Dynamic Scenes", 2006). The specular lobe is GGX with the
//! approximations of Brian Karis, "Real Shading in Unreal Engine 4", 2013.

use std::f32::consts::PI;

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::noise::{fractal, noise};
use crate::product::{Mapping, Near, Part};
use crate::scene::{GroundKind, Placed, Scene};
use crate::sdf::{mix, smoothstep};

/// What a ray met.
#[derive(Clone, Copy)]
struct Hit {
    /// Distance along the ray.
    t: f32,
    /// Which of the scene's items.
    item: usize,
    /// Which part of it.
    part: usize,
}

/// What a pixel shows: its colour and an id that differs between different things,
/// for finding edges.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// Linear light.
    pub colour: Vec3,
    /// Item and part; 0 is the ground or backdrop.
    pub id: u32,
}

/// The colour seen along a ray; `pixel` is the size of a pixel at distance 1.
pub(crate) fn look(scene: &Scene, origin: Vec3, direction: Vec3, pixel: f32) -> Seen {
    match nearest(scene, origin, direction, pixel, f32::MAX) {
        Some(hit) => {
            let id = 1 + hit.item as u32 * 32 + hit.part as u32;
            Seen { colour: surface(scene, origin, direction, hit, pixel, 0), id }
        }
        None => Seen { colour: beyond(scene, origin, direction, pixel), id: 0 },
    }
}

/// Entry and exit of a ray through a box, if it meets it.
fn slab(lo: Vec3, hi: Vec3, origin: Vec3, inverse: Vec3) -> Option<(f32, f32)> {
    let (a, b) = ((lo - origin) * inverse, (hi - origin) * inverse);
    let enter = a.min(b).max_element().max(0.0);
    let leave = a.max(b).min_element();
    (enter < leave).then_some((enter, leave))
}

fn nearest(scene: &Scene, origin: Vec3, direction: Vec3, pixel: f32, limit: f32) -> Option<Hit> {
    let mut found: Option<Hit> = None;
    for (item, placed) in scene.items.iter().enumerate() {
        let farthest = found.map_or(limit, |h| h.t);
        if let Some((t, part)) = march(placed, origin, direction, pixel, 0.0, farthest) {
            found = Some(Hit { t, item, part });
        }
    }
    found
}

fn march(
    placed: &Placed,
    origin: Vec3,
    direction: Vec3,
    pixel: f32,
    from: f32,
    limit: f32,
) -> Option<(f32, usize)> {
    let o = placed.local(origin);
    let d = placed.rotation.inverse() * direction;
    let (lo, hi) = placed.product.bounds;
    let (enter, leave) = slab(lo, hi, o, d.recip())?;
    let mut t = enter.max(from / placed.scale);
    let leave = leave.min(limit / placed.scale);
    let caution = placed.product.caution;
    for _ in 0..110 {
        if t >= leave {
            return None;
        }
        let near = (placed.product.field)(o + d * t);
        if near.distance < (pixel * t * 0.4).max(2e-4) {
            return Some((t * placed.scale, near.part));
        }
        t += near.distance * caution;
    }
    None
}

fn gradient(field: &impl Fn(Vec3) -> f32, p: Vec3, e: f32) -> Vec3 {
    const K: [Vec3; 4] = [
        Vec3::new(1.0, -1.0, -1.0),
        Vec3::new(-1.0, -1.0, 1.0),
        Vec3::new(-1.0, 1.0, -1.0),
        Vec3::new(1.0, 1.0, 1.0),
    ];
    K.iter().map(|&k| k * field(p + k * e)).sum::<Vec3>().normalize_or(Vec3::Y)
}

/// Share of the key light that reaches `p`, 0 to 1.
fn shadow(scene: &Scene, p: Vec3, facing: Vec3) -> f32 {
    let key = scene.lights.key;
    let start = p + facing * 0.004;
    let mut lit = 1.0_f32;
    for placed in &scene.items {
        let o = placed.local(start);
        let d = placed.rotation.inverse() * key;
        let (lo, hi) = placed.product.bounds;
        // Half-shadows reach as far beyond the box as the light is wide.
        let pad = Vec3::splat(0.1 + scene.lights.size * if scene.fine { 0.9 } else { 0.4 });
        let Some((enter, leave)) = slab(lo - pad, hi + pad, o, d.recip()) else { continue };
        let mut t = enter.max(0.012);
        let mut res = 1.0_f32;
        for _ in 0..if scene.fine { 80 } else { 26 } {
            let h = (placed.product.field)(o + d * t).distance;
            res = res.min(0.5 + 0.5 * h / (scene.lights.size * t));
            if res < 0.01 || t > leave {
                break;
            }
            t += (h * 0.85).clamp(if scene.fine { 0.012 } else { 0.025 }, 0.2);
        }
        lit *= smoothstep(0.0, 1.0, res);
    }
    lit
}

/// Openness of `p` towards `n`, 0 (in a crevice) to 1.
fn openness(scene: &Scene, p: Vec3, n: Vec3, reach: f32) -> f32 {
    const STEPS: usize = 5;
    let mut open = 1.0;
    for placed in &scene.items {
        let (o, d) = (placed.local(p), placed.rotation.inverse() * n);
        let (lo, hi) = placed.product.bounds;
        let away = (lo - o).max(o - hi).max(Vec3::ZERO).length() * placed.scale;
        if away > reach {
            continue;
        }
        let (mut hidden, mut weight) = (0.0, 1.0);
        for i in 0..STEPS {
            let h = reach * (0.06 + 0.94 * (i as f32 / (STEPS - 1) as f32).powi(2)) / placed.scale;
            hidden += weight * (h - (placed.product.field)(o + d * h).distance).max(0.0) / h;
            weight *= 0.82;
        }
        open *= (1.0 - hidden / 3.2).clamp(0.0, 1.0);
    }
    // The ground is open to the sky above; what is near it is not.
    let over = p.dot(scene.ground.normal) - scene.ground.level;
    let down = -n.dot(scene.ground.normal);
    if over > 1e-3 { open * (1.0 - 0.45 * (0.5 + 0.5 * down) * smoothstep(0.5, 0.0, over)) } else { open }
}

/// Colour of a point on a product.
fn surface(scene: &Scene, origin: Vec3, direction: Vec3, hit: Hit, pixel: f32, depth: u32) -> Vec3 {
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
    let n = placed.rotation * tilted;
    let albedo = paint(part, local, flat, uv);
    if part.material == Material::Glass && depth == 0 {
        return glass(scene, origin, direction, hit, part, pixel);
    }
    let lit = shade(scene, p, placed.rotation * flat, n, direction, part, albedo, pixel, depth);
    lit + part.colour * part.glow * glow_falloff(part, local)
}

fn glow_falloff(part: &Part, local: Vec3) -> f32 {
    if part.glow > 0.0 { 0.75 + 0.25 * (local.y * 3.0).sin().abs() } else { 0.0 }
}

fn paint(part: &Part, local: Vec3, n: Vec3, uv: Vec2) -> Vec3 {
    let (second, accent) = part.pattern.at(uv / part.repeat, local);
    let base = part.colour.lerp(part.second, second).lerp(part.accent, accent);
    // Grain runs along a table's top, not through it.
    let lies = part.mapping == Mapping::Top || part.mapping == Mapping::Faces && n.y.abs() > 0.75;
    let along = if lies { Vec3::new(local.y, local.x, local.z) } else { local };
    part.material.grain(base, along, uv)
}

fn relief(part: &Part, local: Vec3, n: Vec3) -> Vec3 {
    let e = 0.0025;
    let height = |q: Vec3| part.material.relief(q, part.mapping.lay(q, n, part.repeat));
    let tangent = n.any_orthonormal_vector();
    let other = n.cross(tangent);
    let h = height(local);
    let slope = tangent * (height(local + tangent * e) - h) + other * (height(local + other * e) - h);
    (n - slope / e * part.finish.relief).normalize_or(n)
}

#[allow(clippy::too_many_arguments)]
fn shade(
    scene: &Scene,
    p: Vec3,
    flat: Vec3,
    n: Vec3,
    direction: Vec3,
    part: &Part,
    albedo: Vec3,
    pixel: f32,
    depth: u32,
) -> Vec3 {
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
    let scale = -1.04 * x + (1.04 - 0.572 * r - 0.0275);
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
fn around(scene: &Scene, p: Vec3, direction: Vec3, roughness: f32) -> Vec3 {
    let studio = scene.studio(direction, roughness);
    let down = -direction.dot(scene.ground.normal);
    let ground = scene.ground.tone * (scene.lights.key_colour * 0.5 + scene.lights.sky * 0.7);
    let over = (p.dot(scene.ground.normal) - scene.ground.level).max(0.0);
    // Near the ground a product mirrors its own shadow.
    let contact = 0.45 + 0.55 * smoothstep(0.0, 0.45, over);
    studio.lerp(ground * contact, smoothstep(-0.12 - roughness * 0.4, 0.2 + roughness * 0.4, down))
}

/// Clear glass: mirrors at its faces, lets the scene behind through, tinted.
fn glass(scene: &Scene, origin: Vec3, direction: Vec3, hit: Hit, part: &Part, pixel: f32) -> Vec3 {
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

/// Colour of the ground, or of the backdrop where there is none.
fn beyond(scene: &Scene, origin: Vec3, direction: Vec3, pixel: f32) -> Vec3 {
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
