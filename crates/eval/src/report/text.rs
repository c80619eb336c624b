//! Words and numbers as they stand in reports.

use crate::bootstrap::Interval;

/// Without what moves a terminal's cursor, or what HTML does not allow: those letters become spaces.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `1,234,567`
pub(super) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut words = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// A value of a measure.
pub(super) fn value(value: f64) -> String {
    format!("{value:.3}")
}

/// A difference, which always has a sign; what rounds to 0 has `+`.
pub(super) fn signed(value: f64) -> String {
    let words = format!("{value:+.3}");
    if words == "-0.000" { "+0.000".to_owned() } else { words }
}

/// `0.512 [0.481, 0.543]`
pub(super) fn with_interval(interval: &Interval, number: fn(f64) -> String) -> String {
    format!("{} [{}, {}]", number(interval.mean), number(interval.low), number(interval.high))
}
