//! Attention: `softmax(queries keys^T + mask) values` of each head (Vaswani et al. 2017,
//! <https://arxiv.org/abs/1706.03762>). The scale is the caller's, who puts it into the weights of the queries.
//!
//! Scores never leave the cache: a few queries at a time go through all keys, softmax and all values. Keys and values
//! of a head are arranged as panels first, which many queries repay (`many`); for a few they are read as they lie
//! (`few`).

mod few;
mod many;

use rayon::prelude::*;

use self::{few::few_queries, many::Scratch, many::many_queries};
use crate::{
    Isa, Precision,
    aligned::Plain,
    elementwise::exp,
    isa::compiled_for,
    product::{F32, Product},
    simd::{self, Simd},
    tile::{self, Columns},
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

/// What each query makes of the values, the heads side by side: `[batch, queries, heads * head]`.
///
/// `precision` is that of the layers around it. With fewer bits than those of f32, many queries are multiplied in bf16
/// where the processor does so faster ([`Isa::has_bf16`]); everything else is in f32.
///
/// # Panics
/// Where numbers do not lie where the sizes say, there is no key, or this processor lacks the instructions.
pub fn attend(
    isa: Isa,
    precision: Precision,
    sizes: Sizes,
    [queries, keys, values]: [Heads<'_>; 3],
    mask: Option<Mask<'_>>,
) -> Vec<f32> {
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    let Sizes { batch, heads, queries: n_queries, keys: n_keys, head } = sizes;
    let n_out = batch * n_queries * heads * head;
    if n_out == 0 {
        return Vec::new();
    }
    assert!(n_keys > 0, "nothing to look at");
    assert!(
        queries.fits(sizes, n_queries) && keys.fits(sizes, n_keys) && values.fits(sizes, n_keys),
        "queries, keys or values lie beyond their numbers"
    );
    let is_bf16 = precision != Precision::F32 && n_queries > FEW_QUERIES && isa.has_bf16();
    let task = |out: &Columns, scratch: &mut Option<Scratch>, task: usize| {
        let work = &Work { sizes, queries, keys, values, mask, out, batch: task / heads, head: task % heads };
        // SAFETY: the processor has the instructions; everything lies where the sizes say; every task writes the
        // columns of one head in one row of the batch.
        unsafe {
            match is_bf16 {
                true => in_bf16(work, scratch),
                false => compiled_for!(isa, in_f32(work: &Work<'_>, scratch: &mut Option<Scratch>)),
            }
        }
    };
    // Of each head.
    let (n_products, n_read) = (2 * n_queries * n_keys * head, 2 * n_keys * head);
    let at_once = (TASK / n_products).min(READ / n_read).max(1);
    let n_tasks = batch * heads;
    // SAFETY: each task writes the columns of its head for every query of its row, and the tasks are all heads of all
    // rows.
    unsafe {
        tile::written(n_out, |out| match n_tasks <= at_once || rayon::current_num_threads() == 1 {
            true => {
                let mut scratch = None;
                (0..n_tasks).for_each(|at| task(out, &mut scratch, at));
            }
            false => {
                let all = (0..n_tasks).into_par_iter().with_min_len(at_once);
                all.for_each_init(|| None, |scratch, at| task(out, scratch, at));
            }
        })
    }
}

/// `x`, `[batch, tokens, parts, heads, head]`, such as keys and values from one layer, with the numbers of each head
/// together: `[parts, batch, heads, tokens, head]`. Whoever asks few queries of many tokens again and again reads them
/// faster so.
///
/// # Panics
/// Where the numbers are not as many as the sizes say.
#[must_use]
pub fn heads_together(x: &[f32], [batch, tokens, parts, heads, head]: [usize; 5]) -> Vec<f32> {
    assert_eq!(x.len(), batch * tokens * parts * heads * head, "sizes of heads");
    if x.is_empty() {
        return Vec::new();
    }
    let one = |out: &Columns, at: usize| {
        let (part, row, which) = (at / heads / batch, at / heads % batch, at % heads);
        for token in 0..tokens {
            let from = (((row * tokens + token) * parts + part) * heads + which) * head;
            let from = &x[from..from + head];
            // SAFETY: there is room for as many numbers as come in, and each head has a place of its own.
            unsafe {
                let to = out.0.add((at * tokens + token) * head);
                to.copy_from_nonoverlapping(from.as_ptr(), head);
            }
        }
    };
    let each = (READ / (tokens * head)).max(1);
    // SAFETY: all heads of all parts and rows are written, with all of their tokens.
    unsafe {
        tile::written(x.len(), |out| {
            let all = (0..parts * batch * heads).into_par_iter().with_min_len(each);
            all.for_each(|at| one(out, at));
        })
    }
}

#[inline(always)]
unsafe fn in_f32<S: Simd>(work: &Work<'_>, scratch: &mut Option<Scratch>) {
    // SAFETY: the caller's.
    unsafe { head_of::<f32, F32<S>>(work, scratch) }
}

/// On a processor that [has bf16](Isa::has_bf16).
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn in_bf16(work: &Work<'_>, scratch: &mut Option<Scratch>) {
    // SAFETY: the caller's.
    unsafe { head_of::<u16, simd::Avx512Bf16>(work, scratch) }
}

/// As above.
#[cfg(target_arch = "aarch64")]
unsafe fn in_bf16(work: &Work<'_>, scratch: &mut Option<Scratch>) {
    // SAFETY: the caller's.
    unsafe { head_of::<u16, simd::NeonBf16>(work, scratch) }
}

/// No processor of these has.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn in_bf16(_work: &Work<'_>, _scratch: &mut Option<Scratch>) {
    unreachable!("bf16 on a processor without it");
}

#[inline(always)]
unsafe fn head_of<T: Plain, P: Product<Input = T, Weight = T>>(
    work: &Work<'_>,
    scratch: &mut Option<Scratch>,
) {
    let n = work.sizes.queries;
    // SAFETY: the caller's.
    unsafe {
        match n > FEW_QUERIES {
            true => many_queries::<T, P>(work, scratch),
            false => few::<P::S>(work),
        }
    }
}

#[inline(always)]
unsafe fn few<S: Simd>(work: &Work<'_>) {
    // SAFETY: the caller's.
    unsafe {
        match work.sizes.queries {
            1 => few_queries::<S, 1>(work),
            2 => few_queries::<S, 2>(work),
            3 => few_queries::<S, 3>(work),
            _ => few_queries::<S, FEW_QUERIES>(work),
        }
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
