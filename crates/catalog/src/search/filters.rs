//! Filters, looked up: which products they keep.
//!
//! What was chosen means exactly the value that a facet showed. What was typed is more lenient: another number of
//! the word, and of a basic colour its shades.

use super::language::{self, Asks, FactName, Filter, Key, Problem};
use crate::{
    CatalogError,
    describe::AttributeKind,
    library::Inner,
    memory::{Clause, Condition, Narrowing},
    store::WordsOf,
    words,
};

/// A filter that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chosen {
    /// What it is about: a key as it is typed before a colon.
    pub key: String,
    /// The value, exactly as a facet has it; of a price `10..50`.
    pub value: String,
    /// Turned around: products of which it is not said.
    pub is_not: bool,
}

impl Chosen {
    /// Products of which this is said.
    pub fn is(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), is_not: false }
    }
}

/// What chosen filters keep: of one key any of its values, of different keys all. And each of these clauses for
/// people.
pub(super) fn chosen(
    inner: &Inner,
    chosen: &[Chosen],
    own_lists: &[String],
) -> Result<(Narrowing, Vec<String>), CatalogError> {
    let mut clauses: Vec<(&str, Clause, String)> = Vec::new();
    for one in chosen {
        let condition = condition(inner, one, own_lists)?;
        let known =
            clauses.iter_mut().find(|(key, clause, _)| *key == one.key && clause.is_not == one.is_not);
        match known {
            Some((_, clause, told)) => {
                clause.any_of.push(condition);
                told.push_str(" or ");
                told.push_str(&one.value);
            }
            None => {
                let clause = Clause { any_of: vec![condition], is_not: one.is_not };
                let not = if one.is_not { "not " } else { "" };
                clauses.push((&one.key, clause, format!("the filter {}: {not}{}", one.key, one.value)));
            }
        }
    }
    Ok(clauses.into_iter().map(|(_, clause, told)| (clause, told)).unzip())
}

fn condition(inner: &Inner, one: &Chosen, own_lists: &[String]) -> Result<Condition, CatalogError> {
    let wrong = |reason: String| CatalogError::BadFilter { key: one.key.clone(), reason };
    let store = &inner.store;
    match language::key(&one.key, own_lists) {
        None => {
            let keys = language::keys(own_lists).join(", ");
            Err(wrong(format!("filters are {keys}")))
        }
        Some(Key::Claim(kind)) => Ok(Condition::Claim(kind, one.value.clone())),
        Some(Key::Fact(fact)) => {
            Ok(Condition::Among(store.with_fact(fact.name(), &words::fold(&one.value))?))
        }
        Some(Key::Price) => {
            let range = language::price(&one.value).map_err(wrong)?;
            Ok(Condition::Among(store.with_price(*range.start(), *range.end())?))
        }
    }
}

/// Products in whose words one of these stands, whoever says so.
pub(super) fn holding(inner: &Inner, phrases: &[String]) -> Result<roaring::RoaringBitmap, CatalogError> {
    let by_merchant = inner.store.with_words(WordsOf::Merchant, phrases)?;
    Ok(by_merchant | inner.store.with_words(WordsOf::Models, phrases)?)
}

/// The products that a filter keeps; with what is wrong where no product has what it asks.
pub(super) fn typed(
    inner: &Inner,
    filter: &Filter,
) -> Result<Result<Clause, (Clause, Problem)>, CatalogError> {
    let store = &inner.store;
    let mut unknown = None;
    let any_of = match &filter.asks {
        Asks::Price(range) => vec![Condition::Among(store.with_price(*range.start(), *range.end())?)],
        Asks::Fact(fact, values) => {
            let mut found = Vec::new();
            for value in values {
                let products = match fact {
                    // A folder is meant by any of its words, one that it lies in too.
                    FactName::Folder => store.with_words(WordsOf::Folders, std::slice::from_ref(value))?,
                    _ => store.with_fact(fact.name(), value)?,
                };
                let is_open = fact.values().is_none();
                if products.is_empty() && is_open {
                    unknown = Some((fact.name().to_owned(), value.clone(), Vec::new()));
                }
                found.push(Condition::Among(products));
            }
            found
        }
        Asks::Claim(kind, values) => {
            let claimed = store.claimed_values(kind)?;
            let mut found = Vec::new();
            for value in values {
                let meant = meant(inner, kind, value, &claimed);
                if meant.is_empty() {
                    let name = kind.list().unwrap_or(kind.name()).to_owned();
                    unknown = Some((name, value.clone(), claimed.clone()));
                }
                found.extend(meant.into_iter().map(|value| Condition::Claim(kind.clone(), value)));
            }
            found
        }
    };
    let clause = Clause { any_of, is_not: filter.is_not };
    let (Some((key, value, others)), Some((start, end))) = (unknown, filter.place) else {
        return Ok(Ok(clause));
    };
    let near =
        others.iter().filter_map(|other| Some((words::within(&value, &words::fold(other), 2)?, other)));
    let message = match near.min() {
        Some((_, other)) => format!("No product has the {key} {value}. Did you mean {other}?"),
        None => format!("No product has the {key} {value}."),
    };
    Ok(Err((clause, Problem { start, end, message })))
}

/// The claimed values that are meant by what was typed: the same word, and of a basic colour its shades.
fn meant(inner: &Inner, kind: &AttributeKind, value: &str, claimed: &[String]) -> Vec<String> {
    let colours = (*kind == AttributeKind::Colour).then(|| inner.engines.lists().get("colours")).flatten();
    let is_shade = |other: &str| {
        colours.is_some_and(|colours| {
            let at = colours.terms().iter().position(|term| term == other);
            at.and_then(|at| colours.group(at)) == Some(value)
        })
    };
    let forms = words::forms(value);
    let is_meant = |other: &&String| {
        let folded = words::fold(other);
        folded == value || forms.contains(&folded) || is_shade(other)
    };
    claimed.iter().filter(is_meant).cloned().collect()
}
