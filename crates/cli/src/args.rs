//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Find product photos by describing them or by showing a picture. Everything stays on this machine.
#[derive(Debug, Parser)]
#[command(name = "vitrine", version, propagate_version = true)]
pub struct Arguments {
    /// The library's folder [default: the user's data folder, or VITRINE_LIBRARY]
    #[arg(long, global = true, value_name = "DIR")]
    pub library: Option<PathBuf>,
    /// The most products (or skipped files) to print
    #[arg(long, global = true, value_name = "N", default_value_t = 10)]
    pub limit: u32,
    /// Print one JSON value
    #[arg(long, global = true)]
    pub json: bool,
    /// Leave the graphics card alone
    #[arg(long, global = true)]
    pub cpu: bool,
    /// Say more about errors
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add folders or photos and index them; without a path, look for changes in what was added
    Index {
        /// Folders or photos
        paths: Vec<PathBuf>,
    },
    /// Find products by words, by a picture, or by both
    Search {
        /// What the product looks like
        #[arg(required_unless_present = "image")]
        words: Vec<String>,
        /// A picture that the product looks like
        #[arg(long, value_name = "FILE")]
        image: Option<PathBuf>,
    },
    /// Show everything about one product
    Show {
        /// Its number, as `search` prints it, or its file
        product: String,
    },
    /// Count the catalog, and tell which files were skipped and why
    Status {
        /// List all skipped files
        #[arg(long)]
        skipped: bool,
    },
    /// Tell which models are in use, and on which device
    Models,
}
