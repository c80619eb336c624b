//! The CLIP Interrogator: against a plain reference on transformers (`models/parity/interrogator.py`), and
//! what holds of it on any model.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

mod fixture;
mod parity;
mod promises;
mod term_lists;
