//! T-shirts, sweaters, dresses and trousers: cut outlines, filled as if worn, with
//! folds, seams, collars and hems.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::noise::fractal;
use crate::outline::{Outline, Path};
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Order, Part, Product};
use crate::sdf::{cuboid, cylinder, extrude, smoothstep, v};

/// Cloth around an outline: thick where a body would fill it, thin at its edges,
/// with folds that grow towards the hem.
struct Drape {
    cut: Outline,
    filling: Outline,
    depth: f32,
    folds: f32,
    seed: f32,
    pleats: f32,
}

impl Drape {
    fn half(&self, p: Vec3, d: f32) -> f32 {
        let soft = fractal(Vec3::new(p.x * 5.5 + p.y * 1.5, p.y * 2.4, self.seed), 2) - 0.5;
        let pleat = if self.pleats > 0.0 {
            smoothstep(0.62, 0.1, p.y) * 0.022 * (p.x * self.pleats + 3.0 * soft).sin()
        } else {
            0.0
        };
        let full = (self.filling.at(Vec2::new(p.x.abs(), p.y)) * 2.0 - 1.0).clamp(0.0, 1.0).sqrt();
        0.02 + self.depth * full + (soft * self.folds + pleat) * smoothstep(0.0, -0.05, d)
    }

    /// Distance to the cloth and to its outline in the plane.
    fn at(&self, p: Vec3) -> (f32, f32) {
        let d = self.cut.at(Vec2::new(p.x.abs(), p.y));
        if d > 0.0 {
            // Beyond the outline the cloth is as thin as its edge, folds or not.
            return (extrude(d, p.z, 0.02, 0.02), d);
        }
        (extrude(d, p.z, self.half(p, d), 0.02), d)
    }
}

/// How far `p` is from the segment a-b in the plane.
fn stroke(p: Vec2, a: Vec2, b: Vec2) -> f32 {
    let (pa, ba) = (p - a, b - a);
    (pa - ba * (pa.dot(ba) / ba.length_squared()).clamp(0.0, 1.0)).length()
}

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
            let rib = crate::sdf::smax(rib, p.y - 0.952 - 0.22 * p.x.abs(), 0.012);
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
    let mut part = base;
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

/// A skirt: flared or pleated, with a waistband.
pub(crate) fn skirt(order: &mut Order<'_>) -> Product {
    let flare = order.between(0.32, 0.46);
    let waist = order.between(0.19, 0.22);
    let cut = Path::start(0.0, 0.7)
        .line(waist, 0.71)
        .curve(&[(waist + 0.015, 0.62), ((waist + flare) * 0.54, 0.36), (flare, 0.03)])
        .curve(&[(flare * 0.5, -0.005), (0.0, -0.015)])
        .bake_half(order.cells);
    let drape = Drape {
        filling: cut.filling(0.045),
        cut,
        depth: 0.085,
        folds: 0.025,
        seed: order.between(0.0, 90.0),
        pleats: order.between(26.0, 60.0),
    };
    let body = order.main(Mapping::Front, 0.12);
    let mut band = body;
    band.pattern = Pattern::Plain;
    band.colour *= 0.85;
    Product::standing(
        vec![body, band],
        v(-flare - 0.02, -0.04, -0.15),
        v(flare + 0.02, 0.73, 0.15),
        move |p| {
            let (d, _) = drape.at(p);
            let waist = p.y > 0.645;
            Near::new(if waist { d - 0.006 } else { d }, usize::from(waist))
        },
    )
    .careful(0.66)
    .on_wall()
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
        near.or(crate::sdf::smax(collar, -opening, 0.015).max(flat - 0.2), if closed { 2 } else { 1 })
    })
    .careful(0.7)
    .on_wall()
}

/// A dress: sleeveless or with short sleeves, fitted at the waist, flared below.
pub(crate) fn dress(order: &mut Order<'_>) -> Product {
    let flare = order.between(0.27, 0.4);
    let waist = order.between(0.125, 0.15);
    let straps = order.chance(0.5);
    let path = if straps {
        Path::start(0.0, 0.86)
            .curve(&[(0.05, 0.865), (0.085, 0.9), (0.095, 0.995)])
            .line(0.125, 0.995)
            .curve(&[(0.135, 0.9), (0.17, 0.83)])
    } else {
        Path::start(0.0, 0.885)
            .curve(&[(0.06, 0.9), (0.1, 0.985)])
            .line(0.215, 0.955)
            .curve(&[(0.27, 0.88), (0.29, 0.8)])
            .line(0.215, 0.775)
            .line(0.175, 0.82)
    };
    let cut = path
        .curve(&[(0.16, 0.75), (waist, 0.62), (waist + 0.03, 0.53), (flare * 0.85, 0.2), (flare, 0.02)])
        .curve(&[(flare * 0.5, -0.01), (0.0, -0.018)])
        .bake_half(order.cells);
    let drape = Drape {
        filling: cut.filling(0.045),
        cut,
        depth: 0.085,
        folds: 0.025,
        seed: order.between(0.0, 90.0),
        pleats: order.between(24.0, 42.0),
    };
    let body = order.main(Mapping::Front, 0.12);
    let mut belt = body;
    belt.pattern = Pattern::Plain;
    if order.chance(0.6) {
        belt.colour = body.second;
    }
    let belted = order.chance(0.6);
    Product::standing(
        vec![body, belt],
        v(-flare - 0.02, -0.04, -0.15),
        v(flare + 0.02, 1.01, 0.15),
        move |p| {
            let (mut d, _) = drape.at(p);
            let band = (p.y - 0.615).abs();
            if belted && band < 0.03 {
                d -= 0.008 * smoothstep(0.03, 0.02, band);
            }
            Near::new(d, usize::from(belted && band < 0.024))
        },
    )
    .careful(0.68)
    .on_wall()
}

/// Long trousers.
pub(crate) fn trousers(order: &mut Order<'_>) -> Product {
    legs(order, false)
}

/// Shorts, to the knee.
pub(crate) fn shorts(order: &mut Order<'_>) -> Product {
    legs(order, true)
}

/// Two legs with a waistband, a fly and pockets.
fn legs(order: &mut Order<'_>, short: bool) -> Product {
    let hem = if short { order.between(0.17, 0.2) } else { order.between(0.1, 0.15) };
    let outer = if short { order.between(0.25, 0.28) } else { order.between(0.2, 0.25) };
    let low = if short { 0.42 } else { 0.0 };
    let cut = Path::start(0.0, 0.985)
        .line(0.185, 1.0)
        .curve(&[(0.2, 0.93), (0.228, 0.8), (outer + 0.01, 0.5), (outer, low)])
        .line(outer - hem, low - 0.005)
        .curve(&[(0.035, 0.5_f32.max(low + 0.08)), (0.008, 0.66)])
        .line(0.0, 0.665)
        .bake_half(order.cells);
    let drape = Drape {
        filling: cut.filling(0.045),
        cut,
        depth: 0.075,
        folds: 0.04,
        seed: order.between(0.0, 90.0),
        pleats: 0.0,
    };
    let body = order.main(Mapping::Front, 0.14);
    let mut band = body;
    band.pattern = Pattern::Plain;
    band.colour *= 0.9;
    let mut stitch = Part::new(Material::Cotton, body.colour * 0.7);
    if body.material == Material::Denim {
        stitch.colour = from_hex(0xB9_86_4A);
    }
    let button = order.fitting();
    let high = v(0.31, 1.02, 0.15);
    Product::standing(vec![body, band, stitch, button], v(-0.31, low - 0.03, -0.15), high, move |p| {
        let (mut d, _) = drape.at(p);
        let q = Vec2::new(p.x.abs(), p.y);
        let fly = stroke(Vec2::new(p.x, p.y), Vec2::new(0.012, 0.93), Vec2::new(0.004, 0.7));
        let pocket = stroke(q, Vec2::new(0.1, 0.935), Vec2::new(0.2, 0.83));
        let seam = fly.min(pocket);
        d += 0.007 * (-(seam / 0.008) * (seam / 0.008)).exp();
        let crease = stroke(q, Vec2::new(0.12, 0.7), Vec2::new(outer - hem * 0.5, low));
        d -= 0.006 * (-(crease / 0.02) * (crease / 0.02)).exp();
        let waist = p.y > 0.935;
        let part = if waist {
            1
        } else if seam < 0.005 && p.z > 0.0 {
            2
        } else {
            0
        };
        let near = Near::new(if waist { d - 0.006 } else { d }, part);
        let stud = cylinder(Vec3::new(p.x - 0.008, p.z - 0.102, p.y - 0.962), 0.012, 0.014, 0.004);
        let loops = cuboid(Vec3::new(q.x - 0.11, p.y - 0.962, p.z - 0.075), v(0.009, 0.03, 0.012), 0.004);
        near.or(stud, 3).or(loops, 1)
    })
    .careful(0.72)
    .on_wall()
}
