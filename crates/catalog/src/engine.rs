//! The pack that answers, and the one that gets ready to answer in its place.
//!
//! A change of packs needs a new vector of every picture, which takes minutes to hours. Until the
//! last of them is there the old pack answers every search, with its own vectors; then the two
//! change places at once. Nothing of the old pack is deleted, so going back takes no time.
//!
//! Which pack that is stands in the store, so that a change goes on after a restart.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use vitrine_models::{Pack, Precision};

use crate::{
    CatalogError, LibraryOptions,
    describe::{GoOn, SharedVocabulary, Vocabulary, WordLists},
    memory::Vectors,
    models::{ModelIds, Models, OpenModels},
    store::{PictureId, Setting, Store, TuningId},
    tuning::{FusedSource, Tuned},
};

/// A pack, and what its models are asked to compute in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) folder: PathBuf,
    pub(crate) precision: Precision,
}

/// Which choice the store remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Current,
    Next,
    Previous,
}

impl Place {
    fn settings(self) -> [Setting; 2] {
        match self {
            Self::Current => [Setting::Pack, Setting::Precision],
            Self::Next => [Setting::NextPack, Setting::NextPrecision],
            Self::Previous => [Setting::PreviousPack, Setting::PreviousPrecision],
        }
    }

    fn precision(self, store: &Store) -> Result<Precision, CatalogError> {
        let [_, precision] = self.settings();
        let name = store.text_setting(precision)?;
        Ok(name.and_then(|name| Precision::from_name(&name)).unwrap_or_default())
    }

    fn remember_precision(self, precision: Precision, store: &Store) -> Result<(), CatalogError> {
        let [_, setting] = self.settings();
        store.set_text(setting, (precision != Precision::Auto).then_some(precision.name()))
    }
}

impl Choice {
    /// None where no pack is remembered.
    pub(crate) fn stored(place: Place, store: &Store) -> Result<Option<Self>, CatalogError> {
        let [pack, _] = place.settings();
        let Some(folder) = store.path_setting(pack)? else { return Ok(None) };
        Ok(Some(Self { folder, precision: place.precision(store)? }))
    }
}

fn remember(
    place: Place,
    folder: Option<&Path>,
    precision: Precision,
    store: &Store,
) -> Result<(), CatalogError> {
    let [pack, _] = place.settings();
    store.set_path(pack, folder)?;
    place.remember_precision(precision, store)
}

/// A pack's models with the vectors that they made, and what searches by them learnt from the shop.
pub(crate) struct Engine {
    pub(crate) models: Arc<Models>,
    pub(crate) vectors: Arc<Vectors>,
    vocabulary: Arc<SharedVocabulary>,
    /// What is added to every relevance.
    shift: f32,
}

impl Engine {
    fn open(
        Choice { folder, precision }: &Choice,
        options: &LibraryOptions,
        lists: &WordLists,
        store: &Arc<Store>,
        open: &OpenModels,
    ) -> Result<Arc<Self>, CatalogError> {
        let pack = Pack::open(folder)?;
        if pack.manifest().clip.is_none() {
            return Err(CatalogError::NoModels(format!(
                "the pack in {} holds no search model",
                folder.display()
            )));
        }
        let models = Arc::new(Models::of_pack(pack, *precision, options.prefer_cpu, lists, store, open)?);
        let tuned = match used_tuning(store, &models) {
            Err(error @ CatalogError::Database(_)) => return Err(error),
            Err(error) => {
                tracing::warn!(error = %error.with_causes(), "searches go without what they learnt");
                None
            }
            Ok(tuned) => tuned,
        };
        Ok(Arc::new(Self::of(models, Arc::default(), tuned, options)))
    }

    fn of(
        models: Arc<Models>,
        vocabulary: Arc<SharedVocabulary>,
        tuned: Option<Arc<Tuned>>,
        options: &LibraryOptions,
    ) -> Self {
        let shift = tuned.as_ref().map_or(0.0, |tuned| tuned.shift());
        let source = FusedSource::new(models.ids().parts(), tuned);
        let vectors = Arc::new(Vectors::new(&options.folder, source, &models.parts_key()));
        Self { models, vectors, vocabulary, shift }
    }

    /// The same models with other things learnt, or none.
    pub(crate) fn tuned_by(&self, tuned: Option<Arc<Tuned>>, options: &LibraryOptions) -> Arc<Self> {
        Arc::new(Self::of(self.models.clone(), self.vocabulary.clone(), tuned, options))
    }

    /// The same with something else added to every relevance.
    pub(crate) fn shifted_by(&self, shift: f32) -> Arc<Self> {
        let (models, vectors) = (self.models.clone(), self.vectors.clone());
        Arc::new(Self { models, vectors, vocabulary: self.vocabulary.clone(), shift })
    }

    /// What searches learnt, if they did.
    pub(crate) fn tuned(&self) -> Option<&Tuned> {
        self.vectors.source().tuned()
    }

    /// Names what searches learnt.
    pub(crate) fn tuning(&self) -> Option<TuningId> {
        self.tuned().map(Tuned::id)
    }

    /// Whether a folded word means something to searches: to the models, or by what was learnt from the shop.
    pub(crate) fn knows_word(&self, word: &str) -> bool {
        self.models.knows_word(word) || self.tuned().is_some_and(|tuned| tuned.knows_word(word))
    }

    /// What is added to every relevance.
    pub(crate) fn shift(&self) -> f32 {
        self.shift
    }

    /// The word lists, ready to be compared with vectors; computed when they are first asked for.
    /// None where `go_on` wanted something else to be done first.
    pub(crate) fn vocabulary(
        &self,
        library: &Path,
        go_on: &GoOn<'_>,
    ) -> Result<Option<&Vocabulary>, CatalogError> {
        self.vocabulary.get_or_read(&self.models, &library.join("cache"), go_on)
    }

    /// The word lists, where they are ready.
    pub(crate) fn ready_vocabulary(&self) -> Option<&Vocabulary> {
        self.vocabulary.get()
    }

    /// Whether every picture of the catalog has a vector of this pack.
    fn is_complete(&self, store: &Store) -> Result<bool, CatalogError> {
        Ok(store.without_vector(self.models.ids().clip, PictureId::new(0), 1)?.is_empty())
    }
}

/// A change of packs that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackChange {
    /// The pack that still answers.
    pub from: String,
    /// The pack that will.
    pub to: String,
    /// What it will compute in.
    pub precision: Precision,
    /// Pictures that the new pack can find already.
    pub n_done: u64,
    /// Pictures of the catalog.
    pub n_total: u64,
}

struct State {
    /// What answers, or why nothing does.
    current: Result<Arc<Engine>, String>,
    /// What gets ready.
    next: Option<Arc<Engine>>,
    /// What is compared with what answers: the same models with other things learnt, by what that is.
    compared: Vec<Arc<Engine>>,
}

/// The packs at work.
pub(crate) struct Engines {
    state: RwLock<State>,
    lists: WordLists,
    open: OpenModels,
}

impl Engines {
    /// Opens the pack that was chosen for this library, else the first usable one of the options.
    pub(crate) fn open(
        options: &LibraryOptions,
        store: &Arc<Store>,
        open: OpenModels,
    ) -> Result<Self, CatalogError> {
        let lists = WordLists::read(&options.folder)?;
        let precision = chosen_precision(options, store)?;
        let chosen = match &options.pack {
            Some(folder) => Some(folder.clone()),
            None => store.path_setting(Setting::Pack)?,
        };
        let current = match chosen.map(|folder| Choice { folder, precision }) {
            Some(choice) => match Engine::open(&choice, options, &lists, store, &open) {
                Ok(engine) => Ok(engine),
                Err(error @ CatalogError::Database(_)) => return Err(error),
                // Another pack in its place would find nothing, and start to work through the
                // whole catalog without having been asked to.
                Err(error) => Err(format!(
                    "The models that were chosen for this library cannot be used: {}. \
                     Choose others in the settings.",
                    error.with_causes()
                )),
            },
            None => first_usable(precision, options, &lists, store, &open)?,
        };
        let next = match Choice::stored(Place::Next, store)? {
            Some(choice) => match Engine::open(&choice, options, &lists, store, &open) {
                Ok(engine) => Some(engine),
                Err(error @ CatalogError::Database(_)) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "the change to another pack is given up");
                    if !store.is_read_only() {
                        remember(Place::Next, None, Precision::Auto, store)?;
                    }
                    None
                }
            },
            None => None,
        };
        Ok(Self { state: RwLock::new(State { current, next, compared: Vec::new() }), lists, open })
    }

    /// The word lists that descriptions are made of.
    pub(crate) fn lists(&self) -> &WordLists {
        &self.lists
    }

    /// What answers searches.
    pub(crate) fn current(&self) -> Result<Arc<Engine>, CatalogError> {
        self.read().current.clone().map_err(CatalogError::NoModels)
    }

    /// Why nothing answers, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        self.read().current.as_ref().err().cloned()
    }

    /// Lets `ready` answer in the place of an engine of the same models; false where another pack answers by now.
    pub(crate) fn exchange(&self, ready: &Arc<Engine>) -> bool {
        let mut state = self.write();
        let is_same = state.current.as_ref().is_ok_and(|now| Arc::ptr_eq(&now.models, &ready.models));
        if is_same {
            state.current = Ok(ready.clone());
        }
        is_same
    }

    /// The pack that answers with other things learnt, or none; `make` makes it where it is not known yet.
    pub(crate) fn beside(
        &self,
        tuning: Option<TuningId>,
        make: impl FnOnce(&Engine) -> Result<Arc<Engine>, CatalogError>,
    ) -> Result<Arc<Engine>, CatalogError> {
        let current = self.current()?;
        if current.tuning() == tuning {
            return Ok(current);
        }
        let is_it = |one: &&Arc<Engine>| Arc::ptr_eq(&one.models, &current.models) && one.tuning() == tuning;
        if let Some(known) = self.read().compared.iter().find(is_it) {
            return Ok(known.clone());
        }
        let made = make(&current)?;
        let mut state = self.write();
        state.compared.retain(|one| Arc::ptr_eq(&one.models, &made.models) && one.tuning() != tuning);
        // Each holds an index of the whole catalog: the models alone, and one more.
        if state.compared.len() >= 2 {
            state.compared.remove(0);
        }
        state.compared.push(made.clone());
        Ok(made)
    }

    /// Lets go of what was compared.
    pub(crate) fn end_comparison(&self) {
        self.write().compared.clear();
    }

    /// What a run works with: the pack that gets ready, else the one that answers.
    pub(crate) fn working(&self) -> Option<Arc<Engine>> {
        let state = self.read();
        state.next.clone().or_else(|| state.current.clone().ok())
    }

    /// Every pack at work.
    pub(crate) fn all(&self) -> Vec<Arc<Engine>> {
        let state = self.read();
        state.current.iter().chain(&state.next).cloned().collect()
    }

    /// What the store calls the models that answer.
    pub(crate) fn ids(&self) -> ModelIds {
        self.read().current.as_ref().map(|engine| engine.models.ids()).unwrap_or_default()
    }

    /// The change that is under way.
    pub(crate) fn change(&self, store: &Store) -> Result<Option<PackChange>, CatalogError> {
        let (from, next) = {
            let state = self.read();
            let Some(next) = state.next.clone() else { return Ok(None) };
            (state.current.as_ref().map(|engine| engine.models.name().to_owned()).unwrap_or_default(), next)
        };
        let ids = next.models.ids();
        let counts = store.counts(ids.clip, ids.writer)?;
        let to = next.models.name().to_owned();
        let precision = next.models.precision();
        Ok(Some(PackChange { from, to, precision, n_done: counts.n_searchable, n_total: counts.n_pictures }))
    }

    /// Begins the change to another pack or another precision. Where nothing is left to compute it is over at once.
    pub(crate) fn begin_change(
        &self,
        choice: &Choice,
        options: &LibraryOptions,
        store: &Arc<Store>,
    ) -> Result<(), CatalogError> {
        let engine = Engine::open(choice, options, &self.lists, store, &self.open)?;
        let is_current = self.current().is_ok_and(|current| current.models.is_same(&engine.models));
        if is_current {
            // What suits the device may be what was asked for by name.
            Place::Current.remember_precision(choice.precision, store)?;
            return self.abandon_change(store);
        }
        remember(Place::Next, Some(engine.models.folder()), choice.precision, store)?;
        let is_at_once = self.problem().is_some() || engine.is_complete(store)?;
        self.write().next = Some(engine.clone());
        if is_at_once {
            self.finish_change(&engine, options, store)?;
        }
        Ok(())
    }

    /// Gives up the change that is under way; what was computed for it stays.
    pub(crate) fn abandon_change(&self, store: &Store) -> Result<(), CatalogError> {
        remember(Place::Next, None, Precision::Auto, store)?;
        self.write().next = None;
        Ok(())
    }

    /// Lets `ready` answer from now on, if it is the pack that the catalog changes to; says whether it was.
    pub(crate) fn finish_change(
        &self,
        ready: &Arc<Engine>,
        options: &LibraryOptions,
        store: &Store,
    ) -> Result<bool, CatalogError> {
        let next = self.read().next.clone();
        let Some(next) = next.filter(|next| Arc::ptr_eq(next, ready)) else { return Ok(false) };
        let previous = self.current().ok().map(|engine| engine.models.folder().to_path_buf());
        let precisions = [chosen_precision(options, store)?, Place::Next.precision(store)?];
        let folder = next.models.folder();
        // The pack that ships may lie elsewhere after an update: it is the one that is taken
        // where none is named.
        let is_default = options.pack_folders.iter().any(|default| default == folder);
        remember(Place::Current, (!is_default).then_some(folder), precisions[1], store)?;
        remember(Place::Previous, previous.as_deref(), precisions[0], store)?;
        remember(Place::Next, None, Precision::Auto, store)?;
        // Descriptions are other words from now on.
        store.all_words_are_stale()?;
        let mut state = self.write();
        state.current = Ok(next);
        state.next = None;
        Ok(true)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What searches by these models go by.
fn used_tuning(store: &Store, models: &Models) -> Result<Option<Arc<Tuned>>, CatalogError> {
    let Some(row) = store.used_tuning(models.search_ids())? else { return Ok(None) };
    let Some(learnt) = store.learnt(row.id)? else { return Ok(None) };
    Ok(Some(Arc::new(Tuned::new(&row, learnt)?)))
}

/// What the pack that answers computes in: the options' word, else what was chosen before.
pub(crate) fn chosen_precision(options: &LibraryOptions, store: &Store) -> Result<Precision, CatalogError> {
    options.precision.map_or_else(|| Place::Current.precision(store), Ok)
}

/// The first of the options' folders that holds a usable pack.
fn first_usable(
    precision: Precision,
    options: &LibraryOptions,
    lists: &WordLists,
    store: &Arc<Store>,
    open: &OpenModels,
) -> Result<Result<Arc<Engine>, String>, CatalogError> {
    let mut problems = Vec::new();
    let folders: Vec<&PathBuf> =
        options.pack_folders.iter().filter(|folder| folder.join("pack.toml").exists()).collect();
    for folder in folders {
        let choice = Choice { folder: folder.clone(), precision };
        match Engine::open(&choice, options, lists, store, open) {
            Ok(engine) => return Ok(Ok(engine)),
            Err(error @ CatalogError::Database(_)) => return Err(error),
            Err(error) => problems.push(error.with_causes()),
        }
    }
    Ok(Err(if problems.is_empty() {
        "No models were found. Install Vitrine again, or name a folder with a model pack.".to_owned()
    } else {
        format!("The models cannot be used: {}. Install Vitrine again.", problems.join("; "))
    }))
}
