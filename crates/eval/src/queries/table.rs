//! Captions in a table with a header: Kaggle's Flickr8k and Flickr30k, `img2dataset`'s lists, others.

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::{
    Caption, Fault, ReadError, last_part,
    source::{LineFinder, Source},
};

/// Names of a column of captions, in lower case. The first that a header has is meant.
const CAPTION: [&str; 9] =
    ["caption", "captions", "query", "text", "comment", "description", "alt_text", "alt", "title"];
/// Names of a column of items: files before numbers, and numbers before addresses.
const ITEM: [&str; 19] = [
    "image",
    "file",
    "file_name",
    "filename",
    "image_name",
    "image_file",
    "filepath",
    "file_path",
    "image_path",
    "path",
    "photo",
    "picture",
    "img",
    "sku",
    "item",
    "product",
    "url",
    "image_url",
    "img_url",
];

/// Which columns of a table matter.
pub(super) struct Columns {
    delimiter: u8,
    caption: usize,
    item: usize,
}

impl Columns {
    /// From the header; none where it names no captions or no items.
    pub(super) fn find(header: &str) -> Option<Self> {
        [b',', b'\t', b';', b'|'].into_iter().find_map(|delimiter| {
            let columns = Self { delimiter, caption: 0, item: 0 };
            let cells = columns.reader(header).records().next()?.ok()?;
            let names: Vec<String> = cells.iter().map(plain).collect();
            let find = |known: &[&str]| known.iter().find_map(|name| names.iter().position(|n| n == name));
            Some(Self { caption: find(&CAPTION)?, item: find(&ITEM)?, ..columns })
        })
    }

    fn reader<'a>(&self, text: &'a str) -> Reader<&'a [u8]> {
        ReaderBuilder::new().has_headers(false).delimiter(self.delimiter).from_reader(text.as_bytes())
    }

    /// Of a quotation that does not end, the parser makes a cell up to the end of the file, and says nothing.
    /// Then a row behind is no row, either.
    fn leaves_quotation_open(&self, last_row: &str) -> bool {
        let with_another = format!("{last_row}\nx");
        let mut reader = self.reader(&with_another);
        let mut n_rows = 0;
        let mut record = ByteRecord::new();
        while n_rows < 2 && !matches!(reader.read_byte_record(&mut record), Ok(false)) {
            n_rows += 1;
        }
        n_rows < 2
    }
}

/// `Image Name` and `image-name` are `image_name`.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

pub(super) fn read(source: &Source<'_>) -> Result<Vec<Caption>, ReadError> {
    let (from, header) = source.first_line();
    let columns = Columns::find(header).ok_or_else(|| source.fault(None, Fault::Unrecognised))?;
    let text = &source.text[from..];
    let mut reader = columns.reader(text);
    let (mut captions, mut lines) = (Vec::new(), LineFinder::new(source.text));
    let (mut record, mut is_header, mut last) = (StringRecord::new(), true, (0, 1));
    loop {
        let before = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(text.len());
        // The parser counts empty lines before a row to the row.
        let start = text.len() - text[before..].trim_start_matches(['\r', '\n']).len();
        let line = lines.line_at(from + start);
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(source.fault(Some(line), csv_fault(&error))),
        }
        last = (start, line);
        source.check_length(line, record.as_slice().len())?;
        if std::mem::take(&mut is_header) || record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        captions.push(Caption::new(source, line, last_part(cell(columns.item)), cell(columns.caption))?);
    }
    let (start, line) = last;
    if columns.leaves_quotation_open(&text[start..]) {
        return Err(source.fault(Some(line), Fault::OpenQuotation));
    }
    if captions.is_empty() {
        return Err(source.fault(None, Fault::NoRows));
    }
    Ok(captions)
}

fn csv_fault(error: &csv::Error) -> Fault {
    match *error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Fault::Cells { found: len, expected: expected_len }
        }
        _ => Fault::NotUtf8,
    }
}
