//! How many tests passed and failed, read from what the test programs print.

use std::ops::AddAssign;

/// Tests, or steps that are one test each.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// The count in a line that sums tests up: cargo's, vitest's or Playwright's.
    pub(crate) fn reported_by(line: &str) -> Option<Tally> {
        let line = without_colours(line);
        let line = line.trim();
        let is_cargo = line.starts_with("test result:");
        let is_vitest = line.starts_with("Tests ");
        if !is_cargo && !is_vitest && !is_playwright(line) {
            return None;
        }
        Some(Tally { passed: number_before(line, "passed"), failed: number_before(line, "failed") })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Playwright ends with one line per verdict: `1 failed`, `12 passed (4.2s)`.
fn is_playwright(line: &str) -> bool {
    let mut words = line.split(' ');
    let number = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    match (words.next(), words.next()) {
        (Some("failed"), None) => number,
        (Some("passed"), Some(time)) => number && time.starts_with('('),
        _ => false,
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split_whitespace().collect();
    words
        .windows(2)
        .find(|pair| pair[1].trim_end_matches([';', ',']) == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

/// Drops the escape sequences that colour a terminal's text.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            // A colour is ESC [ numbers m.
            for letter in rest.by_ref() {
                if letter.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<(u64, u64)>) {
        let expected = expected.map(|(passed, failed)| Tally { passed, failed });
        assert_eq!(Tally::reported_by(line), expected, "{line:?}");
    }

    #[test]
    fn sums_are_read_from_every_test_program() {
        check(
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; finished in 0.00s\n",
            Some((5, 0)),
        );
        check("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured", Some((3, 2)));
        check("test result: \u{1b}[32mok\u{1b}[0m. 5 passed; 0 failed; 0 ignored", Some((5, 0)));
        check("      Tests  1 failed | 12 passed (13)", Some((12, 1)));
        check(" \u{1b}[2m     Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m4 passed\u{1b}[39m (4)", Some((4, 0)));
        check("  5 passed (4.2s)", Some((5, 0)));
        check("  1 failed", Some((0, 1)));
    }

    #[test]
    fn other_lines_count_nothing() {
        check(" Test Files  3 passed (3)", None);
        check("test tally::tests::sums ... ok", None);
        check("running 5 tests", None);
        check("5 passed the door", None);
        check("", None);
    }
}
