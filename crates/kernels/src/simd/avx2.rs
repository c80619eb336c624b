//! x86 with AVX2 and FMA: 8 numbers at once.

use std::arch::x86_64::*;

use super::Simd;

#[derive(Clone, Copy)]
pub(crate) struct Avx2;

// SAFETY: whoever calls a function has seen that the processor has AVX2 and FMA, and gives pointers as the trait asks.
unsafe impl Simd for Avx2 {
    type V = __m256;
    const LANES: usize = 8;
    const ROWS: usize = 6;
    type Whole = __m256i;
    type Pairs = __m256i;
    type Small = i16;

    fn small(x: i32) -> i16 {
        x as i16
    }

    super::instructions! {
        fn fetch(line: *const u8) {
            _mm_prefetch::<_MM_HINT_T0>(line.cast());
        }

        fn splat(x: f32) -> __m256 {
            _mm256_set1_ps(x)
        }

        fn load(from: *const f32) -> __m256 {
            _mm256_loadu_ps(from)
        }

        fn store(to: *mut f32, v: __m256) {
            _mm256_storeu_ps(to, v);
        }

        fn add(a: __m256, b: __m256) -> __m256 {
            _mm256_add_ps(a, b)
        }

        fn sub(a: __m256, b: __m256) -> __m256 {
            _mm256_sub_ps(a, b)
        }

        fn mul(a: __m256, b: __m256) -> __m256 {
            _mm256_mul_ps(a, b)
        }

        fn div(a: __m256, b: __m256) -> __m256 {
            _mm256_div_ps(a, b)
        }

        fn mul_add(a: __m256, b: __m256, c: __m256) -> __m256 {
            _mm256_fmadd_ps(a, b, c)
        }

        fn max(a: __m256, b: __m256) -> __m256 {
            _mm256_max_ps(a, b)
        }

        fn min(a: __m256, b: __m256) -> __m256 {
            _mm256_min_ps(a, b)
        }

        fn power_of_two(whole: __m256) -> __m256 {
            let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127));
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
        }

        fn sum(v: __m256) -> f32 {
            let four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }

        fn largest(v: __m256) -> f32 {
            let four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
        }

        fn widen_bf16(from: *const u16) -> __m256 {
            let bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(from.cast()));
            _mm256_castsi256_ps(_mm256_slli_epi32::<16>(bits))
        }

        fn splat_whole(x: i32) -> __m256i {
            _mm256_set1_epi32(x)
        }

        fn to_numbers(whole: __m256i) -> __m256 {
            _mm256_cvtepi32_ps(whole)
        }

        fn load_pairs(from: *const i8) -> __m256i {
            _mm256_cvtepi8_epi16(_mm_loadu_si128(from.cast()))
        }

        fn splat_pair(from: *const i16) -> __m256i {
            _mm256_set1_epi32(from.cast::<i32>().read_unaligned())
        }

        fn add_products(a: __m256i, b: __m256i, sum: __m256i) -> __m256i {
            _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
        }
    }
}
