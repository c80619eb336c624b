//! Sunglasses, headphones, cushions and framed pictures.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::noise::fractal;
use crate::order::Order;
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, cylinder, extrude, rectangle, rod, smax, v};

/// Sunglasses standing with open temples.
pub(crate) fn sunglasses(order: &mut Order<'_>) -> Product {
    let frame = order.plain(Mapping::Front);
    let dark = from_hex([0x1E_1E_22, 0x3A_2A_1E, 0x1E_2E_38][order.variant(3)]);
    let lens = Part::new(Material::Enamel, dark);
    let (a, b) = (order.between(0.19, 0.215), order.between(0.14, 0.185));
    let corner = order.between(0.08, b);
    let thick = order.between(0.014, 0.03);
    let drop = order.between(0.0, 0.05);
    Product::standing(vec![frame, lens], v(-0.54, -0.22, -0.75), v(0.54, 0.24, 0.12), move |p| {
        let q = Vec3::new(p.x.abs(), p.y, p.z);
        // Both lenses lie on a gentle curve around the face.
        let z = p.z + 0.22 * q.x * q.x;
        let at = Vec2::new(q.x - 0.26, p.y + drop * (q.x - 0.26));
        let d = rectangle(at, Vec2::new(a, b), corner);
        let ring = extrude(d.abs() - thick, z, 0.022, 0.01);
        let glass = extrude(d, z, 0.006, 0.002);
        let bridge = rod(
            Vec3::new(q.x, p.y + 0.9 * q.x * q.x, z),
            v(0.0, b * 0.45, 0.0),
            v(0.06, b * 0.45, 0.0),
            0.02,
        );
        let hinge = v(0.47, b * 0.5, -0.04);
        let temple = cuboid(Vec3::new(q.x - 0.48, p.y - b * 0.5, p.z + 0.35), v(0.014, 0.026, 0.3), 0.012)
            .min(rod(q, v(0.48, b * 0.5, -0.62), v(0.47, -b * 0.75, -0.72), 0.02))
            .min(rod(q, hinge, v(0.44, b * 0.48, -0.045), 0.028));
        Near::new(ring.min(bridge).min(temple), 0).or(glass, 1)
    })
    .careful(0.85)
    .turned(0.5)
}

/// Headphones: a padded band over two cups.
pub(crate) fn headphones(order: &mut Order<'_>) -> Product {
    let shell = order.plain(Mapping::Front);
    let pad = Part::new(Material::Leather, from_hex(if order.chance(0.7) { 0x26_26_28 } else { 0xB8_A0_80 }));
    let metal = order.fitting();
    let (r, cup) = (order.between(0.36, 0.4), order.between(0.16, 0.19));
    let wide = order.between(0.045, 0.07);
    Product::standing(vec![shell, pad, metal], v(-0.56, 0.0, -0.23), v(0.56, r + 0.55, 0.23), move |p| {
        let q = Vec3::new(p.x.abs(), p.y, p.z);
        let centre = cup + 0.3;
        let arc = Vec2::new(q.x, (p.y - centre) * 0.95).length() - r;
        let band = rectangle(Vec2::new(arc, p.z), Vec2::new(0.018, wide), 0.016).max(centre - 0.02 - p.y);
        let cushion = rectangle(Vec2::new(arc + 0.026, p.z), Vec2::new(0.02, wide * 0.85), 0.018)
            .max(centre + r * 0.55 - p.y);
        let slide = cuboid(Vec3::new(q.x - r, p.y - centre + 0.1, p.z), v(0.011, 0.17, 0.03), 0.008);
        let side = Vec3::new(p.y - cup - 0.02, q.x - r + 0.005, p.z);
        let body = cylinder(side - v(0.0, 0.045, 0.0), 0.05, cup, 0.035);
        let disc = cylinder(side - v(0.0, 0.095, 0.0), 0.006, cup * 0.55, 0.004);
        let ring =
            Vec2::new(Vec2::new(side.x, side.z).length() - cup * 0.72, side.y + 0.045).length() - cup * 0.27;
        Near::new(band.min(body), 0).or(cushion.min(ring), 1).or(slide.min(disc), 2)
    })
    .careful(0.88)
    .turned(0.55)
}

/// A cushion with piping round its seam.
pub(crate) fn cushion(order: &mut Order<'_>) -> Product {
    let (a, b) = if order.chance(0.7) { (0.46, 0.46) } else { (0.54, 0.36) };
    let cloth = order.main(Mapping::Front, 0.17);
    let mut piping = cloth;
    piping.pattern = Pattern::Plain;
    piping.colour = if order.chance(0.5) { cloth.second } else { cloth.colour * 0.8 };
    let full = order.between(0.15, 0.2);
    let seed = order.between(0.0, 60.0);
    Product::standing(
        vec![cloth, piping],
        v(-a - 0.03, -b - 0.03, -0.24),
        v(a + 0.03, b + 0.03, 0.24),
        move |p| {
            let (x, y) = (p.x / a, p.y / b);
            // Corners stay sharp while the sides are drawn in by the filling.
            let draw = 0.05 * (1.0 - y * y).max(0.0);
            let pull = 0.05 * (1.0 - x * x).max(0.0);
            let flat = rectangle(
                Vec2::new(p.x.abs() + draw * x.abs(), p.y.abs() + pull * y.abs()),
                Vec2::new(a, b),
                0.04,
            );
            let dome = ((1.0 - x * x).max(0.0) * (1.0 - y * y).max(0.0)).powf(0.42);
            let crease = 0.05 * (fractal(Vec3::new(p.x * 4.0, p.y * 4.0, seed), 2) - 0.5) * dome;
            let body = smax(flat, (p.z.abs() - full * dome - crease) * 0.6, 0.03);
            let cord = Vec2::new(flat + 0.005, p.z).length() - 0.014;
            Near::new(body, 0).or(cord, 1)
        },
    )
    .careful(0.75)
    .turned(0.35)
}

/// A framed picture for the wall.
pub(crate) fn picture_frame(order: &mut Order<'_>) -> Product {
    let (a, b) = (order.between(0.34, 0.46), order.between(0.36, 0.5));
    let edge = order.between(0.03, 0.06);
    let mount = order.between(0.06, 0.12);
    let frame = order.plain(Mapping::Front);
    let paper = Part::new(Material::Paper, from_hex(0xF1_EE_E7));
    let second = order.second();
    let sky = Part::new(Material::Paper, second.lerp(Vec3::ONE, 0.45));
    let tint = order.colour();
    let hill = Part::new(Material::Paper, second.lerp(tint, 0.4) * 0.7);
    let near_hill = Part::new(Material::Paper, second * 0.55);
    let sun = Part::new(Material::Paper, from_hex([0xE8_A0_3C, 0xD9_5A_44, 0xF2_E2_B8][order.variant(3)]));
    let (phase, at) =
        (order.between(0.0, 6.0), Vec2::new(order.between(-0.12, 0.12), order.between(0.05, 0.16)));
    Product::standing(
        vec![frame, paper, sky, hill, near_hill, sun],
        v(-a - 0.01, -b - 0.01, 0.0),
        v(a + 0.01, b + 0.01, 0.07),
        move |p| {
            let at_plane = Vec2::new(p.x, p.y);
            let outer = rectangle(at_plane, Vec2::new(a, b), 0.006);
            let bar = smax(extrude(outer, p.z - 0.03, 0.03, 0.006), -(outer + edge), 0.006);
            let sheet = extrude(outer + edge * 0.5, p.z - 0.02, 0.006, 0.001);
            let part = if outer > -edge - mount {
                1
            } else if p.y < -0.14 + 0.06 * (p.x * 5.0 + phase).sin() {
                4
            } else if p.y < 0.0 + 0.08 * (p.x * 7.0 - phase * 1.7).sin() {
                3
            } else if (at_plane - at).length() < 0.08 {
                5
            } else {
                2
            };
            Near::new(bar, 0).or(sheet, part)
        },
    )
    .on_wall()
}
