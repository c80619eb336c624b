//! Transformer arithmetic for processors: slices in, slices out. This crate knows no model and no tensor.
//!
//! ```text
//! [n_out, n_in] weights --Matrix::pack--> Matrix
//! [rows, n_in] --Matrix::multiply--> [rows, n_out], with bias and what follows it: an activation, a sum
//! [rows, n]    --normalize---------> [rows, n], the layer norm of each row
//! queries, keys, values --attend---> what the heads make of them, side by side
//! keys and values side by side --heads_together--> those of each head together
//! [n]          --log_softmax-------> [n], logarithms of how likely each is
//! [batch, height, width, channels] --convolve_channels--> the same, each channel with its own small kernel
//! ```
//!
//! - `simd`: several numbers at once, for each kind of processor; all arithmetic is written once, over it;
//! - `isa`: which kinds of processors there are, and which one this is;
//! - `aligned`: numbers that begin on a cache line;
//! - `elementwise`: exponentials and activations;
//! - `tile`: a few rows times a few columns, in registers;
//! - `product`: what is multiplied in each precision, and by which instructions;
//! - `matrix`, `multiply`, `norm`, `attention`, `softmax`, `convolution`: what is offered.
//!
//! Invariants: what an instruction set does is decided when the program runs, and [`Isa::Portable`] says what is right:
//! the others give the same up to the rounding of sums. Nothing here allocates beyond its results and, for each thread, a
//! few rows and the keys and values of a head. Work is shared among the threads of the rayon pool that calls; small work
//! stays on one. The same instruction set gives the same numbers on any number of threads.

mod aligned;
mod attention;
mod convolution;
mod elementwise;
mod isa;
mod matrix;
mod multiply;
mod norm;
pub mod peak;
mod product;
mod simd;
mod softmax;
mod tile;

pub use attention::{Heads, KeysValues, Mask, Sizes, attend, heads_together, heads_together_in_bf16};
pub use convolution::{ChannelKernels, Planes, convolve_channels};
pub use elementwise::Activation;
pub use isa::Isa;
pub use matrix::{Matrix, Then};
pub use norm::normalize;
pub use product::Precision;
pub use softmax::log_softmax;
