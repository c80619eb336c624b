//! Title, text and alternative text from a sentence and claims.
//!
//! The texts say what is surer than even; everything else stays a claim with its confidence. What
//! the caption said already is not said again.

use super::{
    Attribute, AttributeKind, Description, Evidence, MAX_ALT_TEXT, MAX_TITLE,
    wording::{as_sentence, capitalised, contains_phrase, cut, product_phrase},
};
use crate::{colour::ProductColour, photo::Unrecognisable};

/// Claims from here on are said.
const SAID: f32 = 0.5;
/// Words of patterns that are no news.
const PLAIN: &[&str] = &["plain", "solid", "solid colour", "no pattern"];

/// Puts the parts together. `sentence` is a publishable caption.
pub(super) fn compose(
    sentence: Option<&str>,
    attributes: Vec<Attribute>,
    colours: Vec<ProductColour>,
) -> Description {
    let product = product_words(sentence, &attributes);
    let title = cut(&capitalised(&product), MAX_TITLE);
    let first = sentence.map_or_else(|| with_article(&product), str::to_owned);
    let more = details(&first, &attributes);
    let text = if more.is_empty() { as_sentence(&first) } else { format!("{} {more}", as_sentence(&first)) };
    let setting = said(&attributes, &AttributeKind::Setting).map(|claim| claim.value.as_str());
    let seen = match setting {
        Some(setting) if sentence.is_none() => format!("{first} {setting}"),
        _ => first,
    };
    Description { title, text, alt_text: cut(&capitalised(&seen), MAX_ALT_TEXT), attributes, colours }
}

/// Of a picture on which no product can be seen: no claim, and what it looks like.
pub(super) fn nothing(unrecognisable: Unrecognisable, colours: Vec<ProductColour>) -> Description {
    let alt_text = match unrecognisable {
        Unrecognisable::Blank => "An empty picture",
        Unrecognisable::Noise => "Noise",
        Unrecognisable::Page => "A page of text",
        Unrecognisable::Screen => "A picture of a screen",
    };
    Description {
        title: "Nothing recognisable".to_owned(),
        text: unrecognisable.sentence(),
        alt_text: alt_text.to_owned(),
        attributes: Vec::new(),
        colours,
    }
}

/// "Blue striped ceramic coffee mug": the type with what is sure of it, or the caption's own words
/// where the type is a guess.
fn product_words(sentence: Option<&str>, attributes: &[Attribute]) -> String {
    let phrase = sentence.map(product_phrase).filter(|phrase| !phrase.is_empty());
    let of_type = attributes.iter().find(|claim| claim.kind == AttributeKind::Type);
    let base = match (of_type, phrase) {
        // The caption's phrase holds the type, and often more: "women's red dress".
        (Some(claim), Some(phrase)) if contains_phrase(&phrase, &claim.value) => phrase,
        (Some(claim), _) if claim.confidence >= SAID => claim.value.clone(),
        (_, Some(phrase)) => phrase,
        (Some(claim), None) => claim.value.clone(),
        (None, None) => "product".to_owned(),
    };
    let mut words = Vec::new();
    for kind in [AttributeKind::Colour, AttributeKind::Pattern, AttributeKind::Material] {
        if let Some(claim) = said(attributes, &kind)
            && !PLAIN.contains(&claim.value.as_str())
            && !says(&base, claim)
            && !(kind == AttributeKind::Colour && has_colour(&base))
        {
            words.push(claim.value.as_str());
        }
    }
    words.push(&base);
    words.join(" ")
}

/// A sentence on what the first one left out.
fn details(first: &str, attributes: &[Attribute]) -> String {
    let news = |kind: AttributeKind| {
        said(attributes, &kind).filter(|claim| !says(first, claim)).map(|claim| &claim.value)
    };
    let mut parts = Vec::new();
    if let Some(material) = news(AttributeKind::Material) {
        parts.push(format!("made of {material}"));
    }
    if let Some(finish) = news(AttributeKind::Finish) {
        parts.push(format!("with {} finish", with_article(finish)));
    }
    let mut sentences = Vec::new();
    if !parts.is_empty() {
        sentences.push(as_sentence(&parts.join(" ")));
    }
    if let Some(pattern) = news(AttributeKind::Pattern).filter(|pattern| !PLAIN.contains(&pattern.as_str())) {
        sentences.push(as_sentence(&format!("the pattern is {pattern}")));
    }
    // Said by the models and the pixels both, or measured; a colour in dispute is not said.
    let colours: Vec<&str> = attributes
        .iter()
        .filter(|claim| claim.kind == AttributeKind::Colour && claim.confidence >= SAID)
        .filter(|claim| claim.evidence != Evidence::Disputed)
        .map(|claim| claim.value.as_str())
        .collect();
    if !has_colour(first) && !colours.is_empty() {
        sentences.push(as_sentence(&format!("its colour is {}", colours.join(" and "))));
    }
    sentences.join(" ")
}

fn said<'a>(attributes: &'a [Attribute], kind: &AttributeKind) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|claim| &claim.kind == kind && claim.confidence >= SAID && claim.evidence != Evidence::Disputed)
}

fn says(text: &str, claim: &Attribute) -> bool {
    contains_phrase(text, &claim.value)
}

fn has_colour(text: &str) -> bool {
    text.split(' ').any(|word| crate::colour::BasicColour::of_word(super::wording::bare(word)).is_some())
}

/// "a mug", "an apron", "ankle boots".
fn with_article(words: &str) -> String {
    let last = words.rsplit(' ').next().unwrap_or_default();
    if last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("us") {
        return words.to_owned();
    }
    let is_vowel = words.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {words}", if is_vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(kind: AttributeKind, value: &str, confidence: f32) -> Attribute {
        Attribute { kind, value: value.to_owned(), confidence, evidence: Evidence::Models }
    }

    fn check(sentence: Option<&str>, attributes: Vec<Attribute>, expected: [&str; 3]) {
        let found = compose(sentence, attributes, Vec::new());
        assert_eq!([found.title.as_str(), found.text.as_str(), found.alt_text.as_str()], expected);
    }

    #[test]
    fn what_is_sure_is_said_once() {
        use AttributeKind as K;
        check(
            Some("a blue striped mug on a table"),
            vec![
                claim(K::Type, "mug", 0.8),
                claim(K::Colour, "blue", 0.9),
                claim(K::Material, "ceramic", 0.7),
            ],
            [
                "Ceramic blue striped mug",
                "A blue striped mug on a table. Made of ceramic.",
                "A blue striped mug on a table",
            ],
        );
        check(
            None,
            vec![
                claim(K::Type, "ankle boots", 0.6),
                claim(K::Colour, "brown", 0.9),
                claim(K::Material, "suede", 0.6),
                claim(K::Setting, "on a white background", 0.7),
            ],
            [
                "Brown suede ankle boots",
                "Brown suede ankle boots.",
                "Brown suede ankle boots on a white background",
            ],
        );
    }

    #[test]
    fn guesses_are_not_said() {
        use AttributeKind as K;
        check(
            Some("a wooden chair"),
            vec![
                claim(K::Type, "violin", 0.1),
                claim(K::Material, "steel", 0.4),
                claim(K::Pattern, "plain", 0.9),
            ],
            ["Wooden chair", "A wooden chair.", "A wooden chair"],
        );
        let mut disputed = claim(K::Colour, "red", 0.6);
        disputed.evidence = Evidence::Disputed;
        check(Some("a chair"), vec![disputed], ["Chair", "A chair.", "A chair"]);
        check(None, vec![], ["Product", "A product.", "A product"]);
    }

    #[test]
    fn texts_keep_their_lengths() {
        let long = format!("a {} mug", "very ".repeat(60).trim_end());
        let found = compose(Some(&long), vec![], vec![]);
        assert!(found.title.chars().count() <= MAX_TITLE && found.alt_text.chars().count() <= MAX_ALT_TEXT);
    }
}
