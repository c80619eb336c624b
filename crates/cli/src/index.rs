//! `vitrine index`: the run, with bars on a terminal and plain lines elsewhere.

use std::{
    io::IsTerminal,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::Serialize;
use vitrine_api::{
    Api,
    types::{CatalogSummary, RunProgress, RunState, StageKind, StageProgress},
};

use crate::{
    INTERRUPTED, LINE_EVERY,
    args::Arguments,
    output::{self, count, counted, time_left},
};

const POLL: Duration = Duration::from_millis(100);

/// What `index --json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    run: RunProgress,
    catalog: CatalogSummary,
}

pub fn run(api: &Api, arguments: &Arguments, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    follow_to_the_end(api, arguments, || {
        if paths.is_empty() {
            api.rescan()?;
        } else {
            api.add_paths(paths)?;
        }
        Ok(())
    })
}

/// Starts a run, tells how far it is, and what came of it. Ctrl-C and a request to end (SIGTERM) stop it in
/// order.
pub fn follow_to_the_end(
    api: &Api,
    arguments: &Arguments,
    start: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let stopping = api.clone();
    ctrlc::set_handler(move || {
        STOPPED.store(true, Ordering::Relaxed);
        // The batch at hand is finished and committed.
        if stopping.cancel().is_err() {
            std::process::exit(i32::from(INTERRUPTED));
        }
    })?;

    start()?;
    let run = follow(api);
    api.close();
    // A library that went away meanwhile holds nothing that could be claimed.
    let catalog = api.summary()?;
    if arguments.json {
        output::json(&Report { run: run.clone(), catalog })?;
    } else {
        summarise(&run, &catalog);
    }
    Ok(match run.state {
        RunState::Failed => ExitCode::FAILURE,
        _ if STOPPED.load(Ordering::Relaxed) => ExitCode::from(INTERRUPTED),
        _ => ExitCode::SUCCESS,
    })
}

fn follow(api: &Api) -> RunProgress {
    let bars = std::io::stderr().is_terminal().then(Bars::new);
    let mut last_line = Instant::now();
    loop {
        let progress = api.progress();
        match &bars {
            Some(bars) => bars.show(&progress),
            None if last_line.elapsed() >= LINE_EVERY => {
                last_line = Instant::now();
                note!("{}", plain_line(&progress));
            }
            None => {}
        }
        if !matches!(progress.state, RunState::Running | RunState::Paused) {
            if let Some(bars) = &bars {
                bars.clear();
            }
            // The run's thread says that it is done a moment before it is gone.
            return api.wait();
        }
        std::thread::sleep(POLL);
    }
}

/// A bar for each stage that has a total.
struct Bars {
    all: MultiProgress,
    stages: Vec<(StageKind, ProgressBar)>,
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{prefix:>11} {bar:30} {pos:>8}/{len:<8} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let stages = [StageKind::Read, StageKind::Embed, StageKind::Describe, StageKind::Refine]
            .into_iter()
            .map(|kind| {
                let bar = all.add(ProgressBar::new(0).with_style(style.clone()).with_prefix(verb(kind)));
                (kind, bar)
            })
            .collect();
        Self { all, stages }
    }

    fn show(&self, progress: &RunProgress) {
        for (kind, bar) in &self.stages {
            if let Some(stage) = progress.stages.iter().find(|stage| stage.kind == *kind) {
                bar.set_length(stage.total);
                bar.set_position(stage.done);
                bar.set_message(pace(stage));
            }
        }
    }

    fn clear(&self) {
        // The bars are for the time of the run; a failure to wipe them is no reason to fail.
        let _ = self.all.clear();
    }
}

fn verb(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Scan => "Looking",
        StageKind::Read => "Reading",
        StageKind::Embed => "Learning",
        StageKind::Describe => "Describing",
        StageKind::Refine => "Refining",
    }
}

fn pace(stage: &StageProgress) -> String {
    if stage.per_second <= 0.0 {
        return String::new();
    }
    match stage.eta_secs {
        Some(secs) => format!("{:.1} photos/s, {}", stage.per_second, time_left(secs)),
        None => format!("{:.1} photos/s", stage.per_second),
    }
}

/// The stage at work, as a line.
fn plain_line(progress: &RunProgress) -> String {
    let at_work = progress.stages.iter().rev().find(|stage| stage.total > 0 && stage.done < stage.total);
    let Some(stage) = at_work else { return "Looking for photos".to_owned() };
    let pace = pace(stage);
    let comma = if pace.is_empty() { "" } else { ", " };
    format!("{} {} of {}{comma}{pace}", verb(stage.kind), count(stage.done), count(stage.total))
}

/// How long so many photos took, and the rate, where it can be told from that: of nothing but a moment it would be in the
/// thousands.
fn time_taken(n_done: u64, seconds: f32) -> String {
    const TELLING_SECS: f32 = 0.1;
    match seconds < TELLING_SECS {
        true => format!("{seconds:.1} s"),
        false => format!("{seconds:.1} s, {:.1} photos/s", n_done as f32 / seconds),
    }
}

fn summarise(run: &RunProgress, catalog: &CatalogSummary) {
    match run.state {
        RunState::Cancelled => say!("Stopped. What was done is kept; run the command again to go on."),
        RunState::Failed => say!("The run could not go on."),
        _ => {}
    }
    if let Some(message) = &run.message {
        say!("{message}");
    }
    say!(
        "{} of {} in the catalog: {} can be searched, {} described.",
        counted(catalog.n_photos, "photo"),
        counted(catalog.n_products, "product"),
        count(catalog.n_searchable),
        count(catalog.n_described)
    );
    for stage in run.stages.iter().filter(|stage| stage.kind != StageKind::Scan && stage.done > 0) {
        let took = time_taken(stage.done, stage.busy_secs);
        say!("  {:<11} {:>8}  {took}", verb(stage.kind), count(stage.done));
    }
    if catalog.n_skipped > 0 {
        say!(
            "{} skipped or doubtful: `vitrine status --skipped` tells why.",
            counted(catalog.n_skipped, "file")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_where_there_is_one() {
        let check = |n_done, seconds, expected| assert_eq!(time_taken(n_done, seconds), expected);
        check(24, 0.0, "0.0 s");
        check(24, 0.01, "0.0 s");
        check(24, 16.0, "16.0 s, 1.5 photos/s");
        check(1_200, 10.0, "10.0 s, 120.0 photos/s");
    }
}
