//! Keys and values that are asked again and again, each head's together.

use rayon::prelude::*;

use super::READ;
use crate::{
    Isa,
    aligned::Plain,
    isa::compiled_for,
    product::to_bf16,
    simd::Simd,
    tile::{self, Columns},
};

/// `x`, `[batch, tokens, parts, heads, head]`, such as keys and values from one layer, with the numbers of each head
/// together: `[parts, batch, heads, tokens, head]`. Whoever asks few queries of many tokens again and again reads them
/// faster so.
///
/// # Panics
/// Where the numbers are not as many as the sizes say.
#[must_use]
pub fn heads_together(x: &[f32], sizes: [usize; 5]) -> Vec<f32> {
    let copy = |from: &[f32], to: *mut f32| {
        // SAFETY: there is room for as many numbers.
        unsafe { to.copy_from_nonoverlapping(from.as_ptr(), from.len()) }
    };
    // SAFETY: all that is copied is written.
    unsafe { together(x, sizes, copy) }
}

/// [`heads_together`] with each number rounded to the nearest bf16, as its bits.
///
/// # Panics
/// As that one, or where this processor lacks the instructions.
#[must_use]
pub fn heads_together_in_bf16(isa: Isa, x: &[f32], sizes: [usize; 5]) -> Vec<u16> {
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    let round = |from: &[f32], to: *mut u16| {
        // SAFETY: the processor has the instructions; there is room for as many numbers.
        unsafe { compiled_for!(isa, rounded(from: &[f32], to: *mut u16)) }
    };
    // SAFETY: all that is rounded is written.
    unsafe { together(x, sizes, round) }
}

#[inline(always)]
unsafe fn rounded<S: Simd>(from: &[f32], to: *mut u16) {
    for (at, x) in from.iter().enumerate() {
        // SAFETY: the caller's: there is room for as many numbers.
        unsafe { to.add(at).write(to_bf16(*x)) }
    }
}

/// # Safety
/// `write` writes as many numbers as it is given.
unsafe fn together<T: Plain>(
    x: &[f32],
    [batch, tokens, parts, heads, head]: [usize; 5],
    write: impl Fn(&[f32], *mut T) + Sync,
) -> Vec<T> {
    assert_eq!(x.len(), batch * tokens * parts * heads * head, "sizes of heads");
    if x.is_empty() {
        return Vec::new();
    }
    let one = |out: &Columns<T>, at: usize| {
        let (part, row, which) = (at / heads / batch, at / heads % batch, at % heads);
        for token in 0..tokens {
            let from = (((row * tokens + token) * parts + part) * heads + which) * head;
            // There is room for as many numbers as come in, and each head has a place of its own.
            write(&x[from..from + head], out.0.wrapping_add((at * tokens + token) * head));
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
