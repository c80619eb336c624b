//! Values of JSON objects and elements of XML items: changed where they stand, or added at the end.

use super::{edits::Edit, plan::Wish};
use crate::{
    Format,
    json::is_number,
    records::{Member, Record},
    source::{Place, Row, Source},
    structured::BY_MODELS,
};

/// What a wish makes of the text.
pub(super) fn edit(source: &Source<'_>, row: &Row<'_>, wish: &Wish) -> Option<Edit> {
    let Place::Record(record) = row.place else { return None };
    let text = &*source.text.text;
    let member = record.members.iter().find(|member| member.name == wish.column);
    let (at, new) = match (source.format, member) {
        (Format::Xml, Some(member)) => (member.at.clone(), element_again(&text[member.at.clone()], wish)),
        (Format::Xml, None) if wish.text.is_empty() => return None,
        (Format::Xml, None) => (record.end..record.end, new_element(text, record, wish)),
        (_, Some(member)) => (member.at.clone(), value_again(&text[member.at.clone()], wish)),
        (_, None) => (record.end..record.end, new_value(text, record, wish)),
    };
    Some(Edit {
        at,
        text: new,
        // XML has references for every letter, JSON has escapes.
        has_entities: source.format == Format::Xml,
        line: row.line,
        column: wish.column.clone(),
    })
}

/// A value in the kind that it had: a number stays one, an array stays one.
fn value_again(old: &str, wish: &Wish) -> String {
    if is_number(old) && is_number(&wish.text) {
        return wish.text.clone();
    }
    if old.starts_with('[') {
        let values: Vec<String> = wish.text.split(", ").map(json_string).collect();
        return format!("[{}]", values.join(", "));
    }
    json_string(&wish.text)
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn new_value(text: &str, record: &Record, wish: &Wish) -> String {
    let member = format!("{}: {}", json_string(&wish.column), json_string(&wish.text));
    match record.members.last() {
        Some(last) => format!(",{}{member}", space_before(text, last, '"').unwrap_or(" ")),
        None => member,
    }
}

/// The line's end and indentation before the line of a member, where its line begins with it.
fn space_before<'t>(text: &'t str, member: &Member, first: char) -> Option<&'t str> {
    let line = text[..member.at.start].rfind('\n')?;
    let indented = text[line + 1..].trim_start_matches([' ', '\t']);
    let start = if text[..line].ends_with('\r') { line - 1 } else { line };
    indented.starts_with(first).then(|| &text[start..text.len() - indented.len()])
}

/// An element with its tags as they were.
fn element_again(old: &str, wish: &Wish) -> String {
    let name = old[1..].split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default();
    // A text that goes takes its element with it: an empty one would be read.
    if wish.text.is_empty() {
        return String::new();
    }
    let start = start_tag(old);
    let start = start.strip_suffix("/>").map_or(start.to_owned(), |open| format!("{}>", open.trim_end()));
    let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
    format!("{start}{}</{name}>", inner(wish, prefix))
}

/// The start tag of an element, whose attributes may hold any sign.
fn start_tag(element: &str) -> &str {
    let mut quote = None;
    for (at, c) in element.char_indices() {
        match (quote, c) {
            (None, '>') => return &element[..=at],
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    element
}

fn new_element(text: &str, record: &Record, wish: &Wish) -> String {
    // Feeds of Google have its names under a prefix, most often g.
    let prefixed = record.members.iter().rev().find_map(|member| {
        let name = text[member.at.start + 1..].split([' ', '/', '>']).next()?;
        name.split_once(':').map(|(prefix, _)| prefix)
    });
    let prefix = prefixed.unwrap_or_default();
    let name = if prefix.is_empty() { wish.column.clone() } else { format!("{prefix}:{}", wish.column) };
    let space = record.members.last().and_then(|last| space_before(text, last, '<')).unwrap_or_default();
    format!("{space}<{name}>{}</{name}>", inner(wish, prefix))
}

fn inner(wish: &Wish, prefix: &str) -> String {
    let Some(content) = &wish.content else { return escaped(&wish.text) };
    let colon = if prefix.is_empty() { "" } else { ":" };
    let element = |name: &str, text: &str| format!("<{prefix}{colon}{name}>{text}</{prefix}{colon}{name}>");
    element("digital_source_type", BY_MODELS) + &element("content", &escaped(content))
}

/// Text as XML; signs that XML cannot say are left out.
pub(crate) fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    quick_xml::escape::partial_escape(text).into_owned()
}
