//! What searches learnt from the shop, and what it brings.

use maud::{Markup, html};

use super::{number, standing_alone};
use crate::types::{TuningFigure, TuningPoint, TuningReport, TuningStage};

/// Size of a plot, in its own units, with room for what stands beside it.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 50.0;
const BELOW: f64 = 24.0;

/// The page.
pub(crate) fn page(report: &TuningReport) -> String {
    let TuningReport { tuning, figures, points } = report;
    let body = html! {
        p.soft {
            "Number " (tuning.id) ", " (tuning.made_on) ". Learnt from " (number(tuning.n_examples)) " queries of "
            (number(tuning.n_products)) " products in " (format!("{:.0}", tuning.seconds))
            " seconds, measured with " (number(tuning.n_held_out))
            " queries of products that it never saw. Seed " (tuning.seed) "."
        }
        p { (tuning.verdict) }
        (table(figures))
        @if points.len() > 1 {
            h2 { "How it went" }
            p {
                span.key style="color: var(--right)" { "How well queries are answered that it does not learn from (nDCG@10)" }
            }
            (plot("Queries that are not learnt from", points, |point| point.held_out))
            p { span.key style="color: var(--right)" { "Loss" } }
            (plot("Loss", points, |point| point.loss))
        }
    };
    standing_alone("What searches learnt", &body)
}

fn table(figures: &[TuningFigure]) -> Markup {
    let mut kinds: Vec<&str> = Vec::new();
    for figure in figures {
        if !kinds.contains(&figure.kind.as_str()) {
            kinds.push(&figure.kind);
        }
    }
    html! {
        @for kind in kinds {
            @let of: Vec<&TuningFigure> = figures.iter().filter(|figure| figure.kind == kind).collect();
            h2 {
                @if kind == "all" { "All queries" } @else { "Queries: " (kind) }
                span.soft { " " (number(of.first().map_or(0, |figure| figure.n))) }
            }
            table {
                tr { th { "" } td { "before" } td { "after" } td { "difference, 95 %" } }
                @for figure in of {
                    tr {
                        th { (figure.measure) }
                        td { (format!("{:.3}", figure.before)) }
                        td { (format!("{:.3}", figure.after)) }
                        td { (format!("{:+.3} to {:+.3}", figure.low, figure.high)) }
                    }
                }
            }
        }
    }
}

/// A value step by step, with a line where another stage begins.
fn plot(label: &str, points: &[TuningPoint], value: impl Fn(&TuningPoint) -> f64) -> Markup {
    let last = f64::from(points.last().map_or(1, |point| point.step).max(1));
    let values: Vec<f64> = points.iter().map(value).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = (high - low).max(1e-9);
    let x_of = |step: u32| LEFT + (WIDTH - LEFT) * f64::from(step) / last;
    let y_of = |value: f64| (HEIGHT - BELOW - 10.0) * (1.0 - (value - low) / span) + 10.0;
    let line: Vec<String> = points
        .iter()
        .zip(&values)
        .map(|(point, value)| format!("{:.1},{:.1}", x_of(point.step), y_of(*value)))
        .collect();
    let begins =
        points.windows(2).filter(|two| two[0].stage != two[1].stage).map(|two| (two[0].step, two[1].stage));
    let stages = points.first().map(|first| (0, first.stage)).into_iter().chain(begins);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(label) {
            @for share in [0.0, 0.5, 1.0] {
                @let at = low + span * share;
                line.grid-line x1=(LEFT) x2=(WIDTH) y1=(y_of(at)) y2=(y_of(at)) {}
                text x="0" y=(y_of(at) + 4.0) { (format!("{at:.3}")) }
            }
            @for (step, stage) in stages {
                line.grid-line x1=(x_of(step)) x2=(x_of(step)) y1="0" y2=(HEIGHT - BELOW) {}
                text x=(x_of(step) + 4.0) y=(HEIGHT - 6.0) { (named(stage)) }
            }
            polyline.line points=(line.join(" ")) {}
        }
    }
}

fn named(stage: TuningStage) -> &'static str {
    match stage {
        TuningStage::Text => "words",
        TuningStage::Image => "photos",
        TuningStage::Fused => "both together",
    }
}
