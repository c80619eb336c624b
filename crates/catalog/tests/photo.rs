//! One photo, described on demand, in every mode and with every kind of model.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::{cell::RefCell, fs};

use support::{Shop, blob, png};
use vitrine_catalog::{
    CaptionStyle, CatalogError, DescribeMode, Library, ListReading, PhotoOptions, PhotoReading, PhotoStep,
};

fn tiny() -> (Shop, Library) {
    let shop = Shop::new();
    shop.put("photo.png", &png(&blob(3)));
    // Few words, so that the chain is short work.
    let lists = shop.library_folder().join("lists");
    fs::create_dir_all(&lists).unwrap();
    fs::write(lists.join("flavours.txt"), "soft light\nred rim\nblue glaze\n").unwrap();
    let library = shop.open_with(vec![shop.tiny_pack()]);
    (shop, library)
}

fn describe(library: &Library, shop: &Shop, options: &PhotoOptions) -> PhotoReading {
    library.describe_photo(&shop.photos().join("photo.png"), options, &|_| true).unwrap()
}

#[test]
fn every_mode_answers_and_tells_how_well_its_words_fit() {
    let (shop, library) = tiny();
    let read = |mode| describe(&library, &shop, &PhotoOptions { mode, ..PhotoOptions::default() });
    let modes = [DescribeMode::Product, DescribeMode::Caption, DescribeMode::Fast, DescribeMode::Classic];
    for mode in modes {
        let reading = read(mode);
        assert!(!reading.text.is_empty() && reading.caption.is_some(), "{mode:?}: {reading:?}");
        assert!((-1.0..=1.0).contains(&reading.similarity.unwrap()), "{mode:?}: {reading:?}");
        // This pack has a matching model, so the words are judged.
        assert!((0.0..=1.0).contains(&reading.match_probability.unwrap()), "{mode:?}: {reading:?}");
        assert_eq!(reading.written.is_some(), mode == DescribeMode::Product);
        // A text tower of 16 tokens may be full after the caption, so phrases need not follow.
        let may_have_phrases = !matches!(mode, DescribeMode::Product | DescribeMode::Caption);
        assert!(may_have_phrases || reading.phrases.is_empty(), "{mode:?}: {reading:?}");
    }
    // `best` compares itself with the others, so it is never farther from the photo.
    let best = read(DescribeMode::Best).similarity.unwrap();
    for mode in [DescribeMode::Caption, DescribeMode::Fast, DescribeMode::Classic] {
        assert!(best >= read(mode).similarity.unwrap() - 1e-4, "{mode:?}");
    }
    let negative = read(DescribeMode::Negative);
    assert!(negative.caption.is_none() && !negative.phrases.is_empty(), "{negative:?}");
}

#[test]
fn nothing_is_stored_and_the_photo_need_not_be_in_the_catalog() {
    let (shop, library) = tiny();
    describe(&library, &shop, &PhotoOptions::default());
    assert_eq!(library.summary().unwrap().counts.n_pictures, 0);
}

#[test]
fn captions_are_drawn_as_asked() {
    let (shop, library) = tiny();
    let caption = |style, prompt: Option<&str>| {
        let prompt = prompt.map(str::to_owned);
        let options = PhotoOptions { mode: DescribeMode::Caption, style, prompt, ..PhotoOptions::default() };
        describe(&library, &shop, &options).text
    };
    let drawn = |seed| caption(CaptionStyle::Nucleus { seed }, None);
    assert_eq!(drawn(5), drawn(5));
    assert!((0..20).any(|seed| drawn(seed) != drawn(5)), "chance never made a difference");
    assert!(caption(CaptionStyle::Greedy, Some("a red mug")).starts_with("a red mug"));
}

#[test]
fn a_person_hears_what_is_done_and_can_stop_it() {
    let (shop, library) = tiny();
    let steps = RefCell::new(Vec::new());
    let options = PhotoOptions { mode: DescribeMode::Best, ..PhotoOptions::default() };
    let photo = shop.photos().join("photo.png");
    let stopped = library.describe_photo(&photo, &options, &|step| {
        steps.borrow_mut().push(step);
        !matches!(steps.borrow().last(), Some(PhotoStep::Trying(..)))
    });
    assert!(matches!(stopped, Err(CatalogError::Cancelled)), "{stopped:?}");
    assert!(steps.borrow().iter().any(|step| matches!(step, PhotoStep::ReadingList(_))));
}

#[test]
fn a_word_list_that_was_begun_is_gone_on_with() {
    let (shop, library) = tiny();
    let reading = |steps: usize| {
        let heard = RefCell::new(Vec::new());
        let ended =
            library.describe_photo(&shop.photos().join("photo.png"), &PhotoOptions::default(), &|step| {
                if let PhotoStep::ReadingList(ListReading { n_done, n_total, .. }) = step {
                    heard.borrow_mut().push((n_done, n_total));
                }
                heard.borrow().len() < steps
            });
        (heard.into_inner(), ended)
    };
    let (first, ended) = reading(4);
    assert!(matches!(ended, Err(CatalogError::Cancelled)), "{ended:?}");
    let (n_done, n_total) = *first.last().unwrap();
    assert!(0 < n_done && n_done < n_total, "{first:?}");
    let (second, ended) = reading(usize::MAX);
    ended.unwrap();
    // The first is heard while it is not known yet who reads.
    assert_eq!(second.iter().find(|(n_done, _)| *n_done > 0), Some(&(n_done, n_total)), "{second:?}");
    let left = fs::read_dir(shop.library_folder().join("cache")).unwrap();
    let endings: Vec<_> = left.map(|entry| entry.unwrap().path().extension().unwrap().to_owned()).collect();
    assert!(endings.iter().all(|ending| ending == "terms"), "{endings:?}");
    assert!(reading(usize::MAX).0.iter().all(|(n_done, _)| *n_done == 0));
}

#[test]
fn what_is_no_picture_is_named() {
    let (shop, library) = tiny();
    let bad = shop.put("bad.jpg", b"no picture");
    let found = library.describe_photo(&bad, &PhotoOptions::default(), &|_| true).unwrap_err();
    assert!(matches!(&found, CatalogError::BadPicture { name, .. } if name.ends_with("bad.jpg")), "{found}");
    let terms = Some(shop.photos().join("nowhere.txt"));
    let options = PhotoOptions { terms, ..PhotoOptions::default() };
    let found = library.describe_photo(&shop.photos().join("photo.png"), &options, &|_| true);
    assert!(matches!(found, Err(CatalogError::NoSuchPath(_))), "{found:?}");
}
