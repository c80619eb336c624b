//! A file as text: its lines and their numbers.

use super::{Fault, ReadError};

/// A line, row or annotation beyond this is no query but a fault: a lost line break, or an attack on memory.
pub(super) const MAX_ENTRY_BYTES: usize = 16 * 1024 * 1024;
/// A query or caption beyond this is neither; to compare such captions would take hours.
pub(super) const MAX_TEXT_BYTES: usize = 64 * 1024;

/// A file that is text.
pub(super) struct Source<'a> {
    file: &'a str,
    /// Without the mark that some editors put at the beginning.
    pub(super) text: &'a str,
}

impl<'a> Source<'a> {
    /// # Errors
    /// The bytes are no UTF-8, or hold nothing.
    pub(super) fn decode(file: &'a str, bytes: &'a [u8]) -> Result<Self, ReadError> {
        let bytes = without_mark(bytes);
        let fault = |line, fault| ReadError { file: file.to_owned(), line, fault };
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(fault(None, Fault::Utf16));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = 1 + n_breaks(&bytes[..error.valid_up_to()]);
            fault(Some(line), Fault::NotUtf8)
        })?;
        if text.trim().is_empty() {
            return Err(fault(None, Fault::Empty));
        }
        Ok(Self { file, text })
    }

    pub(super) fn fault(&self, line: Option<usize>, fault: Fault) -> ReadError {
        ReadError { file: self.file.to_owned(), line, fault }
    }

    /// Lines that are not empty, with their numbers from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = Result<(usize, &'a str), ReadError>> {
        let filled = (1..).zip(self.text.lines()).filter(|(_, text)| !text.trim().is_empty());
        filled.map(|(line, text)| self.check_length(line, text.len()).map(|()| (line, text)))
    }

    /// The first line that is not empty, and where it begins.
    pub(super) fn first_line(&self) -> (usize, &'a str) {
        let mut from = 0;
        for line in self.text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                return (from, line.trim_end_matches(['\r', '\n']));
            }
            from += line.len();
        }
        (0, "")
    }

    /// # Errors
    /// An entry of so many bytes is none.
    pub(super) fn check_length(&self, line: usize, n_bytes: usize) -> Result<(), ReadError> {
        if n_bytes > MAX_ENTRY_BYTES { Err(self.fault(Some(line), Fault::TooLong)) } else { Ok(()) }
    }
}

pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn n_breaks(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// Tells lines of places in a text. Places that ascend cost one pass over it in all.
pub(super) struct LineFinder<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> LineFinder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line, from 1, of the byte at `offset`.
    pub(super) fn line_at(&mut self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        if offset < self.at {
            (self.at, self.line) = (0, 1);
        }
        self.line += n_breaks(&self.text.as_bytes()[self.at..offset]);
        self.at = offset;
        self.line
    }
}
