//! Where the exact scan ends and the graph begins: what the constants of `local.rs` and `graph.rs` rest on.
//!
//! `cargo run --release -p vitrine-index --features synthetic --example limits -- [DIM] [N ..]`: for clustered
//! vectors of DIM numbers, N of them, prints milliseconds of a probe (median and 99th percentile) each way,
//! recall@10 of the graph, and what filters cost that keep one in so many.
#![allow(clippy::print_stdout)]

use std::{
    collections::HashSet,
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use roaring::RoaringBitmap;
use vitrine_index::{
    Change, IndexError, Layout, LocalIndex, Originals, Probe, VectorIndex, synthetic::Clusters,
};

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
    let kept = Arc::new(Kept { dim, all: ids.clone().flat_map(|id| clusters.vector(id)).collect() });
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
            a.iter().zip(&b).map(|(a, b)| a + 0.5 * b).collect()
        })
        .collect();
    compare("all", &exact, &graph, &queries, None)?;
    for one_in in [2, 4, 8, 16, 100] {
        let allowed: RoaringBitmap = ids.clone().filter(|id| id % one_in == 0).collect();
        compare(&format!("one in {one_in}"), &exact, &graph, &queries, Some(&allowed))?;
    }
    Ok(())
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
        let probe = Probe { query, allowed, k: 61 };
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
