//! The units of an AV1 stream (AV1 Bitstream Specification, section 5.3).
//!
//! A photo is one frame. What else a stream holds is left out before it is decoded: rav1d ends the whole program
//! when parts of frames come in an order that makes no sense.

const SEQUENCE_HEADER: u8 = 1;
const FRAME_HEADER: u8 = 3;
const TILE_GROUP: u8 = 4;
const FRAME: u8 = 6;

/// The sequence header and the first frame; none where they do not follow each other.
pub(super) fn first_frame(stream: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    let mut is_reduced = None;
    let mut has_header = false;
    let mut rest = stream;
    while let Some((kind, unit, payload, after)) = next(rest) {
        rest = after;
        match (kind, is_reduced) {
            // Five bits on, after the profile: a still picture, with a header of its own kind.
            (SEQUENCE_HEADER, None) => is_reduced = Some(payload.first()? & 0b0000_1000 != 0),
            (SEQUENCE_HEADER, Some(_)) => continue,
            (FRAME, Some(_)) if !has_header => {
                kept.extend_from_slice(unit);
                return Some(kept);
            }
            (FRAME_HEADER, Some(is_reduced)) if !has_header => {
                // One that shows a frame again has no tiles.
                if !is_reduced && payload.first()? & 0x80 != 0 {
                    return None;
                }
                has_header = true;
            }
            (TILE_GROUP, Some(_)) if has_header => {}
            (FRAME | FRAME_HEADER, _) if has_header => break,
            (FRAME | FRAME_HEADER | TILE_GROUP, _) => return None,
            _ => continue,
        }
        kept.extend_from_slice(unit);
    }
    has_header.then_some(kept)
}

/// A unit: its kind, all of it, what is in it, and what follows.
type Unit<'a> = (u8, &'a [u8], &'a [u8], &'a [u8]);

/// The next unit.
fn next(stream: &[u8]) -> Option<Unit<'_>> {
    let head = *stream.first()?;
    let (has_extension, has_size) = (head & 4 != 0, head & 2 != 0);
    let mut start = 1 + usize::from(has_extension);
    let mut length = stream.len().checked_sub(start)?;
    if has_size {
        length = 0;
        // Seven bits a byte, the lowest first.
        for number in 0..8 {
            let byte = *stream.get(start)?;
            start += 1;
            length |= usize::from(byte & 0x7f) << (7 * number);
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    let end = start.checked_add(length)?;
    Some((head >> 3 & 15, stream.get(..end)?, &stream[start..end], &stream[end..]))
}
