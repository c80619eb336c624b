//! Softmax: exponentials of what each score is below the largest, as shares of their sum.

use crate::{Isa, elementwise::exp_of_negative, isa::compiled_for, simd::Simd};

/// What [`exponentials`] were made of.
pub(crate) struct Scores {
    pub(crate) largest: f32,
    /// Of the exponentials.
    pub(crate) sum: f32,
}

/// Overwrites scores with exponentials of what each is below the largest.
///
/// # Safety
/// The processor is one of `S`.
#[inline(always)]
pub(crate) unsafe fn exponentials<S: Simd>(scores: &mut [f32]) -> Scores {
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
            let e = exp_of_negative::<S>(S::sub(S::load(place), below));
            sum = S::add(sum, e);
            S::store(place, e);
        }
        // What is left goes through a vector of its own, so that it is computed as all others.
        let left = &mut scores[whole..];
        let mut sum = S::sum(sum);
        if !left.is_empty() {
            let mut spare = [f32::MIN; 16];
            spare[..left.len()].copy_from_slice(left);
            let e = exp_of_negative::<S>(S::sub(S::load(spare.as_ptr()), below));
            S::store(spare.as_mut_ptr(), e);
            left.copy_from_slice(&spare[..left.len()]);
            sum += left.iter().sum::<f32>();
        }
        Scores { largest, sum }
    }
}

/// Natural logarithms of the softmax of `x`: of how likely each word is, where `x` are the scores of words.
///
/// # Panics
/// Where this processor lacks the instructions.
#[must_use]
pub fn log_softmax(isa: Isa, x: &[f32]) -> Vec<f32> {
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    let mut out = x.to_vec();
    let (of, all) = (x, &mut out[..]);
    // SAFETY: the processor has the instructions.
    unsafe { compiled_for!(isa, logarithms(of: &[f32], all: &mut [f32])) };
    out
}

/// `out` begins as a copy of `x`.
#[inline(always)]
unsafe fn logarithms<S: Simd>(x: &[f32], out: &mut [f32]) {
    // SAFETY: the caller's.
    let Scores { largest, sum } = unsafe { exponentials::<S>(out) };
    let log_sum = sum.ln();
    // In a loop of its own, since closures of iterators are compiled for the plainest processor.
    for (out, x) in out.iter_mut().zip(x) {
        *out = x - largest - log_sum;
    }
}
