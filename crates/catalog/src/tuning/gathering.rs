//! Products as tokens and queries as vectors, of what the store and the models say.

use std::collections::{HashMap, HashSet};

use vitrine_jobs::{Job, Stage};
use vitrine_models::{
    Priority,
    tuning::{Example, ProductTokens, Shape, TrainingSet},
};

use super::{
    tokens::{self, Shown, Values},
    wording::{Made, QueryKind, queries_of},
};
use crate::{
    CatalogError, Library,
    engine::Engine,
    library::Inner,
    search::{WordShares, sentence_of},
    store::{Field, FieldName, PartLens, ProductId},
    words,
};

/// Counts the rules by which a training goes: one that was begun by others begins anew.
const RULES_VERSION: u32 = 1;
/// Products that are learnt from and searched among, at most: more teach little and take memory.
const MAX_PRODUCTS: usize = 20_000;
/// Queries, at most: each is read by both models.
const MAX_QUERIES: usize = 12_000;
/// Values of attributes that are read, at most.
const MAX_VALUES: usize = 4_000;
/// Products that have to be asked for by a word before it is learnt, and words that are, at most.
const MIN_WITH_WORD: usize = 3;
const MAX_OWN_WORDS: usize = 5_000;
/// Texts that a model reads at once.
const AT_ONCE: usize = 64;
/// Products that a query means beside the one that it was made of, at most.
const MAX_RELEVANT: usize = 64;
/// Products that look like the right one, of each query.
const N_HARD: usize = 8;
/// Of so many products one is held out for the measurement, and one to see when a training has to end.
const HELD_OUT: u32 = 6;
/// Products in which words of a query stand, of each query: to learn from, and to measure by, as many as a search looks
/// at.
const MAX_WORDED: usize = 256;
const MAX_WORDED_MEASURED: usize = 2_000;
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

/// CLIP's vector of words, and BLIP's where there is such a model.
pub(super) type Reading = (Vec<f32>, Option<Vec<f32>>);

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
}

impl Gathered {
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
            for (product, number) in example.relevant.iter().chain(&example.words) {
                take(&[*product as f32, *number]);
            }
            example.hard.iter().for_each(|product| take(&[*product as f32]));
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
    let mut set = TrainingSet {
        products: shown.into_iter().map(|one| one.tokens).collect(),
        same: same_titles(&said),
        examples: Vec::new(),
    };
    let words = Words::of(&said);
    let mut queries = Vec::new();
    for (at, fields) in (0_u32..).zip(&said) {
        for made in queries_of(fields, seed ^ u64::from(ids[at as usize].get()).wrapping_mul(0x9e37_79b9)) {
            queries.push((at, made));
        }
    }
    let own_words = own_words(engine, &queries);
    let knows = |word: &str| engine.models.knows_word(word) || own_words.contains(word);
    let step = every(queries.len(), MAX_QUERIES);
    let queries: Vec<(u32, Made)> = queries.into_iter().step_by(step).collect();
    job.board().begin(Stage::Gather, queries.len() as u64);
    job.board().total_is_known(Stage::Gather);
    let (mut held_out, mut validation) = (Vec::new(), Vec::new());
    for batch in queries.chunks(AT_ONCE) {
        job.checkpoint()?;
        for mut query in read(engine, batch, &words, &knows)? {
            // By the product's own number, so that a product stays where it is when others come.
            let part = (ids[query.of as usize].get().wrapping_mul(0x9e37_79b9) >> 16) % HELD_OUT;
            let most = if part < 2 { MAX_WORDED_MEASURED } else { MAX_WORDED };
            query.example.words = by_words(&library.word_shares(&query.text)?, &ids, most);
            match part {
                0 => held_out.push(query),
                1 => validation.push(query),
                _ => set.examples.push(query.example),
            }
        }
        job.board().advance(Stage::Gather, batch.len() as u64, None);
    }
    let is_held_out: HashSet<u32> = held_out.iter().chain(&validation).map(|query| query.of).collect();
    for example in &mut set.examples {
        // What is held out is never seen: not as what is meant, not as what is not.
        example.relevant.retain(|(product, _)| !is_held_out.contains(product));
        example.hard = words.near(example.relevant.first().map(|(product, _)| *product), &is_held_out);
    }
    set.examples.retain(|example| !example.relevant.is_empty());
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
    })
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

/// Products of one title cannot be told apart by words.
fn same_titles(said: &[Vec<Field>]) -> Vec<u32> {
    let mut first: HashMap<String, u32> = HashMap::new();
    let title = |fields: &Vec<Field>| {
        let title = fields.iter().find(|field| field.name == FieldName::Title);
        title.map(|field| words::fold(&field.value)).filter(|title| !title.is_empty())
    };
    let number = |(at, fields): (u32, &Vec<Field>)| match title(fields) {
        Some(title) => *first.entry(title).or_insert(at),
        None => at,
    };
    (0..).zip(said).map(number).collect()
}

/// The vectors of what is said of products, of what is said of many first.
fn read_values(engine: &Engine, said: &[Vec<Field>], job: &Job) -> Result<Values, CatalogError> {
    let mut n_with: HashMap<String, usize> = HashMap::new();
    for value in said.iter().flat_map(|fields| tokens::values_of(fields)) {
        *n_with.entry(value).or_default() += 1;
    }
    let mut wanted: Vec<(String, usize)> = n_with.into_iter().collect();
    wanted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    wanted.truncate(MAX_VALUES);
    let mut values = Values::new();
    for some in wanted.chunks(AT_ONCE) {
        job.checkpoint()?;
        let texts: Vec<String> = some.iter().map(|(value, _)| value.clone()).collect();
        let read = engine.models.host().embed_texts(texts.clone(), Priority::Batch)?;
        values.extend(texts.into_iter().zip(read));
    }
    Ok(values)
}

/// Words that stand in what is asked of several products and that the models were never taught: made-up names of
/// collections, say. A small pack would answer to them at random, until it learnt what they go with.
fn own_words(engine: &Engine, queries: &[(u32, Made)]) -> HashSet<String> {
    let mut products: HashMap<&str, HashSet<u32>> = HashMap::new();
    let words = queries.iter().flat_map(|(of, made)| made.meant.iter().map(|word| (*of, word)));
    for (of, word) in words.filter(|(_, word)| word.chars().all(char::is_alphabetic)) {
        products.entry(word).or_default().insert(of);
    }
    let mut own: Vec<(&str, usize)> = products
        .into_iter()
        .map(|(word, of)| (word, of.len()))
        .filter(|(_, n)| *n >= MIN_WITH_WORD)
        .collect();
    own.retain(|(word, _)| !engine.models.knows_word(word));
    // Those of most products first.
    own.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    own.into_iter().take(MAX_OWN_WORDS).map(|(word, _)| word.to_owned()).collect()
}

/// Of `n` every so manieth is taken, so that they are no more than `most`.
fn every(n: usize, most: usize) -> usize {
    n.div_ceil(most).max(1)
}

/// The products that hold most of a query's words, by their place, with what that adds to their scores.
fn by_words(shares: &WordShares, ids: &[ProductId], most: usize) -> Vec<(u32, f32)> {
    let all = (0..).zip(ids).map(|(at, id)| (at, shares.of(*id)));
    let mut words: Vec<(u32, f32)> = all.filter(|(_, share)| *share > 0.0).collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    words.truncate(most);
    words
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
            relevant: words.relevant(*of, &made.meant),
            weight: 1.0,
            ..Example::default()
        },
        plain: None,
    };
    Ok(known.into_iter().zip(readings).map(query).collect())
}

/// What both models make of texts.
fn read_texts(engine: &Engine, texts: Vec<String>) -> Result<Vec<Reading>, CatalogError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let host = engine.models.host();
    let clip = host.embed_texts(texts.clone(), Priority::Batch)?;
    let matching: Vec<Option<Vec<f32>>> = match engine.models.matches() {
        true => match host.match_texts(texts).wait(std::time::Duration::MAX)? {
            Some(read) => read.into_iter().map(Some).collect(),
            None => vec![None; clip.len()],
        },
        false => vec![None; clip.len()],
    };
    Ok(clip.into_iter().zip(matching).collect())
}

/// Has queries read as the models alone do, without the words that they were never taught.
fn read_plainly(engine: &Engine, queries: &mut [Query], job: &Job) -> Result<(), CatalogError> {
    let knows = |word: &str| engine.models.knows_word(word);
    for some in queries.chunks_mut(AT_ONCE) {
        job.checkpoint()?;
        let texts: Vec<Option<String>> = some.iter().map(|query| sentence_of(&knows, &query.text)).collect();
        let mut readings = read_texts(engine, texts.iter().flatten().cloned().collect())?.into_iter();
        for (query, text) in some.iter_mut().zip(texts) {
            query.plain = text.and_then(|_| readings.next());
        }
    }
    Ok(())
}

/// Which products hold which words.
struct Words {
    by_word: HashMap<String, Vec<u32>>,
    /// Products of one category.
    by_category: HashMap<String, Vec<u32>>,
    category: Vec<String>,
}

impl Words {
    fn of(said: &[Vec<Field>]) -> Self {
        let mut words = Self { by_word: HashMap::new(), by_category: HashMap::new(), category: Vec::new() };
        for (at, fields) in (0_u32..).zip(said) {
            let mut own: HashSet<String> = HashSet::new();
            for field in fields {
                own.extend(words::split(&field.value).into_iter().map(|word| word.folded));
            }
            for word in own {
                words.by_word.entry(word).or_default().push(at);
            }
            let category = fields.iter().find(|field| field.name == FieldName::Category);
            let category = category.map(|field| words::fold(&field.value)).unwrap_or_default();
            words.by_category.entry(category.clone()).or_default().push(at);
            words.category.push(category);
        }
        words
    }

    /// The product that a query was made of, and all others of which the same words are said.
    fn relevant(&self, of: u32, meant: &[String]) -> Vec<(u32, f32)> {
        let lists = meant.iter().flat_map(|word| word.split(' ')).map(|word| self.by_word.get(word));
        let mut lists: Vec<&Vec<u32>> = match lists.collect::<Option<Vec<_>>>() {
            Some(lists) => lists,
            None => return vec![(of, 1.0)],
        };
        lists.sort_by_key(|list| list.len());
        let Some((first, others)) = lists.split_first() else { return vec![(of, 1.0)] };
        let holds = |product: &&u32| others.iter().all(|list| list.binary_search(product).is_ok());
        let others = first.iter().filter(holds).filter(|product| **product != of).take(MAX_RELEVANT - 1);
        std::iter::once((of, 1.0)).chain(others.map(|product| (*product, 1.0))).collect()
    }

    /// Products of the same category, which a query has to tell apart from what it means.
    fn near(&self, product: Option<u32>, without: &HashSet<u32>) -> Vec<u32> {
        let Some(product) = product else { return Vec::new() };
        let Some(all) = self.by_category.get(&self.category[product as usize]) else { return Vec::new() };
        let step = (all.len() / N_HARD).max(1);
        let others = all.iter().copied().filter(|other| *other != product && !without.contains(other));
        others.skip(product as usize % step).step_by(step).take(N_HARD).collect()
    }
}
