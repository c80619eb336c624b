//! Balls, books, boxes and umbrellas.

use glam::{EulerRot, Quat, Vec2, Vec3};

use crate::material::Material;
use crate::order::Order;
use crate::palette::{Colour, from_hex};
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{cuboid, fan, rod, smax, smin, smoothstep, torus, tube, turn, v};

/// A ball: football, basketball, beach ball, tennis ball or plain with a pattern.
pub(crate) fn ball(order: &mut Order<'_>) -> Product {
    let r = 0.5;
    let mut skin = order.main(Mapping::Around(r), 0.3);
    if matches!(skin.pattern, Pattern::Football | Pattern::Seams) {
        let dark = matches!(order.style.colour, Colour::Black | Colour::Navy);
        skin.second = from_hex(if dark { 0xEC_EA_E4 } else { 0x20_20_22 });
    }
    let (a, b) = (order.between(-0.7, 0.7), order.between(-0.9, 0.9));
    let dimpled = matches!(skin.pattern, Pattern::Football | Pattern::Seams);
    Product::standing(vec![skin], Vec3::splat(-r), Vec3::splat(r), move |p| {
        let d = p.length() - r;
        Near::new(if dimpled { d + 0.002 } else { d }, 0)
    })
    .posed(Quat::from_euler(EulerRot::YXZ, a, b, 0.3))
}

/// A book, upright and slightly open to the side, with a cover and pages.
pub(crate) fn book(order: &mut Order<'_>) -> Product {
    let (w, h, t) = (order.between(0.3, 0.36), order.between(0.44, 0.5), order.between(0.05, 0.1));
    let colour = order.colour();
    let second = order.second();
    let mut cover = Part::new(Material::Canvas, colour).mapped(Mapping::Front);
    cover = match order.style.pattern {
        Pattern::Plain => cover.printed(Pattern::Cover(w, h), second),
        _ => order.main(Mapping::Front, 0.16),
    };
    cover.accent = second;
    cover.finish = Material::Paper.finish();
    cover.finish.roughness = 0.5;
    cover.material = Material::Paper;
    let pages = Part::new(Material::Paper, from_hex(0xEF_E8_D8))
        .mapped(Mapping::Front)
        .printed(Pattern::Plain, from_hex(0xD8_CF_BC));
    Product::standing(vec![cover, pages], v(-w - 0.01, -h, -t - 0.02), v(w + 0.01, h, t + 0.02), move |p| {
        let board = cuboid(Vec3::new(p.x, p.y, p.z.abs() - t + 0.006), v(w, h, 0.012), 0.006);
        let spine_x = p.x + w - 0.012 - 0.012 * (1.0 - (p.z / t).powi(2)).max(0.0);
        let spine =
            smax(cuboid(Vec3::new(spine_x + 0.01, p.y, p.z), v(0.016, h, t), 0.006), p.z.abs() - t, 0.005);
        let groove = 0.006 * (1.0 - ((p.x + w - 0.055) / 0.014).powi(2)).max(0.0);
        let leaves = cuboid(Vec3::new(p.x, p.y, p.z), v(w - 0.022, h - 0.022, t - 0.008), 0.004);
        let sheet = 0.0012 * (p.z * 420.0).sin();
        Near::new(smin(board + groove, spine, 0.004), 0).or(leaves + sheet, 1)
    })
    .careful(0.85)
    .turned(0.5)
}

/// A gift box with a ribbon and a bow.
pub(crate) fn gift_box(order: &mut Order<'_>) -> Product {
    let (w, h, d) = (order.between(0.34, 0.46), order.between(0.22, 0.4), order.between(0.34, 0.44));
    let paper = order.main(Mapping::Faces, 0.16);
    let mut ribbon = Part::new(Material::Velvet, order.second());
    ribbon.finish.roughness = 0.4;
    let wide = order.between(0.035, 0.06);
    Product::standing(
        vec![paper, ribbon],
        v(-w - 0.03, 0.0, -d - 0.03),
        v(w + 0.03, h * 2.0 + 0.26, d + 0.03),
        move |p| {
            let c = p - v(0.0, h, 0.0);
            let body = cuboid(c + v(0.0, 0.02, 0.0), v(w - 0.014, h - 0.02, d - 0.014), 0.01);
            let lid = cuboid(c - v(0.0, h - 0.085, 0.0), v(w, 0.085, d), 0.012);
            let hull = body.min(lid);
            let cross = (p.x.abs() - wide).min(p.z.abs() - wide);
            let band = smax(hull - 0.006, cross, 0.004);
            let q = Vec3::new(p.x.abs(), p.y - h * 2.0 - 0.03, p.z);
            // Each loop of the bow is a flattened ring seen from the front.
            let (x, y) = turn(q.x - 0.14, q.y - 0.075, -0.45);
            let ring = Vec2::new(x / 1.5, y).length() - 0.075;
            let bow =
                smax(ring.abs() - 0.01, q.z.abs() - wide * (0.6 + 0.9 * smoothstep(0.0, 0.2, q.x)), 0.015);
            let knot = cuboid(q - v(0.0, 0.02, 0.0), v(0.045, 0.04, wide * 0.8), 0.03);
            let tail = cuboid(
                Vec3::new(
                    q.x - 0.12,
                    q.y - 0.012 + 0.1 * (q.x - 0.12).max(0.0),
                    q.z - 0.08 - 0.3 * (q.x - 0.1),
                ),
                v(0.12, 0.008, 0.03),
                0.006,
            );
            Near::new(hull, 0).or(band, 1).or(bow * 0.75, 1).or(knot, 1).or(tail * 0.8, 1)
        },
    )
    .careful(0.85)
    .turned(0.55)
}

/// An open umbrella, standing on its rim and its handle.
pub(crate) fn umbrella(order: &mut Order<'_>) -> Product {
    let mut cloth = order.main(Mapping::Around(0.45), 0.2);
    if order.style.pattern == Pattern::Pinstriped {
        cloth.pattern = Pattern::Panels(8.0);
    }
    let mut inner = cloth;
    inner.pattern = Pattern::Plain;
    inner.colour *= 0.7;
    let metal = order.fitting();
    let handle =
        if order.chance(0.6) { order.timber() } else { Part::new(Material::Plastic, from_hex(0x26_26_28)) };
    let r = 0.62;
    let flat = order.between(0.5, 0.62);
    let hook = {
        let mut points = vec![v(0.0, 0.12, 0.0)];
        points.extend((0..=8).map(|i| {
            let a = std::f32::consts::PI * (1.0 + i as f32 / 8.0);
            v(0.075 + 0.075 * a.cos(), 0.08 + 0.075 * a.sin(), 0.0)
        }));
        points
    };
    Product::standing(
        vec![cloth, inner, metal, handle],
        v(-r - 0.03, -0.02, -r - 0.03),
        v(r + 0.03, 1.1, r + 0.03),
        move |p| {
            let (x, z, _) = fan(p.x, p.z, 8.0);
            let rim = (x / (r * 0.93)).max(0.0);
            // Between two ribs the cloth hangs a little lower and is cut in an arc.
            let half = std::f32::consts::PI / 8.0;
            let between = 1.0 - (z.abs() / (x.max(0.02) * half.tan())).min(1.0);
            let dip = 0.035 * between * rim * rim;
            let drop = p.y - 1.0 + flat * 0.62 * rim.powf(2.0) + dip;
            let edge = (x.hypot(z)) - r * (1.0 - 0.1 * between);
            let sheet = smax(drop.abs() * 0.66 - 0.006, edge * 0.9, 0.01);
            let under = drop < 0.0;
            let stick = rod(p, v(0.0, 0.1, 0.0), v(0.0, 1.06, 0.0), 0.012);
            let tip = rod(p, v(0.0, 1.0, 0.0), v(0.0, 1.09, 0.0), 0.016);
            let grip = tube(p, &hook, 0.024);
            let ring = torus(p - v(0.0, 0.62, 0.0), 0.02, 0.014);
            let stay = rod(
                Vec3::new(x, p.y, z.abs()),
                v(0.0, 0.64, 0.0),
                v(r * 0.5, 0.9, r * 0.5 * half.tan() * 0.98),
                0.006,
            );
            Near::new(sheet, usize::from(under)).or(stick.min(tip).min(ring).min(stay), 2).or(grip, 3)
        },
    )
    .careful(0.75)
    .turned(0.2)
}
