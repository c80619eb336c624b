//! Descriptions in parts: written, kept apart, searched alone, written anew.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::fs;

use image::{Rgb, RgbImage};
use support::{Shop, png};
use vitrine_catalog::{
    Library, ProductId,
    describe::{AttributeKind, Description, Evidence},
    jobs::{JobState, Stage},
    search::{Chosen, Query},
};

/// A thing of one colour on white, as shops show them.
fn thing(ink: [u8; 3]) -> Vec<u8> {
    png(&RgbImage::from_fn(160, 160, |x, y| {
        let is_thing = (45..115).contains(&x) && (30..130).contains(&y);
        Rgb(if is_thing { ink } else { [252, 252, 252] })
    }))
}

fn shop() -> Shop {
    let shop = Shop::new();
    for (i, ink) in [[200, 25, 35], [30, 80, 190], [60, 150, 70]].into_iter().enumerate() {
        for shade in 0..3_u8 {
            let darker = |channel: u8| channel - shade * 8;
            shop.put(&format!("{i}-{shade}.png"), &thing(ink.map(darker)));
        }
    }
    shop
}

fn description(library: &Library, shop: &Shop, name: &str) -> Description {
    let id = library.product_at(&shop.photos().join(name)).unwrap();
    library.product(id).unwrap().photos.remove(0).written.unwrap().description
}

#[test]
fn every_product_gets_a_description_in_parts() {
    let shop = shop();
    let library = shop.open();
    shop.index(&library);
    assert_eq!(library.summary().unwrap().counts.n_described, 9);
    for (name, colour) in [("0-0.png", "red"), ("1-1.png", "blue"), ("2-2.png", "green")] {
        let found = description(&library, &shop, name);
        let lengths = [&found.title, &found.alt_text].map(|text| text.chars().count());
        assert!((1..=150).contains(&lengths[0]) && (1..=125).contains(&lengths[1]), "{found:?}");
        assert!(found.text.ends_with('.') && found.title.starts_with(char::is_uppercase), "{found:?}");
        assert_eq!(found.colours[0].basic.name(), colour, "{found:?}");
        assert!(found.attributes.iter().any(|claim| claim.kind == AttributeKind::Type), "{found:?}");
        assert!(found.attributes.iter().all(|claim| (0.0..=1.0).contains(&claim.confidence)), "{found:?}");
        // The pixels are all of one colour: whatever the models say, that colour is claimed.
        let measured = found.attributes.iter().filter(|claim| claim.kind == AttributeKind::Colour);
        let backed =
            measured.clone().any(|claim| matches!(claim.evidence, Evidence::Both | Evidence::Pixels));
        assert!(backed, "{found:?}");
    }
}

#[test]
fn a_claim_can_be_searched_alone() {
    let shop = shop();
    let library = shop.open();
    shop.index(&library);
    let claim = description(&library, &shop, "1-0.png")
        .attributes
        .into_iter()
        .find(|claim| claim.kind == AttributeKind::Colour)
        .unwrap();
    let filter = (claim.kind, claim.value);
    let says_so = |id: ProductId| {
        let attributes =
            library.product(id).unwrap().photos.remove(0).written.unwrap().description.attributes;
        attributes.iter().any(|claim| (&claim.kind, &claim.value) == (&filter.0, &filter.1))
    };
    let all = library.search(&Query::default(), 0, 100).unwrap().items;
    let expected = all.iter().filter(|item| says_so(item.row.id)).count();
    assert!((1..9).contains(&expected));

    // Browsing, with words, and in pages.
    let browse = Query { filters: vec![Chosen::is(filter.0.name(), filter.1.clone())], ..Query::default() };
    let words = Query { text: "a blue mug".to_owned(), ..browse.clone() };
    // The first answer may come before the matching model is loaded.
    while library.search(&words, 0, 1).unwrap().is_partial {}
    for query in [&browse, &words] {
        let page = library.search(query, 0, 100).unwrap();
        assert_eq!((page.total, page.items.len()), (expected as u64, expected));
        assert!(page.items.iter().all(|item| says_so(item.row.id)));
        let last = library.search(query, expected as u64 - 1, 100).unwrap();
        assert_eq!(last.items, page.items[expected - 1..]);
    }
    assert!(library.search(&words, 0, 1).unwrap().items[0].relevance.is_some());
    let nobody = Query {
        filters: vec![Chosen::is(filter.0.name(), filter.1), Chosen::is("material", "moon dust")],
        ..words
    };
    assert_eq!(library.search(&nobody, 0, 10).unwrap().total, 0);
}

#[test]
fn a_changed_word_list_writes_everything_anew_without_reading_photos() {
    let shop = shop();
    let library = shop.open();
    shop.index(&library);
    let before = description(&library, &shop, "0-0.png");
    library.close();
    drop(library);

    let lists = shop.library_folder().join("lists");
    fs::create_dir_all(&lists).unwrap();
    // Words that fit some of the pictures better than saying nothing does, or nothing would be claimed.
    let range: String = ["red", "green", "blue", "yellow"]
        .iter()
        .flat_map(|colour| ["cushion", "snowboard", "t-shirt"].map(|kind| format!("{colour} {kind}\n")))
        .collect();
    fs::write(lists.join("range.txt"), &range).unwrap();
    let library = shop.open();
    assert_eq!(library.summary().unwrap().counts.n_described, 0);
    assert_eq!(description(&library, &shop, "0-0.png"), before, "the old one stays until then");
    library.rescan().unwrap();
    let progress = library.wait().unwrap();
    assert_eq!(progress.state, JobState::Finished);
    let done = |stage| progress.progress.stages.iter().find(|entry| entry.stage == stage).unwrap().done;
    assert_eq!((done(Stage::Read), done(Stage::Embed), done(Stage::Describe)), (0, 0, 9));
    let kind = AttributeKind::Own("range".to_owned());
    let names = (0..3).flat_map(|i| (0..3).map(move |j| format!("{i}-{j}.png")));
    let claims: Vec<String> = names
        .flat_map(|name| description(&library, &shop, &name).attributes)
        .filter(|claim| claim.kind == kind)
        .map(|claim| claim.value)
        .collect();
    assert!(!claims.is_empty() && claims.iter().all(|claim| range.contains(claim)), "{claims:?}");
    let query = Query { filters: vec![Chosen::is("range", claims[0].clone())], ..Query::default() };
    assert!(library.search(&query, 0, 10).unwrap().total >= 1);
}

#[test]
fn a_wrong_word_list_is_named_and_stops_nothing() {
    let shop = shop();
    let lists = shop.library_folder().join("lists");
    fs::create_dir_all(&lists).unwrap();
    fs::write(lists.join("broken.txt"), [0xff, 0xfe, 0x00, 0x01]).unwrap();
    let library = shop.open();
    let progress = shop.index(&library);
    assert!(progress.message.unwrap().contains("broken.txt"));
    assert_eq!(library.summary().unwrap().counts.n_described, 9);
}

#[test]
fn another_pack_keeps_the_old_words_until_it_has_its_own() {
    let shop = shop();
    let library = shop.open();
    shop.index(&library);
    let before = description(&library, &shop, "0-0.png");
    library.use_pack(&shop.other_pack("other")).unwrap();
    assert_eq!(description(&library, &shop, "0-0.png"), before);
    library.wait();
    assert_eq!(library.summary().unwrap().counts.n_described, 9);
    // Sums over another batch may differ in the last digit of a confidence, and in nothing else.
    let mut after = description(&library, &shop, "0-0.png");
    for (claim, old) in after.attributes.iter_mut().zip(&before.attributes) {
        assert!((claim.confidence - old.confidence).abs() < 1e-6, "{claim:?} was {old:?}");
        claim.confidence = old.confidence;
    }
    assert_eq!(after, before, "the same weights write the same");
}
