//! x86 with AVX-512F and BW: 16 numbers at once.

use std::arch::x86_64::*;

use super::Simd;

#[derive(Clone, Copy)]
pub(crate) struct Avx512;

/// What Miri cannot run: three instructions of this set.
#[cfg(miri)]
fn each(a: __m512, b: __m512, f: impl Fn(f32, f32) -> f32) -> __m512 {
    // SAFETY: a vector is sixteen numbers.
    let (a, b): ([f32; 16], [f32; 16]) = unsafe { (std::mem::transmute(a), std::mem::transmute(b)) };
    let found: [f32; 16] = std::array::from_fn(|i| f(a[i], b[i]));
    // SAFETY: the same.
    unsafe { std::mem::transmute(found) }
}

// SAFETY: whoever calls a function has seen that the processor has AVX-512F, and gives pointers as the trait asks.
unsafe impl Simd for Avx512 {
    type V = __m512;
    const LANES: usize = 16;
    const ROWS: usize = 14;
    type Whole = __m512i;
    type Pairs = __m512i;
    type Small = i16;

    fn small(x: i32) -> i16 {
        x as i16
    }

    super::instructions! {
        fn fetch(line: *const u8) {
            _mm_prefetch::<_MM_HINT_T0>(line.cast());
        }

        fn splat(x: f32) -> __m512 {
            _mm512_set1_ps(x)
        }

        fn load(from: *const f32) -> __m512 {
            _mm512_loadu_ps(from)
        }

        fn store(to: *mut f32, v: __m512) {
            _mm512_storeu_ps(to, v);
        }

        fn add(a: __m512, b: __m512) -> __m512 {
            _mm512_add_ps(a, b)
        }

        fn sub(a: __m512, b: __m512) -> __m512 {
            _mm512_sub_ps(a, b)
        }

        fn mul(a: __m512, b: __m512) -> __m512 {
            _mm512_mul_ps(a, b)
        }

        fn div(a: __m512, b: __m512) -> __m512 {
            _mm512_div_ps(a, b)
        }

        fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
            _mm512_fmadd_ps(a, b, c)
        }

        fn max(a: __m512, b: __m512) -> __m512 {
            #[cfg(miri)]
            return each(a, b, |a, b| if a > b { a } else { b });
            #[cfg(not(miri))]
            _mm512_max_ps(a, b)
        }

        fn min(a: __m512, b: __m512) -> __m512 {
            #[cfg(miri)]
            return each(a, b, |a, b| if a < b { a } else { b });
            #[cfg(not(miri))]
            _mm512_min_ps(a, b)
        }

        fn power_of_two(whole: __m512) -> __m512 {
            #[cfg(miri)]
            return each(whole, whole, |n, _| f32::from_bits(((n as i32 + 127) << 23) as u32));
            #[cfg(not(miri))]
            {
                let exponent = _mm512_add_epi32(_mm512_cvtps_epi32(whole), _mm512_set1_epi32(127));
                _mm512_castsi512_ps(_mm512_slli_epi32::<23>(exponent))
            }
        }

        fn sum(v: __m512) -> f32 {
            _mm512_reduce_add_ps(v)
        }

        fn largest(v: __m512) -> f32 {
            _mm512_reduce_max_ps(v)
        }

        fn widen_bf16(from: *const u16) -> __m512 {
            let bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256(from.cast()));
            _mm512_castsi512_ps(_mm512_slli_epi32::<16>(bits))
        }

        fn splat_whole(x: i32) -> __m512i {
            _mm512_set1_epi32(x)
        }

        fn to_numbers(whole: __m512i) -> __m512 {
            _mm512_cvtepi32_ps(whole)
        }

        fn load_pairs(from: *const i8) -> __m512i {
            _mm512_cvtepi8_epi16(_mm256_loadu_si256(from.cast()))
        }

        fn splat_pair(from: *const i16) -> __m512i {
            _mm512_set1_epi32(from.cast::<i32>().read_unaligned())
        }

        fn add_products(a: __m512i, b: __m512i, sum: __m512i) -> __m512i {
            _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
        }
    }
}
