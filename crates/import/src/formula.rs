//! The one decision about cells that a spreadsheet would run.
//!
//! A cell that begins with one of these signs is a formula when a spreadsheet opens the file, and a formula can
//! send data away. Tables that people open get an apostrophe before such a cell, as WooCommerce's own exporter
//! writes it and its importer takes it away. Shopify, Google and Akeneo read their files themselves and would
//! publish the apostrophe; JSON and XML are opened by no spreadsheet; a workbook says that a cell is text.

use std::borrow::Cow;

use crate::{Dialect, Format};

const SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether such cells get an apostrophe in a list.
pub(crate) fn is_guarded(format: Format, dialect: Dialect) -> bool {
    format == Format::Delimited && matches!(dialect, Dialect::Plain | Dialect::WooCommerce)
}

/// A cell as it is written.
pub(crate) fn guard(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(SIGNS) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// A cell as it was meant.
pub(crate) fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(SIGNS)).unwrap_or(cell)
}
