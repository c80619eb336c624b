//! A description that says what the shop knows, and of what the models see nothing that speaks against it.

use std::ops::Range;

use super::{ClaimKind, Finder, OriginSpan, ReviewText, Template, WordOrigin, finding::is_foil};
use crate::{
    describe::{AttributeKind, Description},
    store::{Field, FieldName, Origin},
};

/// From here on a claim of the models is said.
const SAID: f32 = 0.5;

/// Kinds of which the shop's word stands against the models'.
const TOLD: [AttributeKind; 4] =
    [AttributeKind::Type, AttributeKind::Colour, AttributeKind::Material, AttributeKind::Pattern];

/// What the shop itself claims, by kind.
pub(super) fn told_by_shop(fields: &[Field], finder: &Finder, kind: &AttributeKind) -> Vec<String> {
    let of = |name: FieldName| fields.iter().find(|field| field.name == name);
    let own = match kind {
        AttributeKind::Colour => Some(FieldName::Colour),
        AttributeKind::Material => Some(FieldName::Material),
        AttributeKind::Pattern => Some(FieldName::Pattern),
        _ => None,
    };
    // A field of its own goes before words of a title.
    if let Some(field) = own.and_then(of) {
        return finder.find_of(&field.value, kind);
    }
    let title = of(FieldName::Title).into_iter().flat_map(|field| finder.find(&field.value));
    title
        .filter(|found| found.claim.kind == ClaimKind::Attribute(kind.clone()))
        .map(|found| found.claim.value)
        .collect()
}

/// Puts a description together by a template. `written` is what the models wrote of the photo that stands for the
/// product.
pub(super) fn ground(
    template: &Template,
    fields: &[Field],
    written: Option<&Description>,
    finder: &Finder,
) -> (ReviewText, Vec<OriginSpan>) {
    let seen = written.map(|written| Seen::new(written, fields, finder));
    let said = |name: FieldName| {
        let field = fields.iter().find(|field| field.name == name)?;
        let origin = match field.origin {
            Origin::Person => WordOrigin::Person,
            Origin::List => WordOrigin::Shop,
            Origin::Model => WordOrigin::Models,
        };
        Some((field.value.clone(), origin))
    };
    let claimed = |kind: AttributeKind| {
        let surest = written?.attributes.iter().find(|claim| claim.kind == kind)?;
        let told = told_by_shop(fields, finder, &kind);
        let is_denied = !told.is_empty() && told.iter().all(|told| is_foil(&kind, told, &surest.value));
        (surest.confidence >= SAID && !is_denied).then(|| (surest.value.clone(), WordOrigin::Models))
    };
    let models = |text: Option<String>| text.map(|text| (text, WordOrigin::Models));
    let slot = |name: &str| match name {
        "type" | "seen.type" => claimed(AttributeKind::Type),
        "seen.colour" => claimed(AttributeKind::Colour),
        "seen.material" => claimed(AttributeKind::Material),
        "seen.pattern" => claimed(AttributeKind::Pattern),
        "seen.title" => models(seen.as_ref().map(|seen| seen.title.clone())),
        "seen.sentence" => models(seen.as_ref().map(|seen| seen.sentence.clone())),
        "seen.text" => models(seen.as_ref().map(|seen| seen.text.clone())),
        "seen.alt" => models(seen.as_ref().map(|seen| seen.alt_text.clone())),
        "shop.colour" => said(FieldName::Colour),
        "shop.material" => said(FieldName::Material),
        "shop.pattern" => said(FieldName::Pattern),
        "colour" => said(FieldName::Colour).or_else(|| claimed(AttributeKind::Colour)),
        "material" => said(FieldName::Material).or_else(|| claimed(AttributeKind::Material)),
        "pattern" => said(FieldName::Pattern).or_else(|| claimed(AttributeKind::Pattern)),
        // "For women": a shop writes "Women" or "female" as a value.
        "gender" => said(FieldName::Gender).map(|(value, origin)| (value.to_lowercase(), origin)),
        other => FieldName::from_name(other).and_then(said),
    };
    template.fill(&slot)
}

/// What the models wrote, without what the shop's own word denies.
struct Seen {
    title: String,
    sentence: String,
    text: String,
    alt_text: String,
}

impl Seen {
    fn new(written: &Description, fields: &[Field], finder: &Finder) -> Self {
        let mended = |text: &str| without_denied(text, fields, finder);
        // The first sentence is what was seen; what follows is put together from claims.
        let end = written.text.find(". ").map_or(written.text.len(), |at| at + 1);
        Self {
            title: mended(&written.title),
            sentence: mended(&written.text[..end]),
            text: mended(&written.text),
            alt_text: mended(&written.alt_text),
        }
    }
}

/// The text without words that the shop's own deny; another type than the shop's gives way to the shop's.
fn without_denied(text: &str, fields: &[Field], finder: &Finder) -> String {
    let mut changes: Vec<(Range<usize>, Option<String>)> = Vec::new();
    let found = finder.find(text);
    for kind in &TOLD {
        let told = told_by_shop(fields, finder, kind);
        if told.is_empty() {
            continue;
        }
        let mut of_kind = found.iter().filter(|found| found.claim.kind == ClaimKind::Attribute(kind.clone()));
        // The first type is the product; what else is named stands beside it.
        let n = if *kind == AttributeKind::Type { 1 } else { usize::MAX };
        for claim in of_kind.by_ref().take(n) {
            if told.iter().all(|told| is_foil(kind, told, &claim.claim.value)) {
                let instead = (*kind == AttributeKind::Type).then(|| told.last().cloned()).flatten();
                changes.push((claim.place.clone(), instead));
            }
        }
    }
    changes.sort_by_key(|(place, _)| place.start);
    let mut mended = String::new();
    let mut from = 0;
    for (place, instead) in changes {
        mended.push_str(&text[from..place.start]);
        mended.push_str(&instead.unwrap_or_default());
        from = place.end;
    }
    if from == 0 {
        return text.to_owned();
    }
    mended.push_str(&text[from..]);
    tidy(&mended)
}

/// Mends what words leave behind that were taken out: spaces, "and" that joins nothing, articles.
fn tidy(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let taken: Vec<&str> = text.split_whitespace().collect();
    // Two spaces in a row are where a word was.
    let gaps: Vec<bool> = {
        let mut gaps = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let after = &rest[end..];
            let n = after.len() - after.trim_start().len();
            gaps.push(n > 1);
            rest = after.trim_start();
        }
        gaps
    };
    let mut was_gap = text.starts_with(' ');
    for (at, word) in taken.iter().enumerate() {
        let joins_nothing = *word == "and" && (was_gap || gaps.get(at).copied().unwrap_or(false));
        let gap_after = gaps.get(at).copied().unwrap_or(false);
        if joins_nothing {
            was_gap = true;
            continue;
        }
        words.push((*word).to_owned());
        was_gap = gap_after;
    }
    for at in 1..words.len() {
        let is_vowel = words[at].starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
        let right = match words[at - 1].as_str() {
            "a" | "an" => Some(if is_vowel { "an" } else { "a" }),
            "A" | "An" => Some(if is_vowel { "An" } else { "A" }),
            _ => None,
        };
        if let Some(right) = right {
            words[at - 1] = right.to_owned();
        }
    }
    let text = words.join(" ").replace(" .", ".").replace(" ,", ",");
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::{Attribute, Evidence, WordLists};

    fn finder() -> Finder {
        Finder::new(&WordLists::read(std::path::Path::new("/nowhere")).unwrap())
    }

    fn field(name: FieldName, value: &str) -> Field {
        Field { name, value: value.to_owned(), origin: Origin::List }
    }

    fn blue_mug() -> Description {
        Description {
            title: "Blue striped mug".to_owned(),
            text: "A blue striped mug on a table. Made of ceramic.".to_owned(),
            alt_text: "A blue striped mug on a table".to_owned(),
            attributes: vec![Attribute {
                kind: AttributeKind::Material,
                value: "ceramic".to_owned(),
                confidence: 0.8,
                evidence: Evidence::Models,
            }],
            colours: Vec::new(),
        }
    }

    fn check(fields: &[Field], expected: [&str; 3]) {
        let (text, _) = ground(&Template::default(), fields, Some(&blue_mug()), &finder());
        assert_eq!([text.title.as_str(), text.text.as_str(), text.alt_text.as_str()], expected, "{fields:?}");
    }

    #[test]
    fn what_the_shop_knows_is_said() {
        check(
            &[],
            [
                "Blue striped mug",
                "A blue striped mug on a table. Made of ceramic.",
                "A blue striped mug on a table",
            ],
        );
        check(
            &[field(FieldName::Brand, "Poppy"), field(FieldName::Material, "Bone china")],
            [
                "Poppy Blue striped mug",
                "A blue striped mug on a table. By Poppy. Made of Bone china.",
                "A blue striped mug on a table",
            ],
        );
        check(
            &[field(FieldName::Title, "Poppy Mug 350 ml")],
            [
                "Poppy Mug 350 ml",
                "A blue striped mug on a table. Made of ceramic.",
                "A blue striped mug on a table",
            ],
        );
    }

    #[test]
    fn what_the_shop_denies_is_not_said() {
        check(
            &[field(FieldName::Colour, "Orange")],
            ["Striped mug", "A striped mug on a table. Made of ceramic.", "A striped mug on a table"],
        );
        // A shade of the same is no contradiction.
        check(
            &[field(FieldName::Colour, "Navy")],
            [
                "Blue striped mug",
                "A blue striped mug on a table. Made of ceramic.",
                "A blue striped mug on a table",
            ],
        );
        check(
            &[field(FieldName::Title, "Poppy Vase")],
            [
                "Poppy Vase",
                "A blue striped vase on a table. Made of ceramic.",
                "A blue striped vase on a table",
            ],
        );
    }
}
