//! Tunings as clients see them.

use vitrine_catalog::tuning as engine;

use crate::types::{TuningKind, TuningMeasure, TuningProgress, TuningStage, TuningTrial};

pub(crate) fn tuning_progress(progress: engine::TuningProgress) -> TuningProgress {
    match progress {
        engine::TuningProgress::Gathering => TuningProgress::Gathering,
        engine::TuningProgress::Training { stage, step, of, loss } => {
            let stage = match stage {
                engine::Stage::Text => TuningStage::Text,
                engine::Stage::Image => TuningStage::Image,
                engine::Stage::Fused => TuningStage::Fused,
            };
            TuningProgress::Training { stage, step, of, loss }
        }
        engine::TuningProgress::Measuring => TuningProgress::Measuring,
    }
}

pub(crate) fn tuning_trial(trial: engine::TuningTrial) -> TuningTrial {
    let measure = |one: engine::MeasureFigures| TuningMeasure {
        measure: one.measure,
        before: one.before,
        after: one.after,
        low: one.difference[0],
        high: one.difference[1],
    };
    let kind = |one: engine::KindFigures| TuningKind {
        kind: one.kind,
        n: one.n as u32,
        measures: one.measures.into_iter().map(measure).collect(),
    };
    TuningTrial {
        n_products: trial.n_products as u32,
        n_examples: trial.n_examples as u32,
        n_held_out: trial.n_held_out as u32,
        seconds: trial.seconds,
        kinds: trial.kinds.into_iter().map(kind).collect(),
        is_better: trial.is_better,
        verdict: trial.verdict,
    }
}
