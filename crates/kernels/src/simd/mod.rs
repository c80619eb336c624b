//! Several numbers at once, as each kind of processor does it.
//!
//! All arithmetic of this crate is written once, over [`Simd`], and compiled once for each kind of processor. The
//! portable implementation is what the others are compared with.

/// Functions of [`Simd`], for those who vouch for the processor and for pointers.
macro_rules! instructions {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block)*) => {
        $(
            #[inline(always)]
            unsafe fn $name($($argument: $type),*) $(-> $result)? {
                // SAFETY: the caller's, as the trait asks: the processor has the instructions, and the numbers lie
                // where the pointer says.
                #[allow(unused_unsafe, reason = "not all of them need it")]
                unsafe { $body }
            }
        )*
    };
}

pub(crate) use instructions;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx2_vnni;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avx512_bf16;
#[cfg(target_arch = "x86_64")]
mod avx512_vnni;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "aarch64")]
mod neon_dot;
#[cfg(target_arch = "aarch64")]
mod neon_matrix;
mod portable;

use crate::aligned::Plain;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx2_vnni::Avx2Quads;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512_bf16::Avx512Bf16;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512_vnni::Avx512Quads;
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::Neon;
#[cfg(target_arch = "aarch64")]
pub(crate) use neon_dot::{NeonQuads, has_dot_products};
#[cfg(target_arch = "aarch64")]
pub(crate) use neon_matrix::{NeonBf16, NeonOctets, has_matrix_products};
pub(crate) use portable::Portable;

/// Vectors of `f32` and what is done with them.
///
/// # Safety
/// Every function may be called on a processor alone that has the instructions of the implementation; those with a
/// pointer read or write `LANES` numbers there, which need no alignment.
pub(crate) unsafe trait Simd: Copy {
    /// A vector.
    type V: Copy;
    /// Numbers in a vector.
    const LANES: usize;
    /// Rows of a tile: with two vectors of sums for each, and what is multiplied, all registers are in use.
    const ROWS: usize;

    /// Brings a cache line near, where the processor can be told to; nothing need lie there.
    unsafe fn fetch(line: *const u8);
    unsafe fn splat(x: f32) -> Self::V;
    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c`, rounded once where the processor can.
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    /// 2 to the power of each number, which is whole and from -126 to 127.
    unsafe fn power_of_two(whole: Self::V) -> Self::V;
    /// The sum of all numbers.
    unsafe fn sum(v: Self::V) -> f32;
    /// The largest of all numbers.
    unsafe fn largest(v: Self::V) -> f32;

    /// As many whole numbers of 32 bits.
    type Whole: Copy;
    /// A pair of small whole numbers for each of them.
    type Pairs: Copy;
    /// How the numbers lie of which one pair goes to every place.
    type Small: Plain;

    /// Numbers in bf16.
    unsafe fn widen_bf16(from: *const u16) -> Self::V;
    unsafe fn splat_whole(x: i32) -> Self::Whole;
    unsafe fn to_numbers(whole: Self::Whole) -> Self::V;
    /// Pairs that lie there in 8 bits each.
    unsafe fn load_pairs(from: *const i8) -> Self::Pairs;
    /// One pair, for every place.
    unsafe fn splat_pair(from: *const Self::Small) -> Self::Pairs;
    /// A number of -127 to 127 as `splat_pair` reads it.
    fn small(x: i32) -> Self::Small;
    /// `sum`, and of each place the sum of both products.
    unsafe fn add_products(a: Self::Pairs, b: Self::Pairs, sum: Self::Whole) -> Self::Whole;
}
