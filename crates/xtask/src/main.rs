//! The project's own tasks: `cargo xtask run`, `cargo xtask test` and a few that
//! write generated files anew. What comes in is a clean checkout, what goes out is
//! an open window, a verdict, or files to commit.
//!
//! Every task can be repeated, and none needs a system package to be built itself.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod bench;
mod checks;
mod command;
mod generated;
mod node;
mod packages;
mod project;
mod python;
mod run;
mod tally;
mod terminal;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Project;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks of the Vitrine project", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build Vitrine for use and open its window; without a display, show the same job in the terminal
    Run {
        /// Keep the catalog in this folder instead of the usual place
        #[arg(long, value_name = "DIR")]
        library: Option<PathBuf>,
        /// Use the terminal even where there is a display
        #[arg(long)]
        terminal: bool,
    },
    /// Run everything that has to pass before a change is merged
    Test {
        /// Run this step only; may be given more than once
        #[arg(long, value_name = "STEP")]
        only: Vec<String>,
        /// List the steps and stop
        #[arg(long)]
        list: bool,
    },
    /// Write the TypeScript twins of the API's types
    Bindings,
    /// Compute the reference answers of the model tests anew with PyTorch and transformers
    Goldens,
    /// Render the sample catalog anew
    Samples,
    /// Make every size of the icon from its drawing
    Icons,
    /// Time the models beside candle, PyTorch, ONNX Runtime and OpenVINO; takes about an hour
    Bench {
        /// Calls of each engine
        #[arg(long, default_value_t = 7)]
        rounds: u32,
        /// Time this piece of work only, such as `image1`; may be given more than once
        #[arg(long, value_name = "TASK")]
        only: Vec<String>,
    },
}

fn main() -> ExitCode {
    match perform(&Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: &Task) -> Result<ExitCode> {
    let project = Project::find()?;
    match task {
        Task::Run { library, terminal } => run::run(&project, library.as_deref(), *terminal)?,
        Task::Test { list: true, .. } => checks::list(),
        Task::Test { only, list: false } => return checks::run(&project, only),
        Task::Bindings => generated::bindings(&project)?,
        Task::Goldens => generated::goldens(&project)?,
        Task::Samples => generated::samples(&project)?,
        Task::Icons => generated::icons(&project)?,
        Task::Bench { rounds, only } => bench::run(&project, *rounds, only)?,
    }
    Ok(ExitCode::SUCCESS)
}
