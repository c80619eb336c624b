//! What the rules make of fixed findings, as text. Rules that answer otherwise need another
//! [`RULES_VERSION`], or catalogs keep descriptions that these rules would not write.

use std::{fmt::Write, path::Path};

use vitrine_models::{AttributeTerms, ProductTerms, TermProbability};

use super::{Findings, RULES_VERSION, WordLists, describe};
use crate::{
    colour::{BasicColour, ProductColour},
    photo::Unrecognisable,
};

const CAPTIONS: [&str; 9] = [
    "a blue coffee mug with white dots on a wooden table",
    "a pair of women ' s black leather boots, size 38, made in italy",
    "a striped t - shirt on a hanger",
    "two watches",
    "a stack of books and a red apple on a plate",
    "the new york skyline on a beige cushion",
    "a very long wooden bench with a very long description of its many slats, screws, bolts and brackets in a garden in spring",
    "waterproof jacket for $ 99",
    "",
];

/// A list's terms, with the group that product types have.
fn terms(table: &str, terms: &[(&str, f32)]) -> AttributeTerms {
    let term = |&(term, probability): &(&str, f32)| TermProbability {
        term: term.to_owned(),
        group: (table == "product_types").then(|| "goods".to_owned()),
        similarity: 0.3 * probability,
        probability,
    };
    AttributeTerms { table: table.to_owned(), terms: terms.iter().map(term).collect(), groups: Vec::new() }
}

fn colours(shares: &[(BasicColour, f32)]) -> Vec<ProductColour> {
    let colour = |&(basic, share): &(BasicColour, f32)| ProductColour {
        name: basic.name().to_owned(),
        basic,
        rgb: [1, 2, 3],
        share,
    };
    shares.iter().map(colour).collect()
}

fn written() -> String {
    let lists = WordLists::read(Path::new("/nowhere")).unwrap();
    let found = [
        Vec::new(),
        vec![
            terms("product_types", &[("coffee mug", 0.62), ("bowl", 0.2)]),
            terms("colours", &[("navy", 0.5), ("black", 0.3)]),
            terms("materials", &[("ceramic", 0.7), ("glass", 0.1)]),
            terms("patterns", &[("polka dot", 0.55)]),
            terms("settings", &[("on a table", 0.8)]),
        ],
        vec![terms("product_types", &[("boots", 0.15)]), terms("colours", &[("red", 0.9)])],
    ];
    let pixels = [
        Vec::new(),
        colours(&[(BasicColour::Blue, 0.7), (BasicColour::White, 0.2)]),
        colours(&[(BasicColour::Black, 0.95)]),
    ];
    let mut text = String::new();
    for caption in CAPTIONS {
        for (terms, colours) in found.iter().zip(&pixels) {
            let findings = Findings {
                caption: Some((caption.to_owned(), -0.2)),
                terms: ProductTerms { attributes: terms.clone() },
                neutral: 0.05,
                logit_scale: 50.0,
                colours: colours.clone(),
                unrecognisable: None,
            };
            let described = describe(&findings, &lists);
            writeln!(text, "{} | {} | {}", described.title, described.text, described.alt_text).unwrap();
            for claim in described.attributes {
                let (kind, evidence) = (claim.kind.name(), claim.evidence.name());
                writeln!(text, "    {kind} {} {:.3} {evidence}", claim.value, claim.confidence).unwrap();
            }
        }
    }
    for unrecognisable in
        [Unrecognisable::Blank, Unrecognisable::Noise, Unrecognisable::Page, Unrecognisable::Screen]
    {
        let findings = Findings {
            caption: Some((CAPTIONS[0].to_owned(), -0.2)),
            terms: ProductTerms { attributes: found[1].clone() },
            logit_scale: 50.0,
            unrecognisable: Some(unrecognisable),
            ..Findings::default()
        };
        let described = describe(&findings, &lists);
        assert!(described.attributes.is_empty(), "{unrecognisable:?}: {:?}", described.attributes);
        writeln!(text, "{} | {} | {}", described.title, described.text, described.alt_text).unwrap();
    }
    text
}

#[test]
fn rules_change_with_their_version() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/rules/v{RULES_VERSION}.txt"));
    let now = written();
    if std::env::var_os("VITRINE_WRITE_RULES").is_some() {
        assert!(!golden.exists(), "raise RULES_VERSION first");
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &now).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    let first = now.lines().zip(expected.lines()).find(|(now, then)| now != then);
    assert!(
        now == expected,
        "The rules write something else than version {RULES_VERSION} did: {first:?}. Raise RULES_VERSION and \
         write its answers with VITRINE_WRITE_RULES=1."
    );
}
