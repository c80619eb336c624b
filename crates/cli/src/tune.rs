//! `vitrine tune`: searches that learn from this shop.

use std::{num::NonZeroUsize, process::ExitCode, time::Duration};

use anyhow::bail;
use vitrine_api::{
    Api,
    types::{RunState, SearchLog, Tuning, TuningJob, TuningReport, TuningState, TuningStep},
};

use crate::{
    INTERRUPTED,
    args::{Arguments, TuneCommand},
    output::{self, count, counted, time_left, visible},
    steps::Steps,
};

const POLL: Duration = Duration::from_millis(100);

/// Learns, to the end or to Ctrl-C, after which the next call goes on.
pub fn learn(
    api: &Api,
    arguments: &Arguments,
    seed: u64,
    dry_run: bool,
    threads: Option<NonZeroUsize>,
) -> anyhow::Result<ExitCode> {
    let steps = Steps::new()?;
    api.start_tuning(seed, dry_run, threads)?;
    let mut is_stopped = false;
    while let Some(job) = api.tuning_job() {
        if !steps.go_on(&in_words(&job)) {
            is_stopped = true;
            api.stop_tuning();
        }
        std::thread::sleep(POLL);
    }
    steps.clear();
    let Some(end) = api.wait_for_tuning() else { return Ok(ExitCode::SUCCESS) };
    api.close();
    match end.state {
        RunState::Cancelled => {
            if is_stopped {
                note!("Stopped. Nothing was changed: `vitrine tune` goes on where it stood.");
            }
            return Ok(ExitCode::from(INTERRUPTED));
        }
        RunState::Failed => bail!("{}", end.message.unwrap_or_default()),
        _ => {}
    }
    let report = end.tuning.map(|id| api.tuning_report(id)).transpose()?;
    if arguments.json {
        output::json(&report)?;
        return Ok(ExitCode::SUCCESS);
    }
    match report {
        Some(report) => {
            show(&report);
            say!("{}", followed(&report.tuning, dry_run));
        }
        None => say!("{}", visible(&end.message.unwrap_or_default())),
    }
    Ok(ExitCode::SUCCESS)
}

/// What is done with what was learnt.
pub fn run(api: &Api, arguments: &Arguments, what: &TuneCommand) -> anyhow::Result<()> {
    match what {
        TuneCommand::List => return list(api, arguments),
        TuneCommand::Log { file: Some(file), .. } => {
            let steps = Steps::new()?;
            let log = api.read_search_log(file, &|| steps.go_on("Reading the log"))?;
            steps.clear();
            if arguments.json {
                return output::json(&log);
            }
            for line in of_log(&log) {
                say!("{}", visible(&line));
            }
            say!("`vitrine tune` learns from it.");
            return Ok(());
        }
        TuneCommand::Log { file: None, .. } => api.forget_search_log()?,
        TuneCommand::Use { number } => api.use_tuning(Some(*number))?,
        TuneCommand::Back => api.use_tuning(None)?,
        TuneCommand::Remove { number } => api.remove_tuning(*number)?,
        TuneCommand::Report { number, html } => {
            let newest = || api.tuning().map(|state| state.all.first().map(|tuning| tuning.id));
            let Some(number) = number.map_or_else(newest, |number| Ok(Some(number)))? else {
                bail!("Searches have not learnt from this shop yet: `vitrine tune` lets them.");
            };
            let report = api.tuning_report(number)?;
            if let Some(file) = html {
                api.write_tuning_report(number, file)?;
            }
            if arguments.json {
                return output::json(&report);
            }
            show(&report);
            if let Some(file) = html {
                say!("Written to {}", visible(&file.display().to_string()));
            }
            return Ok(());
        }
    }
    api.close();
    if arguments.json {
        return output::json(&api.tuning()?);
    }
    match what {
        TuneCommand::Use { number } => say!("Searches go by number {number} from now on."),
        TuneCommand::Back => say!("Searches go by the models alone from now on. What was learnt is kept."),
        _ => say!("Forgotten."),
    }
    Ok(())
}

fn list(api: &Api, arguments: &Arguments) -> anyhow::Result<()> {
    let state = api.tuning()?;
    if arguments.json {
        return output::json(&state);
    }
    let TuningState { said, used, n_changed, all, .. } = &state;
    for one in all {
        let how = match (one.is_used, one.is_usable) {
            (true, _) => "in use",
            (false, true) => "kept",
            (false, false) => "of no use",
        };
        say!("{:>4}  {}  {how:<9}  {}", one.id, one.made_on, visible(&one.verdict));
    }
    match used {
        Some(_) if state.is_stale => say!(
            "{} changed since that was learnt: `vitrine tune` learns anew.",
            counted(*n_changed, "product")
        ),
        Some(_) => {}
        None if state.is_stale => {
            say!("What is in use was learnt with other models: `vitrine tune` learns anew.");
        }
        None => say!("Searches go by the models alone."),
    }
    if state.is_unfinished {
        say!("Learning was cut off: `vitrine tune` goes on.");
    }
    say!("To learn from: {}", counted(state.n_products, "product"));
    for one in said.iter().filter(|one| one.n_products > 0) {
        say!("  {:>9}  with {}", count(one.n_products), one.field.name());
    }
    if state.n_reviewed > 0 {
        say!("  {:>9}  with words that a person approved or wrote", count(state.n_reviewed));
    }
    for line in state.log.iter().flat_map(of_log) {
        say!("  {}", visible(&line));
    }
    if state.keeps_opened {
        say!("  {:>9}  searches after which something was opened", count(state.n_opened));
    }
    let n_titles = said.first().map_or(0, |title| title.n_products);
    if n_titles < state.n_needed {
        say!("That is too little: {} with a title are needed.", counted(state.n_needed, "product"));
    }
    Ok(())
}

/// What a log brings, and what of it brings nothing.
fn of_log(log: &SearchLog) -> Vec<String> {
    let SearchLog { name, n_rows, n_broken, n_unknown, n_rare, n_queries, .. } = log;
    let mut lines = vec![format!(
        "{name}: {} in {}",
        match n_queries {
            1 => "1 search".to_owned(),
            n => format!("{} searches", count(*n)),
        },
        counted(*n_rows, "row")
    )];
    let left_out = [
        (n_unknown, "without a product of this catalog"),
        (n_broken, "without a search, a product or a count"),
        (n_rare, "left out because they are rare"),
    ];
    let left_out = left_out.into_iter().filter(|(n, _)| **n > 0);
    lines.extend(left_out.map(|(n, why)| format!("{} {why}", counted(*n, "row"))));
    lines
}

fn in_words(job: &TuningJob) -> String {
    let what = match job.step {
        TuningStep::Gathering => "Making searches of what is known of products",
        TuningStep::Learning => "Learning",
        TuningStep::Preparing => "Making photos ready",
        TuningStep::Measuring => "Asking searches before and after",
    };
    let left = job.eta_secs.map(|secs| format!(", {}", time_left(secs))).unwrap_or_default();
    match job.total {
        0 => what.to_owned(),
        total => format!("{what}: {} of {}{left}", count(job.done), count(total)),
    }
}

fn show(report: &TuningReport) {
    let TuningReport { tuning, figures, .. } = report;
    say!(
        "Number {}: learnt from {} queries of {} in {:.0} s, measured on {} of products that were held out",
        tuning.id,
        count(tuning.n_examples),
        counted(tuning.n_products, "product"),
        tuning.seconds,
        count(tuning.n_held_out)
    );
    let mut last = "";
    for one in figures {
        if one.kind != last {
            say!("{}, {} asked", visible(&one.kind), one.n);
            last = &one.kind;
        }
        say!(
            "  {:<10} {:.3} before, {:.3} after  [{:+.3}, {:+.3}]",
            visible(&one.measure),
            one.before,
            one.after,
            one.low,
            one.high
        );
    }
    say!("{}", visible(&tuning.verdict));
}

fn followed(tuning: &Tuning, dry_run: bool) -> String {
    match (tuning.is_used, tuning.is_usable) {
        (true, _) => "Searches go by it from now on. `vitrine tune back` goes back.".to_owned(),
        (false, true) if dry_run => {
            format!("Nothing was changed. `vitrine tune use {}` lets searches go by it.", tuning.id)
        }
        _ => "Nothing was changed.".to_owned(),
    }
}
