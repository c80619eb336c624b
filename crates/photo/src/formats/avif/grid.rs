//! A picture of several tiles (HEIF, section 6.6.2.3).

use super::{
    av1,
    boxes::{Item, Items},
    yuv::{Plane, Planes},
};
use crate::PhotoError;

/// Decodes the tiles and puts them side by side to a picture of this size.
pub(super) fn decode(
    items: &Items<'_>,
    bytes: &[u8],
    item: &Item<'_>,
    claimed: (u32, u32),
) -> Result<Planes, PhotoError> {
    let damaged = || PhotoError::Damaged;
    let head = items.data(bytes, item).ok_or_else(damaged)?;
    let &[_, flags, n_rows, n_columns, ref sides @ ..] = head.as_slice() else { return Err(damaged()) };
    let (n_rows, n_columns) = (usize::from(n_rows) + 1, usize::from(n_columns) + 1);
    let size = if flags & 1 == 0 {
        let &[w1, w0, h1, h0, ..] = sides else { return Err(damaged()) };
        (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])))
    } else {
        let (pairs, _) = sides.as_chunks::<4>();
        let &[width, height, ..] = pairs else { return Err(damaged()) };
        (u32::from_be_bytes(width), u32::from_be_bytes(height))
    };
    let tiles = items.tiles_of(item);
    if tiles.len() != n_rows * n_columns || size != claimed {
        return Err(damaged());
    }
    // Tiles reach over the right and lower edge by less than one of them, so all of them have less than four
    // times the picture's pixels. One item may be named as a tile any number of times.
    let mut n_left = size.0.saturating_mul(size.1).saturating_mul(4);
    let mut whole: Option<Planes> = None;
    for (at, tile) in tiles.into_iter().enumerate() {
        if &tile.kind != b"av01" {
            return Err(damaged());
        }
        if n_left == 0 {
            return Err(damaged());
        }
        let part = av1::decode(&items.data(bytes, tile).ok_or_else(damaged)?, n_left)?;
        n_left = n_left.saturating_sub(part.size.0 * part.size.1);
        let corner = ((at % n_columns) as u32 * part.size.0, (at / n_columns) as u32 * part.size.1);
        let whole = whole.get_or_insert_with(|| empty(&part, size));
        if (part.n_bits, part.shift, part.chroma.is_some())
            != (whole.n_bits, whole.shift, whole.chroma.is_some())
        {
            return Err(damaged());
        }
        place(&mut whole.luma, &part.luma, corner);
        if let (Some(to), Some(from)) = (&mut whole.chroma, &part.chroma) {
            let corner = (corner.0 >> part.shift.0, corner.1 >> part.shift.1);
            to.iter_mut().zip(from).for_each(|(to, from)| place(to, from, corner));
        }
    }
    whole.ok_or_else(damaged)
}

/// A picture of this size, like one of its tiles.
fn empty(like: &Planes, size: (u32, u32)) -> Planes {
    let plane = |shift: (u32, u32)| {
        let width = (size.0 + (1 << shift.0) - 1) >> shift.0;
        let height = (size.1 + (1 << shift.1) - 1) >> shift.1;
        Plane { width, samples: vec![0; width as usize * height as usize] }
    };
    let chroma = like.chroma.as_ref().map(|_| [plane(like.shift), plane(like.shift)]);
    Planes { size, luma: plane((0, 0)), chroma, ..*like }
}

/// Copies a tile to its place; what lies beyond the picture is left out.
fn place(to: &mut Plane, from: &Plane, corner: (u32, u32)) {
    let n = to.width.saturating_sub(corner.0).min(from.width) as usize;
    if n == 0 {
        return;
    }
    let rows = to.samples.chunks_exact_mut(to.width as usize).skip(corner.1 as usize);
    for (to, from) in rows.zip(from.samples.chunks_exact(from.width as usize)) {
        to[corner.0 as usize..][..n].copy_from_slice(&from[..n]);
    }
}
