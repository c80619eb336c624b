//! Many queries: keys and values of a head become panels, through which the queries go a tile at a time.

use std::ops::Range;

use super::{Heads, Number, Work};
use crate::{
    aligned::{Aligned, Plain},
    product::Product,
    simd::Simd,
    softmax::exponentials,
    tile::{self, Fetch, NOTHING, Tile, VECTORS, blocks, for_rows},
};

/// What one head after another is worked out in.
pub(super) struct Scratch {
    /// Panels of all keys and of all values.
    keys: Aligned,
    values: Aligned,
    /// Some of them on their way there, and one as it is with all of its digits.
    group: Aligned,
    wide: Aligned,
    /// The queries of a tile, their scores, and the shares that values have in them, as products read them.
    queries: Aligned,
    scores: Aligned,
    shares: Aligned,
    sizes: Lengths,
}

/// Numbers from one row to the next, and of panels.
#[derive(Clone, Copy)]
struct Lengths {
    /// Of queries: the numbers of a head in whole groups.
    head: usize,
    /// Of scores: keys in whole panels.
    scores: usize,
    /// Of shares: keys in whole groups.
    shares: usize,
    /// Of all panels together: behind them, the last cache line may have more.
    keys: usize,
    values: usize,
}

impl Scratch {
    fn new<P: Product>(n_keys: usize, head: usize) -> Self {
        let width = tile::width::<P::S>();
        let n_wide = n_keys.next_multiple_of(width);
        let (head_wide, keys_wide) = (head.next_multiple_of(P::GROUP), n_keys.next_multiple_of(P::GROUP));
        let sizes = Lengths {
            head: head_wide,
            scores: tile::apart(n_wide, size_of::<f32>(), P::S::ROWS),
            shares: tile::apart(keys_wide, size_of::<P::Input>(), P::S::ROWS),
            keys: n_wide * head_wide,
            values: head.next_multiple_of(width) * keys_wide,
        };
        let n_shares = if P::IS_PREPARED { P::S::ROWS * sizes.shares } else { 0 };
        Self {
            keys: Aligned::zeros::<P::Weight>(sizes.keys),
            values: Aligned::zeros::<P::Weight>(sizes.values),
            group: Aligned::zeros::<P::Weight>(COLUMNS * sizes.head),
            wide: Aligned::zeros::<f32>(head),
            queries: Aligned::zeros::<P::Input>(P::S::ROWS * sizes.head),
            scores: Aligned::zeros::<f32>(P::S::ROWS * sizes.scores),
            shares: Aligned::zeros::<P::Input>(n_shares),
            sizes,
        }
    }
}

/// All queries of a head. `scratch` is that of another head of the same attention, if there was one.
///
/// # Safety
/// The processor is one of `P`; everything lies where the sizes say.
#[inline(always)]
pub(super) unsafe fn many_queries<N: Number, T: Plain, P: Product<Input = T, Weight = T>>(
    work: &Work<'_>,
    [keys, values]: [Heads<'_, N>; 2],
    scratch: &mut Option<Scratch>,
) {
    let scratch = scratch.get_or_insert_with(|| Scratch::new::<P>(work.sizes.keys, work.sizes.head));
    arrange_keys::<N, T, P>(work, keys, scratch);
    arrange_values::<N, T, P>(work, values, scratch);
    for (first, n) in blocks(work.sizes.queries, P::S::ROWS) {
        // SAFETY: the caller's; the scratch is as large as the sizes say.
        unsafe { for_rows!(n, P::S, rows_of::<P>(work, scratch, first)) }
    }
}

/// Keys that become columns of a panel together: one at a time, each number would be a store of its own.
const COLUMNS: usize = 4;

/// Keys are the columns of panels.
#[inline(always)]
fn arrange_keys<N: Number, T: Plain, P: Product<Input = T, Weight = T>>(
    work: &Work<'_>,
    keys: Heads<'_, N>,
    scratch: &mut Scratch,
) {
    let (width, n_keys, head, head_wide) =
        (tile::width::<P::S>(), work.sizes.keys, work.sizes.head, scratch.sizes.head);
    let group = &mut scratch.group.numbers_mut::<T>()[..COLUMNS * head_wide];
    let wide = &mut scratch.wide.numbers_mut::<f32>()[..head];
    let panels = scratch.keys.numbers_mut::<T>();
    for first in (0..n_keys).step_by(COLUMNS) {
        for (at, row) in group.chunks_exact_mut(head_wide).enumerate() {
            // Behind the last key comes the last once more: nobody asks for what it gives there.
            N::prepare::<P>(work.vector(keys, (first + at).min(n_keys - 1)), wide, &mut row[..head]);
        }
        let panel = &mut panels[first / width * width * head_wide..][..width * head_wide];
        match P::GROUP {
            1 => into_columns::<T, 1>(group, first % width, width, panel),
            2 => into_columns::<T, 2>(group, first % width, width, panel),
            4 => into_columns::<T, 4>(group, first % width, width, panel),
            other => unreachable!("groups of {other}"),
        }
    }
}

/// Writes [`COLUMNS`] rows as the columns of a panel from the `first` on, `G` numbers of each side by side.
#[inline(always)]
fn into_columns<T: Plain, const G: usize>(rows: &[T], first: usize, width: usize, panel: &mut [T]) {
    let (rows, lines) = (rows.as_chunks::<G>().0, panel.as_chunks_mut::<G>().0);
    let each = rows.len() / COLUMNS;
    for (at, line) in lines.chunks_exact_mut(width).take(each).enumerate() {
        let columns: [[T; G]; COLUMNS] = std::array::from_fn(|column| rows[column * each + at]);
        line[first..first + COLUMNS].copy_from_slice(&columns);
    }
}

/// Values are the rows of panels, each of which has some of their numbers.
#[inline(always)]
fn arrange_values<N: Number, T: Plain, P: Product<Input = T, Weight = T>>(
    work: &Work<'_>,
    values: Heads<'_, N>,
    scratch: &mut Scratch,
) {
    let (width, n_keys, head) = (tile::width::<P::S>(), work.sizes.keys, work.sizes.head);
    let n_groups = n_keys.div_ceil(P::GROUP);
    let rows = &mut scratch.group.numbers_mut::<T>()[..P::GROUP * head];
    let wide = &mut scratch.wide.numbers_mut::<f32>()[..head];
    let panels = &mut scratch.values.numbers_mut::<T>()[..scratch.sizes.values];
    for group in 0..n_groups {
        for (at, row) in rows.chunks_exact_mut(head).enumerate() {
            // Where the last group is not whole, the last value once more, whose share is zero there.
            N::prepare::<P>(work.vector(values, (group * P::GROUP + at).min(n_keys - 1)), wide, row);
        }
        for (panel, numbers) in panels.chunks_exact_mut(width * n_groups * P::GROUP).enumerate() {
            let line = &mut numbers[group * width * P::GROUP..][..width * P::GROUP];
            let columns = panel * width..((panel + 1) * width).min(head);
            match P::GROUP {
                1 => line[..columns.len()].copy_from_slice(&rows[columns]),
                2 => side_by_side::<T, 2>(rows, head, columns, line),
                4 => side_by_side::<T, 4>(rows, head, columns, line),
                other => unreachable!("groups of {other}"),
            }
        }
    }
}

/// Writes those columns of `G` rows of `n` numbers, the numbers of a column side by side.
#[inline(always)]
fn side_by_side<T: Plain, const G: usize>(rows: &[T], n: usize, columns: Range<usize>, line: &mut [T]) {
    let rows: [&[T]; G] = std::array::from_fn(|row| &rows[row * n..][columns.clone()]);
    for (column, place) in line.as_chunks_mut::<G>().0.iter_mut().take(columns.len()).enumerate() {
        *place = rows.map(|row| row[column]);
    }
}

/// `R` queries from the `first` on, with the panels of a head.
#[inline(always)]
unsafe fn rows_of<P: Product, const R: usize>(work: &Work<'_>, scratch: &mut Scratch, first: usize) {
    let (n_keys, head, width, sizes) =
        (work.sizes.keys, work.sizes.head, tile::width::<P::S>(), scratch.sizes);
    let of_keys = &scratch.keys.numbers::<P::Weight>()[..sizes.keys];
    let of_values = &scratch.values.numbers::<P::Weight>()[..sizes.values];
    let queries = scratch.queries.numbers_mut::<P::Input>();
    for (row, query) in queries.chunks_exact_mut(sizes.head).take(R).enumerate() {
        P::prepare(work.vector(work.queries, first + row), &mut query[..head]);
    }
    let scores = scratch.scores.numbers_mut::<f32>();
    let shares = scratch.shares.numbers_mut::<P::Input>();
    // SAFETY: the caller's; panels, queries, scores and shares are as large as the sizes say.
    unsafe {
        let begin = [[P::begin(NOTHING.as_ptr()); VECTORS]; R];
        let one = P::S::splat(1.0);
        // All of a head is near already.
        let fetch = Fetch::NOTHING;
        let n_groups = sizes.head / P::GROUP;
        for (at, panel) in of_keys.chunks_exact(width * sizes.head).enumerate() {
            let (inputs, stride, panel) = (queries.as_ptr(), sizes.head, panel.as_ptr());
            let sums = tile::multiply(Tile::<P> { n_groups, inputs, stride, panel, fetch }, begin);
            // By reference: a loop over the sums themselves would first move them all to another place.
            for (row, sums) in sums.iter().enumerate() {
                let place = scores.as_mut_ptr().add(row * sizes.scores + at * width);
                P::S::store(place, P::numbers(sums[0], one));
                P::S::store(place.add(P::S::LANES), P::numbers(sums[1], one));
            }
        }
        let mut scales = [0.0_f32; R];
        for (row, scale) in scales.iter_mut().enumerate() {
            let scores = &mut scores[row * sizes.scores..][..n_keys];
            work.add_mask(first + row, scores);
            *scale = 1.0 / exponentials::<P::S>(scores).sum;
            if P::IS_PREPARED {
                P::prepare(scores, &mut shares[row * sizes.shares..][..n_keys]);
            }
        }
        let (inputs, stride) = match P::IS_PREPARED {
            true => (shares.as_ptr(), sizes.shares),
            false => (scores.as_ptr().cast(), sizes.scores),
        };
        let n_groups = n_keys.div_ceil(P::GROUP);
        for (at, panel) in of_values.chunks_exact(width * n_groups * P::GROUP).enumerate() {
            let panel = panel.as_ptr();
            let sums = tile::multiply(Tile::<P> { n_groups, inputs, stride, panel, fetch }, begin);
            // In memory: what follows calls functions, for which sums in registers would be saved all the while.
            let sums = std::hint::black_box(&sums);
            let n_columns = (head - at * width).min(width);
            for (row, (sums, scale)) in sums.iter().zip(scales).enumerate() {
                let scale = P::S::splat(scale);
                let scaled = [P::numbers(sums[0], one), P::numbers(sums[1], one)];
                let scaled = [P::S::mul(scaled[0], scale), P::S::mul(scaled[1], scale)];
                tile::store::<P::S>(work.place(first + row).add(at * width), n_columns, scaled);
            }
        }
    }
}
