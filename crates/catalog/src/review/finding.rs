//! What a text claims, found in its words.
//!
//! A claim is a term of the word lists that describe products, in the singular or the plural; or something that
//! no list need name: how many there are, what is written on it, and what no photo can show. The longest term
//! that begins at a word is meant ("coffee mug", not "coffee"), and terms do not overlap. What is said not to be
//! there ("without a pattern") is no claim.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{ClaimKey, ClaimKind};
use crate::{
    colour::BasicColour,
    describe::{AttributeKind, WordLists},
    words::{self, Word},
};

/// Phrases of what no photo can show.
const UNSEEN: &str = include_str!("unseen.txt");

/// A word behind a number that makes it a measure, folded.
const UNITS: &[&str] = &[
    "mm", "cm", "m", "km", "in", "inch", "inches", "ft", "feet", "g", "kg", "mg", "lb", "lbs", "oz", "ounce",
    "ounces", "ml", "cl", "dl", "l", "litre", "litres", "liter", "liters", "gallon", "w", "kw", "v", "mah",
    "gb", "tb", "hz", "years", "months", "days", "hours", "percent", "denier", "gsm", "lumen", "eur", "usd",
    "gbp",
];
/// A word before a size.
const SIZES: &[&str] = &["size", "sizes"];
/// Sizes that stand alone.
const LETTER_SIZES: &[&str] = &["xs", "xl", "xxl", "xxxl", "2xl", "3xl", "4xl"];
/// Words that turn the next one around.
const NOT: &[&str] = &["no", "not", "without", "non", "never", "free of"];
/// Words that say how many.
const NUMBERS: &[&str] =
    &["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "dozen", "pair"];
/// Words that hold several of something.
const SETS: &[&str] = &["set", "pack", "pair", "box", "bundle", "pieces", "piece", "pcs", "pk", "lot"];
/// What introduces words that are written on the product.
const WRITTEN: &[&str] = &["says", "reads", "saying", "reading", "lettering", "inscription"];

/// A claim in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// What is claimed.
    pub(crate) claim: ClaimKey,
    /// Where, in bytes.
    pub(crate) place: Range<usize>,
}

struct Entry {
    words: Vec<String>,
    kind: AttributeKind,
    value: String,
}

/// The terms of the lists, ready to be found in texts.
pub(crate) struct Finder {
    /// By their first word.
    entries: HashMap<String, Vec<Entry>>,
    unseen: HashMap<String, Vec<Vec<String>>>,
}

impl Finder {
    /// Of the lists that describe products.
    pub(crate) fn new(lists: &WordLists) -> Self {
        let mut entries: HashMap<String, Vec<Entry>> = HashMap::new();
        let mut add = |term: &str, kind: &AttributeKind, value: &str| {
            let words = pieces(&words::split(term));
            let Some(last) = words.last() else { return };
            let mut forms = words::forms(last);
            forms.push(last.clone());
            for form in forms {
                let mut words = words.clone();
                if let Some(last) = words.last_mut() {
                    *last = form;
                }
                let of_first = entries.entry(words[0].clone()).or_default();
                if !of_first.iter().any(|other| other.words == words && other.kind == *kind) {
                    of_first.push(Entry { words, kind: kind.clone(), value: value.to_owned() });
                }
            }
        };
        for table in lists.of_products() {
            let kind = AttributeKind::of_table(table.name());
            for (at, term) in table.terms().iter().enumerate() {
                add(term, &kind, &table.terms()[table.told_as(at)]);
            }
        }
        // Pixels tell colours that the models were never taught.
        for name in BasicColour::words() {
            add(name, &AttributeKind::Colour, name);
        }
        for of_first in entries.values_mut() {
            of_first.sort_by_key(|entry| std::cmp::Reverse(entry.words.len()));
        }
        let mut unseen: HashMap<String, Vec<Vec<String>>> = HashMap::new();
        let phrases = UNSEEN.lines().filter(|line| !line.starts_with('#'));
        for words in phrases.map(|line| pieces(&words::split(line))) {
            if let Some(first) = words.first() {
                unseen.entry(first.clone()).or_default().push(words);
            }
        }
        Self { entries, unseen }
    }

    /// The claims of a text, in the order in which they stand.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        self.find_meaning(text, None)
    }

    /// The terms of a kind in what a field of its own says: there "orange" is a colour and no fruit.
    pub(crate) fn find_of(&self, text: &str, kind: &AttributeKind) -> Vec<String> {
        let found = self.find_meaning(text, Some(kind)).into_iter().map(|found| found.claim);
        let of_kind = found.filter(|claim| claim.kind == ClaimKind::Attribute(kind.clone()));
        of_kind.map(|claim| claim.value).collect()
    }

    fn find_meaning(&self, text: &str, wanted: Option<&AttributeKind>) -> Vec<Found> {
        let words = split(text);
        let mut found: Vec<Found> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let n = match self.at(text, &words, at, wanted) {
                Some((claim, n)) => {
                    let is_denied = at > 0 && NOT.contains(&words[at - 1].folded.as_str());
                    // "a pair of" and "made in" begin before what is claimed.
                    let place = words[at].start..words[at + n - 1].end;
                    if !is_denied || claim.kind == ClaimKind::Unseen {
                        found.push(Found { claim, place });
                    }
                    n
                }
                None => 1,
            };
            at += n;
        }
        heads(text, found)
    }

    /// What is claimed from this word on, and how many words that takes.
    fn at(
        &self,
        text: &str,
        words: &[Word],
        at: usize,
        wanted: Option<&AttributeKind>,
    ) -> Option<(ClaimKey, usize)> {
        let said = |from: usize, n: usize| text[words[from].start..words[from + n - 1].end].to_owned();
        if let Some(n) = written(text, words, at) {
            return Some((ClaimKey { kind: ClaimKind::Lettering, value: said(at, n) }, n));
        }
        if let Some(n) = measure(text, words, at).or_else(|| origin(text, words, at)) {
            return Some((ClaimKey { kind: ClaimKind::Unseen, value: said(at, n) }, n));
        }
        let unseen = self.unseen.get(&words[at].folded).into_iter().flatten();
        // "Waterproof jacket" is a type in a list, but that it is waterproof no photo can show.
        if let Some(n) = unseen.filter(|phrase| stands(phrase, words, at)).map(Vec::len).max() {
            return Some((ClaimKey { kind: ClaimKind::Unseen, value: said(at, n) }, n));
        }
        if let Some(n) = count(words, at) {
            return Some((ClaimKey { kind: ClaimKind::Count, value: said(at, n) }, n));
        }
        let known = self.entries.get(&words[at].folded).into_iter().flatten();
        let mut fitting = known.filter(|entry| stands(&entry.words, words, at)).peekable();
        let n_known = fitting.peek().map_or(0, |entry| entry.words.len());
        let longest: Vec<&Entry> = fitting.filter(|entry| entry.words.len() == n_known).collect();
        let of_wanted = longest.iter().find(|entry| wanted == Some(&entry.kind)).copied();
        let meant = of_wanted.or_else(|| meant(&longest, self.begins(words, at + n_known)))?;
        Some((
            ClaimKey { kind: ClaimKind::Attribute(meant.kind.clone()), value: meant.value.clone() },
            n_known,
        ))
    }

    fn begins(&self, words: &[Word], at: usize) -> bool {
        let Some(word) = words.get(at) else { return false };
        self.entries
            .get(&word.folded)
            .is_some_and(|entries| entries.iter().any(|entry| stands(&entry.words, words, at)))
    }
}

/// Without what only tells the thing behind it: a "table lamp" is a lamp, and no table stands in the photo.
fn heads(text: &str, mut found: Vec<Found>) -> Vec<Found> {
    let is_type = |found: &Found| found.claim.kind == ClaimKind::Attribute(AttributeKind::Type);
    let mut next: Option<(usize, bool)> = None;
    let mut is_kept: Vec<bool> = Vec::with_capacity(found.len());
    for claim in found.iter().rev() {
        let before_type = next.is_some_and(|(start, is_type)| {
            is_type && text[claim.place.end..start].chars().all(|c| c == ' ' || c == '-')
        });
        is_kept.push(!(is_type(claim) && before_type));
        next = Some((claim.place.start, is_type(claim)));
    }
    let mut is_kept = is_kept.into_iter().rev();
    found.retain(|_| is_kept.next().unwrap_or(true));
    found
}

/// Of several lists that name the same words the one that is meant: "orange" before "mug" is a colour, at the end
/// a fruit.
fn meant<'a>(entries: &[&'a Entry], is_before_noun: bool) -> Option<&'a Entry> {
    let of = |kind: &AttributeKind| entries.iter().find(|entry| entry.kind == *kind).copied();
    let described = || entries.iter().find(|entry| entry.kind != AttributeKind::Type).copied();
    let own = || entries.iter().find(|entry| matches!(entry.kind, AttributeKind::Own(_))).copied();
    if is_before_noun {
        return of(&AttributeKind::Colour)
            .or_else(described)
            .or_else(own)
            .or_else(|| entries.first().copied());
    }
    of(&AttributeKind::Type).or_else(|| entries.first().copied())
}

/// Words one by one: of "t-shirt" two.
fn split(text: &str) -> Vec<Word> {
    let mut all = Vec::new();
    for word in words::split(text) {
        if !word.folded.contains(' ') {
            all.push(word);
            continue;
        }
        // Each part with its own place, as far as folding left the letters in their number.
        let whole = &text[word.start..word.end];
        let mut from = word.start;
        for (at, c) in whole.char_indices().chain(std::iter::once((whole.len(), '-'))) {
            if c.is_alphanumeric() || c == '\'' || c == '’' {
                continue;
            }
            let end = word.start + at;
            if end > from {
                let folded = words::fold(&text[from..end]);
                if !folded.is_empty() {
                    all.push(Word { folded, start: from, end });
                }
            }
            from = end + c.len_utf8();
        }
    }
    all
}

fn pieces(words: &[Word]) -> Vec<String> {
    words.iter().flat_map(|word| word.folded.split(' ').map(str::to_owned)).collect()
}

fn stands(phrase: &[String], words: &[Word], at: usize) -> bool {
    words.len() >= at + phrase.len()
        && phrase.iter().zip(&words[at..]).all(|(wanted, word)| *wanted == word.folded)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit())
}

/// "30 cm", "30cm", "size 10", "100%", "XL".
fn measure(text: &str, words: &[Word], at: usize) -> Option<usize> {
    let word = words[at].folded.as_str();
    let next = |n: usize| words.get(at + n).map(|word| word.folded.as_str());
    if SIZES.contains(&word) && next(1).is_some_and(|next| next.len() <= 4) {
        return Some(2);
    }
    if LETTER_SIZES.contains(&word) {
        return Some(1);
    }
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &word[digits.len()..];
    if !digits.is_empty() && is_number(digits) {
        if UNITS.contains(&unit) {
            return Some(1);
        }
        if unit.is_empty() {
            let sign_before = text[..words[at].start].chars().next_back();
            let sign_after = text[words[at].end..].trim_start().chars().next();
            if matches!(sign_before, Some('$' | '€' | '£'))
                || matches!(sign_after, Some('%' | '"' | '″' | '€'))
            {
                return Some(1);
            }
            // "1.5 l", "30 x 40 cm"
            let mut n = 1;
            while next(n).is_some_and(|word| is_number(word) || word == "x" || word == "by") {
                n += 1;
            }
            if next(n).is_some_and(|unit| UNITS.contains(&unit)) {
                return Some(n + 1);
            }
        }
    }
    None
}

/// "made in Italy", "imported from Japan".
fn origin(text: &str, words: &[Word], at: usize) -> Option<usize> {
    let is = |n: usize, wanted: &[&str]| {
        words.get(at + n).is_some_and(|word| wanted.contains(&word.folded.as_str()))
    };
    let begins = (is(0, &["made", "produced", "designed", "crafted", "grown"]) && is(1, &["in"]))
        || (is(0, &["imported", "sourced"]) && is(1, &["from"]));
    if !begins {
        return None;
    }
    // The place: "the" and words with a capital letter.
    let is_name =
        |word: &Word| word.folded == "the" || text[word.start..word.end].starts_with(char::is_uppercase);
    let n_place = words[at + 2..].iter().take(3).take_while(|word| is_name(word)).count();
    let n_place = n_place.max(usize::from(words.len() > at + 2));
    Some(2 + n_place)
}

/// "set of 2", "pair of", "2-pack", "two".
fn count(words: &[Word], at: usize) -> Option<usize> {
    let word = words[at].folded.as_str();
    let next = |n: usize| words.get(at + n).map(|word| word.folded.as_str());
    let is_amount = |word: &str| is_number(word) || NUMBERS.contains(&word);
    if SETS.contains(&word) && next(1) == Some("of") {
        return Some(if next(2).is_some_and(is_amount) { 3 } else { 2 })
            .filter(|n| *n == 3 || word == "pair");
    }
    if is_amount(word) && next(1).is_some_and(|next| SETS.contains(&next)) {
        return Some(2);
    }
    // "pack" alone, "pair" alone say nothing; "two mugs" does.
    (NUMBERS.contains(&word) && word != "pair" && word != "dozen" && next(1).is_some()).then_some(1)
}

/// What is in quotation marks, or follows "that says".
fn written(text: &str, words: &[Word], at: usize) -> Option<usize> {
    let before = text[..words[at].start].trim_end().chars().next_back();
    if let Some(open @ ('"' | '“' | '„' | '«')) = before {
        let close = match open {
            '“' => '”',
            '„' => '“',
            '«' => '»',
            other => other,
        };
        let end = words[at].start + text[words[at].start..].find(close)?;
        // An inch mark opens nothing.
        let n = words[at..].iter().take_while(|word| word.end <= end).count();
        return (1..=12).contains(&n).then_some(n);
    }
    let is_said = at > 0 && WRITTEN.contains(&words[at - 1].folded.as_str());
    is_said.then(|| words.len().min(at + 3) - at)
}

/// Whether two terms cannot be said of one thing. Where one is a part of the other, or both are shades of one colour,
/// they can.
pub fn is_foil(kind: &AttributeKind, claimed: &str, other: &str) -> bool {
    if *kind == AttributeKind::Colour
        && let (Some(a), Some(b)) = (BasicColour::of_word(claimed), BasicColour::of_word(other))
    {
        return !a.is_near(b);
    }
    let words = |term: &str| -> HashSet<String> { pieces(&words::split(term)).into_iter().collect() };
    let (a, b) = (words(claimed), words(other));
    !a.is_subset(&b) && !b.is_subset(&a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let lists = WordLists::read(std::path::Path::new("/nowhere")).unwrap();
        let found = Finder::new(&lists).find(text);
        let claims: Vec<(&str, &str)> =
            found.iter().map(|found| (found.claim.kind.name(), found.claim.value.as_str())).collect();
        assert_eq!(claims, expected, "{text}");
    }

    #[test]
    fn terms_of_the_lists_are_claims() {
        check(
            "Navy striped cotton T-Shirt",
            &[("colour", "navy"), ("pattern", "striped"), ("material", "cotton"), ("type", "t-shirt")],
        );
        check("a coffee mug on a wooden table", &[("type", "coffee mug"), ("setting", "on a wooden table")]);
        check("", &[]);
    }

    #[test]
    fn a_word_means_what_its_place_says() {
        check("an orange mug", &[("colour", "orange"), ("type", "mug")]);
        check("a mug without stripes, no leather", &[("type", "mug")]);
        check("a suitcase clock", &[("type", "clock")]);
        check("suitcase, clock", &[("type", "suitcase"), ("type", "clock")]);
    }

    #[test]
    fn what_no_photo_shows_is_told_apart() {
        check(
            "Waterproof jacket, made in Italy",
            &[("unseen", "Waterproof"), ("type", "jacket"), ("unseen", "made in Italy")],
        );
        check("Mug 350 ml", &[("type", "mug"), ("unseen", "350 ml")]);
        check("Mug 350ml", &[("type", "mug"), ("unseen", "350ml")]);
        check(
            "Dress, size XL, 100 % cotton",
            &[("type", "dress"), ("unseen", "size XL"), ("unseen", "100"), ("material", "cotton")],
        );
        check("Rug 120 x 80 cm", &[("type", "rug"), ("unseen", "120 x 80 cm")]);
    }

    #[test]
    fn how_many_and_what_is_written_are_claims_of_their_own() {
        check("Set of 2 mugs", &[("count", "Set of 2"), ("type", "mug")]);
        check("a pair of boots", &[("count", "pair of"), ("type", "boots")]);
        check("two red mugs", &[("count", "two"), ("colour", "red"), ("type", "mug")]);
        check("a mug with the words “Best Dad”", &[("type", "mug"), ("lettering", "Best Dad")]);
    }
}
