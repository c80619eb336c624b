//! What is wrong with photos and products is found, counted, and each count is that of a list.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use image::{Rgb, RgbImage, imageops};
use support::{
    Shop, boxed,
    damage::{framed, lit},
    png,
};
use vitrine_catalog::{
    Library,
    health::{Problem, marked, measure, photo_problems},
    review::{Decision, ReviewText},
    search::{Chosen, Query},
};

/// A sharp photo of some texture, each seed another one.
fn photo(side: u32, seed: u32) -> RgbImage {
    let mut photo = RgbImage::from_pixel(side, side, Rgb([236, 236, 232]));
    for at in 0..40 {
        let next = |step: u32| {
            let hash = blake3::hash(format!("{seed} {at} {step}").as_bytes());
            u32::from(u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]])) % 1_009
        };
        let (x, y) = (side / 8 + next(1) * side / 2 / 1_009, side / 8 + next(2) * side / 2 / 1_009);
        let shade = (40 + next(3) % 150) as u8;
        for dy in 0..side / 8 {
            for dx in 0..side / 10 {
                photo.put_pixel(x + dx, y + dy, Rgb([shade, shade / 2 + 30, 200 - shade]));
            }
        }
    }
    photo
}

#[test]
fn a_photo_s_problems_are_those_that_it_has() {
    let good = photo(320, 1);
    let check = |photo: &RgbImage, expected: &[Problem]| {
        assert_eq!(photo_problems((800, 800), false, Some(&measure(photo))), expected);
    };
    check(&good, &[]);
    check(&imageops::blur(&good, 2.5), &[Problem::Blurred]);
    check(&lit(&good, |value| value * 0.3), &[Problem::Dark]);
    check(&lit(&good, |value| 255.0 - (255.0 - value) * 0.15), &[Problem::Pale]);
    check(&framed(&good, (0, 30), [0, 0, 0]), &[Problem::Framed]);
    check(&framed(&good, (6, 6), [200, 20, 30]), &[Problem::Framed]);
    // A product on white has much white around it, and no frame.
    check(&framed(&good, (40, 40), [255, 255, 255]), &[]);
    // One colour and nothing else: nothing can be told of its sharpness.
    assert_eq!(measure(&RgbImage::from_pixel(64, 64, Rgb([120, 130, 140]))).edge_width, None);
    assert!(!measure(&RgbImage::new(1, 1)).is_framed);
}

#[test]
fn sizes_are_those_that_shops_ask_for() {
    let check = |size: (u32, u32), is_apparel: bool, expected: &[Problem]| {
        assert_eq!(photo_problems(size, is_apparel, None), expected, "{size:?} {is_apparel}");
    };
    check((99, 4_000), false, &[Problem::Tiny]);
    check((100, 100), false, &[Problem::Small]);
    check((249, 249), true, &[Problem::Tiny]);
    check((250, 250), true, &[Problem::Small]);
    check((499, 500), false, &[Problem::Small]);
    check((500, 500), true, &[]);
}

/// Two lines across a photo, as a mark.
fn watermarked(photo: &RgbImage) -> RgbImage {
    let mut photo = photo.clone();
    let side = photo.width();
    for at in 0..side / 2 {
        for thick in 0..6 {
            for (x, y) in [(side / 4 + at, side / 3 + thick), (side / 4 + at, side / 4 + at / 2 + thick)] {
                let Rgb(pixel) = photo.get_pixel_mut(x, y);
                *pixel = pixel.map(|value| value / 2);
            }
        }
    }
    photo
}

#[test]
fn a_mark_is_told_by_many_photos_and_by_none_alone() {
    let plain: Vec<RgbImage> = (0..60).map(|seed| photo(160, seed)).collect();
    let all: Vec<RgbImage> = plain.iter().map(watermarked).collect();
    let most: Vec<RgbImage> = all.iter().take(40).chain(&plain[40..]).cloned().collect();
    let count = |photos: &[RgbImage]| marked(photos).into_iter().filter(|is_marked| *is_marked).count();
    assert_eq!(count(&plain), 0);
    assert_eq!(count(&all[..20]), 0, "too few to tell");
    assert!(count(&all) >= 54, "{}", count(&all));
    let told = marked(&most);
    assert!(told[..40].iter().filter(|is_marked| **is_marked).count() >= 36);
    assert!(!told[40..].contains(&true));
}

fn with_problem(library: &Library, problem: Problem) -> Vec<String> {
    let filters = vec![Chosen::is("problem", problem.name())];
    let mut names = support::found(&support::whole(library, &Query { filters, ..Query::default() }));
    names.sort();
    names
}

#[test]
fn every_number_of_the_health_is_that_of_a_list() {
    let shop = Shop::new();
    let put = |name: &str, photo: &RgbImage| shop.put(name, &png(photo));
    put("good.png", &photo(640, 1));
    put("tiny.png", &photo(90, 2));
    put("small.png", &boxed(300, [200, 30, 40]));
    put("blurred.png", &imageops::blur(&photo(640, 3), 6.0));
    put("dark.png", &lit(&photo(640, 4), |value| value * 0.3));
    let long = "A very long title ".repeat(10);
    shop.put(
        "list.csv",
        format!("Name;Bild;Alternativtext\nGood thing;good.png;A good thing\n{long};dark.png;\nAway;away.png;\nAway too;away2.png;\n")
            .as_bytes(),
    );
    let (library, _) = shop.open_quick();
    shop.index(&library);

    let check = |problem: Problem, expected: &[&str]| {
        assert_eq!(with_problem(&library, problem), expected, "{problem:?}");
        let health = library.health().unwrap();
        let counted = health.n_by_problem.iter().find(|(other, _)| *other == problem).unwrap().1;
        assert_eq!(counted, expected.len() as u64, "{problem:?}");
    };
    check(Problem::Tiny, &["tiny"]);
    check(Problem::Small, &["small"]);
    check(Problem::Blurred, &["blurred"]);
    check(Problem::Dark, &["dark"]);
    check(Problem::Framed, &[]);
    check(Problem::Wordy, &["dark"]);
    check(Problem::Untitled, &["blurred", "small", "tiny"]);
    check(Problem::NoAlt, &["blurred", "dark", "small", "tiny"]);

    let health = library.health().unwrap();
    assert_eq!((health.n_products, health.n_unmeasured, health.n_without_photo), (5, 0, 2));
    assert_eq!(health.n_with_problem, 4);
    let away = library.unphotographed(0, 10).unwrap();
    let titles: Vec<_> = away.iter().map(|product| product.title.as_deref().unwrap()).collect();
    assert_eq!(titles, ["Away", "Away too"]);
    assert_eq!(library.unphotographed(1, 10).unwrap().len(), 1);

    // What a person approves is an alternative text from then on; what is taken back counts no more.
    let blurred = library.products_named("blurred.png").unwrap()[0];
    let words =
        ReviewText { title: "Box".into(), text: "A box of many colours.".into(), alt_text: "A box".into() };
    library.decide_review(blurred, Decision::Edit(words)).unwrap();
    check(Problem::NoAlt, &["dark", "small", "tiny"]);
    check(Problem::Untitled, &["small", "tiny"]);
    let day = &library.health().unwrap().days;
    assert_eq!((day.len(), day[0].n_edited, day[0].n_approved), (1, 1, 0));
    library.undo_review().unwrap();
    check(Problem::Untitled, &["blurred", "small", "tiny"]);
    assert!(library.health().unwrap().days.is_empty());
}
