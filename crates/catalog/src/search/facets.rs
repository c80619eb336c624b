//! What the products of an answer have in common, with counts.
//!
//! Counted are the good matches; where nothing was asked, or nothing matches well, whatever passes the filters. A
//! group is counted as if nothing of it were chosen, so that a second value of it can be: its values are those that
//! could be added.
//!
//! What is claimed of photos lies in bitmaps (`memory/claims.rs`), facts are looked up; both are intersected with the
//! products that are counted.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use roaring::RoaringBitmap;

use super::{GOOD, Query, filters::Chosen, language::FactName, query::Question, ranking};
use crate::{
    CatalogError, Library,
    describe::AttributeKind,
    health::Problem,
    library::Inner,
    store::{FactValue, ModelId, ProductId},
};

/// Values that a group shows at most.
const N_VALUES: usize = 40;
/// Values of a claim that are looked at: those of which most photos are.
const N_CLAIMED: usize = 120;
/// Good matches that are counted at most.
const N_COUNTED: u64 = 2_000;
/// Into how many ranges prices are put.
const N_PRICES: usize = 5;

/// What can be chosen from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facets {
    /// Products that were counted.
    pub n_counted: u64,
    /// Groups of which there is something.
    pub groups: Vec<FacetGroup>,
}

/// Values of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetGroup {
    /// [`Chosen::key`] of its values.
    pub key: String,
    /// For people.
    pub name: String,
    /// Those that most products have first; of prices the lowest.
    pub values: Vec<FacetValue>,
    /// How many more there are.
    pub n_more: u32,
}

/// A value, and how many products have it.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetValue {
    /// [`Chosen::value`].
    pub value: String,
    /// For people.
    pub label: String,
    /// Products that have it.
    pub n: u64,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// Which values there are at all, read again when words or claims changed.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<Read>>);

struct Read {
    version: Version,
    at: Instant,
    took: Duration,
    values: Arc<Values>,
}

/// The writer, how far the log of changes went, how often words were written.
type Version = (ModelId, u64, u64);

/// Every value that there is, as far as it is frequent.
#[derive(Default)]
pub(super) struct Values {
    claims: Vec<(AttributeKind, Vec<String>)>,
    facts: Vec<(FactName, Vec<(FactValue, RoaringBitmap)>)>,
    /// By rising price.
    prices: Vec<(ProductId, f64)>,
}

impl Values {
    /// What is claimed, the most frequent first.
    pub(super) fn of_claim(&self, kind: &AttributeKind) -> &[String] {
        self.claims.iter().find(|(of, _)| of == kind).map_or(&[], |(_, values)| values)
    }

    /// What a fact says, with the number of products.
    pub(super) fn of_fact(&self, fact: FactName) -> impl Iterator<Item = (&str, u64)> {
        let values = self.facts.iter().find(move |(of, _)| *of == fact).map(|(_, values)| values);
        values.into_iter().flatten().map(|(value, with)| (value.shown.as_str(), with.len()))
    }
}

/// Facts that are groups, in the order in which they are shown.
const FACTS: [FactName; 5] =
    [FactName::Category, FactName::Brand, FactName::Folder, FactName::Has, FactName::Problem];

impl Library {
    /// What an answer can be narrowed to, with counts.
    ///
    /// # Errors
    /// As [`Library::search`].
    pub fn facets(&self, query: &Query) -> Result<Facets, CatalogError> {
        let inner = self.inner();
        let values = known(inner)?;
        let mut of_rest = Counted { inner, query, by_key: HashMap::new() };
        let n_counted = of_rest.without("")?.products.len();
        let mut groups = Vec::new();
        for (kind, claimed) in &values.claims {
            let key = kind.list().unwrap_or(kind.name()).to_owned();
            let counted = of_rest.without(&key)?;
            let found = counted.claimed(inner, kind, claimed)?;
            groups.extend(group(query, key, found));
        }
        for (fact, known) in &values.facts {
            let counted = of_rest.without(fact.name())?;
            let mut found = Vec::with_capacity(known.len());
            for (value, with) in known {
                let n = with.intersection_len(&counted.products);
                found.push((value.shown.clone(), label(*fact, &value.shown).to_owned(), n));
            }
            groups.extend(group(query, fact.name().to_owned(), found));
        }
        let counted = of_rest.without("price")?;
        groups.extend(prices(query, &values.prices, &counted.products));
        let order = |group: &FacetGroup| ORDER.iter().position(|key| *key == group.key).unwrap_or(5);
        groups.sort_by_key(order);
        Ok(Facets { n_counted, groups })
    }
}

/// The order of groups; an own list stands before what the shop says.
const ORDER: [&str; 15] = [
    "type", "colour", "material", "pattern", "category", "", "brand", "price", "folder", "style", "finish",
    "occasion", "setting", "has", "problem",
];

/// The products that are counted for each group.
struct Counted<'a> {
    inner: &'a Inner,
    query: &'a Query,
    by_key: HashMap<String, Arc<Base>>,
}

/// Products, and their photos.
struct Base {
    products: RoaringBitmap,
    pictures: RoaringBitmap,
}

impl Counted<'_> {
    /// Those of the answer if nothing of this group were chosen.
    fn without(&mut self, key: &str) -> Result<Arc<Base>, CatalogError> {
        let is_chosen = |one: &Chosen| one.key == key && !one.is_not;
        let key = if self.query.filters.iter().any(is_chosen) { key } else { "" };
        if let Some(known) = self.by_key.get(key) {
            return Ok(known.clone());
        }
        let mut query = self.query.clone();
        query.filters.retain(|one| key.is_empty() || !is_chosen(one));
        let products = products(self.inner, &query)?;
        let pictures =
            self.inner.memory.members(&self.inner.store, |members, _| members.pictures_of_all(&products))?;
        let base = Arc::new(Base { products, pictures });
        self.by_key.insert(key.to_owned(), base.clone());
        Ok(base)
    }
}

/// What is counted of an answer.
fn products(inner: &Inner, query: &Query) -> Result<RoaringBitmap, CatalogError> {
    let question = Question::of(inner, query)?;
    if question.ranks {
        let engine = inner.engine()?;
        let ranking = ranking::rank_good(inner, &engine, query, &question, (0, 1), N_COUNTED)?;
        let good: RoaringBitmap = ranking
            .hits
            .iter()
            .take_while(|hit| hit.relevance >= GOOD)
            .map(|hit| hit.product.get())
            .collect();
        if !good.is_empty() {
            return Ok(good);
        }
    }
    match question.narrowing.as_slice() {
        [] => inner.memory.members(&inner.store, |members, _| members.products().clone()),
        _ => {
            let writer = inner.model_ids().writer;
            let allowed = inner.memory.allowed(&inner.store, &question.narrowing, writer)?;
            Ok(allowed.products.clone())
        }
    }
}

impl Base {
    /// How many of the products have each claimed value.
    fn claimed(
        &self,
        inner: &Inner,
        kind: &AttributeKind,
        values: &[String],
    ) -> Result<Vec<(String, String, u64)>, CatalogError> {
        let writer = inner.model_ids().writer;
        let mut found = Vec::with_capacity(values.len());
        for value in values {
            let with = inner.memory.claimed(&inner.store, kind, value, writer)?;
            let pictures = &*with & &self.pictures;
            let n = inner.memory.members(&inner.store, |members, _| {
                members.products_of_all(&pictures).intersection_len(&self.products)
            })?;
            found.push((value.clone(), value.clone(), n));
        }
        Ok(found)
    }
}

/// Key, value and what people call it, of every filter whose values are fixed.
pub fn filter_names() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    FactName::ALL.into_iter().flat_map(|fact| {
        let values = fact.values().unwrap_or_default().iter();
        values.map(move |value| (fact.name(), *value, label(fact, value)))
    })
}

/// What people call it.
fn label(fact: FactName, shown: &str) -> &str {
    match (fact, shown) {
        (FactName::Has, "title") => "a title",
        (FactName::Has, "sku") => "a number",
        (FactName::Has, "price") => "a price",
        (FactName::Has, "category") => "a category",
        (FactName::Has, "brand") => "a brand",
        (FactName::Has, "text") => "a text of its own",
        (FactName::Has, "barcode") => "a barcode",
        (FactName::Has, "variants") => "variants",
        (FactName::Has, "photos") => "several photos",
        (FactName::Has, "flag") => "something doubtful",
        (FactName::Is, "unclear") => "needs information",
        (FactName::Problem, name) => Problem::from_name(name).map_or(shown, |problem| problem.label()),
        _ => shown,
    }
}

/// A group of what was counted, each a value with its label; none where there is nothing to choose.
fn group(query: &Query, key: String, counted: Vec<(String, String, u64)>) -> Option<FacetGroup> {
    let is_chosen =
        |value: &str| query.filters.iter().any(|one| one.key == key && one.value == value && !one.is_not);
    let mut values: Vec<FacetValue> = counted
        .into_iter()
        .map(|(value, label, n)| FacetValue { is_chosen: is_chosen(&value), value, label, n })
        .filter(|value| value.n > 0 || value.is_chosen)
        .collect();
    // What was chosen by other means than a facet stays to be taken back.
    for one in query.filters.iter().filter(|one| one.key == key && !one.is_not) {
        if values.iter().all(|value| value.value != one.value) {
            let (value, label) = (one.value.clone(), one.value.clone());
            values.push(FacetValue { value, label, n: 0, is_chosen: true });
        }
    }
    values.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.label.cmp(&b.label)));
    let n_more = values.len().saturating_sub(N_VALUES);
    let (shown, rest) = values.split_at(values.len().min(N_VALUES));
    let mut shown = shown.to_vec();
    shown.extend(rest.iter().filter(|value| value.is_chosen).cloned());
    let name = {
        let mut letters = key.chars();
        let first = letters.next()?;
        format!("{}{}", first.to_uppercase(), letters.as_str())
    };
    (!shown.is_empty()).then(|| FacetGroup {
        key,
        name,
        values: shown,
        n_more: u32::try_from(n_more).unwrap_or(u32::MAX),
    })
}

/// Prices in ranges of about as many products each, with limits that a person would choose.
fn prices(query: &Query, rising: &[(ProductId, f64)], products: &RoaringBitmap) -> Option<FacetGroup> {
    let is_counted = |(product, _): &&(ProductId, f64)| products.contains(product.get());
    let prices: Vec<f64> = rising.iter().filter(is_counted).map(|(_, price)| *price).collect();
    let limits = limits(&prices);
    let mut counted = Vec::new();
    for (at, &from) in limits.iter().enumerate() {
        let to = limits.get(at + 1).copied();
        let start = prices.partition_point(|price| *price < from);
        // A price on a limit belongs to the range above; filters hold at both ends.
        let below = to.map(|to| to - 0.01);
        let end = below.map_or(prices.len(), |below| prices.partition_point(|price| *price <= below));
        let (value, label) = match below {
            Some(below) if at > 0 => (format!("{from}..{below:.2}"), format!("{from} – {below:.2}")),
            Some(below) => (format!("..{below:.2}"), format!("below {}", below + 0.01)),
            None if at > 0 => (format!("{from}.."), format!("{from} and more")),
            None => continue,
        };
        counted.push((value, label, end.saturating_sub(start) as u64));
    }
    let order: Vec<String> = counted.iter().map(|(value, ..)| value.clone()).collect();
    let mut group = group(query, "price".to_owned(), counted)?;
    group.values.sort_by_key(|value| order.iter().position(|one| *one == value.value));
    Some(group)
}

/// From where on each range goes, the first from 0.
fn limits(sorted: &[f64]) -> Vec<f64> {
    let mut limits = vec![0.0];
    for at in 1..N_PRICES {
        let Some(price) = sorted.get(sorted.len() * at / N_PRICES) else { break };
        let round = rounded(*price);
        if limits.last().is_some_and(|last| round > *last) {
            limits.push(round);
        }
    }
    limits
}

/// Up to the next 1, 2 or 5 times a tenth of its power of ten, at least to a whole number: 13.20 to 15.
fn rounded(price: f64) -> f64 {
    if price < 1.0 {
        return 1.0;
    }
    let power = 10_f64.powf(price.log10().floor());
    let step = (power / 2.0).max(1.0);
    (price / step).ceil() * step
}

/// Which values there are at all.
pub(super) fn known(inner: &Inner) -> Result<Arc<Values>, CatalogError> {
    let store = &inner.store;
    let writer = inner.model_ids().writer;
    let position = inner.memory.members(store, |_, position| position)?;
    let version = (writer, position, store.words_version()?);
    let mut kept = inner.search.facets.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(read) = &*kept
        // It may be some seconds old while much changes: reading it must not take more than a small part of the
        // time.
        && (read.version == version || (read.version.0 == writer && read.at.elapsed() < read.took * 20))
    {
        return Ok(read.values.clone());
    }
    let at = Instant::now();
    let mut values = Values::default();
    let own = inner.engines.lists().own_names().iter().cloned().map(AttributeKind::Own);
    for kind in AttributeKind::built_in().chain(own) {
        let claimed = store.most_claimed(&kind, N_CLAIMED)?;
        if !claimed.is_empty() {
            values.claims.push((kind, claimed));
        }
    }
    for fact in FACTS {
        let mut known = Vec::new();
        for value in store.fact_values(fact.name(), N_CLAIMED)? {
            let with = store.with_fact(fact.name(), &value.folded)?;
            known.push((value, with));
        }
        if !known.is_empty() {
            values.facts.push((fact, known));
        }
    }
    values.prices = store.prices()?;
    values.prices.sort_unstable_by(|a, b| a.1.total_cmp(&b.1));
    let values = Arc::new(values);
    *kept = Some(Read { version, at, took: at.elapsed(), values: values.clone() });
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_prices_have_limits_that_people_choose() {
        let check = |prices: &[f64], expected: &[f64]| assert_eq!(limits(prices), expected, "{prices:?}");
        check(&[], &[0.0]);
        check(&[9.9], &[0.0, 10.0]);
        check(&[3.2, 7.9, 13.2, 49.0, 120.0], &[0.0, 8.0, 15.0, 50.0, 150.0]);
        check(&[5.0; 10], &[0.0, 5.0]);
        check(&[0.2, 0.3, 0.4, 0.5, 0.9], &[0.0, 1.0]);
    }
}
