//! Mugs, bowls, plates and teapots: turned ceramics, some with handles.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::order::Order;
use crate::outline::{Path, Vessel};
use crate::palette::from_hex;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{bezier, cylinder, ellipsoid, rectangle, smax, smin, taper, v};

/// The inner face: as outside, or white glaze.
fn lining(order: &mut Order<'_>, outer: &Part) -> Part {
    let mut part = *outer;
    part.pattern = crate::pattern::Pattern::Plain;
    if !matches!(outer.material, Material::Wood | Material::Metal) && order.chance(0.45) {
        part.colour = from_hex(0xEE_EB_E4);
    }
    part
}

/// A mug with one handle: straight, tapered or round.
pub(crate) fn mug(order: &mut Order<'_>) -> Product {
    let (r, h) = (order.between(0.36, 0.44), order.between(0.76, 1.0));
    let path = match order.variant(4) {
        0 => Path::start(0.0, 0.0).line(r - 0.05, 0.0).line(r, 0.05).line(r, h + 0.3),
        1 => Path::start(0.0, 0.0).line(r * 0.72, 0.0).line(r * 0.78, 0.04).line(r * 1.08, h + 0.3),
        2 => Path::start(0.0, 0.0).line(r * 0.6, 0.0).curve(&[
            (r * 0.92, h * 0.16),
            (r * 1.1, h * 0.45),
            (r * 1.0, h * 0.8),
            (r * 0.96, h),
            (r * 0.96, h + 0.3),
        ]),
        _ => Path::start(0.0, 0.0).line(r * 0.68, 0.0).line(r * 0.7, 0.04).curve(&[
            (r * 0.98, h * 0.22),
            (r, h * 0.5),
            (r, h),
            (r, h + 0.3),
        ]),
    };
    let vessel = Vessel { solid: path.line(0.0, h + 0.3).bake_half(order.cells), wall: 0.045, lip: h };
    let (hw, hh) = (order.between(0.17, 0.23), order.between(0.25, 0.33));
    let (thick, flat) = (order.between(0.04, 0.055), order.between(1.0, 1.7));
    let middle = h * order.between(0.48, 0.55);
    let corner = hw * order.between(0.55, 1.0);
    let outer = order.main(Mapping::Around(r), 0.22);
    let inner = lining(order, &outer);
    let mut handle = outer;
    handle.pattern = crate::pattern::Pattern::Plain;
    if outer.pattern != crate::pattern::Pattern::Plain && order.chance(0.3) {
        handle.colour = handle.second;
    }
    let reach = r + hw + 0.12;
    Product::standing(
        vec![outer, inner, handle],
        v(-r * 1.15, 0.0, -r * 1.15),
        v(reach, h, r * 1.15),
        move |p| {
            let (body, inside) = vessel.at(p);
            let near = Near::new(body, usize::from(inside));
            if p.x < r * 0.5 {
                return near;
            }
            let ring = rectangle(Vec2::new(p.x - r + 0.02, p.y - middle), Vec2::new(hw, hh), corner).abs();
            let bar = Vec2::new(ring, p.z / flat).length() - thick;
            let bar = smax(bar, -vessel.hollow(p), 0.01);
            let joined = smin(body, bar, 0.05);
            if bar < body { Near::new(joined, 2) } else { Near::new(joined, near.part) }
        },
    )
    .careful(0.85)
    .turned(-0.5)
}

/// A bowl, shallow or deep, on a foot.
pub(crate) fn bowl(order: &mut Order<'_>) -> Product {
    let (r, h) = (0.5, order.between(0.26, 0.44));
    let foot = order.between(0.18, 0.26);
    let flare = order.between(0.9, 1.06);
    let path = Path::start(0.0, 0.0)
        .line(foot, 0.0)
        .line(foot, 0.035)
        .curve(&[(foot + 0.1, 0.06), (r * 0.86, h * 0.5), (r, h), (r * flare, h + 0.2)])
        .line(0.0, h + 0.2);
    let vessel = Vessel { solid: path.bake_half(order.cells), wall: 0.032, lip: h };
    let outer = order.main(Mapping::Around(r * 0.8), 0.16);
    let inner = lining(order, &outer);
    Product::standing(vec![outer, inner], v(-r - 0.03, 0.0, -r - 0.03), v(r + 0.03, h, r + 0.03), move |p| {
        let (d, inside) = vessel.at(p);
        Near::new(d, usize::from(inside))
    })
}

/// A plate with a rim.
pub(crate) fn plate(order: &mut Order<'_>) -> Product {
    let (r, rise) = (0.5, order.between(0.055, 0.1));
    let well = order.between(0.3, 0.38);
    let top = rise + 0.02;
    let coupe = order.chance(0.4);
    let path = if coupe {
        Path::start(0.0, 0.0).line(well, 0.0).curve(&[
            (r * 0.88, rise * 0.45),
            (r, rise + 0.02),
            (r + 0.03, rise + 0.1),
        ])
    } else {
        Path::start(0.0, 0.0)
            .line(well * 0.9, 0.0)
            .curve(&[(well, rise * 0.4), (well + 0.06, rise * 0.75), (r, rise + 0.02)])
            .line(r, rise + 0.1)
    };
    let solid = path.line(0.0, rise + 0.1).bake_half(order.cells * 3 / 2);
    let vessel = Vessel { solid, wall: 0.022, lip: top };
    let outer = order.plain(Mapping::Top);
    let mut inner = order.main(Mapping::Top, 0.15);
    inner.colour = outer.colour;
    let mut rim = inner;
    rim.pattern = crate::pattern::Pattern::Plain;
    if order.chance(0.5) {
        rim.colour = inner.second;
    }
    Product::standing(
        vec![outer, inner, rim],
        v(-r - 0.02, 0.0, -r - 0.02),
        v(r + 0.02, top + 0.01, r + 0.02),
        move |p| {
            let (d, inside) = vessel.at(p);
            let edge = p.x.hypot(p.z) > r - 0.022;
            Near::new(d, if edge { 2 } else { usize::from(inside) })
        },
    )
    .careful(0.8)
}

/// A teapot: round body, spout, handle and lid.
pub(crate) fn teapot(order: &mut Order<'_>) -> Product {
    let (r, h) = (order.between(0.36, 0.42), order.between(0.5, 0.62));
    let path = Path::start(0.0, 0.0).line(r * 0.62, 0.0).line(r * 0.64, 0.03).curve(&[
        (r * 0.94, h * 0.25),
        (r, h * 0.52),
        (r * 0.82, h * 0.85),
        (r * 0.5, h),
    ]);
    let body = path.line(0.0, h).bake_half(order.cells);
    let spout = bezier(
        v(r * 0.8, h * 0.3, 0.0),
        v(r * 1.35, h * 0.35, 0.0),
        v(r * 1.2, h * 0.8, 0.0),
        v(r * 1.75, h * 1.0, 0.0),
        18,
    );
    let high = order.chance(0.3);
    let grip = if high {
        bezier(
            v(-r * 0.75, h * 0.8, 0.0),
            v(-r * 0.9, h * 1.95, 0.0),
            v(r * 0.9, h * 1.95, 0.0),
            v(r * 0.75, h * 0.8, 0.0),
            18,
        )
    } else {
        bezier(
            v(-r * 0.85, h * 0.8, 0.0),
            v(-r * 2.0, h * 1.05, 0.0),
            v(-r * 1.8, h * 0.15, 0.0),
            v(-r * 0.9, h * 0.25, 0.0),
            18,
        )
    };
    let outer = order.main(Mapping::Around(r), 0.2);
    let plain = order.plain(Mapping::Around(r));
    let mut bare = plain;
    bare.colour = outer.colour;
    let knob = if order.chance(0.4) { order.timber() } else { bare };
    let arm =
        if high && outer.material != Material::Metal && order.chance(0.6) { order.timber() } else { bare };
    let top = if high { h * 1.75 } else { h + 0.2 };
    let knob_size = order.between(0.04, 0.06);
    Product::standing(
        vec![outer, bare, knob, arm],
        v(-r * 1.85, 0.0, -r - 0.02),
        v(r * 1.9, top, r + 0.02),
        move |p| {
            let pot = body.turned(p);
            let lid = ellipsoid(p - v(0.0, h - 0.012, 0.0), Vec3::new(r * 0.52, 0.075, r * 0.52));
            let lid = smax(lid, -(p.y - h + 0.012), 0.01);
            let button =
                ellipsoid(p - v(0.0, h + 0.095, 0.0), Vec3::new(knob_size, knob_size * 0.85, knob_size))
                    .min(cylinder(p - v(0.0, h + 0.06, 0.0), 0.03, knob_size * 0.45, 0.005));
            let mut pipe = f32::MAX;
            if p.x > 0.0 {
                let n = spout.len() - 1;
                for (i, w) in spout.windows(2).enumerate() {
                    let radius = |k: usize| 0.1 - 0.058 * k as f32 / n as f32;
                    pipe = pipe.min(taper(p, w[0], w[1], radius(i), radius(i + 1)));
                }
                let mouth = taper(p, v(r * 1.5, h * 0.9, 0.0), v(r * 1.95, h * 1.14, 0.0), 0.022, 0.03);
                pipe = smax(pipe, -mouth, 0.012);
            }
            let mut bow = f32::MAX;
            for w in grip.windows(2) {
                bow = bow.min(taper(Vec3::new(p.x, p.y, p.z * 0.8), w[0], w[1], 0.035, 0.035));
            }
            let shell = smin(pot, pipe, 0.06);
            let near = Near::new(shell, if pipe < pot { 1 } else { 0 });
            near.or(lid, 1).or(button, 2).or(smin(bow, pot + 0.02, 0.03).max(-(pot - 0.0)), 3)
        },
    )
    .careful(0.8)
}
