//! What is asked: taken apart, looked up, and read by the models.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{
    language::{self, Asks, FactName, Filter, Problem, Typed},
    lexical,
    parts::{Term, Weights},
};
use crate::{
    CatalogError,
    describe::AttributeKind,
    engine::Engine,
    library::Inner,
    memory::{Clause, Condition, Narrowing},
    models::Models,
    store::{ModelId, PictureId, ProductId, WordsOf},
    words,
};

/// So long an answer waits for BLIP's reading of the words, whose thread may be at work on captions. Later it
/// is there.
const MATCH_WAIT: Duration = Duration::from_millis(80);

/// What is asked. Parts add up: "like this picture, but red".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// What was typed, see [`language::parse`].
    pub text: String,
    /// Tokens of query pictures.
    pub pictures: Vec<String>,
    /// A product whose photo is the query; it is left out of the answer.
    pub like: Option<Like>,
    /// Only products of which all of this is said.
    pub filters: Vec<(AttributeKind, String)>,
    /// How much each part of a photo counts.
    pub weights: Weights,
}

/// "More like this".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Like {
    /// The product.
    pub product: ProductId,
    /// Which of its photos; none for the first.
    pub picture: Option<PictureId>,
}

impl Query {
    /// Words alone.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// A query, taken apart and looked up.
pub(super) struct Question {
    pub(super) typed: Typed,
    /// What the answer is narrowed to.
    pub(super) narrowing: Narrowing,
    /// Products of which a number or a file's name was typed, which come first, in this order.
    pub(super) named: Vec<ProductId>,
    /// Whether anything ranks products.
    pub(super) ranks: bool,
}

impl Question {
    /// Takes a query apart. No model is asked.
    pub(super) fn of(inner: &Inner, query: &Query) -> Result<Self, CatalogError> {
        let lists = inner.engines.lists();
        let own: Vec<String> = lists.own_names().to_vec();
        let mut typed = language::parse(&query.text, &own);
        let mut narrowing: Narrowing =
            query.filters.iter().map(|(kind, value)| Clause::claim(kind, value)).collect();
        for filter in &typed.filters {
            match resolve(inner, filter)? {
                Ok(clause) => narrowing.push(clause),
                Err((clause, problem)) => {
                    narrowing.push(clause);
                    typed.problems.push(problem);
                }
            }
        }
        for phrase in typed.wanted.iter().filter(|one| one.is_phrase) {
            let folded: Vec<&str> = phrase.words.iter().map(|word| word.folded.as_str()).collect();
            narrowing.push(Clause::among(holding(inner, &[folded.join(" ")])?));
        }
        for unwanted in &typed.unwanted {
            let mut all = words::forms(unwanted);
            all.push(unwanted.clone());
            narrowing.push(Clause::not_among(holding(inner, &all)?));
        }
        // Numbers are words, too: who leaves these out of account wants to see what the models find.
        let named = if query.weights.words > 0.0 { named(inner, &query.text, &typed)? } else { Vec::new() };
        let ranks = !typed.wanted.is_empty() || !query.pictures.is_empty() || query.like.is_some();
        Ok(Self { typed, narrowing, named, ranks })
    }
}

/// Products in whose words one of these stands, whoever says so.
fn holding(inner: &Inner, phrases: &[String]) -> Result<roaring::RoaringBitmap, CatalogError> {
    let by_merchant = inner.store.with_words(WordsOf::Merchant, phrases)?;
    Ok(by_merchant | inner.store.with_words(WordsOf::Models, phrases)?)
}

/// The products that a filter keeps; with what is wrong where no product has what it asks.
fn resolve(inner: &Inner, filter: &Filter) -> Result<Result<Clause, (Clause, Problem)>, CatalogError> {
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
                let is_open = !matches!(fact, FactName::Has | FactName::Is);
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

/// Products of which a number, a file's name or the whole title was typed; numbers may stand among other words.
fn named(inner: &Inner, text: &str, typed: &Typed) -> Result<Vec<ProductId>, CatalogError> {
    let whole = words::code(text.trim());
    // "VT-0042.jpg" names the file as well.
    let stem = text.trim().rsplit_once('.').map(|(stem, _)| words::code(stem)).unwrap_or_default();
    let mut names = vec![whole, stem];
    names.extend(
        typed.wanted.iter().filter(|one| words::is_code(&one.text)).map(|one| words::code(&one.text)),
    );
    let mut found: Vec<(ProductId, crate::store::CodeKind)> = Vec::new();
    for (at, name) in names.iter().enumerate().filter(|(_, name)| name.len() >= 2) {
        for (product, kind) in inner.store.with_code(name)? {
            // A title is meant where all of it was typed, and nothing else.
            if (at == 0 || kind != crate::store::CodeKind::Title)
                && found.iter().all(|(other, _)| *other != product)
            {
                found.push((product, kind));
            }
        }
    }
    found.sort_by_key(|(product, kind)| (*kind, *product));
    Ok(found.into_iter().map(|(product, _)| product).collect())
}

/// What the models make of a question.
#[derive(Default)]
pub(super) struct Read {
    /// Each thing that is asked for, with how much it counts.
    pub(super) terms: Vec<(Term, f32)>,
    /// Words that were left out since the models do not know them.
    pub(super) unknown: Vec<String>,
    /// Words that were taken for others, and for which.
    pub(super) corrected: Vec<(String, String)>,
    /// Whether BLIP's reading of the words did not come in time.
    pub(super) is_partial: bool,
}

/// Has a question read by the models.
pub(super) fn read(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    typed: &Typed,
    meant: &[(String, String)],
) -> Result<Read, CatalogError> {
    let models = &engine.models;
    let mut read = Read::default();
    let texts = texts(models, typed, meant, &mut read);
    for (text, weight) in texts {
        let (clip, matching) = inner.search.texts.get(models, &text)?;
        read.is_partial |= matching.is_none() && models.matches();
        read.terms.push((Term::Words { clip, matching }, weight));
    }
    for token in &query.pictures {
        let (clip, matching) = inner.search.pictures.vectors(models, token)?;
        read.terms.push((Term::Picture { clip, matching }, 1.0));
    }
    if let Some(like) = query.like {
        let picture = match like.picture {
            Some(picture) => picture,
            None => inner.store.product(like.product, models.ids())?.photo.id,
        };
        let clip = inner.store.vector(models.ids().clip, picture)?.ok_or(CatalogError::NotYetSearchable)?;
        let matching = inner.store.vector(models.ids().matching, picture)?;
        read.terms.push((Term::Picture { clip, matching }, 1.0));
    }
    Ok(read)
}

/// What of the words the models read, with weights. What they do not know is left out, or read as what it may
/// have been meant to be.
///
/// Numbers mean nothing to a model, and fillers ("show me ... please") move a small one far from what is
/// meant.
fn texts(models: &Models, typed: &Typed, meant: &[(String, String)], read: &mut Read) -> Vec<(String, f32)> {
    let mut known: Vec<(&str, f32)> = Vec::new();
    for one in &typed.wanted {
        if words::is_code(&one.text) {
            continue;
        }
        if one.words.iter().all(|word| lexical::is_filler(&word.folded) || models.knows_word(&word.folded)) {
            known.push((&one.text, one.weight));
            continue;
        }
        let folded = one.words.first().map(|word| word.folded.as_str()).unwrap_or_default();
        match meant.iter().find(|(word, other)| word == folded && models.knows_word(other)) {
            Some((_, other)) if one.words.len() == 1 => {
                known.push((other, one.weight));
                read.corrected.push((one.text.clone(), other.clone()));
            }
            _ => read.unknown.push(one.text.clone()),
        }
    }
    let is_filler = |text: &str| words::split(text).iter().all(|word| lexical::is_filler(&word.folded));
    // Within a sentence a filler belongs to it: "case for a phone".
    let first = known.iter().position(|(text, _)| !is_filler(text));
    let last = known.iter().rposition(|(text, _)| !is_filler(text));
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let known = &known[first..=last];
    let whole: Vec<&str> = known.iter().filter(|(_, weight)| *weight > 0.0).map(|(text, _)| *text).collect();
    let mut texts = Vec::new();
    if !whole.is_empty() {
        texts.push((whole.join(" "), 1.0));
    }
    // A word that counts more is asked for once more by itself; one that counts less, taken away in part.
    let special = known.iter().filter(|(_, weight)| (weight - 1.0).abs() > 1e-3 && *weight > 0.0);
    if known.len() > 1 {
        texts.extend(special.map(|(text, weight)| ((*text).to_owned(), weight - 1.0)));
    }
    texts
}

/// Vectors of the words that were asked for last: typing, paging and going back ask for the same
/// ones again and again.
#[derive(Default)]
pub(super) struct TextVectors(Mutex<Vec<TextVector>>);

/// The words, the models that read them, and what they made of them.
type TextVector = (String, [ModelId; 2], Both);
/// CLIP's vector, and BLIP's where it is there.
type Both = (Vec<f32>, Option<Vec<f32>>);

impl TextVectors {
    const N_KEPT: usize = 128;

    fn get(&self, models: &Models, text: &str) -> Result<Both, CatalogError> {
        let by = [models.ids().clip, models.ids().matching];
        let before = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match known.iter().position(|(words, of, _)| words == text && *of == by) {
                Some(at) => {
                    let entry = known.remove(at);
                    let both = entry.2.clone();
                    if both.1.is_some() || !models.matches() {
                        known.push(entry);
                        return Ok(both);
                    }
                    Some(both.0)
                }
                None => None,
            }
        };
        // Asked first, since it is answered beside CLIP.
        let pending = models.matches().then(|| models.host().match_texts(vec![text.to_owned()]));
        let clip = match before {
            Some(clip) => clip,
            None => models.embed_text(text)?,
        };
        let matching = match pending.map(|pending| pending.wait(MATCH_WAIT)) {
            Some(Ok(vectors)) => vectors.and_then(|mut vectors| vectors.pop()),
            Some(Err(error)) => {
                tracing::debug!(error = %error.with_causes(), "a search goes without the matching model");
                None
            }
            None => None,
        };
        let both = (clip, matching);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::N_KEPT {
            known.remove(0);
        }
        known.push((text.to_owned(), by, both.clone()));
        Ok(both)
    }
}
