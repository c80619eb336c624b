//! A mark that lies on many photos of a folder: a watermark.
//!
//! One photo does not tell a watermark from lettering on a product. Many do: what stands at the same place in photos of
//! different things belongs to none of them. After Dekel et al., "On the effectiveness of visible watermarks" (CVPR
//! 2017): the directions in which lightness changes are added up over photos; those of products cancel each other out,
//! those of a mark stay. Letters and lines have two edges that face each other, which the edge of a table or a
//! product that is always shot from one side has not.

use image::RgbImage;

use super::measure::Luma;
use crate::photo;

/// The longest side at which photos are compared.
const SIDE: u32 = 160;
/// A change of lightness of which half is believed.
const HALF: f32 = 10.0;
/// How coherent a direction has to be over all photos, and beside how much there is in each.
const COHERENT: f32 = 0.2;
const CLEAR: f32 = 0.35;
/// How far from each other the two edges of a stroke are at most.
const STROKE: i32 = 6;
/// How many points of strokes a mark has at least, and which share of what is coherent they are.
const MIN_POINTS: usize = 40;
const MIN_SHARE: f32 = 0.3;
/// How well a photo has to agree with a mark.
const AGREES: f32 = 0.18;
/// Photos without which nothing is said.
pub(crate) const MIN_PHOTOS: u64 = 24;

/// In which directions the lightness of a photo changes.
#[derive(Clone)]
pub(crate) struct Directions {
    width: u32,
    height: u32,
    /// Of each pixel, between 0 and 1 long.
    of: Vec<[f32; 2]>,
}

impl Directions {
    /// None of a photo of no size.
    pub(crate) fn of(thumbnail: &RgbImage) -> Option<Self> {
        let small = photo::fit(thumbnail, SIDE)?;
        let luma = Luma::of(&small);
        let (width, height) = (luma.width, luma.height);
        let at = |x: usize, y: usize| luma.at(x.min(width - 1), y.min(height - 1));
        let mut of = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let dx = at(x + 1, y) - at(x.saturating_sub(1), y);
                let dy = at(x, y + 1) - at(x, y.saturating_sub(1));
                let scale = 1.0 / (dx.hypot(dy) + HALF);
                of.push([dx * scale, dy * scale]);
            }
        }
        Some(Self { width: width as u32, height: height as u32, of })
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

/// A mark: where something changes in every photo, and in which direction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// Of photos of this size, reduced.
    pub(crate) size: (u32, u32),
    /// Points of its strokes: where, and a direction of length 1.
    pub(crate) points: Vec<(u16, u16, [f32; 2])>,
}

impl Mark {
    /// The mark that lies on these photos of one size, if there is one.
    pub(crate) fn of(photos: &[Directions]) -> Option<Self> {
        let size = photos.first()?.size();
        let n = photos.len() as f32;
        let (width, height) = (size.0 as i32, size.1 as i32);
        // Of each point the mean direction, where it stands out.
        let coherent: Vec<Option<[f32; 2]>> = (0..photos.first()?.of.len())
            .map(|at| {
                let (mut sum, mut all) = ([0.0_f32; 2], 0.0_f32);
                for photo in photos {
                    let [dx, dy] = photo.of[at];
                    sum = [sum[0] + dx, sum[1] + dy];
                    all += dx.hypot(dy);
                }
                let length = sum[0].hypot(sum[1]);
                let stands_out = length / n >= COHERENT && length >= CLEAR * all;
                stands_out.then(|| [sum[0] / length, sum[1] / length])
            })
            .collect();
        let of = |x: i32, y: i32| {
            let is_inside = (0..width).contains(&x) && (0..height).contains(&y);
            is_inside.then(|| coherent[(y * width + x) as usize]).flatten()
        };
        let faces_another = |x: i32, y: i32, [dx, dy]: [f32; 2]| {
            (1..=STROKE).flat_map(|far| [far, -far]).any(|far| {
                let (to_x, to_y) =
                    (x + (dx * far as f32).round() as i32, y + (dy * far as f32).round() as i32);
                of(to_x, to_y).is_some_and(|[other_x, other_y]| dx * other_x + dy * other_y < -0.7)
            })
        };
        let mut points = Vec::new();
        for y in 0..height {
            for x in 0..width {
                if let Some(direction) = of(x, y)
                    && faces_another(x, y, direction)
                {
                    points.push((x as u16, y as u16, direction));
                }
            }
        }
        let n_coherent = coherent.iter().flatten().count();
        let is_mark = points.len() >= MIN_POINTS && points.len() as f32 >= MIN_SHARE * n_coherent as f32;
        is_mark.then_some(Self { size, points })
    }

    /// Whether it lies on a photo.
    pub(crate) fn lies_on(&self, photo: &Directions) -> bool {
        if photo.size() != self.size || self.points.is_empty() {
            return false;
        }
        let agreement: f32 = self
            .points
            .iter()
            .map(|(x, y, [dx, dy])| {
                let [own_x, own_y] = photo.of[usize::from(*y) * self.size.0 as usize + usize::from(*x)];
                own_x * dx + own_y * dy
            })
            .sum();
        agreement / self.points.len() as f32 >= AGREES
    }
}

/// Which of these thumbnails carry a mark that lies on many of them. A run does the same with what it samples of a
/// folder.
#[must_use]
pub fn marked(thumbnails: &[RgbImage]) -> Vec<bool> {
    let photos: Vec<Option<Directions>> = thumbnails.iter().map(Directions::of).collect();
    let mark =
        most_alike_in_size(photos.iter().flatten().cloned().collect()).and_then(|some| Mark::of(&some));
    let lies_on = |photo: &Directions| mark.as_ref().is_some_and(|mark| mark.lies_on(photo));
    photos.iter().map(|photo| photo.as_ref().is_some_and(lies_on)).collect()
}

/// The photos of the size that most have; none where these are too few to tell a mark.
pub(crate) fn most_alike_in_size(photos: Vec<Directions>) -> Option<Vec<Directions>> {
    let mut by_size: std::collections::BTreeMap<(u32, u32), Vec<Directions>> =
        std::collections::BTreeMap::new();
    for photo in photos {
        by_size.entry(photo.size()).or_default().push(photo);
    }
    by_size.into_values().max_by_key(Vec::len).filter(|some| some.len() as u64 >= MIN_PHOTOS)
}
