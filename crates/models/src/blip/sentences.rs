//! Cuts a text into sentences, and what is still too long into pieces.
//!
//! In: a text as a merchant writes it: sentences, lists with bullets, lines, measures, abbreviations. Out:
//! byte ranges of it, in order, without the blanks and bullets between them. English rules; other languages
//! with Latin or CJK full stops come out usably.

use std::ops::Range;

/// A full stop after these never ends a sentence: something always follows.
const NEVER_LAST: [&str; 22] = [
    "mr", "mrs", "ms", "dr", "st", "no", "nr", "art", "fig", "vol", "approx", "ca", "cf", "vs", "e.g", "i.e",
    "eg", "ie", "incl", "excl", "z.b", "bzw",
];

/// A full stop after these ends a sentence only if a capital follows.
const SELDOM_LAST: [&str; 24] = [
    "etc", "in", "ft", "oz", "lb", "lbs", "cm", "mm", "kg", "gr", "ml", "qt", "gal", "yd", "dia", "diam",
    "max", "min", "pcs", "pc", "co", "inc", "ltd", "qty",
];

/// The sentences of a text. A text without any letter or digit is one sentence, itself.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if at >= start && ends_here(text, at, c) {
            // Closing quotes and brackets belong to the sentence.
            let closing = text[end..].find(|c: char| !is_closing(c)).unwrap_or(text.len() - end);
            push(text, start..end + closing, &mut found);
            start = end + closing;
        }
    }
    push(text, start..text.len(), &mut found);
    if found.is_empty() {
        found.push(0..text.len());
    }
    found
}

/// Parts of `range` that `fits`, cut between words, and within a word only if that alone is too long.
pub(super) fn pieces<E>(
    text: &str,
    range: Range<usize>,
    fits: &mut impl FnMut(&str) -> Result<bool, E>,
) -> Result<Vec<Range<usize>>, E> {
    if fits(&text[range.clone()])? {
        return Ok(vec![range]);
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for word in words(text, range) {
        let longer = open.as_ref().map_or(word.start, |open| open.start)..word.end;
        if fits(&text[longer.clone()])? {
            open = Some(longer);
            continue;
        }
        found.extend(open.take());
        if fits(&text[word.clone()])? {
            open = Some(word);
        } else {
            halve(text, word, fits, &mut found)?;
        }
    }
    found.extend(open);
    Ok(found)
}

fn halve<E>(
    text: &str,
    word: Range<usize>,
    fits: &mut impl FnMut(&str) -> Result<bool, E>,
    found: &mut Vec<Range<usize>>,
) -> Result<(), E> {
    let part = &text[word.clone()];
    let middle = part.char_indices().map(|(at, _)| at).nth(part.chars().count() / 2).unwrap_or(0);
    if middle == 0 || fits(part)? {
        found.push(word);
        return Ok(());
    }
    let middle = word.start + middle;
    halve(text, word.start..middle, fits, found)?;
    halve(text, middle..word.end, fits, found)
}

fn words(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let start = range.start;
    let part = &text[range];
    part.split_whitespace().map(move |word| {
        // Both are parts of one string: the difference of their addresses is the word's place.
        let at = start + (word.as_ptr() as usize - part.as_ptr() as usize);
        at..at + word.len()
    })
}

/// Whether a sentence ends with the character `c` at `at`.
fn ends_here(text: &str, at: usize, c: char) -> bool {
    let rest = &text[at + c.len_utf8()..];
    match c {
        '。' | '！' | '？' => true,
        '\n' => {
            let next = rest.trim_start_matches([' ', '\t', '\r']).chars().next();
            // A line that goes on in lower case was only wrapped.
            !next.is_some_and(char::is_lowercase)
        }
        // A bullet within a line; the mark itself is taken off the next sentence.
        ' ' | '\t' => rest.starts_with(['•', '·', '▪', '●']),
        '.' | '!' | '?' | '…' => {
            let rest = rest.trim_start_matches(is_closing);
            let blank = rest.chars().next().is_none_or(char::is_whitespace);
            blank && (c != '.' || stop_ends(&text[..at], rest.trim_start().chars().next()))
        }
        _ => false,
    }
}

/// Whether a full stop after `before` ends a sentence, where `next` is what follows.
fn stop_ends(before: &str, next: Option<char>) -> bool {
    let Some(next) = next else { return true };
    let word = before.rsplit(|c: char| c.is_whitespace() || "([\"“".contains(c)).next().unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    // "1. Wash cold": the number of an item, not the end of one.
    let is_item_number = line == word && !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let lower = word.to_lowercase();
    let letters = lower.trim_start_matches(|c: char| c.is_ascii_digit());
    if is_item_number || is_initial || NEVER_LAST.contains(&lower.as_str()) {
        return false;
    }
    !SELDOM_LAST.contains(&letters) || next.is_uppercase()
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»')
}

/// Adds `range` without blanks and list marks around it, unless nothing is left.
fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = text[range.clone()].trim_end();
    let end = range.start + part.len();
    let mut rest = part.trim_start();
    let unmarked = rest.trim_start_matches(['•', '·', '▪', '●', '*', '-', '–']);
    // "-5 °C" is no list mark.
    if unmarked.is_empty() || unmarked.starts_with(char::is_whitespace) {
        rest = unmarked.trim_start();
    }
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < rest.len()
        && let Some(item) = digits.strip_prefix(['.', ')'])
        && item.starts_with(char::is_whitespace)
    {
        rest = item.trim_start();
    }
    if rest.chars().any(char::is_alphanumeric) {
        found.push(end - rest.len()..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn sentences_end_at_full_stops_and_their_like() {
        check("a red mug", &["a red mug"]);
        check("A red mug. It holds tea! Really? Yes…", &["A red mug.", "It holds tea!", "Really?", "Yes…"]);
        check("a red mug. a blue bowl.", &["a red mug.", "a blue bowl."]);
        check("(It is red.) \"It is round.\" Good.", &["(It is red.)", "\"It is round.\"", "Good."]);
        check("赤いカップ。青い皿。", &["赤いカップ。", "青い皿。"]);
        check("Wow!!! So red...  Buy", &["Wow!!!", "So red...", "Buy"]);
    }

    #[test]
    fn numbers_and_abbreviations_do_not_end_a_sentence() {
        check("It is 3.5 cm wide, e.g. for No. 5 screws.", &["It is 3.5 cm wide, e.g. for No. 5 screws."]);
        check("Mr. J. Smith wears it approx. daily.", &["Mr. J. Smith wears it approx. daily."]);
        check("A 10 in. wide and 12oz. heavy pan.", &["A 10 in. wide and 12oz. heavy pan."]);
        check("It is 10 in. The lid fits.", &["It is 10 in.", "The lid fits."]);
        check("Mugs, cups, etc. Made of clay.", &["Mugs, cups, etc.", "Made of clay."]);
        check("Made in 2024. Sold out.", &["Made in 2024.", "Sold out."]);
        check("See vitrine.example.com for more", &["See vitrine.example.com for more"]);
    }

    #[test]
    fn lines_and_bullets_part_sentences_and_wrapped_lines_do_not() {
        check(
            "Material: cotton\nColour: red\r\n\r\nWashable",
            &["Material: cotton", "Colour: red", "Washable"],
        );
        check("a mug that was\nwrapped here", &["a mug that was\nwrapped here"]);
        check("- red\n* Blue\n• -5 °C proof", &["red", "Blue", "-5 °C proof"]);
        check("Features: • red • round", &["Features:", "red", "round"]);
        check("1. Wash cold.\n2) Dry flat.", &["Wash cold.", "Dry flat."]);
    }

    #[test]
    fn a_text_without_words_is_one_sentence() {
        check("", &[""]);
        check(" ... !", &[" ... !"]);
    }

    fn cut(text: &str, max_chars: usize) -> Vec<&str> {
        let mut fits = |part: &str| Ok::<_, ()>(part.chars().filter(|c| *c != ' ').count() <= max_chars);
        let found = pieces(text, 0..text.len(), &mut fits).unwrap();
        found.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_is_too_long_is_cut_between_words() {
        assert_eq!(cut("one two three four", 100), ["one two three four"]);
        assert_eq!(cut("one two three four", 8), ["one two", "three", "four"]);
        assert_eq!(cut("one  two", 3), ["one", "two"]);
    }

    #[test]
    fn a_word_that_is_too_long_alone_is_cut_too() {
        assert_eq!(cut("ab çdefgh ij", 3), ["ab", "çde", "fgh", "ij"]);
        assert_eq!(cut("abc", 0), ["a", "b", "c"]);
    }
}
