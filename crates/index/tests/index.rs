//! What the index promises.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::fs;

use vitrine_index::{IndexError, VectorIndex};

/// Unit vectors that are the same on every run (splitmix64).
fn vectors(n: usize, dim: usize) -> Vec<Vec<f32>> {
    let mut state = 7_u64;
    let mut next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1_u32 << 24) as f32 - 0.5
    };
    (0..n)
        .map(|_| {
            let v: Vec<f32> = (0..dim).map(|_| next()).collect();
            let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
            v.into_iter().map(|x| x / norm).collect()
        })
        .collect()
}

fn filled(n: usize, dim: usize, exact_limit: usize) -> (VectorIndex, Vec<Vec<f32>>) {
    let vectors = vectors(n, dim);
    let mut index = VectorIndex::with_exact_limit(dim, exact_limit);
    for (id, vector) in vectors.iter().enumerate() {
        index.add(id as u64 + 1, vector).unwrap();
    }
    (index, vectors)
}

fn ids(index: &VectorIndex, query: &[f32], k: usize) -> Vec<u64> {
    index.search(query, k).unwrap().iter().map(|hit| hit.id).collect()
}

#[test]
fn the_exact_scan_ranks_by_cosine() {
    let (index, vectors) = filled(2_000, 48, 10_000);
    let query = &vectors[17];
    let mut expected: Vec<(f32, u64)> = vectors
        .iter()
        .enumerate()
        .map(|(i, v)| (v.iter().zip(query).map(|(a, b)| a * b).sum(), i as u64 + 1))
        .collect();
    expected.sort_by(|a, b| b.0.total_cmp(&a.0));
    let hits = index.search(query, 2_000).unwrap();
    assert_eq!(hits.len(), 2_000);
    assert_eq!(hits[0].id, 18);
    for (hit, (score, _)) in hits.iter().zip(&expected) {
        assert!((hit.score - score).abs() < 0.004, "{hit:?} where {score} was due");
    }
}

#[test]
fn a_page_is_a_part_of_the_whole_ranking() {
    let (index, vectors) = filled(500, 16, 10_000);
    let whole = ids(&index, &vectors[3], 500);
    assert_eq!(ids(&index, &vectors[3], 40), whole[..40]);
    assert_eq!(ids(&index, &vectors[3], 9_999), whole);
    assert!(ids(&index, &vectors[3], 0).is_empty());
}

#[test]
fn removed_and_replaced_vectors_leave_the_answers() {
    let (mut index, vectors) = filled(6_000, 16, 100_000);
    assert!(index.remove(18).unwrap());
    assert!(!index.remove(18).unwrap());
    assert_ne!(ids(&index, &vectors[17], 1), [18]);
    index.add(5, &vectors[17]).unwrap();
    assert_eq!(ids(&index, &vectors[17], 1), [5]);
    // Enough to close the gaps, after which every id still finds its own vector.
    for id in 1_000..4_500 {
        index.remove(id).unwrap();
    }
    assert_eq!(index.len(), 6_000 - 3_500 - 1);
    for id in [1, 999, 4_500, 6_000_usize] {
        assert_eq!(ids(&index, &vectors[id - 1], 1), [id as u64]);
    }
}

#[test]
fn the_graph_finds_what_the_scan_finds() {
    let (mut graph, vectors) = filled(3_000, 32, 500);
    let (exact, _) = filled(3_000, 32, 10_000);
    assert!(!graph.uses_graph());
    while graph.advance_graph(700).unwrap() > 0 {}
    assert!(graph.uses_graph());
    let n_same: usize = (0..100)
        .map(|i| {
            let due = ids(&exact, &vectors[i * 7], 10);
            ids(&graph, &vectors[i * 7], 10).iter().filter(|id| due.contains(id)).count()
        })
        .sum();
    assert!(n_same >= 950, "recall {n_same} of 1000");
    // A vector that the graph does not hold yet is found all the same.
    let mut late = vec![0.0; 32];
    late[0] = 1.0;
    graph.add(9_999, &late).unwrap();
    assert_eq!(ids(&graph, &late, 1), [9_999]);
    // Deeper than any graph walk.
    assert_eq!(ids(&graph, &late, 3_001).len(), 3_001);
}

#[test]
fn a_saved_graph_comes_back_and_forgets_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.usearch");
    let (mut index, vectors) = filled(1_200, 24, 500);
    while index.advance_graph(5_000).unwrap() > 0 {}
    index.save_graph(&file, "clip@1").unwrap();

    let (mut again, _) = filled(1_200, 24, 500);
    again.remove(6).unwrap();
    again.load_graph(&file, "clip@1").unwrap();
    assert_eq!(again.advance_graph(0).unwrap(), 0);
    assert!(again.uses_graph());
    assert_eq!(ids(&again, &vectors[20], 1), [21]);
    assert_ne!(ids(&again, &vectors[5], 1), [6]);
}

#[test]
fn a_cache_that_cannot_be_trusted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.usearch");
    let (mut index, _) = filled(800, 24, 500);
    while index.advance_graph(5_000).unwrap() > 0 {}
    index.save_graph(&file, "clip@1").unwrap();
    let whole = fs::read(&file).unwrap();

    let mut check = |what: &str, bytes: &[u8], fingerprint: &str| {
        fs::write(&file, bytes).unwrap();
        let refused = index.load_graph(&file, fingerprint);
        assert!(matches!(refused, Err(IndexError::DamagedCache)), "{what}: {refused:?}");
    };
    check("another model", &whole, "clip@2");
    check("empty", &[], "clip@1");
    check("cut", &whole[..whole.len() / 2], "clip@1");
    let mut flipped = whole.clone();
    flipped[whole.len() - 9] ^= 1;
    check("one bit", &flipped, "clip@1");
}

#[test]
fn a_vector_of_another_length_is_refused() {
    let mut index = VectorIndex::new(4);
    let refused =
        |r: Result<(), IndexError>| matches!(r, Err(IndexError::WrongLength { expected: 4, found: 3 }));
    assert!(refused(index.add(1, &[0.0; 3])));
    assert!(refused(index.search(&[0.0; 3], 1).map(|_| ())));
}
