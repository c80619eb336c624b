//! T-shirts, sweaters and jackets: two sleeves, and a collar.

use glam::{Vec2, Vec3};

use super::drape::{Drape, stroke};
use crate::material::Material;
use crate::order::Order;
use crate::outline::Path;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, extrude, smax, v};

/// A pullover: a drape with a round neck, `neck` wide and deep; the seam of the armhole
/// runs between two points; ribbed below the height `cuff`.
fn top(drape: Drape, neck: (f32, f32), seam: (Vec2, Vec2), cuff: f32, parts: Vec<Part>) -> Product {
    let (low, high) = (v(-0.62, -0.02, -0.16), v(0.62, 1.03, 0.16));
    Product::standing(parts, low, high, move |p| {
        let (mut d, flat) = drape.at(p);
        let q = Vec2::new(p.x.abs(), p.y);
        // The armhole seam is a soft groove.
        let groove = stroke(q, seam.0, seam.1);
        d += 0.01 * (-(groove / 0.012) * (groove / 0.012)).exp();
        // A round neck: what is above it is cut away in front, and shows the back.
        let oval = (p.x / neck.0).hypot((p.y - 0.985) / neck.1);
        let hole = (oval - 1.0) * neck.0.min(neck.1);
        let front = if p.z > -0.02 { d.max(-hole) } else { d };
        let hem = p.y < cuff && p.x.abs() < 0.34;
        let sleeve_end = flat > -0.2 && drape_end(q, seam) && cuff > 0.03;
        let mut near = Near::new(front, if hem || sleeve_end { 2 } else { usize::from(hole < 0.004) });
        if (oval - 1.0).abs() < 0.4 {
            let half = drape.half(p, flat.min(-0.02)) + 0.006;
            let rib = extrude(hole.abs() - 0.014, p.z - 0.0, half.min(0.1), 0.012).max(-p.z - 0.03);
            let rib = smax(rib, p.y - 0.952 - 0.22 * p.x.abs(), 0.012);
            near = near.or(rib.max(flat - 0.01), 2);
        }
        near
    })
    .careful(0.72)
    .on_wall()
}

fn drape_end(q: Vec2, seam: (Vec2, Vec2)) -> bool {
    q.x > seam.0.x + 0.05 && q.y < 0.2
}

fn back_panel(base: &Part) -> Part {
    let mut part = *base;
    part.colour *= 0.6;
    part.pattern = Pattern::Plain;
    part
}

/// A T-shirt with short sleeves and a round neck.
pub(crate) fn tshirt(order: &mut Order<'_>) -> Product {
    let w = order.between(0.29, 0.33);
    let long = order.between(0.58, 0.68);
    let cut = Path::start(0.0, 0.965)
        .curve(&[(0.07, 0.968), (0.125, 0.99)])
        .line(0.3, 0.935)
        .curve(&[(0.4, 0.83), (0.5, long + 0.04)])
        .line(0.39, long - 0.03)
        .line(w, 0.74)
        .curve(&[(w - 0.012, 0.5), (w - 0.005, 0.25), (w + 0.005, 0.02)])
        .line(0.0, 0.0)
        .bake_half(order.cells);
    let drape = Drape {
        filling: cut.filling(0.045),
        cut,
        depth: 0.065,
        folds: 0.05,
        seed: order.between(0.0, 90.0),
        pleats: 0.0,
    };
    let body = order.main(Mapping::Front, 0.16);
    let mut rib = body;
    rib.pattern = Pattern::Plain;
    rib.colour *= 0.93;
    if order.chance(0.25) {
        rib.colour = body.second;
    }
    let inner = back_panel(&body);
    let neck = (order.between(0.115, 0.13), order.between(0.1, 0.13));
    top(drape, neck, (Vec2::new(0.3, 0.94), Vec2::new(w, 0.74)), 0.0, vec![body, inner, rib])
}

/// A sweater with long sleeves, ribbed at neck, cuffs and hem.
pub(crate) fn sweater(order: &mut Order<'_>) -> Product {
    let w = order.between(0.3, 0.34);
    let cut = Path::start(0.0, 0.965)
        .curve(&[(0.07, 0.968), (0.125, 0.99)])
        .line(0.31, 0.925)
        .curve(&[(0.4, 0.78), (0.48, 0.5), (0.535, 0.16)])
        .line(0.44, 0.135)
        .curve(&[(0.385, 0.42), (w + 0.005, 0.7)])
        .curve(&[(w - 0.01, 0.5), (w, 0.25), (w - 0.015, 0.05)])
        .line(w - 0.03, 0.0)
        .line(0.0, 0.0)
        .bake_half(order.cells);
    let drape = Drape {
        filling: cut.filling(0.045),
        cut,
        depth: 0.075,
        folds: 0.055,
        seed: order.between(0.0, 90.0),
        pleats: 0.0,
    };
    let body = order.main(Mapping::Front, 0.2);
    let mut rib = body;
    rib.pattern = Pattern::Pinstriped;
    rib.repeat = 0.022;
    rib.second = body.colour * 0.72;
    let inner = back_panel(&body);
    top(drape, (0.125, 0.085), (Vec2::new(0.3, 0.93), Vec2::new(w, 0.7)), 0.075, vec![body, inner, rib])
}

/// A jacket: long sleeves, a stand-up collar, a zip and two slanting pockets.
pub(crate) fn jacket(order: &mut Order<'_>) -> Product {
    let w = order.between(0.3, 0.34);
    let cut = Path::start(0.0, 0.975)
        .line(0.1, 0.985)
        .line(0.31, 0.925)
        .curve(&[(0.41, 0.76), (0.49, 0.48), (0.54, 0.15)])
        .line(0.43, 0.12)
        .curve(&[(0.385, 0.42), (w + 0.005, 0.7)])
        .curve(&[(w - 0.005, 0.5), (w + 0.005, 0.25), (w - 0.005, 0.03)])
        .line(0.0, 0.0)
        .bake_half(order.cells);
    let drape = Drape {
        filling: cut.filling(0.045),
        cut,
        depth: 0.08,
        folds: 0.06,
        seed: order.between(0.0, 90.0),
        pleats: 0.0,
    };
    let body = order.main(Mapping::Front, 0.18);
    let mut trim = body;
    trim.pattern = Pattern::Plain;
    trim.colour *= 0.8;
    let zip = order.fitting();
    let quilted = body.material == Material::Plastic;
    Product::standing(vec![body, trim, zip], v(-0.58, -0.02, -0.17), v(0.58, 1.08, 0.17), move |p| {
        let (mut d, flat) = drape.at(p);
        let q = Vec2::new(p.x.abs(), p.y);
        let dent = |d: f32, wide: f32| (-(d / wide) * (d / wide)).exp();
        d += 0.01 * dent(stroke(q, Vec2::new(0.3, 0.93), Vec2::new(w, 0.7)), 0.012);
        let pocket = stroke(q, Vec2::new(0.13, 0.34), Vec2::new(0.2, 0.17));
        d += 0.012 * dent(pocket, 0.01) + 0.008 * dent(q.x, 0.016);
        if quilted {
            d += 0.016 * dent((p.y / 0.105 - (p.y / 0.105).round()) * 0.105, 0.014);
        }
        let trimmed = p.y < 0.045 && q.x < 0.36 || q.x > 0.4 && p.y < 0.19 || pocket < 0.008;
        let closed = q.x < 0.008 && p.z > 0.0;
        let near = Near::new(
            d,
            if closed {
                2
            } else if trimmed {
                1
            } else {
                0
            },
        );
        let collar = cuboid(Vec3::new(p.x, p.y - 1.0, p.z), v(0.115 - 0.25 * (p.y - 1.0), 0.06, 0.075), 0.04);
        let opening = cuboid(Vec3::new(p.x, p.y - 1.05, p.z), v(0.085, 0.08, 0.05), 0.03);
        near.or(smax(collar, -opening, 0.015).max(flat - 0.2), if closed { 2 } else { 1 })
    })
    .careful(0.7)
    .on_wall()
}
