//! The word lists' vectors for a search model: computed once, then kept on disk. That takes seconds with a small model and
//! many minutes with a large one, so what is begun is kept too.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, OnceLock, TryLockError};
use std::time::{Duration, Instant};

use vitrine_models::{Priority, ProductVocabulary, TermEmbedding, TermOdds, TermTable, TermVectors};

use super::Findings;
use crate::{CatalogError, colour::ProductColour, models::Models};

/// A sentence that says nothing of a product: a term that fits no better than this is no finding.
const NEUTRAL: &str = "a photo of a product";

/// The lists that describe products, with their vectors.
pub(crate) struct Vocabulary {
    lists: ProductVocabulary,
    neutral: Vec<f32>,
    logit_scale: f32,
}

impl Vocabulary {
    /// What is known of a photo, from its vector, its caption and its colours. No model runs.
    pub(crate) fn findings(
        &self,
        vector: &[f32],
        caption: Option<(String, f32)>,
        colours: Vec<ProductColour>,
    ) -> Result<Findings, CatalogError> {
        let terms = self.lists.terms(vector, N_TERMS)?;
        let neutral = self.neutral.iter().zip(vector).map(|(a, b)| a * b).sum();
        Ok(Findings { caption, terms, neutral, logit_scale: self.logit_scale, colours, unrecognisable: None })
    }
}

impl Vocabulary {
    /// How a term of a list stands against its foils, from a photo's vector. No model runs.
    pub(crate) fn odds(
        &self,
        vector: &[f32],
        table: &str,
        term: &str,
        is_foil: &dyn Fn(&str) -> bool,
    ) -> Result<Option<TermOdds>, CatalogError> {
        Ok(self.lists.odds(vector, table, term, is_foil)?)
    }
}

/// Terms of each word list that are looked at: the best of some thousands.
const N_TERMS: usize = 8;

/// What is begun of a list is written down so often; a kill costs no more.
const KEEP_EVERY: Duration = Duration::from_secs(10);
/// How often whoever waits for another who reads the lists is asked whether to go on.
const WAIT: Duration = Duration::from_millis(100);

/// How far the reading of word lists is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListReading {
    /// The list that is read.
    pub list: String,
    /// Terms that are read, and all terms, of all lists that are read now.
    pub n_done: usize,
    /// As above.
    pub n_total: usize,
}

/// Asked between steps of about a second: false ends the work with none, an error with that error. What is done is kept.
pub(crate) type GoOn<'a> = dyn Fn(&ListReading) -> Result<bool, CatalogError> + 'a;

/// The lists that describe products, once somebody has asked for them.
#[derive(Default)]
pub(crate) struct SharedVocabulary {
    made: OnceLock<Vocabulary>,
    /// Held by who reads them.
    reading: Mutex<()>,
}

impl SharedVocabulary {
    /// The lists, where they are ready.
    pub(crate) fn get(&self) -> Option<&Vocabulary> {
        self.made.get()
    }

    /// The lists, which are read where nobody has: by one who asks, while others wait. Searches are answered meanwhile.
    pub(crate) fn get_or_read(
        &self,
        models: &Models,
        cache: &Path,
        go_on: &GoOn<'_>,
    ) -> Result<Option<&Vocabulary>, CatalogError> {
        let _guard = loop {
            if let Some(made) = self.made.get() {
                return Ok(Some(made));
            }
            match self.reading.try_lock() {
                Ok(guard) => break guard,
                // Whoever panicked left nothing half-done here.
                Err(TryLockError::Poisoned(guard)) => break guard.into_inner(),
                Err(TryLockError::WouldBlock) => std::thread::sleep(WAIT),
            }
            let waiting = ListReading { list: "products".to_owned(), n_done: 0, n_total: 0 };
            if !go_on(&waiting)? {
                return Ok(None);
            }
        };
        if self.made.get().is_none() {
            let Some(made) = vocabulary(models, cache, go_on)? else { return Ok(None) };
            let _ = self.made.set(made);
        }
        Ok(self.made.get())
    }
}

fn vocabulary(models: &Models, cache: &Path, go_on: &GoOn<'_>) -> Result<Option<Vocabulary>, CatalogError> {
    let tables: Vec<&TermTable> = models.lists().of_products().collect();
    let n_total = tables.iter().map(|table| table.terms().len()).sum();
    let (mut ready, mut n_before) = (Vec::new(), 0);
    for table in tables {
        let of_all = |reading: &ListReading| {
            go_on(&ListReading { n_done: n_before + reading.n_done, n_total, ..reading.clone() })
        };
        match vectors(models, table, table.product_template(), cache, &of_all)? {
            Some(vectors) => ready.push((table.clone(), vectors)),
            None => return Ok(None),
        }
        n_before += table.terms().len();
    }
    let logit_scale = models.host().logit_scale()?;
    let neutral =
        models.host().embed_texts(vec![NEUTRAL.to_owned()], Priority::Batch)?.pop().unwrap_or_default();
    Ok(Some(Vocabulary { lists: ProductVocabulary::new(ready, logit_scale)?, neutral, logit_scale }))
}

/// The vectors of one list, from the cache where they are there and whole; from what is there of them otherwise.
pub(crate) fn vectors(
    models: &Models,
    table: &TermTable,
    template: &str,
    cache: &Path,
    go_on: &GoOn<'_>,
) -> Result<Option<TermVectors>, CatalogError> {
    let key = models.clip_key();
    let file = cache.join(format!("{}.terms", TermVectors::key(table, template, &key)));
    if let Ok(bytes) = fs::read(&file) {
        match TermVectors::from_bytes(&bytes, table, template, &key) {
            Ok(vectors) => return Ok(Some(vectors)),
            Err(error) => tracing::warn!(%error, "a cached word list is computed again"),
        }
    }
    let mut embedding = TermEmbedding::new(table, template, &key)?;
    let begun = file.with_extension("begun");
    if let Ok(bytes) = fs::read(&begun)
        && let Err(error) = embedding.resume(&bytes)
    {
        tracing::warn!(%error, "a word list that was begun is computed anew");
    }
    let (last_kept, n_kept) = (Cell::new(Instant::now()), Cell::new(embedding.progress().0));
    let step = |embedding: &TermEmbedding| {
        let (n_done, n_total) = embedding.progress();
        let goes_on = go_on(&ListReading { list: table.name().to_owned(), n_done, n_total });
        let is_due = last_kept.get().elapsed() >= KEEP_EVERY || !matches!(goes_on, Ok(true));
        if is_due && n_done > n_kept.get() {
            keep(&begun, &embedding.to_bytes());
            last_kept.set(Instant::now());
            n_kept.set(n_done);
        }
        goes_on
    };
    let Some(vectors) = models.host().term_vectors(embedding, &step)? else { return Ok(None) };
    keep(&file, &vectors.to_bytes());
    // It may never have been there.
    let _ = fs::remove_file(begun);
    Ok(Some(vectors))
}

/// Writes a file of a cache: a full disk must not keep the catalog from being described.
fn keep(file: &Path, bytes: &[u8]) {
    let partial = file.with_extension("partial");
    let written = file
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&partial, bytes))
        .and_then(|()| fs::rename(&partial, file));
    if let Err(error) = written {
        tracing::warn!(%error, "a word list's vectors could not be kept");
    }
}
