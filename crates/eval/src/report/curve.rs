//! The curve of Recall@k: how much is found by those who look further.

use maud::{Markup, html};

use super::{
    Report,
    bars::shortened,
    palette::N_COLOURS,
    scale::Scale,
    text::{printable, value},
};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 826.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 312.0;
/// Names at the ends of curves stand this far apart at least.
const NAME_GAP: f64 = 17.0;

/// The curves of all systems; none where rankings have one item, or none.
pub(super) fn plot(report: &Report) -> Option<Markup> {
    let depth = report.systems.first()?.recall.len();
    if depth < 2 {
        return None;
    }
    let curves: Vec<(&str, &[f64])> =
        report.systems.iter().map(|system| (system.name.as_str(), system.recall.as_slice())).collect();
    let highest = curves.iter().flat_map(|(_, recall)| recall.iter().copied()).fold(0.0, f64::max);
    let scale = Scale::to(highest);
    // The first ranks matter most, and have most room.
    let x = |k: usize| LEFT + (k as f64).ln() / (depth as f64).ln() * (RIGHT - LEFT);
    let y = |recall: f64| BOTTOM - scale.place(recall) * (BOTTOM - TOP);
    let marked = ticks(depth);

    let ends: Vec<f64> = curves.iter().map(|(_, recall)| y(recall.last().copied().unwrap_or(0.0))).collect();
    let names_at = apart(&ends);
    Some(html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby="curve-title curve-words" {
            title id="curve-title" { "Recall@k of each search, for k from 1 to " (depth) }
            desc id="curve-words" { (printable(&in_words(&curves, &marked))) }
            @for (tick, words) in scale.ticks(5) {
                @let y = y(tick);
                path.grid d=(format!("M{LEFT} {y:.1}H{RIGHT}")) {}
                text.tick x=(LEFT - 8.0) y=(format_args!("{:.1}", y + 4.0)) text-anchor="end" { (words) }
            }
            @for &k in &marked {
                @let x = x(k);
                path.grid d=(format!("M{x:.1} {TOP}V{BOTTOM}")) {}
                text.tick x=(format_args!("{x:.1}")) y=(BOTTOM + 18.0) text-anchor="middle" { (k) }
            }
            text.tick x=((LEFT + RIGHT) / 2.0) y=(BOTTOM + 40.0) text-anchor="middle" {
                "k: photos that are looked at"
            }
            @for (at, (name, recall)) in curves.iter().enumerate() {
                @let colour = at % N_COLOURS;
                @let (end, name_y) = (ends[at], names_at[at]);
                path class=(format_args!("curve c{colour}")) d=(line(recall, &x, &y)) {}
                @for (k, recall) in (1..).zip(*recall).filter(|(k, _)| marked.contains(k)) {
                    path class=(format_args!("mark m{colour}")) d=(mark(at, x(k), y(*recall))) {}
                }
                path.leader d=(format!("M{:.1} {end:.1}L{:.1} {name_y:.1}", RIGHT + 6.0, RIGHT + 18.0)) {}
                text class=(format_args!("name t{colour}")) x=(RIGHT + 22.0) y=(format_args!("{:.1}", name_y + 4.0)) {
                    (printable(&shortened(name)))
                }
            }
        }
    })
}

fn line(recall: &[f64], x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) -> String {
    let points: Vec<String> =
        (1..).zip(recall).map(|(k, recall)| format!("{:.1} {:.1}", x(k), y(*recall))).collect();
    format!("M{}", points.join("L"))
}

/// The round numbers up to the depth, and the depth unless one is close.
fn ticks(depth: usize) -> Vec<usize> {
    let decades = std::iter::successors(Some(1_usize), |decade| decade.checked_mul(10));
    let round = decades.flat_map(|decade| [1, 2, 5].into_iter().filter_map(move |n| decade.checked_mul(n)));
    let mut ticks: Vec<usize> = round.take_while(|k| *k <= depth).collect();
    if ticks.last().is_some_and(|last| depth as f64 > *last as f64 * 1.3) {
        ticks.push(depth);
    }
    ticks
}

fn in_words(curves: &[(&str, &[f64])], marked: &[usize]) -> String {
    let of = |(name, recall): &(&str, &[f64])| {
        let values = marked.iter().filter_map(|k| Some(format!("{} at {k}", value(*recall.get(k - 1)?))));
        format!("{name}: {}", values.collect::<Vec<_>>().join(", "))
    };
    curves.iter().map(of).collect::<Vec<_>>().join("; ")
}

/// A shape around a point, another for each of four neighbours, so that curves differ without colours, too.
fn mark(at: usize, x: f64, y: f64) -> String {
    match at % 4 {
        0 => format!("M{:.1} {y:.1}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4.0),
        1 => format!("M{:.1} {:.1}h7v7h-7z", x - 3.5, y - 3.5),
        2 => format!("M{x:.1} {:.1}l4.6 8h-9.2z", y - 5.0),
        _ => format!("M{x:.1} {:.1}l5 5l-5 5l-5 -5z", y - 5.0),
    }
}

/// Heights that keep their order, are as far apart as names need, and begin no lower than they have to.
fn apart(heights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|a, b| heights[*a].total_cmp(&heights[*b]));
    let mut placed = heights.to_vec();
    let mut lowest = f64::NEG_INFINITY;
    for &at in &order {
        placed[at] = heights[at].max(lowest + NAME_GAP);
        lowest = placed[at];
    }
    // What was pushed below the axis goes up again, and pushes those above.
    let mut highest = BOTTOM + NAME_GAP;
    for &at in order.iter().rev() {
        placed[at] = placed[at].min(highest - NAME_GAP);
        highest = placed[at];
    }
    placed
}
