//! Intervals of means and of differences.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

use std::time::{Duration, Instant};

use serde::Deserialize;
use vitrine_eval::bootstrap::{
    Interval, MIN_RESAMPLES, Resampling, UnequalLengths, mean_interval, paired_difference,
};

/// Numbers from 0 to 1 that look random.
fn noise(seed: u32) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    }
}

#[derive(Deserialize)]
struct Case {
    name: String,
    values: Vec<f64>,
    low: f64,
    high: f64,
    standard_error: f64,
}

#[test]
fn intervals_are_those_of_scipy() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference/bootstrap.json")).unwrap();
    for case in cases {
        let found = mean_interval(&case.values, Resampling::new(20_000, 3)).unwrap();
        // Of 20,000 resamples the ends scatter by 2 % of the standard error.
        let margin = case.standard_error / 15.0;
        assert!((found.low - case.low).abs() < margin, "{}: {found:?}, not {}", case.name, case.low);
        assert!((found.high - case.high).abs() < margin, "{}: {found:?}, not {}", case.name, case.high);
        assert_eq!(found.n, case.values.len());
        assert!((found.mean - case.values.iter().sum::<f64>() / found.n as f64).abs() < 1e-12);
    }
}

#[test]
fn nineteen_of_twenty_intervals_hold_the_true_mean() {
    let mut random = noise(1);
    let n_holding = (0..400)
        .filter(|_| {
            let values: Vec<f64> = (0..60).map(|_| f64::from(random() < 0.4)).collect();
            let found = mean_interval(&values, Resampling::default()).unwrap();
            found.low <= 0.4 && 0.4 <= found.high
        })
        .count();
    assert!((368..=390).contains(&n_holding), "{n_holding} of 400");
}

#[test]
fn the_same_seed_draws_the_same() {
    let mut random = noise(2);
    let values: Vec<f64> = (0..50).map(|_| random()).collect();
    let of = |n, seed| mean_interval(&values, Resampling::new(n, seed)).unwrap();
    assert_eq!(of(2_000, 5), of(2_000, 5));
    assert_ne!(of(2_000, 5), of(2_000, 6));
    assert_eq!(of(3, 5), of(MIN_RESAMPLES, 5));
}

#[test]
fn few_and_odd_values_are_borne() {
    let check = |values: &[f64], expected| assert_eq!(mean_interval(values, Resampling::default()), expected);
    check(&[], None);
    check(&[0.5, f64::NAN], None);
    check(&[f64::INFINITY], None);
    check(&[0.5], Some(Interval { mean: 0.5, low: 0.5, high: 0.5, n: 1 }));
    check(&[1.0; 30], Some(Interval { mean: 1.0, low: 1.0, high: 1.0, n: 30 }));
}

#[test]
fn differences_are_of_pairs() {
    let check = |a: &[Option<f64>], b: &[Option<f64>], expected| {
        assert_eq!(paired_difference(a, b, Resampling::default()), expected);
    };
    let constant = |mean, n| Ok(Some(Interval { mean, low: mean, high: mean, n }));
    check(&[Some(1.0), Some(0.5), None], &[Some(0.5), Some(0.0), None], constant(0.5, 2));
    check(&[Some(1.0), Some(0.5)], &[Some(0.5), None], constant(0.5, 1));
    check(&[None], &[None], Ok(None));
    check(&[Some(1.0)], &[], Err(UnequalLengths { a: 1, b: 0 }));

    // Queries differ far more than systems do, and only pairs show that one system is better.
    let mut random = noise(3);
    let worse: Vec<f64> = (0..200).map(|_| random() * 0.9).collect();
    let better: Vec<f64> = worse.iter().map(|value| value + 0.02 + 0.02 * random()).collect();
    let [a, b] = [&better, &worse].map(|values| mean_interval(values, Resampling::default()).unwrap());
    assert!(a.low < b.high);
    let [pairs_a, pairs_b] = [better, worse].map(|values| values.into_iter().map(Some).collect::<Vec<_>>());
    let difference = paired_difference(&pairs_a, &pairs_b, Resampling::default()).unwrap().unwrap();
    assert!(difference.excludes_zero() && difference.low > 0.0, "{difference:?}");
    let reverse = paired_difference(&pairs_b, &pairs_a, Resampling::default()).unwrap().unwrap();
    assert!(reverse.excludes_zero() && reverse.high < 0.0, "{reverse:?}");
}

/// In release it takes a twentieth of the limit; here the code is not optimised.
#[test]
fn ten_thousand_queries_take_no_time() {
    let mut random = noise(4);
    let values: Vec<f64> = (0..10_000).map(|_| random()).collect();
    let start = Instant::now();
    let found = mean_interval(&values, Resampling::default()).unwrap();
    let limit = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_secs(1) };
    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
    assert!(found.low < found.mean && found.mean < found.high);
}
