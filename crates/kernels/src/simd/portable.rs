//! Any processor, with what the language itself has.

use super::Simd;

const LANES: usize = 8;

#[derive(Clone, Copy)]
pub(crate) struct Portable;

#[inline(always)]
fn each(a: [f32; LANES], b: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    std::array::from_fn(|i| f(a[i], b[i]))
}

// SAFETY: no instruction is used that a processor might lack.
unsafe impl Simd for Portable {
    type V = [f32; LANES];
    const LANES: usize = LANES;
    const ROWS: usize = 3;
    type Whole = [i32; LANES];
    type Pairs = [[i32; 2]; LANES];
    type Small = i8;

    fn small(x: i32) -> i8 {
        x as i8
    }

    super::instructions! {
        fn fetch(_line: *const u8) {}

        fn splat(x: f32) -> Self::V {
            [x; LANES]
        }

        fn load(from: *const f32) -> Self::V {
            from.cast::<Self::V>().read_unaligned()
        }

        fn store(to: *mut f32, v: Self::V) {
            to.cast::<Self::V>().write_unaligned(v);
        }

        fn add(a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| a + b)
        }

        fn sub(a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| a - b)
        }

        fn mul(a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| a * b)
        }

        fn div(a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| a / b)
        }

        fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
            // Without the instruction, rounding once would be a call of the library for each number.
            each(each(a, b, |a, b| a * b), c, |ab, c| ab + c)
        }

        fn max(a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| if a > b { a } else { b })
        }

        fn min(a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| if a < b { a } else { b })
        }

        fn power_of_two(whole: Self::V) -> Self::V {
            whole.map(|n| f32::from_bits(((n as i32 + 127) << 23) as u32))
        }

        fn sum(v: Self::V) -> f32 {
            let [a, b, c, d, e, f, g, h] = v;
            ((a + e) + (c + g)) + ((b + f) + (d + h))
        }

        fn largest(v: Self::V) -> f32 {
            v.into_iter().fold(f32::NEG_INFINITY, |a, b| if b > a { b } else { a })
        }

        fn widen_bf16(from: *const u16) -> Self::V {
            from.cast::<[u16; LANES]>().read_unaligned().map(|bits| f32::from_bits(u32::from(bits) << 16))
        }

        fn splat_whole(x: i32) -> Self::Whole {
            [x; LANES]
        }

        fn to_numbers(whole: Self::Whole) -> Self::V {
            whole.map(|x| x as f32)
        }

        fn load_pairs(from: *const i8) -> Self::Pairs {
            from.cast::<[[i8; 2]; LANES]>().read_unaligned().map(|pair| pair.map(i32::from))
        }

        fn splat_pair(from: *const i8) -> Self::Pairs {
            [from.cast::<[i8; 2]>().read_unaligned().map(i32::from); LANES]
        }

        fn add_products(a: Self::Pairs, b: Self::Pairs, sum: Self::Whole) -> Self::Whole {
            std::array::from_fn(|i| sum[i] + a[i][0] * b[i][0] + a[i][1] * b[i][1])
        }
    }
}
