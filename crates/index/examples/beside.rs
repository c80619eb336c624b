//! Answers queries from a file, so that another program can time this index beside others.
//!
//! `cargo run --release -p vitrine-index --features synthetic --example beside -- FOLDER PARTS`: reads
//! FOLDER/base.f32 and FOLDER/queries.f32 (little-endian rows of the PARTS, such as 512,256,512, one after the
//! other), builds the index as a run does, writes the ids of the ten best of each query to FOLDER/found.u32, and
//! prints figures as JSON: seconds to build, microseconds a query (median, 99th percentile), and megabytes that it
//! holds beside the vectors that were read. `models/parity/index_times.py` compares them with faiss and hnswlib.
#![allow(clippy::print_stdout)]

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use vitrine_index::{Change, Layout, LocalIndex, Originals, Probe, VectorIndex};

const K: usize = 10;

/// Rows of a file, as the store would read them: from disk, when they are asked for.
struct Rows {
    file: std::fs::File,
    width: usize,
}

impl Rows {
    fn open(file: &Path, width: usize) -> Result<(Self, usize), Box<dyn Error>> {
        let n_bytes = file.metadata()?.len() as usize;
        Ok((Self { file: std::fs::File::open(file)?, width }, n_bytes / 4 / width))
    }

    fn row(&self, at: u32) -> std::io::Result<Vec<f32>> {
        use std::os::unix::fs::FileExt;
        let mut bytes = vec![0; self.width * 4];
        self.file.read_exact_at(&mut bytes, u64::from(at) * self.width as u64 * 4)?;
        Ok(bytes.as_chunks().0.iter().map(|x| f32::from_le_bytes(*x)).collect())
    }
}

impl Originals for Rows {
    fn read(
        &self,
        ids: &[u32],
        take: &mut dyn FnMut(u32, &[f32]),
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        for &id in ids {
            take(id, &self.row(id)?);
        }
        Ok(())
    }
}

fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_default());
    let parts: Vec<usize> =
        arguments.next().unwrap_or_default().split(',').filter_map(|part| part.parse().ok()).collect();
    let layout = Layout::new(parts);
    let (base, n) = Rows::open(&folder.join("base.f32"), layout.width())?;
    let (queries, n_queries) = Rows::open(&folder.join("queries.f32"), layout.width())?;
    let base = Arc::new(base);
    let before = memory_mb();
    let begun = Instant::now();
    // The graph's figures are wanted, also where the exact scan would still be the way.
    let index = LocalIndex::with_exact_limit(layout, base.clone(), n / 2);
    for first in (0..n as u32).step_by(4_096) {
        let batch = first..(first + 4_096).min(n as u32);
        let puts = batch.map(|id| Ok(Change::Put { id, vector: base.row(id)? }));
        index.fill(puts.collect::<std::io::Result<_>>()?)?;
    }
    while index.advance_graph(512)? > 0 {}
    let built = begun.elapsed().as_secs_f64();
    let held = memory_mb() - before;
    let asked: Vec<Vec<f32>> = (0..n_queries as u32).map(|at| queries.row(at)).collect::<Result<_, _>>()?;
    let (mut found, mut times) = (Vec::new(), Vec::new());
    for query in &asked {
        let probe = Probe { query, missing: &[], allowed: None, k: K };
        let begun = Instant::now();
        let answer = index.probe(&probe)?;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
        found.extend(answer.hits.iter().take(K).flat_map(|hit| hit.id.to_le_bytes()));
    }
    std::fs::write(folder.join("found.u32"), found)?;
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    println!(
        "{{\"build_s\": {built:.1}, \"p50_us\": {:.0}, \"p99_us\": {:.0}, \"memory_mb\": {held:.0}}}",
        at(50),
        at(99)
    );
    Ok(())
}
