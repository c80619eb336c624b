//! `cargo xtask test`: everything that has to pass, in order, timed, with one verdict.
//!
//! Every cargo step names `--workspace`, because another choice of packages means
//! other features, and the big dependencies would be built once more.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{
    command,
    node::{self, npm},
    packages,
    project::Project,
    tally::Tally,
};

/// One thing that has to pass.
struct Step {
    name: &'static str,
    about: &'static str,
    work: fn(&Project) -> Result<Tally>,
}

const STEPS: &[Step] = &[
    Step {
        name: "packages",
        about: "system packages for the build and the tests, installed when missing",
        work: packages,
    },
    Step {
        name: "word-lists",
        about: "form, spelling and no brand names in the lists that descriptions are made of",
        work: word_lists,
    },
    Step { name: "format", about: "cargo fmt --check", work: format },
    Step { name: "ui-install", about: "npm ci", work: ui_install },
    Step { name: "ui-format", about: "the UI's files are formatted", work: |p| npm_run(p, "format:check") },
    Step { name: "ui-check", about: "types of the UI", work: |p| npm_run(p, "check") },
    Step { name: "ui-unit", about: "the UI's units", work: |p| npm_run(p, "test") },
    Step {
        name: "ui-browser",
        about: "the built UI in a browser, with accessibility checks",
        work: |p| npm_run(p, "test:ui"),
    },
    Step { name: "clippy", about: "lints of every target, warnings are errors", work: clippy },
    Step { name: "build", about: "every program and test", work: build },
    Step { name: "rust", about: "units, the engine, parity, IPC, architecture, bindings", work: rust },
    Step { name: "window", about: "the real application in a real window", work: window },
];

/// Prints the steps.
pub(crate) fn list() {
    for step in STEPS {
        println!("{:<12} {}", step.name, step.about);
    }
}

/// Runs the chosen steps, all when none is chosen; a step that fails does not stop the others.
pub(crate) fn run(project: &Project, only: &[String]) -> Result<ExitCode> {
    if let Some(name) = only.iter().find(|name| STEPS.iter().all(|step| step.name != name.as_str())) {
        bail!("there is no step `{name}`; `cargo xtask test --list` lists them");
    }
    let chosen = |step: &&Step| only.is_empty() || only.iter().any(|name| name == step.name);
    let mut results = Vec::new();
    for step in STEPS.iter().filter(chosen) {
        println!("\n==> {}: {}", step.name, step.about);
        let start = Instant::now();
        let tally = match (step.work)(project) {
            // A step that counts no tests is one itself.
            Ok(tally) if tally == Tally::default() => Tally { passed: 1, failed: 0 },
            Ok(tally) => tally,
            Err(error) => {
                eprintln!("error: {error:#}");
                Tally { passed: 0, failed: 1 }
            }
        };
        results.push((step.name, tally, start.elapsed()));
    }
    Ok(verdict(&results))
}

fn verdict(results: &[(&str, Tally, Duration)]) -> ExitCode {
    println!("\n{:<12} {:>8} {:>8} {:>9}", "step", "passed", "failed", "seconds");
    let mut all = Tally::default();
    let mut time = Duration::ZERO;
    for (name, tally, elapsed) in results {
        println!("{name:<12} {:>8} {:>8} {:>9.1}", tally.passed, tally.failed, elapsed.as_secs_f64());
        all += *tally;
        time += *elapsed;
    }
    println!("{:<12} {:>8} {:>8} {:>9.1}", "all", all.passed, all.failed, time.as_secs_f64());
    println!("\n{} passed, {} failed", all.passed, all.failed);
    if all.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn packages(_: &Project) -> Result<Tally> {
    packages::ensure(&[packages::WINDOW, packages::TESTS])?;
    node::check()?;
    Ok(Tally::default())
}

fn word_lists(project: &Project) -> Result<Tally> {
    let mut check = std::process::Command::new("python3");
    check.arg(project.path("crates/models/terms/check/check.py"));
    command::run(&mut check)?;
    Ok(Tally::default())
}

fn format(project: &Project) -> Result<Tally> {
    cargo(project, &["fmt", "--all", "--check"])
}

fn ui_install(project: &Project) -> Result<Tally> {
    node::install(project)?;
    Ok(Tally::default())
}

fn npm_run(project: &Project, script: &str) -> Result<Tally> {
    command::run_counting(&mut npm(project, &["run", "--silent", script]))
}

fn clippy(project: &Project) -> Result<Tally> {
    cargo(project, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn build(project: &Project) -> Result<Tally> {
    cargo(project, &["test", "--workspace", "--no-run"])
}

fn rust(project: &Project) -> Result<Tally> {
    command::run_counting(&mut project.cargo(&["test", "--workspace", "--no-fail-fast"]))
}

/// The programs that the window tests drive are those that `build` made: a plain `cargo build`
/// would build tauri a second time, without the feature that the IPC tests ask for.
fn window(project: &Project) -> Result<Tally> {
    build(project)?;
    let mut test = project.cargo(&["test", "--workspace", "--test", "window"]);
    test.env("VITRINE_DESKTOP", project.target().join("debug").join("vitrine-desktop"));
    command::run_counting(&mut test)
}

fn cargo(project: &Project, arguments: &[&str]) -> Result<Tally> {
    command::run(&mut project.cargo(arguments))?;
    Ok(Tally::default())
}
