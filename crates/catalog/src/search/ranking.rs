//! Ranked products, kept for the next page.
//!
//! The index ranks photos; a product stands where its best photo stands.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError},
};

use roaring::RoaringBitmap;
use vitrine_index::{Probe, VectorIndex};

use super::{Query, query::QueryVector};
use crate::{
    CatalogError,
    engine::Engine,
    library::Inner,
    memory::Allowed,
    store::{ModelId, PictureId, ProductId},
};

/// Ranks that are computed at least: some pages, and all that can be called good matches.
const MIN_DEPTH: u64 = 500;

/// A product's place in an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    pub(super) product: ProductId,
    /// Its best photo.
    pub(super) picture: PictureId,
    /// Cosine of that photo and the query.
    pub(super) score: f32,
}

/// What an answer was computed from: the search model, where its vectors stood in the log, and where the
/// products and claims did.
type Origin = (ModelId, u64, u64);

/// The answer to a query, down to some rank.
#[derive(Clone)]
pub(crate) struct Ranking {
    query: Query,
    origin: Origin,
    depth: u64,
    /// Best first.
    pub(super) hits: Arc<Vec<Ranked>>,
    /// Products that the whole answer ranks.
    pub(super) n_ranked: u64,
}

/// The first `depth` ranks or more, among what passes the query's filters. Pages of one query come out of
/// one ranking as long as nothing changes.
pub(super) fn rank(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    vector: &QueryVector,
    depth: u64,
) -> Result<Ranking, CatalogError> {
    engine.vectors.follow(&inner.store)?;
    let position = inner.memory.members(&inner.store, |_, position| position)?;
    let origin = (engine.models.ids().clip, engine.vectors.position(), position);
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
    let allowed = match query.filters.as_slice() {
        [] => None,
        filters => Some(inner.memory.allowed(&inner.store, filters, engine.models.ids().writer)?),
    };
    // Twice as deep as asked: whoever scrolls goes on scrolling.
    let depth = depth.saturating_mul(2).max(MIN_DEPTH);
    let (hits, n_ranked) = products(inner, engine, query, vector, allowed.as_deref(), depth)?;
    let ranking = Ranking { query: query.clone(), origin, depth, hits: Arc::new(hits), n_ranked };
    *inner.search.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(ranking.clone());
    Ok(ranking)
}

/// Asks the index for photos until they make `depth` products, or all there are.
fn products(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    vector: &QueryVector,
    allowed: Option<&Allowed>,
    depth: u64,
) -> Result<(Vec<Ranked>, u64), CatalogError> {
    let Some(index) = engine.vectors.index(&inner.store)? else { return Ok((Vec::new(), 0)) };
    let like = query.like.map(|like| like.product);
    let n_wanted = usize::try_from(depth).unwrap_or(usize::MAX);
    let (n_pictures, n_products) =
        inner.memory.members(&inner.store, |members, _| (members.n_pictures(), members.products().len()))?;
    // As many photos as so many products have on the mean, and some more.
    let per_product = n_pictures.div_ceil(n_products.max(1)).max(1);
    let mut k = usize::try_from(depth.saturating_mul(per_product).saturating_add(1)).unwrap_or(usize::MAX);
    loop {
        let probe = Probe { query: &vector.unit, allowed: allowed.map(|allowed| &allowed.pictures), k };
        let answer = index.probe(&probe)?;
        let is_all = answer.hits.len() as u64 >= answer.n_ranked || answer.hits.len() < k;
        let mut met = HashSet::with_capacity(n_wanted.min(answer.hits.len()));
        let ranked: Vec<Ranked> = inner.memory.members(&inner.store, |members, _| {
            let mut ranked = Vec::new();
            for hit in &answer.hits {
                let picture = PictureId::new(hit.id);
                // A photo of several products stands for each that it may stand for.
                for &product in members.products_of(picture) {
                    let is_allowed = allowed.is_none_or(|allowed| allowed.products.contains(product));
                    if is_allowed && like != Some(ProductId::new(product)) && met.insert(product) {
                        ranked.push(Ranked { product: ProductId::new(product), picture, score: hit.score });
                    }
                }
            }
            ranked
        })?;
        if ranked.len() >= n_wanted || is_all {
            let n_ranked =
                if is_all { ranked.len() as u64 } else { n_rankable(inner, &index.ids(), allowed, like)? };
            let mut ranked = ranked;
            ranked.truncate(n_wanted);
            return Ok((ranked, n_ranked));
        }
        k = k.saturating_mul(2);
    }
}

/// Products of which a photo is in the index and passes.
fn n_rankable(
    inner: &Inner,
    in_index: &RoaringBitmap,
    allowed: Option<&Allowed>,
    like: Option<ProductId>,
) -> Result<u64, CatalogError> {
    inner.memory.members(&inner.store, |members, _| {
        let is_whole = in_index.len() == members.n_pictures();
        let n = match allowed {
            // Everything that can be seen can be found: no need to look at each photo.
            None if is_whole => members.products().len(),
            None => members.products_of_all(in_index).len(),
            Some(allowed) if is_whole => allowed.products.len(),
            Some(allowed) => {
                (members.products_of_all(&(in_index & &allowed.pictures)) & &allowed.products).len()
            }
        };
        let is_in = |product: ProductId| {
            members.products().contains(product.get())
                && allowed.is_none_or(|allowed| allowed.products.contains(product.get()))
        };
        n.saturating_sub(u64::from(like.is_some_and(is_in)))
    })
}
