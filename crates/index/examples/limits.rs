//! Where the exact scan ends and the graph begins: what the constants of `local.rs` and `graph.rs` rest on.
//!
//! `cargo run --release -p vitrine-index --features synthetic --example limits -- [DIM] [N ..]`: for clustered
//! vectors of DIM numbers, N of them, prints milliseconds of a probe (median and 99th percentile) each way,
//! recall@10 of the graph, what filters cost that keep one in so many, and what is found of groups that came
//! last and lie apart from everything else.
#![allow(clippy::print_stdout)]

use std::{
    collections::HashSet,
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use roaring::RoaringBitmap;
use vitrine_index::{
    Change, IndexError, Layout, LocalIndex, Originals, Probe, VectorIndex,
    synthetic::{Clusters, Numbers},
};

/// Sizes of the groups that lie apart: what a shop adds that begins to sell something new.
const APART: [usize; 3] = [160, 40, 10];

/// Vectors of the ids from 1 on, one after the other.
struct Kept {
    dim: usize,
    all: Vec<f32>,
}

impl Kept {
    fn vector(&self, id: u32) -> &[f32] {
        let from = (id as usize - 1) * self.dim;
        &self.all[from..from + self.dim]
    }
}

impl Originals for Kept {
    fn read(
        &self,
        ids: &[u32],
        take: &mut dyn FnMut(u32, &[f32]),
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        ids.iter().for_each(|&id| take(id, self.vector(id)));
        Ok(())
    }
}

fn main() -> Result<(), IndexError> {
    let mut numbers = std::env::args().skip(1).filter_map(|number| number.parse::<usize>().ok());
    let dim = numbers.next().unwrap_or(512);
    let sizes: Vec<usize> = numbers.collect();
    let sizes = if sizes.is_empty() { vec![50_000, 100_000, 200_000] } else { sizes };
    let clusters = Clusters::new(dim);
    println!("{dim} numbers a vector; k = 61");
    for n in sizes {
        measure(&clusters, dim, n)?;
    }
    Ok(())
}

fn measure(clusters: &Clusters, dim: usize, n: usize) -> Result<(), IndexError> {
    let ids = 1..=u32::try_from(n).unwrap_or(u32::MAX);
    let mut all: Vec<f32> = ids.clone().flat_map(|id| clusters.vector(id)).collect();
    let mut numbers = Numbers(7);
    let centres: Vec<Vec<f32>> = APART.map(|_| numbers.vector(dim)).into();
    for (centre, n_members) in centres.iter().zip(APART) {
        for _ in 0..n_members {
            all.extend(unit(centre, 0.5, &numbers.vector(dim)));
        }
    }
    let kept = Arc::new(Kept { dim, all });
    let new = |exact_limit| LocalIndex::with_exact_limit(Layout::new(vec![dim]), kept.clone(), exact_limit);
    let (exact, graph) = (new(usize::MAX), new(0));
    for some in ids.clone().collect::<Vec<_>>().chunks(10_000) {
        let puts = || some.iter().map(|&id| Change::Put { id, vector: kept.vector(id).to_vec() }).collect();
        exact.fill(puts())?;
        graph.fill(puts())?;
    }
    let begun = Instant::now();
    while graph.advance_graph(1_024)? > 0 {}
    println!("{n} vectors: graph made in {:.0} s", begun.elapsed().as_secs_f64());
    // Between two photos, as words lie: near to some and far from most.
    let queries: Vec<Vec<f32>> = (0..200)
        .map(|i| {
            let (a, b) = (clusters.vector(i * 7_919), clusters.vector(i * 104_729 + 1));
            unit(&a, 0.5, &b)
        })
        .collect();
    compare("all", &exact, &graph, &queries, None)?;
    for one_in in [2, 4, 8, 16, 100] {
        let allowed: RoaringBitmap = ids.clone().filter(|id| id % one_in == 0).collect();
        compare(&format!("one in {one_in}"), &exact, &graph, &queries, Some(&allowed))?;
    }
    let mut first = u32::try_from(n).unwrap_or(u32::MAX) + 1;
    for (centre, n_members) in centres.iter().zip(APART) {
        let members = first..first + n_members as u32;
        first = members.end;
        for index in [&exact, &graph] {
            index.fill(
                members.clone().map(|id| Change::Put { id, vector: kept.vector(id).to_vec() }).collect(),
            )?;
        }
        while graph.advance_graph(1_024)? > 0 {}
        // Words lie far from every photo, and a little less far from those that they mean.
        let words: Vec<Vec<f32>> = (0..50).map(|_| unit(&numbers.vector(dim), 0.4, centre)).collect();
        compare(&format!("{n_members} apart"), &exact, &graph, &words, None)?;
    }
    compare("all again", &exact, &graph, &queries, None)
}

/// `a + weight * b`, of unit length.
fn unit(a: &[f32], weight: f32, b: &[f32]) -> Vec<f32> {
    let sum: Vec<f32> = a.iter().zip(b).map(|(a, b)| a + weight * b).collect();
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    sum.into_iter().map(|x| x / length).collect()
}

fn compare(
    what: &str,
    exact: &LocalIndex,
    graph: &LocalIndex,
    queries: &[Vec<f32>],
    allowed: Option<&RoaringBitmap>,
) -> Result<(), IndexError> {
    let (mut exact_times, mut graph_times, mut n_found) = (Vec::new(), Vec::new(), 0);
    let mut way = None;
    for query in queries {
        let probe = Probe { query, missing: &[], allowed, k: 61 };
        let begun = Instant::now();
        let due = exact.probe(&probe)?;
        exact_times.push(begun.elapsed());
        let begun = Instant::now();
        let found = graph.probe(&probe)?;
        graph_times.push(begun.elapsed());
        way = Some(found.way);
        let due: HashSet<u32> = due.hits.iter().take(10).map(|hit| hit.id).collect();
        n_found += found.hits.iter().take(10).filter(|hit| due.contains(&hit.id)).count();
    }
    println!(
        "  {what:<12} exact {}   other ({way:?}) {}   recall@10 {:.4}",
        times(exact_times),
        times(graph_times),
        n_found as f64 / (10 * queries.len()) as f64
    );
    Ok(())
}

fn times(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1_000.0;
    format!("{:>6.2} {:>6.2} ms", at(50), at(99))
}
