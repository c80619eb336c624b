//! Answers: which products match words, pictures, or a product of the catalog.
//!
//! ```text
//! query.rs     what is asked ─► one unit vector, and how its scores read
//! pictures.rs  pictures to search with, held by token
//! ranking.rs   vector ─► ranked photos ─► ranked products, kept for the next page
//! examples.rs  searches to try, from the catalog's own descriptions
//! ```
//!
//! A search reads the index that is there now; it waits neither for a run nor
//! for the captioner.

mod examples;
mod pictures;
mod query;
mod ranking;

pub use pictures::QueryPicture;
pub use query::{Like, Query};

use std::{collections::HashMap, sync::Mutex};

use pictures::QueryPictures;
use query::TextVectors;
use ranking::Ranking;

use roaring::RoaringBitmap;

use crate::{
    CatalogError, Library,
    library::Inner,
    memory::product_ids,
    store::{ProductId, ProductRow},
};

/// From this relevance on a product counts as a good match.
const GOOD: f32 = 0.5;

/// What searching keeps between two requests.
#[derive(Default)]
pub(crate) struct SearchState {
    pictures: QueryPictures,
    texts: TextVectors,
    last: Mutex<Option<Ranking>>,
}

/// A ranked product.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The product, with its best photo.
    pub row: ProductRow,
    /// Cosine of that photo and the query; none when nothing was asked.
    pub score: Option<f32>,
    /// The score on the pack's scale, from 0 to 1.
    pub relevance: Option<f32>,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Products that the whole answer ranks.
    pub total: u64,
    /// Of these, good matches; among the first few hundred ranks, which is where they are.
    pub n_good: u64,
    /// Photos that are in the catalog and cannot be found yet.
    pub n_not_yet_searchable: u64,
    /// The wanted ranks.
    pub items: Vec<Match>,
}

impl Library {
    /// The products of ranks `offset..offset + limit`. Without anything asked: the catalog, in the
    /// order in which products were added.
    pub fn search(&self, query: &Query, offset: u64, limit: u64) -> Result<Page, CatalogError> {
        let inner = self.inner();
        if query.is_empty() {
            return browse(inner, query, offset, limit);
        }
        // One pack for the whole answer: another may take its place while this one works.
        let engine = inner.engine()?;
        let models = engine.models.ids();
        let vector = query::vector(inner, &engine, query)?;
        let ranking = ranking::rank(inner, &engine, query, &vector, offset.saturating_add(limit))?;
        let wanted: Vec<_> = ranking.hits.iter().skip(as_usize(offset)).take(as_usize(limit)).collect();
        let pairs: Vec<_> = wanted.iter().map(|hit| (hit.product, Some(hit.picture))).collect();
        let mut rows = by_id(inner.store.products(&pairs, models)?);
        let items = wanted
            .into_iter()
            .filter_map(|hit| {
                let row = rows.remove(&hit.product)?;
                Some(Match { row, score: Some(hit.score), relevance: Some(vector.relevance(hit.score)) })
            })
            .collect();
        let n_good = ranking.hits.iter().take_while(|hit| vector.relevance(hit.score) >= GOOD).count();
        let n_pictures = inner.store.n_pictures()?;
        Ok(Page {
            total: ranking.n_ranked,
            n_good: n_good as u64,
            n_not_yet_searchable: n_pictures.saturating_sub(engine.vectors.len(&inner.store)?),
            items,
        })
    }
}

/// A part of the catalog, or of what passes the filters, in the order in which products were added.
fn browse(inner: &Inner, query: &Query, offset: u64, limit: u64) -> Result<Page, CatalogError> {
    let models = inner.model_ids();
    let page = |products: &RoaringBitmap| {
        let first = u32::try_from(offset).ok().and_then(|rank| products.select(rank));
        let wanted = first.map(|first| products.range(first..).take(as_usize(limit)));
        (products.len(), product_ids(wanted.into_iter().flatten()))
    };
    let (total, ids) = match query.filters.as_slice() {
        [] => inner.memory.members(&inner.store, |members, _| page(members.products()))?,
        filters => page(&inner.memory.allowed(&inner.store, filters, models.writer)?.products),
    };
    let pairs: Vec<_> = ids.iter().map(|&id| (id, None)).collect();
    let mut rows = by_id(inner.store.products(&pairs, models)?);
    let items = ids.iter().filter_map(|id| rows.remove(id));
    let items = items.map(|row| Match { row, score: None, relevance: None }).collect();
    Ok(Page { total, n_good: total, n_not_yet_searchable: 0, items })
}

fn by_id(rows: Vec<ProductRow>) -> HashMap<ProductId, ProductRow> {
    rows.into_iter().map(|row| (row.id, row)).collect()
}

fn as_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
