//! Renders product pictures: the sample catalog that ships with Vitrine, and training
//! pictures for the starter pack. For developers; never part of the application.

mod material;
mod naming;
mod noise;
mod order;
mod outline;
mod palette;
mod pattern;
mod picture;
mod product;
mod products;
mod samples;
mod scene;
mod sdf;
mod shop;
mod studio;
mod trace;
mod training;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Renders product pictures for the sample catalog and for training")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The sample catalog that ships: pictures and a table.
    Samples {
        /// Folder to write to; gets `images/` and `catalog.csv`.
        out: PathBuf,
        /// Side of a picture in pixels.
        #[arg(long, default_value_t = 640)]
        size: usize,
    },
    /// Random pictures with labels, for training.
    Training {
        /// Folder to write to; gets `images/` and `labels.jsonl`.
        out: PathBuf,
        /// How many pictures.
        #[arg(long, default_value_t = 1000)]
        count: usize,
        /// Side of a picture in pixels.
        #[arg(long, default_value_t = 160)]
        size: usize,
        /// Another seed gives other pictures.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// A shop with known truth, for measuring searches that learn: photos, a list, and judged queries.
    Shop {
        /// Folder to write to; gets `photos/` with the list, and `queries-*.jsonl`.
        out: PathBuf,
        /// How many products.
        #[arg(long, default_value_t = 5000)]
        count: usize,
        /// Side of a picture in pixels.
        #[arg(long, default_value_t = 256)]
        size: usize,
        /// Another seed gives another shop.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// Tells the person at the terminal how far the work is.
#[allow(clippy::print_stderr)]
fn report(line: &str) {
    eprintln!("{line}");
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Samples { out, size } => samples::write(&out, size),
        Command::Training { out, count, size, seed } => training::write(&out, count, size, seed).map(|_| ()),
        Command::Shop { out, count, size, seed } => shop::write(&out, count, size, seed),
    }
}
