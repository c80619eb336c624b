//! Table lamps, floor lamps and desk lamps.

use glam::Vec3;

use crate::material::Material;
use crate::order::Order;
use crate::outline::Path;
use crate::palette::from_hex;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cylinder, ellipsoid, fan, rod, smax, smin, taper, v};

/// The shade of a lamp: its own cloth, lit from within or not.
fn shade(order: &mut Order<'_>, lit: bool, repeat: f32, radius: f32) -> Part {
    let mut part = Part::new(Material::Cotton, order.second()).mapped(Mapping::Around(radius));
    part.repeat = repeat;
    if lit {
        part.glow = 0.32;
        part.colour *= Vec3::new(1.0, 0.93, 0.8);
    }
    part
}

/// A cone cut at both ends, hollow, from radius `top` down to `bottom`, `half` high.
fn cone_shell(p: Vec3, half: f32, top: f32, bottom: f32) -> f32 {
    let slope = (bottom - top) / (2.0 * half);
    let r = p.x.hypot(p.z) - (bottom - slope * (p.y + half));
    smax((r / (1.0 + slope * slope).sqrt()).abs() - 0.008, p.y.abs() - half, 0.006)
}

/// A table lamp: a turned base and a shade in the second colour.
pub(crate) fn lamp(order: &mut Order<'_>) -> Product {
    let knots: &[(f32, f32)] = match order.variant(5) {
        0 => &[(0.2, 0.08), (0.24, 0.22), (0.16, 0.38), (0.04, 0.46), (0.03, 0.56)],
        1 => &[(0.1, 0.05), (0.035, 0.1), (0.03, 0.3), (0.03, 0.56)],
        2 => &[(0.12, 0.05), (0.19, 0.16), (0.1, 0.27), (0.14, 0.36), (0.04, 0.46), (0.03, 0.56)],
        3 => &[(0.11, 0.1), (0.17, 0.3), (0.14, 0.42), (0.04, 0.47), (0.03, 0.56)],
        _ => &[(0.16, 0.15), (0.11, 0.3), (0.06, 0.42), (0.035, 0.5), (0.03, 0.56)],
    };
    let foot = if knots[0].0 < 0.13 { 0.18 } else { knots[0].0 * 0.92 };
    let path = Path::start(0.0, 0.0).line(foot, 0.0).line(foot, 0.02).curve(knots).line(0.0, 0.56);
    let base = path.bake_half(order.cells);
    let (top, bottom) = (order.between(0.15, 0.24), order.between(0.28, 0.36));
    let half = order.between(0.16, 0.2);
    let lit = order.chance(0.6);
    let body = order.main(Mapping::Around(0.18), 0.12);
    let cloth = shade(order, lit, 0.09, bottom);
    let stem = order.fitting();
    let bulb = Part::new(Material::Wax, from_hex(0xFF_E3_B0)).glowing(if lit { 1.6 } else { 0.0 });
    let middle = 0.6 + half;
    Product::standing(
        vec![body, cloth, stem, bulb],
        v(-0.38, 0.0, -0.38),
        v(0.38, middle + half + 0.04, 0.38),
        move |p| {
            let rod_up = rod(p, v(0.0, 0.5, 0.0), v(0.0, middle + half + 0.01, 0.0), 0.011);
            let finial = ellipsoid(p - v(0.0, middle + half + 0.015, 0.0), v(0.018, 0.02, 0.018));
            let (x, z, _) = fan(p.x, p.z, 3.0);
            let spoke = rod(
                Vec3::new(x, p.y, z),
                v(0.0, middle + half - 0.02, 0.0),
                v(top, middle + half - 0.02, 0.0),
                0.006,
            );
            Near::new(base.turned(p), 0)
                .or(cone_shell(p - v(0.0, middle, 0.0), half, top, bottom), 1)
                .or(rod_up.min(finial).min(spoke), 2)
                .or(ellipsoid(p - v(0.0, middle - 0.02, 0.0), v(0.055, 0.07, 0.055)), 3)
        },
    )
    .careful(0.9)
}

/// A floor lamp: a pole or a tripod, with a shade in the second colour.
pub(crate) fn floor_lamp(order: &mut Order<'_>) -> Product {
    let tripod = order.chance(0.5);
    let lit = order.chance(0.6);
    let body = order.plain(Mapping::Front);
    let (top, bottom) = (order.between(0.11, 0.15), order.between(0.15, 0.19));
    let cloth = shade(order, lit, 0.1, bottom);
    let bulb = Part::new(Material::Wax, from_hex(0xFF_E3_B0)).glowing(if lit { 1.6 } else { 0.0 });
    let reach = if tripod { 0.25 } else { 0.2 };
    Product::standing(
        vec![body, cloth, bulb],
        v(-reach - 0.02, 0.0, -reach - 0.02),
        v(reach + 0.02, 1.3, reach + 0.02),
        move |p| {
            let stand = if tripod {
                let (x, z, _) = fan(p.x, p.z, 3.0);
                taper(Vec3::new(x, p.y, z), v(0.02, 1.0, 0.0), v(reach, 0.0, 0.0), 0.018, 0.013)
                    .min(cylinder(p - v(0.0, 0.98, 0.0), 0.035, 0.045, 0.01))
            } else {
                let plate = cylinder(p - v(0.0, 0.012, 0.0), 0.012, 0.17, 0.008);
                smin(plate, rod(p, v(0.0, 0.02, 0.0), v(0.0, 1.05, 0.0), 0.013), 0.03)
            };
            let stem = rod(p, v(0.0, 0.95, 0.0), v(0.0, 1.28, 0.0), 0.008);
            Near::new(stand.min(stem), 0)
                .or(cone_shell(p - v(0.0, 1.15, 0.0), 0.135, top, bottom), 1)
                .or(ellipsoid(p - v(0.0, 1.12, 0.0), v(0.035, 0.045, 0.035)), 2)
        },
    )
    .careful(0.9)
}

/// A desk lamp: two jointed arms and a bell-shaped head.
pub(crate) fn desk_lamp(order: &mut Order<'_>) -> Product {
    let body = order.plain(Mapping::Around(0.15));
    let joint = order.fitting();
    let lit = order.chance(0.5);
    let inside = Part::new(Material::Plastic, from_hex(0xF4_EF_E4)).glowing(if lit { 0.7 } else { 0.0 });
    let elbow = v(-order.between(0.16, 0.26), order.between(0.44, 0.52), 0.0);
    let neck = v(order.between(0.08, 0.2), order.between(0.78, 0.88), 0.0);
    let tilt = order.between(0.5, 0.8);
    let base_r = order.between(0.17, 0.2);
    Product::standing(vec![body, joint, inside], v(-0.34, 0.0, -0.22), v(0.52, 1.0, 0.22), move |p| {
        let plate = cylinder(p - v(0.0, 0.02, 0.0), 0.02, base_r, 0.014);
        let foot = v(0.0, 0.06, 0.0);
        let arms = rod(p, foot, elbow, 0.014).min(rod(p, elbow, neck, 0.014)).min(rod(
            p,
            v(0.0, 0.02, 0.0),
            foot,
            0.03,
        ));
        let side = Vec3::new(p.x, p.y, p.z.abs() - 0.016);
        let knuckles = [foot, elbow, neck].iter().fold(f32::MAX, |d, &j| d.min((side - j).length() - 0.026));
        // The head: a bell along its own axis, opening down and outwards.
        let (x, y) = crate::sdf::turn(p.x - neck.x, p.y - neck.y, -tilt);
        let q = Vec3::new(x, y, p.z);
        let h = (0.06 - q.y).clamp(0.0, 0.26);
        let radius = 0.045 + 0.11 * crate::sdf::smoothstep(0.0, 0.24, h) + 0.12 * h;
        let r = q.x.hypot(q.z) - radius;
        let solid = smax(r * 0.85, (q.y + 0.07).abs() - 0.13, 0.02);
        let bell = smax(solid, -smax((r + 0.014) * 0.85, q.y - 0.035, 0.01), 0.006);
        let inner = r < -0.007;
        let bulb = (q - v(0.0, -0.1, 0.0)).length() - 0.05;
        Near::new(plate.min(arms), 0).or(bell, if inner { 2 } else { 0 }).or(knuckles, 1).or(bulb, 2)
    })
    .careful(0.8)
}
