//! How much memory a model needs, estimated from `config.json` and the headers of its weights alone.
//!
//! ```text
//! bytes = weights that are loaded x size of one + 2 x most that is computed at once x size of a number
//! ```
//!
//! What words are before they are read stays in the file, on a processor; on a graphics card it comes on top.
//!
//! What is computed at once is the largest moment of one layer for the usual batch ([`tower`]), or, for a
//! captioner, the keys and values that are kept for a batch of pictures. It counts twice because memory
//! that was freed in other pieces cannot always be used again.
//!
//! Measured as the peak of the resident set on Linux (glibc), with random weights of true size:
//!
//! | model | batch | precision | estimate | measured |
//! |---|---|---|---|---|
//! | CLIP ViT-B/32 | 16 pictures, then 64 texts of 77 tokens | f32 | 634 MiB | 764 MiB with its words in memory, which take 97 |
//! | BLIP base captioner | 8 pictures | f32 | 1,503 MiB | 1,532 MiB |
//! | BLIP base captioner | 8 pictures | bf16 | 1,076 MiB | 950 MiB |
//! | BLIP base captioner | 8 pictures | int8 | 862 MiB | 649 MiB |
//!
//! The captioner's again: `times greedy8` of `models/bench`. Its keys and values are in bf16 where its layers have fewer
//! bits than f32, which is not counted: more is left of other work than in f32.

use crate::Precision;
use crate::encoder::EncoderConfig;

/// Numbers that a model needs, other than one in memory for each weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Needs {
    /// Weights of tables whose rows are read when they are asked for.
    pub(crate) n_looked_up: u64,
    /// That stand in memory beside the weights while the usual batch is computed.
    pub(crate) n_working: u64,
}

/// Numbers that stand in memory together at the largest moment of a layer, for `batch` rows of `n_tokens`:
/// the input, its norm and three times two results of the attention's first product; or the input, three
/// parts of attention, scores before and after the softmax, and their product; or the inner layer of the
/// two that follow.
pub(crate) fn tower(batch: usize, n_tokens: usize, config: &EncoderConfig) -> u64 {
    let [batch, n_tokens, hidden, inner, n_heads] =
        [batch, n_tokens, config.hidden, config.intermediate, config.n_heads].map(|n| n as u64);
    // A hostile configuration may ask for more than there are numbers.
    let scores = n_heads.saturating_mul(2 * n_tokens);
    let per_token = (8 * hidden).max(scores.saturating_add(5 * hidden)).max(4 * hidden + inner);
    batch.saturating_mul(n_tokens).saturating_mul(per_token)
}

/// Bytes of a model with so many parameters.
pub(crate) fn estimate(n_parameters: u64, needs: Needs, precision: Precision) -> u64 {
    // What is rounded on a processor is the weights.
    let size_working = if precision == Precision::F16 { 2 } else { 4 };
    let working = needs.n_working.saturating_mul(2).saturating_mul(size_working);
    let n_loaded = n_parameters.saturating_sub(needs.n_looked_up);
    n_loaded.saturating_mul(precision.size_bytes()).saturating_add(working)
}

/// Bytes from which on memory is asked of the system for itself, and those that may lie free at an end before they are
/// given back: what glibc comes to by itself in the course of a program that frees large pieces.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_PIECE: libc::c_int = 32 << 20;

/// Has memory that a layer frees kept for the next one. Given back and asked for again, each page of it comes with
/// zeros, which took a fifteenth of the time of a caption. [`return_freed_memory`] gives it back when a model goes.
pub(crate) fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        // SAFETY: takes no pointers; both are what the function knows (mallopt(3)).
        ONCE.call_once(|| unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_PIECE);
            libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * LARGE_PIECE);
        });
    }
}

/// Gives memory that was freed back to the system. glibc keeps pieces below 32 MB for later, which nothing
/// would use for as long as no model is loaded: after a BLIP base was dropped that had written captions,
/// 436 MiB were still resident without this, and 12 with it. It keeps them for each thread, too: what one has freed,
/// another does not use.
pub fn return_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: takes no pointers, and is allowed at any time from any thread (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::Activation;

    fn config(hidden: usize, n_heads: usize) -> EncoderConfig {
        let (intermediate, n_layers, activation) = (4 * hidden, 12, Activation::Gelu);
        EncoderConfig { hidden, intermediate, n_layers, n_heads, activation, eps: 1e-5 }
    }

    #[test]
    fn the_table_above_is_what_is_estimated() {
        const MIB: u64 = 1 << 20;
        let clip = tower(64, 77, &config(512, 8)).max(tower(16, 50, &config(768, 12)));
        let clip = Needs { n_looked_up: 49_408 * 512, n_working: clip };
        assert_eq!(estimate(151_277_313, clip, Precision::F32) / MIB, 634);
        let keys_and_values = 2 * 12 * 8 * 577 * 768;
        let blip = tower(8, 577, &config(768, 12)).max(keys_and_values);
        let blip = Needs { n_looked_up: 0, n_working: blip };
        assert_eq!(estimate(223_971_644, blip, Precision::F32) / MIB, 1_503);
    }

    #[test]
    fn no_configuration_overflows() {
        let n_working = tower(64, 16_777_217, &config(16_384, 16_384));
        assert_eq!(estimate(u64::MAX, Needs { n_looked_up: 0, n_working }, Precision::F32), u64::MAX);
        assert_eq!(estimate(0, Needs { n_looked_up: u64::MAX, n_working: 0 }, Precision::F32), 0);
    }
}
