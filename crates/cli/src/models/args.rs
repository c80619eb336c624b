//! What `vitrine models` is given.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use vitrine_api::types::ModelPrecision;

/// The numbers that models compute in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Numbers {
    /// What suits the device
    Auto,
    /// 32 bits
    F32,
    /// 16 bits, on graphics cards
    F16,
    /// Weights of 16 bits
    Bf16,
    /// Weights of 8 bits, on processors
    Int8,
}

impl From<Numbers> for ModelPrecision {
    fn from(numbers: Numbers) -> Self {
        match numbers {
            Numbers::Auto => Self::Auto,
            Numbers::F32 => Self::F32,
            Numbers::F16 => Self::F16,
            Numbers::Bf16 => Self::Bf16,
            Numbers::Int8 => Self::Int8,
        }
    }
}

/// What to do with model packs.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the packs of this machine, and those to download
    List,
    /// Download a pack, or go on with it; the only command that uses the internet
    #[command(
        after_help = "HF_ENDPOINT names another hub, HF_TOKEN an access token for it, VITRINE_PACKS another folder for packs."
    )]
    Pull {
        /// Its name, as `list` prints it
        name: String,
    },
    /// Copy a pack from a folder, or models as the Hugging Face hub has them
    Import {
        /// The folder
        folder: PathBuf,
        /// What to call the pack [default: as its folder]
        #[arg(long)]
        name: Option<String>,
    },
    /// Compare every file of a pack with its checksum
    Verify {
        /// Its name
        name: String,
    },
    /// Delete a pack, and what was downloaded of it
    Remove {
        /// Its name
        name: String,
    },
    /// Work with a pack from now on; the one before answers until every photo is read
    Use {
        /// Its name
        name: String,
    },
    /// Compute in these numbers from now on; the ones before answer until every photo is read
    Precision {
        /// Fewer bits are faster and take less memory, and find nearly the same
        numbers: Numbers,
    },
    /// Go back to the pack, or the numbers, that were in use before
    Back,
}
