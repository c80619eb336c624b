//! The language of rules: text with slots.
//!
//! `{brand}` stands for what the shop says of the brand. What stands in square brackets is left out where one of its
//! slots is empty, or where all of them were said before. `[if size=XL: ...]`, `[if brand: ...]` and
//! `[unless brand: ...]` ask first. A sign that would mean something else has a backslash before it.

use std::ops::Range;

use super::{WordOrigin, slots::SLOTS};
use crate::{describe::contains_phrase, words};

/// The longest rule, in characters.
const MAX_RULE: usize = 2_000;
/// Brackets within brackets.
const MAX_DEPTH: usize = 8;
/// Conditions are looked for in so many characters.
const MAX_CONDITION: usize = 200;

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Words(String),
    Slot(String),
    Group(Option<Condition>, Vec<Node>),
}

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    slot: String,
    value: Option<String>,
    is_met_without: bool,
}

/// At which character, from 0, a rule is wrong, and what to do about it.
pub(super) type Wrong = (usize, String);

/// A rule that can be followed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rule(Vec<Node>);

impl Rule {
    pub(super) fn parse(rule: &str) -> Result<Self, Wrong> {
        let letters: Vec<char> = rule.chars().collect();
        if letters.len() > MAX_RULE {
            let message = format!("A rule may have {MAX_RULE} characters. Shorten it.");
            return Err((MAX_RULE, message));
        }
        let mut at = 0;
        let nodes = sequence(&letters, &mut at, 0)?;
        if at < letters.len() {
            let message = "No bracket is open that this ] could close. For the sign itself write \\].";
            return Err((at, message.to_owned()));
        }
        Ok(Self(nodes))
    }

    /// The words, and who is behind which of their bytes; `slot` knows what stands for what, and whose words those
    /// are.
    pub(super) fn follow(&self, slot: &SlotValues<'_>) -> (String, Vec<(Range<usize>, WordOrigin)>) {
        let mut writer = Writer { text: String::new(), spans: Vec::new(), slot };
        writer.nodes(&self.0);
        writer.finished()
    }
}

/// What stands for a slot, and whose words those are; nothing where nobody says anything.
pub(super) type SlotValues<'a> = dyn Fn(&str) -> Option<(String, WordOrigin)> + 'a;

fn sequence(letters: &[char], at: &mut usize, depth: usize) -> Result<Vec<Node>, Wrong> {
    let mut nodes = Vec::new();
    let mut text = String::new();
    let flush = |text: &mut String, nodes: &mut Vec<Node>| {
        if !text.is_empty() {
            nodes.push(Node::Words(std::mem::take(text)));
        }
    };
    while let Some(&letter) = letters.get(*at) {
        match letter {
            '\\' => {
                *at += 1;
                text.extend(letters.get(*at));
                *at += 1;
            }
            '{' => {
                flush(&mut text, &mut nodes);
                let start = *at;
                let end = letters[start..].iter().position(|&c| c == '}').map(|n| start + n);
                let end = end.ok_or((start, "This { stays open. Put } after the name.".to_owned()))?;
                nodes.push(Node::Slot(slot_name(&letters[start + 1..end], start)?));
                *at = end + 1;
            }
            '[' => {
                flush(&mut text, &mut nodes);
                let start = *at;
                if depth >= MAX_DEPTH {
                    return Err((start, "These brackets lie too deep in others.".to_owned()));
                }
                *at += 1;
                let condition = condition(letters, at)?;
                let inner = sequence(letters, at, depth + 1)?;
                if letters.get(*at) != Some(&']') {
                    return Err((start, "This [ stays open. Put ] where its part ends.".to_owned()));
                }
                *at += 1;
                nodes.push(Node::Group(condition, inner));
            }
            ']' => break,
            other => {
                text.push(other);
                *at += 1;
            }
        }
    }
    flush(&mut text, &mut nodes);
    Ok(nodes)
}

fn slot_name(letters: &[char], at: usize) -> Result<String, Wrong> {
    let name: String = letters.iter().collect::<String>().trim().to_lowercase();
    if SLOTS.iter().any(|slot| slot.name == name) {
        return Ok(name);
    }
    Err((at, format!("There is no {{{name}}}. “How rules are written” has the names.")))
}

/// "if size=XL: " or "unless brand: " at the beginning of brackets.
fn condition(letters: &[char], at: &mut usize) -> Result<Option<Condition>, Wrong> {
    let rest: String = letters[*at..].iter().take(MAX_CONDITION).collect();
    let (is_met_without, after) = match (rest.strip_prefix("if "), rest.strip_prefix("unless ")) {
        (Some(after), _) => (false, after),
        (_, Some(after)) => (true, after),
        _ => return Ok(None),
    };
    let start = *at;
    let Some((asked, _)) = after.split_once(':').filter(|(asked, _)| !asked.contains(['[', ']', '{'])) else {
        return Ok(None);
    };
    let skipped = rest.chars().count() - after.chars().count() + asked.chars().count() + 1;
    *at += skipped;
    // One space behind the colon is for people.
    if letters.get(*at) == Some(&' ') {
        *at += 1;
    }
    let (slot, value) = match asked.split_once('=') {
        Some((slot, value)) => (slot, Some(value.trim().to_owned())),
        None => (asked, None),
    };
    let slot: Vec<char> = slot.chars().collect();
    Ok(Some(Condition { slot: slot_name(&slot, start)?, value, is_met_without }))
}

struct Writer<'a> {
    text: String,
    spans: Vec<(Range<usize>, WordOrigin)>,
    slot: &'a SlotValues<'a>,
}

impl Writer<'_> {
    fn value(&self, slot: &str) -> Option<(String, WordOrigin)> {
        (self.slot)(slot).filter(|(value, _)| !value.trim().is_empty())
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Words(words) => self.write(words, WordOrigin::Template),
                Node::Slot(slot) => {
                    if let Some((value, origin)) = self.value(slot) {
                        self.write(value.trim(), origin);
                    }
                }
                Node::Group(condition, inner) => {
                    let is_met = condition.as_ref().is_none_or(|condition| self.is_met(condition));
                    if is_met && (condition.is_some() || self.has_news(inner)) {
                        self.nodes(inner);
                    }
                }
            }
        }
    }

    fn is_met(&self, condition: &Condition) -> bool {
        let value = self.value(&condition.slot).map(|(value, _)| words::fold(&value));
        let is_there = match &condition.value {
            Some(wanted) => value.as_deref() == Some(words::fold(wanted).as_str()),
            None => value.is_some(),
        };
        is_there != condition.is_met_without
    }

    /// Whether every slot of a part has something, and one of them something new.
    fn has_news(&self, nodes: &[Node]) -> bool {
        let mut slots = nodes.iter().filter_map(|node| match node {
            Node::Slot(slot) => Some(self.value(slot).map(|(value, _)| value)),
            _ => None,
        });
        let Some(first) = slots.next() else { return true };
        let said = self.text.to_lowercase();
        let mut is_new = false;
        for value in std::iter::once(first).chain(slots) {
            let Some(value) = value else { return false };
            is_new |= !contains_phrase(&said, &value.to_lowercase());
        }
        is_new
    }

    fn write(&mut self, words: &str, origin: WordOrigin) {
        let start = self.text.len();
        self.text.push_str(words);
        if let Some((place, last)) = self.spans.last_mut()
            && *last == origin
            && place.end == start
        {
            place.end = self.text.len();
            return;
        }
        if start < self.text.len() {
            self.spans.push((start..self.text.len(), origin));
        }
    }

    /// Without spaces at both ends, and the first letter a capital one.
    fn finished(self) -> (String, Vec<(Range<usize>, WordOrigin)>) {
        let n_before = self.text.len() - self.text.trim_start().len();
        let trimmed = self.text.trim();
        let mut letters = trimmed.chars();
        let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
        let grown = first.len() as i64 - (trimmed.len() - letters.as_str().len()) as i64;
        let text = format!("{first}{}", letters.as_str());
        let moved = |at: usize| {
            let at = at.saturating_sub(n_before);
            let at = if at == 0 { 0 } else { (at as i64 + grown).max(0) as usize };
            at.min(text.len())
        };
        let spans =
            self.spans.into_iter().map(|(place, origin)| (moved(place.start)..moved(place.end), origin));
        let spans = spans.filter(|(place, _)| !place.is_empty()).collect();
        (text, spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(rule: &str, slots: &[(&str, &str)]) -> String {
        let slot = |name: &str| {
            let found = slots.iter().find(|(slot, _)| *slot == name);
            found.map(|(_, value)| ((*value).to_owned(), WordOrigin::Shop))
        };
        Rule::parse(rule).unwrap().follow(&slot).0
    }

    #[test]
    fn rules_are_followed() {
        let check = |rule: &str, slots: &[(&str, &str)], expected: &str| {
            assert_eq!(follow(rule, slots), expected, "{rule}");
        };
        let mug = [("brand", "Poppy"), ("seen.title", "blue mug"), ("size", "XL")];
        check("{brand} {seen.title}", &mug, "Poppy blue mug");
        check("{seen.title}[, size {size}]", &mug, "Blue mug, size XL");
        check("{seen.title}[, made of {material}]", &mug, "Blue mug");
        check("[if size=xl: large ]{seen.title}", &mug, "Large blue mug");
        check("[if size=S: small ]{seen.title}", &mug, "Blue mug");
        check("[unless material: {seen.title}]", &mug, "Blue mug");
        check("[if brand: By {brand}[, {material}].]", &mug, "By Poppy.");
        check("[if nothing is asked] stays", &mug, "If nothing is asked stays");
        check("{seen.title} \\[new\\]", &mug, "Blue mug [new]");
        check(" { BRAND } ", &mug, "Poppy");
        check("", &mug, "");
        // What was said is not said again.
        check("{seen.title}[, {colour}]", &[("seen.title", "blue mug"), ("colour", "Blue")], "Blue mug");
        check("{seen.title}[, {size}]", &[("seen.title", "size 40 mug"), ("size", "4")], "Size 40 mug, 4");
    }

    #[test]
    fn a_rule_that_cannot_be_followed_says_where_and_why() {
        let check = |rule: &str, at: usize, expected: &str| {
            let (found, message) = Rule::parse(rule).unwrap_err();
            assert_eq!(found, at, "{rule}");
            assert!(message.contains(expected), "{message}");
        };
        check("a {brnd}", 2, "no {brnd}");
        check("[if brnd: x]", 1, "no {brnd}");
        check("\u{1f600} {brnd}", 2, "no {brnd}");
        check("a {brand", 2, "stays open");
        check("a [b", 2, "stays open");
        check("a b]", 3, "No bracket is open");
        check(&"[".repeat(20), 8, "too deep");
        check(&"x".repeat(3_000), MAX_RULE, "Shorten");
    }
}
