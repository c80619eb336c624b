//! This crate against transformers: every golden that `models/parity/make_goldens.py` made.
//!
//! The checkpoints are small and random, so that each part of a model matters to its output: a wrong
//! epsilon, activation, mask or scale shows at once.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

mod blip;
mod blip_match;
mod blip_nucleus;
mod clip;
mod golden;
mod pixels;
