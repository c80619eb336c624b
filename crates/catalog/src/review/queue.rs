//! The queue: what needs a person's eyes most comes first.

use std::{
    cell::Cell,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Assessment, Calibrations, ClaimKind, Evidence, Finder, ReviewState, Templates, Verdict,
    assessing::Assessor,
};
use crate::{
    CatalogError, Library,
    describe::{AttributeKind, ListReading},
    library::Inner,
    store::{ModelId, ProductId, ProductRow, QueueItem},
};

/// Products that are looked at anew in one transaction: some ten milliseconds' work.
const AT_ONCE: u64 = 32;
/// Products that are looked at anew before a part of the queue is shown; more are left to the next run.
const BEFORE_AN_ANSWER: u64 = 256;
/// How long somebody waits for word lists that are not read yet; those on disk are there at once.
const PATIENCE: Duration = Duration::from_secs(2);
/// Decisions that a calibration learns from.
const N_DECISIONS: u64 = 2_000;
/// Folders and categories to choose from.
const N_CHOICES: u64 = 50;

/// Which products are to be reviewed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// Only of this state.
    pub state: Option<ReviewState>,
    /// Only with a claim of this kind.
    pub claim: Option<ClaimKind>,
    /// Only where a claim, of that kind where one is named, has this verdict.
    pub verdict: Option<Verdict>,
    /// Only with a photo in a folder of this name.
    pub folder: Option<String>,
    /// Only of this category of the shop.
    pub category: Option<String>,
}

/// A product in the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueRow {
    /// As a tile shows it.
    pub row: ProductRow,
    /// What of it needs eyes.
    pub item: QueueItem,
}

/// A part of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueuePage {
    /// Products that pass the filter.
    pub total: u64,
    /// This part of them.
    pub rows: Vec<QueueRow>,
    /// Products of each state in the whole catalog, in the order of [`ReviewState::ALL`].
    pub n_by_state: [u32; 5],
    /// Products that are not described yet.
    pub n_undescribed: u64,
    /// Folders to choose from, with how many products are in each.
    pub folders: Vec<(String, u64)>,
    /// Categories.
    pub categories: Vec<(String, u64)>,
}

/// What a review keeps in memory.
#[derive(Default)]
pub(crate) struct ReviewMemory {
    assessor: Mutex<Option<(ModelId, Arc<Assessor>)>>,
    /// What was shown last as "approve all of these".
    pub(super) shown: Mutex<Option<(String, Vec<ProductId>)>>,
}

impl ReviewMemory {
    /// Learns from a decision that was not made before; reading all of them again would take longer than a person
    /// waits.
    pub(super) fn teach(&self, kind: &AttributeKind, evidence: Evidence, is_right: bool) {
        if let Some((_, assessor)) = &mut *self.assessor.lock().unwrap_or_else(PoisonError::into_inner) {
            *assessor = Arc::new(assessor.taught(kind.clone(), evidence, is_right));
        }
    }

    /// What is known for assessing changed: templates, or what people decided.
    pub(super) fn forget(&self) {
        *self.assessor.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Inner {
    /// What assesses descriptions with the pack in use.
    pub(crate) fn assessor(&self) -> Result<Arc<Assessor>, CatalogError> {
        let engine = self.engine()?;
        let writer = engine.models.ids().writer;
        {
            let kept = self.review.assessor.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((of, assessor)) = &*kept
                && *of == writer
            {
                return Ok(assessor.clone());
            }
        }
        // On disk where this library was described before. Else a run reads them, for minutes with a large model, and
        // nobody should wait for that without a word.
        let (asked, how_far) = (Instant::now(), Cell::new((0, 0)));
        let go_on = |reading: &ListReading| {
            how_far.set((reading.n_done, reading.n_total));
            Ok(asked.elapsed() < PATIENCE)
        };
        if engine.vocabulary(&self.options.folder, &go_on)?.is_none() {
            let (n_done, n_total) = how_far.get();
            return Err(CatalogError::ReadingLists { n_done, n_total });
        }
        let pack = engine.models.calibration().claims;
        let mut assessor = Assessor {
            finder: Arc::new(Finder::new(engine.models.lists())),
            templates: Arc::new(Templates::new(self.store.templates()?)),
            calibrations: Calibrations::of_pack(pack),
            decided: Vec::new(),
            engine,
        };
        assessor.decided = assessor.read_decided(self, N_DECISIONS)?;
        assessor.calibrations = Calibrations::taught(pack, &assessor.decided);
        let assessor = Arc::new(assessor);
        *self.review.assessor.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((writer, assessor.clone()));
        Ok(assessor)
    }

    /// Looks anew at products that changed, `limit` of them at most; answers how many there were.
    pub(crate) fn refresh_reviews(&self, limit: u64) -> Result<u64, CatalogError> {
        let assessor = self.assessor()?;
        let assess = |product: ProductId| match assessor.assess(self, product) {
            Ok(found) => Ok(Some(found).filter(|found| found.is_described || !found.text.is_empty())),
            Err(CatalogError::NoSuchProduct) => Ok(None),
            Err(error) => Err(error),
        };
        let mut n = 0;
        while n < limit {
            let done = self.store.refresh_reviews(AT_ONCE.min(limit - n), &assess)?;
            n += done;
            if done == 0 {
                break;
            }
        }
        Ok(n)
    }
}

impl Assessor {
    /// One that learnt from another decision.
    fn taught(&self, kind: AttributeKind, evidence: Evidence, is_right: bool) -> Self {
        let mut decided = self.decided.clone();
        decided.push((kind, evidence, is_right));
        let pack = self.engine.models.calibration().claims;
        Self { calibrations: Calibrations::taught(pack, &decided), decided, ..self.clone() }
    }

    /// What people decided of claims, with what spoke for each: what a calibration learns from.
    fn read_decided(
        &self,
        inner: &Inner,
        limit: u64,
    ) -> Result<Vec<(AttributeKind, Evidence, bool)>, CatalogError> {
        let mut decided = Vec::new();
        let mut of_product: Option<(ProductId, Option<Assessment>)> = None;
        for (product, claim, is_right) in inner.store.judged_claims(limit)? {
            let ClaimKind::Attribute(kind) = &claim.kind else { continue };
            if of_product.as_ref().is_none_or(|(other, _)| *other != product) {
                // Of a product whose photos are away nothing can be learnt now.
                of_product = Some((product, self.assess(inner, product).ok()));
            }
            let Some((_, Some(known))) = &of_product else { continue };
            let evidence = known.claims.iter().find(|other| other.claim == claim);
            if let Some(evidence) = evidence.and_then(|claim| claim.evidence) {
                decided.push((kind.clone(), evidence, is_right));
            }
        }
        Ok(decided)
    }
}

impl Library {
    /// A part of the queue.
    ///
    /// # Errors
    /// A library that cannot be read, a pack that cannot be used.
    pub fn review_queue(
        &self,
        filter: &QueueFilter,
        offset: u64,
        limit: u64,
    ) -> Result<QueuePage, CatalogError> {
        let inner = self.inner();
        inner.store.refresh_words(inner.model_ids(), BEFORE_AN_ANSWER)?;
        if let Err(error) = inner.refresh_reviews(BEFORE_AN_ANSWER)
            // What is known of descriptions is shown; a run reads the lists, then looks anew.
            && !matches!(error, CatalogError::ReadingLists { .. })
        {
            return Err(error);
        }
        let (total, items) = inner.store.review_queue(filter, offset, limit)?;
        let wanted: Vec<(ProductId, Option<crate::PictureId>)> =
            items.iter().map(|item| (item.product, None)).collect();
        let mut known = inner.store.products(&wanted, inner.model_ids())?;
        let rows = items.into_iter().filter_map(|item| {
            let at = known.iter().position(|row| row.id == item.product)?;
            Some(QueueRow { row: known.swap_remove(at), item })
        });
        let n_by_state = inner.store.n_by_review_state()?;
        let n_in_queue: u64 = n_by_state.iter().map(|n| u64::from(*n)).sum();
        Ok(QueuePage {
            total,
            rows: rows.collect(),
            n_by_state,
            n_undescribed: self.summary()?.counts.n_products.saturating_sub(n_in_queue),
            folders: inner.store.review_facts("folder", N_CHOICES)?,
            categories: inner.store.review_facts("category", N_CHOICES)?,
        })
    }

    /// Everything that is needed to judge a product's description.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchProduct`], a pack that cannot be used.
    pub fn review_item(&self, product: ProductId) -> Result<Assessment, CatalogError> {
        let inner = self.inner();
        inner.assessor()?.assess(inner, product)
    }
}
