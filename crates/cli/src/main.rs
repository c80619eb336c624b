//! `vitrine`: index folders of photos and search them from a terminal or a script.
//!
//! A client of `vitrine-api` like the window: this crate parses, calls one
//! method, prints. Answers go to the standard output (text, or one JSON value
//! with `--json`), everything else to the standard error. Exit codes: 0 done,
//! 1 it failed, 2 the command line makes no sense, 130 stopped by Ctrl-C.

/// A line on the standard output, see [`output::say`].
macro_rules! say {
    ($($words:tt)*) => { crate::output::say(format_args!($($words)*)) };
}

/// A line on the standard error, see [`output::note`].
macro_rules! note {
    ($($words:tt)*) => { crate::output::note(format_args!($($words)*)) };
}

mod args;
mod describe;
mod edit;
mod eval;
mod export;
mod forget;
mod group;
mod import;
mod index;
#[cfg(unix)]
mod memory;
mod models;
mod output;
mod report;
mod review;
mod search;
mod show;
mod status;
mod steps;
mod tune;

use std::{io::IsTerminal, process::ExitCode};

use args::{Arguments, Command};
use clap::Parser;
use vitrine_api::{Api, OpenOptions, types::ApiError};

/// Stopped by Ctrl-C, as shells count it: 128 and the signal's number.
const INTERRUPTED: u8 = 130;
/// How often a plain line tells how far something is where there is no terminal.
const LINE_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::Allocator;

fn main() -> ExitCode {
    #[cfg(unix)]
    memory::watch();
    // `vitrine status | head` ends with `head`, as every program does.
    sigpipe::reset();
    let arguments = Arguments::parse();
    // What went wrong is told once, in a sentence; the log is for whoever asks for it.
    let filter = std::env::var("VITRINE_LOG").unwrap_or_else(|_| "off".to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(%panic, "a bug");
        // Elsewhere whoever waits for the thread tells of it.
        if std::thread::current().name() == Some("main") {
            note!("vitrine: Something went wrong inside Vitrine. What was done so far is kept; try again.");
        }
    }));
    match run(&arguments).and_then(|code| output::finish().map(|()| code)) {
        Ok(code) => code,
        Err(error) => {
            note!("vitrine: {error:#}");
            if let Some(ApiError { detail: Some(detail), message, .. }) = error.downcast_ref::<ApiError>()
                && arguments.verbose
                && detail != message
            {
                note!("  because: {detail}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut options = OpenOptions::for_this_machine(None, arguments.library.clone())?;
    options.prefer_cpu = arguments.cpu;
    options.precision = arguments.precision.map(Into::into);
    let api = Api::open(options)?;
    match &arguments.command {
        Command::Index { paths } => return index::run(&api, arguments, paths),
        Command::Search { words, image, only, sort, why, closer } => {
            let (sort, why, closer) = ((*sort).into(), *why, *closer);
            let asked = search::Asked { words, image: image.as_deref(), only, sort, why, closer };
            search::run(&api, arguments, &asked)?;
        }
        Command::Describe(options) => return describe::run(&api, arguments, options),
        Command::Show { product } => show::run(&api, arguments, product)?,
        Command::Forget { folder, .. } => forget::run(&api, arguments, folder.as_deref())?,
        Command::Group { folder, by, apply } => return group::run(&api, arguments, folder, *by, *apply),
        Command::Edit { product, fields } => edit::run(&api, arguments, product, fields)?,
        Command::Import(options) => return import::run(&api, arguments, options),
        Command::Export(options) => export::run(&api, arguments, options)?,
        Command::Review { what } => review::run(&api, arguments, what)?,
        Command::Report { file, dry_run } => report::run(&api, arguments, file.as_deref(), *dry_run)?,
        Command::Tune { seed, dry_run, threads, what: None } => {
            return tune::learn(&api, arguments, *seed, *dry_run, *threads);
        }
        Command::Tune { what: Some(what), .. } => tune::run(&api, arguments, what)?,
        Command::Eval(options) => eval::run(&api, arguments, options)?,
        Command::Status { skipped } => status::run(&api, arguments, *skipped)?,
        Command::Models { what } => return models::run(&api, arguments, what.as_ref()),
    }
    Ok(ExitCode::SUCCESS)
}
