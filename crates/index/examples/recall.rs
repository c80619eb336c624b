//! Recall and speed of the graph against the exact scan, on clustered vectors.
//!
//! `cargo run --release -p vitrine-index --example recall -- 100000 512`
#![allow(clippy::print_stdout)]

use std::{collections::HashSet, time::Instant};

use vitrine_index::{IndexError, VectorIndex};

fn main() -> Result<(), IndexError> {
    let mut args = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (n, dim) = (args.next().unwrap_or(20_000), args.next().unwrap_or(512));
    let mut state = 1_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u32 << 24) as f32 - 0.5
    };
    let centres: Vec<Vec<f32>> = (0..200).map(|_| (0..dim).map(|_| next()).collect()).collect();
    let mut exact = VectorIndex::with_exact_limit(dim, usize::MAX);
    let mut graph = VectorIndex::with_exact_limit(dim, 0);
    let mut queries = Vec::new();
    for id in 0..n {
        let v: Vec<f32> = centres[id % centres.len()].iter().map(|c| c + next()).collect();
        let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
        let v: Vec<f32> = v.iter().map(|x| x / norm).collect();
        exact.add(id as u64, &v)?;
        graph.add(id as u64, &v)?;
        if id % (n / 200).max(1) == 0 {
            queries.push(v);
        }
    }
    let start = Instant::now();
    while graph.advance_graph(10_000)? > 0 {}
    println!("graph of {n} x {dim}: {:.1} s", start.elapsed().as_secs_f32());
    let time = |index: &VectorIndex| -> Result<Vec<HashSet<u64>>, IndexError> {
        let start = Instant::now();
        let answers =
            queries.iter().map(|q| Ok(index.search(q, 10)?.iter().map(|hit| hit.id).collect())).collect();
        println!("{:.3} ms a query", start.elapsed().as_secs_f64() * 1_000.0 / queries.len() as f64);
        answers
    };
    let due = time(&exact)?;
    let found = time(&graph)?;
    let same: usize = due.iter().zip(&found).map(|(a, b)| a.intersection(b).count()).sum();
    println!("recall@10 {:.3}", same as f64 / (10 * queries.len()) as f64);
    Ok(())
}
