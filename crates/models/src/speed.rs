//! How fast this processor is, told before there is a model.

use std::sync::OnceLock;
use std::time::Instant;

use vitrine_kernels::{Isa, peak};

use crate::has_fast_bf16;

/// Multiplications in a row of each thread: some milliseconds.
const ROUNDS: u64 = 2_000_000;
/// Of several attempts the best counts, since others use the processor meanwhile.
const ATTEMPTS: usize = 3;

/// Billions of operations a second that this processor does at most in the numbers that models compute in where nobody
/// chose, all threads together; those of bf16 count half where it has instructions for them, so that it is as if all
/// were of f32. Measured the first time that it is asked, in a moment.
#[must_use]
pub fn processor_speed() -> f64 {
    static SPEED: OnceLock<f64> = OnceLock::new();
    *SPEED.get_or_init(|| {
        let attempt = |_| {
            let begun = Instant::now();
            let n: u64 = rayon::broadcast(|_| peak::multiply_adds(Isa::best(), ROUNDS)).into_iter().sum();
            n as f64 / begun.elapsed().as_secs_f64() / 1e9
        };
        let of_f32 = (0..ATTEMPTS).map(attempt).fold(0.0, f64::max);
        if has_fast_bf16() { 2.0 * of_f32 } else { of_f32 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_does_billions_of_operations_a_second() {
        let speed = processor_speed();
        assert!((0.1..1e6).contains(&speed), "{speed}");
        assert_eq!(processor_speed(), speed, "it is measured once");
    }
}
