//! A pack at work: which models it holds, and what they are asked.
//!
//! ```text
//! seam.rs    what the engine asks of models: the trait behind which tests put a stand-in
//! loaded.rs  the models themselves, each on a thread that owns it
//! ```
//!
//! Opening a pack reads no weights. CLIP is loaded with the first search or
//! index run (or [`Models::warm_up`]); the describing models are loaded for a run and let
//! go after it, since nobody waits for them. A model that nobody asks for some
//! minutes gives its memory back, and is loaded again when somebody does.

mod loaded;
mod seam;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

pub(crate) use loaded::{LoadedModels, load};
pub use seam::{Answers, Captioned, OpenModels, PackModels, Pending};
use vitrine_models::{
    Calibration, Coverage, DevicePreference, ImagePreprocess, ModelDevice, ModelSummary, Pack, Precision,
    Priority, select_device_with,
};

use crate::{
    CatalogError,
    describe::{RULES_VERSION, WordLists},
    store::{ModelId, PartModels, Store},
};

/// A pack at work.
pub(crate) struct Models {
    pack: Pack,
    /// The word lists as these models know them.
    lists: WordLists,
    device: (String, Option<String>),
    precision: Precision,
    precisions: Vec<Precision>,
    host: Arc<dyn PackModels>,
    search_preprocess: OnceLock<ImagePreprocess>,
    ids: ModelIds,
    /// Words that were asked about.
    known_words: Mutex<HashMap<String, bool>>,
}

/// Words about which it is remembered whether they are known.
const MAX_KNOWN_WORDS: usize = 10_000;

/// What the store calls the models of the pack in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelIds {
    /// Of the CLIP model.
    pub clip: ModelId,
    /// Of the caption model.
    pub caption: ModelId,
    /// Of both with the word lists and rules by which descriptions are composed.
    pub writer: ModelId,
    /// Of the matching model.
    pub matching: ModelId,
    /// Of the CLIP model where it reads this writer's descriptions.
    pub described: ModelId,
}

impl ModelIds {
    /// By whom the parts of a photo's fused vector are.
    pub(crate) fn parts(self) -> PartModels {
        PartModels { clip: self.clip, matching: self.matching, described: self.described }
    }
}

impl Default for ModelIds {
    /// Of no models.
    fn default() -> Self {
        let none = ModelId::NONE;
        Self { clip: none, caption: none, writer: none, matching: none, described: none }
    }
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
    /// What models compute in there, and could compute in.
    pub precision: Precision,
    /// From the most exact to the smallest.
    pub precisions: Vec<Precision>,
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
        asked: Precision,
        prefer_cpu: bool,
        lists: &WordLists,
        store: &Arc<Store>,
        open: &OpenModels,
    ) -> Result<Self, CatalogError> {
        let lists = lists.for_pack(&pack)?;
        let preference = if prefer_cpu { DevicePreference::Cpu } else { DevicePreference::Auto };
        let device = select_device_with(preference, asked);
        let device = match asked {
            Precision::Auto => device.with_precision(suitable(&pack, &device, store)?),
            _ => device,
        };
        let report = device.report();
        let precision = report.precision;
        let ids = ids(&pack, precision, &lists, store)?;
        let device_words = (report.name.clone(), report.note.clone());
        let host = open(&pack, &device, store)?;
        Ok(Self {
            device: device_words,
            precision,
            precisions: device.precisions(),
            pack,
            lists,
            host,
            search_preprocess: OnceLock::new(),
            ids,
            known_words: Mutex::default(),
        })
    }

    /// What the store calls these models.
    pub(crate) fn ids(&self) -> ModelIds {
        self.ids
    }

    /// What the store calls the models that read words: CLIP and the matching one.
    pub(crate) fn search_ids(&self) -> [ModelId; 2] {
        [self.ids.clip, self.ids.matching]
    }

    /// What they compute in.
    pub(crate) fn precision(&self) -> Precision {
        self.precision
    }

    /// Names the vectors of this pack, also in file names.
    pub(crate) fn clip_key(&self) -> String {
        self.pack.clip_key(self.precision)
    }

    /// Names the fused vectors of this pack, lists and rules included; also in a file name.
    pub(crate) fn parts_key(&self) -> String {
        let ids = self.ids.parts();
        // The store's own numbers of what made the parts: another library has another file.
        let [clip, matching, described] = [ids.clip, ids.matching, ids.described].map(ModelId::get);
        format!("{}-{clip}-{matching}-{described}", self.clip_key())
    }

    /// The pack's name.
    pub(crate) fn name(&self) -> &str {
        &self.pack.manifest().name
    }

    /// The pack's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.pack.folder()
    }

    /// Whether both are the same models in the same place.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.folder() == other.folder() && self.ids == other.ids
    }

    /// How scores read.
    pub(crate) fn calibration(&self) -> Calibration {
        self.pack.manifest().calibration
    }

    /// Whether there is a model that describes.
    pub(crate) fn describes(&self) -> bool {
        self.pack.manifest().caption.is_some()
    }

    /// Whether there is a model that says whether words and a picture match.
    pub(crate) fn matches(&self) -> bool {
        self.pack.manifest().matching.is_some()
    }

    /// Starts to load the search model, without waiting for it.
    pub(crate) fn warm_up(&self) {
        self.host.warm_up();
    }

    /// Whether the models were taught this folded word. They read some scripts and not others. A pack that names its
    /// word lists knows little beside them: a word that its vocabulary cuts to pieces was not among what it learnt
    /// from, and it would answer with something at random.
    pub(crate) fn knows_word(&self, word: &str) -> bool {
        let manifest = self.pack.manifest();
        if !manifest.reads_script_of(word) {
            return false;
        }
        if manifest.lists.is_none() {
            return true;
        }
        let mut known = self.known_words.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MAX_KNOWN_WORDS {
            known.clear();
        }
        *known.entry(word.to_owned()).or_insert_with(|| {
            let is_whole = |word: &str| self.host.n_pieces(word).is_none_or(|n| n <= 1);
            word.split(' ').all(is_whole)
        })
    }

    /// Lets the memory of the models that describe go.
    pub(crate) fn release_describers(&self) {
        self.host.release_describers();
    }

    /// The word lists as these models know them.
    pub(crate) fn lists(&self) -> &WordLists {
        &self.lists
    }

    /// What answers.
    pub(crate) fn host(&self) -> &dyn PackModels {
        &*self.host
    }

    /// The models themselves, for questions that need more than [`PackModels`] asks.
    pub(crate) fn loaded(&self) -> Result<&LoadedModels, CatalogError> {
        self.host.loaded().ok_or_else(no_answer)
    }

    /// How the search model wants its pictures. Waits until it is loaded.
    pub(crate) fn search_preprocess(&self) -> Result<&ImagePreprocess, CatalogError> {
        if let Some(known) = self.search_preprocess.get() {
            return Ok(known);
        }
        let preprocess = self.host.search_preprocess()?;
        Ok(self.search_preprocess.get_or_init(|| preprocess))
    }

    /// The unit vector of one text, for a person who waits.
    pub(crate) fn embed_text(&self, text: &str) -> Result<Vec<f32>, CatalogError> {
        self.host.embed_texts(vec![text.to_owned()], Priority::Interactive)?.pop().ok_or_else(no_answer)
    }

    /// The matching model's unit vector of one picture, for a person who waits; none where the pack has no such
    /// model.
    pub(crate) fn match_picture(&self, pixels: &image::RgbImage) -> Result<Option<Vec<f32>>, CatalogError> {
        if !self.matches() {
            return Ok(None);
        }
        let input = self.host.match_preprocess()?.apply(pixels);
        let mut answers = self.host.match_pictures(vec![input], Priority::Interactive)?;
        Ok(Some(answers.pop().ok_or_else(no_answer)??))
    }

    /// The unit vector of one picture, for a person who waits.
    pub(crate) fn embed_picture(&self, pixels: &image::RgbImage) -> Result<Vec<f32>, CatalogError> {
        let input = self.search_preprocess()?.apply(pixels);
        let mut answers = self.host.embed_pictures(vec![input], Priority::Interactive)?;
        Ok(answers.pop().ok_or_else(no_answer)??)
    }

    /// The pack in figures, read without loading weights.
    pub(crate) fn report(&self) -> Result<ModelsReport, CatalogError> {
        let manifest = self.pack.manifest();
        Ok(ModelsReport {
            name: manifest.name.clone(),
            revision: manifest.revision.clone(),
            summary: manifest.summary.clone(),
            is_starter: manifest.starter,
            coverage: manifest.coverage.clone(),
            folder: self.pack.folder().to_path_buf(),
            device: self.device.0.clone(),
            device_note: self.device.1.clone(),
            precision: self.precision,
            precisions: self.precisions.clone(),
            clip: manifest.clip.as_ref().map(|_| self.pack.clip_summary()).transpose()?,
            caption: manifest.caption.as_ref().map(|_| self.pack.caption_summary()).transpose()?,
            matching: manifest.matching.as_ref().map(|_| self.pack.match_summary()).transpose()?,
        })
    }
}

/// What a pack computes in where nobody chose: as most of its vectors of this library were made, since a change to another
/// precision may have been given up half-way; else, on a processor, the smallest in which it is known to answer as in
/// f32.
fn suitable(pack: &Pack, device: &ModelDevice, store: &Store) -> Result<Precision, CatalogError> {
    let usual = device.usual_precision(&pack.manifest().agrees);
    let n_vectors = |precision: Precision| -> Result<(u64, bool), CatalogError> {
        let legacy = store.n_vectors(&legacy_key(pack, "clip", precision))?;
        Ok(legacy.max(store.n_vectors(&pack.clip_key(precision))?))
    };
    let (mut best, mut most) = (usual, n_vectors(usual)?);
    for precision in device.precisions() {
        let n = n_vectors(precision)?;
        if n > most {
            (best, most) = (precision, n);
        }
    }
    Ok(best)
}

/// What older programs, which knew f32 alone on processors, called what a role of a pack made.
fn legacy_key(pack: &Pack, role: &str, precision: Precision) -> String {
    match precision {
        Precision::Bf16 | Precision::Int8 => String::new(),
        _ => pack.key_by_name(role),
    }
}

/// The ids of a pack's models, and of it as a writer of descriptions with these lists and rules.
///
/// What an older program made was named by the pack's name and revision; it is taken over by whichever pack
/// of that name and revision is opened first.
fn ids(
    pack: &Pack,
    precision: Precision,
    lists: &WordLists,
    store: &Store,
) -> Result<ModelIds, CatalogError> {
    let name = &pack.manifest().name;
    let has_captions = pack.manifest().caption.is_some();
    let caption = if has_captions { pack.caption_key(precision) } else { String::new() };
    let old_caption = if has_captions { legacy_key(pack, "caption", precision) } else { String::new() };
    let (clip, old_clip) = (pack.clip_key(precision), legacy_key(pack, "clip", precision));
    let lists = lists.fingerprint();
    let rules = format!("lists-{lists} rules-{RULES_VERSION}");
    let writer = format!("{clip} {caption} {rules}");
    let old_writer = match old_clip.as_str() {
        "" => String::new(),
        clip => format!("{clip} {old_caption} {rules}"),
    };
    let matching = match pack.manifest().matching {
        Some(_) => store.model_id(&pack.match_key(precision), name, &legacy_key(pack, "match", precision))?,
        None => ModelId::NONE,
    };
    Ok(ModelIds {
        clip: store.model_id(&clip, name, &old_clip)?,
        caption: if has_captions { store.model_id(&caption, name, &old_caption)? } else { ModelId::NONE },
        writer: store.model_id(&writer, name, &old_writer)?,
        matching,
        described: store.model_id(&format!("{writer} read by {clip}"), name, "")?,
    })
}

pub(crate) fn no_answer() -> CatalogError {
    CatalogError::NoModels("A model gave no answer.".to_owned())
}
