//! Attention: `softmax(queries keys^T + mask) values` of each head (Vaswani et al. 2017,
//! <https://arxiv.org/abs/1706.03762>). The scale is the caller's, who puts it into the weights of the queries.
//!
//! Scores never leave the cache: a few queries at a time go through all keys, softmax and all values. Keys and values
//! of a head are arranged as panels first, which many queries repay (`many`); for a few they are read as they lie
//! (`few`).

mod few;
mod many;
mod together;

use rayon::prelude::*;

pub use self::together::{heads_together, heads_together_in_bf16};
use self::{few::few_queries, many::Scratch, many::many_queries};
use crate::{
    Isa, Precision,
    aligned::Plain,
    isa::compiled_for,
    product::{F32, Product, from_bf16},
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
pub struct Heads<'a, T = f32> {
    /// Where they lie.
    pub numbers: &'a [T],
    /// From one row of the batch to the next.
    pub batch: usize,
    /// From one head to the next.
    pub head: usize,
    /// From one token to the next.
    pub token: usize,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub enum KeysValues<'a> {
    /// As layers give it.
    F32([Heads<'a>; 2]),
    /// With half as many bits, [those of bf16](heads_together_in_bf16): for whoever asks few queries again and again,
    /// reading it is what takes time.
    Bf16([Heads<'a, u16>; 2]),
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

impl<T> Heads<'_, T> {
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
    queries: Heads<'_>,
    keys_values: KeysValues<'_>,
    mask: Option<Mask<'_>>,
) -> Vec<f32> {
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    let Sizes { batch, heads, queries: n_queries, keys: n_keys, head } = sizes;
    let n_out = batch * n_queries * heads * head;
    if n_out == 0 {
        return Vec::new();
    }
    assert!(n_keys > 0, "nothing to look at");
    let do_fit = match keys_values {
        KeysValues::F32(both) => both.iter().all(|heads| heads.fits(sizes, n_keys)),
        KeysValues::Bf16(both) => both.iter().all(|heads| heads.fits(sizes, n_keys)),
    };
    assert!(queries.fits(sizes, n_queries) && do_fit, "queries, keys or values lie beyond their numbers");
    let is_bf16 = precision != Precision::F32 && n_queries > FEW_QUERIES && isa.has_bf16();
    let task = |out: &Columns, scratch: &mut Option<Scratch>, task: usize| {
        let work = &Work { sizes, queries, keys_values, mask, out, batch: task / heads, head: task % heads };
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
    let is_few = work.sizes.queries <= FEW_QUERIES;
    // SAFETY: the caller's.
    unsafe {
        match work.keys_values {
            KeysValues::F32(both) if is_few => few::<P::S, f32>(work, both),
            KeysValues::Bf16(both) if is_few => few::<P::S, u16>(work, both),
            KeysValues::F32(both) => many_queries::<f32, T, P>(work, both, scratch),
            KeysValues::Bf16(both) => many_queries::<u16, T, P>(work, both, scratch),
        }
    }
}

#[inline(always)]
unsafe fn few<S: Simd, T: Number>(work: &Work<'_>, keys_values: [Heads<'_, T>; 2]) {
    // SAFETY: the caller's.
    unsafe {
        match work.sizes.queries {
            1 => few_queries::<S, T, 1>(work, keys_values),
            2 => few_queries::<S, T, 2>(work, keys_values),
            3 => few_queries::<S, T, 3>(work, keys_values),
            _ => few_queries::<S, T, FEW_QUERIES>(work, keys_values),
        }
    }
}

/// A number of a key or of a value.
///
/// # Safety
/// As [`Simd`].
unsafe trait Number: Plain {
    fn wide(self) -> f32;
    unsafe fn load<S: Simd>(from: *const Self) -> S::V;
    /// As [`Product::prepare`]; `wide` has as many numbers as the row.
    fn prepare<P: Product>(row: &[Self], wide: &mut [f32], out: &mut [P::Input]);
}

// SAFETY: as `S`.
unsafe impl Number for f32 {
    #[inline(always)]
    fn wide(self) -> f32 {
        self
    }

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const f32) -> S::V {
        // SAFETY: the caller's.
        unsafe { S::load(from) }
    }

    #[inline(always)]
    fn prepare<P: Product>(row: &[f32], _wide: &mut [f32], out: &mut [P::Input]) {
        P::prepare(row, out);
    }
}

// SAFETY: as `S`.
unsafe impl Number for u16 {
    #[inline(always)]
    fn wide(self) -> f32 {
        from_bf16(self)
    }

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const u16) -> S::V {
        // SAFETY: the caller's.
        unsafe { S::widen_bf16(from) }
    }

    #[inline(always)]
    fn prepare<P: Product>(row: &[u16], wide: &mut [f32], out: &mut [P::Input]) {
        // In a loop of its own, since closures of iterators are compiled for the plainest processor.
        for (wide, x) in wide.iter_mut().zip(row) {
            *wide = from_bf16(*x);
        }
        P::prepare(wide, out);
    }
}

/// One head of one row of the batch.
struct Work<'a> {
    sizes: Sizes,
    queries: Heads<'a>,
    keys_values: KeysValues<'a>,
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

    fn vector<'b, T>(&self, of: Heads<'b, T>, token: usize) -> &'b [T] {
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
