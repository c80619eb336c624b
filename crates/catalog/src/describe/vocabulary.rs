//! The word lists' vectors for a search model: computed once, then kept on disk.

use std::path::Path;

use vitrine_models::{Priority, ProductVocabulary, TermOdds, TermTable, TermVectors};

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

/// The lists that describe products, ready to be compared with vectors of `models`. `go_on` is asked
/// between steps of about a second: false ends the work with none, an error with that error; lists that
/// are done are kept. Searches are answered meanwhile.
pub(crate) fn vocabulary(
    models: &Models,
    cache: &Path,
    go_on: &dyn Fn() -> Result<bool, CatalogError>,
) -> Result<Option<Vocabulary>, CatalogError> {
    let mut ready = Vec::new();
    for table in models.lists().of_products() {
        match vectors(models, table, table.product_template(), cache, go_on)? {
            Some(vectors) => ready.push((table.clone(), vectors)),
            None => return Ok(None),
        }
    }
    let logit_scale = models.host().logit_scale()?;
    let neutral =
        models.host().embed_texts(vec![NEUTRAL.to_owned()], Priority::Batch)?.pop().unwrap_or_default();
    Ok(Some(Vocabulary { lists: ProductVocabulary::new(ready, logit_scale)?, neutral, logit_scale }))
}

/// The vectors of one list, from the cache where they are there and whole; `go_on` as above.
pub(crate) fn vectors(
    models: &Models,
    table: &TermTable,
    template: &str,
    cache: &Path,
    go_on: &dyn Fn() -> Result<bool, CatalogError>,
) -> Result<Option<TermVectors>, CatalogError> {
    let key = models.clip_key();
    let file = cache.join(format!("{}.terms", TermVectors::key(table, template, &key)));
    if let Ok(bytes) = std::fs::read(&file) {
        match TermVectors::from_bytes(&bytes, table, template, &key) {
            Ok(vectors) => return Ok(Some(vectors)),
            Err(error) => tracing::warn!(%error, "a cached word list is computed again"),
        }
    }
    let Some(vectors) = models.host().term_vectors(table, template, &key, go_on)? else { return Ok(None) };
    // A cache: a full disk must not keep the catalog from being described.
    let partial = file.with_extension("partial");
    let written = std::fs::create_dir_all(cache)
        .and_then(|()| std::fs::write(&partial, vectors.to_bytes()))
        .and_then(|()| std::fs::rename(&partial, &file));
    if let Err(error) = written {
        tracing::warn!(%error, "a word list's vectors could not be kept");
    }
    Ok(Some(vectors))
}
