//! Merchants' product lists, read; and photos put together by their names and folders.
//!
//! ```text
//! bytes ─► text.rs: encoding ─► table.rs: delimiter, rows ─► columns.rs: what each column means
//!                                                                  │
//!                                          list.rs: products with images and variants, problems with lines
//! paths ─► photo_names.rs: which file a list means
//!       ─► groups.rs: photos of one product, by names or folders
//! ```
//!
//! This crate knows no engine and no window, and reads no file: bytes and paths come in.
//!
//! Invariants: lists are hostile input, so rows, columns and cells are bounded; a row that makes no sense
//! costs itself and is told with its line; a list that brings nothing says why; no name leads to a path that
//! was not among those given.

mod columns;
mod groups;
mod list;
mod photo_names;
mod table;
mod text;

pub use columns::Field;
pub use groups::{Group, Role, by_folder, by_name};
pub use list::{ListProblem, ListedProduct, ListedVariant, ProductList, RowProblem, read_list};
pub use photo_names::PhotoNames;
