//! What an evaluation asks, and what should be found: read from the files in which the field keeps it.
//!
//! ```text
//! name, bytes ─► source.rs: text and its lines ─► layout.rs: which form ─► jsonl.rs    judged queries
//!                                                                          coco.rs     COCO captions
//!                                                                          flickr.rs   Flickr8k.token.txt
//!                                                                          table.rs    with a header
//!                                                                          conceptual.rs  caption, address
//! ```
//!
//! Names of items are kept as the file writes them, but for spaces around them; whoever asks maps them to
//! photos. Only the last part of an address is kept.

mod coco;
mod conceptual;
mod fault;
mod flickr;
mod jsonl;
mod layout;
mod object;
mod source;
mod table;

use std::collections::{BTreeMap, HashMap};

pub use fault::{Fault, ReadError};
pub use layout::{Layout, recognise};
use source::{MAX_TEXT_BYTES, Source};

/// One query, and what is right to find.
#[derive(Debug, Clone, PartialEq)]
pub struct EvalQuery {
    /// What is asked, without spaces around it; never empty, and no longer than 64 KiB.
    pub text: String,
    /// Items that were judged, each once, in the order of the file, with their grades: finite, 0 to 1,000,000;
    /// 0 says "judged, and not relevant". Without an item of a grade above 0 the query has no answer.
    pub relevant: Vec<(String, f64)>,
    /// The line of the file on which it stands, from 1.
    pub line: usize,
}

/// Queries, in the order of their file.
///
/// A text that stands there twice is two queries, each with its own judgements: published results of
/// captions as queries count each caption. [`QuerySet::merged`] makes one of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuerySet {
    /// All of them.
    pub queries: Vec<EvalQuery>,
}

impl QuerySet {
    /// Queries of the same text as one, at the place of the first: it has the items of all of them, each
    /// with its highest grade. Texts are the same if every letter is.
    #[must_use]
    pub fn merged(self) -> Self {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut merged: Vec<(EvalQuery, HashMap<String, usize>)> = Vec::new();
        for query in self.queries {
            let place = *places.entry(query.text.clone()).or_insert(merged.len());
            if place == merged.len() {
                let items =
                    query.relevant.iter().enumerate().map(|(at, (item, _))| (item.clone(), at)).collect();
                merged.push((query, items));
                continue;
            }
            let (first, items) = &mut merged[place];
            for (item, grade) in query.relevant {
                match items.get(&item) {
                    Some(&at) => first.relevant[at].1 = first.relevant[at].1.max(grade),
                    None => {
                        items.insert(item.clone(), first.relevant.len());
                        first.relevant.push((item, grade));
                    }
                }
            }
        }
        Self { queries: merged.into_iter().map(|(query, _)| query).collect() }
    }
}

/// What people wrote of each item: the references for captions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaptionSet {
    /// Captions by item, in the order of the file; each item has one or more. One that stands there twice
    /// is kept twice, as `pycocoevalcap` does.
    pub items: BTreeMap<String, Vec<String>>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct EvalSet {
    /// Its form.
    pub layout: Layout,
    /// What it asks. Of a file of captions every caption is a query, to which its item alone is relevant, with
    /// grade 1.
    pub queries: QuerySet,
    /// The captions of a file of captions.
    pub captions: Option<CaptionSet>,
}

/// Reads a file of queries or captions. `name` is its name or path: its ending helps to recognise it, and
/// errors say it.
///
/// # Errors
/// [`ReadError`], of the first fault: nothing is passed over but empty lines.
pub fn read(name: &str, bytes: &[u8]) -> Result<EvalSet, ReadError> {
    let source = Source::decode(name, bytes)?;
    let layout = layout::of(name, source.text).ok_or_else(|| source.fault(None, Fault::Unrecognised))?;
    let captions = match layout {
        Layout::Jsonl => {
            let queries = jsonl::read(&source)?;
            return Ok(EvalSet { layout, queries, captions: None });
        }
        Layout::CocoCaptions => coco::read(&source)?,
        Layout::Flickr8kTokens => flickr::read(&source)?,
        Layout::ConceptualCaptions => conceptual::read(&source)?,
        Layout::Table => table::read(&source)?,
    };
    let mut set = EvalSet { layout, queries: QuerySet::default(), captions: None };
    let mut items: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Caption { item, text, line } in captions {
        items.entry(item.clone()).or_default().push(text.clone());
        set.queries.queries.push(EvalQuery { text, relevant: vec![(item, 1.0)], line });
    }
    set.captions = Some(CaptionSet { items });
    Ok(set)
}

/// One caption of a file.
struct Caption {
    item: String,
    text: String,
    line: usize,
}

impl Caption {
    /// # Errors
    /// One of both is empty, or the text too long.
    fn new(source: &Source<'_>, line: usize, item: &str, text: &str) -> Result<Self, ReadError> {
        let (item, text) = (item.trim(), text.trim());
        if text.is_empty() {
            return Err(source.fault(Some(line), Fault::NoText));
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err(source.fault(Some(line), Fault::TooLong));
        }
        if item.is_empty() {
            return Err(source.fault(Some(line), Fault::NoItem));
        }
        Ok(Self { item: item.to_owned(), text: text.to_owned(), line })
    }
}

/// The last part of an address's path that is not empty, without query and fragment; of an address without
/// a path its host. What is no address stays as it is.
fn last_part(address: &str) -> &str {
    let Some((_, rest)) = address.split_once("://") else { return address };
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}
