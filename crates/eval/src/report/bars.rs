//! A plot of one measure: a bar for each system, with its interval.

use maud::{Markup, html};

use super::{
    Report,
    palette::N_COLOURS,
    scale::Scale,
    text::{printable, value},
};
use crate::bootstrap::Interval;

const WIDTH: f64 = 340.0;
const ROW: f64 = 30.0;
const BAR: f64 = 16.0;
const AXIS: f64 = 22.0;
/// For the value behind the longest bar.
const VALUE: f64 = 44.0;
/// Letters of a name that are shown, and the room for each.
const MAX_NAME: usize = 14;
const LETTER: f64 = 7.4;

/// The plot of the measure at `at`.
pub(super) fn plot(report: &Report, at: usize) -> Markup {
    let Some(measure) = report.settings.measures.get(at) else { return Markup::default() };
    let rows: Vec<_> = report
        .systems
        .iter()
        .filter_map(|system| Some((system.name.as_str(), system.intervals.get(at)?)))
        .collect();
    let scale = Scale::to(rows.iter().map(|(_, interval)| interval.high).fold(0.0, f64::max));
    let longest = rows.iter().map(|(name, _)| name.chars().count().min(MAX_NAME)).max().unwrap_or(0);
    let left = longest as f64 * LETTER + 10.0;
    let x = |value: f64| left + scale.place(value) * (WIDTH - VALUE - left);
    let bottom = rows.len() as f64 * ROW;
    let height = bottom + AXIS;

    let words: Vec<String> = rows
        .iter()
        .map(|(name, interval)| {
            let [mean, low, high] = [interval.mean, interval.low, interval.high].map(value);
            format!("{name} {mean} ({low} to {high})")
        })
        .collect();
    let (title_id, words_id) = (format!("bars{at}-title"), format!("bars{at}-words"));
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-labelledby=(format!("{title_id} {words_id}")) {
            title id=(title_id) { (measure.to_string()) " of each search" }
            desc id=(words_id) { (printable(&words.join("; "))) }
            @for (tick, words) in scale.ticks(2) {
                @let x = x(tick);
                path.grid d=(format!("M{x:.1} 0V{bottom}")) {}
                text.tick x=(format_args!("{x:.1}")) y=(format_args!("{:.1}", bottom + 16.0)) text-anchor="middle" {
                    (words)
                }
            }
            @for (row, (name, interval)) in rows.iter().enumerate() {
                (bar(name, interval, row, left, &x))
            }
        }
    }
}

fn bar(name: &str, interval: &Interval, row: usize, left: f64, x: &dyn Fn(f64) -> f64) -> Markup {
    let middle = (row as f64 + 0.5) * ROW;
    let (start, mean, low, high) = (x(0.0), x(interval.mean), x(interval.low), x(interval.high));
    let across = format!("M{low:.1} {middle}H{high:.1}M{low:.1} {0:.1}v8M{high:.1} {0:.1}v8", middle - 4.0);
    html! {
        text.name x=(format_args!("{:.1}", left - 8.0)) y=(format_args!("{:.1}", middle + 4.0)) text-anchor="end" {
            (printable(&shortened(name)))
        }
        rect class=(format_args!("bar s{}", row % N_COLOURS)) x=(format_args!("{start:.1}"))
            y=(format_args!("{:.1}", middle - BAR / 2.0)) width=(format_args!("{:.1}", mean - start)) height=(BAR) {}
        path.interval d=(across) {}
        text.value x=(WIDTH) y=(format_args!("{:.1}", middle + 4.0)) text-anchor="end" { (value(interval.mean)) }
    }
}

/// A name that fits; tables and descriptions have it whole.
pub(super) fn shortened(name: &str) -> String {
    if name.chars().count() <= MAX_NAME {
        return name.to_owned();
    }
    let start: String = name.chars().take(MAX_NAME - 1).collect();
    format!("{}\u{2026}", start.trim_end())
}
