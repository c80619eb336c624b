//! Settings as a merchant's telephone meets them: papers, tables, rooms, any light.

use fastrand::Rng;
use glam::{Vec2, Vec3};

use crate::palette::{Colour, from_hex};
use crate::scene::GroundKind;
use crate::studio::{PAPERS, Setting, calm};

/// A random setting and the word for its background; `wall` when the product lies flat
/// or hangs.
pub(super) fn setting(rng: &mut Rng, wall: bool) -> (Setting, &'static str) {
    let mut s = calm();
    let between = |rng: &mut Rng, a: f32, b: f32| a + (b - a) * rng.f32();
    let background = match rng.usize(..10) {
        0..=3 => {
            let (name, hex) = PAPERS[rng.usize(..PAPERS.len())];
            s.tone = from_hex(hex) * between(rng, 0.85, 1.05);
            s.wall = s.tone;
            name
        }
        4 => {
            let (name, hex) =
                [("white", 0xFA_FA_FA), ("black", 0x24_24_27), ("grey", 0x7C_7E_82)][rng.usize(..3)];
            s.tone = from_hex(hex);
            s.wall = s.tone;
            name
        }
        5 => {
            let colour = Colour::paints()[rng.usize(..14)];
            s.tone = colour.shade(rng, 1.0);
            s.wall = s.tone;
            colour.name()
        }
        6 | 7 => {
            s.ground = GroundKind::Planks;
            s.tone = from_hex([0xC9_9B_66, 0x8A_5E_3B, 0xD8_C7_AE, 0x5C_40_2C][rng.usize(..4)]);
            s.wall = from_hex(PAPERS[rng.usize(..PAPERS.len())].1) * between(rng, 0.5, 1.0);
            s.horizon = true;
            s.gloss = 0.12;
            "wooden table"
        }
        8 => {
            let (kind, name, hex) = [
                (GroundKind::Linen, "linen", 0xD9_CF_BE),
                (GroundKind::Concrete, "concrete", 0xA8_A8_A6),
                (GroundKind::Marble, "marble", 0xEC_EB_E9),
                (GroundKind::Tiles, "tiles", 0xDD_DE_DE),
            ][rng.usize(..4)];
            s.ground = kind;
            s.tone = from_hex(hex);
            s.wall = s.tone * between(rng, 0.5, 1.0);
            s.horizon = rng.bool();
            name
        }
        _ => {
            s.ground = [GroundKind::Planks, GroundKind::Concrete, GroundKind::Linen][rng.usize(..3)];
            s.tone = from_hex([0xB9_8A_5A, 0x9A_9A_98, 0xC8_BC_A8][rng.usize(..3)]) * between(rng, 0.6, 1.1);
            s.wall = Vec3::new(rng.f32(), rng.f32(), rng.f32()) * 0.5 + 0.15;
            s.shapes = 4 + rng.usize(..7);
            s.horizon = true;
            "room"
        }
    };
    s.yaw = if rng.f32() < 0.7 { between(rng, -0.6, 0.6) } else { between(rng, -3.1, 3.1) };
    s.pitch = match rng.usize(..10) {
        0 => between(rng, 0.9, 1.45),
        1 => between(rng, 0.02, 0.12),
        _ => between(rng, 0.12, 0.6),
    };
    if rng.f32() < 0.25 {
        s.roll = between(rng, -0.25, 0.25);
    }
    if wall && rng.f32() < 0.12 {
        s.roll = between(rng, -1.6, 1.6);
    }
    s.fill = match rng.usize(..10) {
        0 => between(rng, 1.1, 1.5),
        1 | 2 => between(rng, 0.35, 0.6),
        _ => between(rng, 0.6, 0.97),
    };
    let slack = (1.0 - s.fill).max(0.12);
    s.shift = Vec2::new(between(rng, -1.0, 1.0), between(rng, -1.0, 1.0)) * slack * 0.8;
    s.light_from = between(rng, -1.4, 1.4);
    s.light_height = between(rng, 0.5, 1.3);
    s.light_size = between(rng, 0.06, 0.45);
    s.contrast = between(rng, 0.25, 0.72);
    s.warmth = between(rng, -1.0, 1.8);
    s.exposure = if rng.f32() < 0.12 { between(rng, 0.4, 0.7) } else { between(rng, 0.8, 1.12) };
    s.fine = false;
    if rng.f32() < 0.1 {
        s.gloss = 0.3;
    }
    (s, background)
}

/// What a simple camera adds: a little blur and noise.
pub(super) fn weather(pixels: &mut [Vec3], size: usize, rng: &mut Rng) {
    if rng.f32() < 0.2 {
        let old = pixels.to_vec();
        for y in 1..size - 1 {
            for x in 1..size - 1 {
                let i = y * size + x;
                let around = old[i - 1] + old[i + 1] + old[i - size] + old[i + size];
                pixels[i] = old[i] * 0.4 + around * 0.15;
            }
        }
    }
    if rng.f32() < 0.3 {
        let strength = 0.035 * rng.f32();
        for p in pixels {
            let n =
                Vec3::new(rng.f32(), rng.f32(), rng.f32()) + Vec3::new(rng.f32(), rng.f32(), rng.f32()) - 1.0;
            *p += n * strength * (0.1 + p.max_element().max(0.0).sqrt());
        }
    }
}
