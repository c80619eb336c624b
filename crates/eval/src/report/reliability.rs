//! Verdicts on claims as a page: a table, and for each kind a reliability diagram.

use maud::{Markup, html};

use super::{
    page,
    text::{grouped, printable, value},
};
use crate::claims::{Bin, KindFigures, Share};

/// The side of a diagram in its own units, and the room for what stands beside its axes.
const SIDE: f64 = 240.0;
const LEFT: f64 = 34.0;
const BELOW: f64 = 36.0;
const ABOVE: f64 = 10.0;
/// The radius of a bin that holds every claim.
const RADIUS: f64 = 16.0;

/// The page of what verdicts on claims are worth; `about` says of which photos, in a sentence.
#[must_use]
pub fn claims_page(figures: &[KindFigures], title: &str, about: &str) -> String {
    let n: usize = figures.iter().map(|kind| kind.n).sum();
    let sections = html! {
        (table(figures))
        section aria-labelledby="diagrams" {
            h2 id="diagrams" { "How much a probability can be trusted" }
            div.plots {
                @for (at, kind) in figures.iter().enumerate() {
                    figure.card { figcaption { (printable(&kind.kind)) } (diagram(kind, at)) }
                }
            }
            p.soft.notes {
                "Of claims that were told with about the same probability, how many are true. On the line from corner \
                 to corner both are the same; below it claims were told too surely. The larger a disc, the more claims."
            }
        }
    };
    page::page(title, about, &format!("{} claims.", grouped(n)), &sections)
}

fn table(figures: &[KindFigures]) -> Markup {
    let columns = [
        "Kind",
        "Claims",
        "Supported: right",
        "True: supported",
        "Contradicted: right",
        "False: contradicted",
        "Calibration error",
    ];
    let share = |share: Share| match share.value() {
        Some(value) => format!("{:.1} %", 100.0 * value),
        None => "none".to_owned(),
    };
    let rows = figures.iter().map(|kind| {
        let shares =
            [kind.supported_right, kind.true_supported, kind.contradicted_right, kind.false_contradicted];
        let cells = html! {
            td { (grouped(kind.n)) }
            @for of in shares { td { (share(of)) span { "of " (grouped(of.of)) } } }
            td { (value(kind.calibration_error)) }
        };
        (kind.kind.as_str(), cells)
    });
    let note = "The error is the mean distance of what was told and what is true, weighted by claims.";
    let columns = columns.map(str::to_owned);
    page::table("verdicts", &html! { "Verdicts" }, &columns, rows.collect(), note)
}

fn diagram(kind: &KindFigures, at: usize) -> Markup {
    let x = |told: f64| LEFT + told * (SIDE - LEFT);
    let y = |right: f64| ABOVE + (1.0 - right) * (SIDE - ABOVE);
    let height = SIDE + BELOW;
    let radius = |bin: &Bin| (RADIUS * (bin.n as f64 / kind.n.max(1) as f64).sqrt()).max(2.5);
    let bins: Vec<&Bin> = kind.bins.iter().filter(|bin| bin.n > 0).collect();
    let in_percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let words: Vec<String> = bins
        .iter()
        .map(|bin| {
            format!(
                "told with {}, {} of {} true",
                in_percent(bin.told),
                in_percent(bin.right),
                grouped(bin.n)
            )
        })
        .collect();
    let (title_id, words_id) = (format!("reliability{at}-title"), format!("reliability{at}-words"));
    html! {
        svg viewBox=(format!("0 0 {} {height}", SIDE + RADIUS)) role="img"
            aria-labelledby=(format!("{title_id} {words_id}")) {
            title id=(title_id) { "Reliability of claims about " (printable(&kind.kind)) }
            desc id=(words_id) { (words.join("; ")) }
            @for tick in [0.0, 0.5, 1.0] {
                path.grid d=(format!("M{:.1} {:.1}H{:.1}", x(0.0), y(tick), x(1.0))) {}
                path.grid d=(format!("M{:.1} {:.1}V{:.1}", x(tick), y(0.0), y(1.0))) {}
                text.tick x=(LEFT - 6.0) y=(format_args!("{:.1}", y(tick) + 4.0)) text-anchor="end" { (tick) }
                text.tick x=(format_args!("{:.1}", x(tick))) y=(SIDE + 15.0) text-anchor="middle" { (tick) }
            }
            text.tick x=(format_args!("{:.1}", x(0.5))) y=(SIDE + 31.0) text-anchor="middle" { "told" }
            path.leader d=(format!("M{:.1} {:.1}L{:.1} {:.1}", x(0.0), y(0.0), x(1.0), y(1.0))) {}
            path.curve.c0 d=(line(&bins, &x, &y)) {}
            @for bin in &bins {
                circle.bar.s0 cx=(format_args!("{:.1}", x(bin.told))) cy=(format_args!("{:.1}", y(bin.right)))
                    r=(format_args!("{:.1}", radius(bin))) {}
            }
        }
    }
}

fn line(bins: &[&Bin], x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64) -> String {
    let points: Vec<String> =
        bins.iter().map(|bin| format!("{:.1} {:.1}", x(bin.told), y(bin.right))).collect();
    if points.is_empty() { String::new() } else { format!("M{}", points.join("L")) }
}
