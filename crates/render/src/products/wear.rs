//! Hats, caps, shoes and boots.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::order::Order;
use crate::outline::{Outline, Path};
use crate::palette::from_hex;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, ellipsoid, extrude, rod, smax, smin, smoothstep, torus, v};

/// A hat with a brim and a band.
pub(crate) fn hat(order: &mut Order<'_>) -> Product {
    let (crown, brim) = (order.between(0.24, 0.27), order.between(0.42, 0.56));
    let h = order.between(0.26, 0.34);
    let (wave, pinch) = (order.between(0.0, 0.05), order.between(0.0, 0.06));
    let body = order.main(Mapping::Around(crown), 0.16);
    let mut band = Part::new(Material::Felt, order.second());
    band.colour *= 0.9;
    let round = order.chance(0.35);
    Product::standing(
        vec![body, band],
        v(-brim - 0.03, 0.0, -brim - 0.03),
        v(brim + 0.03, h + 0.12, brim + 0.03),
        move |p| {
            let q = Vec3::new(p.x * 1.06, p.y, p.z * 0.94);
            let r = q.x.hypot(q.z);
            let sweep =
                0.05 + wave * (q.x / brim).powi(2) * 1.6 - 0.02 * (q.z / brim).powi(2) * f32::from(q.z > 0.0);
            let leaf = smax((q.y - sweep).abs() - 0.009, r - brim, 0.012) * 0.85;
            let dome = if round {
                ellipsoid(q - v(0.0, 0.05, 0.0), v(crown, h + 0.02, crown))
            } else {
                let narrow = crown - 0.16 * (q.y - 0.05).max(0.0);
                let side = (r - narrow) * 0.95;
                let dent = ellipsoid(Vec3::new(q.x, q.y - h - 0.09, q.z), v(0.07 + pinch * 0.3, 0.1, 0.26));
                let front = ellipsoid(Vec3::new(q.x.abs() - 0.2, q.y - h, q.z - 0.2), v(0.08, 0.14, 0.08));
                smax(smax(smax(side, q.y - h - 0.03, 0.1), -dent, 0.07), -front, 0.06)
            };
            let dome = smax(dome, -(q.y - 0.045), 0.01);
            let ribbon = smax(dome - 0.007, (q.y - 0.098).abs() - 0.034, 0.008);
            Near::new(smin(leaf, dome, 0.04), 0).or(ribbon, 1)
        },
    )
    .careful(0.75)
    .turned(0.5)
}

/// A baseball cap: six panels, a button and a peak.
pub(crate) fn cap(order: &mut Order<'_>) -> Product {
    let body = order.main(Mapping::Around(0.3), 0.2);
    let mut peak = body;
    peak.pattern = Pattern::Plain;
    if let Pattern::Dipped(_) = body.pattern {
        peak.colour = body.second;
    }
    let stitch = Part::new(Material::Cotton, body.colour * 0.62);
    let droop = order.between(0.25, 0.5);
    let high = order.between(0.3, 0.36);
    Product::standing(vec![body, peak, stitch], v(-0.36, 0.0, -0.38), v(0.36, high + 0.09, 0.78), move |p| {
        let dome = ellipsoid(p - v(0.0, 0.06, 0.0), v(0.31, high, 0.345));
        let dome = smax(dome, -(p.y - 0.05), 0.012);
        let hollow = ellipsoid(p - v(0.0, 0.05, 0.0), v(0.295, high - 0.015, 0.33));
        let shell = smax(dome, -hollow, 0.006);
        let turn = p.z.atan2(p.x) / std::f32::consts::TAU * 6.0 + 0.5;
        let seam = (turn - turn.round()).abs() * p.x.hypot(p.z);
        let near = Near::new(shell, if seam < 0.006 { 2 } else { 0 });
        let bend = 0.075 - droop * p.x * p.x - 0.1 * (p.z - 0.3).max(0.0);
        let flat = ((p.x / 0.3).powi(2) + ((p.z - 0.2) / 0.53).powi(2)).sqrt() - 1.0;
        let leaf = smax(smax((p.y - bend).abs() - 0.011, flat * 0.28, 0.014), 0.2 - p.z, 0.02);
        let leaf = smax(leaf, -ellipsoid(p - v(0.0, 0.05, 0.0), v(0.295, high, 0.33)), 0.01);
        let knob = ellipsoid(p - v(0.0, high + 0.065, 0.0), v(0.022, 0.014, 0.022));
        near.or(leaf * 0.8, 1).or(knob, 1)
    })
    .careful(0.8)
    .turned(0.75)
}

/// A knitted beanie with a turned-up edge and perhaps a bobble.
pub(crate) fn beanie(order: &mut Order<'_>) -> Product {
    let h = order.between(0.5, 0.62);
    let mut body = order.main(Mapping::Around(0.34), 0.14);
    body.material = Material::Knit;
    body.finish = Material::Knit.finish();
    let mut cuff = body;
    cuff.pattern = Pattern::Pinstriped;
    cuff.repeat = 0.045;
    cuff.second = body.colour * 0.7;
    let bobble = order.chance(0.6);
    let mut wool = Part::new(Material::Knit, if order.chance(0.5) { body.second } else { body.colour });
    wool.finish.relief = 2.0;
    Product::standing(
        vec![body, cuff, wool],
        v(-0.4, 0.0, -0.4),
        v(0.4, h + if bobble { 0.26 } else { 0.04 }, 0.4),
        move |p| {
            let dome = smax(ellipsoid(p - v(0.0, 0.1, 0.0), v(0.345, h - 0.1, 0.345)), -p.y, 0.02);
            let fold = smax(p.x.hypot(p.z) - 0.375, (p.y - 0.105).abs() - 0.105, 0.05);
            let mut near = Near::new(dome, 0).or(fold, 1);
            if bobble {
                let q = p - v(0.0, h + 0.1, 0.0);
                let fluff = crate::noise::fractal(q * 26.0, 2) - 0.5;
                near = near.or(q.length() - 0.125 - 0.05 * fluff, 2);
            }
            near
        },
    )
    .careful(0.8)
}

/// The sole's outline from above, heel at y = -0.5, toe at y = 0.5.
fn sole(cells: usize, wide: f32) -> Outline {
    Path::start(0.0, -0.5)
        .curve(
            &[
                (0.13, -0.46),
                (0.15, -0.34),
                (0.125, -0.1),
                (0.16, 0.16),
                (0.165, 0.3),
                (0.11, 0.45),
                (0.0, 0.5),
            ]
            .map(|(x, y)| (x * wide, y)),
        )
        .bake_half(cells)
}

/// A sneaker: rubber sole, laces, tongue, a toe cap or a stripe at the side.
pub(crate) fn shoe(order: &mut Order<'_>) -> Product {
    let base = sole(order.cells, order.between(0.95, 1.1));
    let high = order.chance(0.3);
    let collar = if high { order.between(0.44, 0.5) } else { order.between(0.29, 0.34) };
    let thick = order.between(0.065, 0.095);
    let mut upper = order.main(Mapping::Front, 0.12);
    upper.mapping = Mapping::Faces;
    let rubber = Part::new(
        Material::Rubber,
        if order.chance(0.75) { from_hex(0xE9_E6_DE) } else { from_hex(0x2A_2A_2C) },
    );
    let lace =
        Part::new(Material::Cotton, if order.chance(0.7) { from_hex(0xEC_EA_E4) } else { upper.second });
    let mut trim = upper;
    trim.pattern = Pattern::Plain;
    trim.colour = upper.second;
    let mut inner = Part::new(Material::Cotton, upper.colour * 0.35);
    inner.finish.relief = 0.0;
    let capped = order.chance(0.45);
    let striped = order.chance(0.5);
    Product::standing(
        vec![upper, rubber, lace, trim, inner],
        v(-0.53, 0.0, -0.2),
        v(0.53, collar + 0.08, 0.2),
        move |p| {
            // x runs from heel to toe. The toe of the sole rises a little.
            let spring = 0.05 * smoothstep(0.25, 0.52, p.x).powi(2) + 0.012 * smoothstep(-0.3, -0.52, p.x);
            let y = p.y - spring;
            let flat = base.at(Vec2::new(p.z.abs(), p.x));
            let slab = extrude(flat - 0.012, y - thick * 0.5, thick * 0.5, 0.022);
            let tread = (y - thick * 0.62).abs() < 0.007;
            // The height of the upper over the foot.
            let ridge = if p.x < 0.02 {
                collar - 0.02 * smoothstep(-0.42, -0.2, p.x) * smoothstep(0.0, -0.2, p.x)
            } else {
                0.16 + (collar - 0.16) * (1.0 - smoothstep(-0.12, 0.34, p.x))
            } - 0.07 * smoothstep(0.36, 0.52, p.x);
            let climb = ((y - thick) / (ridge - thick).max(0.05)).clamp(0.0, 1.2);
            let narrow = 0.075 * climb * climb * if p.x > 0.0 { 1.0 } else { 0.8 };
            let heel_lean = 0.03 * climb * smoothstep(-0.3, -0.5, p.x);
            let body = smax(flat + narrow + heel_lean + 0.004, y - ridge, 0.1) * 0.8;
            let body = smax(body, thick * 0.5 - y, 0.01);
            let mouth = ellipsoid(
                Vec3::new(p.x + 0.26, p.y - collar - 0.04, p.z),
                v(0.2, 0.2 + 0.1 * f32::from(high), 0.085),
            );
            let shell = smax(body, -mouth, 0.03);
            let inside = mouth < 0.01 && -mouth > body - 0.004;
            let toe = capped && p.x > 0.34 - 0.1 * (y - thick);
            let side = striped && ((p.x - 0.03) + 0.6 * (y - 0.16)).abs() < 0.022 && y < ridge * 0.82;
            let heel_tab = p.x < -0.4 && y > 0.12;
            let part = if inside {
                4
            } else if toe {
                1
            } else if side || heel_tab {
                3
            } else {
                0
            };
            let mut near = Near::new(shell, part).or(slab, if tread && !toe { 3 } else { 1 });
            // Laces cross the ridge in front of the opening; a tongue rises behind them.
            for i in 0..if high { 6 } else { 4 } {
                let x = 0.19 - 0.062 * i as f32;
                let at = 0.165 + (collar - 0.16) * (1.0 - smoothstep(-0.12, 0.34, x)) + 0.004;
                let q = Vec3::new(p.x - x, p.y - at + 2.6 * p.z * p.z, p.z.abs());
                near = near.or(rod(q, v(0.0, 0.0, 0.0), v(0.0, 0.0, 0.062), 0.013) * 0.8, 2);
            }
            let tongue = cuboid(
                Vec3::new(p.x + 0.085 + (p.y - collar) * 0.35, p.y - collar - 0.01, p.z),
                v(0.016, 0.075, 0.062),
                0.015,
            );
            near.or(smax(tongue, body - 0.03, 0.02), 0).or(tongue, 0)
        },
    )
    .careful(0.7)
    .turned(-0.55)
    .paired(v(0.14, 0.0, -0.42))
}

/// A boot: a shaft, a heel, laces or a zip.
pub(crate) fn boot(order: &mut Order<'_>) -> Product {
    let base = sole(order.cells, order.between(0.92, 1.05));
    let wellington = order.style.material == Material::Rubber;
    let shaft = if wellington { order.between(0.85, 1.02) } else { order.between(0.58, 0.72) };
    let laced = !wellington && order.chance(0.8);
    let heel = order.between(0.04, 0.07);
    let thick = if wellington { 0.05 } else { order.between(0.06, 0.085) };
    let upper = order.plain(Mapping::Faces);
    let rubber =
        Part::new(Material::Rubber, from_hex([0x26_24_22, 0x5A_3D_28, 0xD8_CF_BE][order.variant(3)]));
    let lace = Part::new(
        Material::Cotton,
        if order.chance(0.6) { from_hex(0x33_2A_22) } else { from_hex(0xC8_9A_50) },
    );
    let inner = Part::new(Material::Felt, upper.colour * 0.35);
    let mut trim = upper;
    trim.colour *= 0.7;
    Product::standing(
        vec![upper, rubber, lace, inner, trim],
        v(-0.55, 0.0, -0.2),
        v(0.54, shaft + 0.03, 0.2),
        move |p| {
            let lift = heel * smoothstep(0.16, -0.16, p.x);
            let y = p.y - lift * 0.8 - 0.035 * smoothstep(0.25, 0.52, p.x).powi(2);
            let flat = base.at(Vec2::new(p.z.abs(), p.x));
            let notch = 0.008 * (p.x * 70.0).sin().signum() * f32::from(!wellington) * f32::from(p.y < 0.035);
            let slab = extrude(flat - 0.022 + notch, y - thick * 0.5, thick * 0.5, 0.014);
            let block = smax(extrude(flat - 0.018 + notch, p.y - 0.045, 0.045, 0.012), p.x + 0.16, 0.02);
            let ridge =
                0.19 + 0.11 * (1.0 - smoothstep(-0.05, 0.34, p.x)) - 0.08 * smoothstep(0.34, 0.52, p.x);
            let climb = (y / ridge).clamp(0.0, 1.2);
            let foot = smax(flat + 0.06 * climb * climb, y - ridge, 0.12) * 0.85;
            let foot = smax(foot, thick * 0.5 - y, 0.01);
            let calf = 1.0 + 0.16 * smoothstep(0.35, 0.95, p.y);
            let leg = Vec2::new((p.x + 0.29) / 1.25, p.z).length() - 0.135 * calf
                + 0.02 * smoothstep(0.5, 0.3, p.y);
            let column = smax(leg, (p.y - shaft * 0.5 - 0.08).abs() - shaft * 0.5 + 0.08, 0.03);
            let body = smin(foot, column, 0.14);
            let hollow = smax(leg + 0.02, 0.32 - p.y, 0.02);
            let shell = smax(body, -hollow, 0.012);
            let inside = leg < -0.008 && p.y > 0.3;
            let cuff = p.y > shaft - 0.05;
            let mut near = Near::new(
                shell,
                if inside {
                    3
                } else if cuff {
                    4
                } else {
                    0
                },
            )
            .or(slab.min(block), 1);
            if laced {
                for i in 0..7 {
                    let t = i as f32 / 6.0;
                    let at = v(0.15 - 0.27 * smoothstep(0.0, 0.6, t), 0.255 + (shaft - 0.32) * t * t, 0.0)
                        + v(0.0, lift * 0.5, 0.0);
                    let q = Vec3::new(p.x - at.x + 1.6 * p.z * p.z, p.y - at.y + 1.4 * p.z * p.z, p.z.abs());
                    near = near.or(rod(q, v(0.005, 0.0, 0.0), v(0.005, 0.0, 0.06), 0.012) * 0.8, 2);
                }
            }
            near.or(torus(Vec3::new(p.x + 0.29, p.y - shaft, p.z * 1.25), 0.165 * calf, 0.011) * 0.75, 4)
        },
    )
    .careful(0.72)
    .turned(-0.5)
    .paired(v(0.16, 0.0, -0.44))
}
