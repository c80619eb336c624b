//! A shop of which everything is known: what searches that learn are measured on.
//!
//! Some facts stand in the list alone (brand, size), some are seen in the photo alone (the pattern, the colour where the
//! title leaves it out), and the shop has words of its own: each pattern is a collection with a made-up name, which the
//! list gives for most of its products and keeps silent about for the rest. A fifth of the products is in no list. So
//! there are queries that need the text, the photo, both, or what the shop means by its words; each of them means every
//! product of which it is true, whatever the list says.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use fastrand::Rng;
use serde_json::json;

use crate::training::{self, Label};

const BRANDS: [&str; 10] = [
    "Birkwell", "Corvane", "Dalmora", "Estrid", "Fenwick", "Garnisse", "Holmby", "Isolde", "Jarvik",
    "Kestrel",
];
const SIZES: [&str; 3] = ["small", "medium", "large"];
/// Made-up names of collections, for patterns as they come.
const COLLECTIONS: [&str; 20] = [
    "Alvento", "Brisolo", "Cardema", "Dunwyck", "Elvaro", "Farolle", "Grimona", "Hestavo", "Ilmarek",
    "Jolendra", "Kavessa", "Lumiro", "Morvenna", "Nerolux", "Ostrava", "Pellinor", "Quorina", "Rovanto",
    "Sylmera", "Tarvique",
];
/// How often the list names the collection, and the colour; and how many products are in it at all.
const NAMED: f32 = 0.7;
const COLOURED: f32 = 0.5;
const LISTED: f32 = 0.8;
/// Products of which the list says all that a query needs of it, where the query needs the photo too: with fewer, ten
/// results hold most of them whatever they show.
const ALIKE: usize = 21;
/// Queries of a kind, at most, and products that one means.
const MAX_QUERIES: usize = 200;
const RELEVANT: std::ops::RangeInclusive<usize> = 2..=60;

/// A product with what is true of it.
struct Product {
    label: Label,
    brand: &'static str,
    size: &'static str,
    /// The collection that it belongs to; none of what is plain.
    collection: Option<&'static str>,
    is_named: bool,
    is_coloured: bool,
    is_listed: bool,
}

/// Writes photos, the list and the queries below `out`.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write(out: &Path, count: usize, size: usize, seed: u64) -> Result<()> {
    let photos = out.join("photos");
    let labels = training::write(&photos, count, size, seed)?;
    // Labels are no file of a shop.
    fs::rename(photos.join("labels.jsonl"), out.join("labels.jsonl")).context("cannot move the labels")?;
    let products = products(labels, seed);
    let mut list = csv::Writer::from_path(photos.join("list.csv")).context("cannot write the list")?;
    list.write_record(["sku", "image", "title", "brand", "category", "description"])?;
    for (at, product) in products.iter().enumerate().filter(|(_, product)| product.is_listed) {
        list.write_record(row(at, product))?;
    }
    list.flush()?;
    for (name, queries) in queries(&products, seed) {
        let path = out.join(format!("queries-{name}.jsonl"));
        let mut file = BufWriter::new(fs::File::create(&path).context("cannot write queries")?);
        for (query, relevant) in &queries {
            let relevant: Vec<&str> = relevant.iter().map(|&at| file_of(&products[at])).collect();
            writeln!(file, "{}", json!({ "query": query, "relevant": relevant }))?;
        }
        file.flush()?;
        crate::report(&format!("{} queries in {}", queries.len(), path.display()));
    }
    Ok(())
}

fn products(labels: Vec<Label>, seed: u64) -> Vec<Product> {
    let mut rng = Rng::with_seed(seed ^ 0x5109);
    let mut patterns: Vec<&'static str> =
        labels.iter().map(|label| label.pattern).filter(|pattern| *pattern != "plain").collect();
    patterns.sort_unstable();
    patterns.dedup();
    let collection = |pattern: &str| {
        let place = patterns.iter().position(|one| *one == pattern)?;
        COLLECTIONS.get(place).copied()
    };
    let product = |label: Label| Product {
        brand: BRANDS[rng.usize(..BRANDS.len())],
        size: SIZES[rng.usize(..SIZES.len())],
        collection: collection(label.pattern),
        is_named: rng.f32() < NAMED,
        is_coloured: rng.f32() < COLOURED,
        is_listed: rng.f32() < LISTED,
        label,
    };
    labels.into_iter().map(product).collect()
}

fn row(at: usize, product: &Product) -> [String; 6] {
    let Product { label, brand, size, .. } = product;
    let colour = if product.is_coloured { format!(" {}", label.colour) } else { String::new() };
    let from = match product.collection.filter(|_| product.is_named) {
        Some(collection) => format!(" From our {collection} collection."),
        None => String::new(),
    };
    [
        format!("S-{at:05}"),
        file_of(product).to_owned(),
        format!("{brand}{colour} {}", label.kind),
        (*brand).to_owned(),
        label.kind.to_owned(),
        format!("A {size} {} of {}.{from}", label.kind, label.material),
    ]
}

/// The name of its photo's file.
fn file_of(product: &Product) -> &str {
    product.label.image.rsplit('/').next().unwrap_or_default()
}

type Queries = Vec<(String, Vec<usize>)>;

/// Queries by what they need, each with the products of which it is true.
fn queries(products: &[Product], seed: u64) -> Vec<(&'static str, Queries)> {
    let of = |name: &'static str, text: &dyn Fn(&Product) -> Option<String>| {
        let mut by_text: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, product) in products.iter().enumerate() {
            if let Some(text) = text(product) {
                by_text.entry(text).or_default().push(at);
            }
        }
        let mut all: Queries = by_text.into_iter().filter(|(_, of)| RELEVANT.contains(&of.len())).collect();
        Rng::with_seed(seed ^ name.len() as u64).shuffle(&mut all);
        all.truncate(MAX_QUERIES);
        (name, all)
    };
    let patterned = |product: &Product| product.label.pattern != "plain";
    let mut sized: HashMap<(&str, &str), usize> = HashMap::new();
    for product in products.iter().filter(|product| product.is_listed) {
        *sized.entry((product.size, product.label.kind)).or_default() += 1;
    }
    let n_alike = |one: &Product| match one.is_listed {
        true => sized.get(&(one.size, one.label.kind)).copied().unwrap_or(0),
        false => 0,
    };
    vec![
        // Of what is in no list nobody knows the brand.
        of("text", &|one| one.is_listed.then(|| format!("{} {}", one.brand, one.label.kind))),
        of("photo", &|one| patterned(one).then(|| format!("{} {}", one.label.pattern, one.label.kind))),
        of("colour", &|one| Some(format!("{} {}", one.label.colour, one.label.kind))),
        // The list says the size, and no word of it the pattern.
        of("both", &|one| {
            let is_asked = patterned(one) && n_alike(one) >= ALIKE;
            is_asked.then(|| format!("{} {} {}", one.size, one.label.pattern, one.label.kind))
        }),
        of("own", &|one| Some(format!("{} {}", one.collection?, one.label.kind))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_mean_what_is_true_whatever_the_list_says() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 240, 16, 3).unwrap();
        let list = fs::read_to_string(folder.path().join("photos/list.csv")).unwrap();
        let n_listed = list.lines().count() - 1;
        assert!((170..215).contains(&n_listed), "{n_listed}");
        let own = fs::read_to_string(folder.path().join("queries-own.jsonl")).unwrap();
        assert!(own.lines().count() > 3);
        // Of some that a collection's name means the list does not say so.
        let is_said = |line: &str| {
            let query: serde_json::Value = serde_json::from_str(line).unwrap();
            let name = query["query"].as_str().unwrap().split(' ').next().unwrap().to_owned();
            let relevant = query["relevant"].as_array().unwrap().clone();
            let said = |image: &serde_json::Value| {
                let row = list.lines().find(|row| row.contains(image.as_str().unwrap()));
                row.is_some_and(|row| row.contains(&name))
            };
            relevant.iter().map(said).collect::<Vec<_>>()
        };
        let said: Vec<bool> = own.lines().flat_map(is_said).collect();
        assert!(said.contains(&true) && said.contains(&false), "{said:?}");
        // The same seed gives the same shop.
        let other = tempfile::tempdir().unwrap();
        write(other.path(), 240, 16, 3).unwrap();
        assert_eq!(own, fs::read_to_string(other.path().join("queries-own.jsonl")).unwrap());
    }
}
