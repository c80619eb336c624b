//! Changing the pack: what answers meanwhile, after a restart, after an undo.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::fs;

use support::{Shop, ranked};
use vitrine_catalog::{CatalogError, Library, LibraryOptions, Precision, jobs::JobState, search::Query};

/// What was asked for, and what models compute in.
fn precisions(library: &Library) -> (Precision, Precision) {
    (library.precision().unwrap(), library.models().unwrap().precision)
}

fn pack(library: &Library) -> String {
    library.models().unwrap().name
}

#[test]
fn the_old_pack_answers_until_the_new_one_is_complete() {
    let shop = Shop::new();
    shop.put_photos(40);
    let library = shop.open();
    shop.index(&library);
    let words = Query::words("a red ball");
    let before = ranked(&library, &words);

    let other = shop.other_pack("other");
    library.use_pack(&other).unwrap();
    library.cancel();
    assert_eq!(library.wait().unwrap().state, JobState::Cancelled);
    let change = library.pack_change().unwrap().unwrap();
    assert_eq!((change.from.as_str(), change.to.as_str(), change.n_total), ("starter", "other", 40));
    assert!(change.n_done < 40, "{change:?}");
    assert_eq!(pack(&library), "starter");
    assert_eq!(ranked(&library, &words), before);
    library.close();
    drop(library);

    // After a restart the change goes on.
    let library = shop.open();
    assert_eq!(library.pack_change().unwrap().unwrap().to, "other");
    assert_eq!((pack(&library), ranked(&library, &words)), ("starter".to_owned(), before.clone()));
    library.rescan().unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!((pack(&library), library.pack_change().unwrap()), ("other".to_owned(), None));
    assert_eq!(library.summary().unwrap().counts.n_searchable, 40);
    assert_eq!(ranked(&library, &words), before, "the same weights under another name");
    library.close();
    drop(library);

    // It stays, and going back takes no work.
    let library = shop.open();
    assert_eq!(pack(&library), "other");
    library.undo_pack_change().unwrap();
    assert_eq!((pack(&library), library.pack_change().unwrap()), ("starter".to_owned(), None));
    assert_eq!(ranked(&library, &words), before);
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
}

#[test]
fn other_numbers_are_another_pack_as_far_as_searches_go() {
    let shop = Shop::new();
    shop.put_photos(40);
    let library = shop.open();
    shop.index(&library);
    let words = Query::words("a red ball");
    let before = ranked(&library, &words);
    // The pack says of itself that it answers in int8 as in f32.
    assert_eq!(precisions(&library), (Precision::Auto, Precision::Int8));
    // What suits this device, by its name: nothing is read again.
    library.use_precision(Precision::Int8).unwrap();
    assert_eq!(precisions(&library), (Precision::Int8, Precision::Int8));
    assert_eq!(library.pack_change().unwrap(), None);
    library.wait();

    library.use_precision(Precision::F32).unwrap();
    library.cancel();
    assert_eq!(library.wait().unwrap().state, JobState::Cancelled);
    let change = library.pack_change().unwrap().unwrap();
    assert_eq!((change.from.as_str(), change.to.as_str()), ("starter", "starter"));
    assert_eq!(change.precision, Precision::F32);
    // Vectors of both kinds are in the store now, and never in one answer.
    assert_eq!(ranked(&library, &words), before);
    library.close();
    drop(library);

    let library = shop.open();
    assert_eq!(ranked(&library, &words), before);
    library.rescan().unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(precisions(&library), (Precision::F32, Precision::F32));
    let after = ranked(&library, &words);
    assert_eq!(after.len(), before.len());
    assert!(after != before, "nothing was computed anew");
    library.close();
    drop(library);

    let library = shop.open();
    assert_eq!((precisions(&library), ranked(&library, &words)), ((Precision::F32, Precision::F32), after));
    library.undo_pack_change().unwrap();
    assert_eq!(precisions(&library), (Precision::Int8, Precision::Int8));
    // Descriptions may say other things in other numbers: their words are those of the run that follows.
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(ranked(&library, &words), before);
}

#[test]
fn what_suits_a_library_is_what_most_of_its_vectors_were_made_in() {
    let shop = Shop::new();
    let indexed_in = |precision| {
        let options = LibraryOptions { precision: Some(precision), ..shop.options() };
        let library = Library::open(options).unwrap();
        shop.index(&library);
        let found = ranked(&library, &Query::words("a red ball"));
        library.close();
        found
    };
    // As a change leaves behind that was given up half-way.
    shop.put_photos(6);
    indexed_in(Precision::Int8);
    shop.put_photos(20);
    let before = indexed_in(Precision::F32);
    assert_eq!(before.len(), 20);
    let library = shop.open();
    assert_eq!(precisions(&library), (Precision::Auto, Precision::F32));
    assert_eq!(ranked(&library, &Query::words("a red ball")), before);
    library.close();
    drop(library);

    // A pack that says nothing of itself computes in what suits the processor, and never in int8.
    let shop = Shop::new();
    let library = shop.open_with(vec![shop.tiny_pack()]);
    assert_ne!(library.models().unwrap().precision, Precision::Int8);
}

#[test]
fn a_change_that_is_under_way_can_be_given_up() {
    let shop = Shop::new();
    shop.put_photos(30);
    let library = shop.open();
    shop.index(&library);
    library.use_pack(&shop.other_pack("other")).unwrap();
    library.undo_pack_change().unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!((pack(&library), library.pack_change().unwrap()), ("starter".to_owned(), None));
    // Nothing to go back to: nothing happens.
    library.undo_pack_change().unwrap();
    assert_eq!(pack(&library), "starter");
}

#[test]
fn vectors_of_another_length_take_over_whole() {
    let shop = Shop::new();
    shop.put_photos(12);
    let library = shop.open();
    shop.index(&library);
    let words = Query::words("a red ball");
    let before = ranked(&library, &words);
    let token = library.query_picture_from_file(&shop.photos().join("photo-003.png")).unwrap().token;
    let picture = Query { pictures: vec![(token, 1.0)], ..Query::default() };
    library.use_pack(&shop.tiny_pack()).unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(pack(&library), "tiny");
    assert_eq!(ranked(&library, &words).len(), 12);
    assert_eq!(ranked(&library, &picture).len(), 12);
    library.undo_pack_change().unwrap();
    assert_eq!(pack(&library), "starter");
    // Vectors change places at once; the words of descriptions are written anew by the run that follows.
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(ranked(&library, &words), before);
}

#[test]
fn a_query_picture_outlives_the_change() {
    let shop = Shop::new();
    shop.put_photos(6);
    let library = shop.open();
    shop.index(&library);
    let token = library.query_picture_from_file(&shop.photos().join("photo-003.png")).unwrap().token;
    library.use_pack(&shop.other_pack("other")).unwrap();
    library.wait();
    assert_eq!(pack(&library), "other");
    let page = library.search(&Query { pictures: vec![(token, 1.0)], ..Query::default() }, 0, 1).unwrap();
    assert_eq!(page.items[0].row.photo.path, shop.photos().join("photo-003.png"));
}

#[test]
fn photos_that_come_and_go_meanwhile_are_right_afterwards() {
    let shop = Shop::new();
    shop.put_photos(20);
    let library = shop.open();
    shop.index(&library);
    library.use_pack(&shop.other_pack("other")).unwrap();
    fs::remove_file(shop.photos().join("photo-000.png")).unwrap();
    fs::rename(shop.photos().join("photo-001.png"), shop.photos().join("renamed.png")).unwrap();
    shop.put("new.png", &support::png(&support::blob(900)));
    library.rescan().unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(pack(&library), "other");
    let found = ranked(&library, &Query::words("a ball"));
    assert_eq!(found.len(), 20);
    assert!(
        ["new.png", "renamed.png"].iter().all(|name| found.iter().any(|(path, ..)| path.ends_with(name)))
    );
    library.undo_pack_change().unwrap();
    library.wait();
    assert_eq!(ranked(&library, &Query::words("a ball")).len(), 20);
}

#[test]
fn a_pack_that_cannot_be_used_changes_nothing() {
    let shop = Shop::new();
    shop.put_photos(3);
    let library = shop.open();
    shop.index(&library);
    let broken = shop.other_pack("broken");
    fs::write(broken.join("clip/config.json"), "{}").unwrap();
    assert!(matches!(library.use_pack(&broken), Err(CatalogError::Model(_))));
    assert!(matches!(library.use_pack(&broken.join("nowhere")), Err(CatalogError::NoSuchPath(_))));
    assert_eq!((pack(&library), library.pack_change().unwrap()), ("starter".to_owned(), None));
    assert_eq!(ranked(&library, &Query::words("a ball")).len(), 3);
}

#[test]
fn a_chosen_pack_that_is_gone_is_named_and_nothing_else_takes_its_place() {
    let shop = Shop::new();
    shop.put_photos(3);
    let other = shop.other_pack("other");
    let library = shop.open();
    shop.index(&library);
    library.use_pack(&other).unwrap();
    library.wait();
    library.close();
    drop(library);
    let away = other.with_extension("away");
    fs::rename(&other, &away).unwrap();

    let library = shop.open();
    let problem = library.models().unwrap_err().to_string();
    assert!(problem.contains(&other.display().to_string()), "{problem}");
    assert_eq!(library.search(&Query::default(), 0, 10).unwrap().items.len(), 3, "browsing works");
    assert!(library.search(&Query::words("a ball"), 0, 10).is_err());
    // The way out: another pack, whose vectors are still there.
    library.use_pack(&support::starter_pack()).unwrap();
    assert_eq!(library.search(&Query::words("a ball"), 0, 10).unwrap().items.len(), 3);
    library.wait();
    library.close();
    drop(library);
    fs::rename(&away, &other).unwrap();
    assert_eq!(pack(&shop.open()), "starter");
}
