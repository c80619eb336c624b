//! Judged queries: a JSON object a line.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::{
    EvalQuery, Fault, QuerySet, ReadError,
    fault::shortened,
    object,
    source::{MAX_TEXT_BYTES, Source},
};

/// Grades are weights in sums; beyond this they say nothing and lose digits.
const MAX_GRADE: f64 = 1e6;

#[derive(Deserialize)]
struct Entry {
    query: Option<String>,
    relevant: Option<Relevant>,
}

/// Items with grades, as written: `serde_json`'s own map would drop all but the last of two.
struct Relevant(Vec<(String, f64)>);

impl<'de> Deserialize<'de> for Relevant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RelevantVisitor)
    }
}

struct RelevantVisitor;

impl<'de> Visitor<'de> for RelevantVisitor {
    type Value = Relevant;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of photos, or photos with grades")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Relevant, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push((item, 1.0));
        }
        Ok(Relevant(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Relevant, A::Error> {
        let mut items = Vec::new();
        while let Some(entry) = map.next_entry()? {
            items.push(entry);
        }
        Ok(Relevant(items))
    }
}

pub(super) fn read(source: &Source<'_>) -> Result<QuerySet, ReadError> {
    let mut queries = Vec::new();
    for line in source.lines() {
        let (line, text) = line?;
        queries.push(query(line, text).map_err(|fault| source.fault(Some(line), fault))?);
    }
    Ok(QuerySet { queries })
}

fn query(line: usize, json: &str) -> Result<EvalQuery, Fault> {
    let entry: Entry = object::read(json).map_err(|(_, fault)| fault)?;
    let query = entry.query.ok_or(Fault::NoQuery)?;
    let text = query.trim();
    if text.is_empty() {
        return Err(Fault::NoText);
    }
    if text.len() > MAX_TEXT_BYTES {
        return Err(Fault::TooLong);
    }
    let Relevant(items) = entry.relevant.ok_or(Fault::NoRelevant)?;
    let (mut relevant, mut grades) = (Vec::with_capacity(items.len()), HashMap::new());
    for (item, grade) in items {
        let item = item.trim();
        if item.is_empty() {
            return Err(Fault::NoItem);
        }
        if !(0.0..=MAX_GRADE).contains(&grade) {
            return Err(Fault::Grade { item: shortened(item), grade: grade.to_string() });
        }
        match grades.insert(item.to_owned(), grade) {
            None => relevant.push((item.to_owned(), grade)),
            Some(before) if before == grade => {}
            Some(_) => return Err(Fault::TwoGrades { item: shortened(item) }),
        }
    }
    Ok(EvalQuery { text: text.to_owned(), relevant, line })
}
