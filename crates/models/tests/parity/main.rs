//! This crate against transformers: every golden that `models/parity/make_goldens.py` made.
//!
//! The checkpoints are small and random, so that each part of a model matters to its output: a wrong
//! epsilon, activation, mask or scale shows at once.

mod blip;
mod clip;
mod golden;
mod pixels;
