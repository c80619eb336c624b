//! Ranked products, kept for the next page.
//!
//! The index ranks photos; a product stands where its best photo stands. What share of the question's words
//! a product holds is added to the relevance of that photo, so that a product whose title says what was asked
//! for is found whatever the models see in it. Products whose number was typed come first.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use roaring::RoaringBitmap;
use vitrine_index::{Probe, VectorIndex};

use super::{
    GOOD, Query,
    background::Background,
    lexical::{self, Coverage},
    parts::Fused,
    query::{self, Question},
};
use crate::{
    CatalogError,
    engine::Engine,
    library::Inner,
    memory::Allowed,
    store::{ModelId, PartLens, PictureId, ProductId, TuningId},
};

/// Ranks that are computed at least: some pages, and all that can be called good matches.
const MIN_DEPTH: u64 = 500;
/// The relevance of a photo that has nothing to do with the question, where its words are what was found.
const UNRELATED: f32 = -0.4;
/// Relevance of a product whose number was typed.
const NAMED: f32 = 2.0;

/// A product's place in an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    pub(super) product: ProductId,
    /// Its best photo; none where the index does not hold any of it.
    pub(super) picture: Option<PictureId>,
    /// From 0 (unrelated) over 0.5 (rather meant than not) to 1 (sure), and beyond.
    pub(super) relevance: f32,
    /// What a closer look adds to it for the order among the first ranks; not a part of the relevance.
    pub(super) closer: f32,
}

/// What an answer was computed from: the search model and what it learnt, where its vectors stood in the log, where
/// the products and claims did, and how often words were written.
type Origin = (ModelId, Option<TuningId>, u64, u64, u64);

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
    /// Words that the models do not know.
    pub(super) unknown: Arc<Vec<String>>,
    /// Words that were taken for others, and for which.
    pub(super) corrected: Arc<Vec<(String, String)>>,
    /// Whether a better answer can be had a little later.
    pub(super) is_partial: bool,
    /// Whether the first ranks were looked at more closely.
    pub(super) is_closer: bool,
    /// Texts that the models read, for whoever asks them more.
    pub(super) texts: Arc<Vec<String>>,
}

/// A question with all that is needed to score a product by it.
pub(super) struct Prepared {
    pub(super) coverage: Coverage,
    pub(super) read: query::Read,
    /// None where no vector is asked for, or there is none.
    pub(super) fused: Option<Fused>,
    pub(super) lens: PartLens,
}

impl Prepared {
    /// Has the question read, by words and by models.
    pub(super) fn of(
        inner: &Inner,
        engine: &Engine,
        query: &Query,
        question: &Question,
    ) -> Result<Self, CatalogError> {
        let coverage = coverage(inner, query, question)?;
        let read = query::read(inner, engine, query, &question.typed, &coverage.meant)?;
        let index = engine.vectors.index(&inner.store)?;
        let lens = engine.vectors.lens().unwrap_or_default();
        let fused = match &index {
            Some(index) if !read.terms.is_empty() && query.weights.has_part() => {
                let background = Background::of(inner, engine, &**index, lens)?;
                let calibration = engine.models.calibration();
                let catalog = (&*background, engine.shift());
                let fused = Fused::of_terms(&read.terms, lens, &query.weights, &calibration, catalog);
                match fused {
                    // Parts that cancel each other out exactly ask for nothing in particular.
                    None if read.terms.len() > 1 => return Err(CatalogError::AsksForNothing),
                    // What counts is a part that no photo has.
                    other => other,
                }
            }
            _ => None,
        };
        Ok(Self { coverage, read, fused, lens })
    }
}

/// The ranks up to `offset + limit` or more, among what passes the query's filters. Pages of one query come out of
/// one ranking as long as nothing changes.
pub(super) fn rank(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    question: &Question,
    offset: u64,
    limit: u64,
) -> Result<Ranking, CatalogError> {
    let depth = offset.saturating_add(limit);
    engine.vectors.follow(&inner.store)?;
    let position = inner.memory.members(&inner.store, |_, position| position)?;
    let words = inner.store.words_version()?;
    let by = engine.models.ids().clip;
    let origin = (by, engine.tuning(), engine.vectors.position(), position, words);
    let before = inner.search.rankings.find(query, origin);
    if let Some(before) = &before
        // Later pages go with the first one, whatever came in the meantime.
        && (!before.is_partial || offset > 0)
        && (before.depth >= depth || before.depth >= before.n_ranked)
    {
        return Ok(before.clone());
    }
    let allowed = match question.narrowing.as_slice() {
        [] => None,
        _ => Some(inner.memory.allowed(&inner.store, &question.narrowing, engine.models.ids().writer)?),
    };
    // Twice as deep as asked: whoever scrolls goes on scrolling.
    let depth = depth.saturating_mul(2).max(MIN_DEPTH);
    let prepared = Prepared::of(inner, engine, query, question)?;
    let search = Search { inner, engine, asked_with: query.asked_with(), allowed: allowed.as_deref() };
    let (hits, n_ranked) = search.products(query, question, &prepared, depth)?;
    let Prepared { read, .. } = prepared;
    let mut ranking = Ranking {
        query: query.clone(),
        origin,
        depth,
        hits: Arc::new(hits),
        n_ranked,
        unknown: Arc::new(read.unknown),
        corrected: Arc::new(read.corrected),
        is_partial: read.is_partial,
        is_closer: false,
        texts: Arc::new(read.texts),
    };
    // What was looked at more closely before stays so in a deeper ranking.
    if let Some(before) = before.filter(|before| before.is_closer) {
        let looked = before.hits.iter().filter(|hit| hit.closer != 0.0);
        ranking.look_closer(&looked.map(|hit| (hit.product, hit.closer)).collect());
    }
    inner.search.rankings.keep(ranking.clone());
    Ok(ranking)
}

/// As [`rank`], so deep that all good matches are in it, up to `most`.
pub(super) fn rank_good(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    question: &Question,
    (offset, limit): (u64, u64),
    most: u64,
) -> Result<Ranking, CatalogError> {
    let mut ranking = rank(inner, engine, query, question, offset, limit)?;
    loop {
        let n = ranking.hits.len() as u64;
        let are_all_good = ranking.hits.last().is_some_and(|last| last.relevance >= GOOD);
        if !are_all_good || n >= ranking.n_ranked || n >= most {
            return Ok(ranking);
        }
        // Half of what is then computed.
        ranking = rank(inner, engine, query, question, 0, n * 2)?;
    }
}

/// A product's place without a rank: its best photo and what speaks for it; none where nothing does.
pub(super) fn score(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    prepared: &Prepared,
    product: ProductId,
) -> Result<Option<Ranked>, CatalogError> {
    let search = Search { inner, engine, asked_with: Vec::new(), allowed: None };
    let index = engine.vectors.index(&inner.store)?;
    let mut found = search.scored(index.as_deref(), prepared.fused.as_ref(), &[product.get()])?;
    let Some(mut one) = found.pop() else { return Ok(None) };
    let share = prepared.coverage.of(product.get());
    if share > 0.0 {
        one.relevance = one.relevance.max(UNRELATED) + query.weights.words * share;
    }
    Ok((one.picture.is_some() || share > 0.0).then_some(one))
}

impl Ranking {
    /// How many ranks were computed.
    pub(super) fn depth(&self) -> u64 {
        self.depth
    }

    /// Puts the products that were looked at more closely in order by what that gave as well. Good matches stay
    /// before weaker ones, and all of them before those that were not looked at: a closer look orders, it does not
    /// judge.
    pub(super) fn look_closer(&mut self, gave: &HashMap<ProductId, f32>) {
        let mut hits = self.hits.to_vec();
        for hit in &mut hits {
            hit.closer = gave.get(&hit.product).copied().unwrap_or(0.0);
        }
        let n_looked =
            hits.iter().rposition(|hit| gave.contains_key(&hit.product)).map_or(0, |last| last + 1);
        let n_good = hits[..n_looked].iter().take_while(|hit| hit.relevance >= GOOD).count();
        let (good, weaker) = hits[..n_looked].split_at_mut(n_good);
        for part in [good, weaker] {
            // Stable: what is equal stays where it is.
            part.sort_by(|a, b| (b.relevance + b.closer).total_cmp(&(a.relevance + a.closer)));
        }
        self.hits = Arc::new(hits);
        self.is_closer = true;
    }
}

/// The answers that were asked for last: typing, paging, facets and going back ask for the same ones.
#[derive(Default)]
pub(crate) struct Rankings(Mutex<Vec<Ranking>>);

impl Rankings {
    const N_KEPT: usize = 8;

    fn find(&self, query: &Query, origin: Origin) -> Option<Ranking> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|one| one.origin == origin && one.query.asks_the_same(query)).cloned()
    }

    /// The answer to this, of whatever moment.
    pub(super) fn last_of(&self, query: &Query) -> Option<Ranking> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|one| one.query.asks_the_same(query)).cloned()
    }

    /// Takes an answer in, in the place of an older one to the same.
    pub(super) fn keep(&self, ranking: Ranking) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| !one.query.asks_the_same(&ranking.query));
        if kept.len() >= Self::N_KEPT {
            kept.remove(0);
        }
        kept.push(ranking);
    }
}

/// What share of the question's words each product holds.
pub(super) fn coverage(inner: &Inner, query: &Query, question: &Question) -> Result<Coverage, CatalogError> {
    if question.typed.wanted.is_empty() || query.weights.words <= 0.0 {
        return Ok(Coverage::default());
    }
    let n_products = inner.memory.members(&inner.store, |members, _| members.products().len())?;
    // A space behind a word says that it is whole.
    let may_go_on = query.text.ends_with(|c: char| c.is_alphanumeric());
    let (vocabulary, lists) = (&inner.search.vocabulary, inner.engines.lists());
    lexical::coverage(&inner.store, vocabulary, lists, &question.typed.wanted, may_go_on, n_products)
}

/// One search through the index.
struct Search<'a> {
    inner: &'a Inner,
    engine: &'a Engine,
    /// Products that the question is asked with.
    asked_with: Vec<ProductId>,
    allowed: Option<&'a Allowed>,
}

impl Search<'_> {
    fn is_asked_with(&self, product: u32) -> bool {
        self.asked_with.iter().any(|one| one.get() == product)
    }

    /// The first `depth` products, and how many the whole answer ranks.
    fn products(
        &self,
        query: &Query,
        question: &Question,
        prepared: &Prepared,
        depth: u64,
    ) -> Result<(Vec<Ranked>, u64), CatalogError> {
        let n_wanted = usize::try_from(depth).unwrap_or(usize::MAX);
        let index = self.engine.vectors.index(&self.inner.store)?;
        let Prepared { coverage, fused, .. } = prepared;
        let (mut ranked, mut n_ranked) = match (&index, fused) {
            (Some(index), Some(fused)) => self.nearest(&**index, fused, n_wanted)?,
            _ => (Vec::new(), 0),
        };
        let worth = query.weights.words;
        // What the words find that the models do not, with what the models say of it.
        let met: HashSet<u32> = ranked.iter().map(|one| one.product.get()).collect();
        let passes = match self.allowed {
            Some(allowed) => allowed.products.clone(),
            None => self.inner.memory.members(&self.inner.store, |members, _| members.products().clone())?,
        };
        let mut by_words = coverage.best(n_wanted.min(2_000), Some(&passes));
        by_words.retain(|product| !met.contains(product) && !self.is_asked_with(*product));
        if fused.is_none() {
            n_ranked = coverage.products.intersection_len(&passes);
        }
        ranked.extend(self.scored(index.as_deref(), fused.as_ref(), &by_words)?);
        for one in &mut ranked {
            let share = coverage.of(one.product.get());
            if share > 0.0 {
                one.relevance = one.relevance.max(UNRELATED) + worth * share;
            }
        }
        ranked.sort_by(|a, b| b.relevance.total_cmp(&a.relevance).then(a.product.cmp(&b.product)));
        n_ranked +=
            self.put_first(&mut ranked, &question.named, &passes, fused.is_none().then_some(coverage));
        ranked.truncate(n_wanted);
        let n_ranked = n_ranked.max(ranked.len() as u64);
        Ok((ranked, n_ranked))
    }

    /// Puts the products whose number was typed first; answers how many of them the answer did not rank.
    fn put_first(
        &self,
        ranked: &mut Vec<Ranked>,
        named: &[ProductId],
        passes: &RoaringBitmap,
        words_alone: Option<&Coverage>,
    ) -> u64 {
        let mut n_more = 0;
        let mut first = Vec::new();
        let named = named.iter().filter(|one| passes.contains(one.get()) && !self.is_asked_with(one.get()));
        for (at, &product) in named.enumerate() {
            let known = ranked.iter().position(|one| one.product == product);
            let mut one = match known {
                Some(at) => ranked.remove(at),
                None => {
                    let is_ranked = words_alone.is_none_or(|words| words.products.contains(product.get()));
                    n_more += u64::from(!is_ranked);
                    Ranked { product, picture: None, relevance: NAMED, closer: 0.0 }
                }
            };
            one.relevance = NAMED - at as f32 * 1e-3;
            first.push(one);
        }
        ranked.splice(0..0, first);
        n_more
    }

    /// Asks the index for photos until they make `n_wanted` products, or all there are.
    fn nearest(
        &self,
        index: &dyn VectorIndex,
        fused: &Fused,
        n_wanted: usize,
    ) -> Result<(Vec<Ranked>, u64), CatalogError> {
        let (memory, store) = (&self.inner.memory, &self.inner.store);
        let (n_pictures, n_products) =
            memory.members(store, |members, _| (members.n_pictures(), members.products().len()))?;
        // As many photos as so many products have on the mean, and some more.
        let of_wanted = (n_wanted as u64).saturating_mul(n_pictures) / n_products.max(1);
        let mut k = usize::try_from(of_wanted + of_wanted / 8 + 1).unwrap_or(usize::MAX).max(n_wanted + 1);
        loop {
            let allowed = self.allowed.map(|allowed| &allowed.pictures);
            let probe = Probe { query: &fused.query, missing: &fused.missing, allowed, k };
            let answer = index.probe(&probe)?;
            let is_all = answer.hits.len() as u64 >= answer.n_ranked || answer.hits.len() < k;
            let mut ranked = self.best_photos(fused, &answer.hits, None)?;
            if ranked.len() >= n_wanted || is_all {
                let n_ranked = if is_all { ranked.len() as u64 } else { self.n_rankable(&index.ids())? };
                ranked.truncate(n_wanted);
                return Ok((ranked, n_ranked));
            }
            k = k.saturating_mul(2);
        }
    }

    /// The products of hits, each with the first of them; only those of `among` where that is given.
    fn best_photos(
        &self,
        fused: &Fused,
        hits: &[vitrine_index::Hit],
        among: Option<&RoaringBitmap>,
    ) -> Result<Vec<Ranked>, CatalogError> {
        let mut met = HashSet::with_capacity(hits.len());
        self.inner.memory.members(&self.inner.store, |members, _| {
            let mut ranked = Vec::new();
            for hit in hits {
                let picture = PictureId::new(hit.id);
                // A photo of several products stands for each that it may stand for.
                for &product in members.products_of(picture) {
                    let is_allowed = self.allowed.is_none_or(|allowed| allowed.products.contains(product))
                        && among.is_none_or(|among| among.contains(product));
                    if is_allowed && !self.is_asked_with(product) && met.insert(product) {
                        let relevance = fused.relevance(hit.score);
                        ranked.push(Ranked {
                            product: ProductId::new(product),
                            picture: Some(picture),
                            relevance,
                            closer: 0.0,
                        });
                    }
                }
            }
            ranked
        })
    }

    /// These products, each with its best photo and what the models say of that.
    fn scored(
        &self,
        index: Option<&vitrine_index::LocalIndex>,
        fused: Option<&Fused>,
        products: &[u32],
    ) -> Result<Vec<Ranked>, CatalogError> {
        let unscored = |product: u32| Ranked {
            product: ProductId::new(product),
            picture: None,
            relevance: UNRELATED,
            closer: 0.0,
        };
        let (Some(index), Some(fused)) = (index, fused) else {
            return Ok(products.iter().copied().map(unscored).collect());
        };
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: RoaringBitmap = products.iter().copied().collect();
        let pictures =
            self.inner.memory.members(&self.inner.store, |members, _| members.pictures_of_all(&wanted))?;
        let k = usize::try_from(pictures.len()).unwrap_or(usize::MAX);
        let probe = Probe { query: &fused.query, missing: &fused.missing, allowed: Some(&pictures), k };
        let mut ranked = self.best_photos(fused, &index.probe(&probe)?.hits, Some(&wanted))?;
        let met: HashSet<u32> = ranked.iter().map(|one| one.product.get()).collect();
        ranked.extend(products.iter().copied().filter(|product| !met.contains(product)).map(unscored));
        Ok(ranked)
    }

    /// Products of which a photo is in the index and passes.
    fn n_rankable(&self, in_index: &RoaringBitmap) -> Result<u64, CatalogError> {
        self.inner.memory.members(&self.inner.store, |members, _| {
            let is_whole = in_index.len() == members.n_pictures();
            let n = match self.allowed {
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
                    && self.allowed.is_none_or(|allowed| allowed.products.contains(product.get()))
            };
            n.saturating_sub(self.asked_with.iter().filter(|product| is_in(**product)).count() as u64)
        })
    }
}
