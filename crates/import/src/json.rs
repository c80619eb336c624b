//! JSON documents and JSON Lines as records, with the place of each value in the text.
//!
//! The text is walked by hand, so that a value that nobody touches keeps its bytes: numbers, spaces and order
//! stay as they were written.

use std::ops::Range;

use crate::{
    ListProblem, RowProblem,
    records::{Member, Record, Visit},
    source::{BETWEEN, MAX_CELL},
};

/// Objects within objects that are followed.
const MAX_DEPTH: usize = 64;
/// Problems that are kept.
const MAX_PROBLEMS: usize = 1_000;

/// Where the text stopped to be JSON.
#[derive(Debug)]
struct Broken(usize);

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| b" \t\r\n".contains(byte)) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn take(&mut self, expected: u8) -> Result<(), Broken> {
        if self.peek() == Some(expected) {
            self.at += 1;
            return Ok(());
        }
        Err(Broken(self.at))
    }

    fn string(&mut self) -> Result<Range<usize>, Broken> {
        let start = self.at;
        self.take(b'"')?;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(self.peek_start(start)..self.at);
                }
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return Err(Broken(start)),
            }
        }
    }

    /// Where a string begins, after the spaces that were passed over.
    fn peek_start(&self, from: usize) -> usize {
        from + self.text[from..].len() - self.text[from..].trim_start().len()
    }

    /// Goes past a value.
    fn value(&mut self, depth: usize) -> Result<Range<usize>, Broken> {
        if depth > MAX_DEPTH {
            return Err(Broken(self.at));
        }
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => {
                self.string()?;
            }
            Some(b'{') => self.members(depth, &mut |_, _| {})?,
            Some(b'[') => self.elements(&mut |scan| scan.value(depth + 1).map(drop))?,
            Some(_) => {
                let rest = &self.text[start..];
                let end = rest.find([',', '}', ']', ' ', '\n', '\r', '\t', ':']).unwrap_or(rest.len());
                let word = &rest[..end];
                if !matches!(word, "true" | "false" | "null") && !is_number(word) {
                    return Err(Broken(start));
                }
                self.at = start + end;
            }
            None => return Err(Broken(start)),
        }
        Ok(start..self.at)
    }

    /// Goes past an object, and tells its names and values.
    fn members(
        &mut self,
        depth: usize,
        tell: &mut dyn FnMut(Range<usize>, Range<usize>),
    ) -> Result<(), Broken> {
        self.take(b'{')?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.peek();
            let name = self.string()?;
            self.take(b':')?;
            let value = self.value(depth + 1)?;
            tell(name, value);
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.take(b'}'),
            }
        }
    }

    /// Goes past an array, element by element.
    fn elements(&mut self, each: &mut dyn FnMut(&mut Self) -> Result<(), Broken>) -> Result<(), Broken> {
        self.take(b'[')?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.take(b']'),
            }
        }
    }
}

/// Whether a text is a number as JSON writes it, however large: it is kept as it is written.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(before, after)| (before, Some(after)));
    let (whole, part) =
        mantissa.split_once('.').map_or((mantissa, None), |(before, after)| (before, Some(after)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// Whether a text is JSON Lines: an object, and behind it another one or nothing; a single object that holds
/// an array of objects is a document.
pub(crate) fn is_lines(text: &str) -> bool {
    let mut scan = Scan { text, at: 0 };
    if scan.peek() != Some(b'{') {
        return false;
    }
    match scan.value(0) {
        Ok(first) => {
            let first = first.start;
            scan.peek().is_some() || array_of(text, first).is_none()
        }
        // The first line may be broken, and the others not.
        Err(_) => text.lines().skip(1).any(|line| line.starts_with('{') && line.trim_end().ends_with('}')),
    }
}

/// The one array of objects in an object.
fn array_of(text: &str, object: usize) -> Option<usize> {
    let mut found = Vec::new();
    let mut scan = Scan { text, at: object };
    let begins = |at: usize| {
        let mut scan = Scan { text, at };
        scan.take(b'[').is_ok() && scan.peek() == Some(b'{')
    };
    let is_whole = scan
        .members(0, &mut |name, value| {
            if begins(value.start) {
                found.push((string(&text[name]).to_lowercase(), value.start));
            }
        })
        .is_ok();
    let named = found.iter().find(|(name, _)| name == "products" || name == "items");
    match (named, found.as_slice()) {
        (Some((_, at)), _) => Some(*at),
        (None, [(_, at)]) if is_whole => Some(*at),
        _ => None,
    }
}

/// Visits the records of a text.
pub(crate) fn records(text: &str, is_lines: bool, visit: Visit<'_>) -> Result<Vec<RowProblem>, ListProblem> {
    if is_lines { lines(text, visit) } else { document(text, visit) }
}

fn document(text: &str, visit: Visit<'_>) -> Result<Vec<RowProblem>, ListProblem> {
    let mut scan = Scan { text, at: 0 };
    if scan.peek() == Some(b'{') {
        let object = scan.at;
        match array_of(text, object) {
            Some(array) => scan.at = array,
            None => {
                return match scan.value(0) {
                    Ok(_) => Err(ListProblem::NotAList),
                    Err(broken) => Err(broken_file(text, &broken)),
                };
            }
        }
    }
    let (mut number, mut outcome, mut is_over) = (0, Ok(()), false);
    let mut problems = Vec::new();
    let ended = scan.elements(&mut |scan| {
        number += 1;
        let start = scan.peek();
        if start != Some(b'{') {
            scan.value(1)?;
            note(&mut problems, number, "This is no object, so it names no product.");
            return Ok(());
        }
        let record = record(scan, number)?;
        if !is_over && outcome.is_ok() {
            match visit(&record) {
                Ok(goes_on) => is_over = !goes_on,
                Err(problem) => outcome = Err(problem),
            }
        }
        if outcome.is_err() { Err(Broken(scan.at)) } else { Ok(()) }
    });
    outcome?;
    match ended {
        Ok(()) => Ok(problems),
        Err(broken) if number <= 1 => Err(broken_file(text, &broken)),
        Err(broken) => {
            let message =
                format!("The JSON breaks off in line {}; what follows is not read.", line(text, broken.0));
            problems.push(RowProblem { line: number, message });
            Ok(problems)
        }
    }
}

fn lines(text: &str, visit: Visit<'_>) -> Result<Vec<RowProblem>, ListProblem> {
    let (mut problems, mut start, mut number) = (Vec::new(), 0, 0);
    for whole in text.split_inclusive('\n') {
        number += 1;
        let mut scan = Scan { text: &text[..start + whole.len()], at: start };
        start += whole.len();
        if scan.peek().is_none() {
            continue;
        }
        match record(&mut scan, number) {
            Ok(record) if scan.peek().is_none() => {
                if !visit(&record)? {
                    break;
                }
            }
            _ => note(&mut problems, number, "This line is no JSON object."),
        }
    }
    Ok(problems)
}

fn note(problems: &mut Vec<RowProblem>, line: u64, message: &str) {
    if problems.len() < MAX_PROBLEMS {
        problems.push(RowProblem { line, message: message.to_owned() });
    }
}

fn record(scan: &mut Scan<'_>, line: u64) -> Result<Record, Broken> {
    let text = scan.text;
    let mut members = Vec::new();
    scan.members(1, &mut |name, value| {
        members.push(Member { name: string(&text[name]), value: cell(&text[value.clone()]), at: value });
    })?;
    let end = members.last().map_or(scan.at - 1, |member: &Member| member.at.end);
    Ok(Record { line, members, end })
}

fn string(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.trim_matches('"').to_owned())
}

/// A value as a cell: numbers as they are written, arrays by element.
fn cell(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'"') => string(raw),
        Some(b'n') => String::new(),
        // An image is often an object with its address.
        Some(b'{') => {
            Some(element_text(raw)).filter(|text| !text.is_empty()).unwrap_or_else(|| raw.to_owned())
        }
        Some(b'[') => {
            let mut scan = Scan { text: raw, at: 0 };
            let mut cell = String::new();
            let _ = scan.elements(&mut |scan| {
                let element = scan.value(1)?;
                let element = element_text(&raw[element]);
                if !element.is_empty() && cell.len() < MAX_CELL {
                    if !cell.is_empty() {
                        cell.push(BETWEEN);
                    }
                    cell.push_str(&element);
                }
                Ok(())
            });
            cell
        }
        _ => raw.to_owned(),
    }
}

/// An element as text; of an object its address or its name.
fn element_text(raw: &str) -> String {
    if !raw.starts_with('{') {
        return if raw.starts_with('"') { string(raw) } else { raw.to_owned() };
    }
    let mut known = Vec::new();
    let mut scan = Scan { text: raw, at: 0 };
    let _ = scan.members(1, &mut |name, value| known.push((string(&raw[name]), string(&raw[value]))));
    ["src", "url", "link", "file", "name", "title"]
        .into_iter()
        .find_map(|name| known.iter().find(|(other, _)| other == name))
        .map(|(_, value)| value.clone())
        .unwrap_or_default()
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

fn broken_file(text: &str, broken: &Broken) -> ListProblem {
    ListProblem::BrokenFile(format!("This JSON file is broken in line {}.", line(text, broken.0)))
}
