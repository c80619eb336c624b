//! How well a search finds, and how well a captioner describes: measured, with intervals, and reported.
//!
//! ```text
//! bytes of a file ─► queries: what is asked, which items are relevant, reference captions
//!                       │
//!     the caller asks its search engine each query, and its captioner each photo
//!                       │
//!   ranked items ─► retrieval: Recall@k, Success@k, P@k, nDCG@k, MRR, mAP of each query
//!   captions     ─► captions:  BLEU, ROUGE-L, CIDEr-D, METEOR against the references
//!                       │
//!                   bootstrap: an interval for each mean, and for the difference of two systems
//!                       │
//!                   report: a table of text, a JSON value, a page of HTML
//! ```
//!
//! This crate knows no engine, opens no file and no connection: bytes and names come in, values go out.
//!
//! Invariants: files are hostile input, so a fault in one is an error with its line and never a panic, and
//! nothing of such a file is used: a set that silently lacks a query gives figures that compare with none.
//! Every figure is that of the field's reference program (`trec_eval`, `pycocoevalcap`, NLTK), which the
//! tests compare. The same input gives the same output, to the bit: resampling is seeded, sums have an
//! order, and reports hold no time. A page holds no script, loads nothing, and shows every text escaped.

pub mod bootstrap;
pub mod captions;
pub mod claims;
pub mod queries;
pub mod report;
pub mod retrieval;
