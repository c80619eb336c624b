//! Convolutions channel by channel: each channel of a picture with a small kernel of its own.

use std::ops::Range;

use rayon::prelude::*;

use crate::{Activation, Isa, isa::compiled_for, simd::Simd};

/// Products that outweigh waking another thread.
const TASK: usize = 1 << 16;

/// What is gone over: pictures whose channels lie side by side, `[batch, height, width, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planes {
    /// Pictures.
    pub batch: usize,
    /// Places from top to bottom.
    pub height: usize,
    /// Places from left to right.
    pub width: usize,
    /// Numbers of a place.
    pub channels: usize,
}

/// A kernel for each channel; beyond the edges of a picture there are zeros, `side / 2` of them on every side.
#[derive(Debug, Clone, Copy)]
pub struct ChannelKernels<'a> {
    /// `[side, side, channels]`
    pub weights: &'a [f32],
    /// `[channels]`
    pub bias: &'a [f32],
    /// Of the square; odd.
    pub side: usize,
    /// Places from one result to the next, along both sides.
    pub stride: usize,
}

impl ChannelKernels<'_> {
    /// Places along a side of what comes out of one of `n`.
    #[must_use]
    pub fn n_out(&self, n: usize) -> usize {
        n.div_ceil(self.stride)
    }
}

/// Each channel of `x`, of the sizes of `planes`, with its kernel, plus its bias, and the activation of that:
/// `[batch, height / stride, width / stride, channels]`, rounded up.
///
/// # Panics
/// Where the numbers are not as many as the sizes say, or this processor lacks the instructions.
pub fn convolve_channels(
    isa: Isa,
    planes: Planes,
    x: &[f32],
    kernels: ChannelKernels<'_>,
    activation: Option<Activation>,
) -> Vec<f32> {
    let Planes { batch, height, width, channels } = planes;
    let (out_height, out_width) = (kernels.n_out(height), kernels.n_out(width));
    assert!(isa.is_available(), "this processor has no {}", isa.name());
    assert!(kernels.side % 2 == 1 && kernels.stride > 0, "a kernel's side is odd");
    assert_eq!(kernels.weights.len(), kernels.side * kernels.side * channels, "sizes of kernels");
    assert_eq!((x.len(), kernels.bias.len()), (batch * height * width * channels, channels), "sizes");
    let mut out = vec![0.0; batch * out_height * out_width * channels];
    if out.is_empty() {
        return out;
    }
    let convolution = Convolution { planes, x, kernels, activation };
    let line = |(index, out): (usize, &mut [f32])| {
        let convolution = &convolution;
        let (picture, row) = (index / out_height, index % out_height);
        // SAFETY: the processor has the instructions; the sizes were looked at above.
        unsafe {
            compiled_for!(
                isa,
                convolve_line(convolution: &Convolution<'_>, picture: usize, row: usize, out: &mut [f32])
            );
        }
    };
    let line_len = out_width * channels;
    let products = out.len() * kernels.side * kernels.side;
    if products <= TASK || rayon::current_num_threads() == 1 {
        out.chunks_exact_mut(line_len).enumerate().for_each(line);
        return out;
    }
    let per_task = TASK.div_ceil(line_len * kernels.side * kernels.side);
    out.par_chunks_exact_mut(line_len).enumerate().with_min_len(per_task).for_each(line);
    out
}

struct Convolution<'a> {
    planes: Planes,
    x: &'a [f32],
    kernels: ChannelKernels<'a>,
    activation: Option<Activation>,
}

/// Vectors of sums that are in the making together, so that none waits for itself.
const TOGETHER: usize = 4;

/// Numbers of the longest vectors.
const MOST_LANES: usize = 16;

/// One line of results, `[width, channels]`.
#[inline(always)]
unsafe fn convolve_line<S: Simd>(convolution: &Convolution<'_>, picture: usize, row: usize, out: &mut [f32]) {
    let Convolution { planes: Planes { height, width, channels, .. }, x, kernels, activation } = *convolution;
    let rows = taps(row, kernels.stride, kernels.side, height);
    let picture = &x[picture * height * width * channels..][..height * width * channels];
    let whole = channels - channels % S::LANES;
    let many = channels - channels % (TOGETHER * S::LANES);
    for (column, out) in out.chunks_exact_mut(channels).enumerate() {
        let columns = taps(column, kernels.stride, kernels.side, width);
        let taps = Taps { picture, kernels, width, row, column, rows: rows.clone(), columns };
        // SAFETY: the caller's; as many channels follow as are read and written.
        unsafe {
            for at in (0..many).step_by(TOGETHER * S::LANES) {
                taps.sum::<S, TOGETHER>(at, activation, &mut out[at..]);
            }
            for at in (many..whole).step_by(S::LANES) {
                taps.sum::<S, 1>(at, activation, &mut out[at..]);
            }
            taps.sum_rest::<S>(whole, activation, &mut out[whole..]);
        }
    }
}

/// What one result is the sum of.
struct Taps<'a> {
    picture: &'a [f32],
    kernels: ChannelKernels<'a>,
    width: usize,
    row: usize,
    column: usize,
    /// Lines of the kernel that lie within the picture, and columns.
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Taps<'_> {
    /// Where the channels of a tap begin, in the picture and among the weights.
    #[inline(always)]
    fn starts(&self, down: usize, right: usize) -> (usize, usize) {
        let ChannelKernels { bias, side, stride, .. } = self.kernels;
        let place = |at: usize, tap: usize| at * stride + tap - side / 2;
        let at = place(self.row, down) * self.width + place(self.column, right);
        (at * bias.len(), (down * side + right) * bias.len())
    }

    /// `N` vectors of channels from the one at `at`.
    #[inline(always)]
    unsafe fn sum<S: Simd, const N: usize>(
        &self,
        at: usize,
        activation: Option<Activation>,
        out: &mut [f32],
    ) {
        let (picture, weights, bias) = (self.picture, self.kernels.weights, self.kernels.bias);
        assert!(at + N * S::LANES <= bias.len() && N * S::LANES <= out.len(), "channels");
        // SAFETY: the caller's; each tap has as many channels as there are of the bias.
        unsafe {
            let mut sums = [S::splat(0.0); N];
            for (n, sum) in sums.iter_mut().enumerate() {
                *sum = S::load(bias.as_ptr().add(at + n * S::LANES));
            }
            for down in self.rows.clone() {
                for right in self.columns.clone() {
                    let (x, w) = self.starts(down, right);
                    let (x, w) = (picture.as_ptr().add(x + at), weights.as_ptr().add(w + at));
                    for (n, sum) in sums.iter_mut().enumerate() {
                        *sum = S::mul_add(S::load(x.add(n * S::LANES)), S::load(w.add(n * S::LANES)), *sum);
                    }
                }
            }
            for (n, sum) in sums.into_iter().enumerate() {
                let sum = match activation {
                    Some(activation) => activation.apply::<S>(sum),
                    None => sum,
                };
                S::store(out.as_mut_ptr().add(n * S::LANES), sum);
            }
        }
    }

    /// The channels from the one at `at` on, fewer than a vector has.
    #[inline(always)]
    unsafe fn sum_rest<S: Simd>(&self, at: usize, activation: Option<Activation>, out: &mut [f32]) {
        if out.is_empty() {
            return;
        }
        let mut sums = [0.0; MOST_LANES];
        assert!(out.len() < S::LANES && S::LANES <= MOST_LANES, "channels");
        sums[..out.len()].copy_from_slice(&self.kernels.bias[at..]);
        for down in self.rows.clone() {
            for right in self.columns.clone() {
                let (x, w) = self.starts(down, right);
                let pairs = self.picture[x + at..].iter().zip(&self.kernels.weights[w + at..]);
                for (sum, (x, w)) in sums.iter_mut().zip(pairs).take(out.len()) {
                    *sum += x * w;
                }
            }
        }
        if let Some(activation) = activation {
            // SAFETY: the caller's; a vector lies there.
            unsafe { S::store(sums.as_mut_ptr(), activation.apply::<S>(S::load(sums.as_ptr()))) }
        }
        out.copy_from_slice(&sums[..out.len()]);
    }
}

/// Which lines of a kernel lie within a picture of `n` lines, for the result at `at`.
#[inline(always)]
fn taps(at: usize, stride: usize, side: usize, n: usize) -> Range<usize> {
    let (centre, half) = (at * stride, side / 2);
    half.saturating_sub(centre)..side.min(n + half - centre)
}
