//! What the index promises.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use roaring::RoaringBitmap;
use vitrine_index::{
    Answer, Change, Hit, IndexError, Layout, LocalIndex, Originals, Probe, VectorIndex, Way,
};

// The benchmarks' numbers, which are built with a feature.
#[allow(dead_code)]
#[path = "../src/synthetic.rs"]
mod synthetic;

use synthetic::Numbers;

/// The vectors as they are.
#[derive(Default)]
struct Shelf(Mutex<HashMap<u32, Vec<f32>>>);

impl Originals for Shelf {
    fn read(
        &self,
        ids: &[u32],
        take: &mut dyn FnMut(u32, &[f32]),
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let shelf = self.0.lock().unwrap();
        for id in ids {
            if let Some(vector) = shelf.get(id) {
                take(*id, vector);
            }
        }
        Ok(())
    }
}

fn unit(numbers: &mut Numbers, dim: usize) -> Vec<f32> {
    let v = numbers.vector(dim);
    let norm = dot(&v, &v).sqrt();
    v.into_iter().map(|x| x / norm).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>() as f32
}

/// An index with everything that it holds beside it.
struct Case {
    index: LocalIndex,
    shelf: Arc<Shelf>,
    log: u64,
}

impl Case {
    fn empty(parts: &[usize], exact_limit: usize) -> Self {
        let shelf = Arc::new(Shelf::default());
        let index = LocalIndex::with_exact_limit(Layout::new(parts.to_vec()), shelf.clone(), exact_limit);
        Self { index, shelf, log: 0 }
    }

    /// `n` vectors, with ids from 1.
    fn filled(n: u32, dim: usize, exact_limit: usize) -> Self {
        let mut case = Self::empty(&[dim], exact_limit);
        let mut numbers = Numbers(7);
        case.put((1..=n).map(|id| (id, unit(&mut numbers, dim))));
        case
    }

    fn put(&mut self, vectors: impl IntoIterator<Item = (u32, Vec<f32>)>) {
        let mut changes = Vec::new();
        for (id, vector) in vectors {
            self.shelf.0.lock().unwrap().insert(id, vector.clone());
            changes.push(Change::Put { id, vector });
        }
        self.apply(changes);
    }

    fn remove(&mut self, ids: impl IntoIterator<Item = u32>) {
        let mut changes = Vec::new();
        for id in ids {
            self.shelf.0.lock().unwrap().remove(&id);
            changes.push(Change::Remove { id });
        }
        self.apply(changes);
    }

    fn apply(&mut self, changes: Vec<Change>) {
        self.log += 1;
        self.index.apply(changes, self.log).unwrap();
    }

    fn vector(&self, id: u32) -> Vec<f32> {
        self.shelf.0.lock().unwrap()[&id].clone()
    }

    fn build(&self) {
        while self.index.advance_graph(700).unwrap() > 0 {}
    }

    fn ask(&self, query: &[f32], allowed: Option<&RoaringBitmap>, k: usize) -> Answer {
        self.index.probe(&Probe { query, missing: &[], allowed, k }).unwrap()
    }

    fn ids(&self, query: &[f32], k: usize) -> Vec<u32> {
        self.ask(query, None, k).hits.iter().map(|hit| hit.id).collect()
    }

    /// The answer by the definition.
    fn due(&self, query: &[f32], allowed: Option<&RoaringBitmap>, k: usize) -> Vec<Hit> {
        let shelf = self.shelf.0.lock().unwrap();
        let mut hits: Vec<Hit> = shelf
            .iter()
            .filter(|(id, _)| allowed.is_none_or(|allowed| allowed.contains(**id)))
            .map(|(&id, vector)| Hit { id, score: dot(vector, query) })
            .collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        hits.truncate(k);
        hits
    }
}

fn recall(found: &[Hit], due: &[Hit]) -> f32 {
    let due: HashSet<u32> = due.iter().map(|hit| hit.id).collect();
    found.iter().filter(|hit| due.contains(&hit.id)).count() as f32 / due.len().max(1) as f32
}

#[test]
fn the_exact_scan_ranks_by_inner_product_to_the_last_digit() {
    let case = Case::filled(2_000, 48, 10_000);
    let query = case.vector(18);
    let answer = case.ask(&query, None, 100);
    assert_eq!((answer.way, answer.n_ranked, answer.hits[0].id), (Way::Exact, 2_000, 18));
    for (hit, due) in answer.hits.iter().zip(case.due(&query, None, 100)) {
        assert_eq!((hit.id, hit.score), (due.id, due.score));
    }
    // Deeper than what is computed from the originals, scores still fall and are near.
    let deep = case.ask(&query, None, 2_000).hits;
    assert_eq!(deep.len(), 2_000);
    assert!(deep.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let due: HashMap<u32, f32> = case.due(&query, None, 2_000).iter().map(|h| (h.id, h.score)).collect();
    assert!(deep.iter().all(|hit| (hit.score - due[&hit.id]).abs() < 0.02));
}

#[test]
fn parts_add_up_by_their_weights() {
    let mut case = Case::empty(&[24, 8, 16], 10_000);
    let mut numbers = Numbers(3);
    case.put((1..=600).map(|id| {
        let mut vector = [unit(&mut numbers, 24), unit(&mut numbers, 8), unit(&mut numbers, 16)].concat();
        // What a photo lacks is zero, and neither helps nor hurts.
        if id % 3 == 0 {
            vector[24..32].fill(0.0);
        }
        (id, vector)
    }));
    for weights in [[1.0, 1.0, 1.0], [0.2, 0.0, 0.8], [0.0, 1.0, 0.0], [0.7, -0.3, 0.1]] {
        let parts = [unit(&mut numbers, 24), unit(&mut numbers, 8), unit(&mut numbers, 16)];
        let query: Vec<f32> =
            parts.iter().zip(weights).flat_map(|(part, w)| part.iter().map(move |x| x * w)).collect();
        assert_eq!(case.ask(&query, None, 50).hits, case.due(&query, None, 50), "{weights:?}");
    }
}

#[test]
fn filters_give_the_filtered_ranking_at_every_share() {
    for (exact_limit, least_percent) in [(100_000, 100), (500, 99)] {
        let case = Case::filled(4_000, 32, exact_limit);
        case.build();
        let mut numbers = Numbers(11);
        for share in [1, 2, 10, 100, 4_000] {
            let allowed: RoaringBitmap = (1..=4_000).filter(|id| id % share == 0).collect();
            let (mut n_found, mut n_due) = (0, 0);
            for _ in 0..20 {
                let query = unit(&mut numbers, 32);
                let answer = case.ask(&query, Some(&allowed), 10);
                let due = case.due(&query, Some(&allowed), 10);
                assert_eq!(answer.n_ranked, allowed.len());
                assert_eq!(answer.hits.len(), due.len());
                assert!(answer.hits.iter().all(|hit| allowed.contains(hit.id)));
                let ids: HashSet<u32> = due.iter().map(|hit| hit.id).collect();
                n_found += answer.hits.iter().filter(|hit| ids.contains(&hit.id)).count();
                n_due += due.len();
            }
            assert!(n_found * 100 >= n_due * least_percent, "one in {share}: {n_found} of {n_due}");
        }
        let none = RoaringBitmap::new();
        assert!(case.ask(&unit(&mut numbers, 32), Some(&none), 10).hits.is_empty());
        // Ids that the index does not hold are no hits.
        let strange: RoaringBitmap = [7_u32, 999_999].into_iter().collect();
        let answer = case.ask(&unit(&mut numbers, 32), Some(&strange), 10);
        assert_eq!((answer.n_ranked, answer.hits.len(), answer.hits[0].id), (1, 1, 7));
    }
}

#[test]
fn a_page_is_a_part_of_the_whole_ranking() {
    let case = Case::filled(500, 16, 10_000);
    let query = case.vector(4);
    let whole = case.ids(&query, 500);
    assert_eq!(case.ids(&query, 40), whole[..40]);
    assert_eq!(case.ids(&query, 9_999), whole);
    assert!(case.ids(&query, 0).is_empty());
}

#[test]
fn the_graph_is_asked_at_every_ordinary_depth() {
    let mut case = Case::filled(6_000, 32, 500);
    assert!(!case.index.uses_graph());
    case.build();
    assert!(case.index.uses_graph());
    for k in [1, 10, 501, 1_001, LocalIndex::GRAPH_DEPTH] {
        let (mut found, mut n) = (0.0, 0);
        for id in (1..=6_000).step_by(311) {
            let query = case.vector(id);
            let answer = case.ask(&query, None, k);
            assert_eq!((answer.way, answer.hits.len()), (Way::Graph, k), "k = {k}");
            found += recall(&answer.hits, &case.due(&query, None, k));
            n += 1;
        }
        assert!(found / n as f32 >= 0.95, "k = {k}: {}", found / n as f32);
    }
    // A vector that the graph does not hold yet is found all the same.
    let mut late = vec![0.0; 32];
    late[0] = 1.0;
    case.put([(9_999, late.clone())]);
    assert_eq!(case.ids(&late, 1), [9_999]);
    // Deeper than any graph walk.
    assert_eq!(case.ids(&late, 6_001).len(), 6_001);
}

/// A shop begins to sell something new: few photos, far from everything that is there, and words that are far
/// from everything and a little less far from them.
#[test]
fn a_group_that_came_last_and_lies_apart_is_found() {
    const DIM: usize = 256;
    let (clusters, mut numbers) = (synthetic::Clusters::new(DIM), Numbers(3));
    let mut case = Case::empty(&[DIM], 500);
    case.put((1..=20_000).map(|id| (id, clusters.vector(id))));
    case.build();
    let mut found = Vec::new();
    for group in 1..=6 {
        let centre = unit(&mut numbers, DIM);
        let near = |numbers: &mut Numbers, share: f32| {
            let own = unit(numbers, DIM);
            let sum: Vec<f32> = own.iter().zip(&centre).map(|(own, c)| own + share * c).collect();
            let length = dot(&sum, &sum).sqrt();
            sum.into_iter().map(|x| x / length).collect::<Vec<f32>>()
        };
        let first = 30_000 + group * 100;
        case.put((first..first + 10).map(|id| (id, near(&mut numbers, 2.0))).collect::<Vec<_>>());
        case.build();
        for _ in 0..10 {
            let words = near(&mut numbers, 0.4);
            let answer = case.ask(&words, None, 10);
            assert_eq!(answer.way, Way::Graph);
            found.push(recall(&answer.hits, &case.due(&words, None, 10)));
        }
    }
    let mean = found.iter().sum::<f32>() / found.len() as f32;
    assert!(mean >= 0.98, "{mean}");
}

#[test]
fn removed_and_replaced_vectors_leave_the_answers() {
    for exact_limit in [100_000, 500] {
        let mut case = Case::filled(3_000, 16, exact_limit);
        case.build();
        let old = case.vector(18);
        case.remove([18, 18, 77_777]);
        assert_eq!(case.index.len(), 2_999);
        assert_ne!(case.ids(&old, 1), [18]);
        case.put([(5, old.clone())]);
        assert_eq!(case.ids(&old, 1), [5]);
        // Rows are used again, in the graph too.
        case.remove(1_000..2_500);
        let mut numbers = Numbers(99);
        case.put((5_000..6_000).map(|id| (id, unit(&mut numbers, 16))));
        case.build();
        for id in [1, 999, 2_500, 3_000, 5_000, 5_999] {
            assert_eq!(case.ids(&case.vector(id), 1), [id], "exact up to {exact_limit}");
        }
        assert_eq!(case.index.ids().len() as usize, case.index.len());
    }
}

#[test]
fn a_log_can_be_read_twice() {
    let mut case = Case::filled(100, 16, 10_000);
    case.remove([3]);
    let stale = vec![Change::Put { id: 3, vector: case.vector(4) }];
    case.index.apply(stale, 1).unwrap();
    assert!(!case.index.ids().contains(3), "what it has behind it is left alone");
    assert_eq!(case.index.position(), case.log);
}

#[test]
fn probes_are_answered_while_everything_changes() {
    let case = Case::filled(3_000, 16, 500);
    let Case { index, shelf, .. } = case;
    let (index, is_over) = (Arc::new(index), Arc::new(AtomicBool::new(false)));
    let probers: Vec<_> = (0..4)
        .map(|seed| {
            let (index, is_over) = (index.clone(), is_over.clone());
            std::thread::spawn(move || {
                let mut numbers = Numbers(seed);
                let mut n = 0;
                while !is_over.load(Ordering::Relaxed) || n == 0 {
                    let query = unit(&mut numbers, 16);
                    let answer =
                        index.probe(&Probe { query: &query, missing: &[], allowed: None, k: 20 }).unwrap();
                    let ids: HashSet<u32> = answer.hits.iter().map(|hit| hit.id).collect();
                    assert_eq!(ids.len(), answer.hits.len(), "an id stands once");
                    n += 1;
                }
            })
        })
        .collect();
    let mut numbers = Numbers(1_234);
    for round in 0..30_u32 {
        let mut changes = Vec::new();
        for id in (round + 1..3_000).step_by(97) {
            if id % 2 == 0 {
                shelf.0.lock().unwrap().remove(&id);
                changes.push(Change::Remove { id });
            } else {
                let vector = unit(&mut numbers, 16);
                shelf.0.lock().unwrap().insert(id, vector.clone());
                changes.push(Change::Put { id, vector });
            }
        }
        index.apply(changes, 10 + u64::from(round)).unwrap();
        index.advance_graph(100).unwrap();
    }
    while index.advance_graph(700).unwrap() > 0 {}
    is_over.store(true, Ordering::Relaxed);
    for prober in probers {
        prober.join().unwrap();
    }
    let left: RoaringBitmap = shelf.0.lock().unwrap().keys().copied().collect();
    assert_eq!(index.ids(), left, "nothing lost, no ghosts");
}

#[test]
fn a_saved_index_comes_back_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clip.index");
    let mut case = Case::filled(1_200, 24, 500);
    case.remove([6]);
    case.build();
    case.put([(2_000, unit(&mut Numbers(5), 24))]);
    assert!(case.index.save(&file, "clip@1").unwrap());
    let again =
        LocalIndex::open_with_exact_limit(&file, "clip@1", Layout::new(vec![24]), case.shelf.clone(), 500)
            .unwrap();
    assert_eq!(again.position(), case.log);
    assert_eq!(again.ids(), case.index.ids());
    assert!(again.uses_graph());
    let mut case = Case { index: again, ..case };
    for id in [20, 1_200, 2_000] {
        assert_eq!(case.ids(&case.vector(id), 1), [id]);
    }
    case.put([(2_001, unit(&mut Numbers(6), 24))]);
    case.build();
    assert_eq!(case.ids(&case.vector(2_001), 1), [2_001]);
}

#[test]
fn a_file_that_is_written_while_things_change_is_of_one_moment_or_none() {
    const N: u32 = 40_000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clip.index");
    let Case { index, shelf, log } = Case::filled(N, 4, 1_000_000);
    let is_over = AtomicBool::new(false);
    let (n_whole, n_given_up) = std::thread::scope(|scope| {
        let changing = scope.spawn(|| {
            // Vectors wander from one end of the rows to the other.
            for (round, position) in (0..5_000_u32).zip(log + 1..) {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let (first, last) = (1 + round, N - round);
                let [a, b] = [first, last].map(|id| shelf.0.lock().unwrap()[&id].clone());
                index
                    .apply(
                        vec![
                            Change::Remove { id: last },
                            Change::Remove { id: first },
                            Change::Put { id: last, vector: b },
                            Change::Put { id: first, vector: a },
                        ],
                        position,
                    )
                    .unwrap();
                std::thread::sleep(Duration::from_millis(if round % 50 == 0 { 60 } else { 1 }));
            }
        });
        let (mut n_whole, mut n_given_up) = (0, 0);
        while n_whole < 5 || (n_given_up < 3 && !changing.is_finished()) {
            if !index.save(&file, "clip@1").unwrap() {
                assert!(!file.with_extension("partial").exists(), "half a file is left");
                n_given_up += 1;
                continue;
            }
            n_whole += 1;
            let saved = LocalIndex::open(&file, "clip@1", Layout::new(vec![4]), shelf.clone()).unwrap();
            let answer = saved
                .probe(&Probe {
                    query: &[1.0, 0.0, 0.0, 0.0],
                    missing: &[],
                    allowed: None,
                    k: N as usize * 2,
                })
                .unwrap();
            let ids: RoaringBitmap = answer.hits.iter().map(|hit| hit.id).collect();
            assert_eq!((ids.len(), answer.hits.len()), (u64::from(N), N as usize), "each id stands once");
        }
        is_over.store(true, Ordering::Relaxed);
        changing.join().unwrap();
        (n_whole, n_given_up)
    });
    assert!(n_whole > 0 && n_given_up > 0, "{n_whole} whole, {n_given_up} given up");
}

#[test]
fn a_cache_that_cannot_be_trusted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clip.index");
    let case = Case::filled(800, 24, 500);
    case.build();
    case.index.save(&file, "clip@1").unwrap();
    let whole = fs::read(&file).unwrap();
    let open = |file: &Path, fingerprint: &str, parts: &[usize]| {
        LocalIndex::open(file, fingerprint, Layout::new(parts.to_vec()), case.shelf.clone()).map(drop)
    };
    assert!(open(&file, "clip@1", &[24]).is_ok());
    let check = |what: &str, bytes: &[u8], fingerprint: &str, parts: &[usize]| {
        fs::write(&file, bytes).unwrap();
        let refused = open(&file, fingerprint, parts);
        assert!(matches!(refused, Err(IndexError::DamagedCache)), "{what}: {refused:?}");
    };
    check("another model", &whole, "clip@2", &[24]);
    check("another layout", &whole, "clip@1", &[12, 12]);
    check("empty", &[], "clip@1", &[24]);
    for part in 1..8 {
        check("cut", &whole[..whole.len() * part / 8], "clip@1", &[24]);
    }
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        check("one bit", &flipped, "clip@1", &[24]);
    }
}

#[test]
fn a_vector_of_another_length_is_refused_and_nothing_of_its_batch_is_in() {
    let case = Case::empty(&[4], 100);
    let changes =
        vec![Change::Put { id: 1, vector: vec![0.5; 4] }, Change::Put { id: 2, vector: vec![0.5; 3] }];
    let refused =
        |r: Result<(), IndexError>| matches!(r, Err(IndexError::WrongLength { expected: 4, found: 3 }));
    assert!(refused(case.index.apply(changes, 1)));
    assert!(case.index.is_empty());
    let probe = Probe { query: &[0.0; 3], missing: &[], allowed: None, k: 1 };
    assert!(refused(case.index.probe(&probe).map(drop)));
}
