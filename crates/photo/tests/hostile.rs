//! Damaged and hostile files: an answer in time, whatever they hold. `examples/mutate.rs` does the same for longer.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

#[path = "support/mutate.rs"]
mod mutate;

use std::time::{Duration, Instant};

use mutate::{FORMATS, Random, files, mutated};
use vitrine_photo::{Wanted, decode};

const N_OF_EACH: usize = 60;
const IN_TIME: Duration = Duration::from_secs(20);

#[test]
fn mutated_files_of_every_format_get_an_answer() {
    for (name, endings) in FORMATS {
        let files = files(endings);
        assert!(!files.is_empty(), "no files of {name}");
        let mut random = Random::new(7);
        for number in 0..N_OF_EACH {
            let bytes = mutated(&files, &mut random);
            let start = Instant::now();
            // An error or a photo; a photo has pixels.
            if let Ok(photo) = decode(&bytes, Wanted::ShorterSide(768)) {
                assert!(photo.pixels.width() > 0 && photo.pixels.height() > 0, "{name} {number}");
            }
            assert!(start.elapsed() < IN_TIME, "{name} {number} took {:?}", start.elapsed());
        }
    }
}

/// Work that grows with the square of a file's length would be noticed here.
#[test]
fn a_file_of_nothing_but_beginnings_is_soon_done_with() {
    let check = |what: &str, head: &[u8], part: &[u8]| {
        let mut bytes = head.to_vec();
        bytes.extend(part.iter().cycle().take(4 << 20));
        let start = Instant::now();
        assert!(decode(&bytes, Wanted::Whole).is_err(), "{what}");
        assert!(start.elapsed() < IN_TIME, "{what} took {:?}", start.elapsed());
    };
    check("previews in a camera's file", b"FUJIFILMCCD-RAW", b"\xff\xd8\xff\xe0\0\x04ab");
    check("pictures in a JPEG", b"\xff\xd8\xff", b"\xff\xd8\xff");
    check("directories of a TIFF", b"II*\0\x08\0\0\0", b"\x01\0\x4a\x01\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0");
    check("boxes of an AVIF", b"\0\0\0\x10ftypavif\0\0\0\0", b"\0\0\0\x08meta");
    check(
        "chunks of a WebP",
        b"RIFF\xff\xff\xff\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0a\0\0\x0a\0\0",
        b"ICCP\0\0\0\0",
    );
}
