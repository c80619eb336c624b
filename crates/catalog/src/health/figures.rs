//! The numbers of the catalog's health, each that of a list.

use std::path::PathBuf;

use roaring::RoaringBitmap;

use super::Problem;
use crate::{
    CatalogError, Library,
    review::{QueueFilter, ReviewState, Verdict},
    store::ProductId,
};

/// The catalog's health in numbers. Products are those of which a photo can be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Products.
    pub n_products: u64,
    /// Their photos.
    pub n_photos: u64,
    /// Products that are described: `is:described`.
    pub n_described: u64,
    /// Described products by how far they have come, in the order of [`ReviewState::ALL`].
    pub n_by_state: [u64; 5],
    /// Products that wait for a decision and of whose words a photo contradicts some.
    pub n_contradicted: u64,
    /// The same with words that may be wrong.
    pub n_doubtful: u64,
    /// How many products have each problem, in the order of [`Problem::ALL`]: `problem:…`.
    pub n_by_problem: Vec<(Problem, u64)>,
    /// Products with one problem at least.
    pub n_with_problem: u64,
    /// Groups of photos that are alike and wait for a decision.
    pub n_twin_groups: u64,
    /// Products of lists without a photo: [`Library::unphotographed`].
    pub n_without_photo: u64,
    /// Photos that were not measured yet.
    pub n_unmeasured: u64,
    /// What people decided, by day.
    pub days: Vec<AgreementDay>,
}

/// What people decided on a day, without what they took back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreementDay {
    /// `2026-11-27`, of this machine's time zone.
    pub day: String,
    /// Descriptions that were right as the models wrote them.
    pub n_approved: u64,
    /// Descriptions that a person edited.
    pub n_edited: u64,
    /// Descriptions that were rejected.
    pub n_rejected: u64,
    /// Claims that a person found right.
    pub n_right: u64,
    /// Claims that a person found wrong.
    pub n_wrong: u64,
}

/// A product of a list, of which there is no photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unphotographed {
    /// The product.
    pub product: ProductId,
    /// What it is called, if the list says so.
    pub title: Option<String>,
    /// Under which number or name the list has it.
    pub key: String,
    /// The list.
    pub list: PathBuf,
}

impl Library {
    /// The catalog's health in numbers.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn health(&self) -> Result<Health, CatalogError> {
        let inner = self.inner();
        let store = &inner.store;
        let counts = inner.counts()?;
        let seen = inner.memory.members(store, |members, _| members.products().clone())?;
        // As a filter looks them up, so that each number is that of its list.
        let with = |name: &str, value: &str| Ok::<_, CatalogError>(store.with_fact(name, value)? & &seen);
        let described = with("is", "described")?;
        let mut health = Health {
            n_products: counts.n_products,
            n_photos: counts.n_pictures,
            n_described: described.len(),
            n_twin_groups: self.twins(None, 0, 0)?.total,
            n_without_photo: store.n_unphotographed()?,
            n_unmeasured: store.n_unmeasured()?,
            days: store.agreement()?,
            ..Health::default()
        };
        let waiting = |verdict| {
            let filter = QueueFilter {
                state: Some(ReviewState::Pending),
                verdict: Some(verdict),
                ..QueueFilter::default()
            };
            Ok::<_, CatalogError>(store.review_queue(&filter, 0, 0)?.0)
        };
        health.n_contradicted = waiting(Verdict::Contradicted)?;
        health.n_doubtful = waiting(Verdict::Doubtful)?;
        for (n, state) in health.n_by_state.iter_mut().zip(ReviewState::ALL) {
            *n = with("is", state.name())?.intersection_len(&described);
        }
        let mut any = RoaringBitmap::new();
        for problem in Problem::ALL {
            let found = with("problem", problem.name())?;
            health.n_by_problem.push((problem, found.len()));
            any |= found;
        }
        health.n_with_problem = any.len();
        Ok(health)
    }

    /// A part of the products of lists of which there is no photo, by list and in its order.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn unphotographed(&self, offset: u64, limit: u64) -> Result<Vec<Unphotographed>, CatalogError> {
        self.inner().store.unphotographed(offset, limit)
    }
}
