//! x86 with AVX-VNNI: for each of 8 columns the sum of four products of 8 bits.

use std::arch::x86_64::*;

use super::{Avx2, Simd};
use crate::product::{Product, RowByRow, UNSIGNED_ZERO, quads, row_by_row, sums_of_whole_numbers};

pub(crate) struct Avx2Quads;

// SAFETY: as the trait asks; what is called was compiled for AVX2 and AVX-VNNI.
unsafe impl Product for Avx2Quads {
    type S = Avx2;
    type Input = u8;
    type Weight = i8;
    type Sum = __m256i;
    const GROUP: usize = 4;
    const ZERO: i32 = UNSIGNED_ZERO;

    quads!();
    sums_of_whole_numbers!();
    row_by_row!();

    super::instructions! {
        fn begin(start: *const i32) -> __m256i {
            _mm256_loadu_si256(start.cast())
        }
    }
}

// SAFETY: as the trait asks; what is called was compiled for AVX2 and AVX-VNNI.
unsafe impl RowByRow for Avx2Quads {
    type Inputs = __m256i;
    type Weights = __m256i;

    super::instructions! {
        fn inputs(from: *const u8) -> __m256i {
            _mm256_set1_epi32(from.cast::<i32>().read_unaligned())
        }

        fn weights(from: *const i8) -> __m256i {
            _mm256_loadu_si256(from.cast())
        }

        fn add(inputs: __m256i, weights: __m256i, sum: __m256i) -> __m256i {
            _mm256_dpbusd_avx_epi32(sum, inputs, weights)
        }
    }
}
