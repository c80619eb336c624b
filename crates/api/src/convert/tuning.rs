//! Tunings as clients see them.

use vitrine_catalog::{
    jobs::{JobSnapshot, Stage},
    tuning as engine,
};

use crate::types::{
    SaidOf, SearchLog, Tuning, TuningFigure, TuningJob, TuningPoint, TuningReport, TuningStage, TuningState,
    TuningStep,
};

pub(crate) fn tuning_job(job: JobSnapshot) -> TuningJob {
    let progress = &job.progress;
    let stage = progress.stage.and_then(|stage| progress.of(stage));
    TuningJob {
        state: super::run_state(job.state),
        step: match progress.stage {
            Some(Stage::Learn) => TuningStep::Learning,
            Some(Stage::Prepare) => TuningStep::Preparing,
            Some(Stage::Measure) => TuningStep::Measuring,
            _ => TuningStep::Gathering,
        },
        done: stage.map_or(0, |stage| stage.done),
        total: stage.map_or(0, |stage| stage.total),
        eta_secs: stage.and_then(|stage| stage.eta).map(|eta| eta.as_secs()),
        tuning: job.value::<Option<engine::TuningId>>().copied().flatten().map(engine::TuningId::get),
        message: job.message,
    }
}

pub(crate) fn tuning_state(state: engine::TuningState, job: Option<JobSnapshot>) -> TuningState {
    let engine::TuningState { learnable, used, n_changed, is_stale, is_unfinished, points, all } = state;
    let said = |(field, n_products): (vitrine_catalog::FieldName, u64)| SaidOf {
        field: super::shown_field_name(field),
        n_products,
    };
    TuningState {
        n_products: learnable.n_products,
        n_needed: learnable.n_needed,
        said: learnable.n_with.into_iter().map(said).collect(),
        n_reviewed: learnable.n_reviewed,
        log: learnable.log.map(search_log),
        keeps_opened: learnable.keeps_opened,
        n_opened: learnable.n_opened,
        used: used.map(tuning),
        n_changed,
        is_stale,
        is_unfinished,
        job: job.map(tuning_job),
        points: points.into_iter().map(tuning_point).collect(),
        all: all.into_iter().map(tuning).collect(),
    }
}

pub(crate) fn search_log(log: engine::SearchLog) -> SearchLog {
    SearchLog {
        name: log.name,
        read_on: log.read_on,
        n_rows: log.n_rows,
        n_broken: log.n_broken,
        n_unknown: log.n_unknown,
        n_rare: log.n_rare,
        n_queries: log.n_queries,
    }
}

pub(crate) fn tuning_report(report: engine::TuningReport) -> TuningReport {
    let figure = |one: engine::TuningFigure| TuningFigure {
        kind: one.kind,
        n: one.n,
        measure: one.measure,
        before: one.before,
        after: one.after,
        low: one.difference[0],
        high: one.difference[1],
    };
    TuningReport {
        tuning: tuning(report.row),
        figures: report.figures.into_iter().map(figure).collect(),
        points: report.points.into_iter().map(tuning_point).collect(),
    }
}

fn tuning(row: engine::TuningRow) -> Tuning {
    Tuning {
        id: row.id.get(),
        made_ms: row.made_ms,
        made_on: row.made_on,
        seed: row.seed,
        n_products: row.n_products,
        n_examples: row.n_examples,
        n_held_out: row.n_held_out,
        seconds: row.seconds,
        verdict: row.verdict,
        is_usable: row.is_usable,
        is_used: row.is_used,
    }
}

pub(crate) fn tuning_point(point: engine::TuningPoint) -> TuningPoint {
    let stage = match point.stage {
        0 => TuningStage::Text,
        1 => TuningStage::Image,
        _ => TuningStage::Fused,
    };
    TuningPoint { step: point.step, stage, loss: point.loss, held_out: point.held_out }
}
