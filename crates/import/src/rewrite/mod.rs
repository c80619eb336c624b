//! A list written back with new texts, and everything else as it was, to the byte.
//!
//! ```text
//! source ─► rows, each with its product ─► plan.rs: which cells become what
//!                                             │
//!              delimited.rs  records.rs: edits of the text        workbook.rs: a new workbook
//!                                             │
//!                                      edits.rs: edits of the bytes
//! ```

mod delimited;
mod edits;
mod plan;
mod records;
mod workbook;

use std::collections::HashMap;

use crate::{
    Field, Format, ListProblem, Mapping,
    list::collector,
    source::{Row, Source},
};
pub(crate) use delimited::quoted;
use plan::Planner;
pub(crate) use records::escaped;
pub(crate) use workbook::cell;

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// The shop, in its list.
    Shop,
    /// Models.
    Models,
    /// A person, here.
    Person,
}

/// What a product gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The product's key, as the list was read.
    pub key: String,
    /// A new title.
    pub title: Option<(String, Author)>,
    /// A new description, in plain text with a paragraph a line.
    pub description: Option<(String, Author)>,
    /// What stands for an image: the image as the list writes it, and the text.
    pub alt_texts: Vec<(String, String)>,
    /// Anything else that is said of it.
    pub fields: Vec<(Field, String)>,
}

/// A cell that became another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// Its line, its row in the sheet, or its number in the document; from 1.
    pub line: u64,
    /// The name of its column.
    pub column: String,
    /// Its product.
    pub key: String,
    /// What it said.
    pub old: String,
    /// What it says.
    pub new: String,
}

/// A list that was written back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The file.
    pub bytes: Vec<u8>,
    /// What differs from the list that came in.
    pub changes: Vec<CellChange>,
    /// What the file has no place for, in sentences.
    pub not_written: Vec<String>,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteProblem {
    /// The list cannot be read.
    #[error(transparent)]
    List(#[from] ListProblem),
    /// The file's encoding has no such letter.
    #[error(
        "Line {line}, column \"{column}\": \"{sign}\" cannot be written in {encoding}, in which this list is stored. Save the list as UTF-8 first, or leave the letter out."
    )]
    Unwritable {
        /// The line of the cell.
        line: u64,
        /// The name of its column.
        column: String,
        /// The letter.
        sign: char,
        /// The encoding.
        encoding: &'static str,
    },
    /// New columns have no place, since rows are longer than the header.
    #[error(
        "Line {0} has many more cells than the header, so that a new column has no place. Repair this line first."
    )]
    NoPlace(u64),
    /// A workbook cannot hold it.
    #[error("The workbook cannot be written: {0}")]
    Workbook(String),
}

/// Writes a list back with changes. Where nothing changes, the bytes are those that came in.
///
/// # Errors
/// [`WriteProblem`]: the list cannot be read, or cannot hold a text.
pub fn rewrite(
    source: &[u8],
    mapping: Option<&Mapping>,
    changes: &[Change],
) -> Result<Rewritten, WriteProblem> {
    let open = Source::open(source)?;
    let mut collector = collector(&open, mapping)?;
    let mut planner = Planner::new(&open, collector.dialect, changes);
    let mut found: HashMap<usize, Option<usize>> = HashMap::new();
    let by_key: HashMap<&str, usize> =
        changes.iter().enumerate().map(|(at, change)| (change.key.as_str(), at)).collect();
    let mut edits = match open.format {
        Format::Delimited => Edit::Delimited(delimited::Edits::default()),
        Format::Xlsx => Edit::Workbook(workbook::Cells::default()),
        Format::Json | Format::JsonLines | Format::Xml => Edit::Records(Vec::new()),
    };
    open.rows(&mut |row: &Row<'_>| {
        let Some(placed) = collector.add(row.line, row.cells) else { return Ok(()) };
        let change = *found
            .entry(placed.product)
            .or_insert_with(|| by_key.get(collector.key(placed.product)).copied());
        if let Some(change) = change {
            for wish in planner.wishes(row, &collector.columns, &placed, change) {
                match &mut edits {
                    Edit::Delimited(edits) => edits.take(&open, row, &wish),
                    Edit::Records(edits) => edits.extend(records::edit(&open, row, &wish)),
                    Edit::Workbook(cells) => cells.take(row, &wish),
                }
            }
        }
        Ok(())
    })?;
    let (changes, mut not_written) = planner.finish();
    if changes.is_empty() {
        return Ok(Rewritten { bytes: source.to_vec(), changes, not_written });
    }
    let bytes = match edits {
        Edit::Delimited(edits) => edits::apply(source, &open, edits.finish(&open)?)?,
        Edit::Records(edits) => edits::apply(source, &open, edits)?,
        Edit::Workbook(cells) => {
            not_written.push(
                "The new workbook has one sheet of cells: formats, formulas, pictures and other sheets are left out."
                    .to_owned(),
            );
            cells.write(&open)?
        }
    };
    Ok(Rewritten { bytes, changes, not_written })
}

/// What becomes of the wishes, by format.
enum Edit {
    Delimited(delimited::Edits),
    Records(Vec<edits::Edit>),
    Workbook(workbook::Cells),
}
