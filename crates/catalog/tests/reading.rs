//! How photos are read: what is doubtful is told, and what newer rules read better is read again.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::{io::Cursor, path::PathBuf, sync::atomic::Ordering};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use support::{Shop, blob, png};
use vitrine_catalog::{Library, photo::SkipCode};

/// A photo whose rows all take as many bytes.
fn noise() -> Vec<u8> {
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let photo = RgbImage::from_fn(200, 200, |_, _| Rgb([random(), random(), random()]));
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
    let whole = noise();
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

#[test]
fn thumbnail_and_full_picture_have_the_same_colours() {
    let shop = Shop::new();
    let names =
        ["p3.jpg", "inks-profile.jpg", "gamma1.png", "prophoto.png", "p3.webp", "p3.avif", "prophoto.jxl"];
    let paths = names.map(|name| shop.put(name, &file(name)));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    for path in paths {
        let product = library.product(library.product_at(&path).unwrap()).unwrap();
        let id = product.photos[0].photo.id;
        let thumbnail = image::load_from_memory(&library.thumbnail(id).unwrap()).unwrap().to_rgb8();
        let full = image::load_from_memory(&library.full_picture(id).unwrap().1).unwrap().to_rgb8();
        for (x, y) in [(24, 16), (72, 16), (24, 48), (72, 48)] {
            let (one, other) = (thumbnail.get_pixel(x, y).0, full.get_pixel(x, y).0);
            let worst = one.iter().zip(other).map(|(one, other)| one.abs_diff(other)).max().unwrap();
            assert!(worst <= 6, "{}: {one:?} and {other:?} at {x}, {y}", path.display());
        }
    }
}

#[test]
fn a_cut_out_lies_on_the_windows_mat() {
    let shop = Shop::new();
    let path = shop.put("white.png", &file("white-on-nothing.png"));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let product = library.product(library.product_at(&path).unwrap()).unwrap();
    let id = product.photos[0].photo.id;
    for picture in [library.thumbnail(id).unwrap(), library.full_picture(id).unwrap().1] {
        let picture = image::load_from_memory(&picture).unwrap().to_rgba8();
        assert_eq!(picture.get_pixel(2, 2).0[3], 0);
        assert_eq!(picture.get_pixel(40, 30).0, [250, 250, 250, 255]);
    }
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
