//! Handbags, backpacks and suitcases.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::noise::fractal;
use crate::order::Order;
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, cylinder, rectangle, rod, smax, smin, smoothstep, v};

/// A strap or handle: leather in the second colour, or as the body.
fn strap(order: &mut Order<'_>, body: &Part) -> Part {
    if body.material == Material::Leather || order.chance(0.4) {
        let mut part = *body;
        part.pattern = Pattern::Plain;
        part.colour *= 0.85;
        part
    } else {
        Part::new(Material::Leather, from_hex([0x7A_4A_2A, 0x2B_26_24, 0xB0_7A_48][order.variant(3)]))
    }
}

/// A handbag or tote with two arched handles, some with a flap.
pub(crate) fn handbag(order: &mut Order<'_>) -> Product {
    let (w, h) = (order.between(0.36, 0.46), order.between(0.42, 0.6));
    let depth = order.between(0.1, 0.16);
    let taper_in = order.between(-0.1, 0.22);
    let flap = order.chance(0.4);
    let seed = order.between(0.0, 50.0);
    let arch = (order.between(0.16, 0.2), order.between(0.2, 0.34));
    let body = order.main(Mapping::Front, 0.15);
    let handle = strap(order, &body);
    let metal = order.fitting();
    let top = h + arch.1 + 0.04;
    let wide = w * (1.0 + taper_in.max(0.0) * 0.2) + 0.05;
    Product::standing(
        vec![body, handle, metal],
        v(-wide, 0.0, -depth - 0.06),
        v(wide, top, depth + 0.09),
        move |p| {
            let up = p.y / h;
            let narrow = 1.0 - taper_in * (up - 0.3);
            let fill = 1.0 - 0.55 * smoothstep(0.1, 1.05, up);
            let sag = 0.02 * (fractal(Vec3::new(p.x * 3.0, p.y * 3.0, seed + p.z.signum()), 2) - 0.5);
            let q = Vec3::new(p.x / narrow, p.y - h * 0.5, p.z / fill.max(0.4));
            let solid = cuboid(q, v(w, h * 0.5, depth), 0.07) * 0.62 + sag * smoothstep(0.0, 0.2, up);
            // A zip runs along the middle of a closed top.
            let zipped = !flap && p.y > h * 0.8 && p.z.abs() < 0.013;
            let mut near = Near::new(if zipped { solid + 0.006 } else { solid }, if zipped { 2 } else { 0 });
            let front = depth * fill;
            if flap {
                let lid =
                    rectangle(Vec2::new(p.x / narrow, p.y - h * 0.84), Vec2::new(w * 0.97, h * 0.3), 0.13);
                let raised =
                    0.018 * smoothstep(0.006, -0.006, lid) * smoothstep(-depth * 0.2, depth * 0.1, p.z);
                near.distance -= raised;
                let clasp = cuboid(p - v(0.0, h * 0.55, front + 0.055), v(0.04, 0.03, 0.014), 0.01);
                near = near.or(clasp, 2);
            }
            let side = front * 0.75;
            let z = p.z.abs() - side - 0.012;
            let bow = if p.y > h - 0.02 {
                ((p.x / arch.0).hypot((p.y - h + 0.02) / arch.1) - 1.0) * arch.0.min(arch.1)
            } else {
                p.x.abs() - arch.0
            };
            let drop = (h - 0.1 - p.y).max(0.0);
            let band =
                smax(rectangle(Vec2::new(bow, z), Vec2::new(0.02, 0.01), 0.009), drop - 0.05, 0.01) * 0.85;
            let rivet =
                Vec3::new(p.x.abs() - arch.0, p.y - h + 0.11, p.z.abs() - side - 0.03).length() - 0.016;
            near.or(band, 1).or(rivet, 2)
        },
    )
    .careful(0.85)
    .turned(0.35)
}

/// A backpack with a front pocket, a loop to carry it and shoulder straps.
pub(crate) fn backpack(order: &mut Order<'_>) -> Product {
    let (w, h, depth) = (order.between(0.29, 0.34), order.between(0.86, 0.98), order.between(0.17, 0.21));
    let pocket_high = order.between(0.18, 0.23);
    let lidded = order.chance(0.4);
    let seed = order.between(0.0, 50.0);
    let body = order.main(Mapping::Front, 0.15);
    let mut trim = body;
    trim.pattern = Pattern::Plain;
    trim.colour = if let Pattern::Dipped(_) = body.pattern { body.second } else { body.colour * 0.75 };
    let zip = Part::new(Material::Plastic, from_hex(0x2A_2A_2C));
    let strap = strap(order, &body);
    let metal = order.fitting();
    let side_pockets = order.chance(0.5);
    let low = v(-w - 0.14, 0.0, -depth - 0.14);
    Product::standing(
        vec![body, trim, zip, strap, metal],
        low,
        v(w + 0.14, h + 0.11, depth + 0.16),
        move |p| {
            let q = Vec3::new(p.x.abs(), p.y, p.z);
            let up = p.y / h;
            let crown = 0.12 * smoothstep(0.6, 1.0, up);
            let sag = 0.022 * (fractal(Vec3::new(p.x * 3.0, p.y * 3.0, seed), 2) - 0.5);
            let bag = cuboid(
                Vec3::new(q.x * (1.0 + crown), p.y - h * 0.5, p.z * (1.0 + crown * 1.5)),
                v(w, h * 0.5, depth),
                0.15,
            ) * 0.85
                + sag;
            // The main zip runs over the top as a dark line.
            let ring =
                rectangle(Vec2::new(q.x, p.y - h * 0.5), Vec2::new(w - 0.05, h * 0.5 - 0.06), 0.16).abs();
            let zipped = !lidded && ring < 0.009 && p.y > h * 0.45 && p.z > 0.0;
            let mut near = Near::new(
                bag,
                if zipped {
                    2
                } else if p.y < 0.1 {
                    1
                } else {
                    0
                },
            );
            let face = depth + 0.01;
            let pocket = cuboid(p - v(0.0, pocket_high + 0.08, face), v(w * 0.74, pocket_high, 0.075), 0.06);
            let line = (p.y - pocket_high * 1.55 - 0.08).abs() < 0.008 && p.z > face + 0.02;
            near = near.or(
                smin(pocket, bag + 0.015, 0.015),
                if pocket < bag { if line { 2 } else { 1 } } else { near.part },
            );
            if lidded {
                let lid = rectangle(Vec2::new(p.x, p.y - h * 0.87), Vec2::new(w * 0.98, h * 0.2), 0.12);
                let over = smoothstep(0.006, -0.006, lid) * smoothstep(-depth * 0.3, 0.0, p.z);
                near = near.or(bag - 0.022 * over, if over > 0.5 { 1 } else { near.part });
                let belt = cuboid(
                    Vec3::new(q.x - w * 0.45, p.y - h * 0.66, p.z - face - 0.02),
                    v(0.02, 0.16, 0.016),
                    0.008,
                );
                let buckle = cuboid(
                    Vec3::new(q.x - w * 0.45, p.y - h * 0.6, p.z - face - 0.035),
                    v(0.032, 0.024, 0.014),
                    0.008,
                );
                near = near.or(belt, 3).or(buckle, 4);
            }
            if side_pockets {
                let side = cuboid(Vec3::new(q.x - w, p.y - 0.22, p.z), v(0.06, 0.16, depth * 0.6), 0.05);
                near = near.or(side, 1);
            }
            let loop_top =
                Vec2::new(Vec2::new(p.x, p.y - h + 0.0).length() - 0.075, (p.z + depth * 0.55) * 0.7)
                    .length()
                    - 0.016;
            let arm =
                Vec2::new(((p.y - h * 0.52) / (h * 0.36)).hypot((p.z + depth * 0.85) / 0.13) - 1.0, 0.0).x
                    * 0.13;
            let band = rectangle(Vec2::new(arm, q.x - w * 0.62), Vec2::new(0.016, 0.05), 0.014)
                .max(p.z + depth * 0.8);
            near.or(loop_top, 3).or(band * 0.7, 3)
        },
    )
    .careful(0.82)
    .turned(0.4)
}

/// A hard suitcase with ribs, wheels and a telescopic handle.
pub(crate) fn suitcase(order: &mut Order<'_>) -> Product {
    let (w, h, depth) = (order.between(0.28, 0.33), order.between(0.42, 0.48), order.between(0.13, 0.16));
    let ribs = order.between(5.0, 8.0).round();
    let upright = order.chance(0.7);
    let raised = order.between(0.08, 0.24);
    let shell = order.main(Mapping::Front, 0.18);
    let dark = Part::new(Material::Rubber, from_hex(0x24_24_26));
    let metal = Part::new(Material::Metal, from_hex(0xC0_C2_C5));
    let lift = 0.07;
    let top = lift + h * 2.0;
    Product::standing(
        vec![shell, dark, metal],
        v(-w - 0.03, 0.0, -depth - 0.04),
        v(w + 0.03, top + raised + 0.06, depth + 0.05),
        move |p| {
            let q = Vec3::new(p.x.abs(), p.y, p.z);
            let c = p - v(0.0, lift + h, 0.0);
            let body = cuboid(c, v(w, h, depth), 0.075);
            let along = if upright { c.x / w } else { c.y / h };
            let inner = rectangle(Vec2::new(c.x, c.y), Vec2::new(w - 0.05, h - 0.05), 0.05);
            let wave = 0.008 * (along * ribs * std::f32::consts::PI).cos() * smoothstep(0.0, -0.03, inner);
            let seam = c.z.abs() < 0.012;
            let near = Near::new(body + wave + if seam { 0.006 } else { 0.0 }, usize::from(seam));
            let wheel =
                cylinder(Vec3::new(q.x - w + 0.07, p.z.abs() - depth + 0.05, p.y - 0.04), 0.022, 0.04, 0.012);
            let fork = cuboid(
                Vec3::new(q.x - w + 0.07, p.y - 0.075, p.z.abs() - depth + 0.05),
                v(0.034, 0.03, 0.03),
                0.012,
            );
            let pole =
                rod(q, v(w * 0.5, top - 0.1, -depth * 0.5), v(w * 0.5, top + raised, -depth * 0.5), 0.012);
            let grip = rod(
                p,
                v(-w * 0.5, top + raised + 0.01, -depth * 0.5),
                v(w * 0.5, top + raised + 0.01, -depth * 0.5),
                0.024,
            );
            let carry = smax(rod(p, v(-0.1, top + 0.03, 0.0), v(0.1, top + 0.03, 0.0), 0.017), -p.y, 0.01)
                .min(rod(q, v(0.11, top - 0.02, 0.0), v(0.1, top + 0.03, 0.0), 0.017));
            let lock = cuboid(Vec3::new(q.x - w, p.y - lift - h, p.z), v(0.014, 0.05, 0.03), 0.008);
            near.or(wheel.min(fork), 1).or(pole, 2).or(grip.min(carry), 1).or(lock, 2)
        },
    )
    .careful(0.9)
    .turned(0.45)
}
