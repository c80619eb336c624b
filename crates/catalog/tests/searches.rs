//! What people searched for is learnt from: a log of the shop, and what was opened in this window.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

mod support;

use std::{fmt::Write, path::PathBuf};

use image::{Rgb, RgbImage};
use support::{Shop, png, stand_in};
use vitrine_catalog::{
    CatalogError, Library, ProductId,
    search::Query,
    tuning::{TuningOptions, TuningReport},
};

const N: usize = 108;
const COLOURS: [(&str, [u8; 3]); 3] =
    [("red", [200, 30, 30]), ("blue", [30, 30, 200]), ("green", [30, 160, 40])];

/// Mugs, chairs and lamps, each with a number of its own.
fn shop() -> (Shop, Library) {
    let shop = Shop::new();
    let mut list = "image,sku,title,category,colour\n".to_owned();
    for at in 0..N {
        let (colour, rgb) = COLOURS[at % 3];
        let thing = ["mug", "chair", "lamp", "plate"][at % 4];
        let photo = RgbImage::from_fn(64, 64, |x, y| {
            Rgb(if (x / 4 + y / 4 * 16) as usize == at { [250, 250, 250] } else { rgb })
        });
        shop.put(&format!("{at}.png"), &png(&photo));
        writeln!(list, "{at}.png,S-{at:03},{colour} {thing} number{at},{thing}s,{colour}").unwrap();
    }
    shop.put("list.csv", list.as_bytes());
    let (library, _) = shop.open_quick();
    shop.index(&library);
    (shop, library)
}

fn log(shop: &Shop, text: &str) -> PathBuf {
    // Beside the photos, and no list of products.
    let file = shop.folder().join("searches.txt");
    std::fs::write(&file, text).unwrap();
    file
}

fn learn(library: &Library) -> TuningReport {
    library.start_tuning(TuningOptions { is_to_be_used: false, ..TuningOptions::default() }).unwrap();
    while library.tuning_job().is_none_or(|job| !job.state.is_over()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let said = library.tuning_job().and_then(|job| job.message);
    let newest = library.tuning().unwrap().all.first().map(|row| row.id);
    library.tuning_report(newest.unwrap_or_else(|| panic!("nothing was kept: {said:?}"))).unwrap()
}

#[test]
fn a_log_is_taken_over_learnt_from_and_forgotten() {
    let (shop, library) = shop();
    let without = learn(&library).row.n_examples;
    let mut text = "query,sku,count\n".to_owned();
    for at in 0..N {
        writeln!(text, "Thing of the  week{at},s-{at:03},{}", at + 1).unwrap();
    }
    text.push_str("what,Z-999,5\nthing,,1\n");
    let read = library.read_search_log(&log(&shop, &text), &|| true).unwrap();
    assert_eq!((read.name.as_str(), read.n_rows, read.n_queries), ("searches.txt", N as u64 + 2, N as u64));
    assert_eq!((read.n_unknown, read.n_broken, read.n_rare), (1, 1, 0));
    assert_eq!(library.tuning().unwrap().learnable.log, Some(read));
    let report = learn(&library);
    assert!(report.row.n_examples > without, "{} and {without}", report.row.n_examples);
    assert!(report.figures.iter().any(|figure| figure.kind == "searched"), "{:?}", report.figures);

    // A scan changes nothing of it, and neither does a file that is none.
    shop.index(&library);
    let log_of = |library: &Library| library.tuning().unwrap().learnable.log;
    assert!(log_of(&library).is_some());
    library.forget_search_log().unwrap();
    assert_eq!(log_of(&library), None);
    assert_eq!(learn(&library).row.n_examples, without);
}

#[test]
fn a_file_that_is_no_log_says_why_and_leaves_the_one_before() {
    let (shop, library) = shop();
    library.read_search_log(&log(&shop, "query,sku\nmug,S-001\n"), &|| true).unwrap();
    let before = library.tuning().unwrap().learnable.log;
    let check = |text: &str, expected: &str| {
        let error = library.read_search_log(&log(&shop, text), &|| true).unwrap_err();
        assert!(matches!(error, CatalogError::BadSearchLog { .. }), "{error}");
        let told = error.to_string();
        assert!(told.contains("searches.txt cannot be used") && told.contains(expected), "{told}");
        assert_eq!(library.tuning().unwrap().learnable.log, before);
    };
    check("query,total\nmug,7\n", "no column is called \"sku\"");
    check(
        "query,sku\nmug,Z-1\ncup,Z-2\n",
        "none of its numbers is that of a product of this catalog: Z-1, Z-2",
    );
    check("query,sku,count\nmug,S-001,none\n", "look at line 2");
    let missing = library.read_search_log(&shop.folder().join("nowhere.csv"), &|| true).unwrap_err();
    assert!(missing.to_string().contains("nowhere.csv"), "{missing}");
    let many = "query,sku\n".to_owned() + &"mug,S-002\n".repeat(10_000);
    let cancelled = library.read_search_log(&log(&shop, &many), &|| false).unwrap_err();
    assert!(matches!(cancelled, CatalogError::Cancelled));
    assert_eq!(library.tuning().unwrap().learnable.log, before);
}

#[test]
fn what_is_opened_is_kept_only_as_long_as_somebody_wants_that() {
    let (_shop, library) = shop();
    let n_opened = || library.tuning().unwrap().learnable.n_opened;
    let page = library.search(&Query::words("red mug"), 0, 5).unwrap();
    let picture = page.items[0].row.photo.id;
    library.opened_after("red mug", picture).unwrap();
    assert_eq!(n_opened(), 0, "nobody wants it");
    library.keep_opened(true).unwrap();
    assert!(library.tuning().unwrap().learnable.keeps_opened);
    for query in ["Red mug", "red  mug ", "blue", "  "] {
        library.opened_after(query, picture).unwrap();
    }
    library.opened_after("blue", vitrine_catalog::PictureId::new(9_999)).unwrap();
    assert_eq!(n_opened(), 2);
    // It is one more search that is learnt from.
    let with = learn(&library);
    assert!(with.row.n_examples > 0, "{with:?}");
    library.keep_opened(false).unwrap();
    assert_eq!((n_opened(), library.tuning().unwrap().learnable.keeps_opened), (0, false));
}

#[test]
fn a_shop_of_which_little_is_said_is_told_so() {
    let check = |list: &str, n: usize, expected: &str| {
        let shop = Shop::new();
        for at in 0..n {
            shop.put(&format!("{at}.png"), &png(&RgbImage::from_pixel(64, 64, Rgb([at as u8, 90, 40]))));
        }
        shop.put("list.csv", list.as_bytes());
        let (library, _) = shop.open_quick();
        shop.index(&library);
        library.start_tuning(TuningOptions::default()).unwrap();
        let end = loop {
            let job = library.tuning_job().unwrap();
            if job.state.is_over() {
                break job;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        let message = end.message.unwrap();
        assert!(message.contains(expected), "{message}");
        assert_eq!(library.tuning().unwrap().used, None);
        // Searches go on as they were.
        let _: Vec<ProductId> = library
            .search(&Query::words("mug"), 0, 5)
            .unwrap()
            .items
            .iter()
            .map(|item| item.row.id)
            .collect();
    };
    let rows = |of: &dyn Fn(usize) -> String, n: usize| {
        "image,title,category\n".to_owned()
            + &(0..n).map(|at| format!("{at}.png,{}\n", of(at))).collect::<String>()
    };
    check(
        &rows(&|at| format!("red mug {at},mugs"), 3),
        3,
        "There is too little to learn from. Of what is known of 3",
    );
    // All titles alike: nothing can be told apart by words.
    check(&rows(&|_| "Mug,mugs".to_owned(), 120), 120, "so much alike that only");
    // Another script, of which these models know nothing and no word of which comes three times.
    let word = |at: usize| {
        let letters: String = at
            .to_string()
            .chars()
            .map(|digit| char::from_u32('а' as u32 + digit as u32 - 48).unwrap())
            .collect();
        format!("{}{letters}", stand_in::UNKNOWN)
    };
    check(
        &rows(&|at| format!("{},{}", word(at), word(at + 500)), 60),
        60,
        "words that these models do not know",
    );
}
