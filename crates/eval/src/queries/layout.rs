//! Which form a file has.

use serde::{Deserialize, de::IgnoredAny};

use super::{
    source::{MAX_ENTRY_BYTES, without_mark},
    table::Columns,
};

/// The forms that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// A JSON object a line, with `query` and `relevant`: a map of items to grades, or a list of items, each of
    /// grade 1. Other keys are ignored.
    Jsonl,
    /// COCO captions (Chen et al., 2015): one JSON object with `images` (`id`, `file_name`) and `annotations`
    /// (`image_id`, `caption`). Items are the file names.
    CocoCaptions,
    /// `Flickr8k.token.txt` (Hodosh et al., 2013): `name.jpg#0`, a tab, the caption. The same of Flickr30k.
    Flickr8kTokens,
    /// Conceptual Captions (Sharma et al., 2018): caption, tab, address; no header and no quotation marks.
    /// Items are the last parts of the addresses' paths.
    ConceptualCaptions,
    /// CSV, TSV, or with `;` or `|`, with a header that names a column of captions and one of items: Kaggle's
    /// Flickr8k and Flickr30k, what `img2dataset` reads, tables of one's own. In cells that hold addresses, the
    /// items are the last parts of their paths.
    Table,
}

/// Recognises a file's form from its name and its first line; none of the known ones is none. Later lines may
/// still have faults.
#[must_use]
pub fn recognise(name: &str, bytes: &[u8]) -> Option<Layout> {
    let bytes = without_mark(bytes);
    let line = bytes.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty())?;
    of_first_line(name, &String::from_utf8_lossy(&line[..line.len().min(MAX_ENTRY_BYTES + 1)]))
}

/// As [`recognise`], of decoded text.
pub(super) fn of(name: &str, text: &str) -> Option<Layout> {
    of_first_line(name, text.lines().find(|line| !line.trim().is_empty())?)
}

fn of_first_line(name: &str, line: &str) -> Option<Layout> {
    let name = name.to_ascii_lowercase();
    let is_named = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if line.trim() == "{" {
        return Some(Layout::CocoCaptions);
    }
    if line.trim_start().starts_with('{') {
        return of_json(line).or_else(|| {
            let is_by_lines = is_named(&[".jsonl", ".ndjson"]);
            is_by_lines
                .then_some(Layout::Jsonl)
                .or_else(|| is_named(&[".json"]).then_some(Layout::CocoCaptions))
        });
    }
    if is_named(&[".token.txt"]) || line.split_once('\t').is_some_and(|(key, _)| is_token_key(key)) {
        return Some(Layout::Flickr8kTokens);
    }
    if Columns::find(line).is_some() {
        return Some(Layout::Table);
    }
    let address = line.split_once('\t').map(|(_, address)| address.trim());
    address.is_some_and(|address| address.contains("://")).then_some(Layout::ConceptualCaptions)
}

#[derive(Deserialize)]
struct FirstKeys {
    query: Option<IgnoredAny>,
    relevant: Option<IgnoredAny>,
    images: Option<IgnoredAny>,
    annotations: Option<IgnoredAny>,
}

/// What a first line tells that is a whole object, which of COCO's is often the whole file.
fn of_json(line: &str) -> Option<Layout> {
    if line.len() > MAX_ENTRY_BYTES {
        return Some(Layout::CocoCaptions);
    }
    let keys: FirstKeys = serde_json::from_str(line).ok()?;
    if keys.query.is_some() || keys.relevant.is_some() {
        return Some(Layout::Jsonl);
    }
    (keys.images.is_some() || keys.annotations.is_some()).then_some(Layout::CocoCaptions)
}

/// `name.jpg#0`
fn is_token_key(key: &str) -> bool {
    key.rsplit_once('#').is_some_and(|(name, number)| {
        name.contains('.') && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
