//! The word lists' vectors for a search model: computed once, then kept on disk.

use std::path::Path;

use vitrine_models::{ModelError, Priority, ProductVocabulary, TermEmbedding, TermTable, TermVectors};

use super::WordLists;
use crate::{CatalogError, models::Models};

/// The lists that describe products, ready to be compared with vectors of `models`. `go_on` is asked
/// between steps of about a second: false ends the work with none, an error with that error; lists that
/// are done are kept. Searches are answered meanwhile.
pub(crate) fn vocabulary(
    models: &Models,
    lists: &WordLists,
    cache: &Path,
    go_on: &dyn Fn() -> Result<bool, CatalogError>,
) -> Result<Option<ProductVocabulary>, CatalogError> {
    let mut ready = Vec::new();
    for table in lists.tables().iter().filter(|table| table.describes_products()) {
        match vectors(models, table, table.product_template(), cache, go_on)? {
            Some(vectors) => ready.push((table.clone(), vectors)),
            None => return Ok(None),
        }
    }
    let logit_scale = models.clip().run(Priority::Batch, |clip| Ok(clip.logit_scale()))?;
    Ok(Some(ProductVocabulary::new(ready, logit_scale)?))
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
    let mut embedding = TermEmbedding::new(table, template, &key)?;
    let clip = models.clip();
    let vectors = loop {
        if !go_on()? {
            return Ok(None);
        }
        let (next, more) = clip.run(Priority::Batch, move |clip| {
            let mut embedding = embedding;
            let more = embedding.advance(clip)?;
            Ok::<_, ModelError>((embedding, more))
        })?;
        embedding = next;
        if !more {
            break clip.run(Priority::Batch, move |clip| embedding.finish(clip))?;
        }
    };
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
