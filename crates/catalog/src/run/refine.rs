//! The passes that make searches better than CLIP's look at a photo alone: BLIP's look at it, and vectors of
//! the words that are known of it.
//!
//! Last of all passes: photos are found without them, and descriptions are what a merchant waits for.

use std::collections::HashMap;

use vitrine_jobs::{Job, Stage};
use vitrine_models::{ImagePreprocess, Priority};

use super::pass::{self, Batch, Pass, record_failure};
use crate::{
    CatalogError,
    engine::Engine,
    library::Inner,
    models::Answers,
    store::{PictureId, ProductId, Tally},
};

/// Pictures that the matching model takes at once.
const MATCH_BATCH: usize = 4;
/// Texts that the search model takes at once: a search waits for no more than one such batch.
const TEXT_BATCH: usize = 16;
/// Products whose own words are read at once.
const PAGE: u64 = 128;

/// Makes what of all this is missing.
pub(super) fn refine(library: &Inner, job: &Job, engine: &Engine) -> Result<(), CatalogError> {
    let (store, models) = (&library.store, &engine.models);
    let ids = models.ids();
    let n_pictures = store.n_pictures()?;
    let n_lacking = |n_have: u64| n_pictures.saturating_sub(n_have);
    let texts = ReadDescriptions { library, engine, job };
    let looks = Match { library, engine, job };
    let lacks_texts = !texts.lacking(PictureId::new(0), 1)?.is_empty();
    let lacks_looks = models.matches() && !looks.lacking(PictureId::new(0), 1)?.is_empty();
    let lacks_own = !store.without_own_vector(ids.clip, ProductId::new(0), 1)?.is_empty();
    if !(lacks_texts || lacks_looks || lacks_own) {
        return Ok(());
    }
    let mut total = 0;
    if lacks_texts {
        total += n_lacking(store.tally(Tally::Vectors(ids.described))?);
    }
    if lacks_looks {
        total += n_lacking(store.tally(Tally::Vectors(ids.matching))?);
    }
    job.board().start(Stage::Refine);
    job.board().add_total(Stage::Refine, total);
    job.board().total_is_known(Stage::Refine);
    read_own_words(library, job, engine)?;
    if lacks_texts && !library.work.has_news() {
        pass::run(library, job, &texts)?;
    }
    if lacks_looks && !library.work.has_news() {
        pass::run(library, job, &looks)?;
    }
    Ok(())
}

/// The vectors of texts, by the text: many products are described alike.
fn embed(
    engine: &Engine,
    job: &Job,
    mut texts: Vec<String>,
) -> Result<HashMap<String, Vec<f32>>, CatalogError> {
    texts.sort_unstable();
    texts.dedup();
    let mut vectors = HashMap::with_capacity(texts.len());
    for some in texts.chunks(TEXT_BATCH) {
        job.checkpoint()?;
        let made = engine.models.host().embed_texts(some.to_vec(), Priority::Batch)?;
        vectors.extend(some.iter().cloned().zip(made));
    }
    Ok(vectors)
}

/// Vectors of what the merchant says of products.
fn read_own_words(library: &Inner, job: &Job, engine: &Engine) -> Result<(), CatalogError> {
    let clip = engine.models.ids().clip;
    let mut after = ProductId::new(0);
    while !library.work.has_news() {
        job.checkpoint()?;
        let page = library.store.without_own_vector(clip, after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        let vectors = embed(engine, job, page.iter().map(|(_, text)| text.clone()).collect())?;
        let made: Vec<_> = page
            .into_iter()
            .filter_map(|(id, text)| {
                let vector = vectors.get(&text)?.clone();
                Some((id, text, vector))
            })
            .collect();
        library.store.add_own_vectors(clip, &made)?;
    }
    Ok(())
}

/// Vectors of descriptions.
struct ReadDescriptions<'a> {
    library: &'a Inner,
    engine: &'a Engine,
    job: &'a Job,
}

impl Pass for ReadDescriptions<'_> {
    type Made = Vec<(PictureId, Vec<f32>)>;

    fn stage(&self) -> Stage {
        Stage::Refine
    }

    fn lacking(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        let ids = self.engine.models.ids();
        self.library.store.without_read_description(ids.writer, ids.described, after, limit)
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn input(&self) -> Result<Option<ImagePreprocess>, CatalogError> {
        Ok(None)
    }

    fn reads_files(&self) -> bool {
        false
    }

    fn make(&self, batch: Batch) -> Result<Self::Made, CatalogError> {
        let ids = self.engine.models.ids();
        let texts = self.library.store.texts_of(ids.writer, batch.pictures)?;
        let known: Vec<String> = texts.iter().filter_map(|(_, text)| text.clone()).collect();
        let vectors = embed(self.engine, self.job, known)?;
        let len = match vectors.values().next() {
            Some(vector) => vector.len(),
            None => self.library.store.vector_len(ids.clip)?.unwrap_or(0),
        };
        let rows = texts
            .into_iter()
            .map(|(picture, text)| {
                // Of a picture of nothing nothing is said: its part is empty, and that is known.
                let vector = text.and_then(|text| vectors.get(&text).cloned());
                (picture, vector.unwrap_or_else(|| vec![0.0; len]))
            })
            .collect();
        Ok(rows)
    }

    fn keep(&self, rows: Self::Made) -> Result<(), CatalogError> {
        self.library.store.add_vectors(self.engine.models.ids().described, &rows)
    }
}

/// The matching model's look at photos.
struct Match<'a> {
    library: &'a Inner,
    engine: &'a Engine,
    job: &'a Job,
}

impl Pass for Match<'_> {
    type Made = (Vec<PictureId>, Answers<Vec<f32>>);

    fn stage(&self) -> Stage {
        Stage::Refine
    }

    fn lacking(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        self.library.store.without_vector(self.engine.models.ids().matching, after, limit)
    }

    fn batch_size(&self) -> usize {
        MATCH_BATCH
    }

    fn input(&self) -> Result<Option<ImagePreprocess>, CatalogError> {
        Ok(Some(self.engine.models.host().match_preprocess()?))
    }

    fn reads_files(&self) -> bool {
        true
    }

    fn make(&self, batch: Batch) -> Result<Self::Made, CatalogError> {
        Ok((batch.pictures, self.engine.models.host().match_pictures(batch.inputs, Priority::Batch)?))
    }

    fn keep(&self, (ids, answers): Self::Made) -> Result<(), CatalogError> {
        let (mut vectors, mut managed) = (Vec::new(), Vec::new());
        for (id, answer) in ids.into_iter().zip(answers) {
            match answer {
                Ok(vector) => {
                    managed.push(id);
                    vectors.push((id, vector));
                }
                Err(error) => record_failure(self.library, self.job, id, &error)?,
            }
        }
        self.library.store.add_vectors(self.engine.models.ids().matching, &vectors)?;
        self.library.store.clear_model_failures(&managed)
    }
}
