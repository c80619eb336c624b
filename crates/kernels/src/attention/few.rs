//! A few queries, with keys and values as they lie: what takes time is reading those, once for all queries.

use super::{Heads, Number, Work};
use crate::{simd::Simd, softmax::exponentials};

/// Vectors of a value that are summed up at once.
const AT_ONCE: usize = 4;

/// `R` queries, all that there are.
///
/// # Safety
/// The processor is one of `S`; everything lies where the sizes say.
#[inline(always)]
pub(super) unsafe fn few_queries<S: Simd, T: Number, const R: usize>(
    work: &Work<'_>,
    [keys, values]: [Heads<'_, T>; 2],
) {
    let (n_keys, head) = (work.sizes.keys, work.sizes.head);
    let asked: [&[f32]; R] = std::array::from_fn(|query| work.vector(work.queries, query));
    let mut scores = vec![0.0_f32; R * n_keys];
    let mut scales = [0.0_f32; R];
    // SAFETY: the caller's; vectors are as long as the head.
    unsafe {
        for key in 0..n_keys {
            let found = dots::<S, T, R>(asked, work.vector(keys, key));
            for (query, score) in found.into_iter().enumerate() {
                scores[query * n_keys + key] = score;
            }
        }
        for (query, (scores, scale)) in scores.chunks_exact_mut(n_keys).zip(&mut scales).enumerate() {
            work.add_mask(query, scores);
            *scale = 1.0 / exponentials::<S>(scores).sum;
        }
        let (mut at, whole) = (0, head - head % S::LANES);
        while at + AT_ONCE * S::LANES <= whole {
            sum_up::<S, T, R, AT_ONCE>(work, values, at, &scores, scales);
            at += AT_ONCE * S::LANES;
        }
        while at < whole {
            sum_up::<S, T, R, 1>(work, values, at, &scores, scales);
            at += S::LANES;
        }
    }
    for (query, scale) in scales.into_iter().enumerate() {
        for at in head - head % S::LANES..head {
            let shares = scores[query * n_keys..][..n_keys].iter();
            let sum: f32 = shares.enumerate().map(|(key, x)| x * work.vector(values, key)[at].wide()).sum();
            // SAFETY: the head's columns belong to this task.
            unsafe { work.place(query).add(at).write(sum * scale) };
        }
    }
}

/// The products of each of `R` vectors with another, summed up.
#[inline(always)]
unsafe fn dots<S: Simd, T: Number, const R: usize>(rows: [&[f32]; R], other: &[T]) -> [f32; R] {
    let whole = other.len() - other.len() % S::LANES;
    // SAFETY: vectors lie within the first `whole` numbers of all.
    unsafe {
        let mut sums = [S::splat(0.0); R];
        for at in (0..whole).step_by(S::LANES) {
            let other = T::load::<S>(other.as_ptr().add(at));
            for (sum, row) in sums.iter_mut().zip(rows) {
                *sum = S::mul_add(S::load(row.as_ptr().add(at)), other, *sum);
            }
        }
        std::array::from_fn(|query| {
            let rest = rows[query][whole..].iter().zip(&other[whole..]).map(|(a, b)| a * b.wide());
            S::sum(sums[query]) + rest.sum::<f32>()
        })
    }
}

/// `V` vectors of the result of each query, from number `at` on.
#[inline(always)]
unsafe fn sum_up<S: Simd, T: Number, const R: usize, const V: usize>(
    work: &Work<'_>,
    values: Heads<'_, T>,
    at: usize,
    shares: &[f32],
    scales: [f32; R],
) {
    let n_keys = work.sizes.keys;
    // SAFETY: the caller's: so many numbers of each value and of the result lie there.
    unsafe {
        let mut sums = [[S::splat(0.0); V]; R];
        for key in 0..n_keys {
            let value = work.vector(values, key).as_ptr().add(at);
            let value: [S::V; V] = std::array::from_fn(|vector| T::load::<S>(value.add(vector * S::LANES)));
            for (query, sums) in sums.iter_mut().enumerate() {
                let share = S::splat(*shares.get_unchecked(query * n_keys + key));
                for (sum, value) in sums.iter_mut().zip(value) {
                    *sum = S::mul_add(share, value, *sum);
                }
            }
        }
        for (query, (sums, scale)) in sums.into_iter().zip(scales).enumerate() {
            for (vector, sum) in sums.into_iter().enumerate() {
                let place = work.place(query).add(at + vector * S::LANES);
                S::store(place, S::mul(sum, S::splat(scale)));
            }
        }
    }
}
