//! How photos are read: what is doubtful is told, and what newer rules read better is read again.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::{io::Cursor, path::PathBuf, sync::atomic::Ordering};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use support::{Shop, blob, png};
use vitrine_catalog::{
    Library,
    photo::{self, SkipCode},
    search::Query,
};

/// A photo whose rows all take as many bytes: noise, and on it a light half or not.
fn noise(has_shape: bool) -> Vec<u8> {
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let photo = RgbImage::from_fn(200, 200, |x, _| {
        let light = if has_shape && x > 90 { 160 } else { 0 };
        Rgb([0; 3].map(|_: u8| if has_shape { random() / 3 + light } else { random() }))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(photo).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// Files of the decoders' own tests.
fn file(name: &str) -> Vec<u8> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "photo", "tests", "files"].iter().collect();
    std::fs::read(folder.join(name)).unwrap()
}

fn notes(library: &Library, path: &std::path::Path) -> Vec<String> {
    let product = library.product(library.product_at(path).unwrap()).unwrap();
    product.photos[0].photo.picture.doubts.sentences()
}

#[test]
fn a_cut_photo_is_shown_and_listed_with_its_share() {
    let shop = Shop::new();
    let whole = noise(true);
    let cut = shop.put("cut.jpg", &whole[..whole.len() * 6 / 10]);
    let copy = shop.put("copy.jpg", &whole[..whole.len() * 6 / 10]);
    shop.put("nothing.jpg", &whole[..whole.len() / 10]);
    shop.put("sound.png", &png(&blob(1)));
    let (library, _) = shop.open_quick();
    shop.index(&library);

    let check = |what: &str| {
        let listed = library.skipped(0, 100).unwrap();
        let of = |path: &std::path::Path| listed.iter().find(|(at, _)| at == path).map(|(_, skip)| skip);
        assert_eq!(listed.len(), 3, "{what}: {listed:?}");
        for path in [&cut, &copy] {
            let skip = of(path).unwrap();
            assert_eq!(skip.code, SkipCode::Doubtful, "{what}");
            assert!(skip.message.contains("% of the photo is there"), "{what}: {}", skip.message);
        }
        assert_eq!(library.summary().unwrap().counts.n_searchable, 2, "{what}");
        assert!(notes(&library, &cut)[0].contains("Cut short"), "{what}");
    };
    check("after the first run");
    // Nothing changed, so nothing is read; and still all of it is told.
    library.rescan().unwrap();
    library.wait();
    check("after another run");
    // The whole file arrived after all.
    std::fs::write(&cut, &whole).unwrap();
    std::fs::write(&copy, &whole).unwrap();
    library.rescan().unwrap();
    library.wait();
    assert_eq!(library.skipped(0, 100).unwrap().len(), 1);
    assert!(notes(&library, &cut).is_empty());
}

/// Pixels as they look on white.
fn on_white(file: &[u8]) -> RgbImage {
    let picture = image::load_from_memory(file).unwrap().to_rgba8();
    let white = |channel: u8, alpha: u8| 255 - ((255 - u32::from(channel)) * u32::from(alpha) / 255) as u8;
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        Rgb([white(red, alpha), white(green, alpha), white(blue, alpha)])
    })
}

#[test]
fn thumbnail_and_full_picture_show_the_makers_colours() {
    let expected: serde_json::Value = serde_json::from_slice(&file("expected.json")).unwrap();
    let expected = expected.as_object().unwrap();
    assert!(expected.len() > 90);
    let mut faults = Vec::new();
    for (name, value) in expected {
        if name.ends_with(".heic") && !cfg!(target_os = "linux") {
            continue;
        }
        let bytes = file(name);
        let thumbnail = photo::thumbnail(&photo::decode(&bytes, photo::FOR_MODELS).unwrap()).unwrap().file;
        let (_, full) = photo::for_screen(&bytes).unwrap();
        // What goes as it is, is turned by the window.
        let is_turned = !name.contains("exif6") || full != bytes;
        for (what, shown) in [("thumbnail", Some(thumbnail)), ("full", is_turned.then_some(full))] {
            let Some(shown) = shown else { continue };
            let picture = on_white(&shown);
            let (width, height) = picture.dimensions();
            for (at, (across, down)) in [(1, 1), (3, 1), (1, 3), (3, 3)].into_iter().enumerate() {
                let got = picture.get_pixel(width * across / 4, height * down / 4).0;
                let wanted = [0, 1, 2].map(|channel| value[1][at][channel].as_u64().unwrap() as u8);
                let worst = got.iter().zip(wanted).map(|(got, wanted)| got.abs_diff(wanted)).max().unwrap();
                if worst > 6 {
                    faults.push(format!("{name}, {what}: {got:?}, not {wanted:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_cut_out_lies_on_the_windows_mat() {
    let shop = Shop::new();
    let blue = png_of_alpha([40, 60, 160]);
    let white = png_of_alpha([250, 250, 250]);
    let black = png_of_alpha([20, 20, 20]);
    let [blue, white, black] = [("blue.png", blue), ("white.png", white), ("black.png", black)]
        .map(|(name, bytes)| shop.put(name, &bytes));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    // A white or black one would vanish on a light or dark window: it brings its ground.
    for (path, color, ground) in [
        (blue, [40, 60, 160], [0, 0, 0, 0]),
        (white, [250, 250, 250], [160, 160, 160, 255]),
        (black, [20, 20, 20], [255, 255, 255, 255]),
    ] {
        let product = library.product(library.product_at(&path).unwrap()).unwrap();
        let id = product.photos[0].photo.id;
        for picture in [library.thumbnail(id).unwrap(), library.full_picture(id).unwrap().1] {
            let picture = image::load_from_memory(&picture).unwrap().to_rgba8();
            let off = |at: (u32, u32), wanted: [u8; 4]| {
                let got = picture.get_pixel(at.0, at.1).0;
                got.iter().zip(wanted).map(|(got, wanted)| got.abs_diff(wanted)).max().unwrap()
            };
            assert!(off((2, 2), ground) <= 6, "{}: {:?}", path.display(), picture.get_pixel(2, 2));
            let [red, green, blue] = color;
            assert!(off((50, 50), [red, green, blue, 255]) <= 6, "{}", path.display());
        }
    }
}

/// A box on nothing.
fn png_of_alpha([red, green, blue]: [u8; 3]) -> Vec<u8> {
    let is_inside = |at: u32| (30..70).contains(&at);
    let picture = image::RgbaImage::from_fn(100, 100, |x, y| {
        image::Rgba(if is_inside(x) && is_inside(y) { [red, green, blue, 255] } else { [0; 4] })
    });
    support::encode(&DynamicImage::ImageRgba8(picture), ImageFormat::Png)
}

#[test]
fn what_older_rules_read_is_read_again_once() {
    let shop = Shop::new();
    let plain = shop.put("plain.jpg", &file("plain.jpg"));
    let wide = shop.put("wide.jpg", &file("p3.jpg"));
    let new = shop.put("new.avif", &file("plain.avif"));
    {
        let (library, _) = shop.open_quick();
        shop.index(&library);
        assert_eq!(library.summary().unwrap().counts.n_described, 3);
    }
    // As an older program left it: no AVIF, and colours taken as they are stored.
    let database = rusqlite::Connection::open(shop.library_folder().join("vitrine.db")).unwrap();
    database
        .execute_batch(
            "INSERT INTO skipped SELECT path, source_id, size_bytes, modified_ns, 'unsupported', 'no AVIF', scan, 1
                 FROM file WHERE path LIKE '%.avif';
             DELETE FROM file WHERE path LIKE '%.avif';
             UPDATE picture SET reading = 1, color = 0;",
        )
        .unwrap();
    drop(database);

    let (library, asked) = shop.open_quick();
    let color = |path: &std::path::Path| {
        library.product(library.product_at(path).unwrap()).unwrap().photos[0].photo.picture.color
    };
    library.rescan().unwrap();
    library.wait();
    assert_eq!(library.summary().unwrap().counts.n_described, 3);
    assert!(library.skipped(0, 10).unwrap().is_empty());
    assert_ne!((color(&plain), color(&wide)), (0, 0));
    // Of what looks the same to both rules nothing is computed again.
    let n_asked = asked.pictures.load(Ordering::Relaxed);
    assert!((1..=2).contains(&n_asked), "{n_asked} pictures were computed again");
    assert!(library.product_at(&new).is_ok());
    library.rescan().unwrap();
    library.wait();
    assert_eq!(asked.pictures.load(Ordering::Relaxed), n_asked, "once is enough");
}

/// Bars of the length of words in lines, as a page of text looks from afar.
fn page(width: u32, height: u32, ground: Rgb<u8>, ink: Rgb<u8>) -> RgbImage {
    let mut page = RgbImage::from_pixel(width, height, ground);
    let mut state = 3_u32;
    let (mut x, mut y) = (width / 10, height / 12);
    while y < height * 9 / 10 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = 4 + (state >> 24) % 12;
        // Letters of two columns each, with a gap.
        for at in (0..length).step_by(3) {
            for (dx, dy) in (0..2).flat_map(|dx| (0..4).map(move |dy| (dx, dy))) {
                page.put_pixel((x + at + dx).min(width - 1), y + dy, ink);
            }
        }
        x += length + 5;
        if x > width * 8 / 10 {
            (x, y) = (width / 10, y + 9);
        }
    }
    page
}

#[test]
fn nothing_is_claimed_of_a_picture_of_nothing() {
    let shop = Shop::new();
    let (white, black) = (Rgb([255; 3]), Rgb([20; 3]));
    let nothing = [
        ("white.png", png(&RgbImage::from_pixel(200, 300, white)), "one colour"),
        ("noise.jpg", noise(false), "noise"),
        ("invoice.png", png(&page(300, 420, white, black)), "This looks like a p"),
        ("dark-page.png", png(&page(420, 300, black, white)), "This looks like a p"),
    ];
    let paths = nothing.map(|(name, bytes, why)| (shop.put(name, &bytes), why));
    let ball = shop.put("ball.png", &png(&blob(4)));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let listed = library.skipped(0, 10).unwrap();
    assert_eq!(listed.len(), paths.len(), "{listed:?}");
    for (path, why) in paths {
        let product = library.product(library.product_at(&path).unwrap()).unwrap();
        let written = product.photos[0].written.clone().unwrap().description;
        assert_eq!(written.title, "Nothing recognisable", "{}", path.display());
        assert!(written.attributes.is_empty(), "{}: {:?}", path.display(), written.attributes);
        assert!(notes(&library, &path)[0].contains(why), "{}", path.display());
    }
    let written =
        library.product(library.product_at(&ball).unwrap()).unwrap().photos[0].written.clone().unwrap();
    assert_ne!(written.description.title, "Nothing recognisable");
}

#[test]
fn every_sample_product_is_recognisable() {
    let samples: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "samples", "images"].iter().collect();
    let mut n = 0;
    for entry in std::fs::read_dir(samples).unwrap() {
        let path = entry.unwrap().path();
        if !vitrine_catalog::photo::has_picture_ending(&path) {
            continue;
        }
        let photo = photo::decode(&std::fs::read(&path).unwrap(), photo::FOR_MODELS).unwrap();
        assert_eq!(photo::unrecognisable(&photo.pixels), None, "{}", path.display());
        n += 1;
    }
    assert!(n > 20, "only {n} samples");
}

#[test]
fn a_photo_is_the_same_in_every_colour_space() {
    let shop = Shop::new();
    let names = ["srgb", "p3", "adobe", "prophoto", "cmyk"];
    let paths = names.map(|name| shop.put(&format!("{name}.jpg"), &file(&format!("spaces/{name}.jpg"))));
    let library = shop.open();
    shop.index(&library);
    let described = paths.map(|path| {
        let product = library.product(library.product_at(&path).unwrap()).unwrap();
        let written = product.photos[0].written.clone().unwrap().description;
        let colours: Vec<_> = written.colours.iter().map(|colour| colour.name.clone()).collect();
        (written.title, written.text, colours)
    });
    for (name, other) in names.iter().zip(&described) {
        assert_eq!(other, &described[0], "{name}");
    }
    // The score of a photo that is searched with its like is their cosine.
    let token = library.query_picture_from_bytes("srgb.jpg", &file("spaces/srgb.jpg")).unwrap().token;
    let query = Query { pictures: vec![(token, 1.0)], ..Query::default() };
    let found = library.search(&query, 0, 10).unwrap();
    assert_eq!(found.items.len(), names.len());
    for found in &found.items {
        let cosine = found.score.unwrap();
        assert!(cosine >= 0.995, "{}: {cosine}", found.row.photo.path.display());
    }
}
