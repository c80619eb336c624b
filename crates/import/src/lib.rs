//! Merchants' product lists, read and written back; and photos put together by their names and folders.
//!
//! ```text
//! bytes ─► source.rs: which format ─► rows of cells under a header, one by one
//!            text.rs: encoding           │
//!            delimited.rs  json.rs       ▼
//!            xlsx.rs  xml.rs          dialect.rs, mapping.rs: what each column means
//!                                        │
//!                                     collect.rs: products with images and variants
//!                                     findings.rs: what is doubtful about them
//! list + changes ─► rewrite/: the same list, with other words in a few cells
//! products ─► write/: a new file in the form of a shop program, or texts beside the photos
//! log ─► search_log.rs: what was searched for, and which product was gone to
//! paths ─► photo_names.rs: which file a list means
//!       ─► groups.rs: photos of one product, by names or folders
//! ```
//!
//! This crate knows no engine and no window, and reads no file: bytes and paths come in, values and bytes go
//! out.
//!
//! Invariants: lists are hostile input, so rows, columns, cells and unpacked sizes are bounded, and a bound
//! that is hit is told; a row that makes no sense costs itself and is told with its line; a list that brings
//! nothing says why; no name leads to a path that was not among those given.

mod collect;
mod columns;
mod delimited;
mod dialect;
mod field;
mod findings;
mod formula;
mod groups;
mod headings;
mod inspect;
mod json;
mod list;
mod mapping;
mod names;
mod photo_names;
mod price;
mod records;
mod rewrite;
mod search_log;
mod source;
mod structured;
mod text;
mod unpacked;
mod words;
mod write;
mod xlsx;
mod xml;

pub use dialect::Dialect;
pub use field::Field;
pub use findings::{Finding, FindingKind};
pub use groups::{Group, Role, by_folder, by_name};
pub use inspect::{Inspection, header, inspect};
pub use list::{
    ListProblem, ListedProduct, ListedVariant, ProductList, RowProblem, read_list, read_list_until,
};
pub use mapping::{Mapping, Meaning, header_key};
pub use photo_names::PhotoNames;
pub use price::{Price, read_price};
pub use rewrite::{Author, CellChange, Change, Rewritten, WriteProblem, rewrite};
pub use search_log::{LogProblem, LogRead, LoggedSearch, read_search_log};
pub use source::Format;
pub use write::{OutProduct, Target, sidecar_text, sidecar_xmp, write};
