//! Other orders than relevance.
//!
//! An order is read from the store once and kept: of every product its place. It may be some seconds old while
//! much changes, since reading it must not take more than a small part of the time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{CatalogError, library::Inner, models::ModelIds, store::ProductId, words};

/// In which order an answer comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// The best first; where nothing was asked, as products were added.
    #[default]
    Relevance,
    /// By what they are called.
    Name,
    /// The cheapest first.
    Price,
    /// The dearest first.
    PriceDown,
    /// The last that were added first.
    Newest,
    /// Those first of whose description Vitrine is least sure.
    LeastSure,
}

/// An order of all products.
pub(super) struct Order {
    /// Product ids, the first first.
    products: Vec<u32>,
    /// By product id its place; those without one come last, as they were added.
    places: Vec<u32>,
}

impl Order {
    fn of(products: Vec<u32>) -> Self {
        let len = products.iter().max().map_or(0, |last| *last as usize + 1);
        let mut places = vec![u32::MAX; len];
        for (place, product) in (0..).zip(&products) {
            places[*product as usize] = place;
        }
        Self { products, places }
    }

    /// Where a product stands.
    pub(super) fn place(&self, product: ProductId) -> (u32, u32) {
        let place = self.places.get(product.get() as usize).copied().unwrap_or(u32::MAX);
        (place, product.get())
    }

    /// Those of `passing`, in order.
    pub(super) fn among<'a>(&'a self, passing: &'a roaring::RoaringBitmap) -> impl Iterator<Item = u32> + 'a {
        let without_place =
            passing.iter().filter(|product| self.place(ProductId::new(*product)).0 == u32::MAX);
        self.products.iter().copied().filter(|product| passing.contains(*product)).chain(without_place)
    }
}

/// Orders that were asked for.
#[derive(Default)]
pub(crate) struct Orders(Mutex<Vec<Kept>>);

struct Kept {
    by: SortBy,
    models: ModelIds,
    version: (u64, u64),
    at: Instant,
    took: Duration,
    order: Arc<Order>,
}

/// The catalog in this order; none of relevance, which is of a question.
pub(super) fn order(inner: &Inner, by: SortBy, models: ModelIds) -> Result<Option<Arc<Order>>, CatalogError> {
    if by == SortBy::Relevance {
        return Ok(None);
    }
    let store = &inner.store;
    let version = (inner.memory.members(store, |_, position| position)?, store.words_version()?);
    let mut kept = inner.search.orders.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.iter().find(|one| one.by == by && one.models == models)
        && (known.version == version || known.at.elapsed() < known.took * 20)
    {
        return Ok(Some(known.order.clone()));
    }
    let at = Instant::now();
    let order = Arc::new(Order::of(match by {
        SortBy::Relevance => Vec::new(),
        SortBy::Newest => {
            let mut all: Vec<u32> =
                inner.memory.members(store, |members, _| members.products().iter().collect())?;
            all.reverse();
            all
        }
        SortBy::Name => {
            let mut names: Vec<(String, u32)> = Vec::new();
            store.each_name(models, |product, name| names.push((words::fold(name), product.get())))?;
            names.sort_unstable();
            names.into_iter().map(|(_, product)| product).collect()
        }
        SortBy::Price | SortBy::PriceDown => {
            let mut prices = store.prices()?;
            let rising = |a: &(ProductId, f64), b: &(ProductId, f64)| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0));
            prices.sort_unstable_by(|a, b| match by {
                SortBy::PriceDown => b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)),
                _ => rising(a, b),
            });
            prices.into_iter().map(|(product, _)| product.get()).collect()
        }
        SortBy::LeastSure => {
            let mut sure = store.sureness(models)?;
            sure.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            sure.into_iter().map(|(product, _)| product.get()).collect()
        }
    }));
    kept.retain(|one| one.by != by);
    kept.push(Kept { by, models, version, at, took: at.elapsed(), order: order.clone() });
    Ok(Some(order))
}
