//! How things are written on a terminal.

use std::{
    io::Write,
    sync::{Mutex, PoisonError},
};

use anyhow::Context;
use serde::Serialize;

/// One JSON value, for a script.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    say(format_args!("{}", serde_json::to_string_pretty(value)?));
    Ok(())
}

/// The first error of writing; what comes after it is not written.
static FAILED: Mutex<Option<std::io::Error>> = Mutex::new(None);

/// A line on the standard output; `say!` calls it. A device that is full is told by [`finish`], once.
pub fn say(text: std::fmt::Arguments<'_>) {
    let mut failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    if failed.is_none() {
        *failed = writeln!(std::io::stdout().lock(), "{}", tame(&text.to_string())).err();
    }
}

/// A line on the standard error; `note!` calls it. Where that cannot be written there is nobody to tell.
pub fn note(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", tame(&text.to_string()));
}

/// Sees what was said on its way.
///
/// # Errors
/// The first line that could not be written.
pub fn finish() -> anyhow::Result<()> {
    let flushed = std::io::stdout().lock().flush();
    let failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner).take();
    failed.map_or(flushed, Err).context("The answer could not be written; make room where it goes")
}

/// Everything but line breaks that would steer a terminal, made visible: words of models and packs come along.
fn tame(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Text of others (names of files, of packs, of fields) with everything made visible that would steer a
/// terminal: escape sequences, line breaks, and marks that turn the direction of writing.
pub fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        if c.is_control() || turns { seen.extend(c.escape_default()) } else { seen.push(c) }
    }
    seen
}

/// `1234567` as `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun, in the plural where it needs to be.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Seconds as people say them.
pub fn time_left(secs: u64) -> String {
    match secs {
        0..10 => "a few seconds left".to_owned(),
        10..90 => format!("{secs} s left"),
        90..5_400 => format!("{} min left", (secs + 30) / 60),
        _ => format!("{:.1} h left", secs as f64 / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        let check = |n, expected: &str| assert_eq!(count(n), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
    }

    #[test]
    fn names_cannot_steer_a_terminal() {
        let check = |text, expected: &str| assert_eq!(visible(text), expected);
        check("café mug.jpg", "café mug.jpg");
        check("a\x1b[31mred.jpg", "a\\u{1b}[31mred.jpg");
        check("two\nlines", "two\\nlines");
        check("gpj.\u{202e}evil", "gpj.\\u{202e}evil");
    }

    #[test]
    fn times_are_said_as_people_do() {
        let check = |secs, expected: &str| assert_eq!(time_left(secs), expected);
        check(3, "a few seconds left");
        check(45, "45 s left");
        check(1_200, "20 min left");
        check(9_000, "2.5 h left");
    }
}
