//! Pictures that lack a description: a caption from BLIP, then texts from all that is known.
//!
//! Captions are what costs. Everything else is composed from what the store holds, so pictures that
//! have a caption (the word lists changed, or the rules) come first and take no model.

use rayon::prelude::*;
use vitrine_models::{PixelTensor, Priority};

use super::{
    Stage,
    backlog::{PAGE, each_batch, record_failure},
    one_by_one,
};
use crate::{
    CatalogError,
    colour::{ProductColour, product_colours},
    describe::{self, Description, Vocabulary},
    engine::Engine,
    library::Inner,
    store::{Material, NewDescription},
};

/// Pictures that the captioner takes at once: a batch is a second's work or so with a large model,
/// and what a killed run repeats.
const CAPTION_BATCH: usize = 4;

/// Describes every picture that is not described.
pub(super) fn describe(library: &Inner, engine: &Engine) -> Result<(), CatalogError> {
    let ids = engine.models.ids();
    let counts = library.store.counts(ids)?;
    let n_lacking = counts.n_searchable.saturating_sub(counts.n_described);
    if n_lacking == 0 {
        return Ok(());
    }
    let done = library.board.snapshot().stages[Stage::Describe as usize].done;
    library.board.set_total(Stage::Describe, done + n_lacking);
    library.board.total_is_known(Stage::Describe);
    library.board.start_stage(Stage::Describe);
    let go_on = || library.control.checkpoint().map(|()| !library.work.has_news());
    // With a large model this takes a minute or two, once; nobody should wonder what is going on.
    library.board.advance(Stage::Describe, 0, Some("the word lists, which is done once".to_owned()));
    let Some(vocabulary) = engine.vocabulary(&library.options.folder, &go_on)? else { return Ok(()) };
    compose_all(library, engine, vocabulary)?;
    if engine.models.describes() && !library.work.has_news() {
        caption_all(library, engine, vocabulary)?;
    }
    Ok(())
}

/// Composes what needs no model any more.
fn compose_all(library: &Inner, engine: &Engine, vocabulary: &Vocabulary) -> Result<(), CatalogError> {
    let mut after = 0;
    while !library.work.has_news() {
        library.control.checkpoint()?;
        let models = &engine.models;
        let page = library.store.without_composition(models.ids(), models.describes(), after, PAGE)?;
        let Some(&last) = page.last() else { break };
        after = last;
        compose(library, engine, vocabulary, &page)?;
        library.board.advance(Stage::Describe, page.len() as u64, None);
        library.events.changed();
    }
    Ok(())
}

fn caption_all(library: &Inner, engine: &Engine, vocabulary: &Vocabulary) -> Result<(), CatalogError> {
    let ids = engine.models.ids();
    let captioner = engine.models.captioner();
    let (preprocess, options) = captioner
        .run(Priority::Batch, |captioner| Ok((captioner.preprocess(), captioner.usual_options())))?;
    let lacking = |after| library.store.without_description(ids.caption, after, PAGE);
    each_batch(library, &preprocess, CAPTION_BATCH, &lacking, |batch| {
        let n = batch.len() as u64;
        let name = batch.last().map(|picture| picture.name.clone());
        let (picture_ids, tensors): (Vec<u64>, Vec<PixelTensor>) =
            batch.into_iter().map(|picture| (picture.id, picture.tensor)).unzip();
        let options = options.clone();
        let answered = captioner.run(Priority::Batch, move |captioner| {
            Ok(one_by_one::answers(&tensors, &|batch| captioner.caption(batch, &options)))
        })?;
        let (mut new, mut managed) = (Vec::new(), Vec::new());
        for (picture_id, answer) in picture_ids.into_iter().zip(answered) {
            match answer {
                Ok(caption) => {
                    managed.push(picture_id);
                    new.push(NewDescription {
                        picture_id,
                        caption: caption.text,
                        mean_log_prob: caption.mean_log_prob,
                    });
                }
                Err(error) => record_failure(library, picture_id, &error)?,
            }
        }
        library.store.add_descriptions(ids.caption, &new)?;
        library.store.clear_model_failures(&managed)?;
        compose(library, engine, vocabulary, &managed)?;
        library.board.advance(Stage::Describe, n, name);
        library.events.changed();
        Ok(())
    })
}

/// Writes descriptions of pictures whose caption and vector are in the store.
fn compose(
    library: &Inner,
    engine: &Engine,
    vocabulary: &Vocabulary,
    picture_ids: &[u64],
) -> Result<(), CatalogError> {
    let ids = engine.models.ids();
    let materials: Vec<Material> = picture_ids
        .iter()
        .filter_map(|&id| library.store.material(id, ids).transpose())
        .collect::<Result<_, _>>()?;
    let lists = engine.models.lists();
    let written = materials
        .into_par_iter()
        .map(|material| {
            let colours = colours(library, material.picture_id);
            let findings = vocabulary.findings(&material.vector, material.caption, colours)?;
            Ok((material.picture_id, describe::describe(&findings, lists)))
        })
        .collect::<Result<Vec<(u64, Description)>, CatalogError>>()?;
    library.store.add_compositions(ids.writer, &written)
}

/// The product's colours, from its thumbnail; none where that cannot be read, which the next scan
/// finds out.
fn colours(library: &Inner, picture_id: u64) -> Vec<ProductColour> {
    let thumbnail = library
        .store
        .picture(picture_id, library.model_ids())
        .and_then(|row| library.thumbnail(&row))
        .ok()
        .and_then(|jpeg| image::load_from_memory(&jpeg).ok());
    thumbnail.map(|picture| product_colours(&picture.to_rgb8())).unwrap_or_default()
}
