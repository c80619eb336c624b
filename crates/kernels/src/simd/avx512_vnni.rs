//! x86 with AVX-512 VNNI: for each of 16 columns the sum of four products of 8 bits.

use std::arch::x86_64::*;

use super::{Avx512, Simd};
use crate::product::{Product, RowByRow, UNSIGNED_ZERO, quads, row_by_row, sums_of_whole_numbers};

pub(crate) struct Avx512Quads;

// SAFETY: as the trait asks; what is called was compiled for AVX-512F, BW and VNNI.
unsafe impl Product for Avx512Quads {
    type S = Avx512;
    type Input = u8;
    type Weight = i8;
    type Sum = __m512i;
    const GROUP: usize = 4;
    const ZERO: i32 = UNSIGNED_ZERO;

    quads!();
    sums_of_whole_numbers!();
    row_by_row!();

    super::instructions! {
        fn begin(start: *const i32) -> __m512i {
            _mm512_loadu_si512(start.cast())
        }
    }
}

// SAFETY: as the trait asks; what is called was compiled for AVX-512F, BW and VNNI.
unsafe impl RowByRow for Avx512Quads {
    type Inputs = __m512i;
    type Weights = __m512i;

    super::instructions! {
        fn inputs(from: *const u8) -> __m512i {
            _mm512_set1_epi32(from.cast::<i32>().read_unaligned())
        }

        fn weights(from: *const i8) -> __m512i {
            _mm512_loadu_si512(from.cast())
        }

        fn add(inputs: __m512i, weights: __m512i, sum: __m512i) -> __m512i {
            _mm512_dpbusd_epi32(sum, inputs, weights)
        }
    }
}
