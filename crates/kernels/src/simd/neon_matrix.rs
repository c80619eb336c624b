//! 64-bit ARM with matrix products: two rows times two columns at once, eight bytes of each.

use std::arch::{aarch64::*, asm, is_aarch64_feature_detected};

use super::{Neon, Simd, has_dot_products};
use crate::{
    product::{Product, quads, sums_of_floats, sums_of_whole_numbers, to_bf16},
    tile::{Sums, Tile},
};

/// Whether this processor has them.
pub(crate) fn has_matrix_products() -> bool {
    has_dot_products() && is_aarch64_feature_detected!("i8mm") && is_aarch64_feature_detected!("bf16")
}

/// [`Product::multiply`] of what is [`TwoByTwo`]: how its sums are added, and what they are as bits.
macro_rules! two_by_two {
    ($add:ident, $of_bits:ident) => {
        #[inline(always)]
        unsafe fn multiply<const R: usize>(tile: Tile<Self>, sums: Sums<Self, R>) -> Sums<Self, R> {
            // SAFETY: the caller's.
            unsafe {
                let found = two_by_two::<Self, R>(tile);
                std::array::from_fn(|row| {
                    [0, 1].map(|half| $add(sums[row][half], $of_bits(found[row][half])))
                })
            }
        }
    };
}

/// Sums of eight products of 8 bits.
pub(crate) struct NeonOctets;

/// Sums of four products of bf16.
pub(crate) struct NeonBf16;

// SAFETY: as the trait asks; what is called was compiled for NEON, and the processor has matrix products.
unsafe impl Product for NeonOctets {
    type S = Neon;
    type Input = i8;
    type Weight = i8;
    type Sum = int32x4_t;
    const GROUP: usize = 8;
    const ZERO: i32 = 0;

    quads!();
    sums_of_whole_numbers!();

    super::instructions! {
        fn begin(_start: *const i32) -> int32x4_t {
            Neon::splat_whole(0)
        }
    }

    two_by_two!(vaddq_s32, vreinterpretq_s32_u64);
}

// SAFETY: as above.
unsafe impl TwoByTwo for NeonOctets {
    super::instructions! {
        fn add(rows: uint64x2_t, columns: uint64x2_t, sum: uint64x2_t) -> uint64x2_t {
            let mut sum = sum;
            // The language has no stable name for this instruction yet. It reads and writes registers alone.
            asm!(
                ".arch_extension i8mm",
                "smmla {sum:v}.4s, {a:v}.16b, {b:v}.16b",
                sum = inout(vreg) sum, a = in(vreg) rows, b = in(vreg) columns,
                options(pure, nomem, nostack, preserves_flags),
            );
            sum
        }
    }
}

// SAFETY: as above.
unsafe impl Product for NeonBf16 {
    type S = Neon;
    type Input = u16;
    type Weight = u16;
    type Sum = float32x4_t;
    const GROUP: usize = 4;

    sums_of_floats!();

    #[inline(always)]
    fn prepare(row: &[f32], out: &mut [u16]) -> f32 {
        out.iter_mut().zip(row).for_each(|(out, x)| *out = to_bf16(*x));
        1.0
    }

    two_by_two!(vaddq_f32, vreinterpretq_f32_u64);
}

// SAFETY: as above.
unsafe impl TwoByTwo for NeonBf16 {
    super::instructions! {
        fn add(rows: uint64x2_t, columns: uint64x2_t, sum: uint64x2_t) -> uint64x2_t {
            let mut sum = sum;
            // As above.
            asm!(
                ".arch_extension bf16",
                "bfmmla {sum:v}.4s, {a:v}.8h, {b:v}.8h",
                sum = inout(vreg) sum, a = in(vreg) rows, b = in(vreg) columns,
                options(pure, nomem, nostack, preserves_flags),
            );
            sum
        }
    }
}

/// Products of two rows and two columns, whose groups have eight bytes.
///
/// # Safety
/// As [`Product`].
unsafe trait TwoByTwo: Product {
    /// `sum`, four numbers of 32 bits, and those of the first row with both columns, then of the second.
    unsafe fn add(rows: uint64x2_t, columns: uint64x2_t, sum: uint64x2_t) -> uint64x2_t;
}

/// Pairs of the rows of a tile at most.
const PAIRS: usize = Neon::ROWS.div_ceil(2);
/// Pairs of the columns of a tile.
const COLUMN_PAIRS: usize = crate::tile::width::<Neon>() / 2;

/// The sums of `R` rows, as bits: of each, those of four columns and of four more.
#[inline(always)]
unsafe fn two_by_two<P: TwoByTwo, const R: usize>(mut tile: Tile<P>) -> [[uint64x2_t; 2]; R] {
    // SAFETY: the caller's; a group of a row has eight bytes, as has one of a column.
    unsafe {
        let zero = vdupq_n_u64(0);
        let mut sums = [[zero; COLUMN_PAIRS]; PAIRS];
        for group in 0..tile.n_groups {
            tile.fetch(group);
            let columns = tile.weights(group).cast::<u8>();
            let columns: [uint64x2_t; COLUMN_PAIRS] =
                std::array::from_fn(|pair| vreinterpretq_u64_u8(vld1q_u8(columns.add(16 * pair))));
            for (pair, sums) in sums.iter_mut().take(R.div_ceil(2)).enumerate() {
                let row = |row: usize| {
                    // A last row without another goes with itself.
                    let from = tile.inputs.add(row.min(R - 1) * tile.stride + group * P::GROUP);
                    vcreate_u64(from.cast::<u64>().read_unaligned())
                };
                let rows = vcombine_u64(row(2 * pair), row(2 * pair + 1));
                for (sum, columns) in sums.iter_mut().zip(columns) {
                    *sum = P::add(rows, columns, *sum);
                }
            }
        }
        std::array::from_fn(|row| {
            let [a, b, c, d] = sums[row / 2];
            match row % 2 {
                0 => [vzip1q_u64(a, b), vzip1q_u64(c, d)],
                _ => [vzip2q_u64(a, b), vzip2q_u64(c, d)],
            }
        })
    }
}
