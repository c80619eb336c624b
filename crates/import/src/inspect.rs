//! A first look at a list: what it is, what its columns seem to mean, and its first rows.

use crate::{
    Dialect, Format, ListProblem, Mapping,
    source::{BETWEEN, Row, Source},
};

/// Rows that are shown.
const N_SAMPLE: usize = 10;
/// Letters of a cell that are shown.
const MAX_SHOWN: usize = 500;

/// What a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// How it is stored.
    pub format: Format,
    /// The program that it seems to be for.
    pub dialect: Dialect,
    /// The encoding of its text.
    pub encoding: &'static str,
    /// The sign between its cells.
    pub delimiter: Option<char>,
    /// The names of its columns.
    pub header: Vec<String>,
    /// What its columns seem to mean.
    pub mapping: Mapping,
    /// Its first rows.
    pub sample: Vec<Vec<String>>,
    /// How many rows it has.
    pub n_rows: u64,
}

/// The names of a list's columns.
///
/// # Errors
/// [`ListProblem`]: there is no table in it.
pub fn header(bytes: &[u8]) -> Result<Vec<String>, ListProblem> {
    Ok(Source::open(bytes)?.header)
}

/// Looks at a list, also at one that is none by its names: a person may say what its columns mean.
///
/// # Errors
/// [`ListProblem`]: there is no table in it.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, ListProblem> {
    let source = Source::open(bytes)?;
    let (mut sample, mut n_rows) = (Vec::new(), 0);
    source.rows(&mut |row: &Row<'_>| {
        n_rows += 1;
        if sample.len() < N_SAMPLE {
            let shown = |cell: &str| cell.chars().take(MAX_SHOWN).collect::<String>().replace(BETWEEN, ", ");
            sample.push(row.cells.iter().map(|cell| shown(cell)).collect());
        }
        Ok(())
    })?;
    let dialect = Dialect::of(&source.header);
    Ok(Inspection {
        format: source.format,
        dialect,
        encoding: source.text.encoding.name(),
        delimiter: source.delimiter.map(char::from),
        mapping: Mapping::guess(&source.header, dialect),
        header: source.header,
        sample,
        n_rows,
    })
}
