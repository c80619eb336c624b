//! A pack's models, each on a thread that owns it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use vitrine_models::{
    Captioner, Clip, Describer, HeatMap, ImagePreprocess, ModelDevice, ModelError, ModelThread, Pack,
    PixelTensor, Priority, TermEmbedding, TermVectors,
};

use super::{Answers, Captioned, PackModels, Pending};
use crate::{
    CatalogError,
    store::{PictureId, Store},
};

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
    describer: Mutex<Option<ModelThread<Describer>>>,
}

/// The models of a pack, for [`super::OpenModels`].
pub(crate) fn load(
    pack: &Pack,
    device: &ModelDevice,
    store: &Arc<Store>,
) -> Result<Arc<dyn PackModels>, CatalogError> {
    Ok(Arc::new(LoadedModels {
        pack: pack.clone(),
        // With the pack, with which they go.
        device: device.keeping_layers_in(&pack.folder().join("layers")),
        store: store.clone(),
        clip: Mutex::default(),
        describer: Mutex::default(),
    }))
}

impl LoadedModels {
    /// The thread that owns CLIP.
    pub(crate) fn clip(&self) -> ModelThread<Clip> {
        let mut slot = self.clip.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let folder = self.folder_of(self.pack.clip_folder());
            let (pack, store, device) = (self.pack.clone(), self.store.clone(), self.device.clone());
            ModelThread::spawn_with_idle("vitrine-clip", CLIP_IDLE, move || {
                // As long as reading the files once, the first time, and no time from then on.
                pack.check_model(&folder, &*store)?;
                Clip::load(&folder, &device)
            })
        })
        .clone()
    }

    /// The thread that owns the captioner and the matcher.
    pub(crate) fn describer(&self) -> ModelThread<Describer> {
        let mut slot = self.describer.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let (caption, matching) =
                (self.folder_of(self.pack.caption_folder()), self.folder_of(self.pack.match_folder()));
            let (pack, store, device) = (self.pack.clone(), self.store.clone(), self.device.clone());
            ModelThread::spawn_with_idle("vitrine-describe", DESCRIBER_IDLE, move || {
                let (pack, store) = (pack.clone(), store.clone());
                let check = move |folder: &Path| pack.check_model(folder, &*store);
                Ok(Describer::new(caption.clone(), matching.clone(), device.clone(), check))
            })
        })
        .clone()
    }

    /// A model that the pack does not hold is looked for in the pack's own folder, and not found there.
    fn folder_of(&self, named: Result<PathBuf, ModelError>) -> PathBuf {
        named.unwrap_or_else(|_| self.pack.folder().to_path_buf())
    }
}

impl PackModels for LoadedModels {
    fn warm_up(&self) {
        self.clip();
    }

    fn release_describers(&self) {
        *self.describer.lock().unwrap_or_else(PoisonError::into_inner) = None;
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

    fn n_pieces(&self, word: &str) -> Option<usize> {
        let word = word.to_owned();
        self.clip().run(Priority::Interactive, move |clip| clip.n_pieces(&word)).ok()
    }

    fn logit_scale(&self) -> Result<f32, CatalogError> {
        Ok(self.clip().run(Priority::Batch, |clip| Ok(clip.logit_scale()))?)
    }

    fn term_vectors(
        &self,
        mut embedding: TermEmbedding,
        go_on: &dyn Fn(&TermEmbedding) -> Result<bool, CatalogError>,
    ) -> Result<Option<TermVectors>, CatalogError> {
        let clip = self.clip();
        loop {
            if !go_on(&embedding)? {
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
        // Asked while the search model is at work: the captioner is not loaded for it.
        Ok(Captioner::preprocess_of(&self.folder_of(self.pack.caption_folder()))?)
    }

    fn caption(&self, pictures: Vec<PixelTensor>) -> Result<Answers<Captioned>, CatalogError> {
        let matches = self.pack.manifest().matching.is_some();
        Ok(self.describer().run(Priority::Batch, move |describer| {
            let captioner = describer.captioner()?;
            let options = captioner.usual_options();
            // One that cannot be loaded keeps photos from being matched, not from being described.
            let matcher = if matches { describer.matcher().ok() } else { None };
            Ok(one_by_one(&pictures, &|batch| {
                let tokens = captioner.encode_images(batch)?;
                let captions = captioner.caption_tokens(&tokens, &options)?;
                let vectors = match matcher.filter(|matcher| matcher.accepts(&tokens)) {
                    Some(matcher) => matcher.image_vectors(&tokens)?.into_iter().map(Some).collect(),
                    None => vec![None; captions.len()],
                };
                let both = captions.into_iter().zip(vectors);
                Ok(both.map(|(caption, matching)| Captioned { caption, matching }).collect())
            }))
        })?)
    }

    fn match_preprocess(&self) -> Result<ImagePreprocess, CatalogError> {
        Ok(self.describer().run(Priority::Interactive, |describer| Ok(describer.matcher()?.preprocess()))?)
    }

    fn match_pictures(
        &self,
        pictures: Vec<PixelTensor>,
        priority: Priority,
    ) -> Result<Answers<Vec<f32>>, CatalogError> {
        Ok(self.describer().run(priority, move |describer| {
            let matcher = describer.matcher()?;
            Ok(one_by_one(&pictures, &|batch| matcher.image_vectors(&matcher.encode_images(batch)?)))
        })?)
    }

    fn match_texts(&self, texts: Vec<String>) -> Pending<Vec<Vec<f32>>> {
        Pending::of(self.describer().submit(Priority::Interactive, move |describer| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            describer.matcher()?.text_vectors(&texts)
        }))
    }

    fn remembers(&self, pictures: Vec<PictureId>) -> Vec<bool> {
        let n = pictures.len();
        let keys: Vec<u64> = pictures.into_iter().map(key).collect();
        let known =
            self.describer().run(Priority::Interactive, move |describer| Ok(describer.remembers(&keys)));
        known.unwrap_or_else(|_| vec![false; n])
    }

    fn match_log_odds(
        &self,
        pictures: Vec<(PictureId, Option<PixelTensor>)>,
        text: String,
    ) -> Result<Vec<Option<f32>>, CatalogError> {
        let pictures: Vec<_> = pictures.into_iter().map(|(picture, pixels)| (key(picture), pixels)).collect();
        let asked = move |describer: &Describer| describer.match_log_odds(&pictures, &text);
        Ok(self.describer().run(Priority::Interactive, asked)?)
    }

    fn match_log_odds_of(
        &self,
        (picture, pixels): (PictureId, Option<PixelTensor>),
        texts: Vec<String>,
    ) -> Result<Option<Vec<f32>>, CatalogError> {
        let asked = move |describer: &Describer| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            describer.match_log_odds_of((key(picture), pixels), &texts)
        };
        Ok(self.describer().run(Priority::Interactive, asked)?)
    }

    fn match_heat(
        &self,
        picture: PictureId,
        pixels: PixelTensor,
        text: String,
    ) -> Result<HeatMap, CatalogError> {
        let asked = move |describer: &Describer| describer.heat_map(key(picture), pixels, &text);
        Ok(self.describer().run(Priority::Interactive, asked)?)
    }

    fn search_heat(&self, pixels: PixelTensor, text: String) -> Result<HeatMap, CatalogError> {
        Ok(self.clip().run(Priority::Interactive, move |clip| {
            let vector = clip.embed_texts(&[&text])?.pop().unwrap_or_default();
            clip.heat_map(&pixels, &vector)
        })?)
    }

    fn loaded(&self) -> Option<&LoadedModels> {
        Some(self)
    }
}

/// Under which the describer remembers a picture: a content never gets another's id.
fn key(picture: PictureId) -> u64 {
    picture.get().into()
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
