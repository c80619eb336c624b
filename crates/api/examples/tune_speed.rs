//! How long searches of a large shop take to learn from it, and in how much memory.
//!
//! `cargo run --release -p vitrine-api --features synthetic --example tune_speed -- LIBRARY N`: makes LIBRARY with N
//! products of which a list says something, where it is not there, and prints the seconds of each step, and the memory
//! before and at its peak.
#![allow(clippy::print_stdout)]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use vitrine_api::{
    Api, OpenOptions,
    types::{ApiError, TuningStep},
};

const POLL: Duration = Duration::from_millis(50);

fn main() -> Result<(), ApiError> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_default());
    let n_products: u32 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let options = OpenOptions::for_this_machine(None, Some(folder))?;
    let api = Api::open(options.clone())?;
    if api.summary()?.n_products == 0 {
        api.fill_synthetic(n_products, true)?;
        api.rescan()?;
        let _ = api.wait();
        api.close();
        println!("made; start this again to measure in a process of its own");
        return Ok(());
    }
    println!("{} products, memory before {} MB", api.summary()?.n_products, memory_mb("VmRSS"));
    let begun = Instant::now();
    let mut steps: Vec<(TuningStep, f32)> = Vec::new();
    api.start_tuning(1, true, None)?;
    while let Some(job) = api.tuning_job() {
        match steps.last_mut().filter(|(step, _)| *step == job.step) {
            Some((_, secs)) => *secs += POLL.as_secs_f32(),
            None => steps.push((job.step, 0.0)),
        }
        std::thread::sleep(POLL);
    }
    let end = api.wait_for_tuning();
    println!("{:.0} s, memory at its peak {} MB", begun.elapsed().as_secs_f32(), memory_mb("VmHWM"));
    for (step, secs) in steps {
        println!("  {step:?} {secs:.0} s");
    }
    println!("{}", end.and_then(|job| job.message).unwrap_or_default());
    Ok(())
}

/// A line of the kernel's about this process, in MB.
fn memory_mb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1_024
}
