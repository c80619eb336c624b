//! 64-bit ARM with dot products: for each of 4 columns the sum of four products of 8 bits.

use std::arch::{aarch64::*, asm, is_aarch64_feature_detected};

use super::{Neon, Simd};
use crate::product::{Product, RowByRow, quads, row_by_row, sums_of_whole_numbers};

/// Whether this processor has them.
pub(crate) fn has_dot_products() -> bool {
    is_aarch64_feature_detected!("dotprod")
}

pub(crate) struct NeonQuads;

// SAFETY: as the trait asks; what is called was compiled for NEON, and the processor has dot products.
unsafe impl Product for NeonQuads {
    type S = Neon;
    type Input = i8;
    type Weight = i8;
    type Sum = int32x4_t;
    const GROUP: usize = 4;
    const ZERO: i32 = 0;

    quads!();
    sums_of_whole_numbers!();
    row_by_row!();

    super::instructions! {
        fn begin(_start: *const i32) -> int32x4_t {
            Neon::splat_whole(0)
        }
    }
}

// SAFETY: as the trait asks; what is called was compiled for NEON, and the processor has dot products.
unsafe impl RowByRow for NeonQuads {
    type Inputs = int8x16_t;
    type Weights = int8x16_t;

    super::instructions! {
        fn inputs(from: *const i8) -> int8x16_t {
            vreinterpretq_s8_s32(vdupq_n_s32(from.cast::<i32>().read_unaligned()))
        }

        fn weights(from: *const i8) -> int8x16_t {
            vld1q_s8(from)
        }

        fn add(inputs: int8x16_t, weights: int8x16_t, sum: int32x4_t) -> int32x4_t {
            let mut sum = sum;
            // The language has no stable name for this instruction yet. It reads and writes registers alone.
            asm!(
                ".arch_extension dotprod",
                "sdot {sum:v}.4s, {a:v}.16b, {b:v}.16b",
                sum = inout(vreg) sum, a = in(vreg) inputs, b = in(vreg) weights,
                options(pure, nomem, nostack, preserves_flags),
            );
            sum
        }
    }
}
