//! Scores of captions: those of `pycocoevalcap` and NLTK.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

use std::collections::BTreeMap;

use serde::Deserialize;
use vitrine_eval::captions::{CaptionError, CaptionPair, CaptionScore, porter_stem, score, tokenise};

#[derive(Deserialize)]
struct Corpus {
    bleu: [f64; 4],
    rouge_l: f64,
    cider_d: f64,
    meteor: f64,
}

#[derive(Deserialize)]
struct Item {
    candidate: String,
    references: Vec<String>,
    candidate_tokens: Vec<String>,
    reference_tokens: Vec<Vec<String>>,
    #[serde(flatten)]
    scores: Corpus,
}

#[derive(Deserialize)]
struct Expected {
    corpus: Corpus,
    items: Vec<Item>,
}

fn expected() -> Expected {
    serde_json::from_str(include_str!("reference/captions.json")).unwrap()
}

fn check(what: &str, found: &CaptionScore, expected: &Corpus) {
    let pairs = found.bleu.iter().zip(&expected.bleu).map(|(a, b)| (*a, *b)).chain([
        (found.rouge_l, expected.rouge_l),
        (found.cider_d, expected.cider_d),
        (found.meteor, expected.meteor),
    ]);
    for (at, (found, expected)) in pairs.enumerate() {
        let name = ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D", "METEOR"][at];
        assert!((found - expected).abs() < 1e-9, "{name} of {what}: {found}, not {expected}");
    }
}

#[test]
fn scores_are_those_of_the_reference_programs() {
    let expected = expected();
    let pairs: Vec<CaptionPair<'_>> = expected
        .items
        .iter()
        .map(|item| CaptionPair { candidate: &item.candidate, references: &item.references })
        .collect();
    let found = score(&pairs).unwrap();
    check("the corpus", &found.corpus, &expected.corpus);
    for (found, item) in found.each.iter().zip(&expected.items) {
        check(&item.candidate, found, &item.scores);
    }
}

#[test]
fn tokens_are_those_of_the_penn_treebank() {
    for item in expected().items {
        assert_eq!(tokenise(&item.candidate), item.candidate_tokens);
        for (reference, tokens) in item.references.iter().zip(item.reference_tokens) {
            assert_eq!(tokenise(reference), tokens);
        }
    }
    // As Stanford's PTBTokenizer 3.4.1 cuts them.
    let check = |caption: &str, expected: &str| assert_eq!(tokenise(caption).join(" "), expected);
    check("It's the dog's toy (blue); don't touch!", "it 's the dog 's toy -lrb- blue -rrb- do n't touch");
    check("we'll they've I'd I'm o'clock cannot", "we 'll they 've i 'd i 'm o'clock can not");
    check(
        "mid-century [x] {y} 1,000 pieces, 12.5 kg, 3/4",
        "mid-century -lsb- x -rsb- -lcb- y -rcb- 1,000 pieces 12.5 kg 3/4",
    );
    check(
        "USB-C cable @ 2m #1 pick: 3-pack, 50% off & $20",
        "usb-c cable @ 2m # 1 pick 3-pack 50 % off & $ 20",
    );
    check("a 12\" vinyl and a 6' table", "a 12 vinyl and a 6 table");
    check(
        "hello\u{2014}world \u{2013} \u{201c}quoted\u{201d} it\u{2019}s\u{2026}",
        "hello world quoted it 's",
    );
    check(
        "caf\u{e9} cr\u{e8}me cotton\u{2122} 20\u{b0}C",
        "caf\u{e9} cr\u{e8}me cotton \u{2122} 20 \u{b0} c",
    );
    check("Levi's 501 jeans d'or l'eau 2_000", "levi 's 501 jeans d'or l'eau 2_000");
    check(" .. -- '' ", "");
    check("", "");
}

#[test]
fn stems_are_those_of_nltk() {
    let stems: BTreeMap<String, String> = serde_json::from_str(include_str!("reference/stems.json")).unwrap();
    assert!(stems.len() > 3_000);
    for (word, expected) in stems {
        assert_eq!(porter_stem(&word), expected, "{word}");
    }
}

#[test]
fn odd_captions_score_nothing_and_do_no_harm() {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let check = |candidate: &str, references: &[&str], perfect: bool| {
        let references = texts(references);
        // Another item, so that CIDEr-D has something to tell apart.
        let other = texts(&["a wooden chair in a garden"]);
        let pairs = [
            CaptionPair { candidate, references: &references },
            CaptionPair { candidate: "x", references: &other },
        ];
        let found = score(&pairs).unwrap().each[0];
        let all = [found.bleu[0], found.bleu[3], found.rouge_l, found.cider_d / 10.0, found.meteor];
        let is_as_expected = |value: &f64| if perfect { *value > 0.99 } else { *value < 1e-6 };
        assert!(all.iter().all(is_as_expected), "{candidate:?} for {references:?}: {found:?}");
    };
    check("a red ceramic mug", &["a red ceramic mug"], true);
    check("", &["red mug"], false);
    check("red mug", &[""], false);
    check("", &[""], false);
    check("?!", &["...", ""], false);
    check("\u{0}\u{ffff}", &["red mug"], false);
    check(&"y".repeat(5_000), &["red mug"], false);

    assert_eq!(score(&[]), Err(CaptionError::NoCaptions));
    let references = texts(&["a"]);
    let pairs = [
        CaptionPair { candidate: "a", references: &references },
        CaptionPair { candidate: "a", references: &[] },
    ];
    assert_eq!(score(&pairs), Err(CaptionError::NoReferences(1)));
    assert!(CaptionError::NoReferences(1).to_string().contains("number 2"));
}
