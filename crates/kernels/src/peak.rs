//! The most that a processor can do: what products are measured by.

use crate::{Isa, isa::compiled_for, simd::Simd};

/// Sums beside each other: enough that none waits for the one before it.
const CHAINS: usize = 10;

/// Multiplies and adds in registers alone, `rounds` times; so many floating-point operations that was, a product and a
/// sum each counted as one.
///
/// # Panics
/// Where this processor lacks the instructions.
#[must_use]
pub fn multiply_adds(isa: Isa, rounds: u64) -> u64 {
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    let mut n_operations = 0;
    let out = &mut n_operations;
    // SAFETY: the processor has the instructions.
    unsafe { compiled_for!(isa, chains(rounds: u64, out: &mut u64)) }
    n_operations
}

#[inline(always)]
unsafe fn chains<S: Simd>(rounds: u64, out: &mut u64) {
    // SAFETY: the caller's.
    unsafe {
        let mut sums = [S::splat(1.0); CHAINS];
        let (a, b) = (S::splat(std::hint::black_box(0.999)), S::splat(std::hint::black_box(0.001)));
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = S::mul_add(*sum, a, b);
            }
        }
        let total: f32 = sums.into_iter().map(|sum| S::sum(sum)).sum();
        std::hint::black_box(total);
    }
    *out = 2 * rounds * (CHAINS * S::LANES) as u64;
}
