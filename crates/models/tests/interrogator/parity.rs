//! The same phrases, similarities and probabilities as the plain reference finds.

use std::collections::BTreeMap;

use candle_core::Device;
use serde::Deserialize;
use vitrine_models::{
    BestOptions, Interrogation, InterrogationSource, InterrogatorMode, InterrogatorOptions, ProductTerms,
};

use crate::fixture;

#[derive(Deserialize)]
struct Case {
    picture: String,
    caption: String,
    artists: bool,
    fast: Answer,
    classic: Answer,
    best: Answer,
    best_short: Answer,
    negative: Answer,
    negative_long: Answer,
    product: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    similarity: f32,
    source: Option<String>,
    #[serde(default)]
    chain: Vec<String>,
    #[serde(default)]
    chain_similarities: Vec<f32>,
    /// Where the chain ended, past its best.
    chain_end: Option<String>,
}

#[derive(Deserialize)]
struct Attribute {
    terms: Vec<(String, f32)>,
    groups: Vec<(String, f32)>,
    #[serde(default)]
    refined: Vec<(String, f32)>,
}

/// The largest difference that rounding makes in a similarity.
const TOLERANCE: f32 = 2e-6;

fn chain_options(min_phrases: usize, max_phrases: usize) -> InterrogatorOptions {
    let best = BestOptions { min_phrases, max_phrases, ..BestOptions::default() };
    InterrogatorOptions { best, ..InterrogatorOptions::default() }
}

/// Compares, and gives the largest deviation of a similarity.
fn compare(what: &str, found: &Interrogation, expected: &Answer) -> f32 {
    assert_eq!(found.text, expected.text, "{what}");
    let mut worst = (found.similarity - expected.similarity).abs();
    if let Some(source) = &expected.source {
        let name = match found.source {
            InterrogationSource::Caption => "caption",
            InterrogationSource::Classic => "classic",
            InterrogationSource::Fast => "fast",
            InterrogationSource::Chain => "chain",
            InterrogationSource::Product => "product",
        };
        assert_eq!(name, source, "{what}");
    }
    if found.source == InterrogationSource::Chain {
        let chain: Vec<&str> = found.phrases.iter().map(|phrase| phrase.term.as_str()).collect();
        assert_eq!(chain, expected.chain, "{what}");
        for (phrase, expected) in found.phrases.iter().zip(&expected.chain_similarities) {
            worst = worst.max((phrase.similarity - expected).abs());
        }
    }
    assert!(worst <= TOLERANCE, "{what}: a similarity is off by {worst}");
    worst
}

fn compare_product(what: &str, found: &ProductTerms, expected: &BTreeMap<String, Attribute>, refined: bool) {
    let close = |what: &str, found: f32, expected: f32| {
        assert!((found - expected).abs() <= 2e-5, "{what}: {found} instead of {expected}");
    };
    for (name, expected) in expected {
        let found = found.get(name).unwrap();
        let terms = if refined && !expected.refined.is_empty() { &expected.refined } else { &expected.terms };
        assert_eq!(found.terms.len(), terms.len());
        for (found, (term, probability)) in found.terms.iter().zip(terms) {
            assert_eq!(&found.term, term, "{what}: {name}");
            close(what, found.probability, *probability);
        }
        assert_eq!(found.groups.len(), expected.groups.len());
        for (found, (group, probability)) in found.groups.iter().zip(&expected.groups) {
            assert_eq!(&found.group, group, "{what}: {name}");
            close(what, found.probability, *probability);
        }
    }
}

#[test]
fn every_mode_answers_as_the_plain_reference() {
    let text = std::fs::read_to_string(fixture::folder().join("expected.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let pictures = fixture::folder().join("expected.safetensors");
    let pictures = candle_core::safetensors::load(pictures, &Device::Cpu).unwrap();
    let clip = fixture::clip();
    let prepared = |artists| {
        let lists = fixture::lists(artists);
        let vocabulary = fixture::vocabulary(&clip, &lists);
        (fixture::interrogator(&clip, lists), vocabulary)
    };
    let (with_artists, without) = (prepared(true), prepared(false));
    let mut worst = 0.0_f32;
    for case in cases {
        let (interrogator, vocabulary) = if case.artists { &with_artists } else { &without };
        let image = pictures[&case.picture].to_vec1::<f32>().unwrap();
        let what = format!("{}, artists: {}", case.picture, case.artists);
        let checks = [
            (InterrogatorMode::Fast, InterrogatorOptions::default(), &case.fast),
            (InterrogatorMode::Classic, InterrogatorOptions::default(), &case.classic),
            (InterrogatorMode::Best, chain_options(8, 32), &case.best),
            (InterrogatorMode::Best, chain_options(0, 5), &case.best_short),
            (InterrogatorMode::Negative, chain_options(2, 6), &case.negative),
            (InterrogatorMode::Negative, chain_options(8, 32), &case.negative_long),
        ];
        for (mode, options, expected) in checks {
            let mut run = interrogator.begin(&clip, &image, &case.caption, mode, &options).unwrap();
            while run.advance(&clip).unwrap() {}
            if let Some(end) = &expected.chain_end {
                // A phrase beyond what the model reads adds nothing: rounding decides whether it is appended.
                let read = |text: &str| clip.token_ids(text).unwrap();
                assert_eq!(read(&run.progress().text), read(end), "{what}, {mode:?}");
            }
            let found = run.finish(&clip).unwrap();
            worst = worst.max(compare(&format!("{what}, {mode:?}"), &found, expected));
        }
        let found = vocabulary.terms(&image, 5).unwrap();
        compare_product(&what, &found, &case.product, false);
        let refined = vocabulary.refine(&clip, &image, found).unwrap();
        compare_product(&what, &refined, &case.product, true);
    }
    println!("interrogator chain: the worst similarity is off by {worst:.1e}");
}
