//! A few rows times a few columns, whose sums stay in registers.

use crate::{
    aligned::{CACHE_LINE, Plain},
    product::{Product, RowByRow},
    simd::Simd,
};

/// Vectors side by side in a tile.
pub(crate) const VECTORS: usize = 2;

/// Columns of a tile, which is the width of a panel.
pub(crate) const fn width<S: Simd>() -> usize {
    VECTORS * S::LANES
}

/// Bytes between numbers that share one place of a first cache: rows that lie a multiple of it apart drive each other
/// out of there.
const SAME_PLACE: usize = 4_096;
/// So many rows of that kind in one tile are too many.
const CROWD: usize = 8;

/// Numbers of `size` bytes from one row of `n` to the next, where so many rows go through a tile together.
pub(crate) fn apart(n: usize, size: usize, rows: usize) -> usize {
    let is_crowd = rows >= CROWD && (n * size).is_multiple_of(SAME_PLACE);
    if is_crowd { n + CACHE_LINE / size } else { n }
}

/// What sums begin with that begin with nothing.
pub(crate) const NOTHING: [i32; 16] = [0; 16];

/// Columns of the widest tile there is.
const WIDEST: usize = 32;

/// A matrix of which several threads write different columns.
pub(crate) struct Columns<T = f32>(pub(crate) *mut T);

// SAFETY: the numbers belong to a caller who waits, and whose tasks write different ones of them.
unsafe impl<T: Plain> Sync for Columns<T> {}

/// Parts of the work for each thread, so that one that was held up leaves some to the others.
pub(crate) const TASKS_PER_THREAD: usize = 4;

/// Rows of `n` numbers that one task does: as many as any other, and so many numbers at `least`, which outweigh waking
/// another thread.
pub(crate) fn rows_per_task(rows: usize, n: usize, least: usize) -> usize {
    let most = rayon::current_num_threads() * TASKS_PER_THREAD;
    rows.div_ceil((rows * n / least).clamp(1, most)).max(1)
}

/// `n` numbers, which `write` writes where it is told: they are no zeros first, since many take as long to be made zero
/// as a product takes that makes them.
///
/// # Safety
/// It writes every one.
pub(crate) unsafe fn written<T: Plain>(n: usize, write: impl FnOnce(&Columns<T>)) -> Vec<T> {
    let mut out = Vec::with_capacity(n);
    write(&Columns(out.as_mut_ptr()));
    // SAFETY: there is room for `n`, and the caller vouches for what lies there.
    unsafe { out.set_len(n) };
    out
}

/// The first `n_columns` of a row of a tile; zeros behind them.
///
/// # Safety
/// The processor is one of `S`; so many numbers lie there, [`width`] at most.
#[inline(always)]
pub(crate) unsafe fn load<S: Simd>(from: *const f32, n_columns: usize) -> [S::V; VECTORS] {
    let mut spare = [0.0_f32; WIDEST];
    // SAFETY: the caller's; what is not whole goes through numbers of its own.
    unsafe {
        let mut from = from;
        if n_columns < width::<S>() {
            std::ptr::copy_nonoverlapping(from, spare.as_mut_ptr(), n_columns);
            from = spare.as_ptr();
        }
        [S::load(from), S::load(from.add(S::LANES))]
    }
}

/// Writes the first `n_columns` of a row of a tile.
///
/// # Safety
/// As [`load`].
#[inline(always)]
pub(crate) unsafe fn store<S: Simd>(to: *mut f32, n_columns: usize, row: [S::V; VECTORS]) {
    let mut spare = [0.0_f32; WIDEST];
    // SAFETY: the caller's; what is not whole goes through numbers of its own.
    unsafe {
        let is_whole = n_columns == width::<S>();
        let place = if is_whole { to } else { spare.as_mut_ptr() };
        S::store(place, row[0]);
        S::store(place.add(S::LANES), row[1]);
        if !is_whole {
            std::ptr::copy_nonoverlapping(spare.as_ptr(), to, n_columns);
        }
    }
}

/// The sums of a tile.
pub(crate) type Sums<P, const R: usize> = [[<P as Product>::Sum; VECTORS]; R];

/// What comes near while a tile is computed: what will be read next, of which nothing need lie there. Tiles that are
/// multiplied with one panel each fetch a part of the panel after it, so that memory is asked all the while and not
/// when the first tile waits for it.
#[derive(Clone, Copy)]
pub(crate) struct Fetch {
    from: *const u8,
    /// The group of inputs with which the next part comes, and groups from one to the next.
    first: usize,
    every: usize,
}

impl Fetch {
    /// The part of what begins at `from` that is the `at`th of `n` tiles.
    #[inline(always)]
    pub(crate) fn part(from: *const u8, at: usize, n: usize) -> Self {
        Self { from, first: at, every: n }
    }

    /// Nothing.
    pub(crate) const NOTHING: Self = Self { from: std::ptr::null(), first: usize::MAX, every: usize::MAX };
}

/// What one tile is made of.
pub(crate) struct Tile<P: Product> {
    /// Groups of inputs.
    pub(crate) n_groups: usize,
    /// Where the first row begins.
    pub(crate) inputs: *const P::Input,
    /// Numbers from one row to the next.
    pub(crate) stride: usize,
    /// `n_groups` times the weights of a group of inputs for [`width`] columns.
    pub(crate) panel: *const P::Weight,
    /// What comes near meanwhile.
    pub(crate) fetch: Fetch,
}

/// `sums` and `R` rows of inputs times a panel.
///
/// # Safety
/// The processor is one of `P`; so many groups of each row and of the panel lie there.
#[inline(always)]
pub(crate) unsafe fn multiply<P: Product, const R: usize>(tile: Tile<P>, sums: Sums<P, R>) -> Sums<P, R> {
    // SAFETY: the caller's.
    unsafe { P::multiply::<R>(tile, sums) }
}

impl<P: Product> Tile<P> {
    /// Bytes of the weights of a group.
    const GROUP_BYTES: usize = P::GROUP * width::<P::S>() * size_of::<P::Weight>();

    /// The weights of a group of inputs.
    #[inline(always)]
    pub(crate) unsafe fn weights(&self, group: usize) -> *const P::Weight {
        // SAFETY: the caller's: so many groups lie there.
        unsafe { self.panel.add(group * P::GROUP * width::<P::S>()) }
    }

    /// Has what is due by this group come near. To be called for one group after another.
    #[inline(always)]
    pub(crate) unsafe fn fetch(&mut self, group: usize) {
        if group == self.fetch.first {
            self.fetch.first = self.fetch.first.wrapping_add(self.fetch.every);
            for line in (0..Self::GROUP_BYTES).step_by(CACHE_LINE) {
                // SAFETY: nothing need lie there.
                unsafe { P::S::fetch(self.fetch.from.wrapping_add(group * Self::GROUP_BYTES + line)) };
            }
        }
    }
}

/// [`multiply`] where rows are multiplied one at a time.
///
/// # Safety
/// As [`multiply`].
#[inline(always)]
pub(crate) unsafe fn row_by_row<P: RowByRow, const R: usize>(
    mut tile: Tile<P>,
    mut sums: Sums<P, R>,
) -> Sums<P, R> {
    // SAFETY: what is read lies within what the caller vouches for.
    unsafe {
        for group in 0..tile.n_groups {
            tile.fetch(group);
            let columns = tile.weights(group);
            let (left, right) = (P::weights(columns), P::weights(columns.add(P::GROUP * P::S::LANES)));
            for (row, sums) in sums.iter_mut().enumerate() {
                let inputs = P::inputs(tile.inputs.add(row * tile.stride + group * P::GROUP));
                sums[0] = P::add(inputs, left, sums[0]);
                sums[1] = P::add(inputs, right, sums[1]);
            }
        }
    }
    sums
}

/// `n` rows in blocks of at most `most`, as equal as can be: the first of each and how many.
pub(crate) fn blocks(n: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let n_blocks = n.div_ceil(most);
    let (each, rest) = (n.checked_div(n_blocks).unwrap_or(0), n.checked_rem(n_blocks).unwrap_or(0));
    (0..n_blocks).map(move |block| (block * each + block.min(rest), each + usize::from(block < rest)))
}

/// Calls `$function::<K, R>($arguments)` for `R` rows, of which there are 1 to `S::ROWS`, where `K` is a [`Simd`] or a
/// [`Product`] and `S` the `Simd`.
macro_rules! for_rows {
    ($n:expr, $simd:ty, $function:ident::<$kind:ident>($($argument:expr),* $(,)?)) => {
        match $n {
            1 => $function::<$kind, 1>($($argument),*),
            2 if <$simd>::ROWS >= 2 => $function::<$kind, 2>($($argument),*),
            3 if <$simd>::ROWS >= 3 => $function::<$kind, 3>($($argument),*),
            4 if <$simd>::ROWS >= 4 => $function::<$kind, 4>($($argument),*),
            5 if <$simd>::ROWS >= 5 => $function::<$kind, 5>($($argument),*),
            6 if <$simd>::ROWS >= 6 => $function::<$kind, 6>($($argument),*),
            7 if <$simd>::ROWS >= 7 => $function::<$kind, 7>($($argument),*),
            8 if <$simd>::ROWS >= 8 => $function::<$kind, 8>($($argument),*),
            9 if <$simd>::ROWS >= 9 => $function::<$kind, 9>($($argument),*),
            10 if <$simd>::ROWS >= 10 => $function::<$kind, 10>($($argument),*),
            11 if <$simd>::ROWS >= 11 => $function::<$kind, 11>($($argument),*),
            12 if <$simd>::ROWS >= 12 => $function::<$kind, 12>($($argument),*),
            13 if <$simd>::ROWS >= 13 => $function::<$kind, 13>($($argument),*),
            14 if <$simd>::ROWS >= 14 => $function::<$kind, 14>($($argument),*),
            n => unreachable!("a tile of {n} rows"),
        }
    };
}

pub(crate) use for_rows;
