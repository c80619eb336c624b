//! From a ray to a colour: sphere tracing, soft shadows, occlusion and shading.
//!
//! Soft shadows and ambient occlusion are estimated from the distance field, without
//! random samples, so pictures carry no noise and compress well (methods: Inigo
//! Quilez, iquilezles.org/articles/rmshadows; Alex Evans, "Fast Approximations for
//! Global Illumination on Dynamic Scenes", 2006). The specular lobe is GGX with the
//! approximations of Brian Karis, "Real Shading in Unreal Engine 4", 2013.

mod glass;
mod ground;
mod march;
mod surface;

use glam::Vec3;

use crate::scene::Scene;
use ground::beyond;
use march::nearest;
use surface::surface;

/// What a pixel shows: its colour and an id that differs between different things,
/// for finding edges.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// Linear light.
    pub colour: Vec3,
    /// Item and part; 0 is the ground or backdrop.
    pub id: u32,
}

/// The colour seen along a ray; `pixel` is the size of a pixel at distance 1.
pub(crate) fn look(scene: &Scene, origin: Vec3, direction: Vec3, pixel: f32) -> Seen {
    match nearest(scene, origin, direction, pixel, f32::MAX) {
        Some(hit) => {
            let id = 1 + hit.item as u32 * 32 + hit.part as u32;
            Seen { colour: surface(scene, origin, direction, hit, pixel, 0), id }
        }
        None => Seen { colour: beyond(scene, origin, direction, pixel), id: 0 },
    }
}
