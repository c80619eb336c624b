//! Chairs, stools and tables.

use glam::{Vec2, Vec3};

use crate::material::Material;
use crate::order::Order;
use crate::pattern::Pattern;
use crate::product::{Mapping, Near, Part, Product};
use crate::sdf::{bezier, cuboid, cylinder, ellipsoid, rod, smax, smin, smoothstep, taper, torus, v};

/// Legs: as the body when it is of wood or metal, else bare wood or steel.
fn legs(order: &mut Order<'_>, body: &Part) -> Part {
    if matches!(body.material, Material::Wood | Material::Metal) && order.chance(0.6) {
        let mut part = body.mapped(Mapping::Front);
        part.pattern = Pattern::Plain;
        part
    } else if order.chance(0.65) {
        order.timber().mapped(Mapping::Front)
    } else {
        order.fitting()
    }
}

/// A chair: with slats, a panel, spindles, or a moulded shell.
pub(crate) fn chair(order: &mut Order<'_>) -> Product {
    let form = order.variant(4);
    let (w, seat) = (order.between(0.23, 0.27), order.between(0.45, 0.5));
    let splay = order.between(0.0, 0.07);
    let (thick, thin) = (order.between(0.022, 0.03), order.between(0.014, 0.022));
    let lean = order.between(0.06, 0.12);
    let mut body = order.main(Mapping::Faces, 0.11);
    if form == 3 {
        // Shells are pressed or cast: no grain runs along them.
        body.finish = Material::Plastic.finish();
        body.finish.roughness = 0.35;
        if body.material != Material::Metal {
            body.material = Material::Plastic;
        }
    }
    let frame = legs(order, &body);
    let cushioned = form != 3 && order.chance(0.4);
    let mut pad = order.plain(Mapping::Top);
    if cushioned {
        pad = Part::new(Material::Canvas, order.second());
    }
    let parts = vec![body, frame, pad];
    let low = v(-w - splay - 0.05, 0.0, -w - splay - lean - 0.08);
    let spine = bezier(
        v(0.0, seat + 0.005, w + 0.02),
        v(0.0, seat - 0.03, -w * 1.5),
        v(0.0, seat + 0.02, -w * 0.75),
        v(0.0, 0.96, -w - lean),
        12,
    );
    Product::standing(parts, low, v(w + splay + 0.05, 1.02, w + splay + 0.05), move |p| {
        let q = Vec3::new(p.x.abs(), p.y, p.z);
        let back_z = -w + 0.02 - lean * ((p.y - seat) / (1.0 - seat)).max(0.0);
        let shifted = Vec3::new(q.x, p.y, p.z - back_z);
        let mut near = if form == 3 {
            Near::new(
                moulded(&spine, Vec3::new(q.x, p.y - 0.22 * q.x * q.x, p.z - 0.3 * q.x * q.x), w + 0.01),
                0,
            )
        } else {
            let top = Vec3::new(p.x, p.y - seat, p.z);
            let plank = cuboid(top, v(w, 0.022, w), 0.018);
            Near::new(plank, 0)
        };
        let foot = Vec3::new(w - 0.03 + splay, 0.0, 0.0);
        for side in [1.0, -1.0] {
            let top = v(w - 0.045, seat - 0.01, side * (w - 0.045));
            let end = v(foot.x, 0.0, side * foot.x);
            near = near.or(taper(q, top, end, thick, thin), 1);
        }
        if form != 3 {
            let post = rod(
                Vec3::new(q.x, p.y, shifted.z),
                v(w - 0.035, seat, 0.0),
                v(w - 0.035, 0.97, 0.0),
                thick * 0.95,
            );
            near = near.or(post, 1);
            let rail = |y: f32, h: f32| {
                cuboid(Vec3::new(q.x, p.y - y, shifted.z + 0.1 * q.x * q.x), v(w - 0.03, h, 0.013), 0.01)
            };
            let back = match form {
                0 => rail(0.93, 0.045).min(rail(0.8, 0.035)).min(rail(0.68, 0.035)),
                1 => rail(0.8, 0.17),
                _ => {
                    let gap = (w * 2.0 - 0.08) / 5.0;
                    let x = p.x - (p.x / gap).round().clamp(-2.0, 2.0) * gap;
                    rod(Vec3::new(x, p.y, shifted.z), v(0.0, seat, 0.0), v(0.0, 0.92, 0.0), 0.011)
                        .min(rail(0.945, 0.04))
                }
            };
            near = near.or(back, 0);
            near = near.or(
                cuboid(
                    Vec3::new(q.x, p.y - seat + 0.06, p.z.abs() - w + 0.05),
                    v(w - 0.05, 0.028, 0.01),
                    0.006,
                ),
                1,
            );
        }
        if cushioned {
            near = near.or(
                cuboid(Vec3::new(p.x, p.y - seat - 0.045, p.z - 0.01), v(w - 0.015, 0.032, w - 0.02), 0.03),
                2,
            );
        }
        near
    })
    .careful(0.85)
    .turned(0.6)
}

/// A moulded seat and back in one: a sheet bent along `spine` (front edge to top),
/// `wide` to either side, with rounded ends.
fn moulded(spine: &[Vec3], p: Vec3, wide: f32) -> f32 {
    let at = Vec2::new(p.z, p.y);
    let (mut nearest, mut along) = (f32::MAX, 0.0);
    for (i, w) in spine.windows(2).enumerate() {
        let (a, b) = (Vec2::new(w[0].z, w[0].y), Vec2::new(w[1].z, w[1].y));
        let t = ((at - a).dot(b - a) / (b - a).length_squared()).clamp(0.0, 1.0);
        let d = (at - a - (b - a) * t).length();
        if d < nearest {
            nearest = d;
            along = (i as f32 + t) / (spine.len() - 1) as f32;
        }
    }
    let end = ((2.0 * along - 1.0).abs() - 0.62).max(0.0) / 0.38;
    let width = wide
        * (1.0 - 0.22 * end * end)
        * (1.0 - 0.12 * smoothstep(0.3, 0.55, along) * smoothstep(0.8, 0.55, along));
    smax(nearest - 0.013, p.x.abs() - width, 0.02) * 0.9
}

/// A stool with three or four legs, low or as high as a bar.
pub(crate) fn stool(order: &mut Order<'_>) -> Product {
    let tall = order.chance(0.5);
    let (h, r) = if tall {
        (1.0, order.between(0.2, 0.24))
    } else {
        (order.between(0.6, 0.72), order.between(0.26, 0.31))
    };
    let n = if order.chance(0.4) { 3.0 } else { 4.0 };
    let splay = order.between(0.05, 0.12);
    let round = order.chance(0.7);
    let body = order.main(Mapping::Top, 0.12);
    let frame = legs(order, &body);
    let padded = matches!(body.material, Material::Leather | Material::Canvas | Material::Velvet);
    let half = if padded { 0.055 } else { 0.025 };
    let ring = h * order.between(0.28, 0.4);
    let wide = r + splay + 0.03;
    Product::standing(vec![body, frame], v(-wide, 0.0, -wide), v(wide, h + 0.03, wide), move |p| {
        let top = p - v(0.0, h - half, 0.0);
        let seat = if round {
            cylinder(top, half, r, half * 0.9)
        } else {
            cuboid(top, v(r * 0.92, half, r * 0.92), half * 0.9)
        };
        let dip = if padded {
            0.0
        } else {
            ellipsoid(p - v(0.0, h + 0.09, 0.0), v(r * 0.9, 0.105, r * 0.9)).min(0.0)
        };
        let (x, z, _) = crate::sdf::fan(p.x, p.z, n);
        let leg = taper(
            Vec3::new(x, p.y, z),
            v(r * 0.66, h - half, 0.0),
            v(r * 0.7 + splay, 0.0, 0.0),
            0.026,
            0.019,
        );
        let at = r * 0.68 + splay * (1.0 - ring / h);
        let hoop = torus(p - v(0.0, ring, 0.0), at, 0.013);
        Near::new(seat - dip * 0.6, 0).or(leg, 1).or(hoop, 1)
    })
}

/// A table: four legs or a pedestal, round or rectangular.
pub(crate) fn table(order: &mut Order<'_>) -> Product {
    let (a, b) = (order.between(0.5, 0.72), order.between(0.34, 0.42));
    let h = order.between(0.42, 0.62);
    let form = order.variant(4);
    let splay = order.between(0.0, 0.06);
    let slab = order.between(0.02, 0.032);
    let body = order.main(Mapping::Top, 0.2);
    let frame = legs(order, &body);
    let drawer = form == 0 && order.chance(0.4);
    let knob = order.fitting();
    let face = {
        let mut f = body;
        f.mapping = Mapping::Front;
        f.pattern = Pattern::Plain;
        f
    };
    let wide = if form >= 2 { b + 0.12 } else { a };
    let deep = if form >= 2 { b + 0.12 } else { b };
    let low = v(-wide - 0.05, 0.0, -deep - 0.05);
    Product::standing(vec![body, frame, face, knob], low, v(wide + 0.05, h + 0.01, deep + 0.07), move |p| {
        let q = Vec3::new(p.x.abs(), p.y, p.z.abs());
        let top = p - v(0.0, h - slab, 0.0);
        match form {
            0 | 1 => {
                let board = cuboid(top, v(a, slab, b), 0.014);
                let leg = taper(
                    q,
                    v(a - 0.07, h - slab, b - 0.06),
                    v(a - 0.06 + splay, 0.0, b - 0.05 + splay),
                    0.032,
                    0.02,
                );
                let apron =
                    cuboid(q - v(0.0, h - slab * 2.0 - 0.045, b - 0.07), v(a - 0.08, 0.045, 0.012), 0.005)
                        .min(cuboid(
                            q - v(a - 0.09, h - slab * 2.0 - 0.045, 0.0),
                            v(0.012, 0.045, b - 0.08),
                            0.005,
                        ));
                let mut near = Near::new(board, 0).or(leg, 1).or(apron, 1);
                if drawer {
                    let front =
                        cuboid(p - v(0.0, h - slab * 2.0 - 0.06, b - 0.05), v(a * 0.42, 0.05, 0.016), 0.006);
                    let pull = ellipsoid(p - v(0.0, h - slab * 2.0 - 0.06, b - 0.015), v(0.02, 0.02, 0.02));
                    near = near.or(front, 2).or(pull, 3);
                }
                near
            }
            2 => {
                let board = cylinder(top, slab, wide, 0.014);
                let column = taper(p, v(0.0, h, 0.0), v(0.0, 0.03, 0.0), 0.035, 0.045);
                let base = smax(ellipsoid(p, v(wide * 0.6, 0.06, wide * 0.6)), -p.y, 0.01);
                Near::new(board, 0).or(smin(column, base, 0.08), 1)
            }
            _ => {
                let board = cylinder(top, slab, wide, 0.014);
                let (x, z, _) = crate::sdf::fan(p.x, p.z, 3.0);
                let leg = taper(
                    Vec3::new(x, p.y, z),
                    v(wide * 0.55, h - slab, 0.0),
                    v(wide * 0.8, 0.0, 0.0),
                    0.034,
                    0.018,
                );
                Near::new(board, 0).or(leg, 1)
            }
        }
    })
    .turned(0.45)
}

/// An armchair.
pub(crate) fn armchair(order: &mut Order<'_>) -> Product {
    upholstered(order, 1)
}

/// A sofa for two or three.
pub(crate) fn sofa(order: &mut Order<'_>) -> Product {
    let seats = 2 + order.variant(2);
    upholstered(order, seats)
}

/// Arms, a back, and cushions for `seats`.
fn upholstered(order: &mut Order<'_>, seats: usize) -> Product {
    let half = 0.27 * seats as f32;
    let arm = order.between(0.06, 0.09);
    let arm_high = order.between(0.36, 0.42);
    let body = order.main(Mapping::Faces, 0.14);
    let frame = order.timber();
    let mut cushion = body;
    if let Pattern::Dipped(_) = body.pattern {
        cushion.colour = body.second;
    }
    let wide = half + arm * 2.0 + 0.01;
    Product::standing(vec![body, frame, cushion], v(-wide, 0.0, -0.33), v(wide, 0.74, 0.34), move |p| {
        let q = Vec3::new(p.x.abs(), p.y, p.z);
        let base = cuboid(p - v(0.0, 0.17, 0.0), v(half + arm, 0.09, 0.28), 0.03);
        let side = cuboid(
            q - v(half + arm, arm_high * 0.5 + 0.05, 0.0),
            v(arm, arm_high * 0.5 - 0.02, 0.29),
            arm * 0.75,
        );
        let back = cuboid(
            Vec3::new(p.x, p.y - 0.42, p.z + 0.23 + 0.1 * (p.y - 0.3)),
            v(half + arm * 0.6, 0.29, 0.07),
            0.06,
        );
        let cell = 0.54;
        let lane = if seats % 2 == 1 { (p.x / cell).round() } else { (p.x / cell - 0.5).round() + 0.5 };
        let limit = (seats as f32 - 1.0) * 0.5;
        let x = p.x - lane.clamp(-limit, limit) * cell;
        let puff = 0.02 * (1.0 - Vec2::new(x / 0.27, p.z / 0.3).length_squared()).max(0.0);
        let seat = cuboid(Vec3::new(x, p.y - 0.315, p.z - 0.04), v(0.262, 0.055 + puff, 0.27), 0.045);
        let rest = cuboid(
            Vec3::new(x, p.y - 0.51, p.z + 0.12 + 0.22 * (p.y - 0.36)),
            v(0.25, 0.16, 0.06 + puff),
            0.055,
        );
        let leg = taper(
            q,
            v(half + arm * 0.4, 0.1, 0.22 * p.z.signum()),
            v(half + arm * 0.7, 0.0, 0.25 * p.z.signum()),
            0.025,
            0.016,
        );
        Near::new(smin(base, side, 0.02).min(back), 0).or(seat.min(rest), 2).or(leg, 1)
    })
    .careful(0.9)
    .turned(0.5)
}
