//! Guitars, snowboards, skateboards and teddy bears.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::noise::fractal;
use crate::order::Order;
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, cylinder, extrude, rod, smax, smin, tube, v};

/// A ukulele or guitar, seen from the front.
pub(crate) fn guitar(order: &mut Order<'_>) -> Product {
    let cells = order.cells;
    let body = crate::outline::Path::start(0.0, 0.0)
        .curve(&[
            (0.13, 0.012),
            (0.2, 0.1),
            (0.185, 0.2),
            (0.135, 0.275),
            (0.15, 0.36),
            (0.13, 0.43),
            (0.05, 0.46),
            (0.0, 0.46),
        ])
        .bake_half(cells);
    let top = order.plain(Mapping::Front);
    let dark = order.style.colour == crate::palette::Colour::Brown;
    let neck = Part::new(Material::Wood, from_hex(if dark { 0x4A_2E_1E } else { 0x007A_5032 }))
        .mapped(Mapping::Front);
    let hole = Part::new(Material::Felt, from_hex(0x14_10_0E));
    let string = Part::new(Material::Metal, from_hex(0xD8_D4_C8));
    let side = Part { colour: top.colour * 0.6, ..top };
    Product::standing(
        vec![top, neck, hole, string, side],
        v(-0.23, -0.02, -0.06),
        v(0.23, 1.03, 0.09),
        move |p| {
            let q = Vec3::new(p.x.abs(), p.y, p.z);
            let flat = body.at(Vec2::new(q.x, p.y));
            let box_ = extrude(flat, p.z, 0.05, 0.012);
            let round = Vec2::new(p.x, p.y - 0.285).length();
            let near = Near::new(
                box_,
                if p.z < 0.035 {
                    4
                } else if round < 0.05 {
                    2
                } else if round < 0.06 {
                    1
                } else {
                    0
                },
            );
            let board = cuboid(p - v(0.0, 0.6, 0.055), v(0.03, 0.27, 0.012), 0.006);
            let head = cuboid(p - v(0.0, 0.93, 0.05), v(0.045, 0.075, 0.014), 0.012);
            let bridge = cuboid(p - v(0.0, 0.12, 0.055), v(0.075, 0.014, 0.012), 0.006);
            let fret_y = ((p.y - 0.36) / 0.045).round().clamp(0.0, 10.0) * 0.045 + 0.36;
            let fret = cuboid(p - v(0.0, fret_y, 0.067), v(0.029, 0.0025, 0.003), 0.001);
            let lane = (p.x / 0.013 - 0.5).round().clamp(-2.0, 1.0) * 0.013 + 0.0065;
            let cord = rod(p, v(lane, 0.12, 0.072), v(lane, 0.89, 0.072), 0.0018);
            let peg_y = if p.y > 0.94 { 0.965 } else { 0.905 };
            let peg = rod(q, v(0.03, peg_y, 0.05), v(0.065, peg_y, 0.05), 0.012);
            near.or(smin(board, head, 0.02), 1).or(bridge, 1).or(fret.min(cord).min(peg), 3)
        },
    )
    .careful(0.85)
    .on_wall()
}

/// What snowboards and skateboards share: a printed face, an edge, half a width.
fn deck(order: &mut Order<'_>) -> (Part, Part, f32) {
    let face = order.main(Mapping::Front, 0.2);
    let edge = Part { pattern: Pattern::Plain, colour: face.second, ..face };
    (face, edge, order.between(0.11, 0.135))
}

/// A snowboard with two bindings, seen from above.
pub(crate) fn snowboard(order: &mut Order<'_>) -> Product {
    let (face, edge, wide) = deck(order);
    let black = Part::new(Material::Rubber, from_hex(0x26_26_29));
    let bound = order.chance(0.6);
    Product::standing(vec![face, edge, black], v(-0.18, -0.62, -0.02), v(0.18, 0.62, 0.16), move |p| {
        let q = Vec3::new(p.x.abs(), p.y.abs(), p.z);
        let waist = wide * (0.86 + 0.16 * (q.y / 0.45).powi(2).min(1.0));
        let end = 0.6 - wide;
        let flat =
            if q.y > end { Vec2::new(q.x * wide / waist, q.y - end).length() - wide } else { q.x - waist };
        let rise = 0.09 * ((q.y - 0.42).max(0.0) / 0.18).powi(2);
        let board = extrude(flat, p.z - 0.015 - rise, 0.012, 0.006) * 0.85;
        let near = Near::new(board, if flat > -0.008 { 1 } else { 0 });
        if !bound {
            return near;
        }
        let (x, y) = crate::sdf::turn(p.x, q.y - 0.2, 0.25);
        let base = cuboid(Vec3::new(x, y, p.z - 0.037), v(wide * 0.85, 0.045, 0.012), 0.01);
        let strap = |at: f32| {
            let arch = Vec2::new(y, p.z - 0.03).length() - 0.055;
            smax(arch.abs() - 0.006, (x - at).abs() - 0.022, 0.006).max(0.03 - p.z)
        };
        let back = cuboid(Vec3::new(x + wide * 0.75, y, p.z - 0.09), v(0.012, 0.045, 0.055), 0.01);
        near.or(base.min(strap(-0.03)).min(strap(0.06)).min(back), 2)
    })
    .careful(0.8)
    .on_wall()
}

/// A skateboard on its four wheels.
pub(crate) fn skateboard(order: &mut Order<'_>) -> Product {
    let (mut face, edge, _) = deck(order);
    face.mapping = Mapping::Faces;
    let wheel = Part::new(Material::Rubber, order.second());
    let metal = Part::new(Material::Metal, from_hex(0xBE_C0_C4));
    let wide = order.between(0.13, 0.16);
    Product::standing(vec![face, edge, wheel, metal], v(-0.53, 0.0, -0.19), v(0.53, 0.23, 0.19), move |p| {
        let q = Vec3::new(p.x.abs(), p.y, p.z.abs());
        let end = 0.5 - wide;
        let flat = if q.x > end { Vec2::new(q.x - end, q.z).length() - wide } else { q.z - wide };
        let kick = 0.35 * (q.x - 0.33).max(0.0);
        let board = extrude(flat, p.y - 0.135 - kick - 0.25 * q.z * q.z, 0.013, 0.008) * 0.88;
        let wheel = cylinder(Vec3::new(q.x - 0.27, q.z - 0.115, p.y - 0.042), 0.028, 0.042, 0.014);
        let axle = tube(q, &[v(0.27, 0.045, 0.0), v(0.27, 0.045, 0.12)], 0.013).min(cuboid(
            q - v(0.27, 0.09, 0.0),
            v(0.04, 0.04, 0.05),
            0.02,
        ));
        Near::new(board, if (p.y - 0.135 - kick - 0.25 * q.z * q.z).abs() < 0.006 { 1 } else { 0 })
            .or(wheel, 2)
            .or(axle, 3)
    })
    .careful(0.85)
    .turned(0.5)
}

/// A teddy bear, sitting.
pub(crate) fn teddy(order: &mut Order<'_>) -> Product {
    let fur = order.plain(Mapping::Around(0.3));
    let pale = Part { colour: fur.colour.lerp(Vec3::new(0.9, 0.82, 0.68), 0.55), ..fur };
    let dark = Part::new(Material::Enamel, from_hex(0x001C_1816));
    let bow = Part::new(Material::Velvet, order.second());
    let belly = order.between(0.22, 0.25);
    Product::standing(vec![fur, pale, dark, bow], v(-0.42, 0.0, -0.27), v(0.42, 1.0, 0.5), move |p| {
        let q = Vec3::new(p.x.abs(), p.y, p.z);
        let fuzz = 0.012 * (fractal(p * 42.0, 2) - 0.5);
        let e = crate::sdf::ellipsoid;
        let body = e(p - v(0.0, 0.3, 0.0), v(belly, 0.29, 0.2));
        let head = e(p - v(0.0, 0.73, 0.02), v(0.22, 0.2, 0.19));
        let ear = e(q - v(0.17, 0.89, 0.0), v(0.08, 0.08, 0.045));
        let arm = rod(q, v(0.2, 0.46, 0.03), v(0.31, 0.24, 0.17), 0.075);
        let leg = rod(q, v(0.15, 0.1, 0.08), v(0.22, 0.1, 0.33), 0.095);
        let muzzle = e(p - v(0.0, 0.67, 0.18), v(0.095, 0.075, 0.075));
        let sole = e(q - v(0.235, 0.1, 0.415), v(0.065, 0.07, 0.02));
        let inner = e(q - v(0.17, 0.885, 0.035), v(0.045, 0.045, 0.02));
        let eye = (q - v(0.085, 0.765, 0.19)).length() - 0.024;
        let nose = e(p - v(0.0, 0.7, 0.25), v(0.034, 0.024, 0.02));
        let fur = smin(smin(smin(body, head, 0.05), ear, 0.02), smin(arm, leg, 0.02), 0.03);
        let tie =
            e(q - v(0.07, 0.53, 0.2), v(0.065, 0.04, 0.025)).min((p - v(0.0, 0.53, 0.2)).length() - 0.028);
        Near::new(fur + fuzz, 0).or(muzzle.min(sole).min(inner) + fuzz, 1).or(eye.min(nose), 2).or(tie, 3)
    })
    .careful(0.85)
    .turned(0.3)
}
