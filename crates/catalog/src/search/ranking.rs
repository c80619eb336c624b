//! Ranked ids, kept for the next page.

use std::sync::{Arc, PoisonError};

use vitrine_index::Hit;

use super::{Query, query::QueryVector};
use crate::{CatalogError, engine::Engine, library::Inner};

/// Ranks that are computed at least: some pages, and all that can be called good matches.
const MIN_DEPTH: u64 = 500;

/// The answer to a query, down to some rank.
#[derive(Clone)]
pub(crate) struct Ranking {
    query: Query,
    /// The search model, and the version of its index, that it was computed from.
    origin: (u64, u64),
    depth: u64,
    /// Best first.
    pub(super) hits: Arc<Vec<Hit>>,
    /// Products that the whole answer ranks.
    pub(super) n_ranked: u64,
}

/// The first `depth` ranks or more. Pages of one query come out of one ranking as long as the
/// catalog does not change.
pub(super) fn rank(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    vector: &QueryVector,
    depth: u64,
) -> Result<Ranking, CatalogError> {
    let origin = (engine.models.ids().clip, engine.vectors.version());
    {
        let last = inner.search.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*last
            && last.origin == origin
            && &last.query == query
            && (last.depth >= depth || last.depth >= last.n_ranked)
        {
            return Ok(last.clone());
        }
    }
    // Twice as deep as asked: whoever scrolls goes on scrolling.
    let depth = depth.saturating_mul(2).max(MIN_DEPTH);
    let n_wanted = usize::try_from(depth).unwrap_or(usize::MAX);
    let mut hits = engine.vectors.search(&inner.store, &vector.unit, n_wanted.saturating_add(1))?;
    let mut n_ranked = engine.vectors.len(&inner.store)? as u64;
    if let Some(like) = query.like {
        hits.retain(|hit| hit.id != like);
        n_ranked = n_ranked.saturating_sub(1);
    }
    hits.truncate(n_wanted);
    let ranking = Ranking { query: query.clone(), origin, depth, hits: Arc::new(hits), n_ranked };
    *inner.search.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(ranking.clone());
    Ok(ranking)
}

/// All of `allowed` (ids, rising) that can be found, ranked. Which these are may change with every
/// description, so nothing is kept.
pub(super) fn rank_among(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    vector: &QueryVector,
    allowed: &[u64],
) -> Result<Ranking, CatalogError> {
    let n_all = engine.vectors.len(&inner.store)?;
    let mut hits = engine.vectors.search(&inner.store, &vector.unit, n_all)?;
    hits.retain(|hit| Some(hit.id) != query.like && allowed.binary_search(&hit.id).is_ok());
    let n_ranked = hits.len() as u64;
    let origin = (engine.models.ids().clip, engine.vectors.version());
    Ok(Ranking { query: query.clone(), origin, depth: n_ranked, hits: Arc::new(hits), n_ranked })
}
