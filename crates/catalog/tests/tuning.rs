//! Searches learn from the shop where that finds more beyond doubt, go back with one word, and find what is new.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

mod support;

use std::fmt::Write;

use image::{Rgb, RgbImage};
use support::{Shop, png, stand_in};
use vitrine_catalog::{
    CatalogError, FieldName, Library, ProductId,
    jobs::JobState,
    search::Query,
    tuning::{TuningOptions, TuningReport, TuningRow},
};

const COLOURS: [(&str, [u8; 3]); 6] = [
    ("red", [200, 30, 30]),
    ("blue", [30, 30, 200]),
    ("green", [30, 160, 40]),
    ("yellow", [220, 200, 40]),
    ("black", [20, 20, 20]),
    ("orange", [230, 130, 30]),
];
const ALL: usize = 2 * COLOURS.len() * THINGS.len();
const THINGS: [&str; 9] = ["mug", "chair", "lamp", "shirt", "clock", "plate", "bowl", "bag", "ring"];

/// A square of a colour, with a mark in a place that tells which thing it is.
fn photo(thing: usize, rgb: [u8; 3], shade: u8) -> Vec<u8> {
    let side = 96;
    png(&RgbImage::from_fn(side, side, |x, y| {
        let cell = (y * 3 / side * 3 + x * 3 / side) as usize;
        Rgb(if cell == thing { [255 - shade; 3] } else { rgb })
    }))
}

/// A photo of each thing in each colour, with a list that says what it is.
fn shop(n: usize) -> (Shop, Library) {
    let shop = Shop::new();
    let mut list = "image,title,category,colour,brand,description\n".to_owned();
    let each = |shade| {
        let of = move |colour| THINGS.iter().enumerate().map(move |thing| (colour, thing, shade));
        COLOURS.iter().flat_map(of)
    };
    let all = each(0).chain(each(40));
    for (at, ((colour, rgb), (place, thing), shade)) in all.take(n).enumerate() {
        shop.put(&format!("{at}.png"), &photo(place, *rgb, shade));
        let brand = ["Poppy", "Clover", "Fern"][at % 3];
        writeln!(
            list,
            "{at}.png,{brand} {colour} {thing},Home > {thing}s,{colour},{brand},A {colour} {thing} of the collection {}{colour}",
            stand_in::UNKNOWN
        )
        .unwrap();
    }
    shop.put("list.csv", list.as_bytes());
    let (library, _) = shop.open_quick();
    shop.index(&library);
    (shop, library)
}

type Found = Vec<(ProductId, f32)>;

fn found(library: &Library, text: &str) -> Found {
    let page = library.search(&Query::words(text), 0, 200).unwrap();
    page.items.into_iter().map(|item| (item.row.id, item.score.unwrap())).collect()
}

/// Learns to the end; what is said of it, and what was kept.
fn learn(library: &Library, options: TuningOptions) -> (String, Option<TuningReport>) {
    library.start_tuning(options).unwrap();
    let end = end_of(library);
    assert_eq!(end.state, JobState::Finished, "{:?}", end.message);
    let newest = library.tuning().unwrap().all.first().map(|row| row.id);
    (end.message.unwrap(), newest.map(|id| library.tuning_report(id).unwrap()))
}

fn end_of(library: &Library) -> vitrine_catalog::jobs::JobSnapshot {
    loop {
        let job = library.tuning_job().unwrap();
        if job.state.is_over() {
            return job;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Scores are computed in batches, so their last digits differ.
fn assert_alike(one: &Found, other: &Found, what: &str) {
    assert_eq!(one.len(), other.len(), "{what}");
    let by_product = |found: &Found| found.iter().copied().collect::<std::collections::HashMap<_, _>>();
    let other = by_product(other);
    for (product, score) in one {
        assert!((score - other[product]).abs() < 1e-4, "{what}, {product}: {score} and {}", other[product]);
    }
}

#[test]
fn what_is_better_is_used_until_somebody_goes_back() {
    let (shop, library) = shop(ALL);
    let ask = |library: &Library| found(library, "red chair");
    let before = ask(&library);
    let (sentence, report) = learn(&library, TuningOptions::default());
    assert!(sentence.starts_with("Searches find more with it"), "{sentence}");
    let TuningReport { row, figures, points } = report.unwrap();
    assert!(row.is_used && row.is_usable && row.n_products == ALL as u64, "{row:?}");
    assert!(figures[0].kind == "all" && figures[0].after > figures[0].before, "{figures:?}");
    assert!(points.windows(2).all(|two| two[0].step < two[1].step) && !points.is_empty());
    let tuned = ask(&library);
    assert_ne!(tuned, before);
    // A word that the models were never taught means something from now on.
    let unknown = |library: &Library, text: &str| library.search(&Query::words(text), 0, 5).unwrap().unknown;
    let own = format!("{}red lamp", stand_in::UNKNOWN);
    assert!(unknown(&library, &own).is_empty());
    let nothing = format!("{}thing lamp", stand_in::UNKNOWN);
    assert_eq!(unknown(&library, &nothing), [format!("{}thing", stand_in::UNKNOWN)]);
    assert_eq!(library.tuning().unwrap().used, Some(row.clone()));

    // Why it is found adds up with what was learnt as well.
    let why = library.explain(&Query::words("red chair"), tuned[0].0).unwrap().why.unwrap();
    let sum: f32 = why.parts.iter().map(|part| part.gave).sum();
    assert!((sum - why.relevance).abs() < 1e-3 && (why.relevance - tuned[0].1).abs() < 1e-3);

    // Both can be seen beside each other, whatever is in use.
    let (was, is) = library.compare_tuning(row.id, &Query::words("red chair"), 200).unwrap();
    let scores = |page: vitrine_catalog::search::Page| -> Found {
        page.items.into_iter().map(|item| (item.row.id, item.score.unwrap())).collect()
    };
    assert_alike(&scores(was), &before, "beside");
    assert_alike(&scores(is), &tuned, "beside");

    // It outlives the program; and so does going back.
    library.close();
    drop(library);
    let (library, _) = shop.open_quick();
    assert_alike(&ask(&library), &tuned, "again");
    assert!(matches!(library.remove_tuning(row.id), Err(CatalogError::TuningInUse)));
    library.use_tuning(None).unwrap();
    assert_alike(&ask(&library), &before, "again");
    assert_eq!(unknown(&library, &own), [format!("{}red", stand_in::UNKNOWN)]);
    library.close();
    drop(library);
    let (library, _) = shop.open_quick();
    assert_alike(&ask(&library), &before, "again");
    library.use_tuning(Some(row.id)).unwrap();
    assert_alike(&ask(&library), &tuned, "again");

    library.use_tuning(None).unwrap();
    library.remove_tuning(row.id).unwrap();
    assert!(matches!(library.use_tuning(Some(row.id)), Err(CatalogError::NoSuchTuning)));
}

#[test]
fn what_is_new_or_changed_is_found_as_if_everything_were_read_anew() {
    let (shop, library) = shop(ALL);
    learn(&library, TuningOptions::default());
    assert!(library.tuning().unwrap().used.is_some());
    let check = |library: &Library, what: &str| {
        let found = found(library, "green lamp");
        library.close();
        let _ = std::fs::remove_dir_all(shop.library_folder().join("cache"));
        let (other, _) = shop.open_quick();
        assert!(other.tuning().unwrap().used.is_some(), "{what}");
        let anew = self::found(&other, "green lamp");
        assert_eq!(found.len(), anew.len(), "{what}");
        // The sample of the catalog against which scores are set is taken anew only after more changes than these: it
        // moves all scores alike, but for those of products that only words find.
        let anew: std::collections::HashMap<_, _> = anew.into_iter().collect();
        let moves: Found = found.iter().map(|(product, score)| (*product, score - anew[product])).collect();
        let moved = moves.iter().map(|(_, by)| *by).max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap();
        for (product, by) in moves {
            assert!((by - moved).abs() < 1e-4 || by.abs() < 1e-4, "{what}: {product} by {by} and {moved}");
        }
        other.close();
    };
    shop.put("new.png", &photo(2, [30, 160, 40], 20));
    shop.put("new.csv", b"image,title,colour\nnew.png,Another green lamp,green\n");
    shop.index(&library);
    assert_eq!(found(&library, "green lamp").len(), ALL + 1);
    check(&library, "a photo that came");
    // A second photo of a product: what is known of the first one is more by it.
    let one = found(&library, "green lamp")[0].0;
    library.set_field(one, FieldName::Material, Some("A green plate")).unwrap();
    library.set_field(one, FieldName::Colour, Some("blue")).unwrap();
    check(&library, "what a person said");
    shop.put("another.csv", b"image,title,sku\n1.png|2.png|3.png,Three chairs,C3\n");
    shop.index(&library);
    check(&library, "products that were put together");
    std::fs::remove_file(shop.photos().join("2.png")).unwrap();
    shop.index(&library);
    check(&library, "a photo that went");
}

#[test]
fn a_trial_changes_no_search_and_is_the_same_of_the_same_seed() {
    let (_shop, library) = shop(ALL);
    let before = found(&library, "red chair");
    let trial = TuningOptions { is_to_be_used: false, ..TuningOptions::default() };
    let (sentence, report) = learn(&library, trial);
    assert_eq!(found(&library, "red chair"), before);
    let (again, other) = learn(&library, trial);
    assert_eq!(sentence, again);
    let (report, other) = (report.unwrap(), other.unwrap());
    assert_eq!((&report.figures, &report.points), (&other.figures, &other.points));
    // Both are kept, and one of them can be used.
    let kept = library.tuning().unwrap();
    assert!(kept.all.len() == 2 && kept.used.is_none() && !kept.is_unfinished);
    library.use_tuning(Some(other.row.id)).unwrap();
    let used: Vec<TuningRow> = library.tuning().unwrap().all.into_iter().filter(|row| row.is_used).collect();
    assert_eq!(used.len(), 1);
}

#[test]
fn one_that_was_cut_off_goes_on_to_the_same_end() {
    let (_shop, library) = shop(ALL);
    let trial = TuningOptions { is_to_be_used: false, ..TuningOptions::default() };
    library.start_tuning(trial).unwrap();
    assert!(matches!(library.start_tuning(trial), Err(CatalogError::AlreadyLearning)));
    while library.tuning().unwrap().points.len() < 3 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    library.stop_tuning();
    let cut = library.tuning().unwrap();
    assert!(cut.is_unfinished && cut.all.is_empty() && cut.points.len() >= 3, "{cut:?}");
    let (_, resumed) = learn(&library, trial);
    let resumed = resumed.unwrap();
    let held_out = |report: &TuningReport| -> Vec<(u32, f64)> {
        report.points.iter().map(|point| (point.step, point.held_out)).collect()
    };
    assert_eq!(
        held_out(&resumed)[..3],
        cut.points.iter().map(|p| (p.step, p.held_out)).collect::<Vec<_>>()[..3]
    );
    let (_, whole) = learn(&library, trial);
    let whole = whole.unwrap();
    assert_eq!(held_out(&resumed), held_out(&whole));
    assert_eq!(resumed.figures, whole.figures);

    // What a person ends leaves nothing.
    library.start_tuning(trial).unwrap();
    while library.tuning().unwrap().points.is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    library.cancel_tuning().unwrap();
    let after = library.tuning().unwrap();
    assert!(!after.is_unfinished && after.points.is_empty() && after.all.len() == 2, "{after:?}");
}

#[test]
fn a_shop_with_too_little_is_told_so() {
    let (_shop, library) = shop(3);
    let (sentence, report) = learn(&library, TuningOptions::default());
    assert!(sentence.starts_with("There is too little to learn from") && report.is_none(), "{sentence}");
    let state = library.tuning().unwrap();
    assert_eq!(state.learnable.n_products, 3);
    assert!(state.learnable.n_with.contains(&(FieldName::Title, 3)) && state.learnable.n_needed > 3);
}
