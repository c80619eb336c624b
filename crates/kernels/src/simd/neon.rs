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

    super::instructions! {
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
    }
}
