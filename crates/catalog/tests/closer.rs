//! A closer look at an answer's first products, and at where in a photo the words are: with the models that ship.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::fs;

use support::{Shop, boxed, png, whole};
use vitrine_catalog::{
    Library,
    search::{Page, Part, Query},
};
use vitrine_models::Pack;

/// With the models that ship, told to look closer: on their own they do not, since that was measured not to help.
fn shop() -> (Shop, Library) {
    let shop = Shop::new();
    let pack = shop.other_pack("closer");
    let mut manifest = Pack::open(&pack).unwrap().manifest().clone();
    manifest.calibration.fused.closer.weight = 1.0;
    fs::write(pack.join("pack.toml"), manifest.to_toml().unwrap()).unwrap();
    let colours = [[200, 20, 30], [20, 40, 200], [30, 160, 60], [240, 220, 40], [40, 40, 40], [230, 120, 20]];
    for (at, colour) in colours.into_iter().enumerate() {
        shop.put(&format!("{at}.png"), &png(&boxed(160 + at as u32 * 8, colour)));
    }
    let library = shop.open_with(vec![pack]);
    shop.index(&library);
    (shop, library)
}

fn ids(page: &Page) -> Vec<u32> {
    page.items.iter().map(|item| item.row.id.get()).collect()
}

#[test]
fn the_first_products_are_put_in_a_better_order_once() {
    let (_shop, library) = shop();
    let query = Query::words("red cushion ");
    let before = whole(&library, &query);
    assert!(before.can_improve);
    let is_another = library.improve(&query).unwrap();
    let after = whole(&library, &query);
    assert!(!after.can_improve, "once is enough");
    assert_eq!(ids(&before) != ids(&after), is_another);
    let sorted = |page: &Page| {
        let mut all = ids(page);
        all.sort_unstable();
        all
    };
    assert_eq!((sorted(&after), after.n_good), (sorted(&before), before.n_good), "nothing comes or goes");
    assert!(!library.improve(&query).unwrap());
    // What it gave is told, and is no part of the relevance.
    let first = after.items[0].row.id;
    let why = library.reasons(&query, &[first]).unwrap().remove(0).unwrap();
    assert!(why.parts.iter().any(|part| part.part == Part::CloserLook), "{why:?}");
    let parts = why.parts.iter().filter(|part| part.part != Part::CloserLook);
    assert!((parts.map(|part| part.gave).sum::<f32>() - why.relevance).abs() < 1e-4);
    // Where there are no words that a model reads there is nothing to look for.
    for query in [Query::default(), Query::words("asdfgh qwertz ")] {
        assert!(!whole(&library, &query).can_improve);
        assert!(!library.improve(&query).unwrap());
        assert!(library.heat_map(&query, after.items[0].row.photo.id).unwrap().is_none());
    }
}

#[test]
fn heat_lies_over_the_whole_photo() {
    let (_shop, library) = shop();
    let query = Query::words("a red cushion please ");
    let photo = whole(&library, &query).items[0].row.photo.id;
    let heat = library.heat_map(&query, photo).unwrap().unwrap();
    assert_eq!(heat.values.len() as u32, heat.columns * heat.rows);
    assert!(heat.values.iter().all(|value| (0.0..=1.0).contains(value)) && heat.values.contains(&1.0));
    assert_eq!((heat.by, heat.words.as_str()), (Part::CloserLook, "red cushion"));
    assert!(library.heat_map(&query, vitrine_catalog::PictureId::new(999)).is_err());
}
