//! `vitrine tune try`: whether a search that learns from this shop would be better.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use vitrine_api::{
    Api,
    types::{TuningProgress, TuningStage, TuningTrial},
};

use crate::{
    args::Arguments,
    output::{self, count, counted, visible},
};

/// Steps between two lines about the training.
const STEPS_TOLD: u32 = 50;

pub fn try_it(api: &Api, arguments: &Arguments, seed: u64) -> anyhow::Result<()> {
    let is_stopped = Arc::new(AtomicBool::new(false));
    let stop = is_stopped.clone();
    ctrlc::set_handler(move || stop.store(true, Ordering::Release))?;
    // What was told last, so that it is told once.
    let told = AtomicU32::new(u32::MAX);
    let trial = api.try_tuning(seed, &|progress| {
        tell(&told, progress);
        !is_stopped.load(Ordering::Acquire)
    })?;
    if arguments.json {
        return output::json(&trial);
    }
    show(&trial);
    Ok(())
}

fn tell(told: &AtomicU32, progress: TuningProgress) {
    let (place, words) = match progress {
        TuningProgress::Gathering => (u32::MAX - 1, "Reading products and making queries".to_owned()),
        TuningProgress::Training { stage, step, of, loss } => {
            let what = match stage {
                TuningStage::Text => "words",
                TuningStage::Image => "photos",
                TuningStage::Fused => "both together",
            };
            (step / STEPS_TOLD, format!("Learning from {what}: step {step} of {of}, loss {loss:.3}"))
        }
        TuningProgress::Measuring => (u32::MAX - 2, "Asking searches before and after".to_owned()),
    };
    if told.swap(place, Ordering::Relaxed) != place {
        note!("{words}");
    }
}

fn show(trial: &TuningTrial) {
    say!(
        "{}; learnt from {} queries in {:.0} s, measured on {} of products that were held out",
        counted(u64::from(trial.n_products), "product"),
        count(u64::from(trial.n_examples)),
        trial.seconds,
        count(u64::from(trial.n_held_out))
    );
    for kind in &trial.kinds {
        say!("{}, {} asked", visible(&kind.kind), kind.n);
        for one in &kind.measures {
            say!(
                "  {:<10} {:.3} before, {:.3} after  [{:+.3}, {:+.3}]",
                visible(&one.measure),
                one.before,
                one.after,
                one.low,
                one.high
            );
        }
    }
    say!("{}", visible(&trial.verdict));
    say!("Nothing was changed.");
}
