//! TIFF with LZMA: strips and tiles are streams of xz (`COMPRESSION_LZMA` of libtiff).

use std::io::Read;

use liblzma::{read::XzDecoder, stream::Stream};

use super::{
    NO_COMPRESSION,
    directory::{Directory, tag},
};
use crate::{Format, MAX_DECODED_BYTES, PhotoError};

/// What the strongest of xz's presets takes, and some more.
const MAX_DICTIONARY_BYTES: u64 = 128 << 20;

/// A file with this page alone, its strips or tiles uncompressed behind what the file had, so that
/// everything that its entries point to stays where it was.
pub(super) fn uncompressed(bytes: &[u8], page: &Directory) -> Result<Vec<u8>, PhotoError> {
    if page.layout.is_big_tiff {
        return Err(PhotoError::UnsupportedKind(Format::Tiff));
    }
    let chunks = page.chunks(bytes).ok_or(PhotoError::Damaged)?;
    let mut file = bytes.to_vec();
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    for (start, length) in chunks {
        let (start, length) = (start as usize, length as usize);
        let stream = bytes.get(start..start.saturating_add(length)).ok_or(PhotoError::Damaged)?;
        let before = file.len();
        // A few bytes may stand for gigabytes.
        let limit = MAX_DECODED_BYTES.saturating_sub(before as u64);
        let decoder = Stream::new_stream_decoder(MAX_DICTIONARY_BYTES, 0).map_err(|_| PhotoError::Damaged)?;
        let mut strip = XzDecoder::new_stream(stream, decoder).take(limit);
        strip.read_to_end(&mut file).map_err(|_| PhotoError::Damaged)?;
        offsets.push(before as u32);
        counts.push((file.len() - before) as u32);
    }
    let offsets = long_values(page, &mut file, &offsets);
    let counts = long_values(page, &mut file, &counts);

    let start = file.len() as u64;
    let mut directory = vec![0; 2 + page.entries.len() * 12 + 4];
    page.layout.write(&mut directory[..2], page.entries.len() as u64);
    for (entry, place) in page.entries.iter().zip(directory[2..].chunks_exact_mut(12)) {
        page.layout.write(&mut place[..2], u64::from(entry.tag));
        let values = match entry.tag {
            tag::TILE_OFFSETS | tag::STRIP_OFFSETS => Some(&offsets),
            tag::TILE_BYTE_COUNTS | tag::STRIP_BYTE_COUNTS => Some(&counts),
            _ => None,
        };
        if let Some((count, value)) = values {
            page.layout.write(&mut place[2..4], LONG);
            page.layout.write(&mut place[4..8], *count);
            page.layout.write(&mut place[8..12], *value);
            continue;
        }
        page.layout.write(&mut place[2..4], u64::from(entry.kind));
        page.layout.write(&mut place[4..8], entry.count);
        if entry.tag == tag::COMPRESSION {
            page.layout.write(&mut place[8..10], NO_COMPRESSION);
        } else if entry.is_inline() {
            place[8..12].copy_from_slice(bytes.get(entry.at..entry.at + 4).ok_or(PhotoError::Damaged)?);
        } else {
            page.layout.write(&mut place[8..12], entry.at as u64);
        }
    }
    file.extend(directory);
    page.layout.write(&mut file[4..8], start);
    Ok(file)
}

/// TIFF's number of a type of 32 bits.
const LONG: u64 = 4;

/// Puts values at the end of a file; gives their number, and where they are or the one value itself.
fn long_values(page: &Directory, file: &mut Vec<u8>, values: &[u32]) -> (u64, u64) {
    if let [value] = values {
        return (1, u64::from(*value));
    }
    let start = file.len() as u64;
    for value in values {
        let mut bytes = [0; 4];
        page.layout.write(&mut bytes, u64::from(*value));
        file.extend(bytes);
    }
    (values.len() as u64, start)
}
