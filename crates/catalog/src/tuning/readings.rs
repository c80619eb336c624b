//! What the models make of words: of queries, of values of attributes.

use std::collections::{HashMap, HashSet};

use vitrine_jobs::Job;
use vitrine_models::Priority;

use super::{
    gathering::{AT_ONCE, Query},
    tokens::{self, Values},
    wording::Made,
};
use crate::{CatalogError, engine::Engine, search::sentence_of, store::Field};

/// Values of attributes that are read, at most.
const MAX_VALUES: usize = 4_000;
/// Products that have to be asked for by a word before it is learnt, and words that are, at most.
const MIN_WITH_WORD: usize = 3;
const MAX_OWN_WORDS: usize = 5_000;

/// CLIP's vector of words, and BLIP's where there is such a model.
pub(super) type Reading = (Vec<f32>, Option<Vec<f32>>);

/// The vectors of what is said of products, of what is said of many first.
pub(super) fn read_values(engine: &Engine, said: &[Vec<Field>], job: &Job) -> Result<Values, CatalogError> {
    let mut n_with: HashMap<String, usize> = HashMap::new();
    for value in said.iter().flat_map(|fields| tokens::values_of(fields)) {
        *n_with.entry(value).or_default() += 1;
    }
    let mut wanted: Vec<(String, usize)> = n_with.into_iter().collect();
    wanted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    wanted.truncate(MAX_VALUES);
    let mut values = Values::new();
    for some in wanted.chunks(AT_ONCE) {
        job.checkpoint()?;
        let texts: Vec<String> = some.iter().map(|(value, _)| value.clone()).collect();
        let read = engine.models.host().embed_texts(texts.clone(), Priority::Batch)?;
        values.extend(texts.into_iter().zip(read));
    }
    Ok(values)
}

/// Words that stand in what is asked of several products and that the models were never taught: made-up names of
/// collections, say. A small pack would answer to them at random, until it learnt what they go with.
pub(super) fn own_words(engine: &Engine, queries: &[(u32, Made)]) -> HashSet<String> {
    let mut products: HashMap<&str, HashSet<u32>> = HashMap::new();
    let words = queries.iter().flat_map(|(of, made)| made.meant.iter().map(|word| (*of, word)));
    for (of, word) in words.filter(|(_, word)| word.chars().all(char::is_alphabetic)) {
        products.entry(word).or_default().insert(of);
    }
    let mut own: Vec<(&str, usize)> = products
        .into_iter()
        .map(|(word, of)| (word, of.len()))
        .filter(|(_, n)| *n >= MIN_WITH_WORD)
        .collect();
    own.retain(|(word, _)| !engine.models.knows_word(word));
    // Those of most products first.
    own.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    own.into_iter().take(MAX_OWN_WORDS).map(|(word, _)| word.to_owned()).collect()
}

/// What both models make of texts.
pub(super) fn read_texts(engine: &Engine, texts: Vec<String>) -> Result<Vec<Reading>, CatalogError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let host = engine.models.host();
    let clip = host.embed_texts(texts.clone(), Priority::Batch)?;
    let matching: Vec<Option<Vec<f32>>> = match engine.models.matches() {
        true => match host.match_texts(texts).wait(std::time::Duration::MAX)? {
            Some(read) => read.into_iter().map(Some).collect(),
            None => vec![None; clip.len()],
        },
        false => vec![None; clip.len()],
    };
    Ok(clip.into_iter().zip(matching).collect())
}

/// Has queries read as the models alone do, without the words that they were never taught.
pub(super) fn read_plainly(engine: &Engine, queries: &mut [Query], job: &Job) -> Result<(), CatalogError> {
    let knows = |word: &str| engine.models.knows_word(word);
    for some in queries.chunks_mut(AT_ONCE) {
        job.checkpoint()?;
        let texts: Vec<Option<String>> = some.iter().map(|query| sentence_of(&knows, &query.text)).collect();
        let mut readings = read_texts(engine, texts.iter().flatten().cloned().collect())?.into_iter();
        for (query, text) in some.iter_mut().zip(texts) {
            query.plain = text.and_then(|_| readings.next());
        }
    }
    Ok(())
}
