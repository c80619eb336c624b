//! Layer norm (Ba et al. 2016, <https://arxiv.org/abs/1607.06450>).

use rayon::prelude::*;

use crate::{
    Isa,
    isa::compiled_for,
    simd::Simd,
    tile::{self, Columns},
};

/// Numbers that outweigh waking another thread.
const TASK: usize = 1 << 14;

/// The layer norm of each row of `x`, `[rows, n]`: less its mean, by the square root of its variance and
/// `eps`, times `weight`, plus `bias`, `[n]` each.
///
/// # Panics
/// Where the numbers are not as many as the sizes say, or this processor lacks the instructions.
#[must_use]
pub fn normalize(isa: Isa, x: &[f32], weight: &[f32], bias: &[f32], eps: f32) -> Vec<f32> {
    let n = weight.len();
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    assert!(n > 0 && x.len().is_multiple_of(n), "{} numbers in rows of {n}", x.len());
    assert_eq!(bias.len(), n, "sizes of a layer norm");
    let norm = Norm { weight, bias, eps };
    let rows = |out: &Columns, first: usize, x: &[f32]| {
        let (norm, out) = (&norm, out.0.wrapping_add(first));
        // SAFETY: the processor has the instructions; the sizes were looked at above.
        unsafe { compiled_for!(isa, normalize_rows(norm: &Norm<'_>, x: &[f32], out: *mut f32)) }
    };
    let per_task = tile::rows_per_task(x.len() / n, n, TASK) * n;
    // SAFETY: as many numbers come out as go in, and every task writes those of its rows.
    unsafe {
        tile::written(x.len(), |out| {
            if x.len() <= per_task || rayon::current_num_threads() == 1 {
                return rows(out, 0, x);
            }
            let tasks = x.par_chunks(per_task).enumerate();
            tasks.for_each(|(task, x)| rows(out, task * per_task, x));
        })
    }
}

struct Norm<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
    eps: f32,
}

#[inline(always)]
unsafe fn normalize_rows<S: Simd>(norm: &Norm<'_>, x: &[f32], out: *mut f32) {
    let n = norm.weight.len();
    for (row, x) in x.chunks_exact(n).enumerate() {
        // SAFETY: the caller's: there is room for as many rows as come in.
        unsafe { normalize_row::<S>(norm, x, out.add(row * n)) }
    }
}

#[inline(always)]
unsafe fn normalize_row<S: Simd>(norm: &Norm<'_>, x: &[f32], out: *mut f32) {
    let n = x.len();
    let whole = n - n % S::LANES;
    // SAFETY: vectors lie within the first `whole` numbers.
    unsafe {
        let mut sum = S::splat(0.0);
        for at in (0..whole).step_by(S::LANES) {
            sum = S::add(sum, S::load(x.as_ptr().add(at)));
        }
        let mean = (S::sum(sum) + x[whole..].iter().sum::<f32>()) / n as f32;
        // A second time over the row, which is in the first cache: the mean of squares less the square of the mean
        // loses what is small beside the mean.
        let (means, mut squares) = (S::splat(mean), S::splat(0.0));
        for at in (0..whole).step_by(S::LANES) {
            let far = S::sub(S::load(x.as_ptr().add(at)), means);
            squares = S::mul_add(far, far, squares);
        }
        let rest: f32 = x[whole..].iter().map(|x| (x - mean) * (x - mean)).sum();
        let scale = 1.0 / ((S::sum(squares) + rest) / n as f32 + norm.eps).sqrt();
        let scales = S::splat(scale);
        for at in (0..whole).step_by(S::LANES) {
            let far = S::mul(S::sub(S::load(x.as_ptr().add(at)), means), scales);
            let (weight, bias) = (norm.weight.as_ptr().add(at), norm.bias.as_ptr().add(at));
            S::store(out.add(at), S::mul_add(far, S::load(weight), S::load(bias)));
        }
        for (at, x) in x.iter().enumerate().skip(whole) {
            out.add(at).write((x - mean) * scale * norm.weight[at] + norm.bias[at]);
        }
    }
}
