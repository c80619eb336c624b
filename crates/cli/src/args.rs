//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use vitrine_api::types::AttributeFilter;

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
        #[arg(required_unless_present_any = ["image", "only"])]
        words: Vec<String>,
        /// A picture that the product looks like
        #[arg(long, value_name = "FILE")]
        image: Option<PathBuf>,
        /// Only products of which this is said, such as colour=navy or type=mug; may be given again
        #[arg(long, value_name = "KIND=VALUE", value_parser = crate::search::filter)]
        only: Vec<AttributeFilter>,
    },
    /// Describe photos, which need not be in the catalog
    Describe(DescribeArguments),
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

/// How photos are described.
#[derive(Debug, Args)]
pub struct DescribeArguments {
    /// Photos
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// What to do with them
    #[arg(long, value_enum, default_value_t = Mode::Product)]
    pub mode: Mode,
    /// How the caption's words are chosen
    #[arg(long, value_enum, default_value_t = Style::Beam)]
    pub style: Style,
    /// Where chance starts from, with --style nucleus
    #[arg(long, default_value_t = 0)]
    pub seed: u32,
    /// Words that the caption starts with, such as "a picture of"
    #[arg(long)]
    pub prompt: Option<String>,
    /// Only rank the terms in this file, one a line
    #[arg(long, value_name = "FILE")]
    pub terms: Option<PathBuf>,
    /// With --mode best: pass over phrases that hardly help
    #[arg(long)]
    pub quick: bool,
}

/// What to do with a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Title, text, alternative text and attributes, as in the catalog
    Product,
    /// The caption alone
    Caption,
    /// The caption and the phrases that fit best
    Fast,
    /// The caption, then medium, presentation, movement and flavours
    Classic,
    /// The chain of phrases that comes nearest to the photo; takes a while
    Best,
    /// Phrases that fit least
    Negative,
}

/// How a caption's words are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// The most likely sentence of three followed side by side
    Beam,
    /// The most likely word, each time
    Greedy,
    /// By chance among the likely words
    Nucleus,
}
