//! Lines of cells: which sign stands between them, and where each cell lies in the text.

use std::borrow::Cow;

/// How a delimited file is laid out.
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    /// Where the rows begin.
    pub(crate) start: usize,
    pub(crate) n_lines_before: u64,
}

/// The layout of a text.
pub(crate) fn layout(text: &str) -> Layout {
    // Excel writes the delimiter into a line of its own, and hides that line.
    if let Some(rest) = text.strip_prefix("sep=") {
        let line = rest.split(['\n', '\r']).next().unwrap_or(rest);
        let after = &rest[line.len()..];
        let n_end = if after.starts_with("\r\n") { 2 } else { after.len().min(1) };
        let start = text.len() - after.len() + n_end;
        let named = line.bytes().next().filter(|byte| byte.is_ascii() && *byte != b'"');
        let delimiter = named.unwrap_or_else(|| delimiter(&text[start..]));
        return Layout { delimiter, start, n_lines_before: 1 };
    }
    Layout { delimiter: delimiter(text), start: 0, n_lines_before: 0 }
}

/// The delimiter that makes the first lines the most even.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(8).collect();
    let Some(header) = lines.first() else { return b',' };
    let count = |line: &str, delimiter: u8| {
        let mut is_quoted = false;
        line.bytes()
            .filter(|&byte| {
                is_quoted ^= byte == b'"';
                byte == delimiter && !is_quoted
            })
            .count()
    };
    b",;\t|"
        .iter()
        .map(|&delimiter| {
            let n = count(header, delimiter);
            let n_even = lines.iter().filter(|line| count(line, delimiter) == n).count();
            // What does not stand in the header divides nothing.
            (if n == 0 { 0 } else { n_even * 1_000 + n }, delimiter)
        })
        .rev()
        .max_by_key(|(score, _)| *score)
        .map_or(b',', |(score, delimiter)| if score == 0 { b',' } else { delimiter })
}

/// Where a cell lies, with its quotation marks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) is_quoted: bool,
}

impl Cell {
    /// What it says.
    pub(crate) fn value(self, text: &str) -> Cow<'_, str> {
        let raw = &text[self.start..self.end];
        let Some(quoted) = raw.strip_prefix('"').filter(|_| self.is_quoted) else {
            return Cow::Borrowed(raw);
        };
        if let Some(plain) = quoted.strip_suffix('"').filter(|plain| !plain.contains('"')) {
            return Cow::Borrowed(plain);
        }
        let (mut value, mut rest) = (String::with_capacity(quoted.len()), quoted);
        while let Some((before, after)) = rest.split_once('"') {
            value.push_str(before);
            match after.strip_prefix('"') {
                Some(after) => {
                    value.push('"');
                    rest = after;
                }
                // After the mark that closes it, everything is as it stands.
                None => {
                    rest = after;
                    break;
                }
            }
        }
        value.push_str(rest);
        Cow::Owned(value)
    }
}

/// Rows of a text, one after the other.
pub(crate) struct Rows<'t> {
    text: &'t str,
    at: usize,
    delimiter: u8,
    next_line: u64,
    line: u64,
    end: usize,
    cells: Vec<Cell>,
    unclosed: Option<u64>,
}

impl<'t> Rows<'t> {
    pub(crate) fn new(text: &'t str, start: usize, delimiter: u8, line: u64) -> Self {
        Self {
            text,
            at: start,
            delimiter,
            next_line: line,
            line,
            end: start,
            cells: Vec::new(),
            unclosed: None,
        }
    }

    /// The line on which the row begins.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Where the row ends, before the end of its line.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Where the next row begins, and on which line.
    pub(crate) fn next_start(&self) -> (usize, u64) {
        (self.at, self.next_line)
    }

    /// The line of a quotation mark that is never closed.
    pub(crate) fn unclosed(&self) -> Option<u64> {
        self.unclosed
    }

    /// Goes to the next row; false at the end. A line without anything is a row with one empty cell.
    pub(crate) fn next_row(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return false;
        }
        self.cells.clear();
        self.line = self.next_line;
        loop {
            let start = self.at;
            let mut is_quoted = bytes.get(start) == Some(&b'"');
            if is_quoted && !self.skip_quoted() {
                is_quoted = false;
                self.unclosed.get_or_insert(self.next_line);
            }
            while let Some(&byte) = bytes.get(self.at)
                && byte != self.delimiter
                && byte != b'\n'
                && byte != b'\r'
            {
                self.at += 1;
            }
            self.cells.push(Cell { start, end: self.at, is_quoted });
            match bytes.get(self.at) {
                Some(&byte) if byte == self.delimiter => self.at += 1,
                None => {
                    self.end = self.at;
                    return true;
                }
                Some(_) => {
                    self.end = self.at;
                    self.at += if bytes[self.at..].starts_with(b"\r\n") { 2 } else { 1 };
                    self.next_line += 1;
                    return true;
                }
            }
        }
    }

    /// Goes past a quoted part; false, and nowhere, where no mark closes it.
    fn skip_quoted(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let (mut at, mut n_lines) = (self.at + 1, 0);
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'"' if bytes.get(at) == Some(&b'"') => at += 1,
                b'"' => {
                    self.at = at;
                    self.next_line += n_lines;
                    return true;
                }
                b'\n' => n_lines += 1,
                b'\r' if bytes.get(at) != Some(&b'\n') => n_lines += 1,
                _ => {}
            }
        }
        false
    }
}
