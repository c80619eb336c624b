//! What the engine asks of a pack's models.
//!
//! The store, the ranking, the runs and the events know models through this trait alone, so that their
//! tests can put a small deterministic stand-in in the place of models that take seconds to load.

use std::{sync::Arc, time::Duration};

use vitrine_models::{
    Caption, HeatMap, ImagePreprocess, ModelDevice, ModelError, Pack, PixelTensor, Priority, TermEmbedding,
    TermVectors, Ticket,
};

use super::{LoadedModels, no_answer};
use crate::{
    CatalogError,
    store::{PictureId, Store},
};

/// A caption, and what came of the same look at the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Captioned {
    /// The caption.
    pub caption: Caption,
    /// The matching model's unit vector (ITC), where captioner and matcher read pictures alike.
    pub matching: Option<Vec<f32>>,
}

/// An answer that a model's thread owes.
pub struct Pending<R>(Result<Ticket<R>, CatalogError>);

impl<R> Pending<R> {
    pub(crate) fn of(ticket: Ticket<R>) -> Self {
        Self(Ok(ticket))
    }

    /// One that is known not to come.
    pub fn failed(error: CatalogError) -> Self {
        Self(Err(error))
    }

    /// Waits for it up to so long; none where it is not there by then, and is not asked for any more.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails.
    pub fn wait(self, most: Duration) -> Result<Option<R>, CatalogError> {
        match self.0?.wait_for(most) {
            Some(answer) => Ok(Some(answer?)),
            None => Ok(None),
        }
    }
}

/// An answer for each picture of a batch, in order: one bad picture must not cost its batch.
pub type Answers<T> = Vec<Result<T, ModelError>>;

/// Takes the models of an opened pack to work, without reading weights.
pub type OpenModels =
    Arc<dyn Fn(&Pack, &ModelDevice, &Arc<Store>) -> Result<Arc<dyn PackModels>, CatalogError> + Send + Sync>;

/// The models of a pack, wherever they run.
pub trait PackModels: Send + Sync {
    /// Starts to load the search model, without waiting for it.
    fn warm_up(&self) {}

    /// Lets the memory of the models that describe go.
    fn release_describers(&self) {}

    /// How the search model wants its pictures.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    fn search_preprocess(&self) -> Result<ImagePreprocess, CatalogError>;

    /// Unit vectors of pictures.
    ///
    /// # Errors
    /// A model that cannot be loaded; trouble with one picture is in its answer.
    fn embed_pictures(
        &self,
        pictures: Vec<PixelTensor>,
        priority: Priority,
    ) -> Result<Answers<Vec<f32>>, CatalogError>;

    /// Unit vectors of texts, one each, in order.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails.
    fn embed_texts(&self, texts: Vec<String>, priority: Priority) -> Result<Vec<Vec<f32>>, CatalogError>;

    /// Into how many pieces the search model's vocabulary cuts a word; none where that is not known.
    fn n_pieces(&self, _word: &str) -> Option<usize> {
        None
    }

    /// How steeply the search model's cosines read as probabilities.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    fn logit_scale(&self) -> Result<f32, CatalogError>;

    /// Vectors of a list's terms, from what is computed of them. `go_on` is asked between steps of about a second; none
    /// where it answered false.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails; what `go_on` answers.
    fn term_vectors(
        &self,
        embedding: TermEmbedding,
        go_on: &dyn Fn(&TermEmbedding) -> Result<bool, CatalogError>,
    ) -> Result<Option<TermVectors>, CatalogError>;

    /// How the caption model wants its pictures. Its weights are not loaded for it.
    ///
    /// # Errors
    /// A model whose files cannot be read.
    fn caption_preprocess(&self) -> Result<ImagePreprocess, CatalogError>;

    /// Captions of pictures, as the catalog keeps them.
    ///
    /// # Errors
    /// A model that cannot be loaded; trouble with one picture is in its answer.
    fn caption(&self, pictures: Vec<PixelTensor>) -> Result<Answers<Captioned>, CatalogError>;

    /// How the matching model wants its pictures.
    ///
    /// # Errors
    /// A model that cannot be loaded; a pack without one.
    fn match_preprocess(&self) -> Result<ImagePreprocess, CatalogError> {
        Err(no_answer())
    }

    /// The matching model's unit vectors of pictures (ITC).
    ///
    /// # Errors
    /// A model that cannot be loaded; trouble with one picture is in its answer.
    fn match_pictures(
        &self,
        _pictures: Vec<PixelTensor>,
        _priority: Priority,
    ) -> Result<Answers<Vec<f32>>, CatalogError> {
        Err(no_answer())
    }

    /// The matching model's unit vectors of texts (ITC), one each, in order. Its thread may be at work on a
    /// batch of captions, so the answer is something to wait for.
    fn match_texts(&self, _texts: Vec<String>) -> Pending<Vec<Vec<f32>>> {
        Pending::failed(no_answer())
    }

    /// Which of these pictures the matching model read before and remembers.
    fn remembers(&self, pictures: Vec<PictureId>) -> Vec<bool> {
        vec![false; pictures.len()]
    }

    /// By how much "matches" is more likely than "does not match" of each picture and a text (ITM), as a difference
    /// of logits. A picture that is remembered needs no pixels; none where it is not, and has none.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails.
    fn match_log_odds(
        &self,
        _pictures: Vec<(PictureId, Option<PixelTensor>)>,
        _text: String,
    ) -> Result<Vec<Option<f32>>, CatalogError> {
        Err(no_answer())
    }

    /// The same of one picture and several texts, in their order; none for a picture that is not remembered and has
    /// no pixels.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails.
    fn match_log_odds_of(
        &self,
        _picture: (PictureId, Option<PixelTensor>),
        _texts: Vec<String>,
    ) -> Result<Option<Vec<f32>>, CatalogError> {
        Err(no_answer())
    }

    /// Where in a picture the matching model sees what a text says.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails; a pack without one.
    fn match_heat(
        &self,
        _picture: PictureId,
        _pixels: PixelTensor,
        _text: String,
    ) -> Result<HeatMap, CatalogError> {
        Err(no_answer())
    }

    /// Where in a picture the search model sees what a text says.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails.
    fn search_heat(&self, _pixels: PixelTensor, _text: String) -> Result<HeatMap, CatalogError> {
        Err(no_answer())
    }

    /// The models themselves; none of a stand-in.
    fn loaded(&self) -> Option<&LoadedModels> {
        None
    }
}
