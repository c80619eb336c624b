//! How what is being typed may go on: keys of filters, their values, and words of the catalog.

use super::{
    facets,
    language::{self, Key},
    lexical,
};
use crate::{CatalogError, Library, describe::AttributeKind, library::Inner, words};

/// Ways to go on that are shown.
const N_SHOWN: usize = 8;
/// Letters after which words of the catalog are offered.
const MIN_LETTERS: usize = 2;

/// A way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What it takes the place of, in bytes of the text.
    pub start: usize,
    /// Where that ends.
    pub end: usize,
    /// What is written there.
    pub insert: String,
    /// For people.
    pub label: String,
    /// Products that have it; none of a key.
    pub n: Option<u64>,
}

impl Library {
    /// How `text` may go on at `caret`, in bytes.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn complete(&self, text: &str, caret: usize) -> Result<Vec<Completion>, CatalogError> {
        let inner = self.inner();
        let Some(typed) = Typed::at(text, caret) else { return Ok(Vec::new()) };
        let own = inner.engines.lists().own_names().to_vec();
        let mut found = match typed.before.split_once(':') {
            Some((name, value)) => match language::key(name, &own) {
                Some(key) => values(inner, &typed, name, &key, value)?,
                None => Vec::new(),
            },
            None => keys_and_words(inner, &typed, &own)?,
        };
        found.truncate(N_SHOWN);
        Ok(found)
    }
}

/// The piece of text around the caret.
struct Typed<'a> {
    /// Where it starts, without a minus.
    start: usize,
    /// Where it ends, behind the caret too.
    end: usize,
    /// From its start to the caret.
    before: &'a str,
}

impl<'a> Typed<'a> {
    fn at(text: &'a str, caret: usize) -> Option<Self> {
        let (before, after) = text.split_at_checked(caret)?;
        let mut start = 0;
        let mut is_quoted = false;
        for (at, c) in before.char_indices() {
            if language::is_quote(c) {
                is_quoted = !is_quoted;
            } else if c.is_whitespace() && !is_quoted {
                start = at + c.len_utf8();
            }
        }
        if before[start..].starts_with(['-', '−']) {
            start += before[start..].chars().next().map_or(0, char::len_utf8);
        }
        let end = after.find(char::is_whitespace).map_or(text.len(), |at| caret + at);
        (start < caret).then(|| Self { start, end, before: &before[start..] })
    }
}

/// Values of a key that begin so. Behind a comma another one goes on.
fn values(
    inner: &Inner,
    typed: &Typed<'_>,
    name: &str,
    key: &Key,
    value: &str,
) -> Result<Vec<Completion>, CatalogError> {
    let done = value.rfind(',').map_or(0, |comma| comma + 1);
    let sought = words::fold(&value[done..]);
    let taken: Vec<String> = value[..done].split(',').map(words::fold).collect();
    let known = facets::known(inner)?;
    let mut all: Vec<(String, u64)> = match key {
        Key::Claim(kind) => claimed(inner, &known, kind)?,
        Key::Fact(fact) => match fact.values() {
            Some(fixed) => {
                let mut found = Vec::new();
                for value in fixed {
                    found.push(((*value).to_owned(), inner.store.with_fact(fact.name(), value)?.len()));
                }
                found
            }
            None => known.of_fact(*fact).map(|(value, n)| (value.to_owned(), n)).collect(),
        },
        Key::Price => Vec::new(),
    };
    all.retain(|(value, n)| {
        let folded = words::fold(value);
        *n > 0 && !taken.contains(&folded) && folded.split(' ').any(|word| word.starts_with(&sought))
            || folded.starts_with(&sought) && *n > 0 && !taken.contains(&folded)
    });
    // What begins so goes before what holds a word that does.
    all.sort_by_key(|(value, n)| (!words::fold(value).starts_with(&sought), std::cmp::Reverse(*n)));
    let start = typed.start + name.len() + 1 + done;
    let found = all.into_iter().map(|(value, n)| {
        let insert = if value.contains([' ', ',']) { format!("\"{value}\"") } else { value.clone() };
        Completion { start, end: typed.end, insert, label: value, n: Some(n) }
    });
    Ok(found.collect())
}

fn claimed(
    inner: &Inner,
    known: &facets::Values,
    kind: &AttributeKind,
) -> Result<Vec<(String, u64)>, CatalogError> {
    let writer = inner.model_ids().writer;
    let mut found = Vec::new();
    for value in known.of_claim(kind) {
        let pictures = inner.memory.claimed(&inner.store, kind, value, writer)?;
        let n = inner.memory.members(&inner.store, |members, _| members.products_of_all(&pictures).len())?;
        found.push((value.clone(), n));
    }
    Ok(found)
}

/// Keys that begin so, then the most frequent words that do.
fn keys_and_words(inner: &Inner, typed: &Typed<'_>, own: &[String]) -> Result<Vec<Completion>, CatalogError> {
    if typed.before.starts_with(language::is_quote) {
        return Ok(Vec::new());
    }
    let (start, end) = (typed.start, typed.end);
    let sought = words::fold(typed.before);
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<Completion> = Vec::new();
    if sought.chars().count() >= MIN_LETTERS {
        let vocabulary = inner.search.vocabulary.read(&inner.store)?;
        let words = lexical::beginnings(&vocabulary, &sought).into_iter();
        // A number of a file or a product is found by typing on, not by choosing one of thousands.
        let words = words.filter(|word| !words::is_code(word)).take(N_SHOWN - 2);
        found.extend(words.map(|word| {
            let at = vocabulary.binary_search_by(|(other, _)| other.as_str().cmp(&word));
            let n = at.ok().map(|at| vocabulary[at].1);
            Completion { start, end, insert: word.clone(), label: word, n }
        }));
    }
    let keys = language::keys(own).into_iter().filter(|key| words::fold(key).starts_with(&sought));
    found.extend(keys.map(|key| {
        let insert = format!("{key}:");
        Completion { start, end, label: insert.clone(), insert, n: None }
    }));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Typed;

    #[test]
    fn the_piece_around_the_caret_is_found() {
        let check = |text: &str, caret: usize, expected: Option<(usize, usize, &str)>| {
            let found = Typed::at(text, caret).map(|typed| (typed.start, typed.end, typed.before));
            assert_eq!(found, expected, "{text} at {caret}");
        };
        check("blue mu", 7, Some((5, 7, "mu")));
        check("blue mug", 7, Some((5, 8, "mu")));
        check("blue ", 5, None);
        check("", 0, None);
        check("-colour:na red", 10, Some((1, 10, "colour:na")));
        check("brand:\"my sh", 12, Some((0, 12, "brand:\"my sh")));
        check("tür", 2, None);
    }
}
