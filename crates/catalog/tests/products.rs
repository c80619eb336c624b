//! Products of several photos: from lists, names and folders, and what people say of them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::{fs, path::Path, time::Duration};

use support::{Shop, blob, boxed, png};
use vitrine_catalog::{
    FieldName, GroupBy, Grouping, Library, ProductDetail,
    jobs::JobState,
    search::{Chosen, Like, Query},
};

fn detail(library: &Library, file: &Path) -> ProductDetail {
    library.product(library.product_at(file).unwrap()).unwrap()
}

fn title(library: &Library, file: &Path) -> Option<String> {
    detail(library, file).row.title
}

fn n_products(library: &Library) -> u64 {
    library.search(&Query::default(), 0, 0).unwrap().total
}

fn run(library: &Library) {
    library.rescan().unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
}

#[test]
fn a_list_makes_products_of_several_photos() {
    let shop = Shop::new();
    let photos: Vec<_> = (1..=4).map(|seed| shop.put(&format!("{seed}.png"), &png(&blob(seed)))).collect();
    shop.put(
        "list.csv",
        "sku;title;price;image\nA7;Poppy mug;14,50;1.png|2.png\nB1;Tee;9,00;3.png\nC9;Lamp;30;lost.png\n"
            .as_bytes(),
    );
    let (library, _) = shop.open_quick();
    shop.index(&library);
    assert_eq!(n_products(&library), 3, "two of the list, and a photo alone");
    let summary = library.summary().unwrap();
    assert_eq!((summary.counts.n_products, summary.counts.n_pictures, summary.n_without_photo), (3, 4, 1));

    let mug = detail(&library, &photos[1]);
    assert_eq!((mug.row.title.as_deref(), mug.photos.len()), (Some("Poppy mug"), 2));
    assert_eq!(mug.grouping, Grouping::List);
    assert_eq!(mug.photos[0].files[0].path, photos[0]);
    let sku = mug.fields.iter().find(|field| field.name == FieldName::Sku).unwrap();
    assert_eq!(sku.value, "A7");

    // A search ranks photos and answers products, each with its best photo.
    let picture = library.query_picture_from_file(&photos[1]).unwrap();
    let query = Query { pictures: vec![(picture.token, 1.0)], ..Query::default() };
    let page = library.search(&query, 0, 10).unwrap();
    assert_eq!((page.total, page.items.len()), (3, 3));
    assert_eq!(page.items[0].row.id, mug.row.id);
    assert_eq!(page.items[0].row.photo.path, photos[1]);
    let like = Query { products: vec![Like::product(mug.row.id)], ..Query::default() };
    let page = library.search(&like, 0, 10).unwrap();
    assert_eq!((page.total, page.items.len()), (2, 2), "a product is not like itself, by none of its photos");
}

#[test]
fn a_copied_or_edited_photo_keeps_its_title() {
    let shop = Shop::new();
    let photo = shop.put("mug.png", &png(&blob(1)));
    shop.put("list.csv", b"image,title\nMUG.png,Poppy mug\n");
    let (library, _) = shop.open_quick();
    shop.index(&library);
    // A name that sorts before the listed one.
    let copy = shop.photos().join("a-copy.png");
    fs::copy(&photo, &copy).unwrap();
    run(&library);
    assert_eq!(title(&library, &copy).as_deref(), Some("Poppy mug"));
    assert_eq!(n_products(&library), 1);
    let id = library.product_at(&photo).unwrap();
    // Edited: other content at the listed path.
    fs::remove_file(&copy).unwrap();
    fs::write(&photo, png(&blob(2))).unwrap();
    run(&library);
    assert_eq!(title(&library, &photo).as_deref(), Some("Poppy mug"));
    assert_eq!(library.product_at(&photo).unwrap(), id, "it is the same product");
}

#[test]
fn a_list_that_changes_in_a_watched_folder_is_read_at_once() {
    let shop = Shop::new();
    let photo = shop.put("mug.png", &png(&blob(1)));
    let (library, _) = shop.open_quick();
    library.watch().unwrap();
    shop.index(&library);
    let until = |expected: Option<&str>| {
        for _ in 0..100 {
            if title(&library, &photo).as_deref() == expected {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{:?} where {expected:?} was due", title(&library, &photo));
    };
    shop.put("list.csv", b"image,title\nmug.png,First\n");
    until(Some("First"));
    shop.put("list.csv", b"image,title\nmug.png,Second name\n");
    until(Some("Second name"));
    fs::remove_file(shop.photos().join("list.csv")).unwrap();
    until(None);
    library.close();
}

#[test]
fn a_person_goes_before_a_list_and_is_never_overwritten() {
    let shop = Shop::new();
    let photo = shop.put("mug.png", &png(&blob(1)));
    shop.put("list.csv", b"sku,image,title,price\nA7,mug.png,List title,1\n");
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let id = library.product_at(&photo).unwrap();
    library.set_field(id, FieldName::Title, Some("My title")).unwrap();
    shop.put("list.csv", b"sku,image,title,price\nA7,mug.png,New list title,2\n");
    run(&library);
    assert_eq!(title(&library, &photo).as_deref(), Some("My title"));
    // Also where the folder is taken out and comes back.
    let source = library.summary().unwrap().sources[0].id;
    library.remove_source(source).unwrap();
    assert_eq!(n_products(&library), 0);
    shop.index(&library);
    assert_eq!(library.product_at(&photo).unwrap(), id);
    assert_eq!(title(&library, &photo).as_deref(), Some("My title"));
    // Taken back, the list's counts again.
    library.set_field(id, FieldName::Title, None).unwrap();
    assert_eq!(title(&library, &photo).as_deref(), Some("New list title"));
}

#[test]
fn what_a_person_said_of_a_photo_alone_outlives_everything() {
    let shop = Shop::new();
    let photo = shop.put("mug.png", &png(&blob(1)));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let id = library.product_at(&photo).unwrap();
    library.set_field(id, FieldName::Title, Some("My title")).unwrap();
    let moved = shop.put("deep/er.png", &png(&blob(1)));
    fs::remove_file(&photo).unwrap();
    run(&library);
    assert_eq!(title(&library, &moved).as_deref(), Some("My title"));
    fs::remove_file(&moved).unwrap();
    shop.put("other.png", &png(&blob(5)));
    run(&library);
    assert_eq!(library.forget_gone().unwrap(), 0, "a person decided something about it");
    fs::write(&photo, png(&blob(1))).unwrap();
    run(&library);
    assert_eq!(title(&library, &photo).as_deref(), Some("My title"));
}

#[test]
fn names_and_folders_group_where_that_is_switched_on() {
    let shop = Shop::new();
    for (name, seed) in [
        ("A7_1.png", 1),
        ("A7_2.png", 2),
        ("A7-back.png", 3),
        ("B1.png", 4),
        ("box/x.png", 5),
        ("box/y.png", 6),
    ] {
        shop.put(name, &png(&blob(seed)));
    }
    let (library, asked) = shop.open_quick();
    shop.index(&library);
    assert_eq!(n_products(&library), 6, "off until somebody switches it on");
    let source = library.summary().unwrap().sources[0].id;
    let preview = library.preview_grouping(source, GroupBy::Names).unwrap();
    assert_eq!((preview.n_products, preview.n_photos), (1, 3));
    assert_eq!(n_products(&library), 6, "a preview changes nothing");

    let n_asked = asked.pictures.load(std::sync::atomic::Ordering::Relaxed);
    library.set_grouping(source, GroupBy::Names).unwrap();
    library.wait();
    assert_eq!(n_products(&library), 4);
    let a7 = detail(&library, &shop.photos().join("A7_2.png"));
    let roles: Vec<&str> = a7.photos.iter().map(|photo| photo.role.as_str()).collect();
    assert_eq!(roles, ["", "", "back"]);
    library.set_grouping(source, GroupBy::Folders).unwrap();
    library.wait();
    assert_eq!(n_products(&library), 5);
    library.set_grouping(source, GroupBy::Nothing).unwrap();
    library.wait();
    assert_eq!(n_products(&library), 6);
    assert_eq!(asked.pictures.load(std::sync::atomic::Ordering::Relaxed), n_asked, "no photo was read again");
}

#[test]
fn a_filter_holds_for_any_photo_of_a_product() {
    let shop = Shop::new();
    let (red, blue) = (boxed(96, [200, 20, 20]), boxed(96, [20, 20, 200]));
    shop.put("A_1.png", &png(&red));
    shop.put("A_2.png", &png(&blue));
    shop.put("b.png", &png(&blob(9)));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let source = library.summary().unwrap().sources[0].id;
    library.set_grouping(source, GroupBy::Names).unwrap();
    library.wait();
    let product = library.product_at(&shop.photos().join("A_1.png")).unwrap();
    let claims: Vec<_> = library
        .product(product)
        .unwrap()
        .photos
        .iter()
        .filter_map(|photo| photo.written.clone())
        .filter_map(|written| written.description.attributes.first().cloned())
        .map(|claim| Chosen::is(claim.kind.name(), claim.value))
        .collect();
    assert!(!claims.is_empty());
    for text in ["", "ball"] {
        let query = Query { text: text.into(), filters: claims.clone(), ..Query::default() };
        let page = library.search(&query, 0, 10).unwrap();
        assert!(page.items.iter().any(|item| item.row.id == product), "{claims:?}");
        assert_eq!(page.total as usize, page.items.len());
    }
}

#[test]
fn a_filter_that_was_asked_before_follows_what_comes_and_goes() {
    let shop = Shop::new();
    let red = |side| png(&boxed(side, [200, 20, 20]));
    shop.put("a.png", &red(96));
    shop.put("b.png", &png(&blob(9)));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let product = library.product_at(&shop.photos().join("a.png")).unwrap();
    let written = library.product(product).unwrap().photos[0].written.clone().unwrap();
    let claim = written.description.attributes.first().unwrap();
    let filters = vec![Chosen::is(claim.kind.name(), claim.value.clone())];
    let totals = || {
        ["", "ball"].map(|text| {
            let query = Query { text: text.into(), filters: filters.clone(), ..Query::default() };
            library.search(&query, 0, 10).unwrap().total
        })
    };
    let before = totals();
    shop.put("c.png", &red(128));
    library.rescan().unwrap();
    library.wait();
    assert_eq!(totals(), before.map(|total| total + 1));
    std::fs::remove_file(shop.photos().join("c.png")).unwrap();
    library.rescan().unwrap();
    library.wait();
    assert_eq!(totals(), before);
}
