//! A file of any format as a header and rows of cells, visited one by one.

use std::{borrow::Cow, ops::Range};

use crate::{
    ListProblem, RowProblem, delimited, json,
    records::{self, Record},
    text::{self, Text},
    xlsx::Workbook,
    xml,
};

/// Cells of a row that are looked at.
pub(crate) const MAX_COLUMNS: usize = 512;
/// Letters of a cell that are kept.
pub(crate) const MAX_CELL: usize = 65_536;
/// Rows that are read: beyond the largest catalog.
pub(crate) const MAX_ROWS: u64 = 2_000_000;
/// Stands between values where a format has several in one place.
pub(crate) const BETWEEN: char = '\u{1f}';

/// How a list is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lines of cells with a sign between them: CSV, TSV.
    Delimited,
    /// A JSON document with one array of objects.
    Json,
    /// A JSON object a line.
    JsonLines,
    /// An Excel workbook.
    Xlsx,
    /// An XML feed: RSS or Atom.
    Xml,
}

impl Format {
    /// Its name, which stays.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delimited => "delimited",
            Self::Json => "json",
            Self::JsonLines => "json_lines",
            Self::Xlsx => "xlsx",
            Self::Xml => "xml",
        }
    }
}

/// What a file is by its first bytes, where that is no kind of list.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 6] = [
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"RIFF", "a picture"),
        (b"%PDF", "a PDF document"),
        (b"\x1f\x8b", "a compressed file"),
    ];
    KINDS.iter().find(|(begin, _)| bytes.starts_with(begin)).map(|(_, kind)| *kind)
}

/// Where a row stands in the text.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Cells {
        cells: &'a [delimited::Cell],
        end: usize,
    },
    Record(&'a Record),
    /// Of each cell whether it is a number.
    Sheet(&'a [bool]),
}

/// A row of cells.
pub(crate) struct Row<'a> {
    /// The line on which it begins, its row in a sheet, or its number in a document; from 1.
    pub(crate) line: u64,
    pub(crate) cells: &'a [Cow<'a, str>],
    pub(crate) place: Place<'a>,
}

/// What takes rows; an error ends the visit.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&Row<'_>) -> Result<(), ListProblem>;

/// A file that is open.
pub(crate) struct Source<'a> {
    pub(crate) format: Format,
    pub(crate) header: Vec<String>,
    pub(crate) text: Text<'a>,
    /// Of a delimited file.
    pub(crate) delimiter: Option<u8>,
    /// Where the rows begin, after a line that names the delimiter.
    pub(crate) start: usize,
    n_lines_before: u64,
    workbook: Option<Workbook<'a>>,
}

impl<'a> Source<'a> {
    /// Opens a file by what is in it, whatever it is called.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ListProblem> {
        let mut source = Self {
            format: Format::Delimited,
            header: Vec::new(),
            text: Text { text: Cow::Borrowed(""), encoding: encoding_rs::UTF_8, n_mark: 0 },
            delimiter: None,
            start: 0,
            n_lines_before: 0,
            workbook: None,
        };
        if bytes.starts_with(b"PK\x03\x04") {
            let workbook = Workbook::open(bytes)?;
            source.format = Format::Xlsx;
            source.header = workbook.header().to_vec();
            source.workbook = Some(workbook);
            return Ok(source);
        }
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(ListProblem::BrokenFile(
                "This is a workbook of Excel 97 to 2003. Save it as .xlsx or CSV.".to_owned(),
            ));
        }
        if let Some(kind) = other_kind(bytes) {
            return Err(ListProblem::BrokenFile(format!(
                "This is {kind} and no product list. Export the list as CSV or .xlsx."
            )));
        }
        source.text = text::decode(bytes);
        let text = &*source.text.text;
        let begins = text.trim_start();
        match begins.chars().next() {
            Some('<') if xml::looks_like(begins) => {
                source.format = Format::Xml;
                source.header = records::header(&mut |visit| xml::records(text, visit).map(drop))?;
            }
            Some('[' | '{') => {
                source.format = if json::is_lines(text) { Format::JsonLines } else { Format::Json };
                let is_lines = source.format == Format::JsonLines;
                source.header = records::header(&mut |visit| json::records(text, is_lines, visit).map(drop))?;
            }
            _ => {
                let layout = delimited::layout(text);
                (source.start, source.n_lines_before) = (layout.start, layout.n_lines_before);
                source.delimiter = Some(layout.delimiter);
                source.header = source.first_row();
            }
        }
        if source.header.is_empty() { Err(ListProblem::NotAList) } else { Ok(source) }
    }

    fn first_row(&self) -> Vec<String> {
        let (mut header, mut rows) = (Vec::new(), self.delimited_rows());
        while header.is_empty() && rows.next_row() {
            let cells = rows.cells().iter().take(MAX_COLUMNS).map(|cell| self.cell(cell).into_owned());
            header = cells.collect();
            if header.iter().all(String::is_empty) {
                header.clear();
            }
        }
        header
    }

    pub(crate) fn delimited_rows(&self) -> delimited::Rows<'_> {
        let delimiter = self.delimiter.unwrap_or(b',');
        delimited::Rows::new(&self.text.text, self.start, delimiter, self.n_lines_before + 1)
    }

    fn cell(&self, cell: &delimited::Cell) -> Cow<'_, str> {
        bounded(cell.value(&self.text.text))
    }

    /// Visits every row below the header, and tells what could not be read.
    pub(crate) fn rows(&self, visit: Visit<'_>) -> Result<Vec<RowProblem>, ListProblem> {
        match self.format {
            Format::Delimited => self.visit_delimited(visit),
            Format::Xlsx => match &self.workbook {
                Some(workbook) => workbook.rows(visit),
                None => Ok(Vec::new()),
            },
            Format::Json => self.visit_records(&|visit| json::records(&self.text.text, false, visit), visit),
            Format::JsonLines => {
                self.visit_records(&|visit| json::records(&self.text.text, true, visit), visit)
            }
            Format::Xml => self.visit_records(&|visit| xml::records(&self.text.text, visit), visit),
        }
    }

    fn visit_delimited(&self, visit: Visit<'_>) -> Result<Vec<RowProblem>, ListProblem> {
        let mut told = Told::default();
        let mut rows = self.delimited_rows();
        let (mut is_header, mut n_rows) = (true, 0);
        while rows.next_row() {
            let line = rows.line();
            if rows.cells().len() > MAX_COLUMNS {
                told.columns(line);
            }
            let mut is_cut = false;
            let cells: Vec<Cow<'_, str>> = rows
                .cells()
                .iter()
                .take(MAX_COLUMNS)
                .map(|cell| {
                    is_cut |= cell.end - cell.start > MAX_CELL;
                    self.cell(cell)
                })
                .collect();
            if is_cut {
                told.cell(line);
            }
            if cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            if std::mem::take(&mut is_header) {
                continue;
            }
            n_rows += 1;
            if n_rows > MAX_ROWS {
                told.rows(line);
                break;
            }
            visit(&Row {
                line,
                cells: &cells,
                place: Place::Cells { cells: rows.cells(), end: rows.end() },
            })?;
        }
        if let Some(line) = rows.unclosed() {
            told.add(line, "A quotation mark is opened here and closed nowhere, so it was read as a letter.");
        }
        Ok(told.problems)
    }

    fn visit_records(
        &self,
        records: &dyn Fn(records::Visit<'_>) -> Result<Vec<RowProblem>, ListProblem>,
        visit: Visit<'_>,
    ) -> Result<Vec<RowProblem>, ListProblem> {
        let mut told = Told::default();
        let places = records::Places::new(&self.header);
        let mut n_rows = 0;
        let problems = records(&mut |record| {
            n_rows += 1;
            if n_rows > MAX_ROWS {
                told.rows(record.line);
                return Ok(false);
            }
            let (cells, is_whole) = places.cells(record);
            if !is_whole {
                told.columns(record.line);
            }
            let cells: Vec<Cow<'_, str>> = cells.into_iter().map(|cell| bounded(Cow::Owned(cell))).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                visit(&Row { line: record.line, cells: &cells, place: Place::Record(record) })?;
            }
            Ok(true)
        })?;
        told.problems.extend(problems);
        Ok(told.problems)
    }
}

/// Bounds that were hit, each told once.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) problems: Vec<RowProblem>,
    has_columns: bool,
    has_cell: bool,
}

impl Told {
    fn add(&mut self, line: u64, message: &str) {
        self.problems.push(RowProblem { line, message: message.to_owned() });
    }

    pub(crate) fn columns(&mut self, line: u64) {
        if !std::mem::replace(&mut self.has_columns, true) {
            self.add(line, &format!("It has more than {MAX_COLUMNS} columns; those beyond are not read."));
        }
    }

    pub(crate) fn cell(&mut self, line: u64) {
        if !std::mem::replace(&mut self.has_cell, true) {
            self.add(line, &format!("A cell has more than {MAX_CELL} letters; those beyond are not read."));
        }
    }

    pub(crate) fn rows(&mut self, line: u64) {
        self.add(line, &format!("The list has more than {MAX_ROWS} rows; those from here on are not read."));
    }
}

/// A cell without spaces around it and of bounded length.
pub(crate) fn bounded(cell: Cow<'_, str>) -> Cow<'_, str> {
    let cut = |cell: &str| -> Range<usize> {
        let end = cell.char_indices().nth(MAX_CELL).map_or(cell.len(), |(end, _)| end);
        let kept = &cell[..end];
        let start = end - kept.trim_start().len();
        start..start + kept.trim().len()
    };
    match cell {
        Cow::Borrowed(cell) => Cow::Borrowed(&cell[cut(cell)]),
        Cow::Owned(cell) => {
            let kept = cut(&cell);
            Cow::Owned(if kept == (0..cell.len()) { cell } else { cell[kept].to_owned() })
        }
    }
}
