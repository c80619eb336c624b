//! A log of searches: what people searched for, and which product they went to then, how often.
//!
//! A year of a large shop is tens of millions of rows, so the file is read piece by piece and never held whole.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding};

use crate::{
    Field, RowProblem,
    delimited::{Rows, layout},
    names::{of_field, plain},
    text,
};

/// Bytes that are read at once, and by which encoding and layout are guessed.
const PIECE: usize = 1 << 20;
/// Letters of a search and of a number that make sense.
const MAX_QUERY: usize = 200;
const MAX_SKU: usize = 200;

/// What the columns of searches are called, in the form of `names.rs`.
const QUERIES: &[&str] = &[
    "query",
    "search",
    "searchquery",
    "searchterm",
    "searchterms",
    "searchphrase",
    "searchkeyword",
    "originalsearchquery",
    "keyword",
    "term",
    "q",
    "suchbegriff",
    "suchanfrage",
    "suchwort",
    "suche",
    "recherche",
    "requete",
    "motcle",
    "busqueda",
    "consulta",
    "ricerca",
    "zoekterm",
    "zoekopdracht",
];
/// Of products that were gone to, beside what lists call a number.
const OPENED: &[&str] = &[
    "clickedsku",
    "purchasedsku",
    "productsku",
    "clickedproduct",
    "clickedproductid",
    "clickedid",
    "product",
    "item",
    "artikel",
    "produkt",
];
const COUNTS: &[&str] = &[
    "count",
    "n",
    "clicks",
    "purchases",
    "orders",
    "sales",
    "hits",
    "times",
    "total",
    "frequency",
    "quantity",
    "anzahl",
    "klicks",
    "kaufe",
    "bestellungen",
    "nombre",
    "clics",
    "achats",
    "cantidad",
    "aantal",
];

/// A row of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedSearch<'a> {
    /// What was searched for, without spaces around it.
    pub query: &'a str,
    /// The number of the product that was clicked or bought.
    pub sku: &'a str,
    /// How often; 1 where the log does not count.
    pub count: u64,
}

/// How much of a log was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRead {
    /// Rows below the header that hold anything.
    pub n_rows: u64,
    /// Those that name no search, no product, or no count above 0.
    pub n_broken: u64,
    /// The first of them.
    pub first_broken: Option<RowProblem>,
}

/// Why a file is no log of searches.
#[derive(Debug, thiserror::Error)]
pub enum LogProblem {
    /// It has no column of searches or of products.
    #[error(
        "no column is called {lacking}; its columns are {columns}. A search log is a CSV file with the columns query, \
         sku and, where it counts, count"
    )]
    NoColumn {
        /// What there should be, such as `"query"`.
        lacking: &'static str,
        /// What there is.
        columns: String,
    },
    /// It is something else than text.
    #[error("it is {0} and no CSV file; save the log as CSV")]
    NoText(&'static str),
    /// It has a header at most.
    #[error("it has no rows")]
    NoRows,
    /// It cannot be read.
    #[error("it could not be read")]
    Io(#[from] io::Error),
}

/// Where a log has what.
struct Places {
    query: usize,
    sku: usize,
    count: Option<usize>,
}

/// Reads a log row by row and hands each to `take`; where that answers false, the rest is not wanted.
///
/// # Errors
/// [`LogProblem`]: nothing of it can be used.
pub fn read_search_log(
    file: impl Read,
    take: &mut dyn FnMut(LoggedSearch<'_>) -> bool,
) -> Result<LogRead, LogProblem> {
    let mut pieces = Pieces::open(file)?;
    let mut read = LogRead::default();
    let mut places: Option<Places> = None;
    let (mut start, delimiter, mut line) = {
        let layout = layout(&pieces.text);
        (layout.start, layout.delimiter, layout.n_lines_before + 1)
    };
    loop {
        let mut rows = Rows::new(&pieces.text, start, delimiter, line);
        let mut done = start;
        // A row that reaches the end may go on in the next piece, and so may one whose quotation mark is open.
        while rows.next_row() {
            let is_whole = rows.end() < pieces.text.len() && rows.unclosed().is_none();
            if !is_whole && !pieces.is_over {
                break;
            }
            let cells: Vec<_> = rows.cells().iter().map(|cell| cell.value(&pieces.text)).collect();
            (done, line) = rows.next_start();
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let Some(places) = &places else {
                places = Some(Places::of(&cells.iter().map(|cell| cell.as_ref()).collect::<Vec<_>>())?);
                continue;
            };
            read.n_rows += 1;
            match places.row(&cells) {
                Ok(row) => {
                    if !take(row) {
                        return Ok(read);
                    }
                }
                Err(message) => {
                    read.n_broken += 1;
                    read.first_broken
                        .get_or_insert_with(|| RowProblem { line: rows.line(), message: message.to_owned() });
                }
            }
        }
        if pieces.is_over {
            break;
        }
        pieces.next(done)?;
        start = 0;
    }
    if read.n_rows == 0 { Err(LogProblem::NoRows) } else { Ok(read) }
}

impl Places {
    fn of(header: &[&str]) -> Result<Self, LogProblem> {
        let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let first = |known: &[&str]| known.iter().find_map(|name| names.iter().position(|one| one == name));
        let lacking = |lacking| LogProblem::NoColumn {
            lacking,
            columns: header.iter().map(|name| format!("\"{}\"", name.trim())).collect::<Vec<_>>().join(", "),
        };
        let query = first(QUERIES).ok_or_else(|| lacking("\"query\""))?;
        let sku = first(of_field(Field::Sku)).or_else(|| first(OPENED)).ok_or_else(|| lacking("\"sku\""))?;
        Ok(Self { query, sku, count: first(COUNTS) })
    }

    /// A row, or what is wrong with it.
    fn row<'a>(&self, cells: &'a [std::borrow::Cow<'_, str>]) -> Result<LoggedSearch<'a>, &'static str> {
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        let (query, sku) = (cell(self.query), cell(self.sku));
        if query.is_empty() || query.chars().count() > MAX_QUERY {
            return Err("it says nothing that could have been searched for");
        }
        if sku.is_empty() || sku.len() > MAX_SKU {
            return Err("it names no product");
        }
        let count = self.count.map_or(Some(1), |at| whole_number(cell(at)));
        match count.filter(|count| *count > 0) {
            Some(count) => Ok(LoggedSearch { query, sku, count }),
            None => Err("its count is no number above 0"),
        }
    }
}

/// "12", "12.0", "1,234" and "1 234".
fn whole_number(cell: &str) -> Option<u64> {
    let groups: Vec<&str> = cell.split([',', '.', ' ', '\u{a0}', '\u{202f}', '\'']).collect();
    let is_number = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !is_number {
        return None;
    }
    let (first, others) = groups.split_first()?;
    if others.iter().all(|group| group.len() == 3) {
        return groups.concat().parse().ok();
    }
    // Tools that know no whole numbers write "12.0".
    (others.len() == 1 && others[0].bytes().all(|digit| digit == b'0')).then(|| first.parse().ok())?
}

/// The text of a file, piece by piece.
struct Pieces<R> {
    file: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    text: String,
    is_over: bool,
}

impl<R: Read> Pieces<R> {
    fn open(mut file: R) -> Result<Self, LogProblem> {
        let bytes = some(&mut file)?;
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(LogProblem::NoText("a workbook or an archive"));
        }
        let encoding: &'static Encoding = text::encoding_of_start(&bytes);
        let is_over = bytes.len() < PIECE;
        let mut pieces = Self {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            bytes,
            text: String::new(),
            is_over,
        };
        pieces.decode();
        if pieces.text.contains('\0') {
            return Err(LogProblem::NoText("no text"));
        }
        Ok(pieces)
    }

    /// Goes on; what stands before `done` is not needed any more.
    fn next(&mut self, done: usize) -> Result<(), LogProblem> {
        // A row that no end was found of in so much text is none.
        let done = if self.text.len() - done > 4 * PIECE { self.text.len() } else { done };
        self.text.drain(..done);
        self.bytes = some(&mut self.file)?;
        self.is_over = self.bytes.len() < PIECE;
        self.decode();
        Ok(())
    }

    fn decode(&mut self) {
        let room = self.decoder.max_utf8_buffer_length(self.bytes.len()).unwrap_or(0);
        self.text.reserve(room);
        let _ = self.decoder.decode_to_string(&self.bytes, &mut self.text, self.is_over);
    }
}

/// The next bytes, less than a piece only at the end.
fn some(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(PIECE);
    file.take(PIECE as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
