//! A report as one page of HTML: no script, nothing from elsewhere, light and dark.

use std::fmt::Write;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Failures, Report, bars, curve, failures,
    palette::{self, N_COLOURS},
    text::{grouped, printable, signed, value},
};
use crate::{bootstrap::Interval, retrieval::Measure};

/// The browser keeps to it, too: no script runs and nothing is loaded, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A page of its own around sections.
pub(crate) fn page(title: &str, about: &str, note: &str, sections: &Markup) -> String {
    let title = printable(title);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width";
                title { (title) }
                style {
                    (PreEscaped(palette::variables()))
                    (PreEscaped(include_str!("page.css")))
                    (PreEscaped(system_colours()))
                }
            }
            body {
                header {
                    h1 dir="auto" { (title) }
                    @if !about.is_empty() { p dir="auto" { (printable(about)) } }
                    p.soft { (note) }
                }
                main { (sections) }
            }
        }
    };
    page.into_string()
}

/// A table that a narrow page lets scroll: a heading, the columns' names, rows with their names, a note.
pub(crate) fn table(
    id: &str,
    heading: &Markup,
    columns: &[String],
    rows: Vec<(&str, Markup)>,
    note: &str,
) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            div.wide.card tabindex="0" role="region" aria-labelledby=(id) {
                table aria-labelledby=(id) {
                    thead { tr { @for column in columns { th scope="col" { (column) } } } }
                    tbody {
                        @for (name, cells) in rows { tr { th scope="row" dir="auto" { (printable(name)) } (cells) } }
                    }
                }
            }
            p.soft.notes { (note) }
        }
    }
}

impl Report {
    /// The page: tables, plots, and the worst answers of one system, if they are given.
    ///
    /// Every text is escaped, and every picture has its text alternative.
    #[must_use]
    pub fn html(&self, failures: Option<&Failures>) -> String {
        let sections = html! {
            (self.means())
            (self.differences_table())
            (self.plots())
            @if let Some(failures) = failures.filter(|failures| !failures.list.is_empty()) {
                (failures::section(failures))
            }
            (self.meanings())
        };
        page(&self.settings.title, &self.settings.about, &self.queries_in_words(), &sections)
    }

    fn means(&self) -> Markup {
        let highest: Vec<f64> = (0..self.settings.measures.len())
            .map(|at| {
                self.systems.iter().filter_map(|s| s.intervals.get(at)).map(|i| i.mean).fold(0.0, f64::max)
            })
            .collect();
        // A bold figure among others only, and none where all are 0.
        let is_best =
            |at: usize, mean: f64| self.systems.len() > 1 && mean > 0.0 && highest.get(at) == Some(&mean);
        let rows = self.systems.iter().map(|system| {
            let cells = html! {
                @for (at, interval) in system.intervals.iter().enumerate() {
                    (cell(interval, value, is_best(at, interval.mean).then_some("best")))
                }
            };
            (system.name.as_str(), cells)
        });
        let note = format!(
            "Means over queries; below each its 95 % interval, from {} resamples of the queries (percentile \
             bootstrap).{}",
            grouped(self.settings.resampling.n_resamples()),
            if self.systems.len() > 1 { " The highest of each measure is bold." } else { "" }
        );
        table("means", &html! { "Figures" }, &self.columns(), rows.collect(), &note)
    }

    fn differences_table(&self) -> Markup {
        let (Some(first), false) = (self.systems.first(), self.differences.is_empty()) else {
            return Markup::default();
        };
        let rows = self.differences.iter().map(|difference| {
            let cells = html! {
                @for interval in &difference.intervals {
                    (cell(interval, with_minus, interval.excludes_zero().then_some("sure")))
                }
            };
            (difference.name.as_str(), cells)
        });
        let heading = html! { "Differences to " bdi { (printable(&first.name)) } };
        let note = "Each query's difference was taken before resampling. Bold: the interval lies on one side of \
                    0, so chance alone is an unlikely reason.";
        table("differences", &heading, &self.columns(), rows.collect(), note)
    }

    fn columns(&self) -> Vec<String> {
        let measures = self.settings.measures.iter().map(Measure::to_string);
        std::iter::once("Search".to_owned()).chain(measures).collect()
    }

    fn plots(&self) -> Markup {
        html! {
            section aria-labelledby="plots" {
                h2 id="plots" { "Plots" }
                div.plots {
                    @for (at, measure) in self.settings.measures.iter().enumerate() {
                        figure.card { figcaption { (measure.to_string()) } (bars::plot(self, at)) }
                    }
                }
                @if let Some(plot) = curve::plot(self) {
                    figure.card.curve-figure {
                        figcaption id="curve" { "Recall@k" }
                        div.wide tabindex="0" role="region" aria-labelledby="curve" { (plot) }
                    }
                }
                p.soft.notes { "Lines across bars are 95 % intervals. Axes begin at 0 and may end below 1." }
            }
        }
    }

    fn meanings(&self) -> Markup {
        html! {
            section aria-labelledby="meanings" {
                h2 id="meanings" { "What the measures mean" }
                dl.card {
                    @for measure in &self.settings.measures {
                        dt { (measure.to_string()) }
                        dd { (meaning(*measure)) }
                    }
                }
            }
        }
    }
}

/// A mean with its interval below.
fn cell(interval: &Interval, number: fn(f64) -> String, class: Option<&str>) -> Markup {
    let [mean, low, high] = [interval.mean, interval.low, interval.high].map(number);
    html! { td class=[class] { (mean) " " span { (low) " to " (high) } } }
}

/// With the true minus sign, which is as wide as a plus.
fn with_minus(value: f64) -> String {
    signed(value).replace('-', "\u{2212}")
}

fn meaning(measure: Measure) -> String {
    match measure {
        Measure::Recall(1) => "Share of the relevant photos that came first.".to_owned(),
        Measure::Recall(k) => format!("Share of the relevant photos that are among the first {k}."),
        Measure::Success(k) => {
            format!("Share of the queries that have a relevant photo among the first {k}.")
        }
        Measure::Precision(k) => format!("Share of the first {k} photos that are relevant."),
        Measure::Ndcg(k) => format!(
            "How good the order of the first {k} photos is, later ones counting less; 1 is the best possible \
             order (linear gains, discount log2(rank + 1))."
        ),
        Measure::ReciprocalRank => "Mean reciprocal rank: 1 / rank of the first relevant photo.".to_owned(),
        Measure::AveragePrecision => {
            "Mean average precision: the precision at the rank of each relevant photo, averaged.".to_owned()
        }
    }
}

/// Bars, curves, marks and names of each system.
fn system_colours() -> String {
    let mut css = String::new();
    for at in 0..N_COLOURS {
        let _ = writeln!(
            css,
            ".bar.s{at} {{ fill: color-mix(in srgb, var(--s{at}) 40%, var(--surface)); stroke: var(--s{at}); }} .curve.c{at} {{ stroke: var(--s{at}); }} \
             .mark.m{at} {{ fill: var(--s{at}); }} svg .t{at} {{ fill: var(--s{at}); }}"
        );
    }
    css
}
