//! A plot of one measure: a bar for each system, with its interval.

use std::fmt::Write;

use super::{
    Report,
    palette::N_COLOURS,
    scale::Scale,
    text::{escaped, value},
};

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
pub(super) fn plot(report: &Report, at: usize) -> String {
    let Some(measure) = report.settings.measures.get(at) else { return String::new() };
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
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"bars{at}-title bars{at}-words\">\
         <title id=\"bars{at}-title\">{measure} of each search</title>\
         <desc id=\"bars{at}-words\">{}</desc>",
        escaped(&words.join("; "))
    );
    for (tick, words) in scale.ticks(2) {
        let x = x(tick);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} 0V{bottom}\"/>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{words}</text>",
            bottom + 16.0
        );
    }
    for (row, (name, interval)) in rows.iter().enumerate() {
        let middle = (row as f64 + 0.5) * ROW;
        let (start, mean, low, high) = (x(0.0), x(interval.mean), x(interval.low), x(interval.high));
        let _ = write!(
            svg,
            "<text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect class=\"bar s{}\" x=\"{start:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{BAR}\"/>\
             <path class=\"interval\" d=\"M{low:.1} {middle}H{high:.1}M{low:.1} {:.1}v8M{high:.1} {:.1}v8\"/>\
             <text class=\"value\" x=\"{WIDTH}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            middle + 4.0,
            escaped(&shortened(name)),
            row % N_COLOURS,
            middle - BAR / 2.0,
            mean - start,
            middle - 4.0,
            middle - 4.0,
            middle + 4.0,
            value(interval.mean),
        );
    }
    svg + "</svg>"
}

/// A name that fits; tables and descriptions have it whole.
pub(super) fn shortened(name: &str) -> String {
    if name.chars().count() <= MAX_NAME {
        return name.to_owned();
    }
    let start: String = name.chars().take(MAX_NAME - 1).collect();
    format!("{}\u{2026}", start.trim_end())
}
