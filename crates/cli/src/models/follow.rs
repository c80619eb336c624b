//! A download, an import or a check, with a bar on a terminal and plain lines elsewhere.

use std::{
    io::IsTerminal,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use vitrine_api::{
    Api, size_in_words,
    types::{ApiError, ErrorCode, PackJob, PackJobEnd, PackJobKind, PackStep},
};

use crate::{
    INTERRUPTED,
    args::Arguments,
    output::{self, time_left},
};

const POLL: Duration = Duration::from_millis(100);
/// How often a plain line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Begins a job with `start` and stays with it to its end.
pub fn run(
    api: &Api,
    arguments: &Arguments,
    kind: PackJobKind,
    start: impl FnOnce() -> Result<(), ApiError>,
) -> anyhow::Result<ExitCode> {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let stopping = api.clone();
    ctrlc::set_handler(move || {
        STOPPED.store(true, Ordering::Relaxed);
        if let Some(job) = stopping.pack_job() {
            stopping.cancel_pack_job(&job.name);
        }
    })?;
    start()?;
    watch(api);
    let Some(end) = api.wait_for_packs() else { return Ok(ExitCode::SUCCESS) };
    let was_stopped = STOPPED.load(Ordering::Relaxed);
    match end.error {
        Some(error) if error.code == ErrorCode::Cancelled && was_stopped => {
            note!("{}", stopped(kind, &end.name));
            return Ok(ExitCode::from(INTERRUPTED));
        }
        Some(error) => return Err(error.into()),
        None => {}
    }
    if arguments.json {
        output::json(&end)?;
    } else {
        say!("{}", done(&end));
    }
    Ok(ExitCode::SUCCESS)
}

fn stopped(kind: PackJobKind, name: &str) -> String {
    match kind {
        PackJobKind::Pull => {
            format!("Stopped. What was downloaded is kept: `vitrine models pull {name}` goes on.")
        }
        PackJobKind::Import | PackJobKind::Verify => "Stopped. Nothing was changed.".to_owned(),
    }
}

fn done(end: &PackJobEnd) -> String {
    let name = &end.name;
    match (end.kind, end.was_there) {
        (PackJobKind::Verify, _) => format!("Every file of {name} is as it should be."),
        (_, true) => format!("{name} is already there, and every file of it is as it should be."),
        (_, false) => format!("{name} is there. `vitrine models use {name}` works with it from now on."),
    }
}

fn watch(api: &Api) {
    let bar = std::io::stderr().is_terminal().then(bar);
    let mut last_line = Instant::now();
    let mut last_note = None;
    while let Some(job) = api.pack_job() {
        match &bar {
            Some(bar) => show(bar, &job),
            None if last_line.elapsed() >= LINE_EVERY || (job.note.is_some() && job.note != last_note) => {
                last_line = Instant::now();
                note!("{}", job.note.clone().unwrap_or_else(|| plain_line(&job)));
                last_note = job.note;
            }
            None => {}
        }
        std::thread::sleep(POLL);
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>11} {bar:30} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn show(bar: &ProgressBar, job: &PackJob) {
    bar.set_prefix(verb(job.step));
    bar.set_length(job.total);
    bar.set_position(job.done);
    bar.set_message(job.note.clone().unwrap_or_else(|| amount(job)));
}

fn plain_line(job: &PackJob) -> String {
    format!("{} {}", verb(job.step), amount(job))
}

fn verb(step: PackStep) -> &'static str {
    match step {
        PackStep::Asking => "Asking",
        PackStep::Downloading => "Downloading",
        PackStep::Copying => "Copying",
        PackStep::Checking => "Checking",
        PackStep::Trying => "Trying",
    }
}

/// How much of how much, how fast, and how long it takes yet.
fn amount(job: &PackJob) -> String {
    if job.step == PackStep::Trying {
        return "the models".to_owned();
    }
    if job.total == 0 {
        return "what there is".to_owned();
    }
    let mut parts = vec![format!("{} of {}", size_in_words(job.done), size_in_words(job.total))];
    if job.bytes_per_second > 0 {
        parts.push(format!("{}/s", size_in_words(job.bytes_per_second)));
    }
    parts.extend(job.eta_secs.map(time_left));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        let mut job = PackJob {
            kind: PackJobKind::Pull,
            name: "fast".into(),
            step: PackStep::Downloading,
            file: None,
            done: 600_000_000,
            total: 2_400_000_000,
            bytes_per_second: 12_000_000,
            eta_secs: Some(150),
            note: None,
        };
        assert_eq!(plain_line(&job), "Downloading 600.0 MB of 2.4 GB, 12.0 MB/s, 3 min left");
        job.step = PackStep::Trying;
        assert_eq!(plain_line(&job), "Trying the models");
        (job.step, job.total) = (PackStep::Asking, 0);
        assert_eq!(plain_line(&job), "Asking what there is");
    }
}
