//! Kinds of processors.

use std::sync::OnceLock;

/// A set of instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// Those of every processor.
    Portable,
    /// x86 with AVX2 and FMA (Intel from 2013, AMD from 2015).
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// x86 with AVX-512F.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 64-bit ARM.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Isa {
    /// From the plainest to the best.
    const ALL: &[Self] = &[
        Self::Portable,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "aarch64")]
        Self::Neon,
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
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
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
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => true,
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
        #[target_feature(enable = "avx512f")]
        unsafe fn avx512($($name: $type),*) {
            // SAFETY: the caller's.
            unsafe { $function::<$crate::simd::Avx512>($($name),*) }
        }
        match $isa {
            $crate::Isa::Portable => $function::<$crate::simd::Portable>($($name),*),
            #[cfg(target_arch = "x86_64")]
            $crate::Isa::Avx2 => avx2($($name),*),
            #[cfg(target_arch = "x86_64")]
            $crate::Isa::Avx512 => avx512($($name),*),
            #[cfg(target_arch = "aarch64")]
            $crate::Isa::Neon => $function::<$crate::simd::Neon>($($name),*),
        }
    }};
}

pub(crate) use compiled_for;
