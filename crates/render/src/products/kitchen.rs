//! Saucepans, jugs and wine glasses.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::order::Order;
use crate::outline::{Path, Vessel};
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, cylinder, ellipsoid, rectangle, rod, smax, smin, smoothstep, torus, v};

/// A saucepan with a long handle, or a pot with two ears, with a lid.
pub(crate) fn saucepan(order: &mut Order<'_>) -> Product {
    let (r, h) = (order.between(0.34, 0.4), order.between(0.26, 0.42));
    let path = Path::start(0.0, 0.0).line(r - 0.05, 0.0).line(r, 0.05).line(r, h + 0.2).line(0.0, h + 0.2);
    let vessel = Vessel { solid: path.bake_half(order.cells), wall: 0.02, lip: h };
    let eared = order.chance(0.5);
    let covered = order.chance(0.65);
    let outer = order.main(Mapping::Around(r), 0.2);
    let steel = Part::new(Material::Metal, from_hex(0xC6_C8_CB)).rough(0.3);
    let inner = if order.chance(0.5) { steel } else { Part::new(Material::Enamel, from_hex(0xEA_E6_DC)) };
    let grip = match order.variant(3) {
        0 => order.timber(),
        1 => Part::new(Material::Plastic, from_hex(0x24_24_26)),
        _ => steel,
    };
    let lid = if order.chance(0.5) { steel } else { Part { pattern: Pattern::Plain, ..outer } };
    let reach = if eared { r + 0.12 } else { r + 0.62 };
    let low = v(if eared { -reach } else { -r - 0.03 }, 0.0, -r - 0.03);
    Product::standing(
        vec![outer, inner, grip, lid],
        low,
        v(reach, h + if covered { 0.19 } else { 0.06 }, r + 0.03),
        move |p| {
            let (d, inside) = vessel.at(p);
            let mut near =
                Near::new(d, usize::from(inside)).or(torus(p - v(0.0, h, 0.0), r - 0.008, 0.014), 1);
            if eared {
                let x = p.x.abs() - r;
                let ring = Vec2::new(
                    rectangle(Vec2::new(x, p.z), Vec2::new(0.085, 0.1), 0.06).abs(),
                    p.y - h * 0.75,
                )
                .length()
                    - 0.019;
                near = near.or(smax(ring, -(x + 0.01), 0.01), 2);
            } else {
                let tilt = p.y - h * 0.82 - 0.12 * (p.x - r);
                let bar = cuboid(Vec3::new(p.x - r - 0.33, tilt, p.z), v(0.27, 0.019, 0.034), 0.017);
                let neck = cuboid(Vec3::new(p.x - r - 0.04, tilt, p.z), v(0.07, 0.013, 0.022), 0.01);
                near = near.or(bar, 2).or(neck, 1);
            }
            if covered {
                let dome = ellipsoid(p - v(0.0, h - 0.06, 0.0), v(r * 1.15, 0.15, r * 1.15));
                let shell = smax(smax(dome, -(p.y - h - 0.004), 0.01), p.x.hypot(p.z) - r - 0.006, 0.008);
                let knob = ellipsoid(p - v(0.0, h + 0.145, 0.0), v(0.055, 0.03, 0.055)).min(cylinder(
                    p - v(0.0, h + 0.11, 0.0),
                    0.025,
                    0.02,
                    0.004,
                ));
                near = near.or(shell, 3).or(knob, 2);
            }
            near
        },
    )
    .careful(0.85)
    .turned(-0.5)
}

/// A jug with a pouring lip and a handle.
pub(crate) fn jug(order: &mut Order<'_>) -> Product {
    let r = order.between(0.26, 0.31);
    let slim = order.between(0.6, 0.8);
    let path = Path::start(0.0, 0.0).line(r * 0.7, 0.0).curve(&[
        (r * 0.95, 0.12),
        (r, 0.34),
        (r * slim, 0.68),
        (r * (slim + 0.06), 0.9),
        (r * (slim + 0.1), 1.1),
    ]);
    let vessel = Vessel { solid: path.line(0.0, 1.1).bake_half(order.cells), wall: 0.03, lip: 0.9 };
    let outer = order.main(Mapping::Around(r), 0.2);
    let mut inner = outer;
    inner.pattern = Pattern::Plain;
    let reach = r * 0.82 + 0.33;
    let pull = order.between(0.1, 0.14);
    Product::standing(
        vec![outer, inner, inner],
        v(-r - 0.14, 0.0, -r - 0.02),
        v(reach, 0.95, r + 0.02),
        move |p| {
            // The wall is drawn out to a spout on the left.
            let lean = smoothstep(0.62, 0.95, p.y)
                * pull
                * (-(p.z / 0.085).powi(2)).exp()
                * smoothstep(0.05, -0.15, p.x);
            let (body, inside) = vessel.at(Vec3::new(p.x + lean, p.y - lean * 0.25, p.z));
            let (body, near) = (body * 0.75, Near::new(body * 0.75, usize::from(inside)));
            if p.x < r * 0.3 {
                return near;
            }
            let ring = rectangle(Vec2::new(p.x - r * 0.82, p.y - 0.56), Vec2::new(0.27, 0.26), 0.2).abs();
            let bar = smax(Vec2::new(ring, p.z / 1.3).length() - 0.035, -vessel.hollow(p), 0.01);
            if bar < body {
                Near::new(smin(body, bar, 0.05), 2)
            } else {
                Near::new(smin(body, bar, 0.05), near.part)
            }
        },
    )
    .careful(0.85)
    .turned(-0.3)
}

/// A glass on a stem, empty or with wine.
pub(crate) fn wine_glass(order: &mut Order<'_>) -> Product {
    let r = order.between(0.17, 0.24);
    let deep = order.between(0.4, 0.5);
    let mouth = r * order.between(0.72, 0.95);
    let stem = 0.97 - deep;
    let path = Path::start(0.0, 0.0)
        .line(0.19, 0.0)
        .line(0.19, 0.012)
        .curve(&[
            (0.06, 0.03),
            (0.018, 0.09),
            (0.015, stem * 0.7),
            (0.03, stem),
            (r * 0.75, stem + 0.1),
            (r, stem + deep * 0.45),
            (mouth, 0.97),
        ])
        .line(mouth - 0.016, 0.97)
        .curve(&[(r - 0.018, stem + deep * 0.45), (r * 0.75 - 0.018, stem + 0.112), (0.0, stem + 0.03)]);
    let solid = path.bake_half(order.cells * 2);
    let colour = order.colour();
    let clear = Part::new(Material::Glass, colour.lerp(Vec3::splat(0.95), 0.4));
    let wine = Part::new(Material::Ceramic, from_hex([0x5E_12_22, 0xD8_B8_5A, 0xC9_6A_6A][order.variant(3)]));
    let filled = order.chance(0.4);
    let level = stem + deep * 0.42;
    Product::standing(vec![clear, wine], v(-0.25, 0.0, -0.25), v(0.25, 0.98, 0.25), move |p| {
        let near = Near::new(solid.turned(p), 0);
        if !filled {
            return near;
        }
        let pool = smax(
            ellipsoid(p - v(0.0, stem + deep * 0.45, 0.0), v(r - 0.034, deep * 0.38, r - 0.034)),
            p.y - level,
            0.006,
        );
        near.or(pool, 1)
    })
    .careful(0.9)
}

/// A potted plant: upright blades, arching leaves, or a cactus.
pub(crate) fn planter(order: &mut Order<'_>) -> Product {
    let (r, h) = (order.between(0.2, 0.26), order.between(0.3, 0.38));
    let path = Path::start(0.0, 0.0)
        .line(r * 0.68, 0.0)
        .line(r * 0.74, 0.03)
        .line(r, h)
        .line(r * 1.05, h + 0.15)
        .line(0.0, h + 0.15);
    let vessel = Vessel { solid: path.bake_half(order.cells), wall: 0.025, lip: h };
    let outer = order.main(Mapping::Around(r), 0.14);
    let soil = Part::new(Material::Felt, from_hex(0x3A_2A_20));
    let green = from_hex([0x3F_7A_45, 0x55_8B_3E, 0x2F_6B_4A][order.variant(3)]);
    let leaf = Part::new(Material::Wax, green).mapped(Mapping::Around(0.2));
    let form = order.variant(3);
    let (lean, arch) = (order.between(0.1, 0.2), order.between(0.9, 1.3));
    Product::standing(vec![outer, soil, leaf], v(-0.5, 0.0, -0.5), v(0.5, 1.05, 0.5), move |p| {
        let (d, _) = vessel.at(p);
        let earth = cylinder(p - v(0.0, h - 0.06, 0.0), 0.02, r * 0.92, 0.005);
        let near = Near::new(d, 0).or(earth, 1);
        if p.y < h - 0.1 {
            return near;
        }
        let q = p - v(0.0, h - 0.05, 0.0);
        let plant = match form {
            0 => {
                [(5.0, 0.0, 0.62, lean), (4.0, 0.5, 0.5, lean * 2.4)].iter().fold(
                    f32::MAX,
                    |d, &(n, spin, high, tilt)| {
                        let (x, z) = crate::sdf::turn(q.x, q.z, spin);
                        let (x, z, _) = crate::sdf::fan(x, z, n);
                        let t = (q.y / high).clamp(0.0, 1.0);
                        let wide = 0.045 * (1.0 - t.powi(3)).max(0.02);
                        let away =
                            Vec3::new(x - 0.07 - tilt * t * high, (q.y - q.y.clamp(0.0, high)) * 0.8, z);
                        d.min(Vec3::new(away.x, away.y, (away.z.abs() - wide).max(0.0)).length() - 0.012)
                    },
                ) * 0.7
            }
            1 => {
                [(5.0, 0.2, 0.5, 1.0), (6.0, 0.9, 0.42, 0.55), (3.0, 0.0, 0.36, 1.7)].iter().fold(
                    f32::MAX,
                    |d, &(n, spin, long, rise)| {
                        let (x, z) = crate::sdf::turn(q.x, q.z, spin);
                        let (x, z, _) = crate::sdf::fan(x, z, n);
                        let t = (x / long).clamp(0.0, 1.0);
                        let line = 0.02 + rise * x * arch - 1.1 * rise * arch * x * x;
                        let wide = 0.1 * (std::f32::consts::PI * (t * 0.85 + 0.15)).sin().max(0.0);
                        let off =
                            Vec2::new(q.y - line - 0.5 * z.abs(), (x - x.clamp(0.0, long)).abs()).length();
                        d.min(Vec2::new(off, (z.abs() - wide).max(0.0)).length() - 0.01)
                    },
                ) * 0.5
            }
            _ => {
                let rib = 0.012 * (q.x.atan2(q.z) * 12.0).cos();
                let trunk = rod(q, v(0.0, 0.0, 0.0), v(0.0, 0.42, 0.0), 0.115) - rib;
                let arms = rod(q, v(0.0, 0.2, 0.0), v(0.22, 0.26, 0.0), 0.055).min(rod(
                    q,
                    v(0.22, 0.26, 0.0),
                    v(0.22, 0.42, 0.0),
                    0.055,
                ));
                smin(trunk, arms, 0.04) * 0.85
            }
        };
        near.or(plant, 2)
    })
    .careful(0.85)
}
