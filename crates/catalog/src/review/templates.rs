//! Rules by which what the shop knows and what the models see become a title, a text and an alternative text.
//!
//! A rule is text with slots: `{brand}` stands for what the shop says of the brand. What stands in square brackets
//! is left out where one of its slots is empty, or where all of them were said before. `[if size=XL: ...]`,
//! `[if brand: ...]` and `[unless brand: ...]` ask first. A sign that would mean something else has a backslash
//! before it. Each category of the shop can have rules of its own.

use std::ops::Range;

use super::{ReviewText, TextPart, WordOrigin};
use crate::{describe::contains_phrase, words};

/// The longest rule, in characters.
const MAX_RULE: usize = 2_000;
/// Brackets within brackets.
const MAX_DEPTH: usize = 8;

/// Slots beside the names of the shop's fields.
const OTHER_SLOTS: &[&str] = &[
    "type",
    "shop.colour",
    "shop.material",
    "shop.pattern",
    "seen.title",
    "seen.sentence",
    "seen.text",
    "seen.alt",
    "seen.type",
    "seen.colour",
    "seen.material",
    "seen.pattern",
];

/// The rules of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The category of the shop; empty for every other product.
    pub category: String,
    /// The title's rule.
    pub title: String,
    /// The text's.
    pub text: String,
    /// The alternative text's.
    pub alt_text: String,
}

impl Default for Template {
    fn default() -> Self {
        Self {
            category: String::new(),
            title: "[if title: {title}][unless title: [{brand} ]{seen.title}]".to_owned(),
            text: "{seen.sentence}[ By {brand}.][ Made of {material}.][ The pattern is {shop.pattern}.]\
                   [ Size {size}.][ For {gender}.]"
                .to_owned(),
            alt_text: "[if alt_text: {alt_text}][unless alt_text: {seen.alt}]".to_owned(),
        }
    }
}

impl Template {
    fn rule(&self, part: TextPart) -> &str {
        match part {
            TextPart::Title => &self.title,
            TextPart::Text => &self.text,
            TextPart::AltText => &self.alt_text,
        }
    }

    /// Whether its rules can be followed.
    ///
    /// # Errors
    /// [`TemplateProblem`]: the first that cannot.
    pub fn check(&self) -> Result<(), TemplateProblem> {
        for part in TextPart::ALL {
            parse(self.rule(part)).map_err(|(at, message)| TemplateProblem { part, at, message })?;
        }
        Ok(())
    }

    /// Follows the rules; `slot` knows what stands for what, and whose words those are.
    pub(super) fn fill(
        &self,
        slot: &dyn Fn(&str) -> Option<(String, WordOrigin)>,
    ) -> (ReviewText, Vec<super::OriginSpan>) {
        let mut origins = Vec::new();
        let mut filled = |part: TextPart| {
            // A rule that was checked when it was kept; of one that is damaged the shop's own words are kept.
            let nodes = parse(self.rule(part)).unwrap_or_default();
            let mut writer = Writer { text: String::new(), spans: Vec::new(), slot };
            writer.nodes(&nodes);
            let (text, spans) = writer.finished();
            origins.extend(spans.into_iter().map(|(place, origin)| super::OriginSpan {
                part,
                place,
                origin,
            }));
            text
        };
        let text = ReviewText {
            title: filled(TextPart::Title),
            text: filled(TextPart::Text),
            alt_text: filled(TextPart::AltText),
        };
        (text, origins)
    }
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateProblem {
    /// Of which part.
    pub part: TextPart,
    /// At which character, from 0.
    pub at: usize,
    /// What to do about it.
    pub message: String,
}

/// The rules of all categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    all: Vec<Template>,
}

impl Templates {
    /// With these; where none is for every product, the one that ships is.
    pub fn new(mut all: Vec<Template>) -> Self {
        if !all.iter().any(|template| template.category.is_empty()) {
            all.insert(0, Template::default());
        }
        Self { all }
    }

    /// All of them, the one for every product first.
    pub fn all(&self) -> &[Template] {
        &self.all
    }

    /// The rules for a product of this category: of "Clothing > Shoes" those of the whole, else those of its last
    /// part that has some, else those for every product.
    pub fn of(&self, category: Option<&str>) -> &Template {
        let named = |name: &str| {
            let name = words::fold(name);
            self.all.iter().find(|template| !name.is_empty() && words::fold(&template.category) == name)
        };
        let category = category.unwrap_or_default();
        let parts = category.split(['>', '/', '|']).rev().filter_map(named).next();
        let of_all = || self.all.iter().find(|template| template.category.is_empty());
        named(category).or(parts).or_else(of_all).unwrap_or(&self.all[0])
    }
}

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

type Wrong = (usize, String);

fn parse(rule: &str) -> Result<Vec<Node>, Wrong> {
    let letters: Vec<char> = rule.chars().collect();
    if letters.len() > MAX_RULE {
        return Err((MAX_RULE, format!("A rule has at most {MAX_RULE} characters.")));
    }
    let mut at = 0;
    let nodes = sequence(&letters, &mut at, 0)?;
    if at < letters.len() {
        return Err((at, "This ] closes nothing. Write \\] where you mean the sign.".to_owned()));
    }
    Ok(nodes)
}

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
                let end = end.ok_or((start, "This { is not closed. Add } behind the name.".to_owned()))?;
                nodes.push(Node::Slot(slot_name(&letters[start + 1..end], start)?));
                *at = end + 1;
            }
            '[' => {
                flush(&mut text, &mut nodes);
                let start = *at;
                if depth >= MAX_DEPTH {
                    return Err((start, "There are too many brackets within brackets.".to_owned()));
                }
                *at += 1;
                let condition = condition(letters, at)?;
                let inner = sequence(letters, at, depth + 1)?;
                if letters.get(*at) != Some(&']') {
                    return Err((start, "This [ is not closed. Add ] where the part ends.".to_owned()));
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
    let is_known =
        crate::store::FieldName::from_name(&name).is_some() || OTHER_SLOTS.contains(&name.as_str());
    if is_known {
        return Ok(name);
    }
    let fields = crate::store::FieldName::ALL.map(crate::store::FieldName::name).join(", ");
    Err((at, format!("Nothing is called {{{name}}}. There are {fields}, {}.", OTHER_SLOTS.join(", "))))
}

/// "if size=XL: " or "unless brand: " at the beginning of brackets.
fn condition(letters: &[char], at: &mut usize) -> Result<Option<Condition>, Wrong> {
    let rest: String = letters[*at..].iter().take(200).collect();
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
    slot: &'a dyn Fn(&str) -> Option<(String, WordOrigin)>,
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

    fn fill(rule: &str, slots: &[(&str, &str)]) -> String {
        let template = Template { title: rule.to_owned(), ..Template::default() };
        template.check().unwrap();
        let slot = |name: &str| {
            let found = slots.iter().find(|(slot, _)| *slot == name);
            found.map(|(_, value)| ((*value).to_owned(), WordOrigin::Shop))
        };
        template.fill(&slot).0.title
    }

    #[test]
    fn rules_are_followed() {
        let check = |rule: &str, slots: &[(&str, &str)], expected: &str| {
            assert_eq!(fill(rule, slots), expected, "{rule}");
        };
        let mug = [("brand", "Poppy"), ("seen.title", "blue mug"), ("size", "XL")];
        check("{brand} {seen.title}", &mug, "Poppy blue mug");
        check("{seen.title}[, size {size}]", &mug, "Blue mug, size XL");
        check("{seen.title}[, made of {material}]", &mug, "Blue mug");
        check("[if size=xl: large ]{seen.title}", &mug, "Large blue mug");
        check("[if size=S: small ]{seen.title}", &mug, "Blue mug");
        check("[unless material: {seen.title}]", &mug, "Blue mug");
        check("{seen.title} \\[new\\]", &mug, "Blue mug [new]");
        // What was said is not said again.
        check("{seen.title}[, {colour}]", &[("seen.title", "blue mug"), ("colour", "Blue")], "Blue mug");
        check("", &mug, "");
    }

    #[test]
    fn a_rule_that_cannot_be_followed_says_where_and_why() {
        let check = |rule: &str, at: usize, expected: &str| {
            let template = Template { text: rule.to_owned(), ..Template::default() };
            let problem = template.check().unwrap_err();
            assert_eq!((problem.part, problem.at), (TextPart::Text, at), "{rule}");
            assert!(problem.message.contains(expected), "{}", problem.message);
        };
        check("a {brnd}", 2, "Nothing is called {brnd}");
        check("a {brand", 2, "not closed");
        check("a [b", 2, "not closed");
        check("a b]", 3, "closes nothing");
        check(&"[".repeat(20), 8, "too many brackets");
        check(&"x".repeat(3_000), MAX_RULE, "at most");
    }

    #[test]
    fn words_keep_their_origin() {
        let template = Template { title: " {brand} mug".to_owned(), ..Template::default() };
        let slot = |name: &str| (name == "brand").then(|| ("éclat".to_owned(), WordOrigin::Shop));
        let (text, origins) = template.fill(&slot);
        let of_title: Vec<(&str, WordOrigin)> = origins
            .iter()
            .filter(|span| span.part == TextPart::Title)
            .map(|span| (&text.title[span.place.clone()], span.origin))
            .collect();
        assert_eq!(of_title, [("Éclat", WordOrigin::Shop), (" mug", WordOrigin::Template)]);
    }

    #[test]
    fn a_category_has_rules_of_its_own() {
        let shoes =
            Template { category: "Shoes".to_owned(), title: "shoe".to_owned(), ..Template::default() };
        let templates = Templates::new(vec![shoes]);
        let check = |category: Option<&str>, expected: &str| {
            assert_eq!(templates.of(category).category, expected, "{category:?}");
        };
        check(Some("shoes"), "Shoes");
        check(Some("Clothing > Shoes"), "Shoes");
        check(Some("Shoes > Boots"), "Shoes");
        check(Some("Hats"), "");
        check(None, "");
    }
}
