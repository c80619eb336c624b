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

/// e^x, as [`exp_of_negative`].
#[inline(always)]
pub(crate) unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    // SAFETY: the caller's.
    unsafe { exp_of_negative::<S>(S::min(x, S::splat(88.0))) }
}

/// e^x of what is below 88, by splitting off the power of two and a series for the rest (Cephes `expf`): relative error
/// below 2e-7. What lies below -87 gives 1e-38.
#[inline(always)]
pub(crate) unsafe fn exp_of_negative<S: Simd>(x: S::V) -> S::V {
    // Adding 1.5 * 2^23 leaves no room for fractions: rounding.
    const ROUND: f32 = 12_582_912.0;
    // SAFETY: the caller's.
    unsafe {
        let x = S::max(x, S::splat(-87.0));
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

/// Half the number, plus it times the normal distribution's function less a half. That is a quotient of polynomials of
/// the square (`fit/gelu.py`), and constant where it is by then: the error is below 3e-7 of the number.
#[inline(always)]
unsafe fn gelu<S: Simd>(x: S::V) -> S::V {
    const LIMIT: f32 = 5.2;
    const ABOVE: [f32; 6] =
        [2.473_109_5e-8, 6.407_888_6e-6, 1.568_618_5e-4, 4.608_647e-3, 3.254_458_3e-2, 0.398_942_26];
    const BELOW: [f32; 6] = [1.258_867_5e-6, 7.049_617e-5, 1.817_204e-3, 2.792_670_6e-2, 0.248_243_51, 1.0];
    // SAFETY: the caller's.
    unsafe {
        let near = S::max(S::min(x, S::splat(LIMIT)), S::splat(-LIMIT));
        let square = S::mul(near, near);
        let (mut above, mut below) = (S::splat(ABOVE[0]), S::splat(BELOW[0]));
        for (next_above, next_below) in ABOVE.into_iter().zip(BELOW).skip(1) {
            above = S::mul_add(above, square, S::splat(next_above));
            below = S::mul_add(below, square, S::splat(next_below));
        }
        let beyond_half = S::div(S::mul(near, above), below);
        S::mul_add(x, beyond_half, S::mul(x, S::splat(0.5)))
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
