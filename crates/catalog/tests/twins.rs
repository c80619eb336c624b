//! Photos that are alike are found and told apart by how they are; what a person decides of them stays.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::fs;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops};
use support::{Shop, encode, found};
use vitrine_catalog::{
    CatalogError, FieldName, Library, Likeness, PictureId,
    search::Query,
    twins::{TwinDecision, TwinGroup},
};

/// A cup with a handle and stripes; which stripes follows from `seed`.
fn cup(ink: [u8; 3], seed: u32) -> RgbImage {
    RgbImage::from_fn(600, 450, |x, y| {
        let (u, v) = (x as f32 / 600.0, y as f32 / 450.0);
        let right = 0.5 + 0.04 * (seed % 5) as f32;
        let body = (0.2..right).contains(&u) && (0.25..0.85).contains(&v);
        let handle = (right..right + 0.14).contains(&u) && (0.35..0.6).contains(&v);
        let stripe = body && ((v * (9.0 + seed as f32)) as u32).is_multiple_of(3);
        match (stripe, body || handle) {
            (true, _) => Rgb(ink.map(|c| c / 2)),
            (_, true) => Rgb(ink),
            _ => Rgb([238, 236, 230 - (v * 30.0) as u8]),
        }
    })
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    encode(&DynamicImage::ImageRgb8(image.clone()), ImageFormat::Jpeg)
}

/// A shop with a photo and all that may come of it, beside others.
fn shop() -> (Shop, Library) {
    let shop = Shop::new();
    let red = cup([180, 40, 50], 1);
    let small = imageops::resize(&red, 240, 180, imageops::FilterType::Triangle);
    shop.put("cup.png", &support::png(&red));
    shop.put("cup-web.jpg", &jpeg(&small));
    let mirrored =
        imageops::flip_horizontal(&imageops::resize(&red, 560, 420, imageops::FilterType::Triangle));
    shop.put("cup-mirrored.jpg", &jpeg(&mirrored));
    shop.put("cup-cut.jpg", &jpeg(&imageops::crop_imm(&red, 70, 60, 420, 350).to_image()));
    shop.put("lamp.png", &support::png(&support::blob(4)));
    shop.put("lamp copy.png", &support::png(&support::blob(4)));
    shop.put("ball.png", &support::png(&support::blob(9)));
    // Another cup in two colours.
    shop.put("mug-green.png", &support::png(&cup([40, 140, 60], 3)));
    shop.put("mug-blue.png", &support::png(&cup([40, 60, 170], 3)));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    (shop, library)
}

fn names(group: &TwinGroup) -> Vec<String> {
    let stem = |photo: &vitrine_catalog::twins::TwinPhoto| {
        photo.paths[0].file_stem().unwrap().to_string_lossy().into_owned()
    };
    group.photos.iter().map(stem).collect()
}

fn groups(library: &Library) -> Vec<(Likeness, Vec<String>)> {
    let page = library.twins(None, 0, 100).unwrap();
    assert_eq!(page.n_waiting, 0);
    page.groups.iter().map(|group| (group.likeness, names(group))).collect()
}

fn pictures(library: &Library, likeness: Likeness) -> Vec<PictureId> {
    let page = library.twins(Some(likeness), 0, 1).unwrap();
    page.groups[0].photos.iter().map(|photo| photo.row.photo.id).collect()
}

fn shown(library: &Library) -> Vec<String> {
    let mut all = found(&library.search(&Query::default(), 0, 100).unwrap());
    all.sort();
    all
}

const ALL: [&str; 8] =
    ["ball", "cup", "cup-cut", "cup-mirrored", "cup-web", "lamp copy", "mug-blue", "mug-green"];

#[test]
fn copies_crops_and_variants_are_found_and_told_apart() {
    let (_shop, library) = shop();
    let page = library.twins(None, 0, 100).unwrap();
    let told = groups(&library);
    assert_eq!(told[0], (Likeness::Copy, vec!["lamp copy".to_owned()]), "{told:?}");
    assert_eq!(page.groups[0].photos[0].paths.len(), 2);
    // The largest first.
    let cups = ["cup", "cup-mirrored", "cup-cut", "cup-web"].map(str::to_owned).to_vec();
    assert_eq!(told[1], (Likeness::Crop, cups), "{told:?}");
    let mut mugs = told[2].clone();
    mugs.1.sort();
    assert_eq!(mugs, (Likeness::Variant, ["mug-blue", "mug-green"].map(str::to_owned).to_vec()));
    assert_eq!((told.len(), page.total, page.n_by_likeness), (3, 3, [1, 0, 0, 1, 1]));
    // Parts of the list, and one likeness alone.
    assert_eq!(library.twins(None, 1, 1).unwrap().groups[0].likeness, Likeness::Crop);
    let variants = library.twins(Some(Likeness::Variant), 0, 10).unwrap();
    assert_eq!((variants.total, variants.groups.len()), (1, 1));
    assert_eq!(library.twins(Some(Likeness::Mirrored), 0, 10).unwrap().total, 0);
    assert!(matches!(library.decide_twins(&[], TwinDecision::Different), Err(CatalogError::NothingChosen)));
}

#[test]
fn one_is_shown_in_the_place_of_the_others_as_long_as_it_is_there() {
    let (shop, library) = shop();
    assert_eq!(shown(&library), ALL);
    let cups = pictures(&library, Likeness::Crop);
    library.decide_twins(&cups, TwinDecision::Keep(cups[0])).unwrap();
    let left = ["ball", "cup", "lamp copy", "mug-blue", "mug-green"];
    assert_eq!(shown(&library), left);
    let searched = library.search(&Query::words("cup "), 0, 100).unwrap();
    assert_eq!(searched.total, 5, "no search finds them");
    assert_eq!(groups(&library).len(), 2);
    let (n, aside) = library.set_aside(0, 10).unwrap();
    assert_eq!((n, aside.len()), (3, 3));
    for name in ["cup.png", "cup-web.jpg", "cup-mirrored.jpg", "cup-cut.jpg"] {
        assert!(shop.photos().join(name).is_file(), "no file is touched");
    }
    // It outlives the program and further scans.
    library.close();
    drop(library);
    let (library, _) = shop.open_quick();
    shop.put("new.png", &support::png(&support::blob(30)));
    shop.index(&library);
    assert!(!shown(&library).contains(&"cup-web".to_owned()));
    // Without the one that is shown they come back, and go when it does.
    let kept = fs::read(shop.photos().join("cup.png")).unwrap();
    fs::remove_file(shop.photos().join("cup.png")).unwrap();
    shop.index(&library);
    assert!(shown(&library).contains(&"cup-web".to_owned()), "{:?}", shown(&library));
    shop.put("cup.png", &kept);
    shop.index(&library);
    assert!(!shown(&library).contains(&"cup-web".to_owned()));
    // One by one they can be shown again.
    let web = aside.iter().find(|photo| photo.paths[0].ends_with("cup-web.jpg")).unwrap();
    library.show_again(web.row.photo.id).unwrap();
    assert!(shown(&library).contains(&"cup-web".to_owned()));
    assert_eq!(library.set_aside(0, 10).unwrap().0, 2);
}

#[test]
fn decisions_are_taken_back_in_turn() {
    let (_shop, library) = shop();
    let before = groups(&library);
    let cups = pictures(&library, Likeness::Crop);
    library.decide_twins(&cups, TwinDecision::Keep(cups[2])).unwrap();
    let mugs = pictures(&library, Likeness::Variant);
    library.decide_twins(&mugs, TwinDecision::Different).unwrap();
    let lamp = pictures(&library, Likeness::Copy);
    library.decide_twins(&lamp, TwinDecision::Keep(lamp[0])).unwrap();
    assert_eq!(groups(&library), []);
    for _ in 0..3 {
        assert!(library.undo_twin_decision().unwrap());
    }
    assert!(!library.undo_twin_decision().unwrap());
    assert_eq!(groups(&library), before);
    assert_eq!(shown(&library), ALL);
}

#[test]
fn photos_that_a_person_calls_one_product_stay_one() {
    let (shop, library) = shop();
    let mugs = pictures(&library, Likeness::Variant);
    let green = library.products_named("mug-green.png").unwrap()[0];
    library.set_field(green, FieldName::Title, Some("Striped mug")).unwrap();
    library.decide_twins(&mugs, TwinDecision::OneProduct).unwrap();
    let check = |library: &Library| {
        let detail = library.product(green).unwrap();
        assert_eq!(detail.photos.len(), 2);
        assert_eq!(detail.row.title.as_deref(), Some("Striped mug"), "what was said of it stays");
        assert_eq!(shown(library).len(), ALL.len() - 1);
        assert_eq!(library.twins(Some(Likeness::Variant), 0, 1).unwrap().total, 0);
        let named = library.search(&Query::words("striped mug"), 0, 1).unwrap();
        assert_eq!(named.items[0].row.id, green);
    };
    check(&library);
    // Neither a scan nor a list nor the end of the program parts them.
    shop.put("list.csv", b"image,sku,title\nmug-blue.png,M-2,Another mug\n");
    shop.index(&library);
    check(&library);
    library.close();
    drop(library);
    let (library, _) = shop.open_quick();
    shop.index(&library);
    check(&library);
}
