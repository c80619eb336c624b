//! Watches and clocks.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::order::Order;
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, cylinder, ellipsoid, rectangle, rod, smin, turn, v};

/// A point with the dial's axis (z) upright, for shapes that are built around y.
fn facing(p: Vec3) -> Vec3 {
    Vec3::new(p.x, p.z, -p.y)
}

/// Distance to the two hands that show `hours` (0 to 12), lying at depth `z`.
fn hands(p: Vec3, hours: f32, length: f32, z: f32, thick: f32) -> f32 {
    let hand = |turns: f32, length: f32, thick: f32| {
        let (x, y) = turn(p.x, p.y, turns * std::f32::consts::TAU);
        rod(Vec3::new(x, y, (p.z - z) * 1.5), v(0.0, -length * 0.16, 0.0), v(0.0, length, 0.0), thick)
    };
    hand(hours / 12.0, length * 0.62, thick * 1.35)
        .min(hand(hours.fract(), length, thick))
        .min((p - v(0.0, 0.0, z)).length() - thick * 2.2)
}

/// The face of a timepiece, and ink that shows on it.
fn face(order: &mut Order<'_>, radius: f32) -> (Part, Part) {
    let light = order.chance(0.65);
    let paper = if order.chance(0.25) {
        order.second()
    } else {
        from_hex(if light { 0xF2_EF_E8 } else { 0x22_25_2C })
    };
    let ink = from_hex(if paper.element_sum() < 0.9 { 0xEC_E8_DE } else { 0x26_26_2A });
    (
        Part::new(Material::Plastic, paper).rough(0.5).printed(Pattern::Dial(radius), ink),
        Part::new(Material::Plastic, ink),
    )
}

/// A wristwatch laid flat: case, crown, dial and strap.
pub(crate) fn watch(order: &mut Order<'_>) -> Product {
    let r = order.between(0.155, 0.185);
    let square = order.chance(0.2);
    let hours = order.between(0.0, 12.0);
    let steel = order.style.material == Material::Metal;
    let mut strap = order.plain(Mapping::Front);
    let case = if steel { strap } else { order.fitting() };
    let (dial, ink) = face(order, r * 0.92);
    let wide = r * order.between(0.58, 0.7);
    strap.pattern = Pattern::Plain;
    let stitch = Part::new(Material::Cotton, strap.colour.lerp(Vec3::ONE, 0.4));
    let stitched = !steel && strap.material == Material::Leather;
    let parts = vec![strap, case, dial, ink, stitch];
    Product::standing(parts, v(-0.26, -0.55, -0.03), v(0.26, 0.56, 0.11), move |p| {
        let q = Vec3::new(p.x.abs(), p.y.abs(), p.z);
        let end = 0.5;
        let width = wide * (1.0 - 0.32 * ((q.y - r) / (end - r)).clamp(0.0, 1.0));
        let bow = 0.025 - 0.05 * ((q.y - r) / (end - r)).clamp(0.0, 1.0);
        let mut band = cuboid(
            Vec3::new(p.x, q.y - (r + end) * 0.5, p.z - 0.02 - bow),
            v(width, (end - r) * 0.5 + 0.04, 0.017),
            0.014,
        );
        let link = (q.y / 0.045).fract();
        if steel {
            band += 0.006 - 0.006 * (1.0 - ((link - 0.5).abs() * 2.0).powi(6)).max(0.0);
        } else if p.y < -0.28 {
            let hole = Vec2::new(p.x, (p.y / 0.05 - (p.y / 0.05).round()) * 0.05).length() - 0.009;
            band = band.max(-hole);
        }
        let line =
            stitched && (q.x - width + 0.014).abs() < 0.004 && (q.y * 60.0).fract() < 0.62 && p.z > 0.02;
        let at = p - v(0.0, 0.0, 0.045);
        let (body, glass) = if square {
            let d = rectangle(Vec2::new(p.x, p.y), Vec2::new(r * 0.86, r), 0.04);
            (
                crate::sdf::extrude(d, at.z, 0.04, 0.014),
                crate::sdf::extrude(d + 0.022, at.z - 0.014, 0.03, 0.002),
            )
        } else {
            (
                cylinder(facing(at), 0.04, r, 0.014),
                cylinder(facing(at - v(0.0, 0.0, 0.014)), 0.03, r * 0.9, 0.002),
            )
        };
        let bezel = body.max(-(glass));
        let plate =
            if square { glass.max(at.z - 0.018) } else { cylinder(facing(at), 0.018, r * 0.9, 0.002) };
        let lugs =
            cuboid(Vec3::new(q.x - wide * 0.9, q.y - r * 0.95, p.z - 0.035), v(0.02, 0.05, 0.022), 0.014);
        let crown = cylinder(Vec3::new(p.y, p.x - r - 0.016, p.z - 0.045), 0.02, 0.022, 0.006);
        let buckle =
            rectangle(Vec2::new(p.x, p.y - end + 0.005), Vec2::new(wide * 0.72 + 0.022, 0.045), 0.02).abs();
        let buckle = Vec2::new(buckle, p.z + 0.002).length() - 0.012;
        let mut near = Near::new(band, if line { 4 } else { 0 })
            .or(smin(bezel, lugs, 0.012), 1)
            .or(crown, 1)
            .or(plate, 2)
            .or(hands(p, hours, r * 0.74, 0.068, 0.007), 3);
        if !steel {
            near = near.or(buckle, 1);
        }
        near
    })
    .careful(0.85)
    .on_wall()
}

/// A clock: for the wall, round or square, or standing with two bells.
pub(crate) fn clock(order: &mut Order<'_>) -> Product {
    let hours = order.between(0.0, 12.0);
    let rim = order.main(Mapping::Around(0.45), 0.2);
    let form = order.variant(3);
    let (dial, ink) = face(order, if form == 2 { 0.32 } else { 0.43 });
    let metal = order.fitting();
    let parts = vec![rim, dial, ink, metal];
    let edge = order.between(0.03, 0.055);
    if form == 2 {
        return alarm_clock(parts, hours);
    }
    Product::standing(parts, v(-0.51, -0.51, 0.0), v(0.51, 0.51, 0.13), move |p| {
        let (outer, back) = if form == 0 {
            (
                cylinder(facing(p - v(0.0, 0.0, 0.055)), 0.055, 0.5, 0.025),
                cylinder(facing(p - v(0.0, 0.0, 0.12)), 0.06, 0.5 - edge, 0.01),
            )
        } else {
            let d = rectangle(Vec2::new(p.x, p.y), Vec2::splat(0.48), 0.1);
            (
                crate::sdf::extrude(d, p.z - 0.055, 0.055, 0.025),
                crate::sdf::extrude(d + edge, p.z - 0.12, 0.06, 0.01),
            )
        };
        let frame = outer.max(-back);
        let part = if back < 0.004 && p.z < 0.07 { 1 } else { 0 };
        Near::new(frame, part).or(hands(p, hours, 0.34, 0.078, 0.012), 2)
    })
    .careful(0.9)
    .on_wall()
}

fn alarm_clock(parts: Vec<Part>, hours: f32) -> Product {
    Product::standing(parts, v(-0.44, -0.48, -0.2), v(0.44, 0.6, 0.22), move |c| {
        // The dial's marks are drawn around the origin.
        let p = c + v(0.0, 0.48, 0.0);
        let outer = cylinder(facing(c), 0.17, 0.4, 0.05);
        let hole = cylinder(facing(c - v(0.0, 0.0, 0.17)), 0.06, 0.345, 0.01);
        let frame = outer.max(-hole);
        let near = Near::new(frame, usize::from(hole < 0.004 && c.z < 0.14));
        let q = Vec3::new(p.x.abs(), p.y, p.z);
        let foot = rod(q, v(0.2, 0.15, 0.02), v(0.3, 0.025, 0.02), 0.028);
        let (x, y) = turn(q.x - 0.24, q.y - 0.86, 0.5);
        let bell = ellipsoid(Vec3::new(x, y, q.z), v(0.15, 0.12, 0.15)).max(-y);
        let stem = rod(q, v(0.16, 0.76, 0.0), v(0.24, 0.88, 0.0), 0.018);
        let hoop = Vec2::new(Vec2::new(q.x / 1.15, p.y - 0.93).length() - 0.11, p.z).length() - 0.014;
        let hoop = hoop.max(0.93 - p.y);
        near.or(foot.min(stem), 3).or(bell, 3).or(hoop, 3).or(hands(c, hours, 0.26, 0.122, 0.013), 2)
    })
    .careful(0.88)
    .turned(0.3)
}
