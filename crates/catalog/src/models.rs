//! A pack at work: which models it holds, and the threads that own them.
//!
//! Opening a pack reads no weights. CLIP is loaded with the first search or
//! index run (or [`Models::warm_up`]); the captioner is loaded for a run and let
//! go after it, since nobody waits for it. A model that nobody asks for some
//! minutes gives its memory back, and is loaded again when somebody does.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use vitrine_models::{
    Calibration, Captioner, Clip, Coverage, DevicePreference, ImagePreprocess, Matcher, ModelDevice,
    ModelSummary, ModelThread, Pack, Priority, select_device,
};

use crate::{
    CatalogError,
    describe::{RULES_VERSION, WordLists},
    store::Store,
};

/// A merchant who searches pauses for less; the first search after a longer
/// pause waits for about a second, which is better than half a gigabyte that a
/// small machine lacks all day.
const CLIP_IDLE: Duration = Duration::from_secs(15 * 60);

/// Between two photos of a run it works without a pause; this is for a run that
/// is paused, whose captioner would otherwise keep a gigabyte until it goes on.
const CAPTIONER_IDLE: Duration = Duration::from_secs(3 * 60);

/// A pack at work.
pub struct Models {
    pack: Pack,
    /// The word lists as these models know them.
    lists: WordLists,
    device: ModelDevice,
    clip: Mutex<Option<ModelThread<Clip>>>,
    captioner: Mutex<Option<ModelThread<Captioner>>>,
    matcher: Mutex<Option<ModelThread<Matcher>>>,
    clip_preprocess: OnceLock<ImagePreprocess>,
    ids: ModelIds,
}

/// What the store calls the models of the pack in use.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelIds {
    /// Of the CLIP model; 0, which no row has, without a pack.
    pub clip: u64,
    /// Of the caption model; 0 without one.
    pub caption: u64,
    /// Of both with the word lists and rules by which descriptions are composed.
    pub writer: u64,
}

/// The pack in use, in figures.
#[derive(Debug, Clone)]
pub struct ModelsReport {
    /// Its name.
    pub name: String,
    /// Its revision.
    pub revision: String,
    /// One line about it.
    pub summary: String,
    /// Whether it is the one that ships.
    pub is_starter: bool,
    /// What it knows and lacks.
    pub coverage: Coverage,
    /// Where it is.
    pub folder: PathBuf,
    /// `CPU`, `CUDA` or `Metal`.
    pub device: String,
    /// Why it is not a faster one.
    pub device_note: Option<String>,
    /// The model that finds products.
    pub clip: Option<ModelSummary>,
    /// The model that describes them.
    pub caption: Option<ModelSummary>,
    /// The model that says whether words and a photo match.
    pub matching: Option<ModelSummary>,
}

impl Models {
    /// Takes a pack to work; no weights are read.
    pub(crate) fn of_pack(
        pack: Pack,
        prefer_cpu: bool,
        lists: &WordLists,
        store: &Store,
    ) -> Result<Self, CatalogError> {
        let lists = lists.for_pack(&pack)?;
        let ids = ModelIds {
            clip: store.model_id(&pack.clip_key())?,
            caption: match pack.manifest().caption {
                Some(_) => store.model_id(&pack.caption_key())?,
                None => 0,
            },
            writer: store.model_id(&format!(
                "{} {} lists-{} rules-{RULES_VERSION}",
                pack.clip_key(),
                if pack.manifest().caption.is_some() { pack.caption_key() } else { String::new() },
                lists.fingerprint(),
            ))?,
        };
        let preference = if prefer_cpu { DevicePreference::Cpu } else { DevicePreference::Auto };
        Ok(Self {
            device: select_device(preference),
            pack,
            lists,
            clip: Mutex::new(None),
            captioner: Mutex::new(None),
            matcher: Mutex::new(None),
            clip_preprocess: OnceLock::new(),
            ids,
        })
    }

    /// What the store calls these models.
    pub(crate) fn ids(&self) -> ModelIds {
        self.ids
    }

    /// Names the vectors of this pack, also in file names.
    pub(crate) fn clip_key(&self) -> String {
        self.pack.clip_key()
    }

    /// The pack's name.
    pub(crate) fn name(&self) -> &str {
        &self.pack.manifest().name
    }

    /// The pack's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.pack.folder()
    }

    /// Whether both are the same pack in the same place.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.folder() == other.folder() && self.pack.manifest().revision == other.pack.manifest().revision
    }

    /// How scores read.
    pub(crate) fn calibration(&self) -> Calibration {
        self.pack.manifest().calibration
    }

    /// Whether there is a model that describes.
    pub(crate) fn describes(&self) -> bool {
        self.pack.manifest().caption.is_some()
    }

    /// Starts to load the search model, without waiting for it.
    pub(crate) fn warm_up(&self) {
        self.clip();
    }

    /// Unit vectors of texts.
    pub(crate) fn embed_texts(
        &self,
        texts: Vec<String>,
        priority: Priority,
    ) -> Result<Vec<Vec<f32>>, CatalogError> {
        Ok(self.clip().run(priority, move |clip| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            clip.embed_texts(&texts)
        })?)
    }

    /// The thread that owns CLIP; starts it when it is not there.
    pub(crate) fn clip(&self) -> ModelThread<Clip> {
        let mut slot = self.clip.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let folder =
                self.folder_of(self.pack.manifest().clip.as_ref().map(|entry| entry.folder.as_str()));
            let device = self.device.clone();
            ModelThread::spawn_with_idle("vitrine-clip", CLIP_IDLE, move || Clip::load(&folder, &device))
        })
        .clone()
    }

    /// How CLIP wants its pictures. Waits until the model is loaded.
    pub(crate) fn clip_preprocess(&self) -> Result<&ImagePreprocess, CatalogError> {
        if let Some(known) = self.clip_preprocess.get() {
            return Ok(known);
        }
        let preprocess = self.clip().run(Priority::Interactive, |clip| Ok(clip.preprocess()))?;
        Ok(self.clip_preprocess.get_or_init(|| preprocess))
    }

    /// The thread that owns the captioner; starts it when it is not there.
    pub(crate) fn captioner(&self) -> ModelThread<Captioner> {
        let mut slot = self.captioner.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let folder =
                self.folder_of(self.pack.manifest().caption.as_ref().map(|entry| entry.folder.as_str()));
            let device = self.device.clone();
            ModelThread::spawn_with_idle("vitrine-caption", CAPTIONER_IDLE, move || {
                Captioner::load(&folder, &device)
            })
        })
        .clone()
    }

    /// Lets the captioner's memory go.
    pub(crate) fn release_captioner(&self) {
        *self.captioner.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The word lists as these models know them.
    pub(crate) fn lists(&self) -> &WordLists {
        &self.lists
    }

    /// Whether there is a model that says whether words and a picture match.
    pub(crate) fn matches(&self) -> bool {
        self.pack.manifest().matching.is_some()
    }

    /// The thread that owns the matcher; starts it when it is not there.
    pub(crate) fn matcher(&self) -> ModelThread<Matcher> {
        let mut slot = self.matcher.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let folder =
                self.folder_of(self.pack.manifest().matching.as_ref().map(|entry| entry.folder.as_str()));
            let device = self.device.clone();
            ModelThread::spawn_with_idle("vitrine-match", CAPTIONER_IDLE, move || {
                Matcher::load(&folder, &device)
            })
        })
        .clone()
    }

    fn folder_of(&self, folder: Option<&str>) -> PathBuf {
        self.pack.folder().join(Path::new(folder.unwrap_or_default()))
    }

    /// The pack in figures, read without loading weights.
    pub(crate) fn report(&self) -> Result<ModelsReport, CatalogError> {
        let manifest = self.pack.manifest();
        let device = self.device.report();
        Ok(ModelsReport {
            name: manifest.name.clone(),
            revision: manifest.revision.clone(),
            summary: manifest.summary.clone(),
            is_starter: manifest.starter,
            coverage: manifest.coverage.clone(),
            folder: self.pack.folder().to_path_buf(),
            device: device.name.clone(),
            device_note: device.note.clone(),
            clip: manifest.clip.as_ref().map(|_| self.pack.clip_summary()).transpose()?,
            caption: manifest.caption.as_ref().map(|_| self.pack.caption_summary()).transpose()?,
            matching: manifest.matching.as_ref().map(|_| self.pack.match_summary()).transpose()?,
        })
    }
}
