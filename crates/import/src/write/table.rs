//! A table that is filled row by row and written in any form.

use std::collections::HashMap;

use rust_xlsxwriter::Workbook;

use crate::{
    Dialect, Format, WriteProblem, formula,
    rewrite::{cell, quoted},
    source::BETWEEN,
};

/// Rows of cells under a header.
#[derive(Default)]
pub(super) struct Table {
    header: Vec<String>,
    places: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With columns that always are there.
    pub(super) fn new(header: &[&str]) -> Self {
        let mut table = Self::default();
        for name in header {
            table.column(name);
        }
        table
    }

    /// The place of a column, which is added where there is none.
    fn column(&mut self, name: &str) -> usize {
        if let Some(at) = self.places.get(name) {
            return *at;
        }
        self.header.push(name.to_owned());
        self.places.insert(name.to_owned(), self.header.len() - 1);
        self.header.len() - 1
    }

    /// Adds a row; empty cells make no column.
    pub(super) fn add(&mut self, cells: &[(&str, &str)]) {
        let mut row = Vec::new();
        for (name, text) in cells.iter().filter(|(_, text)| !text.is_empty()) {
            let at = self.column(name);
            if row.len() <= at {
                row.resize(at + 1, String::new());
            }
            row[at] = (*text).to_owned();
        }
        self.rows.push(row);
    }

    /// The named cells of each row that say something.
    pub(super) fn records(&self) -> impl Iterator<Item = impl Iterator<Item = (&str, &str)>> {
        self.rows.iter().map(|row| {
            let named = self.header.iter().map(String::as_str).zip(row.iter().map(String::as_str));
            named.filter(|(_, text)| !text.is_empty())
        })
    }

    /// As lines of cells in UTF-8.
    pub(super) fn delimited(&self, delimiter: u8, dialect: Dialect) -> Vec<u8> {
        let is_guarded = formula::is_guarded(Format::Delimited, dialect);
        let mut file = String::new();
        let sign = char::from(delimiter);
        // Google parts addresses with commas, people read names with bars between them more easily.
        let between = if dialect == Dialect::Google { "," } else { "|" };
        for row in std::iter::once(&self.header).chain(&self.rows) {
            for at in 0..self.header.len() {
                if at > 0 {
                    file.push(sign);
                }
                let text = row.get(at).map_or("", String::as_str).replace(BETWEEN, between);
                let text = if is_guarded { formula::guard(&text) } else { text.as_str().into() };
                file.push_str(&quoted(&text, delimiter, false));
            }
            file.push('\n');
        }
        file.into_bytes()
    }

    /// As objects.
    pub(super) fn json(&self, is_lines: bool) -> Vec<u8> {
        let value = |text: &str| {
            if text.contains(BETWEEN) {
                serde_json::Value::from(text.split(BETWEEN).collect::<Vec<_>>())
            } else {
                serde_json::Value::from(text)
            }
        };
        let objects: Vec<String> = self
            .records()
            .map(|record| {
                // In the order of the columns, which a map would not keep.
                let members: Vec<String> = record
                    .map(|(name, text)| format!("{}: {}", serde_json::Value::from(name), value(text)))
                    .collect();
                format!("{{{}}}", members.join(", "))
            })
            .collect();
        let file = match is_lines {
            true => objects.iter().map(|object| format!("{object}\n")).collect(),
            false if objects.is_empty() => "[]\n".to_owned(),
            false => format!("[\n  {}\n]\n", objects.join(",\n  ")),
        };
        file.into_bytes()
    }

    /// As a workbook of texts.
    pub(super) fn workbook(&self) -> Result<Vec<u8>, WriteProblem> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, cells) in (0..).zip(std::iter::once(&self.header).chain(&self.rows)) {
            for (at, text) in cells.iter().enumerate() {
                cell(sheet, row, at, &text.replace(BETWEEN, "|"), false)
                    .map_err(|error| WriteProblem::Workbook(error.to_string()))?;
            }
        }
        workbook.save_to_buffer().map_err(|error| WriteProblem::Workbook(error.to_string()))
    }
}
