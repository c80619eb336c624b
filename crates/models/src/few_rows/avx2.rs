//! The product's inner loop for processors with AVX2: the sums of four rows stay in registers.
//!
//! Written with the processor's own instructions, because the compiler kept the sums of the portable loop
//! in memory, which made it several times slower from four rows on.

use std::arch::x86_64::{
    __m256, _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_movehdup_ps, _mm_movehl_ps, _mm256_castps256_ps128,
    _mm256_extractf128_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_setzero_ps,
};

/// Numbers in a register.
const LANES: usize = 8;

/// One column of the result for each row of `matrix`.
#[target_feature(enable = "avx2,fma")]
pub(super) fn columns(x: &[f32], matrix: &[f32], n_in: usize, rows: usize, columns: &mut [f32]) {
    for (weights, column) in matrix.chunks_exact(n_in).zip(columns.chunks_exact_mut(rows)) {
        for (x, sums) in x.chunks(4 * n_in).zip(column.chunks_mut(4)) {
            match sums {
                [a, b, c, d] => [*a, *b, *c, *d] = dots::<4>(x, weights),
                [a, b, c] => [*a, *b, *c] = dots::<3>(x, weights),
                [a, b] => [*a, *b] = dots::<2>(x, weights),
                [a] => [*a] = dots::<1>(x, weights),
                _ => {}
            }
        }
    }
}

/// The dot products of `R` rows with the same weights.
#[target_feature(enable = "avx2,fma")]
fn dots<const R: usize>(x: &[f32], weights: &[f32]) -> [f32; R] {
    let n = weights.len();
    let rows: [(&[[f32; LANES]], &[f32]); R] =
        std::array::from_fn(|r| x[r * n..(r + 1) * n].as_chunks::<LANES>());
    let (weights, weights_rest) = weights.as_chunks::<LANES>();
    // Two sums for each row, so that one is added to while the other is under way.
    let mut sums = [[_mm256_setzero_ps(); 2]; R];
    let (pairs, single) = weights.as_chunks::<2>();
    for (i, [first, second]) in pairs.iter().enumerate() {
        let (first, second) = (load(first), load(second));
        for r in 0..R {
            let x = rows[r].0;
            sums[r][0] = _mm256_fmadd_ps(load(&x[2 * i]), first, sums[r][0]);
            sums[r][1] = _mm256_fmadd_ps(load(&x[2 * i + 1]), second, sums[r][1]);
        }
    }
    if let [last] = single {
        for r in 0..R {
            sums[r][0] = _mm256_fmadd_ps(load(&rows[r].0[2 * pairs.len()]), load(last), sums[r][0]);
        }
    }
    let mut out = [0.0; R];
    for r in 0..R {
        let rest: f32 = rows[r].1.iter().zip(weights_rest).map(|(x, w)| x * w).sum();
        out[r] = total(sums[r][0]) + total(sums[r][1]) + rest;
    }
    out
}

#[target_feature(enable = "avx2,fma")]
fn load(numbers: &[f32; LANES]) -> __m256 {
    // SAFETY: eight numbers lie there, and the instruction asks for no alignment.
    unsafe { _mm256_loadu_ps(numbers.as_ptr()) }
}

#[target_feature(enable = "avx2,fma")]
fn total(sums: __m256) -> f32 {
    let four = _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps::<1>(sums));
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
}
