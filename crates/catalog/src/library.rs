//! A library: a folder on disk, and everything that a client can ask of it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use vitrine_jobs::{JobSnapshot, Jobs, Lane};
use vitrine_models::Precision;

use crate::{
    CatalogError, Event, ModelsReport,
    engine::{Choice, Engine, Engines, PackChange, Place, chosen_precision},
    events::{self, Events},
    lock::WriteLock,
    memory::Memory,
    models::{self, ModelIds, OpenModels},
    photo::Skip,
    review::ReviewMemory,
    run::{self, GroupingPreview, Work},
    search::SearchState,
    store::{FieldName, GroupBy, PictureCounts, ProductId, SkipRow, SourceId, SourceRow, Store},
    thumbnails::Thumbnails,
    twins::Decisions,
    watch::Watcher,
};

/// Where a library is and what it works with.
#[derive(Debug, Clone)]
pub struct LibraryOptions {
    /// Its folder; made when it is not there.
    pub folder: PathBuf,
    /// The pack to work with, whatever was chosen for this library before.
    pub pack: Option<PathBuf>,
    /// Folders that may hold a model pack, best first: for a library for which none was chosen.
    pub pack_folders: Vec<PathBuf>,
    /// The sample catalog's folder, where there is one.
    pub samples: Option<PathBuf>,
    /// Leave a GPU alone.
    pub prefer_cpu: bool,
    /// What models compute in, whatever was chosen for this library before.
    pub precision: Option<Precision>,
}

/// The catalog in numbers.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Products and pictures, by how far they have come.
    pub counts: PictureCounts,
    /// Products that a list names and of which no photo was found.
    pub n_without_photo: u64,
    /// Files passed over.
    pub n_skipped: u64,
    /// What was added.
    pub sources: Vec<SourceRow>,
    /// Whether nothing can be added or changed.
    pub is_read_only: bool,
}

/// What the threads of a library share.
pub(crate) struct Inner {
    pub(crate) options: LibraryOptions,
    pub(crate) store: Arc<Store>,
    pub(crate) thumbnails: Thumbnails,
    pub(crate) engines: Engines,
    pub(crate) memory: Memory,
    pub(crate) jobs: Jobs,
    pub(crate) work: Work,
    pub(crate) events: Events,
    pub(crate) search: SearchState,
    pub(crate) decisions: Decisions,
    pub(crate) review: ReviewMemory,
    pub(crate) watcher: Mutex<Option<Watcher>>,
    lock: Mutex<Option<WriteLock>>,
}

/// An open library. Clones share it; the last one to go ends its threads.
#[derive(Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

/// What is known of photos that are in no folder any more is kept so long, for a drive that is away or a
/// folder that was moved by mistake.
const HIDDEN_SECS: u64 = 400 * 24 * 60 * 60;

impl Library {
    /// Opens or makes a library. Quick: no weights and no vectors are read.
    ///
    /// Without a usable model pack it opens all the same: photos can be browsed, and
    /// [`Library::models`] says what is wrong.
    pub fn open(options: LibraryOptions) -> Result<Self, CatalogError> {
        Self::open_with(options, Arc::new(models::load))
    }

    /// [`Library::open`], with other models than those of the packs' own weights: for tests.
    pub fn open_with(options: LibraryOptions, open: OpenModels) -> Result<Self, CatalogError> {
        let unusable = |error: &dyn std::fmt::Display| CatalogError::Library {
            folder: options.folder.clone(),
            reason: error.to_string(),
        };
        std::fs::create_dir_all(&options.folder).map_err(|error| unusable(&error))?;
        let folder = dunce::canonicalize(&options.folder).map_err(|error| unusable(&error))?;
        let store = Store::open(&folder.join("vitrine.db")).map_err(|error| match error {
            CatalogError::Database(error) => unusable(&error),
            other => other,
        })?;
        let store = Arc::new(store);
        let options = LibraryOptions { folder, ..options };
        let inner = Inner {
            thumbnails: Thumbnails::new(&options.folder),
            engines: Engines::open(&options, &store, open)?,
            options,
            store,
            memory: Memory::default(),
            jobs: Jobs::default(),
            work: Work::default(),
            events: Events::default(),
            search: SearchState::default(),
            decisions: Decisions::default(),
            review: ReviewMemory::default(),
            watcher: Mutex::new(None),
            lock: Mutex::new(None),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Starts to load what the first search needs, in the background.
    pub fn warm_up(&self) {
        let engine = self.inner.engine().ok();
        if let Some(engine) = &engine {
            engine.models.warm_up();
        }
        let inner = Arc::downgrade(&self.inner);
        let warm = move || {
            let Some(inner) = inner.upgrade() else { return };
            let filled = inner.memory.follow(&inner.store).and_then(|()| match engine {
                Some(engine) => engine.vectors.follow(&inner.store),
                None => Ok(()),
            });
            if let Err(error) = filled {
                tracing::warn!(%error, "the search index could not be filled");
            }
        };
        if let Err(error) = std::thread::Builder::new().name("vitrine-warm-up".into()).spawn(warm) {
            tracing::warn!(%error, "no thread to warm up");
        }
    }

    /// Calls `listener` with news, from a thread of the library.
    pub fn subscribe(&self, listener: impl Fn(Event) + Send + Sync + 'static) {
        if self.inner.events.listen(Arc::new(listener)) {
            events::start(&self.inner);
        }
    }

    /// Adds folders or single files, and indexes them in the background.
    pub fn add_paths(&self, paths: &[PathBuf]) -> Result<(), CatalogError> {
        self.add(paths, false)
    }

    /// Adds the sample catalog.
    pub fn add_samples(&self) -> Result<(), CatalogError> {
        let samples =
            self.inner.options.samples.clone().ok_or_else(|| CatalogError::NoSuchPath("samples".into()))?;
        self.add(&[samples], true)
    }

    fn add(&self, paths: &[PathBuf], is_sample: bool) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        // All or nothing: a mistyped path adds none of the others.
        let absolute = paths
            .iter()
            .map(|path| dunce::canonicalize(path).map_err(|_| CatalogError::NoSuchPath(path.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        for path in &absolute {
            let source = self.inner.store.add_source(path, is_sample)?;
            if let Some(watcher) = &*self.watcher() {
                watcher.watch(&source.path);
            }
        }
        self.inner.events.changed();
        self.start(absolute)
    }

    /// Forgets a source with what only it holds. The merchant's files stay as they are.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchSource`], a library that cannot be written or is in use.
    pub fn remove_source(&self, id: SourceId) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let path = self.inner.store.source(id)?.path;
        self.inner.store.remove_source(id)?;
        if let Some(watcher) = &*self.watcher() {
            watcher.unwatch(&path);
        }
        self.inner.events.changed();
        Ok(())
    }

    /// The source whose path this is.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchSource`].
    pub fn source_at(&self, path: &Path) -> Result<SourceRow, CatalogError> {
        // A drive that is away has no path to be asked for.
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let canonical = dunce::canonicalize(path).unwrap_or_else(|_| absolute.clone());
        let sources = self.inner.store.sources()?;
        let is_it = |source: &SourceRow| source.path == canonical || source.path == absolute;
        sources.into_iter().find(is_it).ok_or(CatalogError::NoSuchSource)
    }

    /// Deletes what is known of photos that are in no folder any more, except where a person decided
    /// something. Answers how many there were.
    ///
    /// # Errors
    /// A library that cannot be written or is in use.
    pub fn forget_gone(&self) -> Result<u64, CatalogError> {
        self.lock_for_writing()?;
        let n = self.inner.store.purge_hidden(crate::store::now_secs())?;
        self.inner.events.changed();
        Ok(n)
    }

    /// What grouping a source's photos by this would do; nothing is changed.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchSource`].
    pub fn preview_grouping(&self, id: SourceId, by: GroupBy) -> Result<GroupingPreview, CatalogError> {
        let source = self.inner.store.source(id)?;
        Ok(run::preview(&source, by, &self.inner.store.paths_of(id)?))
    }

    /// Groups a source's photos by this from now on, where no product list says otherwise.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchSource`], a library that cannot be written or is in use.
    pub fn set_grouping(&self, id: SourceId, by: GroupBy) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        self.inner.store.set_group_by(id, by)?;
        self.inner.events.changed();
        self.start(vec![self.inner.store.source(id)?.path])
    }

    /// What a person says of a product: it goes before what any list says. None takes it back.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchProduct`], a library that cannot be written or is in use.
    pub fn set_field(&self, id: ProductId, name: FieldName, value: Option<&str>) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        self.inner.store.set_field(id, name, value)?;
        // Words find it from now on, also while a run has thousands of others to write.
        self.inner.store.refresh_words_of(id, self.inner.model_ids())?;
        self.inner.events.changed();
        Ok(())
    }

    /// Looks for changes in everything that was added, and finishes what is unfinished.
    pub fn rescan(&self) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let long_ago = crate::store::now_secs().saturating_sub(HIDDEN_SECS);
        self.inner.store.purge_hidden(long_ago)?;
        let sources = self.inner.store.sources()?;
        self.start(sources.into_iter().map(|source| source.path).collect())
    }

    /// Catches up with what happened while nobody watched, takes up what was left unfinished, and
    /// watches everything that was added, and what will be, until the library is closed.
    ///
    /// # Errors
    /// [`CatalogError::InUse`] where another process works in the library: it is left to that one, and
    /// nothing is watched.
    pub fn watch(&self) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let watcher = Watcher::start(&self.inner)?;
        let sources = self.inner.store.sources()?;
        for source in &sources {
            watcher.watch(&source.path);
        }
        *self.watcher() = Some(watcher);
        if sources.is_empty() {
            return Ok(());
        }
        self.rescan()?;
        // The library is watched all the same, and learning can be started again by hand.
        if let Err(error) = self.resume_tuning() {
            tracing::warn!(%error, "learning that was cut off does not go on");
        }
        Ok(())
    }

    /// Holds the run.
    pub fn pause(&self) {
        self.inner.work.pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.inner.work.resume();
    }

    /// Ends it; what was done stays.
    pub fn cancel(&self) {
        self.inner.work.cancel();
    }

    /// Waits until no run is under way; answers how the last one of this session ended, if there was one.
    pub fn wait(&self) -> Option<JobSnapshot> {
        Work::wait(&self.inner)
    }

    /// The run that is under way, else how the last one of this session ended.
    pub fn run(&self) -> Option<JobSnapshot> {
        match self.inner.jobs.current(Lane::Index) {
            Some(job) => Some(job.snapshot()),
            None => self.inner.jobs.last_end(Lane::Index),
        }
    }

    /// All jobs of this program: the run, and what is done with model packs.
    pub fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    /// Ends all jobs and the watching, and saves the caches. The library can be used on.
    pub fn close(&self) {
        *self.watcher() = None;
        self.inner.work.cancel();
        self.stop_tuning();
        if let Some(job) = self.inner.jobs.current(Lane::Packs) {
            job.cancel();
            let _ = job.wait();
        }
        let _ = Work::wait(&self.inner);
        if self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            for engine in self.inner.engines.all() {
                if let Err(error) = engine.vectors.save() {
                    tracing::warn!(%error, "the search graph's file could not be written");
                }
            }
        }
    }

    /// The catalog in numbers.
    pub fn summary(&self) -> Result<Summary, CatalogError> {
        self.inner.summary()
    }

    /// The sample catalog's folder, if it is there.
    pub fn samples(&self) -> Option<&Path> {
        self.inner.options.samples.as_deref().filter(|folder| folder.is_dir())
    }

    /// Where the library is.
    pub fn folder(&self) -> &Path {
        &self.inner.options.folder
    }

    /// The pack in use.
    pub fn models(&self) -> Result<ModelsReport, CatalogError> {
        self.inner.engine()?.models.report()
    }

    /// Works with the pack in `folder` from now on. Searches are answered with the pack in use until
    /// every photo was read with the new one; [`Library::pack_change`] tells how far that is.
    ///
    /// # Errors
    /// A folder without a usable pack: then nothing changes.
    pub fn use_pack(&self, folder: &Path) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let folder =
            dunce::canonicalize(folder).map_err(|_| CatalogError::NoSuchPath(folder.to_path_buf()))?;
        self.change_to(&Choice { folder, precision: self.precision()? })
    }

    /// What the models in use were asked to compute in.
    pub fn precision(&self) -> Result<Precision, CatalogError> {
        chosen_precision(&self.inner.options, &self.inner.store)
    }

    /// Computes in this precision from now on: a change as that of [`Library::use_pack`], since vectors of two
    /// precisions are never compared.
    pub fn use_precision(&self, precision: Precision) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let folder = self.inner.engine()?.models.folder().to_path_buf();
        self.change_to(&Choice { folder, precision })
    }

    fn change_to(&self, choice: &Choice) -> Result<(), CatalogError> {
        self.inner.engines.begin_change(choice, &self.inner.options, &self.inner.store)?;
        self.after_change_of_packs()
    }

    /// The change of packs that is under way.
    pub fn pack_change(&self) -> Result<Option<PackChange>, CatalogError> {
        self.inner.engines.change(&self.inner.store)
    }

    /// The folder of the pack that [`Library::undo_pack_change`] would go back to, and what it computed in.
    pub fn previous_pack(&self) -> Result<Option<(PathBuf, Precision)>, CatalogError> {
        let previous = Choice::stored(Place::Previous, &self.inner.store)?;
        let previous = previous.filter(|choice| choice.folder.join("pack.toml").is_file());
        Ok(previous.map(|choice| (choice.folder, choice.precision)))
    }

    /// Gives up the change that is under way, else goes back to the pack that was in use before.
    pub fn undo_pack_change(&self) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        if self.pack_change()?.is_some() {
            self.inner.engines.abandon_change(&self.inner.store)?;
            return self.after_change_of_packs();
        }
        match self.previous_pack()? {
            Some((folder, precision)) => self.change_to(&Choice { folder, precision }),
            None => Ok(()),
        }
    }

    fn after_change_of_packs(&self) -> Result<(), CatalogError> {
        self.inner.work.look_again();
        self.inner.events.changed();
        self.inner.events.tell(&Event::PackChanged);
        if self.inner.store.n_pictures()? == 0 {
            return Ok(());
        }
        self.start(Vec::new())
    }

    /// A part of the skipped files, by path.
    pub fn skipped(&self, offset: u64, limit: u64) -> Result<Vec<(PathBuf, Skip)>, CatalogError> {
        let rows = self.inner.store.skipped(offset, limit)?;
        Ok(rows.into_iter().map(|(path, row): (PathBuf, SkipRow)| (path, row.into())).collect())
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The first change takes the lock and keeps it until [`Library::close`].
    pub(crate) fn lock_for_writing(&self) -> Result<(), CatalogError> {
        if self.inner.store.is_read_only() {
            return Err(CatalogError::ReadOnly(self.inner.options.folder.clone()));
        }
        let mut lock = self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_none() {
            *lock = Some(WriteLock::acquire(&self.inner.options.folder)?);
        }
        Ok(())
    }

    /// Work that the user asked for: a paused run goes on with it.
    fn start(&self, roots: Vec<PathBuf>) -> Result<(), CatalogError> {
        Work::start(&self.inner, roots)?;
        self.resume();
        Ok(())
    }

    fn watcher(&self) -> std::sync::MutexGuard<'_, Option<Watcher>> {
        self.inner.watcher.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// What answers searches.
    pub(crate) fn engine(&self) -> Result<Arc<Engine>, CatalogError> {
        self.engines.current()
    }

    pub(crate) fn model_ids(&self) -> ModelIds {
        self.engines.ids()
    }

    pub(crate) fn counts(&self) -> Result<PictureCounts, CatalogError> {
        let ids = self.model_ids();
        self.store.counts(ids.clip, ids.writer)
    }

    pub(crate) fn summary(&self) -> Result<Summary, CatalogError> {
        Ok(Summary {
            counts: self.counts()?,
            n_without_photo: self.store.n_without_photo()?,
            n_skipped: self.store.n_skipped()?,
            sources: self.store.sources()?,
            is_read_only: self.store.is_read_only(),
        })
    }
}

/// A file's name, for people.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
