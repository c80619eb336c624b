//! A library: a folder on disk, and everything that a client can ask of it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use vitrine_models::Priority;

use crate::{
    CatalogError, Event, ModelsReport,
    describe::Description,
    engine::{Engine, Engines, PackChange},
    events::{self, Events},
    lock::WriteLock,
    models::{ModelIds, Models},
    photo::{self, Skip},
    run::{Control, ProgressBoard, RunProgress, Scope, Work},
    search::SearchState,
    store::{FileRow, KnownFile, PictureCounts, PictureRow, Setting, SkipRow, SourceRow, Store},
    thumbnails::Thumbnails,
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
}

/// The catalog in numbers.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Pictures, by how far they have come.
    pub counts: PictureCounts,
    /// Files passed over.
    pub n_skipped: u64,
    /// What was added.
    pub sources: Vec<SourceRow>,
}

/// A file of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductFile {
    /// Where it is.
    pub path: PathBuf,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Last change in nanoseconds since 1970.
    pub modified_ns: Option<i64>,
}

impl From<FileRow> for ProductFile {
    fn from(row: FileRow) -> Self {
        Self { path: row.path, size_bytes: row.stamp.size_bytes, modified_ns: row.stamp.modified_ns }
    }
}

/// What the threads of a library share.
pub(crate) struct Inner {
    pub(crate) options: LibraryOptions,
    pub(crate) store: Store,
    pub(crate) thumbnails: Thumbnails,
    pub(crate) engines: Engines,
    pub(crate) control: Control,
    pub(crate) board: ProgressBoard,
    pub(crate) work: Work,
    pub(crate) events: Events,
    pub(crate) search: SearchState,
    pub(crate) watcher: Mutex<Option<Watcher>>,
    lock: Mutex<Option<WriteLock>>,
}

/// An open library. Clones share it; the last one to go ends its threads.
#[derive(Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

impl Library {
    /// Opens or makes a library. Quick: no weights and no vectors are read.
    ///
    /// Without a usable model pack it opens all the same: photos can be browsed, and
    /// [`Library::models`] says what is wrong.
    pub fn open(options: LibraryOptions) -> Result<Self, CatalogError> {
        let unusable = |error: &dyn std::fmt::Display| CatalogError::Library {
            folder: options.folder.clone(),
            reason: error.to_string(),
        };
        std::fs::create_dir_all(&options.folder).map_err(|error| unusable(&error))?;
        let folder = options.folder.canonicalize().map_err(|error| unusable(&error))?;
        let store = Store::open(&folder.join("vitrine.db")).map_err(|error| match error {
            CatalogError::Database(error) => unusable(&error),
            other => other,
        })?;
        let options = LibraryOptions { folder, ..options };
        let inner = Inner {
            thumbnails: Thumbnails::new(&options.folder),
            engines: Engines::open(&options, &store)?,
            options,
            store,
            control: Control::default(),
            board: ProgressBoard::default(),
            work: Work::default(),
            events: Events::default(),
            search: SearchState::default(),
            watcher: Mutex::new(None),
            lock: Mutex::new(None),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Starts to load what the first search needs, in the background.
    pub fn warm_up(&self) {
        let Ok(engine) = self.inner.engine() else { return };
        engine.models.warm_up();
        let inner = Arc::downgrade(&self.inner);
        let warm = move || {
            if let Some(inner) = inner.upgrade()
                && let Err(error) = engine.vectors.len(&inner.store)
            {
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
            events::start(Arc::downgrade(&self.inner));
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
            .map(|path| path.canonicalize().map_err(|_| CatalogError::NoSuchPath(path.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        let mut scopes = Vec::new();
        for path in absolute {
            let source_id = self.inner.store.add_source(&path, is_sample)?;
            if let Some(watcher) = &*self.watcher() {
                watcher.watch(&path, source_id);
            }
            scopes.push(Scope { source_id, root: path });
        }
        self.inner.events.changed();
        self.start(scopes)
    }

    /// Forgets a source with what only it holds. The merchant's files stay as they are.
    pub fn remove_source(&self, id: u64) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let path =
            self.inner.store.sources()?.into_iter().find(|source| source.id == id).map(|source| source.path);
        let gone = self.inner.store.remove_source(id)?;
        self.inner.work.forget(id);
        for engine in self.inner.engines.all() {
            engine.vectors.remove(&self.inner.store, &gone)?;
        }
        if let (Some(watcher), Some(path)) = (&*self.watcher(), path) {
            watcher.unwatch(&path);
        }
        self.inner.events.changed();
        Ok(())
    }

    /// Looks for changes in everything that was added, and finishes what is unfinished.
    pub fn rescan(&self) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let sources = self.inner.store.sources()?;
        let scopes =
            sources.into_iter().map(|source| Scope { source_id: source.id, root: source.path }).collect();
        self.start(scopes)
    }

    /// Catches up with what happened while nobody watched, takes up what was left unfinished, and
    /// watches everything that was added, and what will be, until the library is closed.
    pub fn watch(&self) -> Result<(), CatalogError> {
        let watcher = Watcher::start(&self.inner)?;
        let sources = self.inner.store.sources()?;
        for source in &sources {
            watcher.watch(&source.path, source.id);
        }
        *self.watcher() = Some(watcher);
        if sources.is_empty() { Ok(()) } else { self.rescan() }
    }

    /// Holds the run.
    pub fn pause(&self) {
        self.inner.work.pause(&self.inner);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.inner.work.resume(&self.inner);
    }

    /// Ends it; what was done stays.
    pub fn cancel(&self) {
        self.inner.control.cancel();
    }

    /// Waits until the run, if any, has ended; answers how.
    pub fn wait(&self) -> RunProgress {
        self.inner.work.wait();
        self.progress()
    }

    /// What the run is doing.
    pub fn progress(&self) -> RunProgress {
        self.inner.board.snapshot()
    }

    /// Ends the run and the watching, and saves the caches. The library can be used on.
    pub fn close(&self) {
        *self.watcher() = None;
        self.inner.control.cancel();
        self.inner.work.wait();
        if self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            for engine in self.inner.engines.all() {
                if let Err(error) = engine.vectors.save(&self.inner.store) {
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
        let folder = folder.canonicalize().map_err(|_| CatalogError::NoSuchPath(folder.to_path_buf()))?;
        self.inner.engines.begin_change(&folder, &self.inner.options, &self.inner.store)?;
        self.after_change_of_packs()
    }

    /// The change of packs that is under way.
    pub fn pack_change(&self) -> Result<Option<PackChange>, CatalogError> {
        self.inner.engines.change(&self.inner.store)
    }

    /// The folder of the pack that [`Library::undo_pack_change`] would go back to.
    pub fn previous_pack(&self) -> Result<Option<PathBuf>, CatalogError> {
        let folder = self.inner.store.path_setting(Setting::PreviousPack)?;
        Ok(folder.filter(|folder| folder.join("pack.toml").is_file()))
    }

    /// Gives up the change that is under way, else goes back to the pack that was in use before.
    pub fn undo_pack_change(&self) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        if self.pack_change()?.is_some() {
            self.inner.engines.abandon_change(&self.inner.store)?;
            return self.after_change_of_packs();
        }
        match self.previous_pack()? {
            Some(folder) => self.use_pack(&folder),
            None => Ok(()),
        }
    }

    fn after_change_of_packs(&self) -> Result<(), CatalogError> {
        self.inner.work.look_again();
        self.inner.events.changed();
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

    /// What was written about a product, in parts.
    pub fn description(&self, id: u64) -> Result<Option<Description>, CatalogError> {
        self.inner.store.composition(id, self.inner.model_ids())
    }

    /// A product and every file that holds it.
    pub fn product(&self, id: u64) -> Result<(PictureRow, Vec<ProductFile>), CatalogError> {
        let ids = self.inner.model_ids();
        let row = self.inner.store.picture(id, ids)?;
        let files = self.inner.store.files_of(id)?.into_iter().map(ProductFile::from).collect();
        Ok((row, files))
    }

    /// The product whose picture this file holds.
    pub fn product_at(&self, file: &Path) -> Result<u64, CatalogError> {
        let canonical = file.canonicalize().map_err(|_| CatalogError::NoSuchPath(file.to_path_buf()))?;
        // Inside a linked folder a file is known by the way that the scan went.
        let absolute = std::path::absolute(file).unwrap_or_else(|_| canonical.clone());
        for path in [canonical, absolute] {
            if let Some(KnownFile::Picture(_, id)) = self.inner.store.known_file(&path)? {
                return Ok(id);
            }
        }
        Err(CatalogError::NoSuchProduct)
    }

    /// The products with these ids, those that are still there.
    pub fn products(&self, ids: &[u64]) -> Result<HashMap<u64, PictureRow>, CatalogError> {
        let models = self.inner.model_ids();
        let mut rows = HashMap::with_capacity(ids.len());
        for &id in ids {
            match self.inner.store.picture(id, models) {
                Ok(row) => drop(rows.insert(id, row)),
                Err(CatalogError::NoSuchProduct) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    /// A product's thumbnail as a JPEG. It is a cache: one that is missing is made again.
    pub fn thumbnail(&self, id: u64) -> Result<Vec<u8>, CatalogError> {
        let ids = self.inner.model_ids();
        self.inner.thumbnail(&self.inner.store.picture(id, ids)?)
    }

    /// A product's photo, large, as something that a window can show: MIME type and bytes.
    pub fn full_picture(&self, id: u64) -> Result<(&'static str, Vec<u8>), CatalogError> {
        let ids = self.inner.model_ids();
        let row = self.inner.store.picture(id, ids)?;
        let bytes = self.inner.read_picture(&row)?;
        photo::for_screen(bytes).map_err(|skip| CatalogError::BadPicture { name: file_name(&row.path), skip })
    }

    /// The first of a product's files that is there.
    pub fn photo_path(&self, id: u64) -> Result<PathBuf, CatalogError> {
        let files = self.inner.store.files_of(id)?;
        files.into_iter().map(|file| file.path).find(|path| path.is_file()).ok_or(CatalogError::NoSuchProduct)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The first change takes the lock and keeps it until [`Library::close`].
    fn lock_for_writing(&self) -> Result<(), CatalogError> {
        let mut lock = self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_none() {
            *lock = Some(WriteLock::acquire(&self.inner.options.folder)?);
        }
        Ok(())
    }

    /// Work that the user asked for: a paused run goes on with it.
    fn start(&self, scopes: Vec<Scope>) -> Result<(), CatalogError> {
        Work::start(&self.inner, scopes)?;
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

    pub(crate) fn summary(&self) -> Result<Summary, CatalogError> {
        let ids = self.model_ids();
        Ok(Summary {
            counts: self.store.counts(ids)?,
            n_skipped: self.store.n_skipped()?,
            sources: self.store.sources()?,
        })
    }

    /// The unit vector of a picture that is not in the catalog.
    pub(crate) fn embed_picture(
        &self,
        models: &Models,
        pixels: &image::RgbImage,
    ) -> Result<Vec<f32>, CatalogError> {
        let tensor = models.clip_preprocess()?.apply(pixels);
        let mut vectors =
            models.clip().run(Priority::Interactive, move |clip| clip.embed_images(&[tensor]))?;
        vectors.pop().ok_or_else(|| CatalogError::NoModels("The search model gave no answer.".into()))
    }

    /// A picture's thumbnail as a JPEG, made again where it is missing.
    pub(crate) fn thumbnail(&self, row: &PictureRow) -> Result<Vec<u8>, CatalogError> {
        if let Some(jpeg) = self.thumbnails.read(&row.picture.hash) {
            return Ok(jpeg);
        }
        let bytes = self.read_picture(row)?;
        let bad = |skip| CatalogError::BadPicture { name: file_name(&row.path), skip };
        let photo = photo::decode(&bytes).map_err(bad)?;
        let thumbnail = photo::thumbnail(&photo.pixels).ok_or_else(|| bad(Skip::damaged()))?;
        self.thumbnails.write(&row.picture.hash, &thumbnail.jpeg)?;
        Ok(thumbnail.jpeg)
    }

    fn read_picture(&self, row: &PictureRow) -> Result<Vec<u8>, CatalogError> {
        let files = self.store.files_of(row.id)?;
        let mut last = None;
        for file in files {
            match std::fs::read(&file.path) {
                Ok(bytes) => return Ok(bytes),
                Err(error) => last = Some(error),
            }
        }
        let skip = last.map_or_else(Skip::damaged, |error| Skip::from_io(&error));
        Err(CatalogError::BadPicture { name: file_name(&row.path), skip })
    }
}

/// A file's name, for people.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
