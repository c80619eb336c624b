//! Measures of rankings: computed by hand, and by `trec_eval`.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

use std::collections::BTreeMap;

use serde::Deserialize;
use vitrine_eval::{
    report::worst,
    retrieval::{Mean, Measure, Retrieved},
};

fn retrieved(ranked: &[&str], judged: &[(&str, f64)]) -> Retrieved {
    let judged: Vec<(String, f64)> =
        judged.iter().map(|(item, grade)| ((*item).to_owned(), *grade)).collect();
    Retrieved::new(ranked, &judged)
}

fn check(ranked: &[&str], judged: &[(&str, f64)], measure: Measure, expected: f64) {
    let value = retrieved(ranked, judged).value(measure).unwrap();
    assert!(
        (value - expected).abs() < 1e-12,
        "{measure} of {ranked:?} by {judged:?}: {value}, not {expected}"
    );
}

#[test]
fn measures_are_what_their_definitions_say() {
    use Measure::{AveragePrecision, Ndcg, Precision, Recall, ReciprocalRank, Success};
    let ranked = ["a", "b", "c", "d", "e", "f"];
    let one = [("c", 1.0)];
    check(&ranked, &one, Recall(1), 0.0);
    check(&ranked, &one, Recall(3), 1.0);
    check(&ranked, &one, Success(2), 0.0);
    check(&ranked, &one, Success(5), 1.0);
    check(&ranked, &one, ReciprocalRank, 1.0 / 3.0);
    check(&ranked, &one, AveragePrecision, 1.0 / 3.0);
    check(&ranked, &one, Precision(10), 0.1);
    check(&ranked, &one, Ndcg(10), 0.5); // 1 / log2(4)
    check(&ranked, &one, Ndcg(2), 0.0);

    // Graded; `z` was not ranked, and `b` was judged as not relevant.
    let four = [("b", 0.0), ("a", 1.0), ("d", 3.0), ("z", 2.0), ("f", 1.0)];
    check(&ranked, &four, Recall(5), 2.0 / 4.0);
    check(&ranked, &four, Success(1), 1.0);
    check(&ranked, &four, Precision(5), 2.0 / 5.0);
    check(&ranked, &four, ReciprocalRank, 1.0);
    check(&ranked, &four, AveragePrecision, (1.0 + 2.0 / 4.0 + 3.0 / 6.0) / 4.0);
    let ideal = 3.0 + 2.0 / 3_f64.log2() + 1.0 / 2.0 + 1.0 / 5_f64.log2();
    check(&ranked, &four, Ndcg(10), (1.0 + 3.0 / 5_f64.log2() + 1.0 / 7_f64.log2()) / ideal);

    // Nothing found, nothing ranked, nothing looked at.
    check(&ranked, &[("z", 1.0)], AveragePrecision, 0.0);
    check(&[], &one, ReciprocalRank, 0.0);
    check(&ranked, &one, Recall(0), 0.0);
    check(&ranked, &one, Precision(0), 0.0);
    check(&ranked, &one, Ndcg(0), 0.0);

    // Repeated items, and grades that are none.
    check(&["a", "a", "b"], &[("a", 1.0), ("b", 1.0)], Recall(2), 0.5);
    check(&["a", "a", "b"], &[("a", 1.0), ("b", 1.0)], AveragePrecision, (1.0 + 2.0 / 3.0) / 2.0);
    check(
        &["a", "b"],
        &[("b", 1.0), ("b", 2.0), ("c", 1.0)],
        Ndcg(2),
        2.0 / 3_f64.log2() / (2.0 + 1.0 / 3_f64.log2()),
    );
    check(&["a", "b"], &[("a", f64::NAN), ("b", 1.0), ("c", -1.0)], Recall(2), 1.0);
    check(&["a", "b"], &[("a", f64::MAX), ("b", f64::MAX), ("c", f64::MAX)], Ndcg(2), 1.0);
}

#[derive(Deserialize)]
struct Case {
    ranked: Vec<String>,
    relevant: BTreeMap<String, f64>,
    expected: BTreeMap<String, f64>,
}

#[test]
fn measures_are_those_of_trec_eval() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference/retrieval.json")).unwrap();
    assert!(cases.len() >= 300);
    for case in cases {
        let judged: Vec<(String, f64)> = case.relevant.into_iter().collect();
        let retrieved = Retrieved::new(&case.ranked, &judged);
        for (name, expected) in case.expected {
            let measure = match name.rsplit_once('_') {
                Some(("recall", k)) => Measure::Recall(k.parse().unwrap()),
                Some(("success", k)) => Measure::Success(k.parse().unwrap()),
                Some(("P", k)) => Measure::Precision(k.parse().unwrap()),
                Some(("ndcg_cut", k)) => Measure::Ndcg(k.parse().unwrap()),
                Some(_) => Measure::ReciprocalRank,
                None => Measure::AveragePrecision,
            };
            let value = retrieved.value(measure).unwrap();
            assert!(
                (value - expected).abs() < 1e-10,
                "{name}: {value}, not {expected}; {:?} {judged:?}",
                case.ranked
            );
        }
    }
}

#[test]
fn queries_without_an_answer_are_left_out_and_counted() {
    let check = |retrieved: &[Retrieved], value: Option<f64>, n, n_without_relevant| {
        assert_eq!(Mean::of(Measure::Recall(1), retrieved), Mean { value, n, n_without_relevant });
    };
    let (hit, miss) = (retrieved(&["a"], &[("a", 1.0)]), retrieved(&["b"], &[("a", 1.0)]));
    let (none, judged_bad) = (retrieved(&["a"], &[]), retrieved(&["a"], &[("a", 0.0)]));
    check(&[hit, miss, none.clone(), judged_bad], Some(0.5), 2, 2);
    check(&[none], None, 0, 1);
    check(&[], None, 0, 0);
}

#[test]
fn the_worst_answers_come_first() {
    let all = [
        retrieved(&["x", "a"], &[("a", 1.0)]),                  // rank 2
        retrieved(&["a", "x"], &[("a", 1.0)]),                  // perfect
        retrieved(&["x"], &[("a", 1.0)]),                       // not found
        retrieved(&["x"], &[]),                                 // no answer
        retrieved(&["x", "a"], &[("a", 1.0), ("b", 1.0)]),      // rank 2, and one is missing
        retrieved(&["a", "x", "b"], &[("a", 1.0), ("b", 1.0)]), // the second came late
    ];
    let check = |n, expected: &[usize]| assert_eq!(worst(&all, n), expected);
    check(10, &[2, 4, 0, 5]);
    check(2, &[2, 4]);
    check(0, &[]);
}
