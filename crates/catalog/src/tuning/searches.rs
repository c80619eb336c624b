//! What people searched for and which product they went to then: the shop's log, and what was opened in this window.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    path::Path,
};

use vitrine_import::{LogProblem, read_search_log};
use vitrine_models::regular_file;

use crate::{
    CatalogError, Library,
    library::Inner,
    store::{CodeKind, PictureId, ProductId, SearchLog, Setting},
    words,
};

/// Searches with a product that are kept of a log, those that are made most; and so many are held while it is read.
const MAX_KEPT: usize = 200_000;
const MAX_HELD: usize = 2 * MAX_KEPT;
/// Numbers of no product that are named.
const N_NAMED: usize = 3;
/// Letters of a search.
const MAX_QUERY: usize = 200;
/// What a product counts at least that people went to.
const LEAST_GRADE: f32 = 0.3;
/// Remembered where what is opened is kept.
const KEPT: &str = "kept";

/// A search that people made.
pub(super) struct Searched {
    pub(super) text: String,
    /// Where they went, by places, with how often that was beside the most frequent one: 0 to 1.
    pub(super) products: Vec<(u32, f32)>,
    /// How often all in all.
    pub(super) n: u64,
}

impl Library {
    /// Takes over a log of searches in the place of the one before it: a CSV file with what was searched for, the
    /// number of the product that was clicked or bought, and how often. It is read until `is_wanted` says no.
    ///
    /// # Errors
    /// [`CatalogError::BadSearchLog`] for a file that is none, or that names no product of this catalog: the one before
    /// it stays. [`CatalogError::Cancelled`]. A library that cannot be written or is in use.
    pub fn read_search_log(
        &self,
        path: &Path,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<SearchLog, CatalogError> {
        self.lock_for_writing()?;
        let store = &self.inner().store;
        let bad = |reason: String| CatalogError::BadSearchLog { name: path.display().to_string(), reason };
        let (file, _) = regular_file::open(path).map_err(|error| bad(error.to_string()))?;
        let known = store.product_numbers()?;
        let mut counted = Counted::new(&known);
        let mut is_ended = false;
        let read = read_search_log(file, &mut |row| {
            counted.add(row.query, row.sku, row.count);
            is_ended = counted.n_rows.is_multiple_of(4_096) && !is_wanted();
            !is_ended
        });
        let read = read.map_err(|problem| match problem {
            LogProblem::Io(error) => bad(error.to_string()),
            other => bad(other.to_string()),
        })?;
        if is_ended {
            return Err(CatalogError::Cancelled);
        }
        counted.thin(MAX_KEPT);
        if counted.by_pair.is_empty() {
            return Err(bad(counted.nothing_known(read.first_broken.as_ref().map(|row| row.line))));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = SearchLog {
            name,
            read_on: String::new(),
            n_rows: read.n_rows,
            n_broken: read.n_broken,
            n_unknown: counted.n_unknown,
            n_rare: counted.n_rare,
            n_queries: 0,
        };
        let mut pairs: Vec<_> = counted.by_pair.iter().collect();
        pairs.sort_unstable();
        store.set_search_log(&log, pairs.into_iter().map(|((query, code), n)| (&**query, &**code, *n)))?;
        Ok(store.search_log()?.unwrap_or(log))
    }

    /// Forgets the log.
    ///
    /// # Errors
    /// A library that cannot be written or is in use.
    pub fn forget_search_log(&self) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        self.inner().store.forget_search_log()
    }

    /// Whether it is kept from now on what is opened after a search. What was kept before goes when that ends.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn keep_opened(&self, is_kept: bool) -> Result<(), CatalogError> {
        let store = &self.inner().store;
        store.set_text(Setting::Opened, is_kept.then_some(KEPT))?;
        if is_kept { Ok(()) } else { store.forget_opened() }
    }

    /// Counts a photo that was opened after a search, where a person has that kept; else nothing happens.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn opened_after(&self, query: &str, picture: PictureId) -> Result<(), CatalogError> {
        let inner = self.inner();
        let query = tidy(query);
        if query.is_empty() || query.chars().count() > MAX_QUERY || !keeps_opened(inner)? {
            return Ok(());
        }
        inner.store.add_opened(&query, picture)
    }
}

pub(super) fn keeps_opened(inner: &Inner) -> Result<bool, CatalogError> {
    Ok(inner.store.text_setting(Setting::Opened)?.as_deref() == Some(KEPT))
}

/// All searches that people made and that led to one of these products, the most frequent first.
pub(super) fn searched(
    inner: &Inner,
    places: &HashMap<ProductId, u32>,
) -> Result<Vec<Searched>, CatalogError> {
    let store = &inner.store;
    let mut by_text: HashMap<String, HashMap<u32, u64>> = HashMap::new();
    let mut add = |query: String, product: ProductId, n: u64| {
        if let Some(place) = places.get(&product) {
            *by_text.entry(query).or_default().entry(*place).or_default() += n;
        }
    };
    let mut of_code: HashMap<String, Vec<ProductId>> = HashMap::new();
    for (query, code, n) in store.logged_searches()? {
        let products = match of_code.entry(code) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let found = store.with_code(new.key())?.into_iter().filter(|(_, kind)| is_number(*kind));
                let found = found.map(|(product, _)| product).collect();
                new.insert(found)
            }
        };
        for product in products {
            add(query.clone(), *product, n);
        }
    }
    let opened = store.opened_results()?;
    let pictures: Vec<PictureId> = opened.iter().map(|(_, picture, _)| *picture).collect();
    let mut products_of: HashMap<PictureId, Vec<ProductId>> = HashMap::new();
    for (picture, product) in store.memberships(&pictures)? {
        products_of.entry(picture).or_default().push(product);
    }
    for (query, picture, n) in opened {
        for product in products_of.get(&picture).into_iter().flatten() {
            add(query.clone(), *product, n);
        }
    }
    let mut all: Vec<Searched> = by_text.into_iter().map(|(text, products)| told(text, products)).collect();
    all.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.text.cmp(&b.text)));
    Ok(all)
}

fn told(text: String, products: HashMap<u32, u64>) -> Searched {
    let most = products.values().copied().max().unwrap_or(1).max(1);
    let n = products.values().fold(0_u64, |all, n| all.saturating_add(*n));
    // A first rank is clicked far more often than a second that is as good: the root evens that out.
    let grade = |n: u64| ((n as f32) / (most as f32)).sqrt().max(LEAST_GRADE);
    let mut products: Vec<(u32, f32)> = products.into_iter().map(|(place, n)| (place, grade(n))).collect();
    products.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Searched { text, products, n }
}

fn is_number(kind: CodeKind) -> bool {
    matches!(kind, CodeKind::Sku | CodeKind::Barcode)
}

/// A search as it is counted: case and spaces tell nothing.
fn tidy(query: &str) -> String {
    query.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Rows of a log, added up.
struct Counted<'a> {
    known: &'a HashSet<String>,
    by_pair: HashMap<(Box<str>, Box<str>), u64>,
    n_rows: u64,
    n_unknown: u64,
    n_rare: u64,
    /// Some numbers of no product.
    unknown: Vec<String>,
}

impl<'a> Counted<'a> {
    fn new(known: &'a HashSet<String>) -> Self {
        Self { known, by_pair: HashMap::new(), n_rows: 0, n_unknown: 0, n_rare: 0, unknown: Vec::new() }
    }

    fn add(&mut self, query: &str, sku: &str, n: u64) {
        self.n_rows += 1;
        let code = words::code(sku);
        if !self.known.contains(&code) {
            self.n_unknown += 1;
            if self.unknown.len() < N_NAMED && self.unknown.iter().all(|one| one != sku) {
                self.unknown.push(sku.to_owned());
            }
            return;
        }
        let count = self.by_pair.entry((tidy(query).into(), code.into())).or_default();
        *count = count.saturating_add(n);
        if self.by_pair.len() > MAX_HELD {
            self.thin(MAX_KEPT);
        }
    }

    /// Lets the rarest go: what is searched for often is back soon.
    fn thin(&mut self, most: usize) {
        if self.by_pair.len() <= most {
            return;
        }
        let mut counts: Vec<u64> = self.by_pair.values().copied().collect();
        let at = counts.len() - most;
        let (_, least, _) = counts.select_nth_unstable(at);
        let least = *least;
        let n_more = self.by_pair.values().filter(|n| **n > least).count();
        let mut n_equal = most - n_more;
        let mut pairs: Vec<_> = self.by_pair.drain().collect();
        // Of those that are equally rare the same ones stay each time.
        pairs.sort_unstable();
        for (pair, n) in pairs {
            let stays = n > least || (n == least && n_equal > 0);
            if stays {
                n_equal -= usize::from(n == least);
                self.by_pair.insert(pair, n);
            } else {
                self.n_rare = self.n_rare.saturating_add(1);
            }
        }
    }

    fn nothing_known(&self, first_broken: Option<u64>) -> String {
        match (self.unknown.as_slice(), first_broken) {
            ([], Some(line)) => format!("no row says a search, a number and a count; look at line {line}"),
            ([], None) => "it says nothing".to_owned(),
            (unknown, _) if self.known.is_empty() => format!(
                "no product of this catalog has a number yet: add the product list that has {} and others",
                unknown.join(", ")
            ),
            (unknown, _) => format!(
                "none of its numbers is that of a product of this catalog: {} and others are unknown",
                unknown.join(", ")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_added_up_and_the_rarest_let_go() {
        let known: HashSet<String> = ["a1", "b2"].map(str::to_owned).into();
        let mut counted = Counted::new(&known);
        counted.add("Red  Mug", "A-1", 2);
        counted.add("red mug", "a1", 3);
        counted.add("cup", "B 2", 1);
        counted.add("can", "b2", 1);
        counted.add("can", "Z-9", 7);
        counted.thin(2);
        let mut pairs: Vec<_> =
            counted.by_pair.iter().map(|((query, code), n)| (&**query, &**code, *n)).collect();
        pairs.sort_unstable();
        assert_eq!(pairs, [("can", "b2", 1), ("red mug", "a1", 5)]);
        assert_eq!((counted.n_rows, counted.n_unknown, counted.n_rare), (5, 1, 1));
        assert_eq!(counted.unknown, ["Z-9"]);
    }

    #[test]
    fn what_is_gone_to_often_counts_more() {
        let found = told("mug".to_owned(), [(4, 100), (2, 25), (9, 1)].into());
        assert_eq!(found.products, [(4, 1.0), (2, 0.5), (9, LEAST_GRADE)]);
        assert_eq!(found.n, 126);
    }
}
