//! What is asked: taken apart, looked up, and read by the models.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{
    filters::{self, Chosen},
    language::{self, Typed},
    lexical,
    order::SortBy,
    parts::{Term, Weights},
};
use crate::{
    CatalogError,
    engine::Engine,
    library::Inner,
    memory::{Clause, Narrowing},
    models::Models,
    store::{ModelId, PictureId, ProductId},
    tuning::TunedReading,
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
    /// Tokens of query pictures, with how much each counts: 1 as much as all words together, less than 0 taken
    /// away.
    pub pictures: Vec<(String, f32)>,
    /// Products whose photos are the query; they are left out of the answer.
    pub products: Vec<Like>,
    /// Filters that were chosen, beside those that are typed.
    pub filters: Vec<Chosen>,
    /// In which order.
    pub sort: SortBy,
    /// How much each part of a photo counts.
    pub weights: Weights,
}

/// "More like this", or less.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Like {
    /// The product.
    pub product: ProductId,
    /// Which of its photos; none for the first.
    pub picture: Option<PictureId>,
    /// How much it counts, as that of a picture.
    pub weight: f32,
}

impl Like {
    /// A product by its first photo.
    pub fn product(product: ProductId) -> Self {
        Self { product, picture: None, weight: 1.0 }
    }
}

impl Query {
    /// Words alone.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Whether both ask the same, in whatever order the answer is to be.
    pub(super) fn asks_the_same(&self, other: &Self) -> bool {
        let asks = |query: &Self| (query.text.clone(), query.pictures.clone(), query.filters.clone());
        asks(self) == asks(other) && self.products == other.products && self.weights == other.weights
    }

    /// The products that are asked with, which are no answer.
    pub(super) fn asked_with(&self) -> Vec<ProductId> {
        self.products.iter().map(|like| like.product).collect()
    }
}

/// A query, taken apart and looked up.
pub(super) struct Question {
    pub(super) typed: Typed,
    /// What the answer is narrowed to.
    pub(super) narrowing: Narrowing,
    /// What each clause of it is, for people, as "the filter ...".
    pub(super) told: Vec<String>,
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
        let (mut narrowing, mut told) = filters::chosen(inner, &query.filters, &own)?;
        for filter in &typed.filters {
            told.push(match filter.place {
                Some((start, end)) => format!("the filter {}", &query.text[start..end]),
                None => "a filter".to_owned(),
            });
            match filters::typed(inner, filter)? {
                Ok(clause) => narrowing.push(clause),
                Err((clause, problem)) => {
                    narrowing.push(clause);
                    typed.problems.push(problem);
                }
            }
        }
        for phrase in typed.wanted.iter().filter(|one| one.is_phrase) {
            let folded: Vec<&str> = phrase.words.iter().map(|word| word.folded.as_str()).collect();
            told.push(format!("the phrase \"{}\", which stands nowhere in its words", phrase.text));
            narrowing.push(Clause::among(filters::holding(inner, &[folded.join(" ")])?));
        }
        for unwanted in &typed.unwanted {
            let mut all = words::forms(unwanted);
            all.push(unwanted.clone());
            told.push(format!("-{unwanted}, which stands in its words"));
            narrowing.push(Clause::not_among(filters::holding(inner, &all)?));
        }
        // Numbers are words, too: who leaves these out of account wants to see what the models find.
        let named = if query.weights.words > 0.0 { named(inner, &query.text, &typed)? } else { Vec::new() };
        let ranks = !typed.wanted.is_empty() || !query.pictures.is_empty() || !query.products.is_empty();
        Ok(Self { typed, narrowing, told, named, ranks })
    }
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
    /// The texts among the terms, that of all words first.
    pub(super) texts: Vec<String>,
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
    let sentences = texts(&|word| engine.knows_word(word), typed, meant, &mut read);
    // Whoever asks the models themselves asks with words that these know, not with those that searches learnt.
    read.texts = match engine.tuned() {
        None => sentences.iter().map(|(text, _)| text.clone()).collect(),
        Some(_) => {
            let own = texts(&|word| models.knows_word(word), typed, meant, &mut Read::default());
            own.into_iter().map(|(text, _)| text).collect()
        }
    };
    for (text, weight) in sentences {
        let (clip, matching) = inner.search.texts.get(models, &text)?;
        read.is_partial |= matching.is_none() && models.matches();
        read.terms.push((words_as_meant(engine, clip, matching)?, weight));
    }
    for (token, weight) in &query.pictures {
        let (clip, matching) = inner.search.pictures.vectors(models, token)?;
        read.terms.push((picture_as_meant(engine, clip, matching)?, sane(*weight)));
    }
    for like in &query.products {
        let picture = match like.picture {
            Some(picture) => picture,
            None => inner.store.product(like.product, models.ids())?.photo.id,
        };
        let clip = inner.store.vector(models.ids().clip, picture)?.ok_or(CatalogError::NotYetSearchable)?;
        let matching = inner.store.vector(models.ids().matching, picture)?;
        read.terms.push((picture_as_meant(engine, clip, matching)?, sane(like.weight)));
    }
    Ok(read)
}

/// Words as the models read them, and as this shop means them where searches learnt.
fn words_as_meant(engine: &Engine, clip: Vec<f32>, matching: Option<Vec<f32>>) -> Result<Term, CatalogError> {
    let Some(tuned) = engine.tuned() else { return Ok(Term::Words { clip, matching, shares: [1.0; 4] }) };
    let TunedReading { clip, matching, shares } = tuned.words(&clip, matching.as_deref())?;
    Ok(Term::Words { clip, matching, shares })
}

fn picture_as_meant(
    engine: &Engine,
    clip: Vec<f32>,
    matching: Option<Vec<f32>>,
) -> Result<Term, CatalogError> {
    let Some(tuned) = engine.tuned() else { return Ok(Term::Picture { clip, matching }) };
    let (clip, matching) = tuned.picture(&clip, matching.as_deref())?;
    Ok(Term::Picture { clip, matching })
}

/// A weight within what makes sense.
fn sane(weight: f32) -> f32 {
    if weight.is_finite() { weight.clamp(-10.0, 10.0) } else { 1.0 }
}

/// The words of a question as a model reads them that knows these; none where there are none.
pub(super) fn sentence(knows: &dyn Fn(&str) -> bool, typed: &Typed) -> Option<String> {
    texts(knows, typed, &[], &mut Read::default()).into_iter().next().map(|(text, _)| text)
}

/// What of the words the models read, with weights. What they do not know is left out, or read as what it may
/// have been meant to be.
///
/// Numbers mean nothing to a model, and fillers ("show me ... please") move a small one far from what is
/// meant.
fn texts(
    knows: &dyn Fn(&str) -> bool,
    typed: &Typed,
    meant: &[(String, String)],
    read: &mut Read,
) -> Vec<(String, f32)> {
    let mut known: Vec<(&str, f32)> = Vec::new();
    for one in &typed.wanted {
        if words::is_code(&one.text) {
            continue;
        }
        if one.words.iter().all(|word| lexical::is_filler(&word.folded) || knows(&word.folded)) {
            known.push((&one.text, one.weight));
            continue;
        }
        let folded = one.words.first().map(|word| word.folded.as_str()).unwrap_or_default();
        match meant.iter().find(|(word, other)| word == folded && knows(other)) {
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
        let by = models.search_ids();
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
