//! Products in each precision, on each kind of processor.
//!
//! | | inputs of a row | weights | sums |
//! |---|---|---|---|
//! | f32 | as they are | as they are | f32 |
//! | bf16 | rounded to bf16 | rounded to bf16 | f32 |
//! | int8 | 127 times what each is of the row's largest, rounded | 127 times what each is of the output's largest, rounded | whole numbers, exact |
//!
//! So f32 and bf16 are the same everywhere up to the rounding of sums, and int8 is the same bit by bit. Where a
//! processor multiplies signed numbers with unsigned ones alone, inputs are moved up by [`UNSIGNED_ZERO`] and sums
//! begin at what that adds to them, negated.

use std::marker::PhantomData;

use crate::{
    aligned::Plain,
    simd::Simd,
    tile::{Sums, Tile},
};

/// The numbers that products are made of; see the table in `product.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 16 bits with the range of f32, 8 of them for the digits.
    Bf16,
    /// Whole numbers of 8 bits, with a scale for each row of inputs and for each output.
    Int8,
}

/// What stands for zero where inputs must not be negative.
#[cfg(target_arch = "x86_64")]
pub(crate) const UNSIGNED_ZERO: i32 = 128;
/// The largest whole number of 8 bits that has its negative.
const LARGEST: f32 = 127.0;

/// Products of one precision on one kind of processor.
///
/// # Safety
/// As [`Simd`]: the functions may be called on such a processor alone, with pointers to as many numbers as they say.
pub(crate) unsafe trait Product: Sized {
    /// Vectors of results.
    type S: Simd;
    /// A number of a row that goes in, as products read it.
    type Input: Plain;
    /// A weight, as products read it.
    type Weight: Plain;
    /// Sums of as many columns as a vector has.
    type Sum: Copy;
    /// Inputs that are multiplied at once; their weights lie side by side.
    const GROUP: usize;
    /// The input that stands for zero.
    const ZERO: i32;
    /// Whether sums are times a scale of their row and of their column.
    const IS_SCALED: bool;
    /// Whether products read other numbers than those of a row itself.
    const IS_PREPARED: bool = true;

    /// Writes a row as products read it; its scale.
    fn prepare(row: &[f32], out: &mut [Self::Input]) -> f32;
    /// What sums begin with, one whole number for each column.
    unsafe fn begin(start: *const i32) -> Self::Sum;
    unsafe fn numbers(sum: Self::Sum, scale: <Self::S as Simd>::V) -> <Self::S as Simd>::V;
    /// As [`tile::multiply`](crate::tile::multiply), which is how it is called.
    unsafe fn multiply<const R: usize>(tile: Tile<Self>, sums: Sums<Self, R>) -> Sums<Self, R>;
}

/// Products of one row at a time: a group of its inputs with those of a few columns.
///
/// # Safety
/// As [`Product`].
pub(crate) unsafe trait RowByRow: Product {
    /// One group of inputs of a row, for every column.
    type Inputs: Copy;
    /// The weights of one group of inputs, for as many columns as a vector has.
    type Weights: Copy;

    /// `GROUP` numbers.
    unsafe fn inputs(from: *const Self::Input) -> Self::Inputs;
    /// `GROUP` numbers for each column.
    unsafe fn weights(from: *const Self::Weight) -> Self::Weights;
    unsafe fn add(inputs: Self::Inputs, weights: Self::Weights, sum: Self::Sum) -> Self::Sum;
}

/// [`Product::multiply`] of what is [`RowByRow`].
macro_rules! row_by_row {
    () => {
        #[inline(always)]
        unsafe fn multiply<const R: usize>(
            tile: $crate::tile::Tile<Self>,
            sums: $crate::tile::Sums<Self, R>,
        ) -> $crate::tile::Sums<Self, R> {
            // SAFETY: the caller's.
            unsafe { $crate::tile::row_by_row::<Self, R>(tile, sums) }
        }
    };
}
pub(crate) use row_by_row;

/// What products in f32 have in common: how weights lie.
macro_rules! floats {
    ($product:ident, $weight:ty, $load:path) => {
        // SAFETY: as `S`.
        unsafe impl<S: Simd> RowByRow for $product<S> {
            type Inputs = S::V;
            type Weights = S::V;

            $crate::simd::instructions! {
                fn inputs(from: *const f32) -> S::V {
                    S::splat(*from)
                }

                fn weights(from: *const $weight) -> S::V {
                    $load(from)
                }

                fn add(inputs: S::V, weights: S::V, sum: S::V) -> S::V {
                    S::mul_add(inputs, weights, sum)
                }
            }
        }
    };
}

/// What sums in f32 have in common.
macro_rules! sums_of_floats {
    () => {
        const ZERO: i32 = 0;
        const IS_SCALED: bool = false;

        $crate::simd::instructions! {
            fn begin(_start: *const i32) -> <Self::S as Simd>::V {
                Self::S::splat(0.0)
            }

            fn numbers(sum: <Self::S as Simd>::V, _scale: <Self::S as Simd>::V) -> <Self::S as Simd>::V {
                sum
            }
        }
    };
}
pub(crate) use sums_of_floats;

/// What sums of whole numbers have in common.
macro_rules! sums_of_whole_numbers {
    () => {
        const IS_SCALED: bool = true;

        $crate::simd::instructions! {
            fn numbers(sum: Self::Sum, scale: <Self::S as Simd>::V) -> <Self::S as Simd>::V {
                Self::S::mul(Self::S::to_numbers(sum), scale)
            }
        }
    };
}
pub(crate) use sums_of_whole_numbers;

/// f32.
pub(crate) struct F32<S>(PhantomData<S>);

floats!(F32, f32, S::load);

// SAFETY: as `S`.
unsafe impl<S: Simd> Product for F32<S> {
    type S = S;
    type Input = f32;
    type Weight = f32;
    type Sum = S::V;
    const GROUP: usize = 1;
    const IS_PREPARED: bool = false;

    sums_of_floats!();
    row_by_row!();

    #[inline(always)]
    fn prepare(row: &[f32], out: &mut [f32]) -> f32 {
        out[..row.len()].copy_from_slice(row);
        1.0
    }
}

/// bf16 on a processor that has no products of it: read as bf16, multiplied as f32.
pub(crate) struct Bf16<S>(PhantomData<S>);

floats!(Bf16, u16, S::widen_bf16);

// SAFETY: as `S`.
unsafe impl<S: Simd> Product for Bf16<S> {
    type S = S;
    type Input = f32;
    type Weight = u16;
    type Sum = S::V;
    const GROUP: usize = 1;

    sums_of_floats!();
    row_by_row!();

    #[inline(always)]
    fn prepare(row: &[f32], out: &mut [f32]) -> f32 {
        out.iter_mut().zip(row).for_each(|(out, x)| *out = from_bf16(to_bf16(*x)));
        1.0
    }
}

/// int8 on a processor without sums of four products: two at a time, exact in 32 bits.
pub(crate) struct Pairs<S>(PhantomData<S>);

// SAFETY: as `S`.
unsafe impl<S: Simd> Product for Pairs<S> {
    type S = S;
    type Input = S::Small;
    type Weight = i8;
    type Sum = S::Whole;
    const GROUP: usize = 2;
    const ZERO: i32 = 0;

    sums_of_whole_numbers!();
    row_by_row!();

    #[inline(always)]
    fn prepare(row: &[f32], out: &mut [S::Small]) -> f32 {
        to_int8(row, out, S::small)
    }

    crate::simd::instructions! {
        fn begin(_start: *const i32) -> S::Whole {
            S::splat_whole(0)
        }
    }
}

// SAFETY: as `S`.
unsafe impl<S: Simd> RowByRow for Pairs<S> {
    type Inputs = S::Pairs;
    type Weights = S::Pairs;

    crate::simd::instructions! {
        fn inputs(from: *const S::Small) -> S::Pairs {
            S::splat_pair(from)
        }

        fn weights(from: *const i8) -> S::Pairs {
            S::load_pairs(from)
        }

        fn add(inputs: S::Pairs, weights: S::Pairs, sum: S::Whole) -> S::Whole {
            S::add_products(inputs, weights, sum)
        }
    }
}

/// [`Product::prepare`] of int8 for those that add up four products or more.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! quads {
    () => {
        #[inline(always)]
        fn prepare(row: &[f32], out: &mut [Self::Input]) -> f32 {
            $crate::product::to_int8(row, out, |x| x.wrapping_add(Self::ZERO) as Self::Input)
        }
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) use quads;

/// The nearest bf16, of two the even one; what is no number stays none.
#[inline(always)]
pub(crate) fn to_bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7fff + ((bits >> 16) & 1)) >> 16;
    if x.is_nan() { (bits >> 16) as u16 | 0x40 } else { rounded as u16 }
}

#[inline(always)]
pub(crate) fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// Whole numbers from -127 to 127, each written by `write`, that are `row` when multiplied by what is returned. A row
/// with what is no number, or is infinite, has a scale that is no number.
#[inline(always)]
pub(crate) fn to_int8<T>(row: &[f32], out: &mut [T], write: impl Fn(i32) -> T) -> f32 {
    // As bits, since a maximum of numbers forgets what is none.
    // And in a loop of its own, since closures of iterators are compiled for the plainest processor.
    let mut largest = 0;
    for x in row {
        largest = largest.max(x.to_bits() & 0x7fff_ffff);
    }
    let largest = f32::from_bits(largest);
    if !largest.is_finite() {
        out.iter_mut().for_each(|out| *out = write(0));
        return f32::NAN;
    }
    // Adding 1.5 * 2^23 leaves no room for fractions, and the whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let factor = if largest > 1e-30 { LARGEST / largest } else { 0.0 };
    for (out, x) in out.iter_mut().zip(row) {
        *out = write(((x * factor + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32));
    }
    largest / LARGEST
}

/// Calls `function::<P>(arguments)` as it was compiled for a kind of processor, where `P` is the [`Product`] of a
/// precision there. `isa` must be available.
macro_rules! compiled_for_product {
    ($precision:expr, $isa:expr, $function:ident($($name:ident: $type:ty),* $(,)?)) => {{
        use $crate::{Isa, Precision, product::{Bf16, F32, Pairs}, simd};
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2<P: $crate::product::Product>($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<P>($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma,avxvnni")]
        unsafe fn avx2_vnni<P: $crate::product::Product>($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<P>($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw")]
        unsafe fn avx512<P: $crate::product::Product>($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<P>($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
        unsafe fn avx512_vnni<P: $crate::product::Product>($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<P>($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
        unsafe fn avx512_bf16<P: $crate::product::Product>($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<P>($($name),*) }
        }
        match ($precision, $isa) {
            (Precision::F32, Isa::Portable) => $function::<F32<simd::Portable>>($($name),*),
            (Precision::Bf16, Isa::Portable) => $function::<Bf16<simd::Portable>>($($name),*),
            (Precision::Int8, Isa::Portable) => $function::<Pairs<simd::Portable>>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::F32, Isa::Avx2 | Isa::Avx2Vnni) => avx2::<F32<simd::Avx2>>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::Bf16, Isa::Avx2 | Isa::Avx2Vnni) => avx2::<Bf16<simd::Avx2>>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::Int8, Isa::Avx2) => avx2::<Pairs<simd::Avx2>>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::Int8, Isa::Avx2Vnni) => avx2_vnni::<simd::Avx2Quads>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::F32, Isa::Avx512 | Isa::Avx512Vnni | Isa::Avx512Bf16) => {
                avx512::<F32<simd::Avx512>>($($name),*)
            }
            #[cfg(target_arch = "x86_64")]
            (Precision::Bf16, Isa::Avx512 | Isa::Avx512Vnni) => avx512::<Bf16<simd::Avx512>>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::Bf16, Isa::Avx512Bf16) => avx512_bf16::<simd::Avx512Bf16>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::Int8, Isa::Avx512) => avx512::<Pairs<simd::Avx512>>($($name),*),
            #[cfg(target_arch = "x86_64")]
            (Precision::Int8, Isa::Avx512Vnni | Isa::Avx512Bf16) => {
                avx512_vnni::<simd::Avx512Quads>($($name),*)
            }
            #[cfg(target_arch = "aarch64")]
            (Precision::F32, Isa::Neon | Isa::NeonDot | Isa::NeonMatrix) => $function::<F32<simd::Neon>>($($name),*),
            #[cfg(target_arch = "aarch64")]
            (Precision::Bf16, Isa::Neon | Isa::NeonDot) => $function::<Bf16<simd::Neon>>($($name),*),
            #[cfg(target_arch = "aarch64")]
            (Precision::Int8, Isa::Neon) => $function::<Pairs<simd::Neon>>($($name),*),
            #[cfg(target_arch = "aarch64")]
            (Precision::Int8, Isa::NeonDot) => $function::<simd::NeonQuads>($($name),*),
            #[cfg(target_arch = "aarch64")]
            (Precision::Bf16, Isa::NeonMatrix) => $function::<simd::NeonBf16>($($name),*),
            #[cfg(target_arch = "aarch64")]
            (Precision::Int8, Isa::NeonMatrix) => $function::<simd::NeonOctets>($($name),*),
        }
    }};
}

pub(crate) use compiled_for_product;
