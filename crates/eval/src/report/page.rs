//! A report as one page of HTML: no script, nothing from elsewhere, light and dark.

use std::fmt::Write;

use super::{
    Failures, Report, bars, curve, failures,
    palette::{self, N_COLOURS},
    text::{escaped, grouped, signed, value},
};
use crate::{bootstrap::Interval, retrieval::Measure};

/// The browser keeps to it, too: no script runs and nothing is loaded, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

impl Report {
    /// The page: tables, plots, and the worst answers of one system, if they are given.
    ///
    /// Every text is escaped, and every picture has its text alternative.
    #[must_use]
    pub fn html(&self, failures: Option<&Failures>) -> String {
        let title = escaped(&self.settings.title);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{title}</title>\n<style>\n{}{}{}</style>\n</head>\n<body>\n\
             <header><h1 dir=\"auto\">{title}</h1>",
            palette::variables(),
            include_str!("page.css"),
            system_colours(),
        );
        if !self.settings.about.is_empty() {
            let _ = write!(html, "<p dir=\"auto\">{}</p>", escaped(&self.settings.about));
        }
        let _ = write!(html, "<p class=\"soft\">{}</p></header>\n<main>\n", self.queries_in_words());
        self.write_means(&mut html);
        self.write_differences(&mut html);
        self.write_plots(&mut html);
        if let Some(failures) = failures.filter(|failures| !failures.list.is_empty()) {
            html += &failures::section(failures);
        }
        self.write_meanings(&mut html);
        html + "</main>\n</body>\n</html>\n"
    }

    fn write_means(&self, html: &mut String) {
        let highest: Vec<f64> = (0..self.settings.measures.len())
            .map(|at| {
                self.systems.iter().filter_map(|s| s.intervals.get(at)).map(|i| i.mean).fold(0.0, f64::max)
            })
            .collect();
        // A bold figure among others only, and none where all are 0.
        let is_best =
            |at: usize, mean: f64| self.systems.len() > 1 && mean > 0.0 && highest.get(at) == Some(&mean);
        let rows = self.systems.iter().map(|system| {
            let cells = system.intervals.iter().enumerate().map(|(at, interval)| {
                cell(interval, value, if is_best(at, interval.mean) { "best" } else { "" })
            });
            (system.name.as_str(), cells.collect())
        });
        let note = format!(
            "Means over queries; below each its 95 % interval, from {} resamples of the queries (percentile \
             bootstrap).{}",
            grouped(self.settings.resampling.n_resamples()),
            if self.systems.len() > 1 { " The highest of each measure is bold." } else { "" }
        );
        self.write_table(html, "means", "Figures", rows.collect(), &note);
    }

    fn write_differences(&self, html: &mut String) {
        let (Some(first), false) = (self.systems.first(), self.differences.is_empty()) else { return };
        let rows = self.differences.iter().map(|difference| {
            let cells = difference.intervals.iter().map(|interval| {
                cell(interval, with_minus, if interval.excludes_zero() { "sure" } else { "" })
            });
            (difference.name.as_str(), cells.collect())
        });
        let heading = format!("Differences to <bdi>{}</bdi>", escaped(&first.name));
        let note = "Each query's difference was taken before resampling. Bold: the interval lies on one side of \
                    0, so chance alone is an unlikely reason.";
        self.write_table(html, "differences", &heading, rows.collect(), note);
    }

    /// `heading`, `note` and cells are HTML already, names are not.
    fn write_table(&self, html: &mut String, id: &str, heading: &str, rows: Vec<(&str, String)>, note: &str) {
        let _ = write!(
            html,
            "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{heading}</h2>\n\
             <div class=\"wide card\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{id}\">\
             <table aria-labelledby=\"{id}\"><thead><tr><th scope=\"col\">Search</th>"
        );
        for measure in &self.settings.measures {
            let _ = write!(html, "<th scope=\"col\">{measure}</th>");
        }
        *html += "</tr></thead>\n<tbody>\n";
        for (name, cells) in rows {
            let _ = writeln!(html, "<tr><th scope=\"row\" dir=\"auto\">{}</th>{cells}</tr>", escaped(name));
        }
        let _ = writeln!(html, "</tbody></table></div><p class=\"soft notes\">{note}</p></section>");
    }

    fn write_plots(&self, html: &mut String) {
        *html += "<section aria-labelledby=\"plots\"><h2 id=\"plots\">Plots</h2>\n<div class=\"plots\">\n";
        for (at, measure) in self.settings.measures.iter().enumerate() {
            let plot = bars::plot(self, at);
            let _ =
                writeln!(html, "<figure class=\"card\"><figcaption>{measure}</figcaption>{plot}</figure>");
        }
        *html += "</div>\n";
        if let Some(plot) = curve::plot(self) {
            let _ = writeln!(
                html,
                "<figure class=\"card curve-figure\"><figcaption id=\"curve\">Recall@k</figcaption>\
                 <div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"curve\">{plot}</div></figure>"
            );
        }
        *html += "<p class=\"soft notes\">Lines across bars are 95 % intervals. Axes begin at 0 and may end \
                  below 1.</p></section>\n";
    }

    fn write_meanings(&self, html: &mut String) {
        *html += "<section aria-labelledby=\"meanings\"><h2 id=\"meanings\">What the measures mean</h2>\n\
                  <dl class=\"card\">\n";
        for measure in &self.settings.measures {
            let _ = writeln!(html, "<dt>{measure}</dt><dd>{}</dd>", meaning(*measure));
        }
        *html += "</dl></section>\n";
    }
}

/// A mean with its interval below.
fn cell(interval: &Interval, number: fn(f64) -> String, class: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let [mean, low, high] = [interval.mean, interval.low, interval.high].map(number);
    format!("<td{class}>{mean} <span>{low} to {high}</span></td>")
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
