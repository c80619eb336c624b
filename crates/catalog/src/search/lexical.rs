//! Which products hold the words that are asked for, without any model.
//!
//! Each word stands for itself, its other forms, its synonyms, the words that it begins, and, where it
//! stands nowhere, the words that it may have been meant to be; the further from what was typed, the less a
//! find is worth. A product's **coverage** is the share of the question that it holds, in which rare words
//! count more (inverse document frequency) and the merchant's words more than the models'.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use roaring::RoaringBitmap;
use vitrine_models::TermTable;

use super::language::Wanted;
use crate::{
    CatalogError,
    describe::WordLists,
    store::{Store, WordsOf},
    words,
};

/// Worth of a find, by how it was found.
const FORM: f32 = 0.95;
const SYNONYM: f32 = 0.8;
const SHADE: f32 = 0.7;
const BEGINNING: f32 = 0.6;
const SLIP: f32 = 0.7;
/// And by whose words they are. What the models wrote they also see: counted in full it makes their slips count
/// twice.
const BY_MODELS: f32 = 0.3;
/// Words that a beginning may stand for, and that a slip may have been.
const N_BEGINNINGS: usize = 24;
const N_SLIPS: usize = 6;

/// Words that say nothing of a product.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "and",
    "or",
    "of",
    "with",
    "in",
    "on",
    "for",
    "to",
    "from",
    "by",
    "at",
    "is",
    "are",
    "it",
    "i",
    "im",
    "am",
    "me",
    "my",
    "we",
    "you",
    "your",
    "do",
    "have",
    "has",
    "some",
    "any",
    "that",
    "this",
    "show",
    "find",
    "search",
    "looking",
    "look",
    "want",
    "need",
    "please",
    "thanks",
    "something",
];

/// The vocabulary of the catalog, read again when it changed.
#[derive(Default)]
pub(crate) struct Vocabulary(Mutex<Option<Read>>);

struct Read {
    version: u64,
    at: Instant,
    took: Duration,
    words: Arc<Vec<(String, u64)>>,
}

impl Vocabulary {
    /// Every word of the catalog with the number of products, by the alphabet. It may be some seconds old
    /// while much changes: reading it must not take more than a small part of the time.
    pub(super) fn read(&self, store: &Store) -> Result<Arc<Vec<(String, u64)>>, CatalogError> {
        let version = store.words_version()?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = &*kept
            && (read.version == version || read.at.elapsed() < read.took * 20)
        {
            return Ok(read.words.clone());
        }
        let at = Instant::now();
        let words = Arc::new(store.vocabulary()?);
        *kept = Some(Read { version, at, took: at.elapsed(), words: words.clone() });
        Ok(words)
    }
}

/// Worth of a find, and the products of it; the worthiest first.
type Finds = Vec<(f32, RoaringBitmap)>;

/// What a word of the question stands for, and where that was found.
struct Asked {
    finds: Finds,
    /// How much the word counts.
    weight: f32,
}

/// What of a question the products hold.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// By product id, from 0 to 1.
    shares: Vec<f32>,
    /// Products of which it is more than 0.
    pub(super) products: RoaringBitmap,
    /// Folded words that stand nowhere, with what they were taken for.
    pub(super) meant: Vec<(String, String)>,
}

impl Coverage {
    /// What share of the question a product holds.
    pub(super) fn of(&self, product: u32) -> f32 {
        self.shares.get(product as usize).copied().unwrap_or(0.0)
    }

    /// The `k` products that hold most of it, among those that are allowed.
    pub(super) fn best(&self, k: usize, allowed: Option<&RoaringBitmap>) -> Vec<u32> {
        let mut all: Vec<u32> = match allowed {
            Some(allowed) => (&self.products & allowed).iter().collect(),
            None => self.products.iter().collect(),
        };
        let more = |a: &u32, b: &u32| self.of(*b).total_cmp(&self.of(*a)).then(a.cmp(b));
        if all.len() > k {
            all.select_nth_unstable_by(k, more);
            all.truncate(k);
        }
        all.sort_unstable_by(more);
        all
    }
}

/// Whether a word says nothing of a product.
pub(super) fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

/// What the products hold of `wanted`. `may_go_on` is set where the last word may be the beginning of one.
pub(super) fn coverage(
    store: &Store,
    vocabulary: &Vocabulary,
    lists: &WordLists,
    wanted: &[Wanted],
    may_go_on: bool,
    n_products: u64,
) -> Result<Coverage, CatalogError> {
    let words = said(wanted);
    let known = vocabulary.read(store)?;
    let mut all = Vec::with_capacity(words.len());
    let last = words.len().saturating_sub(1);
    let mut found = Coverage::default();
    for (at, (one, word)) in words.iter().enumerate() {
        let goes_on = may_go_on && at == last && !one.is_phrase;
        let (finds, meant) = finds(store, &known, lists, word, one.is_phrase, goes_on)?;
        found.meant.extend(meant.map(|meant| (word.clone(), meant)));
        let mut products = RoaringBitmap::new();
        for (_, some) in &finds {
            products |= some;
        }
        // Inverse document frequency, with the smoothing that keeps it above 0.
        let idf = (1.0 + n_products as f32 / (products.len() as f32 + 1.0)).ln();
        found.products |= &products;
        all.push(Asked { finds, weight: one.weight * idf });
    }
    let total: f32 = all.iter().map(|asked| asked.weight).sum();
    if total <= f32::EPSILON {
        return Ok(Coverage { meant: found.meant, ..Coverage::default() });
    }
    found.shares = vec![0.0; found.products.max().map_or(0, |last| last as usize + 1)];
    for asked in all {
        let mut done = RoaringBitmap::new();
        for (worth, products) in asked.finds {
            let share = worth * asked.weight / total;
            for product in &products - &done {
                found.shares[product as usize] += share;
            }
            done |= products;
        }
    }
    Ok(found)
}

/// What a word may stand for, as it stands, the worthiest first.
fn ways(
    known: &[(String, u64)],
    lists: &WordLists,
    word: &str,
    is_phrase: bool,
    goes_on: bool,
) -> Vec<(f32, Vec<String>)> {
    let mut ways: Vec<(f32, Vec<String>)> = vec![(1.0, vec![word.to_owned(), word.replace(' ', "")])];
    if !is_phrase {
        ways.push((FORM, words::forms(word)));
        let (synonyms, shades) = other_names(lists, word);
        ways.push((SYNONYM, synonyms));
        ways.push((SHADE, shades));
        if goes_on && word.chars().count() >= 2 {
            ways.push((BEGINNING, beginnings(known, word)));
        }
    }
    ways
}

/// Where a word was found, the worthiest first; and what it was taken for where it stands nowhere.
fn finds(
    store: &Store,
    known: &[(String, u64)],
    lists: &WordLists,
    word: &str,
    is_phrase: bool,
    goes_on: bool,
) -> Result<(Finds, Option<String>), CatalogError> {
    let mut finds = all_finds(store, &ways(known, lists, word, is_phrase, goes_on))?;
    let mut meant = None;
    if finds.is_empty() && !is_phrase {
        let slips = slips(known, word);
        finds = all_finds(store, &slips)?;
        meant = slips.into_iter().flat_map(|(_, words)| words).next();
    }
    finds.sort_by(|a, b| b.0.total_cmp(&a.0));
    Ok((finds, meant))
}

fn all_finds(store: &Store, ways: &[(f32, Vec<String>)]) -> Result<Finds, CatalogError> {
    let mut finds = Vec::new();
    for (worth, phrases) in ways.iter().filter(|(_, phrases)| !phrases.is_empty()) {
        for (of, factor) in [(WordsOf::Merchant, 1.0), (WordsOf::Models, BY_MODELS)] {
            let products = store.with_words(of, phrases)?;
            if !products.is_empty() {
                finds.push((worth * factor, products));
            }
        }
    }
    Ok(finds)
}

/// A word of the question, and all that stands for it somewhere, the worthiest first.
pub(super) struct Standing {
    /// As it was typed, without what says nothing.
    pub(super) word: String,
    /// What stands, in whose words, of which products.
    pub(super) finds: Vec<(String, WordsOf, RoaringBitmap)>,
}

/// For each word of a question where it stands.
pub(super) fn standing(
    store: &Store,
    vocabulary: &Vocabulary,
    lists: &WordLists,
    wanted: &[Wanted],
    may_go_on: bool,
) -> Result<Vec<Standing>, CatalogError> {
    let known = vocabulary.read(store)?;
    let words = said(wanted);
    let last = words.len().saturating_sub(1);
    let mut all = Vec::with_capacity(words.len());
    for (at, (one, word)) in words.into_iter().enumerate() {
        let goes_on = may_go_on && at == last && !one.is_phrase;
        let mut found = each_find(store, &ways(&known, lists, &word, one.is_phrase, goes_on))?;
        if found.is_empty() && !one.is_phrase {
            found = each_find(store, &slips(&known, &word))?;
        }
        all.push(Standing { word, finds: found });
    }
    Ok(all)
}

fn each_find(
    store: &Store,
    ways: &[(f32, Vec<String>)],
) -> Result<Vec<(String, WordsOf, RoaringBitmap)>, CatalogError> {
    let mut finds = Vec::new();
    for phrase in ways.iter().flat_map(|(_, phrases)| phrases) {
        for of in [WordsOf::Merchant, WordsOf::Models] {
            let products = store.with_words(of, std::slice::from_ref(phrase))?;
            if !products.is_empty() {
                finds.push((phrase.clone(), of, products));
            }
        }
    }
    Ok(finds)
}

/// The folded words of a question that say something, each with what it belongs to.
fn said(wanted: &[Wanted]) -> Vec<(&Wanted, String)> {
    let mut words: Vec<(&Wanted, String)> = Vec::new();
    for one in wanted {
        let folded: Vec<&str> = one.words.iter().map(|word| word.folded.as_str()).collect();
        if one.is_phrase {
            words.push((one, folded.join(" ")));
        } else {
            words.extend(folded.into_iter().map(|word| (one, word.to_owned())));
        }
    }
    // "the" alone is asked for as it stands.
    if words.iter().any(|(_, word)| !is_filler(word)) {
        words.retain(|(_, word)| !is_filler(word));
    }
    words
}

/// Other names for the same, and names of its kinds: of a basic colour its shades.
pub(super) fn other_names(lists: &WordLists, word: &str) -> (Vec<String>, Vec<String>) {
    let (mut same, mut kinds) = (Vec::new(), Vec::new());
    if let Some(types) = lists.get("product_types") {
        same = synonyms(types, word);
    }
    if let Some(colours) = lists.get("colours") {
        let shade = |(at, term): (usize, &String)| {
            (colours.group(at) == Some(word) && term != word).then(|| words::fold(term))
        };
        kinds = colours.terms().iter().enumerate().filter_map(shade).collect();
    }
    if word == "gray" {
        same.push("grey".to_owned());
    } else if word == "grey" {
        same.push("gray".to_owned());
    }
    (same, kinds)
}

fn synonyms(types: &TermTable, word: &str) -> Vec<String> {
    let is_it = |term: &str| term == word || words::forms(term).iter().any(|form| form == word);
    let Some(at) = types.terms().iter().position(|term| is_it(term)) else { return Vec::new() };
    let told = types.told_as(at);
    let others = (0..types.terms().len()).filter(|&other| other != at && types.told_as(other) == told);
    others.map(|other| words::fold(&types.terms()[other])).collect()
}

/// The most frequent words that begin so.
pub(super) fn beginnings(known: &[(String, u64)], word: &str) -> Vec<String> {
    let from = known.partition_point(|(other, _)| other.as_str() < word);
    let mut longer: Vec<&(String, u64)> = known[from..]
        .iter()
        .take_while(|(other, _)| other.starts_with(word))
        .filter(|(other, _)| other != word)
        .collect();
    longer.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    longer.into_iter().take(N_BEGINNINGS).map(|(other, _)| other.clone()).collect()
}

/// The words that it may have been meant to be, those of fewer slips first.
fn slips(known: &[(String, u64)], word: &str) -> Vec<(f32, Vec<String>)> {
    let most = words::edits_allowed(word);
    // A number with a slip is another number.
    if most == 0 || word.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let mut near: Vec<(usize, &(String, u64))> =
        known.iter().filter_map(|entry| Some((words::within(word, &entry.0, most)?, entry))).collect();
    near.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.1.cmp(&a.1.1)));
    let Some(&(least, _)) = near.first() else { return Vec::new() };
    let meant = near.into_iter().take_while(|(n, _)| *n == least).take(N_SLIPS);
    vec![(SLIP / least as f32, meant.map(|(_, (other, _))| other.clone()).collect())]
}
