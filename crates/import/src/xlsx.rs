//! Excel workbooks: the first sheet that holds products, row by row, with cells as a person sees them.
//!
//! What a workbook unpacks to is counted before it is read (`unpacked.rs`).

use std::{borrow::Cow, cell::RefCell, io::Cursor};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};

use crate::{
    Dialect, ListProblem, Mapping, RowProblem,
    columns::Columns,
    source::{MAX_COLUMNS, MAX_ROWS, Place, Row, Told, Visit, bounded},
    unpacked,
};

/// Sheets that are looked at.
const MAX_SHEETS: usize = 64;

/// A workbook that is open.
pub(crate) struct Workbook<'a> {
    /// Reading a sheet needs it for itself, and changes nothing that is seen.
    xlsx: RefCell<Xlsx<Cursor<&'a [u8]>>>,
    sheet: String,
    header: Vec<String>,
}

impl<'a> Workbook<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ListProblem> {
        unpacked::check(bytes)?;
        let mut xlsx = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
        let mut first = None;
        for sheet in xlsx.sheet_names().into_iter().take(MAX_SHEETS) {
            let Some(header) = header(&mut xlsx, &sheet)? else { continue };
            let dialect = Dialect::of(&header);
            let columns = Columns::of(&header, &Mapping::guess(&header, dialect), dialect);
            if columns.are_of_products() {
                first = Some((sheet, header));
                break;
            }
            first = first.or(Some((sheet, header)));
        }
        let (sheet, header) = first.ok_or(ListProblem::NotAList)?;
        Ok(Self { xlsx: RefCell::new(xlsx), sheet, header })
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Visits the rows below the header.
    pub(crate) fn rows(&self, visit: Visit<'_>) -> Result<Vec<RowProblem>, ListProblem> {
        let mut told = Told::default();
        let (mut is_header, mut n_rows) = (true, 0);
        let broke = visit_sheet(&mut self.xlsx.borrow_mut(), &self.sheet, &mut told, &mut |told, row| {
            if std::mem::take(&mut is_header) {
                return Ok(true);
            }
            n_rows += 1;
            if n_rows > MAX_ROWS {
                told.rows(row.line);
                return Ok(false);
            }
            visit(row)?;
            Ok(true)
        })?;
        match broke {
            Some(problem) if n_rows == 0 => Err(ListProblem::BrokenFile(problem.message)),
            broke => {
                told.problems.extend(broke);
                Ok(told.problems)
            }
        }
    }
}

/// The first row of a sheet that says something.
fn header(xlsx: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Option<Vec<String>>, ListProblem> {
    let mut header = None;
    visit_sheet(xlsx, sheet, &mut Told::default(), &mut |_, row| {
        header = Some(row.cells.iter().map(|cell| cell.clone().into_owned()).collect());
        Ok(false)
    })?;
    Ok(header)
}

type Each<'e> = &'e mut dyn FnMut(&mut Told, &Row<'_>) -> Result<bool, ListProblem>;

/// Visits the rows of a sheet that say something, until one is enough; tells where the sheet is broken.
fn visit_sheet(
    xlsx: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    told: &mut Told,
    each: Each<'_>,
) -> Result<Option<RowProblem>, ListProblem> {
    let Ok(mut reader) = xlsx.worksheet_cells_reader(sheet) else { return Ok(None) };
    let (mut row, mut cells, mut numbers): (u32, Vec<Cow<'_, str>>, Vec<bool>) = (0, Vec::new(), Vec::new());
    let mut flush = |told: &mut Told, row: u32, cells: &mut Vec<Cow<'_, str>>, numbers: &mut Vec<bool>| {
        let goes_on = if cells.iter().all(|cell| cell.is_empty()) {
            true
        } else {
            each(told, &Row { line: u64::from(row) + 1, cells, place: Place::Sheet(numbers) })?
        };
        cells.clear();
        numbers.clear();
        Ok::<bool, ListProblem>(goes_on)
    };
    loop {
        match reader.next_cell() {
            Ok(Some(cell)) => {
                let (at_row, column) = cell.get_position();
                if at_row != row {
                    if !flush(told, row, &mut cells, &mut numbers)? {
                        return Ok(None);
                    }
                    row = at_row;
                }
                let column = column as usize;
                if column >= MAX_COLUMNS {
                    told.columns(u64::from(row) + 1);
                    continue;
                }
                if cells.len() <= column {
                    cells.resize(column + 1, Cow::Borrowed(""));
                    numbers.resize(column + 1, false);
                }
                numbers[column] = matches!(cell.get_value(), DataRef::Int(_) | DataRef::Float(_));
                cells[column] = Cow::Owned(bounded(shown(cell.get_value())).into_owned());
            }
            Ok(None) => {
                flush(told, row, &mut cells, &mut numbers)?;
                return Ok(None);
            }
            Err(error) => {
                flush(told, row, &mut cells, &mut numbers)?;
                let message = format!("The workbook is broken here, and what follows is not read: {error}");
                return Ok(Some(RowProblem { line: u64::from(row) + 1, message }));
            }
        }
    }
}

/// A cell as a person sees it.
fn shown<'a>(value: &'a DataRef<'_>) -> Cow<'a, str> {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cow::Borrowed(text)
        }
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::Int(number) => Cow::Owned(number.to_string()),
        DataRef::Float(number) => Cow::Owned(number_text(*number)),
        DataRef::Bool(is_true) => Cow::Borrowed(if *is_true { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(moment) => Cow::Owned(moment_text(*moment)),
        // A formula that gave an error says nothing of a product.
        DataRef::Error(_) | DataRef::Empty => Cow::Borrowed(""),
    }
}

/// A number with the 15 digits that Excel shows, and no more.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

fn moment_text(moment: ExcelDateTime) -> String {
    let value = moment.as_f64();
    if moment.is_duration() || value < 1.0 {
        let seconds = (value * 86_400.0).round();
        let (hours, minutes) = ((seconds / 3_600.0).floor(), (seconds / 60.0).floor() % 60.0);
        return format!("{hours:02.0}:{minutes:02.0}:{:02.0}", seconds % 60.0);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

pub(crate) fn broken(error: &dyn std::fmt::Display) -> ListProblem {
    ListProblem::BrokenFile(format!("This workbook is broken: {error}"))
}
