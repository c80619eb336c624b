//! Cells of lines: changed where they stand, and new columns at the end.

use std::collections::{BTreeMap, HashMap};

use super::{WriteProblem, edits::Edit, plan::Wish};
use crate::{
    delimited::Cell,
    source::{Place, Row, Source},
};

/// Cells by which a row may be longer than the header and still get new columns.
const MAX_OVER: usize = 64;

/// Edits that are collected.
#[derive(Default)]
pub(super) struct Edits {
    edits: Vec<Edit>,
    /// By the end of their row: cells that it lacks, by column.
    lacking: HashMap<usize, BTreeMap<usize, (String, bool, u64)>>,
    /// Columns that the header lacks.
    columns: BTreeMap<usize, String>,
}

impl Edits {
    pub(super) fn take(&mut self, source: &Source<'_>, row: &Row<'_>, wish: &Wish) {
        let Place::Cells { cells, end } = row.place else { return };
        let delimiter = source.delimiter.unwrap_or(b',');
        match cells.get(wish.at).filter(|_| wish.at < source.header.len()) {
            Some(cell) => self.edits.push(Edit {
                at: cell.start..cell.end,
                text: quoted(&wish.text, delimiter, cell.is_quoted),
                has_entities: wish.is_html,
                line: row.line,
                column: wish.column.clone(),
            }),
            None => {
                let is_like_quoted = are_quoted(cells);
                let text = quoted(&wish.text, delimiter, is_like_quoted);
                self.lacking.entry(end).or_default().insert(wish.at, (text, wish.is_html, row.line));
                if wish.at >= source.header.len() {
                    self.columns.insert(wish.at, wish.column.clone());
                }
            }
        }
    }

    /// All edits, with those that rows get at their end.
    pub(super) fn finish(mut self, source: &Source<'_>) -> Result<Vec<Edit>, WriteProblem> {
        if self.lacking.is_empty() {
            return Ok(self.edits);
        }
        let text = &*source.text.text;
        let delimiter = source.delimiter.unwrap_or(b',');
        let n_header = self.n_header(source);
        let n_over = self.n_over(source, n_header)?;
        // A new column stands behind every cell that there is, also behind those that have no name.
        let place = |at: usize| {
            if at < source.header.len() { at } else { at - source.header.len() + n_header + n_over }
        };
        let mut is_header = true;
        let mut rows = source.delimited_rows();
        while rows.next_row() {
            if is_blank(text, rows.cells()) {
                continue;
            }
            let mut cells: BTreeMap<usize, String> = BTreeMap::new();
            let mut has_entities = false;
            let is_like_quoted = are_quoted(rows.cells());
            if std::mem::take(&mut is_header) {
                for (at, name) in &self.columns {
                    cells.insert(place(*at), quoted(name, delimiter, is_like_quoted));
                }
            } else {
                for (at, (text, is_html, _)) in self.lacking.remove(&rows.end()).into_iter().flatten() {
                    has_entities |= is_html;
                    cells.insert(place(at), text);
                }
                // Every row is as wide as the header.
                for at in self.columns.keys() {
                    cells.entry(place(*at)).or_default();
                }
            }
            let Some(last) = cells.keys().next_back().copied() else { continue };
            let mut added = String::new();
            for at in rows.cells().len()..=last {
                added.push(char::from(delimiter));
                added.push_str(cells.get(&at).map_or("", String::as_str));
            }
            let column = self.columns.values().next().cloned().unwrap_or_default();
            self.edits.push(Edit {
                at: rows.end()..rows.end(),
                text: added,
                has_entities,
                line: rows.line(),
                column,
            });
        }
        Ok(self.edits)
    }

    fn n_header(&self, source: &Source<'_>) -> usize {
        let mut rows = source.delimited_rows();
        while rows.next_row() {
            if !is_blank(&source.text.text, rows.cells()) {
                return rows.cells().len();
            }
        }
        0
    }

    /// By how many cells the longest row is longer than the header.
    fn n_over(&self, source: &Source<'_>, n_header: usize) -> Result<usize, WriteProblem> {
        let mut n_over = 0;
        if self.columns.is_empty() {
            return Ok(0);
        }
        let mut rows = source.delimited_rows();
        while rows.next_row() {
            n_over = n_over.max(rows.cells().len().saturating_sub(n_header));
            if n_over > MAX_OVER {
                return Err(WriteProblem::NoPlace(rows.line()));
            }
        }
        Ok(n_over)
    }
}

fn is_blank(text: &str, cells: &[Cell]) -> bool {
    cells.iter().all(|cell| cell.value(text).trim().is_empty())
}

/// Whether a row has quotation marks around everything, as some programs write them.
fn are_quoted(cells: &[Cell]) -> bool {
    cells.iter().all(|cell| cell.is_quoted)
}

/// A cell as it is written: in quotation marks where it needs them, or had them.
pub(crate) fn quoted(text: &str, delimiter: u8, was_quoted: bool) -> String {
    let needs = text.contains(['"', '\n', '\r', char::from(delimiter)]) || text != text.trim();
    if needs || (was_quoted && !text.is_empty()) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
