//! What was learnt and when, what searches go by, and what there is to learn from.

use std::{path::Path, sync::Arc};

use super::{
    Tuned,
    job::{MIN_EXAMPLES, MIN_HELD_OUT},
    searches::keeps_opened,
    tokens::ATTRIBUTES,
};
use crate::{
    CatalogError, Event, Library,
    engine::Engine,
    store::{FieldName, SearchLog, TuningFigure, TuningId, TuningPoint, TuningRow},
};

/// Once so many of a hundred products changed since, it is worth learning anew.
const STALE_PERCENT: u64 = 10;
/// What there is to learn from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learnable {
    /// Products of which a photo can be found.
    pub n_products: u64,
    /// Of how many of them each of these is said.
    pub n_with: Vec<(FieldName, u64)>,
    /// Products with a title that are needed at least.
    pub n_needed: u64,
    /// Products whose words a person approved or wrote.
    pub n_reviewed: u64,
    /// The shop's log of searches.
    pub log: Option<SearchLog>,
    /// Whether it is kept what is opened after a search.
    pub keeps_opened: bool,
    /// Different searches of which that is kept.
    pub n_opened: u64,
}

/// What searches go by, and what else there is.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningState {
    /// What there is to learn from.
    pub learnable: Learnable,
    /// What searches go by.
    pub used: Option<TuningRow>,
    /// Products that changed since that was learnt, new ones among them.
    pub n_changed: u64,
    /// Whether it is worth learning anew: much changed since, or it was learnt with other models.
    pub is_stale: bool,
    /// Whether one was cut off, and can go on.
    pub is_unfinished: bool,
    /// How the one that is under way, or was cut off, went up to now.
    pub points: Vec<TuningPoint>,
    /// All that were learnt, the newest first.
    pub all: Vec<TuningRow>,
}

/// One of them, with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningReport {
    /// What came of it.
    pub row: TuningRow,
    /// Before and after.
    pub figures: Vec<TuningFigure>,
    /// How the training went.
    pub points: Vec<TuningPoint>,
}

impl Library {
    /// What searches go by, what else there is, and what there is to learn from.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn tuning(&self) -> Result<TuningState, CatalogError> {
        let inner = self.inner();
        let store = &inner.store;
        let engine = inner.engine().ok();
        let used = match engine.as_ref().and_then(|engine| engine.tuning()) {
            Some(id) => Some(store.tuning(id)?),
            None => None,
        };
        let all = store.tunings()?;
        let n_products = inner.counts()?.n_products;
        let n_changed = match &used {
            Some(used) => store.changed_since_tuning(used.id, n_products)?,
            None => 0,
        };
        let models = engine.map(|engine| engine.models.search_ids());
        let is_stale = match &used {
            Some(_) => n_changed * 100 > n_products * STALE_PERCENT,
            None => all.iter().any(|one| one.is_used && Some(one.models) != models),
        };
        let points = self.tuning_points()?;
        let n_needed = (MIN_EXAMPLES / 4).max(MIN_HELD_OUT) as u64;
        let learnable = Learnable {
            n_products,
            n_with: store
                .n_with_fields(&[&[FieldName::Title], &ATTRIBUTES[..], &[FieldName::Description]].concat())?,
            n_needed,
            n_reviewed: store.n_settled_reviews()?,
            log: store.search_log()?,
            keeps_opened: keeps_opened(inner)?,
            n_opened: store.n_opened()?,
        };
        let is_unfinished = store.has_unfinished_tuning()?;
        Ok(TuningState { learnable, used, n_changed, is_stale, is_unfinished, points, all })
    }

    /// How the one that is under way, or was cut off, went up to now.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn tuning_points(&self) -> Result<Vec<TuningPoint>, CatalogError> {
        let store = &self.inner().store;
        let begun = store.begun_tuning()?;
        Ok(begun.map(|id| store.tuning_points(id)).transpose()?.unwrap_or_default())
    }

    /// One of them, with all that is known of it.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchTuning`].
    pub fn tuning_report(&self, id: TuningId) -> Result<TuningReport, CatalogError> {
        let store = &self.inner().store;
        let row = store.tuning(id)?;
        Ok(TuningReport { row, figures: store.tuning_figures(id)?, points: store.tuning_points(id)? })
    }

    /// Lets searches go by what was learnt at that time, or by what the pack says alone. They go by what was before
    /// until every photo is ready to be found.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchTuning`] of another pack's models too; [`CatalogError::UselessTuning`]; a library that
    /// cannot be written or is in use.
    pub fn use_tuning(&self, id: Option<TuningId>) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let inner = self.inner();
        let before = inner.engine()?;
        let after = self.engine_by(id)?;
        // Whoever goes back, and there again, does not wait.
        before.vectors.save()?;
        if !Arc::ptr_eq(&before, &after) && inner.engines.exchange(&after) {
            inner.store.set_used_tuning(after.models.search_ids(), id)?;
            inner.engines.end_comparison();
            inner.events.tell(&Event::PackChanged);
        }
        Ok(())
    }

    /// The models that answer, with what was learnt at that time or with nothing, every photo ready to be found.
    pub(crate) fn engine_by(&self, id: Option<TuningId>) -> Result<Arc<Engine>, CatalogError> {
        let inner = self.inner();
        inner.engines.beside(id, |current| {
            let tuned = id.map(|id| self.tuned(id, current)).transpose()?;
            let engine = current.tuned_by(tuned, &inner.options);
            engine.vectors.follow(&inner.store)?;
            Ok(engine)
        })
    }

    fn tuned(&self, id: TuningId, engine: &Engine) -> Result<Arc<Tuned>, CatalogError> {
        let store = &self.inner().store;
        let row = store.tuning(id)?;
        if row.models != engine.models.search_ids() {
            return Err(CatalogError::NoSuchTuning);
        }
        match store.learnt(id)? {
            Some(learnt) => Ok(Arc::new(Tuned::new(&row, learnt)?)),
            None => Err(CatalogError::UselessTuning(row.verdict)),
        }
    }

    /// Nothing more is compared with what answers: the memory for that is let go.
    pub fn end_tuning_comparison(&self) {
        self.inner().engines.end_comparison();
    }

    /// Forgets one that is not in use.
    ///
    /// # Errors
    /// [`CatalogError::TuningInUse`], [`CatalogError::NoSuchTuning`], a library that cannot be written or is in use.
    pub fn remove_tuning(&self, id: TuningId) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let inner = self.inner();
        if inner.store.tuning(id)?.is_used {
            return Err(CatalogError::TuningInUse);
        }
        inner.engines.end_comparison();
        inner.store.remove_tuning(id)?;
        remove_index(&inner.options.folder.join("cache"), &Tuned::prefix_of(id));
        Ok(())
    }
}

/// The index of what was forgotten; a cache, so that it is no trouble where it stays.
fn remove_index(cache: &Path, prefix: &str) {
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().contains(prefix) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
