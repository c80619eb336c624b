//! Products of rows with a matrix.
//!
//! Threads share the panels; each goes over the rows in chunks that stay in its second cache, so a panel is read once
//! for each chunk.

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    Matrix, Precision, Then,
    aligned::Aligned,
    product::{Product, compiled_for_product},
    simd::Simd,
    tile::{self, Columns, Fetch, NOTHING, Sums, TASKS_PER_THREAD, Tile, VECTORS, blocks, for_rows},
};

/// Bytes of the rows that a thread goes over at once: with a panel they fill half of a second cache of 512 kB.
const CHUNK: usize = 192 << 10;
/// Bytes of a column whose products are added up at once, so that a panel stays near.
const DEPTH: usize = 4_096;
/// Products that outweigh waking another thread.
const TASK: usize = 1 << 21;
/// Bytes of weights that do: for a few rows, they are what takes time.
const READ: usize = 1 << 17;
/// Numbers whose preparation outweighs waking another thread.
const PREPARED: usize = 1 << 15;

/// As [`Matrix::multiply`].
pub(crate) fn multiply(matrix: &Matrix, x: &[f32], then: Then<'_>) -> Vec<f32> {
    let (n_in, n_out) = (matrix.n_in, matrix.n_out);
    let rows = x.len() / n_in;
    assert_eq!(x.len(), rows * n_in, "rows of {n_in} numbers");
    if let Then::Add(other) = then {
        assert_eq!(other.len(), rows * n_out, "what is added has another size");
    }
    if rows == 0 || n_out == 0 {
        return Vec::new();
    }
    let stride = tile::apart(matrix.wide_in(), matrix.shape.input_size, rows.min(matrix.shape.rows));
    let is_read_as_it_is = matrix.precision == Precision::F32 && stride == n_in;
    let prepared = (!is_read_as_it_is).then(|| Prepared::new(matrix, x, stride));
    let inputs = Inputs {
        numbers: prepared
            .as_ref()
            .map_or(x.as_ptr().cast(), |prepared| prepared.numbers.start().cast_const()),
        scales: prepared.as_ref().map_or(&[], |prepared| &prepared.scales),
        rows,
        stride,
    };
    let n_panels = n_out.div_ceil(matrix.shape.width);
    let n_threads = rayon::current_num_threads();
    let n_tasks = match n_threads {
        1 => 1,
        n => {
            let worth = (rows * n_in * n_out / TASK).max(matrix.panels.numbers::<u8>().len() / READ);
            (n * TASKS_PER_THREAD).min(worth).clamp(1, n_panels)
        }
    };
    let task = |out: &Columns, task: usize| {
        let panels = n_panels * task / n_tasks..n_panels * (task + 1) / n_tasks;
        let work = &Work { matrix, inputs: &inputs, then, out, panels };
        // SAFETY: the processor has the instructions, or the matrix could not have been packed; the sizes were
        // looked at above; every task has panels of its own, and writes the columns of these alone.
        unsafe { compiled_for_product!(matrix.precision, matrix.isa, work_on(work: &Work<'_>)) }
    };
    // SAFETY: the panels of all tasks are all columns, and a task writes these in every row.
    unsafe {
        tile::written(rows * n_out, |out| match n_tasks {
            1 => task(out, 0),
            n => (0..n).into_par_iter().for_each(|at| task(out, at)),
        })
    }
}

/// Rows as products read them.
struct Prepared {
    numbers: Aligned,
    /// Of each row.
    scales: Vec<f32>,
}

impl Prepared {
    fn new(matrix: &Matrix, x: &[f32], stride: usize) -> Self {
        let n_in = matrix.n_in;
        let rows = x.len() / n_in;
        let n_bytes = rows * stride * matrix.shape.input_size;
        // SAFETY: the parts are all rows, and each is written with what lies between it and the next.
        let numbers = unsafe { Aligned::unwritten(n_bytes) };
        let mut prepared = Self { numbers, scales: vec![0.0; rows] };
        let Self { numbers, scales } = &mut prepared;
        let numbers = Columns(numbers.start().cast());
        let part = |(first, x, scales): (usize, &[f32], &mut [f32])| {
            let part = Part { x, n_in, stride, first, numbers: &numbers };
            let part = &part;
            // SAFETY: the processor has the instructions; every part writes rows of its own.
            unsafe {
                compiled_for_product!(
                    matrix.precision,
                    matrix.isa,
                    prepare(part: &Part<'_>, scales: &mut [f32])
                );
            }
        };
        let each = tile::rows_per_task(rows, n_in, PREPARED);
        if each >= rows || rayon::current_num_threads() == 1 {
            part((0, x, scales));
        } else {
            x.par_chunks(each * n_in)
                .zip(scales.par_chunks_mut(each))
                .enumerate()
                .for_each(|(at, (x, scales))| part((at * each, x, scales)));
        }
        prepared
    }
}

/// Some rows that become what products read.
struct Part<'a> {
    x: &'a [f32],
    n_in: usize,
    stride: usize,
    /// The first of them.
    first: usize,
    /// Where all rows begin.
    numbers: &'a Columns,
}

#[inline(always)]
unsafe fn prepare<P: Product>(part: &Part<'_>, scales: &mut [f32]) {
    let Part { x, n_in, stride, first, numbers } = *part;
    for (row, (x, scale)) in x.chunks_exact(n_in).zip(scales).enumerate() {
        // SAFETY: there is room for the rows, a stride apart, and nobody else has this one; zeros are numbers.
        let out = unsafe {
            let start = numbers.0.cast::<P::Input>().add((first + row) * stride);
            start.write_bytes(0, stride);
            std::slice::from_raw_parts_mut(start, n_in)
        };
        *scale = P::prepare(x, out);
    }
}

/// Rows that are multiplied.
struct Inputs<'a> {
    /// Where they begin.
    numbers: *const u8,
    /// Of each row, where the precision has them.
    scales: &'a [f32],
    rows: usize,
    /// Numbers from one to the next.
    stride: usize,
}

// SAFETY: the numbers are read alone, and outlive the work.
unsafe impl Sync for Inputs<'_> {}

/// What one task does.
struct Work<'a> {
    matrix: &'a Matrix,
    inputs: &'a Inputs<'a>,
    then: Then<'a>,
    out: &'a Columns,
    panels: Range<usize>,
}

/// One block of rows, one panel, and some of the inputs.
struct Block<'a, P: Product> {
    /// Inputs of a row in whole groups, from one row to the next, and those of which the products are added up now.
    n_in: usize,
    stride: usize,
    range: Range<usize>,
    /// Where the rows and the panel begin, and what belongs to its columns.
    inputs: *const P::Input,
    panel: *const P::Weight,
    /// The part of the next panel that comes near meanwhile.
    fetch: Fetch,
    bias: *const f32,
    starts: *const i32,
    scales: *const f32,
    /// Scales of the rows.
    row_scales: &'a [f32],
    then: Then<'a>,
    /// Where the block begins in the result, and how many numbers a row of that has.
    start: usize,
    out: *mut f32,
    n_out: usize,
    /// Columns of the panel that there are.
    n_columns: usize,
}

#[inline(always)]
unsafe fn work_on<P: Product>(work: &Work<'_>) {
    let Work { matrix, inputs, then, out, ref panels } = *work;
    let (n_in, n_out, width) = (matrix.wide_in(), matrix.n_out, tile::width::<P::S>());
    let depth = DEPTH / size_of::<P::Weight>();
    let depth = n_in.div_ceil(n_in.div_ceil(depth)).next_multiple_of(P::GROUP);
    let chunk = CHUNK / size_of::<P::Input>() / depth;
    let chunk = chunk.max(P::S::ROWS).next_multiple_of(P::S::ROWS);
    let of_panel = |numbers: &[f32], panel: usize| match numbers.get(panel * width) {
        Some(first) => std::ptr::from_ref(first),
        None => std::ptr::null(),
    };
    for (first, n) in blocks(inputs.rows, chunk) {
        for from in (0..n_in).step_by(depth) {
            for panel in panels.clone() {
                let weights = matrix.panels.numbers::<P::Weight>();
                let weights = &weights[panel * width * n_in..(panel + 1) * width * n_in];
                // The same inputs of the next one.
                let ahead = weights.as_ptr_range().end.wrapping_add(from * width);
                let n_blocks = n.div_ceil(P::S::ROWS);
                let fetch = |at: usize| match n_blocks {
                    // One tile reads on from panel to panel: the processor sees that, and reads ahead by itself, as long
                    // as nobody asks for the same in another order.
                    1 => Fetch::NOTHING,
                    n => Fetch::part(ahead.cast(), at, n),
                };
                for (at, (row, n)) in blocks(n, P::S::ROWS).enumerate() {
                    let row = first + row;
                    let block = Block::<P> {
                        n_in,
                        stride: inputs.stride,
                        range: from..(from + depth).min(n_in),
                        // SAFETY: so many rows lie there.
                        inputs: unsafe { inputs.numbers.cast::<P::Input>().add(row * inputs.stride) },
                        panel: weights.as_ptr(),
                        fetch: fetch(at),
                        bias: of_panel(matrix.bias.numbers(), panel),
                        starts: of_panel(matrix.starts.numbers(), panel).cast(),
                        scales: of_panel(matrix.scales.numbers(), panel),
                        row_scales: if P::IS_SCALED { &inputs.scales[row..row + n] } else { &[] },
                        then,
                        start: row * n_out + panel * width,
                        out: out.0,
                        n_out,
                        n_columns: (n_out - panel * width).min(width),
                    };
                    // SAFETY: the block lies within the matrices.
                    unsafe { for_rows!(n, P::S, one_block::<P>(&block)) }
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn one_block<P: Product, const R: usize>(block: &Block<'_, P>) {
    let Block { n_in, stride, ref range, inputs, panel, bias, starts, scales, .. } = *block;
    let Block { row_scales, then, start, out, n_out, n_columns, fetch, .. } = *block;
    let width = tile::width::<P::S>();
    // SAFETY: the caller's block lies within the matrices; scales and beginnings are there where the product asks.
    unsafe {
        let is_first = range.start == 0;
        let begin = match is_first || P::ZERO == 0 {
            true => [P::begin(starts), P::begin(starts.wrapping_add(P::S::LANES))],
            false => [P::begin(NOTHING.as_ptr()); VECTORS],
        };
        let sums: Sums<P, R> = [begin; R];
        let (inputs, panel) = (inputs.add(range.start), panel.add(range.start * width));
        let n_groups = range.len() / P::GROUP;
        let sums = tile::multiply(Tile::<P> { n_groups, inputs, stride, panel, fetch }, sums);
        let is_last = range.end == n_in;
        let bias = tile::load::<P::S>(bias, width);
        let columns = match P::IS_SCALED {
            true => tile::load::<P::S>(scales, width),
            false => bias,
        };
        for (row, sums) in sums.into_iter().enumerate() {
            let at = start + row * n_out;
            let scales = match P::IS_SCALED {
                true => {
                    let scale = P::S::splat(row_scales[row]);
                    [P::S::mul(columns[0], scale), P::S::mul(columns[1], scale)]
                }
                false => columns,
            };
            let mut sums = [P::numbers(sums[0], scales[0]), P::numbers(sums[1], scales[1])];
            if !is_first {
                sums = plus::<P::S>(sums, tile::load::<P::S>(out.add(at), n_columns));
            }
            if is_last {
                sums = plus::<P::S>(sums, bias);
                sums = match then {
                    Then::Nothing => sums,
                    Then::Activate(activation) => {
                        [activation.apply::<P::S>(sums[0]), activation.apply::<P::S>(sums[1])]
                    }
                    Then::Add(other) => {
                        plus::<P::S>(sums, tile::load::<P::S>(other.as_ptr().add(at), n_columns))
                    }
                };
            }
            tile::store::<P::S>(out.add(at), n_columns, sums);
        }
    }
}

#[inline(always)]
unsafe fn plus<S: Simd>(a: [S::V; VECTORS], b: [S::V; VECTORS]) -> [S::V; VECTORS] {
    // SAFETY: the caller's.
    unsafe { [S::add(a[0], b[0]), S::add(a[1], b[1])] }
}
