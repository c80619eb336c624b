//! A trial of a search that learns from the shop is measured on products that it never saw, and changes nothing.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

mod support;

use std::fmt::Write;

use support::{Shop, boxed, png};
use vitrine_catalog::{CatalogError, Library, search::Query, tuning::TuningProgress};

const COLOURS: [(&str, [u8; 3]); 6] = [
    ("red", [200, 30, 30]),
    ("blue", [30, 30, 200]),
    ("green", [30, 160, 40]),
    ("yellow", [220, 200, 40]),
    ("black", [20, 20, 20]),
    ("orange", [230, 130, 30]),
];
const THINGS: [&str; 5] = ["mug", "chair", "lamp", "shirt", "clock"];

/// A photo of each thing in each colour, with a list that says what it is.
fn shop(n: usize) -> (Shop, Library) {
    let shop = Shop::new();
    let mut list = "image,title,category,colour,brand,description\n".to_owned();
    let all = COLOURS.iter().flat_map(|colour| THINGS.iter().map(move |thing| (colour, thing)));
    for (at, ((colour, rgb), thing)) in all.take(n).enumerate() {
        let shade = rgb.map(|level| level.saturating_add(at as u8));
        shop.put(&format!("{at}.png"), &png(&boxed(48 + 2 * at as u32, shade)));
        let brand = ["Poppy", "Clover", "Fern"][at % 3];
        writeln!(
            list,
            "{at}.png,{brand} {colour} {thing},Home > {thing}s,{colour},{brand},A {colour} {thing} for everyday use at home"
        )
        .unwrap();
    }
    shop.put("list.csv", list.as_bytes());
    let (library, _) = shop.open_quick();
    shop.index(&library);
    (shop, library)
}

#[test]
fn a_trial_is_the_same_of_the_same_seed_and_changes_no_search() {
    let (_shop, library) = shop(30);
    let search = || {
        let page = library.search(&Query::words("red chair"), 0, 30).unwrap();
        page.items.into_iter().map(|item| (item.row.id, item.score)).collect::<Vec<_>>()
    };
    let before = search();
    let trial = library.try_tuning(1, &|_| true).unwrap();
    assert_eq!(trial.n_products, 30);
    // What was made of a product is asked or learnt from, never both.
    assert!(trial.n_examples > 0 && trial.n_held_out > 0, "{trial:?}");
    assert!(!trial.verdict.is_empty());
    assert_eq!(search(), before);
    let again = library.try_tuning(1, &|_| true).unwrap();
    assert_eq!((again.kinds, again.verdict), (trial.kinds, trial.verdict));
}

#[test]
fn a_shop_with_too_little_is_told_so() {
    let (_shop, library) = shop(3);
    let trial = library.try_tuning(1, &|_| true).unwrap();
    assert!(!trial.is_better && trial.kinds.is_empty());
    assert!(trial.verdict.starts_with("There is too little to learn from"), "{}", trial.verdict);
}

#[test]
fn a_trial_ends_when_nobody_wants_it() {
    let (_shop, library) = shop(30);
    let ended = library.try_tuning(1, &|progress| !matches!(progress, TuningProgress::Gathering));
    assert!(matches!(ended, Err(CatalogError::Cancelled)));
}
