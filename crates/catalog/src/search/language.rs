//! What a person types, taken apart: words, phrases, what is left out, weights and filters.
//!
//! ```text
//! blue mug "with a handle" -striped colour:navy,teal price:10..50 -folder:"old stock" leather^2
//! ```
//!
//! | written | meant |
//! |---|---|
//! | `word` | ranks products that it fits |
//! | `"two words"` | ranks, and both must stand so in a product's words |
//! | `-word` | products in whose words it stands are left out |
//! | `word^2` | counts twice as much; `^0.5` half |
//! | `key:value` | a filter; several values with commas, any of which may hold |
//! | `-key:value` | the filter turned around |
//!
//! Nothing that is typed is refused: what is no filter is words, and a [`Problem`] says so with its place.

use std::ops::RangeInclusive;

use crate::{
    describe::AttributeKind,
    health,
    words::{self, Word},
};

/// The longest question that is read, in bytes: a page of text. What comes after is cut off, and said.
const MAX_LEN: usize = 2_000;
/// Words that rank: more than a model reads.
const MAX_WORDS: usize = 64;
/// The most that a weight may be.
const MAX_WEIGHT: f32 = 10.0;

/// What was typed, taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Typed {
    /// Words and phrases that rank, in order.
    pub wanted: Vec<Wanted>,
    /// Folded words and phrases that must not stand in a product's words.
    pub unwanted: Vec<String>,
    /// Filters, all of which must hold.
    pub filters: Vec<Filter>,
    /// What was not understood, or not as it may have been meant.
    pub problems: Vec<Problem>,
}

/// A word or phrase that ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// As it was typed.
    pub text: String,
    /// Its words, folded; a phrase has several.
    pub words: Vec<Word>,
    /// Whether it must stand so in a product's words.
    pub is_phrase: bool,
    /// How much it counts; 1 where nothing is said.
    pub weight: f32,
}

/// Which products may be in the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What it asks.
    pub asks: Asks,
    /// Turned around: products of which it does not hold.
    pub is_not: bool,
    /// Where it stands in what was typed, in bytes; none of one that was chosen.
    pub place: Option<(usize, usize)>,
}

/// What a filter asks of a product.
#[derive(Debug, Clone, PartialEq)]
pub enum Asks {
    /// One of these values is claimed of a photo.
    Claim(AttributeKind, Vec<String>),
    /// A fact is one of these: `brand`, `category`, `folder`, `has`, `is`.
    Fact(FactName, Vec<String>),
    /// The price lies here.
    Price(RangeInclusive<f64>),
}

/// Facts that can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactName {
    /// Who makes it.
    Brand,
    /// Where the shop puts it.
    Category,
    /// The words of a folder in which a photo lies.
    Folder,
    /// What is known of it: a title, a price, several photos.
    Has,
    /// How far it has come.
    Is,
    /// What is wrong with it or its photos.
    Problem,
}

impl FactName {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Brand, Self::Category, Self::Folder, Self::Has, Self::Is, Self::Problem];

    /// As it is typed and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brand => "brand",
            Self::Category => "category",
            Self::Folder => "folder",
            Self::Has => "has",
            Self::Is => "is",
            Self::Problem => "problem",
        }
    }

    /// All values that there can be; none where they are what a shop has.
    pub fn values(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Brand | Self::Category | Self::Folder => None,
            Self::Has => Some(&HAS),
            Self::Is => Some(&IS),
            Self::Problem => Some(&PROBLEMS),
        }
    }
}

/// What `has:` knows.
const HAS: [&str; 10] =
    ["title", "sku", "price", "category", "brand", "text", "barcode", "variants", "photos", "flag"];
/// What `is:` knows.
const IS: [&str; 6] = ["described", "pending", "approved", "edited", "rejected", "unclear"];
/// What `problem:` knows.
const PROBLEMS: [&str; health::Problem::ALL.len()] = {
    let mut names = [""; health::Problem::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = health::Problem::ALL[at].name();
        at += 1;
    }
    names
};

/// Something typed that was not understood, or not as it may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What is wrong, and what to do, in a sentence.
    pub message: String,
}

/// The keys under which attributes are typed.
const KEYS: &[(&str, AttributeKind)] = &[
    ("type", AttributeKind::Type),
    ("colour", AttributeKind::Colour),
    ("color", AttributeKind::Colour),
    ("material", AttributeKind::Material),
    ("pattern", AttributeKind::Pattern),
    ("style", AttributeKind::Style),
    ("finish", AttributeKind::Finish),
    ("occasion", AttributeKind::Occasion),
    ("setting", AttributeKind::Setting),
];

/// Takes apart what was typed. `own_lists` are the names of the merchant's own word lists, which are keys too.
#[must_use]
pub fn parse(text: &str, own_lists: &[String]) -> Typed {
    let mut typed = Typed::default();
    let mut end = text.len().min(MAX_LEN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if end < text.len() {
        let message = "This is longer than a search can be; the rest was left out.".to_owned();
        typed.problems.push(Problem { start: end, end: text.len(), message });
    }
    for item in items(&text[..end]) {
        item.read(text, own_lists, &mut typed);
    }
    if typed.wanted.len() > MAX_WORDS {
        typed.wanted.truncate(MAX_WORDS);
    }
    typed
}

/// A piece between spaces that are not in quotes.
struct Item {
    start: usize,
    end: usize,
}

/// Whether a character opens or closes a phrase.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut start = None;
    let mut is_quoted = false;
    for (at, c) in text.char_indices() {
        if is_quote(c) {
            is_quoted = !is_quoted;
        }
        let ends = (c.is_whitespace() || c.is_control()) && !is_quoted;
        match (start, ends) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                items.push(Item { start: from, end: at });
                start = None;
            }
            _ => {}
        }
    }
    items.extend(start.map(|from| Item { start: from, end: text.len() }));
    items
}

impl Item {
    fn read(&self, text: &str, own_lists: &[String], typed: &mut Typed) {
        let whole = &text[self.start..self.end];
        let (is_not, rest) = match whole.strip_prefix(['-', '−']) {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, whole),
        };
        if let Some((key, value)) = rest.split_once(':').filter(|(key, _)| is_key(key)) {
            match filter(key, value, own_lists) {
                Ok(asks) => {
                    typed.filters.push(Filter { asks, is_not, place: Some((self.start, self.end)) });
                    return;
                }
                Err(message) => {
                    typed.problems.push(Problem { start: self.start, end: self.end, message });
                    // A filter that says nothing yet, while it is typed, must not rank.
                    if self::key(key, own_lists).is_some() {
                        return;
                    }
                }
            }
        }
        let (rest, weight) = self.weight(rest, typed);
        let is_phrase = rest.starts_with(is_quote);
        let plain: String = rest.chars().filter(|c| !is_quote(*c)).collect();
        let words = words::split(&plain);
        if words.is_empty() {
            return;
        }
        if is_not {
            typed.unwanted.push(words.iter().map(|word| word.folded.as_str()).collect::<Vec<_>>().join(" "));
            return;
        }
        typed.wanted.push(Wanted { text: plain.trim().to_owned(), words, is_phrase, weight });
    }

    /// What stands before `^`, and the number behind it.
    fn weight<'a>(&self, rest: &'a str, typed: &mut Typed) -> (&'a str, f32) {
        let Some((before, after)) = rest.rsplit_once('^') else { return (rest, 1.0) };
        // Within a phrase it is a sign like others, and a weight may not be typed to its end yet.
        if after.contains(|c: char| c.is_whitespace() || is_quote(c)) {
            return (rest, 1.0);
        }
        if after.is_empty() {
            return (before, 1.0);
        }
        match after.replace(',', ".").parse::<f32>() {
            Ok(weight) if (0.0..=MAX_WEIGHT).contains(&weight) => (before, weight),
            _ => {
                let message =
                    format!("Behind ^ stands how much a word counts, from 0 to {MAX_WEIGHT}: mug^2.");
                typed.problems.push(Problem { start: self.start, end: self.end, message });
                (before, 1.0)
            }
        }
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Every key, for completion and for messages.
pub(super) fn keys(own_lists: &[String]) -> Vec<String> {
    let kinds = KEYS.iter().map(|(name, _)| *name).filter(|name| *name != "color");
    let facts = FactName::ALL.iter().map(|fact| fact.name());
    let mut keys: Vec<String> = kinds.chain(facts).chain(["price"]).map(str::to_owned).collect();
    keys.extend(own_lists.iter().cloned());
    keys
}

/// What a key filters by.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// What is claimed of photos.
    Claim(AttributeKind),
    /// A fact.
    Fact(FactName),
    /// The price.
    Price,
}

/// What a key filters by, in whatever case it is typed.
pub(super) fn key(name: &str, own_lists: &[String]) -> Option<Key> {
    let name = name.to_lowercase();
    if name == "price" {
        return Some(Key::Price);
    }
    if let Some((_, kind)) = KEYS.iter().find(|(key, _)| *key == name) {
        return Some(Key::Claim(kind.clone()));
    }
    if let Some(fact) = FactName::ALL.into_iter().find(|fact| fact.name() == name) {
        return Some(Key::Fact(fact));
    }
    let list = own_lists.iter().find(|list| list.to_lowercase() == name)?;
    Some(Key::Claim(AttributeKind::Own(list.clone())))
}

/// What a filter of this key and these values asks; else what is wrong with it.
fn filter(name: &str, value: &str, own_lists: &[String]) -> Result<Asks, String> {
    let Some(key) = key(name, own_lists) else {
        let name = name.to_lowercase();
        return Err(format!(
            "There is no filter {name}; it was taken for words. Filters are {}.",
            keys(own_lists).join(", ")
        ));
    };
    if key == Key::Price {
        return price(value).map(Asks::Price);
    }
    let name = name.to_lowercase();
    let values = values(value);
    if values.is_empty() {
        return Err(format!("Say which {name}, such as {name}:{}.", example(&name)));
    }
    match key {
        Key::Claim(kind) => Ok(Asks::Claim(kind, values)),
        Key::Fact(fact) => {
            let known = fact.values().unwrap_or_default();
            let unknown = values.iter().find(|value| !known.is_empty() && !known.contains(&value.as_str()));
            match unknown {
                Some(unknown) => Err(format!("{name}: knows no {unknown}; it knows {}.", known.join(", "))),
                None => Ok(Asks::Fact(fact, values)),
            }
        }
        Key::Price => price(value).map(Asks::Price),
    }
}

fn example(key: &str) -> &'static str {
    match key {
        "type" => "mug",
        "material" => "leather",
        "pattern" => "striped",
        "brand" => "\"best brand\"",
        "category" => "kitchen",
        "folder" => "summer",
        "has" => "price",
        "is" => "described",
        "problem" => "blurred",
        _ => "navy",
    }
}

/// The values behind a colon: between commas, with or without quotes; folded.
fn values(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut value = String::new();
    let mut is_quoted = false;
    for c in text.chars() {
        if is_quote(c) {
            is_quoted = !is_quoted;
        } else if c == ',' && !is_quoted {
            values.push(std::mem::take(&mut value));
        } else {
            value.push(c);
        }
    }
    values.push(value);
    values.into_iter().map(|value| words::fold(&value)).filter(|value| !value.is_empty()).collect()
}

/// `10..50`, `10..`, `..50`, `>10`, `<50`, `20`.
pub(super) fn price(text: &str) -> Result<RangeInclusive<f64>, String> {
    let wrong = || "Write a price as price:10..50, price:10.., price:..50 or price:20.".to_owned();
    let plain: String = text.chars().filter(|c| !is_quote(*c)).collect();
    let number = |text: &str| {
        let text = text.trim();
        // Something that is no number would be passed over by the reader of prices.
        let is_number = text.chars().all(|c| c.is_ascii_digit() || ".,'€$£ ".contains(c));
        words::number(text).filter(|_| is_number).ok_or_else(wrong)
    };
    let (from, to) = if let Some((from, to)) = plain.split_once("..").or_else(|| plain.split_once('…')) {
        (from.trim().to_owned(), to.trim().to_owned())
    } else if let Some(from) = plain.strip_prefix(['>', '≥']) {
        (from.trim_start_matches('=').to_owned(), String::new())
    } else if let Some(to) = plain.strip_prefix(['<', '≤']) {
        (String::new(), to.trim_start_matches('=').to_owned())
    } else {
        (plain.clone(), plain)
    };
    if from.is_empty() && to.is_empty() {
        return Err(wrong());
    }
    let from = if from.is_empty() { 0.0 } else { number(&from)? };
    let to = if to.is_empty() { f64::MAX } else { number(&to)? };
    if from > to {
        return Err(format!("No price is at least {from} and at most {to}."));
    }
    Ok(from..=to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Typed {
        parse(text, &["shelf".to_owned()])
    }

    fn claim(kind: AttributeKind, values: &[&str]) -> Asks {
        Asks::Claim(kind, values.iter().map(|value| (*value).to_owned()).collect())
    }

    fn fact(name: FactName, values: &[&str]) -> Asks {
        Asks::Fact(name, values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn words_phrases_and_weights_rank() {
        let check = |text: &str, expected: &[(&str, bool, f32)]| {
            let typed = read(text);
            let found: Vec<(&str, bool, f32)> =
                typed.wanted.iter().map(|one| (one.text.as_str(), one.is_phrase, one.weight)).collect();
            assert_eq!(found, expected, "{text}");
            assert_eq!(typed.problems, [], "{text}");
        };
        check("blue mug", &[("blue", false, 1.0), ("mug", false, 1.0)]);
        check("\"blue mug\" leather^2", &[("blue mug", true, 1.0), ("leather", false, 2.0)]);
        check("„Tasse blau“ rot^0,5", &[("Tasse blau", true, 1.0), ("rot", false, 0.5)]);
        check("t-shirt mug's 50%", &[("t-shirt", false, 1.0), ("mug's", false, 1.0), ("50%", false, 1.0)]);
        check("\"open phrase", &[("open phrase", true, 1.0)]);
        check(" - -- ^ * ( ) AND' \u{0}\u{7}", &[("AND'", false, 1.0)]);
        check("mug^", &[("mug", false, 1.0)]);
        check("\" ^ (", &[]);
        check("", &[]);
    }

    #[test]
    fn what_is_unwanted_is_left_out() {
        let typed = read("mug -striped -\"two tone\" −floral");
        assert_eq!(typed.unwanted, ["striped", "two tone", "floral"]);
        assert_eq!(typed.wanted.len(), 1);
    }

    #[test]
    fn filters_are_read() {
        let check = |text: &str, asks: Asks, is_not: bool| {
            let typed = read(text);
            assert_eq!(typed.problems, [], "{text}");
            assert!(typed.wanted.is_empty(), "{text}");
            let [filter] = typed.filters.as_slice() else { panic!("{text}: {typed:?}") };
            assert_eq!((&filter.asks, filter.is_not), (&asks, is_not), "{text}");
            assert_eq!(filter.place, Some((0, text.len())), "{text}");
        };
        check("colour:navy", claim(AttributeKind::Colour, &["navy"]), false);
        check("COLOR:Navy,\"Light Blue\"", claim(AttributeKind::Colour, &["navy", "light blue"]), false);
        check("-type:t-shirt", claim(AttributeKind::Type, &["t shirt"]), true);
        check("shelf:left", claim(AttributeKind::Own("shelf".into()), &["left"]), false);
        check("folder:summer", fact(FactName::Folder, &["summer"]), false);
        check("brand:\"Crème & Co\"", fact(FactName::Brand, &["creme co"]), false);
        check("has:price,flag", fact(FactName::Has, &["price", "flag"]), false);
        check("price:10..50", Asks::Price(10.0..=50.0), false);
        check("price:>9,50", Asks::Price(9.5..=f64::MAX), false);
        check("price:..1.299,00€", Asks::Price(0.0..=1299.0), false);
        check("price:20", Asks::Price(20.0..=20.0), false);
    }

    #[test]
    fn a_problem_points_to_its_place() {
        let check = |text: &str, place: (usize, usize), says: &str, n_wanted: usize| {
            let typed = read(text);
            let [problem] = typed.problems.as_slice() else { panic!("{text}: {typed:?}") };
            assert_eq!((problem.start, problem.end), place, "{text}");
            assert!(problem.message.contains(says), "{text}: {}", problem.message);
            assert_eq!(typed.wanted.len(), n_wanted, "{text}");
        };
        check("mug colour:", (4, 11), "colour:navy", 1);
        check("size:10 mug", (0, 7), "no filter size", 2);
        check("mug price:cheap", (4, 15), "price:10..50", 1);
        check("price:50..10", (0, 12), "at least 50", 0);
        check("is:lovely", (0, 9), "described", 0);
        check("mug^99", (0, 6), "0 to 10", 1);
        check(&"ä".repeat(5_000), (2_000, 10_000), "left out", 1);
    }
}
