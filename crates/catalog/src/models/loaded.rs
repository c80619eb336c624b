//! A pack's models, each on a thread that owns it.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use vitrine_models::{
    Caption, Captioner, Clip, ImagePreprocess, Matcher, ModelDevice, ModelError, ModelThread, Pack,
    PixelTensor, Priority, TermEmbedding, TermTable, TermVectors,
};

use super::{Answers, PackModels};
use crate::{CatalogError, store::Store};

/// A merchant who searches pauses for less; the first search after a longer
/// pause waits for about a second, which is better than half a gigabyte that a
/// small machine lacks all day.
const CLIP_IDLE: Duration = Duration::from_secs(15 * 60);

/// Between two photos of a run it works without a pause; this is for a run that
/// is paused, whose captioner would otherwise keep a gigabyte until it goes on.
const DESCRIBER_IDLE: Duration = Duration::from_secs(3 * 60);

/// The threads, started when they are first asked.
pub struct LoadedModels {
    pack: Pack,
    device: ModelDevice,
    store: Arc<Store>,
    clip: Mutex<Option<ModelThread<Clip>>>,
    captioner: Mutex<Option<ModelThread<Captioner>>>,
    matcher: Mutex<Option<ModelThread<Matcher>>>,
}

/// The models of a pack, for [`super::OpenModels`].
pub(crate) fn load(
    pack: &Pack,
    device: &ModelDevice,
    store: &Arc<Store>,
) -> Result<Arc<dyn PackModels>, CatalogError> {
    Ok(Arc::new(LoadedModels {
        pack: pack.clone(),
        device: device.clone(),
        store: store.clone(),
        clip: Mutex::default(),
        captioner: Mutex::default(),
        matcher: Mutex::default(),
    }))
}

impl LoadedModels {
    /// The thread that owns CLIP.
    pub(crate) fn clip(&self) -> ModelThread<Clip> {
        let mut slot = self.clip.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let (folder, device, check) = self.opening(self.pack.clip_folder());
            ModelThread::spawn_with_idle("vitrine-clip", CLIP_IDLE, move || {
                check()?;
                Clip::load(&folder, &device)
            })
        })
        .clone()
    }

    /// The thread that owns the captioner.
    pub(crate) fn captioner(&self) -> ModelThread<Captioner> {
        let mut slot = self.captioner.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let (folder, device, check) = self.opening(self.pack.caption_folder());
            ModelThread::spawn_with_idle("vitrine-caption", DESCRIBER_IDLE, move || {
                check()?;
                Captioner::load(&folder, &device)
            })
        })
        .clone()
    }

    /// The thread that owns the matcher.
    pub(crate) fn matcher(&self) -> ModelThread<Matcher> {
        let mut slot = self.matcher.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let (folder, device, check) = self.opening(self.pack.match_folder());
            ModelThread::spawn_with_idle("vitrine-match", DESCRIBER_IDLE, move || {
                check()?;
                Matcher::load(&folder, &device)
            })
        })
        .clone()
    }

    /// What a model's thread needs to open it: the folder, the device, and the check of its files, which takes
    /// as long as reading them once, and no time from then on. A model that the pack does not hold is looked
    /// for in the pack's own folder, and not found there.
    fn opening(
        &self,
        named: Result<PathBuf, ModelError>,
    ) -> (PathBuf, ModelDevice, impl Fn() -> Result<(), ModelError> + use<>) {
        let folder = named.unwrap_or_else(|_| self.pack.folder().to_path_buf());
        let (pack, store, of) = (self.pack.clone(), self.store.clone(), folder.clone());
        (folder, self.device.clone(), move || pack.check_model(&of, &*store))
    }
}

impl PackModels for LoadedModels {
    fn warm_up(&self) {
        self.clip();
    }

    fn release_describers(&self) {
        *self.captioner.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.matcher.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn search_preprocess(&self) -> Result<ImagePreprocess, CatalogError> {
        Ok(self.clip().run(Priority::Interactive, |clip| Ok(clip.preprocess()))?)
    }

    fn embed_pictures(
        &self,
        pictures: Vec<PixelTensor>,
        priority: Priority,
    ) -> Result<Answers<Vec<f32>>, CatalogError> {
        Ok(self
            .clip()
            .run(priority, move |clip| Ok(one_by_one(&pictures, &|batch| clip.embed_images(batch))))?)
    }

    fn embed_texts(&self, texts: Vec<String>, priority: Priority) -> Result<Vec<Vec<f32>>, CatalogError> {
        Ok(self.clip().run(priority, move |clip| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            clip.embed_texts(&texts)
        })?)
    }

    fn logit_scale(&self) -> Result<f32, CatalogError> {
        Ok(self.clip().run(Priority::Batch, |clip| Ok(clip.logit_scale()))?)
    }

    fn term_vectors(
        &self,
        table: &TermTable,
        template: &str,
        key: &str,
        go_on: &dyn Fn() -> Result<bool, CatalogError>,
    ) -> Result<Option<TermVectors>, CatalogError> {
        let mut embedding = TermEmbedding::new(table, template, key)?;
        let clip = self.clip();
        loop {
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
                return Ok(Some(clip.run(Priority::Batch, move |clip| embedding.finish(clip))?));
            }
        }
    }

    fn caption_preprocess(&self) -> Result<ImagePreprocess, CatalogError> {
        Ok(self.captioner().run(Priority::Batch, |captioner| Ok(captioner.preprocess()))?)
    }

    fn caption(&self, pictures: Vec<PixelTensor>) -> Result<Answers<Caption>, CatalogError> {
        Ok(self.captioner().run(Priority::Batch, move |captioner| {
            let options = captioner.usual_options();
            Ok(one_by_one(&pictures, &|batch| captioner.caption(batch, &options)))
        })?)
    }

    fn loaded(&self) -> Option<&LoadedModels> {
        Some(self)
    }
}

/// Asks a model about a batch, and when it fails about each picture alone: one answer an input, in order.
fn one_by_one<T, A>(
    inputs: &[T],
    ask: &impl Fn(&[T]) -> Result<Vec<A>, ModelError>,
) -> Vec<Result<A, ModelError>> {
    match ask(inputs) {
        Ok(all) => all.into_iter().map(Ok).collect(),
        Err(error) if inputs.len() == 1 => vec![Err(error)],
        Err(_) => inputs.iter().flat_map(|one| one_by_one(std::slice::from_ref(one), ask)).collect(),
    }
}
