//! The index's file: a cache, from which it is opened in less time than from the vectors themselves.
//!
//! `VITRINEI`, a version, the fingerprint of what made the vectors, the layout, the position in the log, the
//! rows chunk by chunk as they lie in memory, the ids that wait for the graph, usearch's own bytes, and a BLAKE3 sum
//! over all of it. Nothing is believed before the sum was compared: usearch trusts what it loads.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::Path,
    sync::Arc,
};

use roaring::RoaringBitmap;

use crate::{
    IndexError, Layout, LocalIndex, Originals, VectorIndex,
    block::Block,
    graph::Graph,
    local::Held,
    rows::{CHUNK, Chunk, Rows},
};

const MAGIC: &[u8; 8] = b"VITRINEI";
const VERSION: u64 = 2;
const BUFFER_BYTES: usize = 1 << 20;

impl LocalIndex {
    /// Writes it to a temporary file beside `file` and renames that. `fingerprint` names what made the
    /// vectors. Probes and changes go on meanwhile; after a change what was written is of no use, and this
    /// answers false: save again when less happens, what changed is in the log.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn save(&self, file: &Path, fingerprint: &str) -> Result<bool, IndexError> {
        let _working = self.working();
        let partial = file.with_extension("partial");
        let saved = self.write_to(&partial, fingerprint).and_then(|is_of_one_moment| {
            if is_of_one_moment {
                std::fs::rename(&partial, file)?;
                self.saved();
            }
            Ok(is_of_one_moment)
        });
        if !matches!(saved, Ok(true)) {
            let _ = std::fs::remove_file(&partial);
        }
        saved
    }

    /// Answers false, with a file that is not whole, when something changed meanwhile.
    fn write_to(&self, partial: &Path, fingerprint: &str) -> Result<bool, IndexError> {
        let mut out = Summing::new(BufWriter::with_capacity(BUFFER_BYTES, File::create(partial)?));
        let layout = self.layout();
        out.write_all(MAGIC)?;
        out.number(VERSION)?;
        out.block(fingerprint.as_bytes())?;
        out.number(layout.parts().len() as u64)?;
        for &len in layout.parts() {
            out.number(len as u64)?;
        }
        let (position, n_changes, n_chunks, waiting, graph) = {
            let held = self.read();
            let waiting: Vec<u32> = held.waiting.iter().copied().collect();
            let graph = held.graph.as_ref().map(Graph::to_bytes).transpose()?;
            (held.position, held.n_changes, self.rows.chunks().len(), waiting, graph)
        };
        out.number(position)?;
        out.number(n_chunks as u64)?;
        for at in 0..n_chunks {
            // One chunk at a time: a probe never waits for the disk.
            let (ids, rows) = {
                let held = self.read();
                if held.n_changes != n_changes {
                    return Ok(false);
                }
                let chunk = &self.rows.chunks()[at];
                let n_bytes = chunk.ids.len() * self.rows.stride();
                let rows: Vec<u8> = bytemuck::cast_slice(&chunk.block.bytes()[..n_bytes]).to_vec();
                (numbers(&chunk.ids), rows)
            };
            out.number(ids.len() as u64 / 4)?;
            out.write_all(&ids)?;
            out.write_all(&rows)?;
        }
        out.block(&numbers(&waiting))?;
        out.number(u64::from(graph.is_some()))?;
        out.block(&graph.unwrap_or_default())?;
        out.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(true)
    }

    /// Opens a file that [`LocalIndex::save`] wrote for the same fingerprint and layout.
    ///
    /// # Errors
    /// [`IndexError::DamagedCache`] for anything else.
    pub fn open(
        file: &Path,
        fingerprint: &str,
        layout: Layout,
        originals: Arc<dyn Originals>,
    ) -> Result<Self, IndexError> {
        let exact_limit = Self::exact_limit(&layout);
        Self::open_with_exact_limit(file, fingerprint, layout, originals, exact_limit)
    }

    /// As [`LocalIndex::open`], with the number of vectors from which the graph answers.
    ///
    /// # Errors
    /// As [`LocalIndex::open`].
    pub fn open_with_exact_limit(
        file: &Path,
        fingerprint: &str,
        layout: Layout,
        originals: Arc<dyn Originals>,
        exact_limit: usize,
    ) -> Result<Self, IndexError> {
        let damaged = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData => IndexError::DamagedCache,
            _ => IndexError::Io(error),
        };
        let opened = File::open(file)?;
        // No length in the file is believed beyond what the file could hold.
        let n_most = opened.metadata()?.len();
        let mut from = Checking::new(BufReader::with_capacity(BUFFER_BYTES, opened), n_most);
        Self::read_from(&mut from, fingerprint, layout, originals, exact_limit).map_err(damaged)?
    }

    fn read_from(
        from: &mut Checking,
        fingerprint: &str,
        layout: Layout,
        originals: Arc<dyn Originals>,
        exact_limit: usize,
    ) -> std::io::Result<Result<Self, IndexError>> {
        let refused = || Ok(Err(IndexError::DamagedCache));
        if &from.array::<8>()? != MAGIC
            || from.number()? != VERSION
            || from.block()? != fingerprint.as_bytes()
            || from.number()? != layout.parts().len() as u64
        {
            return refused();
        }
        for &len in layout.parts() {
            if from.number()? != len as u64 {
                return refused();
            }
        }
        let mut held = Held {
            slots: Vec::new(),
            ids: RoaringBitmap::new(),
            graph: None,
            waiting: BTreeSet::new(),
            free: Vec::new(),
            position: from.number()?,
            n_changes: 0,
        };
        let rows = Arc::new(Rows::new(layout));
        for at in 0..from.number()? as usize {
            let n = from.length(4)?;
            if n > CHUNK {
                return refused();
            }
            let ids = to_numbers(&from.bytes(n * 4)?);
            let of_rows = from.bytes(n * rows.stride())?;
            let mut block = Block::zeroed(CHUNK * rows.stride())?;
            block.bytes_mut()[..of_rows.len()].copy_from_slice(bytemuck::cast_slice(&of_rows));
            for (row, &id) in ids.iter().enumerate() {
                let slot = (at * CHUNK + row) as u32;
                // An id beyond what a bitmap of photos could hold comes from a damaged file.
                match id {
                    0 => held.free.push(slot),
                    1..=0x3fff_ffff => held.insert(id, slot),
                    _ => return refused(),
                }
            }
            // Safety: nobody else knows these rows yet.
            unsafe { rows.push_chunk(Chunk { ids, block }) };
        }
        let waiting = to_numbers(&from.block()?);
        let has_graph = from.number()? == 1;
        let graph = from.block()?;
        if !from.is_whole()? {
            return refused();
        }
        if has_graph {
            match Graph::from_bytes(&graph, &rows) {
                Ok(graph) => held.graph = Some(graph),
                Err(error) => return Ok(Err(error)),
            }
            held.waiting = waiting.into_iter().collect();
        }
        Ok(Ok(Self::of_parts(rows, held, originals, exact_limit)))
    }
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn to_numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|x| u32::from_le_bytes(*x)).collect()
}

/// Writes, and sums up what it wrote.
struct Summing {
    out: BufWriter<File>,
    sum: blake3::Hasher,
}

impl Summing {
    fn new(out: BufWriter<File>) -> Self {
        Self { out, sum: blake3::Hasher::new() }
    }

    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.sum.update(bytes);
        self.out.write_all(bytes)
    }

    fn number(&mut self, number: u64) -> std::io::Result<()> {
        self.write_all(&number.to_le_bytes())
    }

    fn block(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.number(bytes.len() as u64)?;
        self.write_all(bytes)
    }

    fn finish(mut self) -> std::io::Result<BufWriter<File>> {
        self.out.write_all(self.sum.finalize().as_bytes())?;
        Ok(self.out)
    }
}

/// Reads, and sums up what it read.
struct Checking {
    from: BufReader<File>,
    sum: blake3::Hasher,
    n_most: u64,
}

impl Checking {
    fn new(from: BufReader<File>, n_most: u64) -> Self {
        Self { from, sum: blake3::Hasher::new(), n_most }
    }

    fn bytes(&mut self, n: usize) -> std::io::Result<Vec<u8>> {
        if n as u64 > self.n_most {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; n];
        self.from.read_exact(&mut bytes)?;
        self.sum.update(&bytes);
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> std::io::Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(&self.bytes(N)?);
        Ok(array)
    }

    fn number(&mut self) -> std::io::Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A length of items of `size` bytes each, no more than the file could hold.
    fn length(&mut self, size: u64) -> std::io::Result<usize> {
        let n = self.number()?;
        if n.saturating_mul(size) > self.n_most {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        usize::try_from(n).map_err(|_| std::io::ErrorKind::InvalidData.into())
    }

    fn block(&mut self) -> std::io::Result<Vec<u8>> {
        let n = self.length(1)?;
        self.bytes(n)
    }

    /// Whether the sum at the end is that of everything before it.
    fn is_whole(&mut self) -> std::io::Result<bool> {
        let mut sum = [0; 32];
        self.from.read_exact(&mut sum)?;
        Ok(self.sum.finalize().as_bytes() == &sum)
    }
}
