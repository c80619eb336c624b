//! A weight matrix as products read it, and the products.
//!
//! Columns of the result are computed in panels as wide as a tile: of each panel, the weights of all its columns lie
//! side by side for the first input, then for the second, and so on. Threads share the panels; each goes over the rows
//! in chunks that stay in its second cache, so a panel is read once for each chunk.

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    Activation, Isa,
    aligned::Aligned,
    elementwise::{gelu, quick_gelu},
    isa::compiled_for,
    simd::Simd,
    tile::{self, Columns, Sums, VECTORS, blocks, for_rows},
};

/// Numbers of the rows that a thread goes over at once: with a panel they fill half of a second cache of 512 kB.
const CHUNK: usize = 48 << 10;
/// Inputs whose products are added up at once, so that a panel stays near.
const DEPTH: usize = 1_024;
/// Products that outweigh waking another thread.
const TASK: usize = 1 << 19;
/// Parts of the work for each thread, so that one that was held up leaves some to the others.
const TASKS_PER_THREAD: usize = 4;

/// What a product becomes.
#[derive(Debug, Clone, Copy)]
pub enum Then<'a> {
    /// What it is, with the bias.
    Nothing,
    /// This of it.
    Activate(Activation),
    /// The sum with these numbers, `[rows, n_out]`.
    Add(&'a [f32]),
}

/// Weights `[n_out, n_in]` and a bias `[n_out]`, arranged for one kind of processor.
pub struct Matrix {
    panels: Aligned,
    /// As wide as the panels.
    bias: Aligned,
    n_in: usize,
    n_out: usize,
    isa: Isa,
}

impl Matrix {
    /// Arranges `weights`, `[n_out, n_in]`, for this processor.
    ///
    /// # Panics
    /// Where the numbers are not as many as the sizes say.
    #[must_use]
    pub fn pack(weights: &[f32], bias: Option<&[f32]>, n_in: usize) -> Self {
        Self::pack_for(Isa::best(), weights, bias, n_in)
    }

    /// As [`Matrix::pack`], for other instructions than the best of this processor.
    ///
    /// # Panics
    /// Where the numbers are not as many as the sizes say, or this processor lacks the instructions.
    #[must_use]
    pub fn pack_for(isa: Isa, weights: &[f32], bias: Option<&[f32]>, n_in: usize) -> Self {
        assert!(isa.is_available(), "this processor has no {}", isa.name());
        assert!(n_in > 0 && weights.len().is_multiple_of(n_in), "{} weights, {n_in} inputs", weights.len());
        let n_out = weights.len() / n_in;
        let width = width(isa);
        let n_panels = n_out.div_ceil(width);
        let mut panels = Aligned::zeros(n_panels * width * n_in);
        for (panel, weights) in
            panels.as_mut_slice().chunks_exact_mut(width * n_in).zip(weights.chunks(width * n_in))
        {
            for (column, weights) in weights.chunks_exact(n_in).enumerate() {
                for (line, weight) in panel.chunks_exact_mut(width).zip(weights) {
                    line[column] = *weight;
                }
            }
        }
        let mut wide_bias = Aligned::zeros(n_panels * width);
        if let Some(bias) = bias {
            assert_eq!(bias.len(), n_out, "the bias has another length");
            wide_bias.as_mut_slice()[..n_out].copy_from_slice(bias);
        }
        Self { panels, bias: wide_bias, n_in, n_out, isa }
    }

    /// Numbers of a row that goes in.
    #[must_use]
    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// Numbers of a row that comes out.
    #[must_use]
    pub fn n_out(&self) -> usize {
        self.n_out
    }

    /// The weights as they came, `[n_out, n_in]`.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        let mut weights = vec![0.0; self.n_out * self.n_in];
        for (output, row) in weights.chunks_exact_mut(self.n_in).enumerate() {
            self.weights_of(output, row);
        }
        weights
    }

    /// The weights of one output, `[n_in]`, into `row`.
    ///
    /// # Panics
    /// Where there is no such output, or `row` is of another length.
    pub fn weights_of(&self, output: usize, row: &mut [f32]) {
        assert!(output < self.n_out && row.len() == self.n_in, "output {output} of {}", self.n_out);
        let width = width(self.isa);
        let panel = &self.panels.as_slice()[output / width * width * self.n_in..][..width * self.n_in];
        for (weight, line) in row.iter_mut().zip(panel.chunks_exact(width)) {
            *weight = line[output % width];
        }
    }

    /// The bias, `[n_out]`; zeros where there was none.
    #[must_use]
    pub fn bias(&self) -> &[f32] {
        &self.bias.as_slice()[..self.n_out]
    }

    /// Whether both have the same numbers, bit by bit, in the same arrangement.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let are_same = |a: &Aligned, b: &Aligned| {
            a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| a.to_bits() == b.to_bits())
        };
        (self.n_in, self.n_out, self.isa) == (other.n_in, other.n_out, other.isa)
            && are_same(&self.panels, &other.panels)
            && are_same(&self.bias, &other.bias)
    }

    /// `x`, `[rows, n_in]`, times the transposed weights, plus the bias, then what `then` says, into `out`,
    /// `[rows, n_out]`.
    ///
    /// # Panics
    /// Where the numbers are not as many as the sizes say.
    pub fn multiply(&self, x: &[f32], then: Then<'_>, out: &mut [f32]) {
        let rows = x.len() / self.n_in;
        assert_eq!(x.len(), rows * self.n_in, "rows of {} numbers", self.n_in);
        assert_eq!(out.len(), rows * self.n_out, "{rows} rows of {} numbers", self.n_out);
        if let Then::Add(other) = then {
            assert_eq!(other.len(), out.len(), "what is added has another size");
        }
        if rows == 0 || self.n_out == 0 {
            return;
        }
        let n_panels = self.n_out.div_ceil(width(self.isa));
        let n_threads = rayon::current_num_threads();
        let n_tasks = match n_threads {
            1 => 1,
            n => (n * TASKS_PER_THREAD).min(rows * self.n_in * self.n_out / TASK).clamp(1, n_panels),
        };
        let out = Columns(out.as_mut_ptr());
        let task = |task: usize| {
            let panels = n_panels * task / n_tasks..n_panels * (task + 1) / n_tasks;
            let work = &Work { matrix: self, x, rows, then, out: &out, panels };
            // SAFETY: the processor has the instructions, or the matrix could not have been packed; the sizes were
            // looked at above; every task has panels of its own, and writes the columns of these alone.
            unsafe { compiled_for!(self.isa, work_on(work: &Work<'_>)) }
        };
        match n_tasks {
            1 => task(0),
            n => (0..n).into_par_iter().for_each(task),
        }
    }
}

/// Columns of a panel.
fn width(isa: Isa) -> usize {
    match isa {
        Isa::Portable => tile::width::<crate::simd::Portable>(),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => tile::width::<crate::simd::Avx2>(),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => tile::width::<crate::simd::Avx512>(),
        #[cfg(target_arch = "aarch64")]
        Isa::Neon => tile::width::<crate::simd::Neon>(),
    }
}

/// What one task does.
struct Work<'a> {
    matrix: &'a Matrix,
    x: &'a [f32],
    rows: usize,
    then: Then<'a>,
    out: &'a Columns,
    panels: Range<usize>,
}

/// One block of rows, one panel, and some of the inputs.
struct Block<'a> {
    /// Inputs of a row, and those of which the products are added up now.
    n_in: usize,
    inputs: Range<usize>,
    /// Where the rows and the panel begin.
    x: *const f32,
    panel: *const f32,
    bias: *const f32,
    then: Then<'a>,
    /// Where the block begins in the result, and how many numbers a row of that has.
    start: usize,
    out: *mut f32,
    n_out: usize,
    /// Columns of the panel that there are.
    n_columns: usize,
}

#[inline(always)]
unsafe fn work_on<S: Simd>(work: &Work<'_>) {
    let Work { matrix, x, rows, then, out, ref panels } = *work;
    let (n_in, n_out, width) = (matrix.n_in, matrix.n_out, tile::width::<S>());
    let depth = n_in.div_ceil(n_in.div_ceil(DEPTH));
    let chunk = (CHUNK / depth).max(S::ROWS).next_multiple_of(S::ROWS);
    for (first, n) in blocks(rows, chunk) {
        for from in (0..n_in).step_by(depth) {
            for panel in panels.clone() {
                let weights = &matrix.panels.as_slice()[panel * width * n_in..(panel + 1) * width * n_in];
                let bias = &matrix.bias.as_slice()[panel * width..(panel + 1) * width];
                for (row, n) in blocks(n, S::ROWS) {
                    let row = first + row;
                    let block = Block {
                        n_in,
                        inputs: from..(from + depth).min(n_in),
                        x: x[row * n_in..(row + n) * n_in].as_ptr(),
                        panel: weights.as_ptr(),
                        bias: bias.as_ptr(),
                        then,
                        start: row * n_out + panel * width,
                        out: out.0,
                        n_out,
                        n_columns: (n_out - panel * width).min(width),
                    };
                    // SAFETY: the block lies within the matrices.
                    unsafe { for_rows!(n, one_block::<S>(&block)) }
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn one_block<S: Simd, const R: usize>(block: &Block<'_>) {
    let Block { n_in, ref inputs, x, panel, bias, then, start, out, n_out, n_columns } = *block;
    // SAFETY: the caller's block lies within the matrices.
    unsafe {
        let mut sums: Sums<S, R> = [[S::splat(0.0); VECTORS]; R];
        if inputs.start > 0 {
            for (row, sums) in sums.iter_mut().enumerate() {
                *sums = tile::load::<S>(out.add(start + row * n_out), n_columns);
            }
        }
        let (x, panel) = (x.add(inputs.start), panel.add(inputs.start * tile::width::<S>()));
        let sums = tile::multiply::<S, R>(inputs.len(), x, n_in, panel, sums);
        let is_last = inputs.end == n_in;
        let bias = tile::load::<S>(bias, tile::width::<S>());
        for (row, mut sums) in sums.into_iter().enumerate() {
            let at = start + row * n_out;
            if is_last {
                sums = plus::<S>(sums, bias);
                sums = match then {
                    Then::Nothing => sums,
                    Then::Activate(Activation::QuickGelu) => {
                        [quick_gelu::<S>(sums[0]), quick_gelu::<S>(sums[1])]
                    }
                    Then::Activate(Activation::Gelu) => [gelu::<S>(sums[0]), gelu::<S>(sums[1])],
                    Then::Add(other) => plus::<S>(sums, tile::load::<S>(other.as_ptr().add(at), n_columns)),
                };
            }
            tile::store::<S>(out.add(at), n_columns, sums);
        }
    }
}

#[inline(always)]
unsafe fn plus<S: Simd>(a: [S::V; VECTORS], b: [S::V; VECTORS]) -> [S::V; VECTORS] {
    // SAFETY: the caller's.
    unsafe { [S::add(a[0], b[0]), S::add(a[1], b[1])] }
}
