//! Vectors in 8 bits, and the scan over them.
//!
//! Each part of a row has a scale of its own: `x = scale * byte`, with the largest number at 127. The inner
//! product of two rows is then the sum over parts of `scale_a * scale_b * dot(bytes_a, bytes_b)`, off by
//! about 0.003 for unit vectors of 512 numbers. Rows lie in chunks, so that more
//! of them never move those that are there.
//!
//! Safety: rows change through `&self` (the graph's metric holds them too), so the methods that write are
//! unsafe and ask that nobody reads meanwhile. [`crate::LocalIndex`] calls them with its write lock held,
//! and everything that reads with its read lock.

use std::cell::UnsafeCell;

use numkong::Dot;
use rayon::prelude::*;
use roaring::RoaringBitmap;

use crate::{Hit, Layout, best::keep_best, block::Block};

/// Rows of a chunk: some megabytes, and a millisecond's work for one thread.
pub(crate) const CHUNK: usize = 8_192;
/// Rows start at multiples of so many bytes, as wide as what the processor reads at once on most machines.
const ALIGNED: usize = 16;

/// Rows that lie together.
pub(crate) struct Chunk {
    /// The id of each row; 0 where there is none.
    pub(crate) ids: Vec<u32>,
    /// Room for [`CHUNK`] rows of [`Rows::stride`] bytes: the parts' scales, their bytes, and nothing up to the
    /// next row.
    pub(crate) block: Block,
}

/// A vector in 8 bits.
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<i8>,
    pub(crate) scales: Vec<f32>,
}

/// What rows are compared with: a vector in 8 bits, and what a part adds where a row lacks it.
pub(crate) struct Sought {
    row: Encoded,
    missing: Vec<f32>,
}

impl Sought {
    /// The part that weighs most, and where its numbers are.
    fn heaviest(&self, layout: &Layout) -> (usize, std::ops::Range<usize>) {
        let mut start = 0;
        let mut found = (0, 0..0, -1.0);
        for (part, &len) in layout.parts().iter().enumerate() {
            let range = start..start + len;
            let bytes = &self.row.bytes[range.clone()];
            let squares: i32 = bytes.iter().map(|x| i32::from(*x).pow(2)).sum();
            let weight = self.row.scales[part] * (squares as f32).sqrt();
            if weight > found.2 {
                found = (part, range, weight);
            }
            start += len;
        }
        (found.0, found.1)
    }
}

/// All rows, by slot.
pub(crate) struct Rows {
    layout: Layout,
    /// Bytes from one row to the next.
    stride: usize,
    chunks: UnsafeCell<Vec<Chunk>>,
}

// Safety: see the top of this file.
unsafe impl Sync for Rows {}

impl Rows {
    pub(crate) fn new(layout: Layout) -> Self {
        let used = layout.parts().len() * size_of::<f32>() + layout.width();
        Self { layout, stride: used.next_multiple_of(ALIGNED), chunks: UnsafeCell::new(Vec::new()) }
    }

    /// Bytes from one row to the next.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn chunks(&self) -> &[Chunk] {
        // Safety: nobody writes while somebody reads.
        unsafe { &*self.chunks.get() }
    }

    /// Appends a row and answers its slot.
    ///
    /// # Errors
    /// Too little memory.
    ///
    /// # Safety
    /// Nobody reads meanwhile.
    pub(crate) unsafe fn push(&self, id: u32, row: &Encoded) -> std::io::Result<u32> {
        // Safety: asked of the caller.
        let chunks = unsafe { &mut *self.chunks.get() };
        if chunks.last().is_none_or(|chunk| chunk.ids.len() == CHUNK) {
            let block = Block::zeroed(CHUNK * self.stride)?;
            chunks.push(Chunk { ids: Vec::with_capacity(CHUNK), block });
        }
        let n_before = chunks.len().saturating_sub(1) * CHUNK;
        let Some(chunk) = chunks.last_mut() else { return Ok(0) };
        self.write(&mut chunk.block, chunk.ids.len(), row);
        chunk.ids.push(id);
        Ok((n_before + chunk.ids.len() - 1) as u32)
    }

    /// Puts a row in the place of a cleared one.
    ///
    /// # Safety
    /// Nobody reads meanwhile.
    pub(crate) unsafe fn put(&self, slot: u32, id: u32, row: &Encoded) {
        // Safety: asked of the caller.
        let chunks = unsafe { &mut *self.chunks.get() };
        let at = slot as usize % CHUNK;
        if let Some(chunk) = chunks.get_mut(slot as usize / CHUNK) {
            self.write(&mut chunk.block, at, row);
            chunk.ids[at] = id;
        }
    }

    fn write(&self, block: &mut Block, at: usize, row: &Encoded) {
        let into = &mut block.bytes_mut()[at * self.stride..(at + 1) * self.stride];
        let (scales, bytes) = into.split_at_mut(row.scales.len() * size_of::<f32>());
        scales.copy_from_slice(bytemuck::cast_slice(&row.scales));
        bytes[..row.bytes.len()].copy_from_slice(&row.bytes);
    }

    /// Empties a row.
    ///
    /// # Safety
    /// Nobody reads meanwhile.
    pub(crate) unsafe fn clear(&self, slot: u32) {
        // Safety: asked of the caller.
        let chunks = unsafe { &mut *self.chunks.get() };
        if let Some(chunk) = chunks.get_mut(slot as usize / CHUNK) {
            chunk.ids[slot as usize % CHUNK] = 0;
        }
    }

    /// Takes a whole chunk over, as it was read from a file.
    ///
    /// # Safety
    /// Nobody reads meanwhile.
    pub(crate) unsafe fn push_chunk(&self, chunk: Chunk) {
        // Safety: asked of the caller.
        unsafe { &mut *self.chunks.get() }.push(chunk);
    }

    /// The id at a slot; 0 where there is none.
    pub(crate) fn id(&self, slot: u32) -> u32 {
        let chunk = self.chunks().get(slot as usize / CHUNK);
        chunk.and_then(|chunk| chunk.ids.get(slot as usize % CHUNK)).copied().unwrap_or(0)
    }

    /// A row's bytes and scales.
    pub(crate) fn row(&self, slot: u32) -> (&[i8], &[f32]) {
        self.row_of(&self.chunks()[slot as usize / CHUNK], slot as usize % CHUNK)
    }

    /// One slot in `one_in`, and the last `n_last`, those of empty rows too.
    pub(crate) fn sampled(&self, one_in: usize, n_last: usize) -> impl Iterator<Item = u32> {
        let n: usize = self.chunks().iter().map(|chunk| chunk.ids.len()).sum();
        let last = n.saturating_sub(n_last);
        (0..last).step_by(one_in).chain(last..n).map(|slot| slot as u32)
    }

    fn row_of<'a>(&self, chunk: &'a Chunk, at: usize) -> (&'a [i8], &'a [f32]) {
        let row = &chunk.block.bytes()[at * self.stride..(at + 1) * self.stride];
        let (scales, bytes) = row.split_at(self.layout.parts().len() * size_of::<f32>());
        // Rows start at multiples of four bytes.
        (&bytes[..self.layout.width()], bytemuck::cast_slice(scales))
    }

    pub(crate) fn encode(&self, vector: &[f32]) -> Encoded {
        let mut encoded = Encoded {
            bytes: Vec::with_capacity(vector.len()),
            scales: Vec::with_capacity(self.layout.parts().len()),
        };
        let mut rest = vector;
        for &len in self.layout.parts() {
            let (part, more) = rest.split_at(len.min(rest.len()));
            rest = more;
            let largest = part.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let scale = largest / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            // Within -127 to 127 by the choice of the scale; a number that is none becomes 0.
            encoded.bytes.extend(part.iter().map(|x| (x * inverse).round() as i8));
            encoded.scales.push(scale);
        }
        encoded
    }

    /// What a probe looks for. `missing` is of one number a part, or empty.
    pub(crate) fn sought(&self, query: &[f32], missing: &[f32]) -> Sought {
        let mut missing = missing.to_vec();
        missing.resize(self.layout.parts().len(), 0.0);
        Sought { row: self.encode(query), missing }
    }

    /// What a row looks for that is itself a query: a part that it lacks says nothing of others.
    pub(crate) fn sought_like(&self, slot: u32) -> Sought {
        let (bytes, scales) = self.row(slot);
        let row = Encoded { bytes: bytes.to_vec(), scales: scales.to_vec() };
        Sought { row, missing: vec![0.0; self.layout.parts().len()] }
    }

    /// The score of a row.
    pub(crate) fn score(&self, sought: &Sought, row: (&[i8], &[f32])) -> f32 {
        let mut start = 0;
        let mut sum = 0.0;
        for (part, &len) in self.layout.parts().iter().enumerate() {
            let end = start + len;
            if row.1[part] <= 0.0 {
                sum += sought.missing[part];
            } else if sought.row.scales[part] > 0.0 {
                let scale = sought.row.scales[part] * row.1[part];
                // Both are of one length by construction.
                sum += scale * i8::dot(&sought.row.bytes[start..end], &row.0[start..end]).unwrap_or(0) as f32;
            }
            start = end;
        }
        sum
    }

    /// The best `k` of the allowed rows at these slots by the part that weighs most in what is sought, as slots.
    pub(crate) fn scan_heaviest(
        &self,
        sought: &Sought,
        slots: impl Iterator<Item = u32>,
        allowed: Option<&RoaringBitmap>,
        k: usize,
    ) -> Vec<u32> {
        let (part, range) = sought.heaviest(&self.layout);
        let missing = sought.missing.get(part).copied().unwrap_or(0.0);
        let query = &sought.row.bytes[range.clone()];
        let mut best: Vec<Hit> = slots
            .filter_map(|slot| {
                let chunk = &self.chunks()[slot as usize / CHUNK];
                let at = slot as usize % CHUNK;
                let id = chunk.ids[at];
                if id == 0 || allowed.is_some_and(|allowed| !allowed.contains(id)) {
                    return None;
                }
                let (bytes, scales) = self.row_of(chunk, at);
                let score = match scales[part] {
                    0.0 => missing,
                    scale => {
                        let dot = i8::dot(query, &bytes[range.clone()]).unwrap_or(0);
                        sought.row.scales[part] * scale * dot as f32
                    }
                };
                Some(Hit { id: slot, score })
            })
            .collect();
        keep_best(&mut best, k);
        best.into_iter().map(|hit| hit.id).collect()
    }

    /// How near two rows are to each other: the mean of the cosines of the parts that both have, times the
    /// number of parts, so that rows which lack one are not far from everything.
    pub(crate) fn nearness(&self, a: (&[i8], &[f32]), b: (&[i8], &[f32])) -> f32 {
        let mut start = 0;
        let (mut sum, mut n_common) = (0.0, 0_u32);
        for (part, &len) in self.layout.parts().iter().enumerate() {
            let end = start + len;
            let scale = a.1[part] * b.1[part];
            if scale > 0.0 {
                sum += scale * i8::dot(&a.0[start..end], &b.0[start..end]).unwrap_or(0) as f32;
                n_common += 1;
            }
            start = end;
        }
        if n_common == 0 { 0.0 } else { sum * self.layout.parts().len() as f32 / n_common as f32 }
    }

    /// The best `k` of all rows that are allowed, best first.
    pub(crate) fn scan(&self, sought: &Sought, allowed: Option<&RoaringBitmap>, k: usize) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self
            .chunks()
            .par_iter()
            .flat_map_iter(|chunk| {
                let mut best: Vec<Hit> = chunk
                    .ids
                    .iter()
                    .enumerate()
                    .filter(|&(_, &id)| id != 0 && allowed.is_none_or(|allowed| allowed.contains(id)))
                    .map(|(at, &id)| Hit { id, score: self.score(sought, self.row_of(chunk, at)) })
                    .collect();
                keep_best(&mut best, k);
                best
            })
            .collect();
        keep_best(&mut hits, k);
        hits
    }

    /// The best `k` of the rows at these slots, best first.
    pub(crate) fn scan_slots(&self, sought: &Sought, slots: &[u32], k: usize) -> Vec<Hit> {
        let mut hits: Vec<Hit> = slots
            .par_chunks(CHUNK)
            .flat_map_iter(|slots| {
                let mut best: Vec<Hit> = slots
                    .iter()
                    .map(|&slot| Hit { id: self.id(slot), score: self.score(sought, self.row(slot)) })
                    .collect();
                keep_best(&mut best, k);
                best
            })
            .collect();
        keep_best(&mut hits, k);
        hits
    }
}
