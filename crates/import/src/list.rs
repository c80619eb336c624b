//! A product list: what it says of which photos.

use crate::{
    Dialect, Field, Finding, Format, Mapping,
    collect::Collector,
    columns::Columns,
    source::{Row, Source},
};

/// A row that was passed over, or not understood whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Its line in the file, its row in the sheet, or its number in the document; from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// A variant of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedVariant {
    /// The line on which it stands.
    pub line: u64,
    /// Its own number.
    pub sku: Option<String>,
    /// What tells it from the others.
    pub name: Option<String>,
    /// Its price, as written.
    pub price: Option<String>,
    /// Its own number below the bars.
    pub barcode: Option<String>,
    /// How it differs: what, and how. "Colour", "Red".
    pub options: Vec<(String, String)>,
    /// Its own photo.
    pub image: Option<String>,
}

/// A product as a list has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedProduct {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What finds it again in the next version of the list, and no other product of this one has: its number, else
    /// its handle, its first image, or its title; where all are taken, with its line.
    pub key: String,
    /// What is said of it.
    pub fields: Vec<(Field, String)>,
    /// Its images as they are written, in order.
    pub images: Vec<String>,
    /// What stands for an image: the image as written, and the text.
    pub alt_texts: Vec<(String, String)>,
    /// Its variants; none of a product without any.
    pub variants: Vec<ListedVariant>,
}

impl ListedProduct {
    /// What is said under a name.
    pub fn field(&self, field: Field) -> Option<&str> {
        self.fields.iter().find(|(other, _)| *other == field).map(|(_, value)| value.as_str())
    }
}

/// What a list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductList {
    /// The program that it is for.
    pub dialect: Dialect,
    /// How it is stored.
    pub format: Format,
    /// Its products, in its order.
    pub products: Vec<ListedProduct>,
    /// Rows that were passed over.
    pub problems: Vec<RowProblem>,
    /// What is doubtful about rows that were read.
    pub findings: Vec<Finding>,
}

/// Why a file brings no products.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListProblem {
    /// It is a table of something else: a folder may hold any.
    #[error("this is not a product list")]
    NotAList,
    /// It describes products and says nothing by which photos could be theirs.
    #[error(
        "This list names products, but no column names their photos or their numbers. Add a column \"image\" with file names."
    )]
    NoImages,
    /// It has a header and nothing below.
    #[error("This product list has no rows.")]
    NoRows,
    /// It holds more than a list does, or unpacks to more.
    #[error("{0}")]
    TooLarge(String),
    /// It cannot be read.
    #[error("{0}")]
    BrokenFile(String),
    /// Whoever asked for it no longer wants it.
    #[error("reading was cancelled")]
    Cancelled,
}

/// Rows after which is asked whether reading is still wanted.
const ROWS_BETWEEN: u32 = 256;

/// Reads a list; without a mapping, as its columns are called.
///
/// # Errors
/// [`ListProblem`]: nothing of it can be used.
pub fn read_list(bytes: &[u8], mapping: Option<&Mapping>) -> Result<ProductList, ListProblem> {
    read_list_until(bytes, mapping, &|| false)
}

/// Reads a list, until it is not wanted any more.
///
/// # Errors
/// [`ListProblem`]: nothing of it can be used, or [`ListProblem::Cancelled`].
pub fn read_list_until(
    bytes: &[u8],
    mapping: Option<&Mapping>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<ProductList, ListProblem> {
    if is_cancelled() {
        return Err(ListProblem::Cancelled);
    }
    let source = Source::open(bytes)?;
    let mut collector = collector(&source, mapping)?;
    let mut n_rows = 0_u32;
    let problems = source.rows(&mut |row: &Row<'_>| {
        n_rows = n_rows.wrapping_add(1);
        if n_rows.is_multiple_of(ROWS_BETWEEN) && is_cancelled() {
            return Err(ListProblem::Cancelled);
        }
        collector.add(row.line, row.cells);
        Ok(())
    })?;
    let list = collector.finish(problems);
    if list.products.is_empty() && list.problems.is_empty() {
        return Err(ListProblem::NoRows);
    }
    Ok(list)
}

/// What makes products of an open file's rows; none of a table of something else.
pub(crate) fn collector(source: &Source<'_>, mapping: Option<&Mapping>) -> Result<Collector, ListProblem> {
    let dialect = Dialect::of(&source.header);
    let guessed = Mapping::guess(&source.header, dialect);
    let columns = Columns::of(&source.header, mapping.unwrap_or(&guessed), dialect);
    let is_of_products = if mapping.is_some() { columns.name_products() } else { columns.are_of_products() };
    if !is_of_products {
        return Err(if columns.lack_images() { ListProblem::NoImages } else { ListProblem::NotAList });
    }
    Ok(Collector::new(columns, dialect, source.format))
}
