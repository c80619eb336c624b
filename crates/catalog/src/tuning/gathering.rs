//! Products as tokens and queries as vectors, of what the store and the models say.

use std::collections::{HashMap, HashSet};

use vitrine_models::{
    Priority,
    tuning::{Example, PhotoTokens, ProductTokens, TrainingSet},
};

use super::wording::{Made, QueryKind, queries_of};
use crate::{
    CatalogError, Library,
    engine::Engine,
    library::Inner,
    search::sentence_of,
    store::{Field, FieldName, PartLens, PictureId, ProductId},
    words,
};

/// Products that are learnt from and searched among, at most: more teach little and take memory.
const MAX_PRODUCTS: usize = 20_000;
/// Queries, at most: each is read by both models.
const MAX_QUERIES: usize = 12_000;
/// Values of attributes that are read, at most.
const MAX_VALUES: usize = 4_000;
/// Texts that a model reads at once.
const AT_ONCE: usize = 64;
/// Products that a query means beside the one that it was made of, at most.
const MAX_RELEVANT: usize = 64;
/// Products that look like the right one, of each query.
const N_HARD: usize = 8;
/// Of so many products one is held out for the measurement, and one to see when a training has to end.
const HELD_OUT: u32 = 6;
/// Products in which words of a query stand, of each query.
const MAX_WORDED: usize = 256;
/// Fields whose values are tokens of their own.
const ATTRIBUTES: [FieldName; 7] = [
    FieldName::Category,
    FieldName::Brand,
    FieldName::Colour,
    FieldName::Material,
    FieldName::Pattern,
    FieldName::Gender,
    FieldName::Size,
];

/// A query with what it was made of.
pub(super) struct Query {
    pub(super) text: String,
    pub(super) kind: QueryKind,
    /// The product that it was made of, by its place.
    pub(super) of: u32,
    pub(super) example: Example,
}

/// Everything for a training and a measurement.
pub(super) struct Gathered {
    pub(super) ids: Vec<ProductId>,
    /// The products, and the examples of those that are not held out.
    pub(super) set: TrainingSet,
    /// Queries of products that are held out.
    pub(super) held_out: Vec<Query>,
    /// Queries of other products that are held out, by which it is seen when a training has to end.
    pub(super) validation: Vec<Query>,
    pub(super) lens: PartLens,
}

/// Of the whole catalog, or a part of it where it is very large. `go_on` is asked between steps.
pub(super) fn gather(
    library: &Library,
    engine: &Engine,
    seed: u64,
    go_on: &dyn Fn() -> Result<(), CatalogError>,
) -> Result<Gathered, CatalogError> {
    let inner = library.inner();
    let lens = inner.store.part_lens(engine.models.ids().parts())?.unwrap_or_default();
    let (ids, photos) = photos_of(inner, engine, lens, go_on)?;
    let mut set = TrainingSet::default();
    let mut said: Vec<Vec<Field>> = Vec::with_capacity(ids.len());
    for (&id, (photos, own)) in ids.iter().zip(photos) {
        said.push(inner.store.fields_of(id)?);
        set.products.push(ProductTokens { photos, own, attributes: Vec::new() });
    }
    set.same = same_titles(&said);
    add_attributes(engine, &said, &mut set.products, go_on)?;
    let words = Words::of(&said);
    let mut queries = Vec::new();
    for (at, fields) in (0_u32..).zip(&said) {
        for made in queries_of(fields, seed ^ u64::from(ids[at as usize].get()).wrapping_mul(0x9e37_79b9)) {
            queries.push((at, made));
        }
    }
    thin_out(&mut queries);
    let (mut held_out, mut validation) = (Vec::new(), Vec::new());
    for batch in queries.chunks(AT_ONCE) {
        go_on()?;
        for query in read(engine, batch, &words)? {
            // By the product's own number, so that a product stays where it is when others come.
            match (ids[query.of as usize].get().wrapping_mul(0x9e37_79b9) >> 16) % HELD_OUT {
                0 => held_out.push(query),
                1 => validation.push(query),
                _ => {
                    let shares = library.word_shares(&query.text)?;
                    let mut example = query.example;
                    let shared = (0..).zip(&ids).map(|(at, id)| (at, shares.of(*id)));
                    example.words = shared.filter(|(_, share)| *share > 0.0).collect();
                    example.words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                    example.words.truncate(MAX_WORDED);
                    set.examples.push(example);
                }
            }
        }
    }
    let is_held_out: HashSet<u32> = held_out.iter().chain(&validation).map(|query| query.of).collect();
    for example in &mut set.examples {
        // What is held out is never seen: not as what is meant, not as what is not.
        example.relevant.retain(|(product, _)| !is_held_out.contains(product));
        example.hard = words.near(example.relevant.first().map(|(product, _)| *product), &is_held_out);
    }
    set.examples.retain(|example| !example.relevant.is_empty());
    Ok(Gathered { ids, set, held_out, validation, lens })
}

type Photos = Vec<(Vec<PhotoTokens>, Option<Vec<f32>>)>;

/// The products of which a photo can be found, with their photos' vectors and that of their own words.
fn photos_of(
    inner: &Inner,
    engine: &Engine,
    lens: PartLens,
    go_on: &dyn Fn() -> Result<(), CatalogError>,
) -> Result<(Vec<ProductId>, Photos), CatalogError> {
    let pictures: Vec<(u32, Vec<PictureId>)> = inner.memory.members(&inner.store, |members, _| {
        let products = members.products();
        let step = (products.len() as usize).div_ceil(MAX_PRODUCTS).max(1);
        let of = |product: u32| {
            let one = std::iter::once(product).collect();
            members.pictures_of_all(&one).iter().map(PictureId::new).collect()
        };
        products.iter().step_by(step).map(|product| (product, of(product))).collect()
    })?;
    let (mut ids, mut found): (Vec<ProductId>, Photos) = (Vec::new(), Vec::new());
    for some in pictures.chunks(AT_ONCE) {
        go_on()?;
        let mut fused: HashMap<PictureId, Vec<f32>> = HashMap::new();
        let wanted = some.iter().flat_map(|(_, pictures)| pictures.iter().copied());
        inner.store.fused_of(engine.models.ids().parts(), lens, wanted, |picture, vector| {
            fused.insert(picture, vector.to_vec());
        })?;
        for (product, pictures) in some {
            let vectors: Vec<&Vec<f32>> = pictures.iter().filter_map(|picture| fused.get(picture)).collect();
            let Some(first) = vectors.first() else { continue };
            let own = part(first, lens, 3);
            let photos = vectors.iter().map(|vector| PhotoTokens {
                look: part(vector, lens, 0).unwrap_or_default(),
                matching: part(vector, lens, 1),
                description: part(vector, lens, 2),
            });
            ids.push(ProductId::new(*product));
            found.push((photos.collect(), own));
        }
    }
    Ok((ids, found))
}

/// A part of a fused vector; none of one that is missing.
fn part(fused: &[f32], lens: PartLens, at: usize) -> Option<Vec<f32>> {
    let start: usize = lens[..at].iter().sum();
    let numbers = fused.get(start..start + lens[at])?;
    numbers.iter().any(|x| *x != 0.0).then(|| numbers.to_vec())
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

fn add_attributes(
    engine: &Engine,
    said: &[Vec<Field>],
    products: &mut [ProductTokens],
    go_on: &dyn Fn() -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let values = |fields: &[Field]| -> Vec<String> {
        let of = |name: FieldName| fields.iter().find(|field| field.name == name);
        ATTRIBUTES.into_iter().filter_map(of).map(|field| field.value.trim().to_owned()).collect()
    };
    let mut n_with: HashMap<String, usize> = HashMap::new();
    for value in said.iter().flat_map(|fields| values(fields)) {
        *n_with.entry(value).or_default() += 1;
    }
    let mut wanted: Vec<(String, usize)> = n_with.into_iter().collect();
    // Those that many products have, first.
    wanted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    wanted.truncate(MAX_VALUES);
    let mut vectors: HashMap<String, Vec<f32>> = HashMap::new();
    for some in wanted.chunks(AT_ONCE) {
        go_on()?;
        let texts: Vec<String> = some.iter().map(|(value, _)| value.clone()).collect();
        let read = engine.models.host().embed_texts(texts.clone(), Priority::Batch)?;
        vectors.extend(texts.into_iter().zip(read));
    }
    for (fields, product) in said.iter().zip(products) {
        product.attributes = values(fields).iter().filter_map(|value| vectors.get(value)).cloned().collect();
    }
    Ok(())
}

/// Of a large catalog every so manieth query.
fn thin_out(queries: &mut Vec<(u32, Made)>) {
    let step = queries.len().div_ceil(MAX_QUERIES).max(1);
    let mut at = 0;
    queries.retain(|_| {
        at += 1;
        (at - 1) % step == 0
    });
}

/// Has queries read by both models; those of which these know no word are left out.
fn read(engine: &Engine, queries: &[(u32, Made)], words: &Words) -> Result<Vec<Query>, CatalogError> {
    let known: Vec<(&(u32, Made), String)> = queries
        .iter()
        .filter_map(|query| Some((query, sentence_of(&engine.models, &query.1.text)?)))
        .collect();
    let texts: Vec<String> = known.iter().map(|(_, text)| text.clone()).collect();
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
    let made = known.into_iter().zip(clip.into_iter().zip(matching));
    let query = made.map(|(((of, made), _), (clip, matching))| Query {
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
    });
    Ok(query.collect())
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
