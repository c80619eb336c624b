//! Dresses, skirts, trousers and shorts.

use glam::{Vec2, Vec3};

use super::drape::{Drape, stroke};
use crate::material::Material;
use crate::order::Order;
use crate::outline::Path;
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, cylinder, smoothstep, v};

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
        depth: if short { 0.05 } else { 0.075 },
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
