//! Products as tokens and queries as vectors, of what the store and the models say.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use vitrine_jobs::{Job, Stage};
use vitrine_models::tuning::{Example, ProductTokens, Shape, TrainingSet};

use super::{
    readings::{Reading, own_words, read_plainly, read_texts, read_values},
    said::{Kinds, Reviewed, Words, same_titles},
    searches::searched,
    tokens::{self, Shown, Values},
    wording::{Made, QueryKind, queries_of, queries_of_people},
};
use crate::{
    CatalogError, Library,
    engine::Engine,
    library::Inner,
    search::{WordShares, same_names, sentence_of},
    store::{Field, PartLens, ProductId},
};

/// Counts the rules by which a training goes: one that was begun by others begins anew.
const RULES_VERSION: u32 = 6;
/// Products that are learnt from and searched among, at most: more teach little and take memory.
const MAX_PRODUCTS: usize = 20_000;
/// Queries, at most: each is read by both models; and those of them that people searched for.
const MAX_QUERIES: usize = 12_000;
const MAX_SEARCHED: usize = 6_000;
/// How much something counts of which the words of a search are said and that nobody went to.
const UNVISITED: f32 = 0.3;
/// Texts that a model reads at once.
pub(super) const AT_ONCE: usize = 64;
/// Of so many products one is held out for the measurement, and one to see when a training has to end.
const HELD_OUT: u32 = 6;
/// Products in which words of a query stand, of each query: as many as a search looks at.
const MAX_WORDED: usize = 2_000;
/// Queries that are measured, at most, and those by which it is seen when a training has to end.
const MAX_MEASURED: usize = 1_000;
const MAX_VALIDATION: usize = 250;

/// A query with what it was made of.
pub(super) struct Query {
    pub(super) text: String,
    pub(super) kind: QueryKind,
    /// The product that it was made of, by its place.
    pub(super) of: u32,
    /// What it means, as it is read with the words of the shop.
    pub(super) example: Example,
    /// As the models alone read it; none of one of which they know no word. Of what is measured, else none.
    pub(super) plain: Option<Reading>,
}

/// Everything for a training and a measurement.
pub(super) struct Gathered {
    /// The products, and the examples of those that are not held out.
    pub(super) set: TrainingSet,
    /// Queries of products that are held out.
    pub(super) held_out: Vec<Query>,
    /// Queries of other products that are held out, by which it is seen when a training has to end.
    pub(super) validation: Vec<Query>,
    /// The products, in the same order.
    pub(super) ids: Vec<ProductId>,
    /// What is said of them, as it is learnt with.
    pub(super) values: Values,
    /// Words of the shop that the models were never taught.
    pub(super) own_words: HashSet<String>,
    pub(super) lens: PartLens,
    /// Different searches among the examples.
    pub(super) n_different: usize,
    /// Searches that were left out because the models know none of their words.
    pub(super) n_unread: usize,
}

impl Query {
    /// Whether it is known of a product whether it is meant. Of others an answer says nothing (condensed lists: Sakai
    /// 2007).
    pub(super) fn is_judged(&self, place: u32) -> bool {
        // Where people went is known, whatever the list says.
        let is_meant = self.example.relevant.binary_search_by_key(&place, |(product, _)| *product).is_ok();
        is_meant || self.example.unknown.binary_search(&place).is_err()
    }
}

impl Gathered {
    /// Where a product stands, by rising numbers.
    pub(super) fn place(&self, product: ProductId) -> Option<u32> {
        self.ids.binary_search(&product).ok().map(|place| place as u32)
    }

    /// Of the network that learns from it.
    pub(super) fn shape(&self) -> Shape {
        Shape::new(self.lens[0], self.lens[1])
    }

    /// The products that queries were made of, as if the shop said nothing of them; each with its place.
    pub(super) fn unnamed(&self, queries: &[Query]) -> Vec<(u32, ProductTokens)> {
        let mut places: Vec<u32> = queries.iter().map(|query| query.of).collect();
        places.sort_unstable();
        places.dedup();
        let unnamed = |place: u32| {
            let photos = self.set.products[place as usize].photos.clone();
            (place, ProductTokens { photos, ..ProductTokens::default() })
        };
        places.into_iter().map(unnamed).collect()
    }

    /// Names everything that is learnt from, with the seed: the same gives the same.
    pub(super) fn fingerprint(&self, seed: u64) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut take = |numbers: &[f32]| {
            hasher.update(&(numbers.len() as u64).to_le_bytes());
            for number in numbers {
                hasher.update(&number.to_le_bytes());
            }
        };
        for product in &self.set.products {
            for photo in &product.photos {
                take(&photo.look);
                take(photo.matching.as_deref().unwrap_or_default());
                take(photo.description.as_deref().unwrap_or_default());
            }
            take(product.own.as_deref().unwrap_or_default());
            product.attributes.iter().for_each(|attribute| take(attribute));
        }
        let validation = self.validation.iter().map(|query| &query.example);
        for example in self.set.examples.iter().chain(validation) {
            take(&example.clip);
            take(example.matching.as_deref().unwrap_or_default());
            for (product, number) in example.relevant.iter().chain(example.words.iter()) {
                take(&[*product as f32, *number]);
            }
            example.hard.iter().for_each(|product| take(&[*product as f32]));
            example.unknown.iter().for_each(|product| take(&[*product as f32]));
            take(&[example.weight]);
        }
        hasher.update(&seed.to_le_bytes());
        hasher.update(&RULES_VERSION.to_le_bytes());
        hasher.finalize().to_hex().to_string()
    }
}

/// Of the whole catalog, or a part of it where it is very large. It is told to `job`, which can end it.
pub(super) fn gather(
    library: &Library,
    engine: &Engine,
    seed: u64,
    job: &Job,
) -> Result<Gathered, CatalogError> {
    let inner = library.inner();
    let lens = inner.store.part_lens(engine.models.ids().parts())?.unwrap_or_default();
    let mut shown = shown_products(inner, engine, lens, job)?;
    let mut said: Vec<Vec<Field>> = Vec::with_capacity(shown.len());
    for one in &shown {
        said.push(inner.store.fields_of(one.id)?);
    }
    let values = read_values(engine, &said, job)?;
    for (one, fields) in shown.iter_mut().zip(&said) {
        one.tokens.attributes = tokens::attributes(fields, &values);
    }
    let ids: Vec<ProductId> = shown.iter().map(|one| one.id).collect();
    let reviewed = Reviewed::of(&inner.store)?;
    let said: Vec<Vec<Field>> =
        said.into_iter().zip(&ids).map(|(fields, id)| reviewed.with(*id, fields)).collect();
    let mut set = TrainingSet {
        products: shown.into_iter().map(|one| one.tokens).collect(),
        same: same_titles(&said),
        examples: Vec::new(),
    };
    let words = Words::of(&said, &ids, &reviewed, Kinds::of(engine.models.lists()));
    let queries = all_queries(inner, engine, &ids, &said, seed)?;
    let own_words = own_words(engine, &queries);
    let knows = |word: &str| engine.models.knows_word(word) || own_words.contains(word);
    job.board().begin(Stage::Gather, queries.len() as u64);
    job.board().total_is_known(Stage::Gather);
    let (mut held_out, mut validation) = (Vec::new(), Vec::new());
    let mut different: HashSet<String> = HashSet::new();
    let mut shared = Shared::default();
    // By the product's own number, so that a product stays where it is when others come.
    let part = |place: u32| (ids[place as usize].get().wrapping_mul(0x9e37_79b9) >> 16) % HELD_OUT;
    let is_held_out: HashSet<u32> = (0..ids.len() as u32).filter(|place| part(*place) < 2).collect();
    let mut n_read = 0;
    for batch in queries.chunks(AT_ONCE) {
        job.checkpoint()?;
        for mut query in read(engine, batch, &words, &knows)? {
            n_read += 1;
            query.example.words =
                shared.of_text(&query.text, || Ok(by_words(&library.word_shares(&query.text)?, &ids)))?;
            query.example.relevant = shared.alike(&query.example.relevant);
            query.example.unknown = shared.places(&query.example.unknown);
            match part(query.of) {
                0 => held_out.push(query),
                1 => validation.push(query),
                _ => {
                    // What is held out is never seen: not as what is meant, not as what is not.
                    let Query { example, text, of, .. } = &mut query;
                    let seen = example.relevant.iter().copied();
                    let seen: Vec<(u32, f32)> =
                        seen.filter(|(product, _)| !is_held_out.contains(product)).collect();
                    example.relevant = shared.alike(&seen);
                    example.hard.retain(|product| !is_held_out.contains(product));
                    example.hard.extend(words.near(*of, &is_held_out));
                    different.insert(std::mem::take(text));
                    set.examples.push(query.example);
                }
            }
        }
        job.board().advance(Stage::Gather, batch.len() as u64, None);
    }
    let thinned = |queries: Vec<Query>, most: usize| {
        let step = every(queries.len(), most);
        queries.into_iter().step_by(step).collect()
    };
    let mut held_out: Vec<Query> = thinned(held_out, MAX_MEASURED);
    read_plainly(engine, &mut held_out, job)?;
    Ok(Gathered {
        set,
        held_out,
        validation: thinned(validation, MAX_VALIDATION),
        ids,
        values,
        own_words,
        lens,
        n_different: different.len(),
        n_unread: queries.len() - n_read,
    })
}

/// What people searched for, and queries that are made of what is said of products; each with its product's place.
fn all_queries(
    inner: &Inner,
    engine: &Engine,
    ids: &[ProductId],
    said: &[Vec<Field>],
    seed: u64,
) -> Result<Vec<(u32, Made)>, CatalogError> {
    let places: HashMap<ProductId, u32> = ids.iter().copied().zip(0..).collect();
    let mut of_people = searched(inner, &places)?;
    of_people.truncate(MAX_SEARCHED);
    let mut queries = queries_of_people(of_people);
    let mut made = Vec::new();
    // The same words come again and again.
    let names: RefCell<HashMap<String, Vec<String>>> = RefCell::default();
    let others = |word: &str| {
        let mut names = names.borrow_mut();
        names
            .entry(word.to_owned())
            .or_insert_with_key(|word| same_names(engine.models.lists(), word))
            .clone()
    };
    for ((at, fields), id) in (0_u32..).zip(said).zip(ids) {
        let seed = seed ^ u64::from(id.get()).wrapping_mul(0x9e37_79b9);
        made.extend(queries_of(fields, seed, &others).into_iter().map(|query| (at, query)));
    }
    let step = every(made.len(), MAX_QUERIES - queries.len());
    queries.extend(made.into_iter().step_by(step));
    Ok(queries)
}

/// The products of which a photo can be found, of all or of a part of a very large catalog.
fn shown_products(
    inner: &Inner,
    engine: &Engine,
    lens: PartLens,
    job: &Job,
) -> Result<Vec<Shown>, CatalogError> {
    let products: Vec<ProductId> = inner.memory.members(&inner.store, |members, _| {
        let products = members.products();
        let step = every(products.len() as usize, MAX_PRODUCTS);
        products.iter().step_by(step).map(ProductId::new).collect()
    })?;
    let mut shown = Vec::with_capacity(products.len());
    for some in products.chunks(AT_ONCE) {
        job.checkpoint()?;
        shown.extend(tokens::of_products(&inner.store, engine.models.ids().parts(), lens, some)?);
    }
    Ok(shown)
}

/// Of `n` every so manieth is taken, so that they are no more than `most`.
fn every(n: usize, most: usize) -> usize {
    n.div_ceil(most).max(1)
}

/// The products that hold most of a query's words, by rising places, with what that adds to their scores.
fn by_words(shares: &WordShares, ids: &[ProductId]) -> Vec<(u32, f32)> {
    let all = (0..).zip(ids).map(|(at, id)| (at, shares.of(*id)));
    let mut words: Vec<(u32, f32)> = all.filter(|(_, share)| *share > 0.0).collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    words.truncate(MAX_WORDED);
    words.sort_by_key(|(place, _)| *place);
    words
}

/// Lists of products that many queries have in common are held once.
#[derive(Default)]
struct Shared {
    by_text: HashMap<String, Arc<[(u32, f32)]>>,
    lists: HashMap<blake3::Hash, Arc<[(u32, f32)]>>,
    places: HashMap<blake3::Hash, Arc<[u32]>>,
}

impl Shared {
    /// The list of a text.
    fn of_text(
        &mut self,
        text: &str,
        make: impl FnOnce() -> Result<Vec<(u32, f32)>, CatalogError>,
    ) -> Result<Arc<[(u32, f32)]>, CatalogError> {
        if let Some(known) = self.by_text.get(text) {
            return Ok(known.clone());
        }
        let list = self.alike(&make()?);
        self.by_text.insert(text.to_owned(), list.clone());
        Ok(list)
    }

    /// The same list as one that is there already.
    fn alike(&mut self, list: &[(u32, f32)]) -> Arc<[(u32, f32)]> {
        let mut hasher = blake3::Hasher::new();
        for (place, number) in list {
            hasher.update(&place.to_le_bytes()).update(&number.to_le_bytes());
        }
        self.lists.entry(hasher.finalize()).or_insert_with(|| list.into()).clone()
    }

    /// The same, of places alone.
    fn places(&mut self, list: &[u32]) -> Arc<[u32]> {
        let mut hasher = blake3::Hasher::new();
        for place in list {
            hasher.update(&place.to_le_bytes());
        }
        self.places.entry(hasher.finalize()).or_insert_with(|| list.into()).clone()
    }
}

/// Has queries read by both models, as far as `knows` their words; those of which it knows none are left out.
fn read(
    engine: &Engine,
    queries: &[(u32, Made)],
    words: &Words,
    knows: &dyn Fn(&str) -> bool,
) -> Result<Vec<Query>, CatalogError> {
    let known: Vec<(&(u32, Made), String)> =
        queries.iter().filter_map(|query| Some((query, sentence_of(knows, &query.1.text)?))).collect();
    let readings = read_texts(engine, known.iter().map(|(_, text)| text.clone()).collect())?;
    let query = |(((of, made), _), (clip, matching)): ((&(u32, Made), String), Reading)| Query {
        text: made.text.clone(),
        kind: made.kind,
        of: *of,
        example: Example {
            clip,
            matching,
            relevant: match made.went_to.as_slice() {
                [] => words.relevant(*of, &made.meant),
                went_to => words.relevant_to_people(went_to, &made.meant, UNVISITED),
            }
            .into(),
            unknown: words.unknown(&made.meant).into(),
            hard: words.untrue(&made.meant),
            weight: made.weight,
            ..Example::default()
        },
        plain: None,
    };
    Ok(known.into_iter().zip(readings).map(query).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_went_to_is_judged_also_where_nothing_is_said_of_it() {
        let query = Query {
            text: "white mug".to_owned(),
            kind: QueryKind::Searched,
            of: 2,
            example: Example {
                relevant: [(2, 1.0), (7, 0.5)].into(),
                unknown: [3, 7, 9].into(),
                ..Example::default()
            },
            plain: None,
        };
        let check = |place: u32, expected: bool| assert_eq!(query.is_judged(place), expected, "{place}");
        check(2, true);
        check(7, true);
        check(5, true);
        check(3, false);
        check(9, false);
    }
}
