//! Exponentials and activations of vectors.

use crate::simd::Simd;

/// What follows a product in these models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `x * sigmoid(1.702 x)`: OpenAI's CLIP.
    QuickGelu,
    /// `x / 2 * (1 + erf(x / sqrt 2))`: LAION's CLIP, BLIP (Hendrycks and Gimpel 2016).
    Gelu,
    /// The same with a hyperbolic tangent in the place of erf: `x * sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3))`, SigLIP.
    GeluTanh,
}

impl Activation {
    /// Of a vector.
    #[inline(always)]
    pub(crate) unsafe fn apply<S: Simd>(self, x: S::V) -> S::V {
        // SAFETY: the caller's.
        unsafe {
            match self {
                Self::QuickGelu => quick_gelu::<S>(x),
                Self::Gelu => gelu::<S>(x),
                Self::GeluTanh => gelu_tanh::<S>(x),
            }
        }
    }
}

/// e^x by splitting off the power of two and a series for the rest (Cephes `expf`): relative error below 2e-7. What
/// lies below -87 gives 1e-38.
#[inline(always)]
pub(crate) unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    // Adding 1.5 * 2^23 leaves no room for fractions: rounding.
    const ROUND: f32 = 12_582_912.0;
    // SAFETY: the caller's.
    unsafe {
        let x = S::max(S::min(x, S::splat(88.0)), S::splat(-87.0));
        let n = S::mul_add(x, S::splat(std::f32::consts::LOG2_E), S::splat(ROUND));
        let n = S::sub(n, S::splat(ROUND));
        let r = S::mul_add(n, S::splat(-0.693_359_4), x);
        let r = S::mul_add(n, S::splat(2.121_944_4e-4), r);
        let mut p = S::splat(1.987_569_1e-4);
        for next in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = S::mul_add(p, r, S::splat(next));
        }
        let e = S::add(S::mul_add(p, S::mul(r, r), r), S::splat(1.0));
        S::mul(e, S::power_of_two(n))
    }
}

#[inline(always)]
unsafe fn quick_gelu<S: Simd>(x: S::V) -> S::V {
    // SAFETY: the caller's.
    unsafe {
        let e = exp::<S>(S::mul(x, S::splat(-1.702)));
        S::div(x, S::add(e, S::splat(1.0)))
    }
}

/// With erf after Abramowitz and Stegun 7.1.26, whose error is below 1.5e-7.
#[inline(always)]
unsafe fn gelu<S: Simd>(x: S::V) -> S::V {
    // SAFETY: the caller's.
    unsafe {
        let size = S::max(x, S::sub(S::splat(0.0), x));
        let z = S::mul(size, S::splat(std::f32::consts::FRAC_1_SQRT_2));
        let t = S::div(S::splat(1.0), S::mul_add(z, S::splat(0.327_591_1), S::splat(1.0)));
        let mut series = S::splat(1.061_405_4);
        for next in [-1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6] {
            series = S::mul_add(series, t, S::splat(next));
        }
        let series = S::mul(series, t);
        let e = exp::<S>(S::sub(S::splat(0.0), S::mul(z, z)));
        let erf = S::sub(S::splat(1.0), S::mul(series, e));
        S::mul(S::splat(0.5), S::mul_add(size, erf, x))
    }
}

#[inline(always)]
unsafe fn gelu_tanh<S: Simd>(x: S::V) -> S::V {
    // SAFETY: the caller's.
    unsafe {
        let cubed = S::mul(S::mul(x, x), x);
        let inner = S::mul_add(cubed, S::splat(0.044_715), x);
        // 2 sqrt(2 / pi)
        let e = exp::<S>(S::mul(inner, S::splat(-1.595_769)));
        S::div(x, S::add(e, S::splat(1.0)))
    }
}
