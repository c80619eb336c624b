//! A new workbook with the cells of the sheet that was read.

use std::collections::HashMap;

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::{WriteProblem, plan::Wish};
use crate::{
    ListProblem,
    source::{Place, Row, Source},
};

/// Cells that change, by row and column.
#[derive(Default)]
pub(super) struct Cells {
    cells: HashMap<(u64, usize), String>,
    columns: HashMap<usize, String>,
}

impl Cells {
    pub(super) fn take(&mut self, row: &Row<'_>, wish: &Wish) {
        self.columns.insert(wish.at, wish.column.clone());
        self.cells.insert((row.line, wish.at), wish.text.clone());
    }

    pub(super) fn write(self, source: &Source<'_>) -> Result<Vec<u8>, WriteProblem> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        let broken = |error: XlsxError| WriteProblem::Workbook(error.to_string());
        let mut width = source.header.len();
        for (at, name) in source.header.iter().enumerate() {
            cell(sheet, 0, at, name, false).map_err(broken)?;
        }
        for (at, name) in &self.columns {
            width = width.max(at + 1);
            if *at >= source.header.len() {
                cell(sheet, 0, *at, name, false).map_err(broken)?;
            }
        }
        let mut n_rows = 0;
        let mut problem = None;
        source
            .rows(&mut |row: &Row<'_>| {
                n_rows += 1;
                let Place::Sheet(numbers) = row.place else { return Ok(()) };
                for at in 0..width.max(row.cells.len()) {
                    let new = self.cells.get(&(row.line, at)).map(String::as_str);
                    let is_number = new.is_none() && numbers.get(at).copied().unwrap_or_default();
                    let text = new.or_else(|| row.cells.get(at).map(|cell| &**cell)).unwrap_or_default();
                    if let Err(error) = cell(sheet, n_rows, at, text, is_number) {
                        problem = Some(broken(error));
                        return Err(ListProblem::Cancelled);
                    }
                }
                Ok(())
            })
            .map_err(|stopped| problem.take().unwrap_or(WriteProblem::List(stopped)))?;
        workbook.save_to_buffer().map_err(broken)
    }
}

/// Writes a cell: text as text, so that nothing in it is run.
pub(crate) fn cell(
    sheet: &mut Worksheet,
    row: u32,
    at: usize,
    text: &str,
    is_number: bool,
) -> Result<(), XlsxError> {
    let column = u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)?;
    if text.is_empty() {
        return Ok(());
    }
    match text.parse::<f64>().ok().filter(|_| is_number) {
        Some(number) => sheet.write_number(row, column, number)?,
        None => sheet.write_string(row, column, text)?,
    };
    Ok(())
}
