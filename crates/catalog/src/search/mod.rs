//! Answers: which products match words, pictures, or a product of the catalog.
//!
//! ```text
//! query.rs     what is asked ─► one unit vector, and how its scores read
//! pictures.rs  pictures to search with, held by token
//! ranking.rs   vector ─► ranked ids, kept for the next page
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
pub use query::Query;

use std::sync::Mutex;

use pictures::QueryPictures;
use query::TextVectors;
use ranking::Ranking;

use crate::{CatalogError, Library, store::PictureRow};

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
    /// The product.
    pub row: PictureRow,
    /// Cosine to the query; none when nothing was asked.
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
    /// Products that are in the catalog and cannot be found yet.
    pub n_not_yet_searchable: u64,
    /// The wanted ranks.
    pub items: Vec<Match>,
}

impl Library {
    /// The products of ranks `offset..offset + limit`. Without anything asked: the catalog, in the
    /// order in which photos were added.
    pub fn search(&self, query: &Query, offset: u64, limit: u64) -> Result<Page, CatalogError> {
        let inner = self.inner();
        let n_pictures = inner.store.n_pictures()?;
        let allowed = match query.filters.as_slice() {
            [] => None,
            filters => Some(inner.store.with_attributes(filters, inner.model_ids())?),
        };
        let (to_skip, n_wanted) = (as_usize(offset), as_usize(limit));
        if let (true, Some(allowed)) = (query.is_empty(), &allowed) {
            let page: Vec<u64> = allowed.iter().copied().skip(to_skip).take(n_wanted).collect();
            let mut rows = self.products(&page)?;
            let items = page.iter().filter_map(|id| rows.remove(id));
            let items = items.map(|row| Match { row, score: None, relevance: None }).collect();
            let total = allowed.len() as u64;
            return Ok(Page { total, n_good: total, n_not_yet_searchable: 0, items });
        }
        if query.is_empty() {
            let rows = inner.store.browse(offset, limit, inner.model_ids())?;
            let items = rows.into_iter().map(|row| Match { row, score: None, relevance: None }).collect();
            return Ok(Page { total: n_pictures, n_good: n_pictures, n_not_yet_searchable: 0, items });
        }
        let engine = inner.engine()?;
        let vector = query::vector(inner, &engine, query)?;
        let depth = offset.saturating_add(limit);
        let ranking = match &allowed {
            Some(allowed) => ranking::rank_among(inner, &engine, query, &vector, allowed)?,
            None => ranking::rank(inner, &engine, query, &vector, depth)?,
        };
        let wanted: Vec<_> = ranking.hits.iter().skip(to_skip).take(n_wanted).collect();
        let mut rows = self.products(&wanted.iter().map(|hit| hit.id).collect::<Vec<_>>())?;
        let items = wanted
            .into_iter()
            .filter_map(|hit| {
                let row = rows.remove(&hit.id)?;
                Some(Match { row, score: Some(hit.score), relevance: Some(vector.relevance(hit.score)) })
            })
            .collect();
        let n_good = ranking.hits.iter().take_while(|hit| vector.relevance(hit.score) >= GOOD).count();
        Ok(Page {
            total: ranking.n_ranked,
            n_good: n_good as u64,
            n_not_yet_searchable: n_pictures.saturating_sub(engine.vectors.len(&inner.store)? as u64),
            items,
        })
    }
}

fn as_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
