//! Lists as shops save them, and photos as they name them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::path::{Path, PathBuf};

use vitrine_import::{Field, ListProblem, PhotoNames, ProductList, Role, by_folder, by_name, read_list};

/// Each photo's title.
fn titles(list: &ProductList, photos: &[&str]) -> Vec<(String, String)> {
    let paths: Vec<PathBuf> = photos.iter().map(|name| Path::new("/shop").join(name)).collect();
    let names = PhotoNames::new(Path::new("/shop"), paths.iter().map(PathBuf::as_path));
    let mut found = Vec::new();
    for product in &list.products {
        for image in &product.images {
            if let Some(path) = names.find(image) {
                let title = product.field(Field::Title).unwrap_or_default().to_owned();
                let name = path.strip_prefix("/shop").unwrap().to_str().unwrap().to_owned();
                if found.iter().all(|(other, _)| *other != name) {
                    found.push((name, title));
                }
            }
        }
    }
    found
}

fn check(what: &str, bytes: &[u8], expected: &[(&str, &str)]) {
    let list = read_list(bytes, None).unwrap_or_else(|problem| panic!("{what}: {problem}"));
    let photos = ["mug.jpg", "tshirt.jpg", "red mug.jpg", "mug-back.jpg"];
    let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(titles(&list, &photos), expected, "{what}");
}

fn utf16(text: &str, with_mark: bool) -> Vec<u8> {
    let mark = with_mark.then_some([0xff, 0xfe]).into_iter().flatten();
    mark.chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[test]
fn lists_come_in_every_dialect() {
    let mug = [("mug.jpg", "Poppy Mug")];
    check("plain", b"image,title,price\nmug.jpg,Poppy Mug,14.50\n", &mug);
    check("mark and quotes", "\u{feff}\"image\",\"title\"\n\"mug.jpg\",\"Poppy Mug\"\n".as_bytes(), &mug);
    check("case", b"Image,Title,Price\nMUG.JPG,Poppy Mug,1\n", &mug);
    check("two words", b"Image File,Product Name\nmug.jpg,Poppy Mug\n", &mug);
    check("German Excel", b"Bild;Bezeichnung;Preis\nmug.jpg;Poppy Mug;14,50\n", &mug);
    check("tabs in UTF-16", &utf16("image\ttitle\r\nmug.jpg\tPoppy Mug\r\n", true), &mug);
    check("UTF-16 without a mark", &utf16("image,title\nmug.jpg,Poppy Mug\n", false), &mug);
    check("named delimiter", b"sep=;\r\nimage;title\r\nmug.jpg;Poppy Mug\r\n", &mug);
    check("Windows-1252", b"image,title\nmug.jpg,Caf\xe9\n", &[("mug.jpg", "Café")]);
    check("Windows-1252 in the header", b"image,title,Gr\xf6\xdfe\nmug.jpg,Poppy Mug,M\n", &mug);
    check("HTML", b"image,title\nmug.jpg,Mug &amp; Saucer <b>new</b>\n", &[("mug.jpg", "Mug & Saucer new")]);
    check("dot and slash", b"image,title\n./mug.jpg,Poppy Mug\n/mug.jpg,x\n", &mug);
    check("percent signs", b"image,title\nred%20mug.jpg,Poppy Mug\n", &[("red mug.jpg", "Poppy Mug")]);
    check(
        "several images",
        b"image,title\nmug.jpg|tshirt.jpg,Poppy Mug\n",
        &[("mug.jpg", "Poppy Mug"), ("tshirt.jpg", "Poppy Mug")],
    );
    check(
        "a row without a title takes nothing",
        b"image,title,price\nmug.jpg,Poppy Mug,1\nmug.jpg,,2\n",
        &mug,
    );
    check(
        "WooCommerce",
        b"ID,Type,SKU,Name,Regular price,Images\n1,simple,A,Poppy Mug,1,\"https://s.example/u/mug.jpg, https://s.example/u/mug-back.jpg\"\n",
        &[("mug.jpg", "Poppy Mug"), ("mug-back.jpg", "Poppy Mug")],
    );
    check(
        "Shopify",
        b"Handle,Title,Variant SKU,Variant Price,Image Src\nmug,Poppy Mug,A1,14,https://s.example/mug.jpg?v=1\nmug,,A2,15,https://s.example/mug-back.jpg\n",
        &[("mug.jpg", "Poppy Mug"), ("mug-back.jpg", "Poppy Mug")],
    );
}

#[test]
fn variants_stay_with_their_product() {
    let list = read_list(b"Handle,Title,Variant SKU,Option1 Value,Variant Price,Image Src\nmug,Mug,A1,S,1,mug.jpg\nmug,,A2,L,2,\n", None).unwrap();
    let [product] = list.products.as_slice() else { panic!("{list:?}") };
    assert_eq!(product.field(Field::Price), Some("1"));
    let [variant] = product.variants.as_slice() else { panic!("{product:?}") };
    assert_eq!((variant.sku.as_deref(), variant.name.as_deref()), (Some("A2"), Some("L")));
}

#[test]
fn what_brings_nothing_says_why() {
    let check = |bytes: &[u8], expected| assert_eq!(read_list(bytes, None).map(drop), Err(expected));
    check(b"date,amount\n2024-01-01,5\n", ListProblem::NotAList);
    check(b"", ListProblem::NotAList);
    check(b"title,description,brand\nMug,Holds tea,Poppy\n", ListProblem::NoImages);
    check(b"image,title\n", ListProblem::NoRows);
}

#[test]
fn hostile_lists_end_soon() {
    let wide = format!("image,title{}\nmug.jpg,x\n", ",a".repeat(1_000_000));
    assert_eq!(read_list(wide.as_bytes(), None).unwrap().products.len(), 1);
    let long = format!("image,title\nmug.jpg,{}\n", "x".repeat(2_000_000));
    assert!(
        read_list(long.as_bytes(), None).unwrap().products[0].field(Field::Title).unwrap().len() < 100_000
    );
    let mut state = 7_u32;
    for len in 0..400 {
        let bytes: Vec<u8> = (0..len)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                b"image,title\n\"';|\t\0\xff\xfe<&"[state as usize >> 8 & 15]
            })
            .collect();
        let _ = read_list(&bytes, None);
    }
}

#[test]
fn files_are_found_as_they_are_written() {
    let paths = ["/s/Café.JPG", "/s/sub/cup.png", "/s/images/box.jpg", "/s/a/x.jpg", "/s/b/x.jpg"];
    let names = PhotoNames::new(Path::new("/s"), paths.iter().map(Path::new));
    let check = |written: &str, expected: Option<&str>| {
        assert_eq!(names.find(written), expected.map(Path::new), "{written}");
    };
    check("cafe\u{301}.jpg", Some("/s/Café.JPG"));
    check("sub\\cup.png", Some("/s/sub/cup.png"));
    check("https://shop.example/i/CUP.png?v=2", Some("/s/sub/cup.png"));
    check("box.jpg", Some("/s/images/box.jpg"));
    check("cup", Some("/s/sub/cup.png"));
    check("b/x.jpg", Some("/s/b/x.jpg"));
    // Two could be meant: none is.
    check("x.jpg", None);
    check("../../etc/passwd", None);
}

#[test]
fn signs_between_words_do_not_count_at_last() {
    let paths = ["/s/red_mug_01.jpg", "/s/12-3.jpg", "/s/a b.jpg", "/s/a-b.png"];
    let names = PhotoNames::new(Path::new("/s"), paths.iter().map(Path::new));
    let check = |written: &str, expected: Option<&str>| {
        assert_eq!(names.find(written), expected.map(Path::new), "{written}");
    };
    check("Red Mug-01.JPG", Some("/s/red_mug_01.jpg"));
    check("redmug01.jpg", Some("/s/red_mug_01.jpg"));
    check("1-23.jpg", None);
    check("a_b.jpg", None);
}

#[test]
fn photos_are_found_by_a_number() {
    let paths = [
        "/s/VT-0001_10.jpg",
        "/s/VT-0001_2.jpg",
        "/s/VT-0001.jpg",
        "/s/vt0001-front.jpg",
        "/s/VT-00012.jpg",
        "/s/VT-0001b.jpg",
        "/s/12345.jpg",
        "/s/1234 (2).jpg",
        "/s/Cafe\u{301}-1.jpg",
    ];
    let names = PhotoNames::new(Path::new("/s"), paths.iter().map(Path::new));
    let check = |number: &str, expected: &[&str]| {
        let expected: Vec<&Path> = expected.iter().map(Path::new).collect();
        assert_eq!(names.find_all_by_number(number), expected, "{number}");
    };
    let all = ["/s/VT-0001.jpg", "/s/VT-0001_2.jpg", "/s/VT-0001_10.jpg", "/s/vt0001-front.jpg"];
    check("VT-0001", &all);
    check("vt 0001", &all);
    check("1234", &["/s/1234 (2).jpg"]);
    check("CAF\u{c9}", &["/s/Cafe\u{301}-1.jpg"]);
    check("", &[]);
    check("--", &[]);
}

#[test]
fn names_put_photos_together() {
    let check = |names: &[&str], expected: &[(&str, &[(&str, Role)])]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| Path::new("/s").join(name)).collect();
        let found: Vec<(String, Vec<(String, Role)>)> = by_name(paths.iter().map(PathBuf::as_path))
            .into_iter()
            .map(|group| {
                let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
                (group.name(), group.photos.into_iter().map(|(path, role)| (name(path), role)).collect())
            })
            .collect();
        let expected: Vec<(String, Vec<(String, Role)>)> = expected
            .iter()
            .map(|(key, photos)| {
                ((*key).to_owned(), photos.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect())
            })
            .collect();
        assert_eq!(found, expected, "{names:?}");
    };
    use Role::{Back, Front, Other};
    check(&["A7_2.jpg", "A7_1.jpg", "B.jpg"], &[("A7", &[("A7_1.jpg", Other), ("A7_2.jpg", Other)])]);
    check(&["A7-back.png", "A7-front.jpg"], &[("A7", &[("A7-front.jpg", Front), ("A7-back.png", Back)])]);
    check(&["mug (2).jpg", "mug.jpg"], &[("mug", &[("mug.jpg", Front), ("mug (2).jpg", Other)])]);
    check(&["IMG_001.jpg", "IMG_002.jpg", "20240501_101.jpg", "20240501_102.jpg"], &[]);
    let many: Vec<String> = (1..=60).map(|n| format!("mug_{n}.jpg")).collect();
    check(&many.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
}

#[test]
fn folders_put_photos_together() {
    let paths =
        ["/s/top1.jpg", "/s/top2.jpg", "/s/mug/a.jpg", "/s/mug/b.jpg", "/s/one/a.jpg"].map(PathBuf::from);
    let found = by_folder(Path::new("/s"), paths.iter().map(PathBuf::as_path));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].key.as_str(), found[0].photos.len()), ("mug", 2));
}
