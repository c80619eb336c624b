//! The passes that describe photos: a caption from BLIP, then texts from all that is known.
//!
//! Captions are what costs. Everything else is composed from what the store holds, so pictures that
//! have a caption (the word lists changed, or the rules) come first and take no model.

use rayon::prelude::*;
use vitrine_jobs::{Job, Stage};
use vitrine_models::ImagePreprocess;

use super::{
    ahead::Ahead,
    pass::{self, Batch, Pass, record_failure},
};
use crate::{
    CatalogError,
    colour::{ProductColour, product_colours},
    describe::{self, Description, ListReading, Vocabulary},
    engine::Engine,
    library::Inner,
    models::{Answers, Captioned},
    store::{Material, NewDescription, PictureId},
};

/// Pictures that the captioner takes at once: a batch is a second's work or so with a large model,
/// and what a killed run repeats.
const CAPTION_BATCH: usize = 4;

/// Products whose words are written anew with a batch, others among them that wait.
const WORDS_AT_ONCE: u64 = 32;

/// Describes every picture that is not described; `ahead` holds inputs that were prepared already.
pub(super) fn describe(
    library: &Inner,
    job: &Job,
    engine: &Engine,
    ahead: &Ahead,
) -> Result<(), CatalogError> {
    let ids = engine.models.ids();
    let none = PictureId::new(0);
    let has_captions = engine.models.describes();
    let can_compose = !library.store.without_composition(ids, has_captions, none, 1)?.is_empty();
    let can_caption = has_captions && !library.store.without_description(ids.caption, none, 1)?.is_empty();
    if !can_compose && !can_caption {
        return Ok(());
    }
    let counts = library.store.counts(ids.clip, ids.writer)?;
    job.board().add_total(Stage::Describe, counts.n_searchable.saturating_sub(counts.n_described));
    job.board().total_is_known(Stage::Describe);
    let Some(vocabulary) = word_lists(library, job, engine)? else { return Ok(()) };
    let writer = Writer { library, engine, vocabulary };
    pass::run(library, job, &Compose { writer })?;
    if can_caption && !library.work.has_news() {
        pass::run(library, job, &CaptionAndCompose { writer, job, ahead })?;
    }
    Ok(())
}

/// The word lists as the models know them; none where something else is to be done first. Reading them takes minutes with a
/// large model, once: nobody should wonder what is going on.
pub(super) fn word_lists<'a>(
    library: &Inner,
    job: &Job,
    engine: &'a Engine,
) -> Result<Option<&'a Vocabulary>, CatalogError> {
    let go_on = |reading: &ListReading| {
        let ListReading { n_done, n_total, .. } = reading;
        if *n_total > 0 {
            let how_far = format!("the word lists, which is done once: {n_done} of {n_total} words");
            job.board().advance(Stage::Describe, 0, Some(how_far));
        }
        Ok(job.checkpoint().map(|()| !library.work.has_news())?)
    };
    engine.vocabulary(&library.options.folder, &go_on)
}

/// Writes descriptions of pictures whose caption and vector are in the store.
#[derive(Clone, Copy)]
struct Writer<'a> {
    library: &'a Inner,
    engine: &'a Engine,
    vocabulary: &'a Vocabulary,
}

type Composed = Vec<(PictureId, Description)>;

impl Writer<'_> {
    fn compose(&self, pictures: &[PictureId]) -> Result<Composed, CatalogError> {
        let ids = self.engine.models.ids();
        let materials: Vec<Material> = pictures
            .iter()
            .filter_map(|&id| self.library.store.material(id, ids).transpose())
            .collect::<Result<_, _>>()?;
        let lists = self.engine.models.lists();
        materials
            .into_par_iter()
            .map(|material| {
                let colours = self.colours(material.picture);
                let mut findings = self.vocabulary.findings(&material.vector, material.caption, colours)?;
                findings.unrecognisable = material.unrecognisable;
                Ok((material.picture, describe::describe(&findings, lists)))
            })
            .collect()
    }

    fn write(&self, composed: &Composed) -> Result<(), CatalogError> {
        self.library.store.add_compositions(self.engine.models.ids().writer, composed)
    }

    /// The product's colours, from its thumbnail; none where that cannot be read, which the next scan
    /// finds out.
    fn colours(&self, picture: PictureId) -> Vec<ProductColour> {
        let pixels = self.library.small_pixels(picture);
        pixels.map(|pixels| product_colours(&pixels)).unwrap_or_default()
    }
}

/// Texts for what needs no model any more.
struct Compose<'a> {
    writer: Writer<'a>,
}

impl Pass for Compose<'_> {
    type Made = Composed;

    fn stage(&self) -> Stage {
        Stage::Describe
    }

    fn lacking(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        let models = &self.writer.engine.models;
        self.writer.library.store.without_composition(models.ids(), models.describes(), after, limit)
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
        self.writer.compose(&batch.pictures)
    }

    fn keep(&self, composed: Self::Made) -> Result<(), CatalogError> {
        self.writer.write(&composed)
    }
}

/// A caption, and texts of it at once.
struct CaptionAndCompose<'a> {
    writer: Writer<'a>,
    job: &'a Job,
    ahead: &'a Ahead,
}

impl Pass for CaptionAndCompose<'_> {
    type Made = (Vec<PictureId>, Answers<Captioned>);

    fn stage(&self) -> Stage {
        Stage::Describe
    }

    fn lacking(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        let caption = self.writer.engine.models.ids().caption;
        self.writer.library.store.without_description(caption, after, limit)
    }

    fn batch_size(&self) -> usize {
        CAPTION_BATCH
    }

    fn input(&self) -> Result<Option<ImagePreprocess>, CatalogError> {
        Ok(Some(self.writer.engine.models.host().caption_preprocess()?))
    }

    fn reads_files(&self) -> bool {
        true
    }

    fn ahead(&self) -> Option<&Ahead> {
        Some(self.ahead)
    }

    fn make(&self, batch: Batch) -> Result<Self::Made, CatalogError> {
        Ok((batch.pictures, self.writer.engine.models.host().caption(batch.inputs)?))
    }

    fn keep(&self, (ids, answers): Self::Made) -> Result<(), CatalogError> {
        let library = self.writer.library;
        let (mut new, mut vectors, mut managed) = (Vec::new(), Vec::new(), Vec::new());
        for (picture, answer) in ids.into_iter().zip(answers) {
            match answer {
                Ok(Captioned { caption, matching }) => {
                    managed.push(picture);
                    vectors.extend(matching.map(|vector| (picture, vector)));
                    new.push(NewDescription {
                        picture,
                        caption: caption.text,
                        mean_log_prob: caption.mean_log_prob,
                    });
                }
                Err(error) => record_failure(library, self.job, picture, &error)?,
            }
        }
        library.store.add_descriptions(self.writer.engine.models.ids().caption, &new)?;
        library.store.add_vectors(self.writer.engine.models.ids().matching, &vectors)?;
        library.store.clear_model_failures(&managed)?;
        self.writer.write(&self.writer.compose(&managed)?)?;
        // So that words find what was described a moment ago.
        library.store.refresh_words(self.writer.engine.models.ids(), WORDS_AT_ONCE)?;
        Ok(())
    }
}
