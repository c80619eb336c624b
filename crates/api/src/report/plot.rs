//! How often people and models agreed, as a plot.

use maud::{Markup, html};

use super::number;
use crate::types::AgreementDay;

/// Size of the plot, in its own units, with room for what stands beside it.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 40.0;
const BELOW: f64 = 24.0;
/// Columns at most: more days are put together.
const N_COLUMNS: usize = 60;

/// Descriptions as columns, claims as a line.
pub(super) fn agreement(days: &[AgreementDay]) -> Markup {
    let columns = together(days);
    let n_decided = |day: &AgreementDay| day.n_approved + day.n_edited + day.n_rejected;
    let total = |n: fn(&AgreementDay) -> u64| days.iter().map(n).sum::<u64>();
    let (kept, mended, refused) =
        (total(|day| day.n_approved), total(|day| day.n_edited), total(|day| day.n_rejected));
    let (right, wrong) = (total(|day| day.n_right), total(|day| day.n_wrong));
    let most = columns.iter().map(n_decided).max().unwrap_or(0).max(1);
    let wide = (WIDTH - LEFT) / columns.len().max(1) as f64;
    let y_of = |share: f64| (HEIGHT - BELOW) * (1.0 - share);
    html! {
        h2 { "People and models" }
        @if kept + mended + refused + right + wrong == 0 {
            p.soft { "Nobody decided anything yet." }
        } @else {
            p {
                span.key style="color: var(--kept)" { (number(kept)) " kept as written" }
                span.key style="color: var(--mended)" { (number(mended)) " edited" }
                span.key style="color: var(--refused)" { (number(refused)) " rejected" }
                @if right + wrong > 0 {
                    span.key style="color: var(--right)" {
                        (right * 100 / (right + wrong)) " % of " (number(right + wrong)) " claims that people judged were right"
                    }
                }
            }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label="Decisions by day" {
                @for share in [0.0, 0.5, 1.0] {
                    line.grid-line x1=(LEFT) x2=(WIDTH) y1=(y_of(share)) y2=(y_of(share)) {}
                    text x="0" y=(y_of(share).max(10.0)) { (number((most as f64 * share).round() as u64)) }
                }
                @for (at, day) in columns.iter().enumerate() {
                    (column(day, LEFT + wide * at as f64, wide, most))
                }
                @if right + wrong > 0 {
                    @let points = points(&columns, wide, &y_of);
                    polyline.line points=(joined(&points)) {}
                    @for (x, y) in &points { circle.point cx=(x) cy=(y) r="3" {} }
                }
                @if let (Some(first), Some(last)) = (columns.first(), columns.last()) {
                    text x=(LEFT) y=(HEIGHT - 6.0) { (first.day) }
                    @if columns.len() > 1 {
                        text x=(WIDTH) y=(HEIGHT - 6.0) text-anchor="end" { (last.day) }
                    }
                }
            }
        }
    }
}

fn column(day: &AgreementDay, x: f64, wide: f64, most: u64) -> Markup {
    let high = |n: u64| (HEIGHT - BELOW) * n as f64 / most as f64;
    let mut top = HEIGHT - BELOW;
    let parts = [("kept", day.n_approved), ("mended", day.n_edited), ("refused", day.n_rejected)].map(
        |(class, n)| {
            top -= high(n);
            (class, top, high(n))
        },
    );
    html! {
        g {
            title {
                (day.day) ": " (day.n_approved) " kept, " (day.n_edited) " edited, " (day.n_rejected) " rejected; claims "
                (day.n_right) " right, " (day.n_wrong) " wrong"
            }
            @for (class, top, high) in parts {
                rect class=(class) x=(x + wide * 0.1) y=(top) width=((wide * 0.8).min(40.0)) height=(high) {}
            }
        }
    }
}

/// Where the share of right claims lies, for each column with claims.
fn points(columns: &[AgreementDay], wide: f64, y_of: &dyn Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let judged = columns.iter().enumerate().filter(|(_, day)| day.n_right + day.n_wrong > 0);
    judged
        .map(|(at, day)| {
            let share = day.n_right as f64 / (day.n_right + day.n_wrong) as f64;
            (LEFT + wide * at as f64 + wide * 0.1 + (wide * 0.4).min(20.0), y_of(share))
        })
        .collect()
}

fn joined(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

/// No more than fit: neighbouring days are put together, under the name of the first.
fn together(days: &[AgreementDay]) -> Vec<AgreementDay> {
    let at_once = days.len().div_ceil(N_COLUMNS).max(1);
    let sum = |days: &[AgreementDay]| {
        days.iter().cloned().reduce(|sum, day| AgreementDay {
            day: sum.day,
            n_approved: sum.n_approved + day.n_approved,
            n_edited: sum.n_edited + day.n_edited,
            n_rejected: sum.n_rejected + day.n_rejected,
            n_right: sum.n_right + day.n_right,
            n_wrong: sum.n_wrong + day.n_wrong,
        })
    };
    days.chunks(at_once).filter_map(sum).collect()
}
