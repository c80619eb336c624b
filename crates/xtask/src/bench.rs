//! The models beside other engines, in one run: `models/bench/bench.py` with all that it needs.

use std::path::Path;

use anyhow::Result;

use crate::{command, project::Project, python};

/// Folders of weights of true size, as `models/parity/make_true_size.py` calls them.
const WEIGHTS: [&str; 5] = ["clip", "clip_large", "siglip", "caption", "match"];

/// Writes `target/bench/bench.md`, single times as JSON, and plots.
pub(crate) fn run(project: &Project, rounds: u32, only: &[String]) -> Result<()> {
    let python = python::with(project, "bench-python", "models/bench/requirements.txt")?;
    let folder = project.target().join("bench");
    let weights = folder.join("weights");
    for name in WEIGHTS.into_iter().filter(|name| !weights.join(name).exists()) {
        let script = project.path("models/parity/make_true_size.py");
        command::run(project.command(&python).arg(script).arg(&weights).args(["--only", name]))?;
    }
    let example = ["build", "--release", "--package", "vitrine-models", "--example", "times"];
    command::run(&mut project.cargo(&example))?;
    let candle = folder.join("candle");
    let features = ["--features", "candle-only", "--target-dir"];
    command::run(project.cargo(&example).args(features).arg(&candle))?;

    let ours = project.released("examples/times");
    let candle = candle.join("release/examples").join(ours.file_name().unwrap_or_default());
    let is = |name: &str, program: &Path| format!("{name}={}", program.display());
    let mut bench = project.command(&python);
    bench.arg(project.path("models/bench/bench.py")).arg(&weights).arg(&folder);
    bench.args(["--rounds", &rounds.to_string(), "--ours"]);
    bench.args(["f32", "bf16", "int8"].map(|precision| is(precision, &ours))).arg(is("candle", &candle));
    if !only.is_empty() {
        bench.arg("--only").args(only);
    }
    command::run(&mut bench)
}
