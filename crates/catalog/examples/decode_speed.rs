//! How fast photos are read for the models, and what memory that takes.
//!
//! ```text
//! cargo run --release -p vitrine-catalog --example decode_speed -- N FILE...
//! ```
//!
//! Decodes each file `N` times in one thread, as an index run does, with its thumbnail and a look for
//! whether it shows anything. Prints of each the best time
//! in milliseconds, and the most memory that the process held so far in MB. `decode_speed.py` runs it beside other
//! libraries.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a tool for a developer's terminal

use std::{env, fs, time::Instant};

use vitrine_catalog::photo;

fn main() {
    let mut arguments = env::args().skip(1);
    let n: usize = arguments.next().unwrap().parse().unwrap();
    for path in arguments {
        let bytes = fs::read(&path).unwrap();
        let best = (0..n)
            .map(|_| {
                let start = Instant::now();
                let decoded = photo::decode(&bytes, photo::FOR_MODELS).unwrap();
                let thumbnail = photo::thumbnail(&decoded).unwrap();
                std::hint::black_box(photo::unrecognisable(&decoded.pixels));
                assert!(!thumbnail.file.is_empty());
                start.elapsed()
            })
            .min()
            .unwrap();
        println!("{:.2} {}", best.as_secs_f64() * 1_000., peak_mb());
    }
}

/// The most memory that this process held.
fn peak_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
