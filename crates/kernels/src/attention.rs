//! Attention: `softmax(queries keys^T + mask) values` of each head (Vaswani et al. 2017,
//! <https://arxiv.org/abs/1706.03762>). The scale is the caller's, who puts it into the weights of the queries.
//!
//! Scores never leave the cache: a few queries at a time go through all keys, softmax and all values. Keys and values
//! of a head are arranged as panels first, which many queries repay; for a few they are read as they lie.

use rayon::prelude::*;

use crate::{
    Isa,
    elementwise::exp,
    isa::compiled_for,
    product::F32,
    simd::Simd,
    tile::{self, Columns, Fetch, Sums, VECTORS, blocks, for_rows},
};

/// Up to so many queries, arranging keys costs more than it gains.
const FEW_QUERIES: usize = 4;
/// Products that outweigh waking another thread.
const TASK: usize = 1 << 20;
/// Numbers of keys and values that do: for a few queries, they are what takes time.
const READ: usize = 1 << 15;

/// Vectors `[batch, heads, tokens, head]` anywhere in `numbers`: each as it lies, with these numbers from one batch,
/// head or token to the next.
#[derive(Debug, Clone, Copy)]
pub struct Heads<'a> {
    /// Where they lie.
    pub numbers: &'a [f32],
    /// From one row of the batch to the next.
    pub batch: usize,
    /// From one head to the next.
    pub head: usize,
    /// From one token to the next.
    pub token: usize,
}

/// What is added to scores, `[batch, heads, queries, keys]`; a distance of 0 says that rows, heads or queries share it.
#[derive(Debug, Clone, Copy)]
pub struct Mask<'a> {
    /// Where it lies.
    pub numbers: &'a [f32],
    /// From one row of the batch to the next.
    pub batch: usize,
    /// From one head to the next.
    pub head: usize,
    /// From one query to the next.
    pub query: usize,
}

/// Sizes of an attention.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Rows.
    pub batch: usize,
    /// Heads.
    pub heads: usize,
    /// Tokens that ask.
    pub queries: usize,
    /// Tokens that are looked at.
    pub keys: usize,
    /// Numbers of a head.
    pub head: usize,
}

impl Heads<'_> {
    fn start(&self, batch: usize, head: usize) -> usize {
        batch * self.batch + head * self.head
    }

    fn fits(&self, sizes: Sizes, tokens: usize) -> bool {
        let last = self.start(sizes.batch - 1, sizes.heads - 1) + (tokens - 1) * self.token;
        last + sizes.head <= self.numbers.len()
    }
}

impl Mask<'_> {
    fn row(&self, batch: usize, head: usize, query: usize, n_keys: usize) -> &[f32] {
        let start = batch * self.batch + head * self.head + query * self.query;
        &self.numbers[start..start + n_keys]
    }
}

/// What each query makes of the values, the heads side by side: `[batch, queries, heads * head]` into `out`.
///
/// # Panics
/// Where numbers do not lie where the sizes say, there is no key, or this processor lacks the instructions.
pub fn attend(
    isa: Isa,
    sizes: Sizes,
    [queries, keys, values]: [Heads<'_>; 3],
    mask: Option<Mask<'_>>,
    out: &mut [f32],
) {
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    let Sizes { batch, heads, queries: n_queries, keys: n_keys, head } = sizes;
    assert_eq!(out.len(), batch * n_queries * heads * head, "the result has another size");
    if out.is_empty() {
        return;
    }
    assert!(n_keys > 0, "nothing to look at");
    assert!(
        queries.fits(sizes, n_queries) && keys.fits(sizes, n_keys) && values.fits(sizes, n_keys),
        "queries, keys or values lie beyond their numbers"
    );
    let out = Columns(out.as_mut_ptr());
    let task = |task: usize| {
        let work =
            &Work { sizes, queries, keys, values, mask, out: &out, batch: task / heads, head: task % heads };
        // SAFETY: the processor has the instructions; everything lies where the sizes say; every task writes the
        // columns of one head in one row of the batch.
        unsafe { compiled_for!(isa, head_of(work: &Work<'_>)) }
    };
    // Of each head.
    let (n_products, n_read) = (2 * n_queries * n_keys * head, 2 * n_keys * head);
    let at_once = (TASK / n_products).min(READ / n_read).max(1);
    if batch * heads <= at_once || rayon::current_num_threads() == 1 {
        (0..batch * heads).for_each(task);
    } else {
        (0..batch * heads).into_par_iter().with_min_len(at_once).for_each(task);
    }
}

/// One head of one row of the batch.
struct Work<'a> {
    sizes: Sizes,
    queries: Heads<'a>,
    keys: Heads<'a>,
    values: Heads<'a>,
    mask: Option<Mask<'a>>,
    out: &'a Columns,
    batch: usize,
    head: usize,
}

impl Work<'_> {
    /// Where the result of a query begins.
    fn place(&self, query: usize) -> *mut f32 {
        let Sizes { heads, queries, head, .. } = self.sizes;
        // Within the result, whose size was looked at.
        self.out.0.wrapping_add(((self.batch * queries + query) * heads + self.head) * head)
    }

    fn vector<'b>(&self, of: Heads<'b>, token: usize) -> &'b [f32] {
        let start = of.start(self.batch, self.head) + token * of.token;
        &of.numbers[start..start + self.sizes.head]
    }

    fn add_mask(&self, query: usize, scores: &mut [f32]) {
        if let Some(mask) = &self.mask {
            let row = mask.row(self.batch, self.head, query, scores.len());
            scores.iter_mut().zip(row).for_each(|(score, more)| *score += more);
        }
    }
}

#[inline(always)]
unsafe fn head_of<S: Simd>(work: &Work<'_>) {
    // SAFETY: the caller's.
    unsafe {
        if work.sizes.queries <= FEW_QUERIES { few_queries::<S>(work) } else { many_queries::<S>(work) }
    }
}

#[inline(always)]
unsafe fn few_queries<S: Simd>(work: &Work<'_>) {
    let Sizes { queries, keys, head, .. } = work.sizes;
    let mut scores = vec![0.0_f32; keys];
    for query in 0..queries {
        let asked = work.vector(work.queries, query);
        // SAFETY: the caller's; vectors are as long as the head.
        unsafe {
            for (key, score) in scores.iter_mut().enumerate() {
                *score = dot::<S>(asked, work.vector(work.keys, key));
            }
            work.add_mask(query, &mut scores);
            let scale = 1.0 / exponentials::<S>(&mut scores);
            let out = std::slice::from_raw_parts_mut(work.place(query), head);
            out.fill(0.0);
            for (key, share) in scores.iter().enumerate() {
                add_scaled::<S>(share * scale, work.vector(work.values, key), out);
            }
        }
    }
}

#[inline(always)]
unsafe fn many_queries<S: Simd>(work: &Work<'_>) {
    let Sizes { queries, keys, head, .. } = work.sizes;
    let width = tile::width::<S>();
    let n_wide = keys.next_multiple_of(width);
    let mut of_keys = vec![0.0_f32; n_wide * head];
    for (panel, numbers) in of_keys.chunks_exact_mut(width * head).enumerate() {
        for column in 0..width.min(keys - panel * width) {
            let key = work.vector(work.keys, panel * width + column);
            for (line, number) in numbers.chunks_exact_mut(width).zip(key) {
                line[column] = *number;
            }
        }
    }
    let mut of_values = vec![0.0_f32; head.next_multiple_of(width) * keys];
    for (panel, numbers) in of_values.chunks_exact_mut(width * keys).enumerate() {
        for (key, line) in numbers.chunks_exact_mut(width).enumerate() {
            let value = &work.vector(work.values, key)[panel * width..];
            let n = value.len().min(width);
            line[..n].copy_from_slice(&value[..n]);
        }
    }
    let mut scores = vec![0.0_f32; n_wide * S::ROWS];
    for (first, n) in blocks(queries, S::ROWS) {
        let rows = Rows { work, first, n_wide, keys: &of_keys, values: &of_values };
        // SAFETY: the caller's; panels and scores are as large as the sizes say.
        unsafe { for_rows!(n, S, rows_of::<S>(&rows, &mut scores)) }
    }
}

/// A few queries, and the panels of a head.
struct Rows<'a> {
    work: &'a Work<'a>,
    first: usize,
    n_wide: usize,
    keys: &'a [f32],
    values: &'a [f32],
}

#[inline(always)]
unsafe fn rows_of<S: Simd, const R: usize>(rows: &Rows<'_>, scores: &mut [f32]) {
    let Rows { work, first, n_wide, keys: of_keys, values: of_values } = *rows;
    let Sizes { keys, head, .. } = work.sizes;
    let width = tile::width::<S>();
    let start = work.queries.start(work.batch, work.head) + first * work.queries.token;
    // SAFETY: the caller's; `fits` looked at the queries, and the panels are whole.
    unsafe {
        let zeros = [[S::splat(0.0); VECTORS]; R];
        let asked = work.queries.numbers.as_ptr().add(start);
        // All of a head is near already.
        let near = Fetch::NOTHING;
        for (at, panel) in of_keys.chunks_exact(width * head).enumerate() {
            let sums: Sums<F32<S>, R> =
                tile::multiply::<F32<S>, R>(head, asked, work.queries.token, panel.as_ptr(), near, zeros);
            for (row, sums) in sums.into_iter().enumerate() {
                for (vector, sum) in sums.into_iter().enumerate() {
                    S::store(scores.as_mut_ptr().add(row * n_wide + at * width + vector * S::LANES), sum);
                }
            }
        }
        let mut scales = [0.0_f32; R];
        for (row, scale) in scales.iter_mut().enumerate() {
            let scores = &mut scores[row * n_wide..row * n_wide + keys];
            work.add_mask(first + row, scores);
            *scale = 1.0 / exponentials::<S>(scores);
        }
        for (at, panel) in of_values.chunks_exact(width * keys).enumerate() {
            let sums: Sums<F32<S>, R> =
                tile::multiply::<F32<S>, R>(keys, scores.as_ptr(), n_wide, panel.as_ptr(), near, zeros);
            let n_columns = (head - at * width).min(width);
            for (row, sums) in sums.into_iter().enumerate() {
                let out = work.place(first + row).add(at * width);
                let scale = S::splat(scales[row]);
                let scaled = [S::mul(sums[0], scale), S::mul(sums[1], scale)];
                tile::store::<S>(out, n_columns, scaled);
            }
        }
    }
}

/// Overwrites scores with exponentials of what each is below the largest; their sum.
#[inline(always)]
unsafe fn exponentials<S: Simd>(scores: &mut [f32]) -> f32 {
    let whole = scores.len() - scores.len() % S::LANES;
    // SAFETY: vectors lie within the first `whole` numbers.
    unsafe {
        let mut largest = S::splat(f32::MIN);
        for at in (0..whole).step_by(S::LANES) {
            largest = S::max(largest, S::load(scores.as_ptr().add(at)));
        }
        let rest = scores[whole..].iter().fold(f32::MIN, |a, &b| if b > a { b } else { a });
        let largest = S::largest(largest).max(rest);
        let (below, mut sum) = (S::splat(largest), S::splat(0.0));
        for at in (0..whole).step_by(S::LANES) {
            let place = scores.as_mut_ptr().add(at);
            let e = exp::<S>(S::sub(S::load(place), below));
            sum = S::add(sum, e);
            S::store(place, e);
        }
        // What is left goes through a vector of its own, so that it is computed as all others.
        let left = &mut scores[whole..];
        if left.is_empty() {
            return S::sum(sum);
        }
        let mut spare = [f32::MIN; 16];
        spare[..left.len()].copy_from_slice(left);
        S::store(spare.as_mut_ptr(), exp::<S>(S::sub(S::load(spare.as_ptr()), below)));
        left.copy_from_slice(&spare[..left.len()]);
        S::sum(sum) + left.iter().sum::<f32>()
    }
}

#[inline(always)]
unsafe fn dot<S: Simd>(a: &[f32], b: &[f32]) -> f32 {
    let whole = a.len() - a.len() % S::LANES;
    // SAFETY: vectors lie within the first `whole` numbers of both.
    unsafe {
        let mut sum = S::splat(0.0);
        for at in (0..whole).step_by(S::LANES) {
            sum = S::mul_add(S::load(a.as_ptr().add(at)), S::load(b.as_ptr().add(at)), sum);
        }
        S::sum(sum) + a[whole..].iter().zip(&b[whole..]).map(|(a, b)| a * b).sum::<f32>()
    }
}

/// `out += scale * x`.
#[inline(always)]
unsafe fn add_scaled<S: Simd>(scale: f32, x: &[f32], out: &mut [f32]) {
    let whole = x.len() - x.len() % S::LANES;
    // SAFETY: vectors lie within the first `whole` numbers of both.
    unsafe {
        let scales = S::splat(scale);
        for at in (0..whole).step_by(S::LANES) {
            let to = out.as_mut_ptr().add(at);
            S::store(to, S::mul_add(scales, S::load(x.as_ptr().add(at)), S::load(to)));
        }
    }
    for (out, x) in out[whole..].iter_mut().zip(&x[whole..]) {
        *out += scale * x;
    }
}
