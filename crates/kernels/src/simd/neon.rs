//! 64-bit ARM: 4 numbers at once.

use std::arch::aarch64::*;

use super::Simd;

#[derive(Clone, Copy)]
pub(crate) struct Neon;

// SAFETY: every 64-bit ARM processor has NEON; callers give pointers as the trait asks.
unsafe impl Simd for Neon {
    type V = float32x4_t;
    const LANES: usize = 4;
    const ROWS: usize = 12;
    type Whole = int32x4_t;
    type Pairs = int8x8_t;
    type Small = i8;

    fn small(x: i32) -> i8 {
        x as i8
    }

    super::instructions! {
        fn fetch(line: *const u8) {
            // The language has no stable name for this instruction yet. It changes nothing, and faults nowhere.
            std::arch::asm!("prfm pldl1keep, [{line}]", line = in(reg) line, options(nostack, preserves_flags, readonly));
        }

        fn splat(x: f32) -> float32x4_t {
            vdupq_n_f32(x)
        }

        fn load(from: *const f32) -> float32x4_t {
            vld1q_f32(from)
        }

        fn store(to: *mut f32, v: float32x4_t) {
            vst1q_f32(to, v);
        }

        fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t {
            vaddq_f32(a, b)
        }

        fn sub(a: float32x4_t, b: float32x4_t) -> float32x4_t {
            vsubq_f32(a, b)
        }

        fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t {
            vmulq_f32(a, b)
        }

        fn div(a: float32x4_t, b: float32x4_t) -> float32x4_t {
            vdivq_f32(a, b)
        }

        fn mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
            vfmaq_f32(c, a, b)
        }

        fn max(a: float32x4_t, b: float32x4_t) -> float32x4_t {
            vmaxq_f32(a, b)
        }

        fn min(a: float32x4_t, b: float32x4_t) -> float32x4_t {
            vminq_f32(a, b)
        }

        fn power_of_two(whole: float32x4_t) -> float32x4_t {
            let exponent = vaddq_s32(vcvtq_s32_f32(whole), vdupq_n_s32(127));
            vreinterpretq_f32_s32(vshlq_n_s32::<23>(exponent))
        }

        fn sum(v: float32x4_t) -> f32 {
            vaddvq_f32(v)
        }

        fn largest(v: float32x4_t) -> f32 {
            vmaxvq_f32(v)
        }

        fn widen_bf16(from: *const u16) -> float32x4_t {
            vreinterpretq_f32_u32(vshll_n_u16::<16>(vld1_u16(from)))
        }

        fn splat_whole(x: i32) -> int32x4_t {
            vdupq_n_s32(x)
        }

        fn to_numbers(whole: int32x4_t) -> float32x4_t {
            vcvtq_f32_s32(whole)
        }

        fn load_pairs(from: *const i8) -> int8x8_t {
            vld1_s8(from)
        }

        fn splat_pair(from: *const i8) -> int8x8_t {
            vreinterpret_s8_s16(vdup_n_s16(from.cast::<i16>().read_unaligned()))
        }

        fn add_products(a: int8x8_t, b: int8x8_t, sum: int32x4_t) -> int32x4_t {
            vpadalq_s16(sum, vmull_s8(a, b))
        }
    }
}
