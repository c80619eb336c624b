//! What the engine asks of a pack's models.
//!
//! The store, the ranking, the runs and the events know models through this trait alone, so that their
//! tests can put a small deterministic stand-in in the place of models that take seconds to load.

use std::sync::Arc;

use vitrine_models::{
    Caption, ImagePreprocess, ModelDevice, ModelError, Pack, PixelTensor, Priority, TermTable, TermVectors,
};

use super::LoadedModels;
use crate::{CatalogError, store::Store};

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

    /// How steeply the search model's cosines read as probabilities.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    fn logit_scale(&self) -> Result<f32, CatalogError>;

    /// Vectors of a list's terms, each in the sentence `template`, under the key `key`. `go_on` is asked
    /// between steps of about a second; none where it answered false.
    ///
    /// # Errors
    /// A model that cannot be loaded, or fails; what `go_on` answers.
    fn term_vectors(
        &self,
        table: &TermTable,
        template: &str,
        key: &str,
        go_on: &dyn Fn() -> Result<bool, CatalogError>,
    ) -> Result<Option<TermVectors>, CatalogError>;

    /// How the caption model wants its pictures.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    fn caption_preprocess(&self) -> Result<ImagePreprocess, CatalogError>;

    /// Captions of pictures, as the catalog keeps them.
    ///
    /// # Errors
    /// A model that cannot be loaded; trouble with one picture is in its answer.
    fn caption(&self, pictures: Vec<PixelTensor>) -> Result<Answers<Caption>, CatalogError>;

    /// The models themselves; none of a stand-in.
    fn loaded(&self) -> Option<&LoadedModels> {
        None
    }
}
