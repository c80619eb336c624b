//! x86 with AVX-512 BF16: for each of 16 columns the sum of two products of bf16.

use std::arch::x86_64::*;

use super::{Avx512, Simd};
use crate::product::{Product, RowByRow, row_by_row, sums_of_floats, to_bf16};

pub(crate) struct Avx512Bf16;

// SAFETY: as the trait asks; what is called was compiled for AVX-512F, BW and BF16.
unsafe impl Product for Avx512Bf16 {
    type S = Avx512;
    type Input = u16;
    type Weight = u16;
    type Sum = __m512;
    const GROUP: usize = 2;

    sums_of_floats!();
    row_by_row!();

    #[inline(always)]
    fn prepare(row: &[f32], out: &mut [u16]) -> f32 {
        let whole = row.len() - row.len() % Avx512::LANES;
        for (out, row) in out.chunks_exact_mut(Avx512::LANES).zip(row.chunks_exact(Avx512::LANES)) {
            // SAFETY: the trait's; as many numbers lie in both.
            unsafe {
                let rounded = _mm512_cvtneps_pbh(_mm512_loadu_ps(row.as_ptr()));
                // Vectors of 256 bits both.
                let rounded = std::mem::transmute::<__m256bh, __m256i>(rounded);
                _mm256_storeu_si256(out.as_mut_ptr().cast(), rounded);
            }
        }
        out[whole..].iter_mut().zip(&row[whole..]).for_each(|(out, x)| *out = to_bf16(*x));
        1.0
    }
}

// SAFETY: as the trait asks; what is called was compiled for AVX-512F, BW and BF16.
unsafe impl RowByRow for Avx512Bf16 {
    type Inputs = __m512i;
    type Weights = __m512i;

    super::instructions! {
        fn inputs(from: *const u16) -> __m512i {
            _mm512_set1_epi32(from.cast::<i32>().read_unaligned())
        }

        fn weights(from: *const u16) -> __m512i {
            _mm512_loadu_si512(from.cast())
        }

        fn add(inputs: __m512i, weights: __m512i, sum: __m512) -> __m512 {
            // Vectors of 512 bits both.
            let as_bf16 = |v: __m512i| std::mem::transmute::<__m512i, __m512bh>(v);
            _mm512_dpbf16_ps(sum, as_bf16(inputs), as_bf16(weights))
        }
    }
}
