//! Why a product stands where it stands, and why another does not.

use super::{
    GOOD, Match, Query, lexical,
    parts::PartShare,
    query::Question,
    ranking::{self, Prepared, Ranked},
};
use crate::{
    CatalogError, Library,
    engine::Engine,
    library::Inner,
    memory::Narrowing,
    store::{PictureId, ProductId, WordsOf},
};

/// What can speak for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// How the photo looks to CLIP.
    Look,
    /// How the photo looks to BLIP.
    Matching,
    /// The generated description.
    Description,
    /// What the merchant says of it, as a model reads that.
    Own,
    /// The words themselves.
    Words,
    /// A closer look at photo and words together (ITM).
    CloserLook,
}

/// Ranks down to which a product is sought.
const MOST_RANKED: u64 = 20_000;

/// The parts of a photo, in the order in which they are fused.
const PHOTO_PARTS: [Part; 4] = [Part::Look, Part::Matching, Part::Description, Part::Own];

impl Part {
    /// What people call it, as the subject of a sentence.
    const fn named(self) -> &'static str {
        match self {
            Self::Look => "how the photo looks",
            Self::Matching => "how well photo and words go together",
            Self::Description => "the description",
            Self::Own => "what the shop says of it",
            Self::Words => "the words themselves",
            Self::CloserLook => "a closer look at the photo",
        }
    }
}

/// What one part gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartScore {
    /// Which part.
    pub part: Part,
    /// What it adds to the relevance; of a closer look what it adds beyond it, for the order alone.
    pub gave: f32,
    /// How much it counts, from 0 to 1.
    pub weight: f32,
    /// Whether the product has it; else it counts as the mean of the catalog.
    pub is_there: bool,
}

/// A word of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordFound {
    /// Folded.
    pub word: String,
    /// What stands for it, and whose words these are; none where it stands nowhere.
    pub stands: Option<(String, WordsOf)>,
}

/// Why a product is in an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// Its relevance, which is what all parts but a closer look add up to.
    pub relevance: f32,
    /// The parts that count, the one that gave most first; a closer look last.
    pub parts: Vec<PartScore>,
    /// The words of the question.
    pub words: Vec<WordFound>,
    /// Whether its number, barcode or file name was typed.
    pub is_named: bool,
}

/// Why a product stands where it stands, or why it does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasons {
    /// The product, by its best photo.
    pub found: Match,
    /// From 1; none where it is left out, or beyond what is ranked.
    pub rank: Option<u64>,
    /// Products in the answer.
    pub total: u64,
    /// None where it cannot be found by the models yet, nor by words.
    pub why: Option<Why>,
    /// What of the question it does not pass, each as a sentence.
    pub left_out_by: Vec<String>,
    /// The first of the answer, where that is another.
    pub first: Option<(Match, Why)>,
    /// The short of it.
    pub summary: String,
}

impl Library {
    /// Why a product stands where it stands in an answer, or why it does not.
    ///
    /// # Errors
    /// As [`Library::search`]; a product that is gone; a question that ranks nothing.
    pub fn explain(&self, query: &Query, product: ProductId) -> Result<Reasons, CatalogError> {
        let inner = self.inner();
        let question = Question::of(inner, query)?;
        let models = inner.model_ids();
        let row = inner.store.product(product, models)?;
        let unscored = |row| Match { row, score: None, relevance: None };
        if !question.ranks {
            let left_out_by = left_out_by(inner, &question, product)?;
            let summary = match left_out_by.first() {
                Some(first) => first.clone(),
                None => "Nothing was asked that puts products in order.".to_owned(),
            };
            let found = unscored(row);
            return Ok(Reasons { found, rank: None, total: 0, why: None, left_out_by, first: None, summary });
        }
        let engine = inner.engine()?;
        let prepared = Prepared::of(inner, &engine, query, &question)?;
        let mut ranking = ranking::rank(inner, &engine, query, &question, 0, 1)?;
        let is_in = |ranking: &ranking::Ranking| ranking.hits.iter().any(|hit| hit.product == product);
        while !is_in(&ranking) && ranking.depth() < ranking.n_ranked.min(MOST_RANKED) {
            ranking = ranking::rank(inner, &engine, query, &question, 0, ranking.depth() * 2)?;
        }
        let left_out_by = left_out_by(inner, &question, product)?;
        let at = ranking.hits.iter().position(|hit| hit.product == product);
        let hit = match at {
            Some(at) => Some(ranking.hits[at]),
            // Beside the answer: scored all the same.
            None => ranking::score(inner, &engine, query, &prepared, product)?,
        };
        let first = ranking.hits.first().filter(|first| first.product != product).copied();
        let hits: Vec<Ranked> = hit.into_iter().chain(first).collect();
        let mut whys = whys(inner, &engine, query, &question, &prepared, &hits)?.into_iter();
        let why = hit.and_then(|_| whys.next());
        let first = match (first, whys.next()) {
            (Some(hit), Some(why)) => {
                let mut rows = inner.store.products(&[(hit.product, hit.picture)], models)?;
                rows.pop().map(|row| (scored(row, &hit), why))
            }
            _ => None,
        };
        let picture = hit.and_then(|hit| hit.picture);
        let mut rows = inner.store.products(&[(product, picture)], models)?;
        let found = match (rows.pop(), hit) {
            (Some(row), Some(hit)) => scored(row, &hit),
            (row, _) => unscored(row.ok_or(CatalogError::NoSuchProduct)?),
        };
        let rank = at.map(|at| at as u64 + 1);
        let total = ranking.n_ranked;
        let summary = summary(rank, why.as_ref(), first.as_ref().map(|(_, why)| why), &left_out_by);
        Ok(Reasons { found, rank, total, why, left_out_by, first, summary })
    }

    /// Why each of these is in an answer, in their order; none of one that is not scored.
    ///
    /// # Errors
    /// As [`Library::search`].
    pub fn reasons(&self, query: &Query, products: &[ProductId]) -> Result<Vec<Option<Why>>, CatalogError> {
        let inner = self.inner();
        let question = Question::of(inner, query)?;
        if !question.ranks {
            return Ok(vec![None; products.len()]);
        }
        let engine = inner.engine()?;
        let prepared = Prepared::of(inner, &engine, query, &question)?;
        let ranking = match inner.search.rankings.last_of(query) {
            Some(last) => last,
            None => ranking::rank(inner, &engine, query, &question, 0, 1)?,
        };
        let by_product: std::collections::HashMap<ProductId, Ranked> =
            ranking.hits.iter().map(|hit| (hit.product, *hit)).collect();
        let hits: Vec<Ranked> = products.iter().filter_map(|id| by_product.get(id).copied()).collect();
        let mut whys = whys(inner, &engine, query, &question, &prepared, &hits)?.into_iter();
        Ok(products.iter().map(|id| by_product.contains_key(id).then(|| whys.next()).flatten()).collect())
    }
}

fn scored(row: crate::store::ProductRow, hit: &Ranked) -> Match {
    Match { row, score: Some(hit.relevance), relevance: Some(hit.relevance.clamp(0.0, 1.0)) }
}

/// What speaks for each hit, in order.
fn whys(
    inner: &Inner,
    engine: &Engine,
    query: &Query,
    question: &Question,
    prepared: &Prepared,
    hits: &[Ranked],
) -> Result<Vec<Why>, CatalogError> {
    let mut vectors = std::collections::HashMap::<PictureId, [PartShare; 4]>::new();
    if let Some(fused) = &prepared.fused {
        let pictures: Vec<PictureId> = hits.iter().filter_map(|hit| hit.picture).collect();
        engine.vectors.source().of(&inner.store, prepared.lens, pictures, |picture, vector| {
            vectors.insert(picture, fused.shares_of(vector, prepared.lens));
        })?;
    }
    let lists = inner.engines.lists();
    let may_go_on = query.text.ends_with(|c: char| c.is_alphanumeric());
    let wanted = &question.typed.wanted;
    let vocabulary = &inner.search.vocabulary;
    let standing = lexical::standing(&inner.store, vocabulary, lists, wanted, may_go_on)?;
    let why = |hit: &Ranked| {
        let shares = hit.picture.and_then(|picture| vectors.get(&picture));
        let mut parts: Vec<PartScore> = Vec::new();
        for (part, share) in PHOTO_PARTS.into_iter().zip(shares.into_iter().flatten()) {
            if share.weight > 0.0 {
                let PartShare { gave, weight, is_there } = *share;
                parts.push(PartScore { part, gave, weight, is_there });
            }
        }
        let words: Vec<WordFound> = standing.iter().map(|word| word_found(word, hit.product)).collect();
        let rest = hit.relevance - parts.iter().map(|part| part.gave).sum::<f32>();
        if !words.is_empty() && query.weights.words > 0.0 {
            let is_there = words.iter().any(|word| word.stands.is_some());
            parts.push(PartScore {
                part: Part::Words,
                gave: rest,
                weight: query.weights.words.min(1.0),
                is_there,
            });
        }
        parts.sort_by(|a, b| b.gave.total_cmp(&a.gave));
        if hit.closer != 0.0 {
            parts.push(PartScore { part: Part::CloserLook, gave: hit.closer, weight: 1.0, is_there: true });
        }
        let is_named = question.named.contains(&hit.product);
        Why { relevance: hit.relevance, parts, words, is_named }
    };
    Ok(hits.iter().map(why).collect())
}

fn word_found(word: &lexical::Standing, product: ProductId) -> WordFound {
    let found = word.finds.iter().find(|(_, _, products)| products.contains(product.get()));
    WordFound { word: word.word.clone(), stands: found.map(|(phrase, of, _)| (phrase.clone(), *of)) }
}

/// What of the question a product does not pass, each as a sentence.
fn left_out_by(inner: &Inner, question: &Question, product: ProductId) -> Result<Vec<String>, CatalogError> {
    let mut found = Vec::new();
    for (clause, told) in question.narrowing.iter().zip(&question.told) {
        let narrowing: Narrowing = vec![clause.clone()];
        let allowed = inner.memory.allowed(&inner.store, &narrowing, inner.model_ids().writer)?;
        if !allowed.products.contains(product.get()) {
            found.push(format!("It is left out by {told}."));
        }
    }
    Ok(found)
}

/// The short of it, in a sentence or two.
fn summary(rank: Option<u64>, why: Option<&Why>, first: Option<&Why>, left_out_by: &[String]) -> String {
    if let Some(reason) = left_out_by.first() {
        return reason.clone();
    }
    let Some(why) = why else {
        return "It cannot be found yet: indexing has not come to its photos.".to_owned();
    };
    if why.is_named {
        return "Its number or name was typed, so it comes first.".to_owned();
    }
    let best = why.parts.iter().max_by(|a, b| a.gave.total_cmp(&b.gave));
    let place = match (rank, why.relevance >= GOOD) {
        (Some(1), _) => "It comes first".to_owned(),
        (Some(rank), true) => format!("It is a good match, at place {rank}"),
        (Some(rank), false) => format!("It is a weaker match, at place {rank}"),
        (None, _) => "It comes after all that was ranked".to_owned(),
    };
    match first {
        None => match best {
            Some(best) => format!("{place}: most of it comes from {}.", best.part.named()),
            None => format!("{place}."),
        },
        Some(first) => {
            let of = |why: &Why, part: Part| {
                why.parts.iter().find(|one| one.part == part).map_or(0.0, |one| one.gave)
            };
            let lost = first
                .parts
                .iter()
                .map(|one| (one.part, one.gave - of(why, one.part)))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            match lost {
                Some((part, lost)) if lost > 0.0 => {
                    format!("{place}: what costs it most against the first is {}.", part.named())
                }
                _ => format!("{place}."),
            }
        }
    }
}
