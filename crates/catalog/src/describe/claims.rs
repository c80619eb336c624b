//! Claims about a product, each with how sure it is and what it rests on.
//!
//! CLIP gives each term of a word list a probability among the list's terms. One of them is always the
//! best, also where none fits (no photo need show an occasion), so the probability is multiplied by that
//! of the term against a sentence that says nothing. Types and colours are spared: every product has
//! them. A caption that names
//! the same term is a second witness, so the two add up as independent ones do:
//! `1 - (1 - p)(1 - q)`, where `q` is [`CAPTION_TRUST`] of the probability of the caption's tokens.
//! Colours have a third witness, the pixels: they raise a colour that they show and lower one that
//! they do not.

use std::collections::BTreeMap;

use vitrine_models::AttributeTerms;

use super::{Findings, WordLists, wording};
use crate::colour::{BasicColour, ProductColour};

/// How far a caption's own probability is believed: captions repeat what is frequent. Of the starter
/// pack's held-out photographs 73 % get their right type, at a mean probability of 0.95, which would be
/// 0.77; goods that a pack was not taught get it less often.
const CAPTION_TRUST: f32 = 0.7;
/// Claims less sure than this are not made. A product's type is: something has to be said.
const LEAST: f32 = 0.2;
/// Claims of one kind.
const MOST_OF_A_KIND: usize = 2;
const MOST_COLOURS: usize = 3;
/// A colour with a smaller part of the product backs no claim.
const BACKING_SHARE: f32 = 0.12;
/// What is left of a colour that the pixels do not show.
const DISPUTED: f32 = 0.4;
/// What pixels alone are good for, at a share of the whole product.
const PIXELS_TRUST: f32 = 0.85;

/// What a claim is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeKind {
    /// What the product is.
    Type,
    /// Its colour.
    Colour,
    /// What it is made of.
    Material,
    /// Its pattern.
    Pattern,
    /// Its style.
    Style,
    /// How its surface is finished.
    Finish,
    /// What it would be used for.
    Occasion,
    /// Where it is shown.
    Setting,
    /// From the merchant's own list of this name.
    Own(String),
}

/// Each kind with its name in the store and its word list.
const KINDS: &[(AttributeKind, &str, &str)] = &[
    (AttributeKind::Type, "type", "product_types"),
    (AttributeKind::Colour, "colour", "colours"),
    (AttributeKind::Material, "material", "materials"),
    (AttributeKind::Pattern, "pattern", "patterns"),
    (AttributeKind::Style, "style", "styles"),
    (AttributeKind::Finish, "finish", "finishes"),
    (AttributeKind::Occasion, "occasion", "occasions"),
    (AttributeKind::Setting, "setting", "settings"),
];

impl AttributeKind {
    /// Its name, such as `colour`; `own` for any own list.
    pub fn name(&self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| kind == self).map_or("own", |(_, name, _)| name)
    }

    /// Every kind but those of own lists.
    pub fn built_in() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, ..)| kind.clone())
    }

    /// The own list's name.
    pub fn list(&self) -> Option<&str> {
        match self {
            Self::Own(list) => Some(list),
            _ => None,
        }
    }

    /// The kind of this name; `list` is for own lists.
    pub fn from_name(name: &str, list: &str) -> Self {
        let known = KINDS.iter().find(|(_, other, _)| *other == name);
        known.map_or_else(|| Self::Own(list.to_owned()), |(kind, ..)| kind.clone())
    }

    /// The word list's name.
    pub(crate) fn table(&self) -> &str {
        match self {
            Self::Own(list) => list,
            kind => KINDS.iter().find(|(other, ..)| other == kind).map_or("", |(.., table)| table),
        }
    }

    pub(crate) fn of_table(table: &str) -> Self {
        let known = KINDS.iter().find(|(.., other)| *other == table);
        known.map_or_else(|| Self::Own(table.to_owned()), |(kind, ..)| kind.clone())
    }
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The models.
    Models,
    /// The pixels alone, measured.
    Pixels,
    /// Both.
    Both,
    /// The models, and the pixels say otherwise.
    Disputed,
}

impl Evidence {
    /// Its name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Pixels => "pixels",
            Self::Both => "both",
            Self::Disputed => "disputed",
        }
    }

    /// The evidence of this name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "pixels" => Self::Pixels,
            "both" => Self::Both,
            "disputed" => Self::Disputed,
            _ => Self::Models,
        }
    }
}

/// A claim about a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// What it is about.
    pub kind: AttributeKind,
    /// The claim, such as `navy`.
    pub value: String,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// Who says so.
    pub evidence: Evidence,
}

/// Every claim worth making, by kind, the surest of a kind first. `sureness` is the mean probability
/// of the caption's tokens.
pub(super) fn attributes(
    caption: Option<&str>,
    sureness: f32,
    findings: &Findings,
    lists: &WordLists,
) -> Vec<Attribute> {
    let trust = CAPTION_TRUST * sureness.clamp(0.0, 1.0);
    let mut claims = Vec::new();
    for found in &findings.terms.attributes {
        let kind = AttributeKind::of_table(&found.table);
        let of_kind = match kind {
            AttributeKind::Type => product_type(found, caption, trust, lists),
            AttributeKind::Colour => colours(found, caption, trust, &findings.colours),
            _ => others(&kind, found, caption, trust, findings, lists),
        };
        claims.extend(of_kind);
    }
    if findings.terms.get("colours").is_none() {
        claims.extend(measured(&findings.colours, &[]));
    }
    claims.sort_by(|a, b| a.kind.cmp(&b.kind).then(b.confidence.total_cmp(&a.confidence)));
    claims
}

/// The families of colours that the pixels deny.
pub(super) fn disputed(claims: &[Attribute]) -> Vec<BasicColour> {
    let denied = claims
        .iter()
        .filter(|claim| claim.kind == AttributeKind::Colour && claim.evidence == Evidence::Disputed);
    denied.filter_map(|claim| BasicColour::of_word(&claim.value)).collect()
}

/// Two witnesses that do not know of each other.
fn together(p: f32, q: f32) -> f32 {
    1.0 - (1.0 - p.clamp(0.0, 1.0)) * (1.0 - q.clamp(0.0, 1.0))
}

/// The type, and one more where it is nearly as likely.
fn product_type(
    found: &AttributeTerms,
    caption: Option<&str>,
    trust: f32,
    lists: &WordLists,
) -> Vec<Attribute> {
    let mut sure: BTreeMap<String, f32> = BTreeMap::new();
    for term in &found.terms {
        sure.insert(term.term.clone(), term.probability);
    }
    // What the caption names, which CLIP may not have among its best.
    let phrase = caption.map(wording::product_phrase).unwrap_or_default();
    if let Some(named) = lists.get("product_types").and_then(|types| longest_ending(&phrase, types.terms())) {
        let p = sure.get(&named).copied().unwrap_or(0.0);
        sure.insert(named, together(p, trust));
    }
    let mut claims: Vec<Attribute> = sure
        .into_iter()
        .map(|(value, confidence)| Attribute {
            kind: AttributeKind::Type,
            value,
            confidence,
            evidence: Evidence::Models,
        })
        .collect();
    claims.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut at = 0;
    claims.retain(|claim| {
        at += 1;
        at == 1 || (at == 2 && claim.confidence >= LEAST)
    });
    claims
}

/// The longest term with which a phrase ends: of "striped coffee mug" it is "coffee mug".
fn longest_ending(phrase: &str, terms: &[String]) -> Option<String> {
    let words: Vec<&str> = phrase.split(' ').filter(|word| !word.is_empty()).collect();
    (0..words.len()).find_map(|start| {
        let ending = words[start..].join(" ");
        terms
            .iter()
            .find(|term| {
                term.split(' ').count() == words.len() - start && wording::contains_phrase(&ending, term)
            })
            .cloned()
    })
}

fn others(
    kind: &AttributeKind,
    found: &AttributeTerms,
    caption: Option<&str>,
    trust: f32,
    findings: &Findings,
    lists: &WordLists,
) -> Vec<Attribute> {
    let against_nothing =
        |similarity: f32| 1.0 / (1.0 + (-findings.logit_scale * (similarity - findings.neutral)).exp());
    let named = |term: &str| caption.is_some_and(|caption| wording::contains_phrase(caption, term));
    let mut sure: Vec<(String, f32)> = found
        .terms
        .iter()
        .map(|term| {
            let p = term.probability * against_nothing(term.similarity);
            (term.term.clone(), together(p, if named(&term.term) { trust } else { 0.0 }))
        })
        .collect();
    // Words of the caption that CLIP does not have among its best ("a leather bag"). A single word of
    // a style or an occasion may mean something else ("soccer ball", "ball").
    let is_plain = |term: &str| {
        term.contains(' ')
            || matches!(kind, AttributeKind::Material | AttributeKind::Pattern | AttributeKind::Finish)
    };
    for term in lists.get(&found.table).into_iter().flat_map(|list| list.terms()) {
        if is_plain(term) && named(term) && sure.iter().all(|(other, _)| other != term) {
            sure.push((term.clone(), trust));
        }
    }
    sure.sort_by(|a, b| b.1.total_cmp(&a.1));
    sure.into_iter()
        .filter(|(_, confidence)| *confidence >= LEAST)
        .take(MOST_OF_A_KIND)
        .map(|(value, confidence)| Attribute {
            kind: kind.clone(),
            value,
            confidence,
            evidence: Evidence::Models,
        })
        .collect()
}

/// One claim for each family of colours.
fn colours(
    found: &AttributeTerms,
    caption: Option<&str>,
    trust: f32,
    pixels: &[ProductColour],
) -> Vec<Attribute> {
    struct Candidate {
        basic: BasicColour,
        word: String,
        models: f32,
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    let family = |term: &str, group: Option<&str>| {
        BasicColour::of_word(term).or_else(|| group.and_then(BasicColour::of_word))
    };
    for term in &found.terms {
        let Some(basic) = family(&term.term, term.group.as_deref()) else { continue };
        match candidates.iter_mut().find(|other| other.basic == basic) {
            Some(other) => other.models += term.probability,
            None => candidates.push(Candidate { basic, word: term.term.clone(), models: term.probability }),
        }
    }
    // What follows is about the setting: "a mug on a white background" is no white mug.
    let product = caption.map(wording::product_phrase).unwrap_or_default();
    for word in product.split(' ').map(wording::bare) {
        let Some(basic) = BasicColour::of_word(word) else { continue };
        match candidates.iter_mut().find(|other| other.basic == basic) {
            Some(other) => {
                other.models = together(other.models, trust);
                word.clone_into(&mut other.word);
            }
            None => candidates.push(Candidate { basic, word: word.to_owned(), models: trust }),
        }
    }
    let mut claims: Vec<Attribute> = Vec::new();
    for candidate in candidates.iter().filter(|candidate| candidate.models >= LEAST / 2.0) {
        let share = |is_it: &dyn Fn(BasicColour) -> bool| -> f32 {
            pixels.iter().filter(|colour| is_it(colour.basic)).map(|colour| colour.share).sum()
        };
        let exact = share(&|basic| basic == candidate.basic);
        let near = share(&|basic| basic.is_near(candidate.basic));
        let (evidence, confidence) = if pixels.is_empty() {
            (Evidence::Models, candidate.models)
        } else if exact >= BACKING_SHARE {
            (Evidence::Both, together(candidate.models, PIXELS_TRUST * exact))
        } else if near >= BACKING_SHARE {
            (Evidence::Models, candidate.models)
        } else {
            (Evidence::Disputed, candidate.models * DISPUTED)
        };
        let is_named = caption.is_some_and(|caption| wording::contains_phrase(caption, &candidate.word));
        let seen = pixels.iter().find(|colour| colour.basic == candidate.basic && !is_named);
        claims.push(Attribute {
            kind: AttributeKind::Colour,
            // The shade that was measured, where no sentence says another.
            value: seen.map_or(&candidate.word, |colour| &colour.name).clone(),
            confidence,
            evidence,
        });
    }
    let claimed: Vec<BasicColour> =
        candidates.iter().filter(|other| other.models >= LEAST / 2.0).map(|other| other.basic).collect();
    claims.extend(measured(pixels, &claimed));
    claims.retain(|claim| claim.confidence >= LEAST);
    claims.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    claims.truncate(MOST_COLOURS);
    claims
}

/// Colours that the pixels show and no model named.
fn measured(pixels: &[ProductColour], claimed: &[BasicColour]) -> Vec<Attribute> {
    pixels
        .iter()
        .filter(|colour| !claimed.contains(&colour.basic))
        .map(|colour| Attribute {
            kind: AttributeKind::Colour,
            value: colour.name.clone(),
            confidence: PIXELS_TRUST * colour.share,
            evidence: Evidence::Pixels,
        })
        .filter(|claim| claim.confidence >= LEAST)
        .collect()
}

#[cfg(test)]
mod tests {
    use vitrine_models::{ProductTerms, TermProbability};

    use super::*;

    fn terms(table: &str, terms: &[(&str, f32)]) -> AttributeTerms {
        let term = |&(term, probability): &(&str, f32)| TermProbability {
            term: term.to_owned(),
            group: None,
            similarity: 0.0,
            probability,
        };
        AttributeTerms {
            table: table.to_owned(),
            terms: terms.iter().map(term).collect(),
            groups: Vec::new(),
        }
    }

    fn pixels(colours: &[(BasicColour, f32)]) -> Vec<ProductColour> {
        let colour = |&(basic, share): &(BasicColour, f32)| ProductColour {
            name: basic.name().to_owned(),
            basic,
            rgb: [0; 3],
            share,
        };
        colours.iter().map(colour).collect()
    }

    fn claims(
        caption: Option<&str>,
        found: Vec<AttributeTerms>,
        colours: Vec<ProductColour>,
    ) -> Vec<Attribute> {
        let lists = WordLists::read(std::path::Path::new("/nowhere")).unwrap();
        let findings = Findings {
            terms: ProductTerms { attributes: found },
            logit_scale: 100.0,
            colours,
            ..Findings::default()
        };
        attributes(caption, 0.8, &findings, &lists)
    }

    /// The first claim of the kind: value, whether it is surer than even, evidence.
    fn check(found: &[Attribute], kind: AttributeKind, expected: (&str, bool, Evidence)) {
        let first = found.iter().find(|claim| claim.kind == kind).unwrap();
        assert_eq!((first.value.as_str(), first.confidence > 0.5, first.evidence), expected, "{found:?}");
    }

    #[test]
    fn a_caption_backs_what_clip_thinks_and_adds_what_it_missed() {
        let types = || terms("product_types", &[("coffee mug", 0.3), ("bowl", 0.1)]);
        check(
            &claims(None, vec![types()], vec![]),
            AttributeKind::Type,
            ("coffee mug", false, Evidence::Models),
        );
        let backed = claims(Some("a blue coffee mug on a table"), vec![types()], vec![]);
        check(&backed, AttributeKind::Type, ("coffee mug", true, Evidence::Models));
        let other = claims(Some("a very tall chair"), vec![types()], vec![]);
        check(&other, AttributeKind::Type, ("chair", true, Evidence::Models));
        let materials =
            claims(Some("a leather wallet"), vec![terms("materials", &[("cotton", 0.3)])], vec![]);
        check(&materials, AttributeKind::Material, ("leather", true, Evidence::Models));
    }

    #[test]
    fn the_best_of_a_list_that_does_not_fit_is_not_claimed() {
        let occasion = |similarity: f32| {
            let mut found = terms("occasions", &[("wedding", 0.9)]);
            found.terms[0].similarity = similarity;
            claims(None, vec![found], vec![])
        };
        check(&occasion(0.05), AttributeKind::Occasion, ("wedding", true, Evidence::Models));
        assert!(occasion(-0.05).is_empty());
    }

    #[test]
    fn pixels_back_contradict_and_add_colours() {
        use BasicColour as B;
        let found = || vec![terms("colours", &[("navy", 0.5), ("red", 0.2)])];
        let backed = claims(None, found(), pixels(&[(B::Blue, 0.8)]));
        check(&backed, AttributeKind::Colour, ("blue", true, Evidence::Both));
        let against = claims(None, found(), pixels(&[(B::Yellow, 0.9)]));
        check(&against, AttributeKind::Colour, ("yellow", true, Evidence::Pixels));
        assert!(against.iter().all(|claim| claim.value != "red"), "too unsure to be claimed: {against:?}");
        let navy = against.iter().find(|claim| claim.value == "navy").unwrap();
        assert_eq!(navy.evidence, Evidence::Disputed);
        // Nothing measured, or something near: the models' word stands.
        check(&claims(None, found(), vec![]), AttributeKind::Colour, ("navy", false, Evidence::Models));
        let near = claims(None, found(), pixels(&[(B::Purple, 0.3)]));
        assert!(near.iter().any(|claim| claim.value == "navy" && claim.evidence == Evidence::Models));
    }

    #[test]
    fn what_is_hardly_likely_is_not_claimed_but_for_the_type() {
        let found = claims(
            None,
            vec![
                terms("product_types", &[("mug", 0.02), ("cup", 0.01)]),
                terms("patterns", &[("striped", 0.1)]),
            ],
            vec![],
        );
        assert_eq!(found.len(), 1, "{found:?}");
        check(&found, AttributeKind::Type, ("mug", false, Evidence::Models));
    }
}
