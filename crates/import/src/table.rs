//! From text to rows of cells.

/// Cells of a row that are looked at.
const MAX_COLUMNS: usize = 512;
/// Letters of a cell that are kept.
const MAX_CELL: usize = 65_536;
/// Rows that are read: beyond the largest catalog.
const MAX_ROWS: usize = 2_000_000;

/// A row with the line on which it begins, from 1.
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) cells: Vec<String>,
}

/// The rows of a table, and the lines that could not be read.
pub(crate) fn rows(text: &str) -> (Vec<Row>, Vec<u64>) {
    // Excel writes the delimiter into a line of its own, and hides that line.
    let (text, named, n_skipped) = match text.strip_prefix("sep=") {
        Some(rest) => {
            let delimiter = rest.bytes().next().filter(u8::is_ascii);
            let (_, after) = rest.split_once('\n').unwrap_or((rest, ""));
            (after, delimiter, 1)
        }
        None => (text, None, 0),
    };
    let delimiter = named.unwrap_or_else(|| delimiter(text));
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for record in reader.records().take(MAX_ROWS) {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line) + n_skipped;
                let cell = |cell: &str| {
                    cell.char_indices().nth(MAX_CELL).map_or(cell, |(end, _)| &cell[..end]).trim().to_owned()
                };
                rows.push(Row { line, cells: record.iter().take(MAX_COLUMNS).map(cell).collect() });
            }
            Err(error) => bad.push(error.position().map_or(0, csv::Position::line) + n_skipped),
        }
    }
    (rows, bad)
}

/// The delimiter that makes the first lines the most even.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(8).collect();
    let Some(header) = lines.first() else { return b',' };
    let count = |line: &str, delimiter: char| {
        let mut is_quoted = false;
        line.chars()
            .filter(|&c| {
                is_quoted ^= c == '"';
                c == delimiter && !is_quoted
            })
            .count()
    };
    [',', ';', '\t', '|']
        .into_iter()
        .map(|delimiter| {
            let n = count(header, delimiter);
            let n_even = lines.iter().filter(|line| count(line, delimiter) == n).count();
            // What does not stand in the header divides nothing.
            (if n == 0 { 0 } else { n_even * 1_000 + n }, delimiter)
        })
        .rev()
        .max_by_key(|(score, _)| *score)
        .map_or(b',', |(score, delimiter)| if score == 0 { b',' } else { delimiter as u8 })
}
