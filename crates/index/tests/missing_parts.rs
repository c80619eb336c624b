//! A vector that lacks a part: what that part adds is the probe's to say.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::sync::Arc;

use vitrine_index::{Change, Hit, IndexError, Layout, LocalIndex, Originals, Probe, VectorIndex};

// The benchmarks' numbers, which are built with a feature.
#[allow(dead_code)]
#[path = "../src/synthetic.rs"]
mod synthetic;

use synthetic::Numbers;

const N: u32 = 3_000;

/// Two parts, one vector after the other; every third lacks the second, as a photo without a description does.
struct Photos(Vec<Vec<f32>>);

impl Originals for Photos {
    fn read(
        &self,
        ids: &[u32],
        take: &mut dyn FnMut(u32, &[f32]),
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        ids.iter().for_each(|&id| take(id, self.vector(id)));
        Ok(())
    }
}

impl Photos {
    fn new(numbers: &mut Numbers) -> Self {
        let photo = |id: u32| {
            let (mut vector, second) = (unit(numbers, 32), unit(numbers, 16));
            vector.extend(if id.is_multiple_of(3) { vec![0.0; 16] } else { second });
            vector
        };
        Self((1..=N).map(photo).collect())
    }

    fn vector(&self, id: u32) -> &[f32] {
        &self.0[id as usize - 1]
    }

    /// By the definition, best first.
    fn best(&self, query: &[f32], missing: f32) -> Vec<Hit> {
        let score = |id: u32| {
            let of = self.vector(id);
            let second = if id.is_multiple_of(3) { missing } else { dot(&of[32..], &query[32..]) };
            Hit { id, score: dot(&of[..32], &query[..32]) + second }
        };
        let mut all: Vec<Hit> = (1..=N).map(score).collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all.truncate(20);
        all
    }
}

fn unit(numbers: &mut Numbers, dim: usize) -> Vec<f32> {
    let v = numbers.vector(dim);
    let norm = dot(&v, &v).sqrt();
    v.into_iter().map(|x| x / norm).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn a_part_that_is_missing_adds_what_it_is_said_to_add() {
    for exact_limit in [usize::MAX, 0] {
        let mut numbers = Numbers(11);
        let photos = Arc::new(Photos::new(&mut numbers));
        let index = LocalIndex::with_exact_limit(Layout::new(vec![32, 16]), photos.clone(), exact_limit);
        let put = |id: u32| Change::Put { id, vector: photos.vector(id).to_vec() };
        index.apply((1..=N).map(put).collect(), 1).unwrap();
        while index.advance_graph(700).unwrap() > 0 {}
        let mut query = unit(&mut numbers, 32);
        query.extend(unit(&mut numbers, 16));
        for missing in [-1.0, 0.0, 0.4, 1.0] {
            let probe = Probe { query: &query, missing: &[0.0, missing], allowed: None, k: 20 };
            let found = index.probe(&probe).unwrap().hits;
            let due = photos.best(&query, missing);
            let is_due = |hit: &&Hit| due.iter().any(|one| one.id == hit.id);
            // The graph may miss one; scores are exact.
            assert!(found.iter().filter(is_due).count() >= 19, "{exact_limit} {missing}: {found:?} {due:?}");
            assert!((found[0].score - due[0].score).abs() < 1e-5);
        }
        let refused = index.probe(&Probe { query: &query, missing: &[0.0], allowed: None, k: 1 });
        assert!(matches!(refused, Err(IndexError::WrongLength { expected: 2, found: 1 })));
    }
}
