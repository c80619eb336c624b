//! Answers: which products match words, pictures, or a product of the catalog.
//!
//! ```text
//! language.rs    what was typed ─► words, phrases, weights, filters, problems with their places
//! query.rs       what is asked ─► taken apart, looked up, read by the models
//! parts.rs       readings ─► one fused vector, and how its scores read as relevance
//! background.rs  photos of the catalog, against which scores are set
//! lexical.rs     words ─► what share of them each product holds
//! filters.rs     filters, typed or chosen ─► which products they keep
//! order.rs       other orders than relevance
//! facets.rs      what an answer can be narrowed to, with counts
//! complete.rs    how what is typed may go on
//! closer.rs      the first ranks, looked at once more with the words (ITM)
//! saved.rs       searches that are kept under a name
//! reasons.rs     why a product stands where it stands
//! ranking.rs     vector and words ─► ranked photos ─► ranked products, kept for the next page
//! pictures.rs    pictures to search with, held by token
//! examples.rs    searches to try, from the catalog's own descriptions
//! ```
//!
//! A search reads the index that is there now; it waits neither for a run nor
//! for the captioner.

mod background;
mod closer;
mod complete;
mod examples;
mod facets;
mod filters;
mod language;
mod lexical;
mod order;
mod parts;
mod pictures;
mod query;
mod ranking;
mod reasons;
mod saved;

pub use closer::HeatMap;
pub(crate) use closer::{heat_of, thumbnail_pixels};
pub use complete::Completion;
pub use facets::{FacetGroup, FacetValue, Facets, filter_names};
pub use filters::Chosen;
pub use language::Problem;
pub use order::SortBy;
pub use parts::Weights;
pub use pictures::QueryPicture;
pub use query::{Like, Query};
pub use reasons::{Part, PartScore, Reasons, Why, WordFound};
pub use saved::SavedSearch;

use std::collections::HashMap;

use pictures::QueryPictures;
use query::{Question, TextVectors};
use ranking::Rankings;

use roaring::RoaringBitmap;

use crate::{
    CatalogError, Library,
    describe::WordLists,
    engine::Engine,
    library::Inner,
    memory::product_ids,
    store::{ProductId, ProductRow, TuningId},
};

/// The text of typed words that models read which know these; none where they know none of them.
pub(crate) fn sentence_of(knows: &dyn Fn(&str) -> bool, text: &str) -> Option<String> {
    query::sentence(knows, &language::parse(text, &[]))
}

/// Other names for the same thing as a folded word.
pub(crate) fn same_names(lists: &WordLists, word: &str) -> Vec<String> {
    lexical::other_names(lists, word).0
}

/// Whether a folded word says nothing of a product.
pub(crate) fn says_nothing(word: &str) -> bool {
    lexical::is_filler(word)
}

/// What share of typed words each product holds.
pub(crate) struct WordShares(lexical::Coverage);

impl WordShares {
    pub(crate) fn of(&self, product: ProductId) -> f32 {
        self.0.of(product.get())
    }
}

/// From this relevance on a product counts as a good match.
const GOOD: f32 = 0.5;
/// Good matches that are put into another order than that of relevance.
const N_SORTED: u64 = 20_000;

/// What searching keeps between two requests.
#[derive(Default)]
pub(crate) struct SearchState {
    pictures: QueryPictures,
    texts: TextVectors,
    vocabulary: lexical::Vocabulary,
    background: background::Kept,
    orders: order::Orders,
    facets: facets::Kept,
    rankings: Rankings,
    looks: closer::Looks,
}

/// A ranked product.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The product, with its best photo.
    pub row: ProductRow,
    /// By how much it is meant, on a scale that means the same from query to query: around 0 unrelated, 0.5 rather
    /// meant than not, 1 sure; not limited to these. None when nothing was asked.
    pub score: Option<f32>,
    /// The score, from 0 to 1.
    pub relevance: Option<f32>,
}

/// A part of an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Products that the whole answer ranks.
    pub total: u64,
    /// Of these, good matches; among the first few hundred ranks, which is where they are.
    pub n_good: u64,
    /// Photos that are in the catalog and cannot be found yet.
    pub n_not_yet_searchable: u64,
    /// The wanted ranks.
    pub items: Vec<Match>,
    /// What of the typed text was not understood, or not as it may have been meant.
    pub problems: Vec<Problem>,
    /// Words that the models of this pack do not know.
    pub unknown: Vec<String>,
    /// Whether asking again a little later gives a better answer.
    pub is_partial: bool,
    /// Whether a closer look may put the first ranks into a better order.
    pub can_improve: bool,
    /// Whether anything was asked that ranks products.
    pub is_ranked: bool,
}

impl Library {
    /// What share of typed words each product holds, as a search adds it to what the models say.
    pub(crate) fn word_shares(&self, text: &str) -> Result<WordShares, CatalogError> {
        let inner = self.inner();
        let query = Query::words(text);
        let question = Question::of(inner, &query)?;
        Ok(WordShares(ranking::coverage(inner, &query, &question)?))
    }

    /// The first `n` products of the answer to words by an engine that may be another than the one in use, with their
    /// relevance.
    pub(crate) fn ranked_by(
        &self,
        engine: &Engine,
        text: &str,
        n: u64,
    ) -> Result<Vec<(ProductId, f32)>, CatalogError> {
        let inner = self.inner();
        let query = Query::words(text);
        let question = Question::of(inner, &query)?;
        let ranking = ranking::rank(inner, engine, &query, &question, 0, n)?;
        Ok(ranking.hits.iter().take(as_usize(n)).map(|hit| (hit.product, hit.relevance)).collect())
    }

    /// The products of ranks `offset..offset + limit`. Without anything asked: the catalog, in the
    /// order in which products were added.
    pub fn search(&self, query: &Query, offset: u64, limit: u64) -> Result<Page, CatalogError> {
        let inner = self.inner();
        inner.search.looks.asked(query);
        let question = Question::of(inner, query)?;
        if !question.ranks {
            return browse(inner, query, question, offset, limit);
        }
        // One pack for the whole answer: another may take its place while this one works.
        let engine = inner.engine()?;
        answer(inner, &engine, query, question, (offset, limit))
    }

    /// The first `limit` products of two searches for the same: by the models alone, and with what was learnt at that
    /// time. Whatever else answers meanwhile.
    ///
    /// # Errors
    /// As [`Library::search`] and [`Library::use_tuning`].
    pub fn compare_tuning(
        &self,
        id: TuningId,
        query: &Query,
        limit: u64,
    ) -> Result<(Page, Page), CatalogError> {
        let inner = self.inner();
        let by = |tuning| {
            let engine = self.engine_by(tuning)?;
            answer(inner, &engine, query, Question::of(inner, query)?, (0, limit))
        };
        Ok((by(None)?, by(Some(id))?))
    }
}

/// A part of the ranked answer of an engine.
fn answer(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    question: Question,
    (offset, limit): (u64, u64),
) -> Result<Page, CatalogError> {
    let models = engine.models.ids();
    let order = order::order(inner, query.sort, models)?;
    let ranking = match order {
        None => ranking::rank(inner, engine, query, &question, offset, limit)?,
        Some(_) => ranking::rank_good(inner, engine, query, &question, (offset, limit), N_SORTED)?,
    };
    let n_good = ranking.hits.iter().take_while(|hit| hit.relevance >= GOOD).count();
    let mut hits = ranking.hits.iter().collect::<Vec<_>>();
    if let Some(order) = order {
        hits[..n_good].sort_by_key(|hit| order.place(hit.product));
    }
    let wanted: Vec<_> = hits.into_iter().skip(as_usize(offset)).take(as_usize(limit)).collect();
    let pairs: Vec<_> = wanted.iter().map(|hit| (hit.product, hit.picture)).collect();
    let mut rows = by_id(inner.store.products(&pairs, models)?);
    let items = wanted
        .into_iter()
        .filter_map(|hit| {
            let row = rows.remove(&hit.product)?;
            let relevance = hit.relevance.clamp(0.0, 1.0);
            Some(Match { row, score: Some(hit.relevance), relevance: Some(relevance) })
        })
        .collect();
    let n_pictures = inner.store.n_pictures()?;
    let can_improve = closer::can_improve(engine, &ranking);
    let mut problems = question.typed.problems;
    problems.extend(ranking.corrected.iter().map(|(typed, meant)| {
        let start = query.text.find(typed.as_str()).unwrap_or(0);
        let message = format!("Nothing is called {typed} here; {meant} was searched.");
        Problem { start, end: start + typed.len(), message }
    }));
    Ok(Page {
        total: ranking.n_ranked,
        n_good: n_good as u64,
        n_not_yet_searchable: n_pictures.saturating_sub(engine.vectors.len(&inner.store)?),
        items,
        problems,
        unknown: ranking.unknown.to_vec(),
        is_partial: ranking.is_partial,
        can_improve,
        is_ranked: true,
    })
}

/// A part of the catalog, or of what passes the filters.
fn browse(
    inner: &Inner,
    query: &Query,
    question: Question,
    offset: u64,
    limit: u64,
) -> Result<Page, CatalogError> {
    let models = inner.model_ids();
    let order = order::order(inner, query.sort, models)?;
    let page = |products: &RoaringBitmap| match &order {
        Some(order) => {
            let wanted = order.among(products).skip(as_usize(offset)).take(as_usize(limit));
            (products.len(), product_ids(wanted))
        }
        None => {
            let first = u32::try_from(offset).ok().and_then(|rank| products.select(rank));
            let wanted = first.map(|first| products.range(first..).take(as_usize(limit)));
            (products.len(), product_ids(wanted.into_iter().flatten()))
        }
    };
    let (total, ids) = match question.narrowing.as_slice() {
        [] => inner.memory.members(&inner.store, |members, _| page(members.products()))?,
        _ => page(&inner.memory.allowed(&inner.store, &question.narrowing, models.writer)?.products),
    };
    let pairs: Vec<_> = ids.iter().map(|&id| (id, None)).collect();
    let mut rows = by_id(inner.store.products(&pairs, models)?);
    let items = ids.iter().filter_map(|id| rows.remove(id));
    let items = items.map(|row| Match { row, score: None, relevance: None }).collect();
    Ok(Page { total, n_good: total, items, problems: question.typed.problems, ..Page::default() })
}

fn by_id(rows: Vec<ProductRow>) -> HashMap<ProductId, ProductRow> {
    rows.into_iter().map(|row| (row.id, row)).collect()
}

fn as_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(feature = "synthetic")]
impl Library {
    /// A text as one fused question: its vector, and what each part adds where a photo lacks it.
    ///
    /// # Errors
    /// As [`Library::search`].
    pub fn fused_question(&self, text: &str) -> Result<(Vec<f32>, [f32; 4]), CatalogError> {
        let inner = self.inner();
        let engine = inner.engine()?;
        let query = Query::words(text);
        let question = Question::of(inner, &query)?;
        let prepared = ranking::Prepared::of(inner, &engine, &query, &question)?;
        let fused = prepared.fused.ok_or(CatalogError::AsksForNothing)?;
        Ok((fused.query, fused.missing))
    }
}
