//! Verdicts on claims: what of them is right, and how well probabilities mean what they say.

use vitrine_eval::{
    claims::{self, KindFigures, Label, Outcome, Share},
    report::claims_page,
};

fn outcome(is_true: bool, probability: f64) -> Outcome {
    Outcome {
        kind: "colour".to_owned(),
        is_true,
        probability: Some(probability),
        is_supported: probability >= 0.8,
        is_contradicted: probability <= 0.2,
    }
}

#[test]
fn labels_are_read_with_their_other_words() {
    let labels =
        claims::read_labels(b"photo,kind,value\n1.jpg,type,shoe|sneaker\n2.jpg,colour,red\n").unwrap();
    let expected = Label {
        photo: "1.jpg".to_owned(),
        kind: "type".to_owned(),
        values: vec!["shoe".to_owned(), "sneaker".to_owned()],
    };
    assert_eq!(labels[0], expected);
    assert_eq!(labels.len(), 2);
    assert_eq!(claims::values_of(&labels, "colour").len(), 1);
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let check = |bytes: &[u8], expected: &str| {
        let message = claims::read_labels(bytes).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    check(b"photo,value\n1.jpg,red\n", "lacks kind");
    check(b"photo,kind,value\n1.jpg,,red\n", "Line 2 lacks its kind");
    check(b"", "lacks photo");
}

#[test]
fn the_page_has_a_diagram_of_each_kind_and_no_text_of_others_becomes_html() {
    let evil = "<script>alert(1)</script>";
    let mut outcomes = vec![outcome(true, 0.9), outcome(false, 0.1)];
    outcomes.push(Outcome { kind: evil.to_owned(), probability: None, ..outcome(true, 0.9) });
    let figures = KindFigures::of_all(&outcomes);
    let page = claims_page(&figures, evil, "");
    assert!(!page.contains("<script") && !page.contains("NaN"), "{page}");
    assert_eq!(page.matches("<svg ").count(), 2);
    assert_eq!(page.matches("<desc ").count(), 2);
    assert_eq!(page.matches("<circle ").count(), 2);
    assert!(page.contains("told with 90 %, 100 % of 1 true"));
    assert!(page.contains("100.0 %") && page.contains("of 1"));
}

#[test]
fn shares_and_reliability_are_counted() {
    let outcomes = [
        outcome(true, 0.9),
        outcome(false, 0.9),
        outcome(true, 0.5),
        outcome(false, 0.1),
        outcome(false, 0.1),
    ];
    let figures = KindFigures::of("colour", &outcomes);
    assert_eq!(figures.supported_right, Share { part: 1, of: 2 });
    assert_eq!(figures.true_supported, Share { part: 1, of: 2 });
    assert_eq!(figures.contradicted_right, Share { part: 2, of: 2 });
    assert_eq!(figures.false_contradicted, Share { part: 2, of: 3 });
    assert_eq!(figures.bins[9].n, 2);
    // (2 * |0.9 - 0.5| + 1 * |0.5 - 1| + 2 * |0.1 - 0|) / 5
    assert!((figures.calibration_error - 0.3).abs() < 1e-9, "{}", figures.calibration_error);
    assert!(claims::table(&[figures]).contains("50.0 % of 2"));
}

#[test]
fn weights_of_a_logistic_model_are_found_again() {
    // Every combination in the share in which the model says it is true.
    let mut evidence = Vec::new();
    for a in [-2.0, -1.0, 0.0, 1.0, 2.0] {
        for b in [-1.0, 0.0, 1.0] {
            let logit: f64 = 0.5 + 1.5 * a - 0.7 * b;
            let p = 1.0 / (1.0 + (-logit).exp());
            for n in 0..1_000 {
                evidence.push((vec![a, b, 0.0], (f64::from(n) + 0.5) / 1_000.0 <= p));
            }
        }
    }
    let weights = claims::fit(&evidence, 1e-3);
    for (found, expected) in weights.iter().zip([0.5, 1.5, -0.7, 0.0]) {
        assert!((found - expected).abs() < 0.02, "{weights:?}");
    }
}
