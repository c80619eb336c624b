//! Kinds of processors.

use std::sync::OnceLock;

/// A set of instructions. Those after the first of a family have all of the ones before, and products of fewer bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// Those of every processor.
    Portable,
    /// x86 with AVX2 and FMA (Intel from 2013, AMD from 2015).
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// With AVX-VNNI (Intel's laptops from 2021, AMD from 2024): sums of four products of 8 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2Vnni,
    /// x86 with AVX-512F and BW (Intel from 2017).
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// With AVX-512 VNNI (Intel from 2019): sums of four products of 8 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// With AVX-512 BF16 as well (AMD from 2022, Intel's servers from 2023): sums of two products of bf16.
    #[cfg(target_arch = "x86_64")]
    Avx512Bf16,
    /// 64-bit ARM.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// With dot products (Apple's all, ARM from 2018): sums of four products of 8 bits.
    #[cfg(target_arch = "aarch64")]
    NeonDot,
    /// With matrix products as well (Apple from 2022, ARM's from 2021): sums of eight products of 8 bits and of four of
    /// bf16, for two rows and two columns at once.
    #[cfg(target_arch = "aarch64")]
    NeonMatrix,
}

impl Isa {
    /// From the plainest to the best.
    const ALL: &[Self] = &[
        Self::Portable,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2Vnni,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512Vnni,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512Bf16,
        #[cfg(target_arch = "aarch64")]
        Self::Neon,
        #[cfg(target_arch = "aarch64")]
        Self::NeonDot,
        #[cfg(target_arch = "aarch64")]
        Self::NeonMatrix,
    ];

    /// The best of this processor.
    #[must_use]
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().last().copied().unwrap_or(Self::Portable))
    }

    /// All that this processor has, the best at the end.
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|isa| isa.is_available()).collect()
    }

    /// Its name, such as `avx2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2Vnni => "avx2-vnni",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => "avx512-vnni",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bf16 => "avx512-bf16",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => "neon-dot",
            #[cfg(target_arch = "aarch64")]
            Self::NeonMatrix => "neon-matrix",
        }
    }

    /// Whether it multiplies bf16 faster than f32.
    #[must_use]
    pub fn has_bf16(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bf16 => true,
            #[cfg(target_arch = "aarch64")]
            Self::NeonMatrix => true,
            _ => false,
        }
    }

    /// Whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2Vnni => Self::Avx2.is_available() && is_x86_feature_detected!("avxvnni"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => Self::Avx512.is_available() && is_x86_feature_detected!("avx512vnni"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bf16 => Self::Avx512Vnni.is_available() && is_x86_feature_detected!("avx512bf16"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => true,
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => crate::simd::has_dot_products(),
            #[cfg(target_arch = "aarch64")]
            Self::NeonMatrix => crate::simd::has_matrix_products(),
        }
    }
}

/// Calls `function::<S>(arguments)` as it was compiled for a kind of processor, where `S` is its
/// [`Simd`](crate::simd::Simd). `isa` must be available.
macro_rules! compiled_for {
    ($isa:expr, $function:ident($($name:ident: $type:ty),* $(,)?)) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<$crate::simd::Avx2>($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw")]
        unsafe fn avx512($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<$crate::simd::Avx512>($($name),*) }
        }
        match $isa {
            $crate::Isa::Portable => $function::<$crate::simd::Portable>($($name),*),
            #[cfg(target_arch = "x86_64")]
            $crate::Isa::Avx2 | $crate::Isa::Avx2Vnni => avx2($($name),*),
            #[cfg(target_arch = "x86_64")]
            $crate::Isa::Avx512 | $crate::Isa::Avx512Vnni | $crate::Isa::Avx512Bf16 => avx512($($name),*),
            #[cfg(target_arch = "aarch64")]
            $crate::Isa::Neon | $crate::Isa::NeonDot | $crate::Isa::NeonMatrix => $function::<$crate::simd::Neon>($($name),*),
        }
    }};
}

pub(crate) use compiled_for;
