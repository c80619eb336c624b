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
