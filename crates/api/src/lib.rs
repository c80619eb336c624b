//! Vitrine as its clients see it: the window over IPC, and `vitrine --json`.

pub mod types;
