//! XML feeds as records: the items of RSS and the entries of Atom, with the place of each element in the text.
//!
//! Entities are never expanded: a document type can define ones that grow without end, so a feed that has one
//! is refused.

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use crate::{
    ListProblem, RowProblem,
    records::{Member, Record, Visit},
    source::MAX_CELL,
};

/// Elements within elements that are followed.
const MAX_DEPTH: usize = 64;
/// Elements of one record.
const MAX_MEMBERS: usize = 1_000;

/// Whether a text begins as XML does.
pub(crate) fn looks_like(text: &str) -> bool {
    text.starts_with("<?xml")
        || text.starts_with("<!")
        || text[1..].starts_with(|c: char| c.is_ascii_alphabetic())
}

/// An element of a record that is being read.
struct Open {
    name: String,
    full_name: String,
    start: usize,
    value: String,
    /// Of a text with its origin, what stands in `content` alone.
    content: Option<String>,
    href: Option<String>,
}

/// Visits the records of a feed.
pub(crate) fn records(text: &str, visit: Visit<'_>) -> Result<Vec<RowProblem>, ListProblem> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut feed = Feed {
        text,
        depth: 0,
        record: None,
        at_depth: 0,
        open: None,
        inner: String::new(),
        lines: Lines::new(text),
    };
    let mut n_records = 0_u64;
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return feed.broken(start, n_records, &error.to_string()),
        };
        let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match event {
            Event::Start(element) => {
                feed.begin(&element, start)?;
                feed.depth += 1;
                if feed.depth > MAX_DEPTH {
                    return Err(ListProblem::TooLarge(
                        "The XML has elements within elements without end.".to_owned(),
                    ));
                }
            }
            Event::Empty(element) => {
                feed.begin(&element, start)?;
                feed.end(end);
            }
            Event::End(_) => {
                feed.depth = feed.depth.saturating_sub(1);
                if let Some(record) = feed.end_record(start) {
                    n_records += 1;
                    if !visit(&record)? {
                        break;
                    }
                } else {
                    feed.end(end);
                }
            }
            Event::Text(words) => feed.say(&words.xml10_content()),
            Event::CData(words) => feed.say(&words.xml10_content()),
            Event::GeneralRef(reference) => {
                let letters = letters_of(&reference).ok_or_else(|| {
                    refused(feed.lines.of(start), &format!("the entity &{};", shortened(&reference)))
                })?;
                feed.say(&letters);
            }
            Event::DocType(_) => return Err(refused(feed.lines.of(start), "a document type (DOCTYPE)")),
            Event::Eof if feed.depth > 0 => {
                return feed.broken(start, n_records, "It ends in the middle of an element.");
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    Ok(Vec::new())
}

fn refused(line: u64, what: &str) -> ListProblem {
    ListProblem::BrokenFile(format!(
        "Line {line} of this XML file has {what}, which could grow without end and is not read. Take it out."
    ))
}

fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

/// What a reference stands for: a letter by its number, the five of XML, and those of HTML that shops write.
fn letters_of(reference: &BytesRef<'_>) -> Option<String> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().map(String::from);
    }
    let written = format!("&{};", &**reference);
    let letters = html_escape::decode_html_entities(&written);
    (letters != written).then(|| letters.into_owned())
}

struct Feed<'t> {
    text: &'t str,
    depth: usize,
    record: Option<Record>,
    /// The depth of the record's own element.
    at_depth: usize,
    open: Option<Open>,
    /// The name of the innermost element within the open one.
    inner: String,
    lines: Lines<'t>,
}

impl Feed<'_> {
    fn begin(&mut self, element: &BytesStart<'_>, start: usize) -> Result<(), ListProblem> {
        let local = element.local_name();
        let name: &str = local.as_ref();
        let Some(record) = &self.record else {
            if matches!(name, "item" | "entry" | "product") {
                let line = self.lines.of(start);
                self.record = Some(Record { line, members: Vec::new(), end: start });
                self.at_depth = self.depth;
            }
            return Ok(());
        };
        if self.depth > self.at_depth + 1 {
            name.clone_into(&mut self.inner);
            if let Some(open) = &mut self.open
                && !open.value.is_empty()
            {
                open.value.push(' ');
            }
            return Ok(());
        }
        if record.members.len() >= MAX_MEMBERS {
            let message =
                format!("Line {} of this XML file has an item with too many elements.", record.line);
            return Err(ListProblem::TooLarge(message));
        }
        let href = element.try_get_attribute("href").ok().flatten();
        self.open = Some(Open {
            name: name.to_owned(),
            full_name: element.name().as_ref().to_owned(),
            start,
            value: String::new(),
            content: None,
            href: href.map(|href| html_escape::decode_html_entities(&href.value).into_owned()),
        });
        self.inner.clear();
        Ok(())
    }

    fn say(&mut self, words: &str) {
        let Some(open) = &mut self.open else { return };
        if open.value.len() < MAX_CELL * 4 {
            open.value.push_str(words);
            if self.inner == "content" {
                open.content.get_or_insert_default().push_str(words);
            }
        }
    }

    /// Ends an element; only those directly below the record are told.
    fn end(&mut self, end: usize) {
        self.inner.clear();
        if self.record.is_none() || self.depth != self.at_depth + 1 {
            return;
        }
        let (Some(record), Some(open)) = (&mut self.record, self.open.take()) else { return };
        let value = open.content.unwrap_or(open.value);
        let value = match value.trim() {
            "" => open.href.unwrap_or_default(),
            value => value.to_owned(),
        };
        record.end = end;
        // Google reads <title> and <g:title> as one.
        let is_told = |member: &Member| {
            member.name == open.name
                && (member.value == value || !self.text[member.at.start + 1..].starts_with(&open.full_name))
        };
        if !record.members.iter().any(is_told) {
            record.members.push(Member { name: open.name, value, at: open.start..end });
        }
    }

    /// The record that ends with an end tag at this depth.
    fn end_record(&mut self, start: usize) -> Option<Record> {
        if self.depth != self.at_depth || self.record.is_none() {
            return None;
        }
        let mut record = self.record.take()?;
        if record.members.is_empty() {
            record.end = start;
        }
        Some(record)
    }

    fn broken(&mut self, at: usize, n_records: u64, why: &str) -> Result<Vec<RowProblem>, ListProblem> {
        let line = self.lines.of(at);
        if n_records == 0 {
            return Err(ListProblem::BrokenFile(format!("This XML file is broken in line {line}: {why}")));
        }
        let message = format!("The XML breaks off here, and what follows is not read: {why}");
        Ok(vec![RowProblem { line, message }])
    }
}

/// The lines of places that come in order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn of(&mut self, place: usize) -> u64 {
        let place = place.min(self.text.len());
        if let Some(between) = self.text.as_bytes().get(self.at..place) {
            self.line += between.iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.at = place;
        }
        self.line
    }
}
