//! The one door.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use vitrine_catalog::{
    Library, PhotoStep,
    jobs::{JobEvent, Lane},
};

use crate::{
    OpenOptions, convert,
    packs::{self, Packs},
    types::{
        ApiError, AppState, CatalogSummary, ErrorCode, FieldName, GroupBy, GroupingPreview, ModelsInfo,
        PackNews, PhotoReading, PhotoRequest, PictureId, ProductDetail, ProductId, QueryPicture, RunProgress,
        SkippedPage, SourceId, TuningJob,
    },
};

/// The most products or skipped files in one reply: keeps a reply below a few hundred kilobytes.
pub(crate) const MAX_LIMIT: u32 = 1_000;

/// A library as clients see it. Clones share it. Every method may wait for a disk or a model, so
/// a window calls them off its event loop.
#[derive(Clone)]
pub struct Api {
    pub(crate) library: Library,
    pub(crate) packs: Arc<Packs>,
}

/// News for a client.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run went on.
    Progress(RunProgress),
    /// Photos came, went, or became searchable or described.
    CatalogChanged(CatalogSummary),
    /// A pack's download, import or check went on or ended.
    Packs(PackNews),
    /// Learning from the shop went on or ended.
    Tuning(TuningJob),
    /// Another pack answers, gets ready to, or no longer does, or searches go by other things learnt.
    PackChanged,
}

/// A picture as a window can show it.
#[derive(Debug, Clone)]
pub struct PictureBytes {
    /// Its MIME type.
    pub mime: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl PictureBytes {
    /// A thumbnail: a JPEG, or a PNG where it is transparent.
    fn of(bytes: Vec<u8>) -> Self {
        let mime = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        Self { mime, bytes }
    }
}

impl Api {
    /// Opens or makes a library. Quick: models and vectors are loaded with [`Api::warm_up`] or
    /// the first search.
    pub fn open(options: OpenOptions) -> Result<Self, ApiError> {
        let packs = Arc::new(Packs::new(options.packs_folder.clone(), &options.pack_folders));
        Ok(Self { library: Library::open(options.into())?, packs })
    }

    /// Loads in the background what the first search needs.
    pub fn warm_up(&self) {
        self.library.warm_up();
    }

    /// Everything that a window needs to draw itself.
    pub fn state(&self) -> Result<AppState, ApiError> {
        let (models, models_problem) = match self.models() {
            Ok(models) => (Some(models), None),
            Err(error) => (None, Some(error.message)),
        };
        Ok(AppState {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog: self.summary()?,
            run: self.progress(),
            models,
            models_problem,
            sample_available: self.library.samples().is_some(),
            examples: self.library.examples()?,
            filter_names: convert::filter_names(),
        })
    }

    /// The catalog in numbers.
    pub fn summary(&self) -> Result<CatalogSummary, ApiError> {
        Ok(convert::summary(self.library.summary()?))
    }

    /// The pack in use.
    pub fn models(&self) -> Result<ModelsInfo, ApiError> {
        Ok(convert::models(&self.library.models()?))
    }

    /// The library's folder.
    pub fn library_folder(&self) -> &Path {
        self.library.folder()
    }

    /// Everything about a product.
    pub fn product(&self, id: ProductId) -> Result<ProductDetail, ApiError> {
        Ok(convert::detail(self.library.product(id.into())?))
    }

    /// What a person says of a product: it goes before what any list says. None takes it back.
    pub fn set_field(&self, id: ProductId, name: FieldName, value: Option<&str>) -> Result<(), ApiError> {
        Ok(self.library.set_field(id.into(), convert::field_name(name), value)?)
    }

    /// What grouping a source's photos by this would do; nothing is changed.
    pub fn preview_grouping(&self, id: SourceId, by: GroupBy) -> Result<GroupingPreview, ApiError> {
        let preview = self.library.preview_grouping(id.into(), convert::group_by(by))?;
        Ok(convert::grouping_preview(preview))
    }

    /// Groups a source's photos by this from now on, where no product list says otherwise.
    pub fn set_grouping(&self, id: SourceId, by: GroupBy) -> Result<(), ApiError> {
        Ok(self.library.set_grouping(id.into(), convert::group_by(by))?)
    }

    /// The source whose path this is, also where it is away.
    pub fn source_at(&self, path: &Path) -> Result<SourceId, ApiError> {
        Ok(self.library.source_at(path)?.id.into())
    }

    /// Deletes what is known of photos that are in no folder any more, except where a person decided
    /// something. Answers how many there were.
    pub fn forget_gone(&self) -> Result<u64, ApiError> {
        Ok(self.library.forget_gone()?)
    }

    /// Describes a photo that need not be in the catalog. `go_on` hears about once a second what is
    /// being done, and ends it by answering false.
    pub fn describe_photo(
        &self,
        file: &Path,
        request: &PhotoRequest,
        go_on: &dyn Fn(&str) -> bool,
    ) -> Result<PhotoReading, ApiError> {
        let hear = |step: PhotoStep| go_on(&convert::photo_step(&step));
        Ok(convert::photo_reading(self.library.describe_photo(
            file,
            &convert::photo_options(request),
            &hear,
        )?))
    }

    /// The product whose picture this file holds.
    pub fn product_at(&self, file: &Path) -> Result<ProductId, ApiError> {
        Ok(self.library.product_at(file)?.into())
    }

    /// The products that are called so: by a number, or by a file's name or the end of its path.
    pub fn products_named(&self, name: &str) -> Result<Vec<ProductId>, ApiError> {
        Ok(self.library.products_named(name)?.into_iter().map(ProductId::from).collect())
    }

    /// A part of the skipped files.
    pub fn skipped(&self, offset: u64, limit: u32) -> Result<SkippedPage, ApiError> {
        let items = self.library.skipped(offset, u64::from(limit.min(MAX_LIMIT)))?;
        Ok(SkippedPage {
            total: self.library.summary()?.n_skipped,
            items: items.into_iter().map(|(path, skip)| convert::skipped(&path, skip)).collect(),
        })
    }

    /// Adds folders or files and indexes them in the background.
    pub fn add_paths(&self, paths: &[PathBuf]) -> Result<(), ApiError> {
        Ok(self.library.add_paths(paths)?)
    }

    /// Adds the sample catalog and indexes it in the background.
    pub fn add_samples(&self) -> Result<(), ApiError> {
        Ok(self.library.add_samples()?)
    }

    /// Forgets a source; the files on disk stay.
    pub fn remove_source(&self, id: SourceId) -> Result<(), ApiError> {
        Ok(self.library.remove_source(id.into())?)
    }

    /// Looks for changes everywhere, and finishes what is unfinished.
    pub fn rescan(&self) -> Result<(), ApiError> {
        Ok(self.library.rescan()?)
    }

    /// Holds the run.
    pub fn pause(&self) -> Result<(), ApiError> {
        self.library.pause();
        Ok(())
    }

    /// Lets it go on.
    pub fn resume(&self) -> Result<(), ApiError> {
        self.library.resume();
        Ok(())
    }

    /// Ends it; what was done stays.
    pub fn cancel(&self) -> Result<(), ApiError> {
        self.library.cancel();
        Ok(())
    }

    /// What the run is doing.
    pub fn progress(&self) -> RunProgress {
        convert::progress(self.library.run())
    }

    /// Waits for the end of the run.
    pub fn wait(&self) -> RunProgress {
        convert::progress(self.library.wait())
    }

    /// A picture file to search with.
    pub fn query_picture_from_file(&self, path: &Path) -> Result<QueryPicture, ApiError> {
        let picture = self.library.query_picture_from_file(path)?;
        Ok(QueryPicture { token: picture.token, name: picture.name })
    }

    /// A picture's bytes to search with; `name` is for people.
    pub fn query_picture_from_bytes(&self, name: &str, bytes: &[u8]) -> Result<QueryPicture, ApiError> {
        let picture = self.library.query_picture_from_bytes(name, bytes)?;
        Ok(QueryPicture { token: picture.token, name: picture.name })
    }

    /// A photo's thumbnail. `version` is what an address names; another one than the photo's is an error, so
    /// that an answer can be kept for ever.
    pub fn thumbnail(&self, id: PictureId, version: Option<&str>) -> Result<PictureBytes, ApiError> {
        self.check_version(id, version)?;
        Ok(PictureBytes::of(self.library.thumbnail(id.into())?))
    }

    /// A photo, large; `version` as for [`Api::thumbnail`].
    pub fn full_picture(&self, id: PictureId, version: Option<&str>) -> Result<PictureBytes, ApiError> {
        self.check_version(id, version)?;
        let (mime, bytes) = self.library.full_picture(id.into())?;
        Ok(PictureBytes { mime, bytes })
    }

    fn check_version(&self, id: PictureId, version: Option<&str>) -> Result<(), ApiError> {
        let Some(version) = version else { return Ok(()) };
        let (hash, reading) = self.library.version_of(id.into())?;
        if convert::version(&hash, reading) == version {
            return Ok(());
        }
        Err(ApiError {
            code: ErrorCode::NotFound,
            message: "This photo was changed meanwhile.".to_owned(),
            detail: None,
        })
    }

    /// A query picture's thumbnail.
    pub fn query_thumbnail(&self, token: &str) -> Result<PictureBytes, ApiError> {
        Ok(PictureBytes::of(self.library.query_thumbnail(token)?))
    }

    /// A photo's file, to show it in its folder.
    pub fn photo_path(&self, id: PictureId) -> Result<PathBuf, ApiError> {
        Ok(self.library.photo_path(id.into())?)
    }

    /// Calls `listener` with news, from another thread.
    pub fn subscribe(&self, listener: impl Fn(Event) + Send + Sync + 'static) {
        self.library.subscribe(move |event| match event {
            vitrine_catalog::Event::Job(JobEvent::Progress(job) | JobEvent::Ended(job)) => {
                match job.kind.lane() {
                    Lane::Index => listener(Event::Progress(convert::progress(Some(job)))),
                    Lane::Packs => packs::news(&job).map(Event::Packs).into_iter().for_each(&listener),
                    Lane::Tuning => listener(Event::Tuning(convert::tuning_job(job))),
                }
            }
            vitrine_catalog::Event::CatalogChanged(summary) => {
                listener(Event::CatalogChanged(convert::summary(summary)));
            }
            vitrine_catalog::Event::PackChanged => listener(Event::PackChanged),
        });
    }

    /// Catches up with the added folders, and watches them until [`Api::close`].
    pub fn watch(&self) -> Result<(), ApiError> {
        Ok(self.library.watch()?)
    }

    /// Ends all jobs and the watching, and saves the caches.
    pub fn close(&self) {
        self.library.close();
    }
}

/// A photo and its products.
#[cfg(feature = "synthetic")]
pub type PhotoOf = (PictureId, Vec<ProductId>);

/// For measuring.
#[cfg(feature = "synthetic")]
impl Api {
    /// Fills an empty library with so many products without photos on disk.
    pub fn fill_synthetic(&self, n_products: u32) -> Result<(), ApiError> {
        Ok(self.library.fill_synthetic(n_products, &|_| {})?)
    }

    /// The photos nearest to each text by the definition, each with its products.
    pub fn exact_best(&self, texts: &[String], k: usize) -> Result<Vec<Vec<PhotoOf>>, ApiError> {
        let mut all = Vec::new();
        for best in self.library.exact_best(texts, k)? {
            let mut found = Vec::new();
            for picture in best {
                let of = self.library.products_of(picture)?.into_iter().map(ProductId::from).collect();
                found.push((picture.into(), of));
            }
            all.push(found);
        }
        Ok(all)
    }
}
