//! Vases, bottles, candles and baskets: what stands on a shelf and is turned.

use glam::Vec3;

use crate::material::Material;
use crate::order::Order;
use crate::outline::{Path, Vessel};
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cylinder, ellipsoid, rod, smax, torus, v};

/// A vase in one of six silhouettes.
pub(crate) fn vase(order: &mut Order<'_>) -> Product {
    let s = order.between(0.85, 1.15);
    let knots: &[(f32, f32)] = match order.variant(6) {
        0 => &[(0.24, 0.12), (0.33, 0.38), (0.25, 0.68), (0.12, 0.86), (0.16, 1.0)],
        1 => &[(0.3, 0.16), (0.34, 0.34), (0.2, 0.56), (0.09, 0.7), (0.085, 0.88), (0.12, 1.0)],
        2 => &[(0.19, 0.1), (0.22, 0.4), (0.3, 0.72), (0.27, 0.92), (0.2, 1.0)],
        3 => &[(0.2, 0.1), (0.21, 0.5), (0.22, 0.9), (0.23, 1.0)],
        4 => &[(0.13, 0.06), (0.1, 0.16), (0.26, 0.42), (0.3, 0.66), (0.17, 0.88), (0.24, 1.0)],
        _ => &[(0.36, 0.18), (0.42, 0.4), (0.33, 0.62), (0.13, 0.74), (0.15, 0.8)],
    };
    let foot = knots[0].0 * order.between(0.7, 0.85);
    let lip = knots[knots.len() - 1];
    let scaled: Vec<(f32, f32)> =
        knots.iter().copied().chain([(lip.0 * 1.04, lip.1 + 0.12)]).map(|(r, y)| (r * s, y)).collect();
    let widest = scaled.iter().fold(0.0_f32, |w, k| w.max(k.0)) + 0.02;
    let path = Path::start(0.0, 0.0).line(foot * s, 0.0).curve(&scaled).line(0.0, lip.1 + 0.12);
    let vessel = Vessel { solid: path.bake_half(order.cells), wall: 0.026, lip: lip.1 };
    let ribs = if order.chance(0.25) { order.between(14.0, 26.0).round() } else { 0.0 };
    let outer = order.main(Mapping::Around(widest * 0.85), 0.2);
    let mut inner = outer;
    inner.pattern = Pattern::Plain;
    Product::standing(vec![outer, inner], v(-widest, 0.0, -widest), v(widest, lip.1, widest), move |p| {
        let (mut d, inside) = vessel.at(p);
        if ribs > 0.0 && d < 0.06 && !inside {
            d += 0.006 * (p.x.atan2(p.z) * ribs).cos() + 0.004;
        }
        Near::new(d, usize::from(inside))
    })
    .careful(if ribs > 0.0 { 0.8 } else { 0.92 })
}

/// A bottle with a stopper: glass or painted metal, with a label or bare.
pub(crate) fn bottle(order: &mut Order<'_>) -> Product {
    let r = order.between(0.13, 0.17);
    let shoulder = order.between(0.55, 0.68);
    let neck = r * order.between(0.28, 0.42);
    let flask = order.style.material == Material::Metal;
    let path = Path::start(0.0, 0.0).line(r - 0.02, 0.0).line(r, 0.03).line(r, shoulder);
    let path = if flask {
        path.curve(&[(r * 0.98, shoulder + 0.06), (r * 0.68, shoulder + 0.17), (r * 0.62, shoulder + 0.22)])
    } else {
        path.curve(&[
            (r * 0.9, shoulder + 0.07),
            (neck * 1.3, shoulder + 0.16),
            (neck, shoulder + 0.24),
            (neck, 0.97),
        ])
    };
    let top = if flask { shoulder + 0.22 } else { 0.97 };
    let cap_r = if flask { r * 0.66 } else { neck * 1.15 };
    let cap_h = if flask { 0.07 } else { 0.045 };
    let solid = path.line(0.0, top).bake_half(order.cells);
    let glass = order.style.material == Material::Glass;
    let mut outer = order.main(Mapping::Around(r), 0.16);
    if flask {
        // Powder-coated steel.
        outer = Part { material: Material::Plastic, finish: Material::Plastic.finish(), ..outer }.rough(0.42);
    }
    let stopper = if flask || order.chance(0.5) {
        order.fitting()
    } else {
        Part::new(Material::Rubber, from_hex(0xC2_9A_6C))
    };
    let labelled = !flask && outer.pattern == Pattern::Plain && order.chance(0.6);
    let paper = order.second();
    let ink = order.colour();
    let label = Part::new(Material::Paper, paper)
        .mapped(Mapping::Around(r))
        .printed(Pattern::Cover(r * 0.8, 0.15), ink * 0.4);
    let middle = shoulder * 0.52;
    Product::standing(
        vec![outer, stopper, label],
        v(-r - 0.02, 0.0, -r - 0.02),
        v(r + 0.02, top + cap_h * 2.0, r + 0.02),
        move |p| {
            let full = solid.turned(p);
            let body = if glass { smax(full, -(full + 0.016), 0.004) } else { full };
            let cap = cylinder(p - v(0.0, top + cap_h * 0.7, 0.0), cap_h, cap_r, 0.012);
            let mut near = Near::new(body, 0).or(cap, 1);
            if labelled {
                let sheet = smax((full - 0.003).abs() - 0.002, (p.y - middle).abs() - 0.15, 0.002);
                near = near.or(sheet, 2);
            }
            near
        },
    )
    .careful(0.9)
}

/// A candle: a pillar, in a glass, or on a holder, burning or not.
pub(crate) fn candle(order: &mut Order<'_>) -> Product {
    let form = order.variant(3);
    let (r, h) = match form {
        0 => (order.between(0.2, 0.3), order.between(0.5, 0.85)),
        1 => (0.265, order.between(0.42, 0.6)),
        _ => (0.075, order.between(0.65, 0.8)),
    };
    let lift = if form == 2 { 0.16 } else { 0.0 };
    let mut wax = order.main(Mapping::Around(r), 0.14);
    wax.material = Material::Wax;
    wax.finish = Material::Wax.finish();
    let lit = order.chance(0.6);
    if lit {
        wax.glow = 0.1;
    }
    let wick = Part::new(Material::Felt, from_hex(0x2A_24_20));
    let flame = Part::new(Material::Wax, from_hex(0xFF_C8_5A)).glowing(2.2);
    let second = order.second();
    let holder = if form == 1 {
        Part::new(Material::Glass, Vec3::new(0.9, 0.93, 0.93))
    } else if order.chance(0.5) {
        order.fitting()
    } else {
        Part::new(Material::Ceramic, second)
    };
    let top = lift + h;
    let wide = if form == 0 { r + 0.02 } else { 0.36 };
    let wall_top = h + 0.14;
    Product::standing(
        vec![wax, wick, flame, holder],
        v(-wide, 0.0, -wide),
        v(wide, top + if lit { 0.22 } else { 0.1 }, wide),
        move |p| {
            let q = p - v(0.0, lift, 0.0);
            let well = ellipsoid(q - v(0.0, h + 0.015, 0.0), Vec3::new(r * 0.8, 0.04, r * 0.8));
            let stick = cylinder(q - v(0.0, h * 0.5 + 0.001, 0.0), h * 0.5, r, 0.02);
            let mut near = Near::new(smax(stick, -well, 0.02), 0)
                .or(rod(q, v(0.0, h - 0.04, 0.0), v(0.008, h + 0.06, 0.0), 0.009), 1);
            if lit {
                near = near.or(ellipsoid(q - v(0.008, h + 0.115, 0.0), Vec3::new(0.03, 0.075, 0.03)), 2);
            }
            match form {
                1 => {
                    let glass = smax(
                        cylinder(p - v(0.0, wall_top * 0.5, 0.0), wall_top * 0.5, 0.335, 0.03),
                        -cylinder(p - v(0.0, wall_top * 0.5 + 0.03, 0.0), wall_top * 0.5, 0.312, 0.02),
                        0.006,
                    );
                    near.or(glass, 3)
                }
                2 => {
                    let dish = cylinder(p - v(0.0, 0.02, 0.0), 0.02, 0.3, 0.015).min(torus(
                        p - v(0.0, 0.045, 0.0),
                        0.29,
                        0.018,
                    ));
                    let cup = cylinder(p - v(0.0, 0.12, 0.0), 0.1, 0.105, 0.02);
                    let ring = torus(p - v(0.0, 0.22, 0.0), 0.1, 0.018);
                    let grip = torus(Vec3::new(p.x - 0.32, p.z, p.y - 0.09), 0.055, 0.014);
                    near.or(dish.min(cup).min(ring).min(grip), 3)
                }
                _ => near,
            }
        },
    )
    .careful(0.9)
}

/// A woven basket, with a hoop or two side handles.
pub(crate) fn basket(order: &mut Order<'_>) -> Product {
    let (r, h) = (order.between(0.38, 0.48), order.between(0.42, 0.62));
    let path = Path::start(0.0, 0.0)
        .line(r * 0.78, 0.0)
        .curve(&[(r * 0.93, h * 0.35), (r, h), (r * 1.03, h + 0.15)])
        .line(0.0, h + 0.15);
    let vessel = Vessel { solid: path.bake_half(order.cells), wall: 0.035, lip: h };
    let mut outer = order.main(Mapping::Around(r), 0.3);
    outer.material = Material::Wicker;
    outer.finish = Material::Wicker.finish();
    let mut inner = outer;
    inner.pattern = Pattern::Plain;
    inner.colour *= 0.8;
    let hoop = order.chance(0.4);
    let top = if hoop { h + r * 0.85 } else { h + 0.16 };
    let side = r + 0.04;
    Product::standing(vec![outer, inner], v(-side, 0.0, -side), v(side, top + 0.03, side), move |p| {
        let (d, inside) = vessel.at(p);
        let near = Near::new(d, usize::from(inside)).or(torus(p - v(0.0, h, 0.0), r - 0.015, 0.033), 0);
        if hoop {
            let bow = glam::Vec2::new((p.x / 1.0).hypot((p.y - h).max(-0.05) / 0.85) - r + 0.02, p.z)
                .length()
                - 0.028;
            near.or(if p.y > h - 0.05 { bow * 0.8 } else { f32::MAX }, 0)
        } else {
            let x = p.x.abs() - r;
            let ring = glam::Vec2::new(p.z.hypot(p.y - h) - 0.13, x + 0.01).length() - 0.024;
            near.or(ring, 0)
        }
    })
    .careful(0.85)
}
