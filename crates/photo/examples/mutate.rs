//! Decodes mutated files of every format, and tells how that went: a fuzzer that needs nothing but this crate.
//!
//! ```text
//! cargo run --release -p vitrine-photo --example mutate -- N [SEED [FORMAT]]
//! ```
//!
//! `N` files of each format. The file that is decoded lies in the temporary folder as `mutated-FORMAT` while it
//! is, so that one that ends the program can be looked at. Prints, of each format: files, photos, panics
//! (which the engine catches), the longest time, and the most memory that the process held so far.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a tool for a developer's terminal

#[path = "../tests/support/mutate.rs"]
mod mutate;

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind, set_hook},
    time::{Duration, Instant},
};

use mutate::{FORMATS, Random, files, mutated};
use vitrine_photo::{Wanted, decode};

fn main() {
    let mut arguments = env::args().skip(1);
    let n: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let seed: u64 = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let only = arguments.next();
    set_hook(Box::new(|panic| println!("  {}", panic.to_string().replace('\n', ": "))));
    println!("{:8} {:>7} {:>7} {:>7} {:>10} {:>9}", "format", "files", "photos", "panics", "longest", "peak");
    for (name, endings) in FORMATS {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let files = files(endings);
        let mut random = Random::new(seed);
        let place = env::temp_dir().join(format!("mutated-{name}"));
        let (mut n_photos, mut n_panics, mut longest) = (0, 0, Duration::ZERO);
        for _ in 0..n {
            let bytes = mutated(&files, &mut random);
            fs::write(&place, &bytes).unwrap();
            let start = Instant::now();
            match catch_unwind(AssertUnwindSafe(|| decode(&bytes, Wanted::ShorterSide(768)))) {
                Ok(Ok(_)) => n_photos += 1,
                Ok(Err(_)) => {}
                Err(_) => n_panics += 1,
            }
            longest = longest.max(start.elapsed());
        }
        let peak = peak_mb().map_or_else(String::new, |mb| format!("{mb} MB"));
        println!("{name:8} {n:7} {n_photos:7} {n_panics:7} {:>8.2} s {peak:>9}", longest.as_secs_f32());
    }
}

/// The most memory that this process held, where the system says.
fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1_024)
}
