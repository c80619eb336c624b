//! The engine on a temporary library, with the models that ship.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::{fs, time::Duration};

use image::{Rgb, RgbImage};
use support::{Shop, blob, png, ranked};
use vitrine_catalog::{
    CatalogError, FieldName, Library,
    jobs::{JobSnapshot, JobState, Stage},
    photo::SkipCode,
    search::{Like, Query},
};

fn n_done(progress: &JobSnapshot, stage: Stage) -> u64 {
    progress.progress.stages.iter().find(|entry| entry.stage == stage).unwrap().done
}

fn n_photos(library: &Library) -> u64 {
    library.summary().unwrap().counts.n_pictures
}

#[test]
fn a_folder_becomes_searchable_and_described() {
    let shop = Shop::new();
    shop.put_photos(12);
    shop.put("deep/er/one.jpg", &png(&blob(500)));
    let library = shop.open();
    shop.index(&library);
    let counts = library.summary().unwrap().counts;
    assert_eq!((counts.n_pictures, counts.n_searchable, counts.n_described), (13, 13, 13));

    support::whole(&library, &Query::words("a red ball"));
    let page = library.search(&Query::words("a red ball"), 0, 5).unwrap();
    assert_eq!((page.total, page.items.len(), page.n_not_yet_searchable), (13, 5, 0));
    let scores: Vec<f32> = page.items.iter().map(|item| item.score.unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert!(
        page.items.iter().all(|item| item.row.photo.caption.as_ref().is_some_and(|text| !text.is_empty()))
    );

    // Pages join into the whole ranking without a gap.
    let whole = ranked(&library, &Query::words("a red ball"));
    let second = library.search(&Query::words("a red ball"), 5, 5).unwrap();
    let paths: Vec<_> =
        page.items.iter().chain(&second.items).map(|item| item.row.photo.path.clone()).collect();
    assert_eq!(paths, whole[..10].iter().map(|(path, ..)| path.clone()).collect::<Vec<_>>());

    // Nothing asked: everything, in the order in which it came, without scores.
    let browsed = library.search(&Query::default(), 10, 10).unwrap();
    assert_eq!((browsed.total, browsed.items.len()), (13, 3));
    assert!(browsed.items.iter().all(|item| item.score.is_none()));
}

#[test]
fn a_picture_finds_itself_and_its_likes() {
    let shop = Shop::new();
    shop.put_photos(10);
    let library = shop.open();
    shop.index(&library);
    let file = shop.photos().join("photo-004.png");

    let picture = library.query_picture_from_file(&file).unwrap();
    let query = Query { pictures: vec![(picture.token.clone(), 1.0)], ..Query::default() };
    let page = library.search(&query, 0, 3).unwrap();
    assert_eq!(page.items[0].row.photo.path, file);
    assert!(page.items[0].score.unwrap() > 0.99 && page.items[0].relevance.unwrap() > 0.99);
    assert!(!library.query_thumbnail(&picture.token).unwrap().is_empty());

    let id = library.product_at(&file).unwrap();
    let like = Query { products: vec![Like::product(id)], ..Query::default() };
    let page = library.search(&like, 0, 100).unwrap();
    assert_eq!((page.total, page.items.len()), (9, 9));
    assert!(page.items.iter().all(|item| item.row.id != id));

    let unknown = Query { pictures: vec![("nobody".into(), 1.0)], ..Query::default() };
    assert!(matches!(library.search(&unknown, 0, 1), Err(CatalogError::NoSuchQueryPicture)));
}

#[test]
fn a_second_run_does_only_what_changed() {
    let shop = Shop::new();
    shop.put_photos(6);
    let library = shop.open();
    shop.index(&library);
    let query = Query::words("ball");
    let before = ranked(&library, &query);

    // Nothing changed: nothing is read.
    library.rescan().unwrap();
    let progress = library.wait().unwrap();
    assert_eq!((n_done(&progress, Stage::Scan), n_done(&progress, Stage::Read)), (6, 0));

    // Renamed: read for its hash, not embedded or described again.
    let photos = shop.photos();
    fs::rename(photos.join("photo-002.png"), photos.join("renamed.png")).unwrap();
    library.rescan().unwrap();
    let progress = library.wait().unwrap();
    assert_eq!(
        [Stage::Read, Stage::Embed, Stage::Describe].map(|stage| n_done(&progress, stage)),
        [1, 0, 0],
        "{progress:?}"
    );
    let scores = |list: &[(std::path::PathBuf, String, Option<String>)]| -> Vec<String> {
        list.iter().map(|(_, score, _)| score.clone()).collect()
    };
    assert_eq!(scores(&ranked(&library, &query)), scores(&before));
    assert!(library.product_at(&photos.join("renamed.png")).is_ok());

    // Changed: done again, and the old picture is gone.
    let old = library.product_at(&photos.join("photo-001.png")).unwrap();
    shop.put("photo-001.png", &png(&blob(900)));
    library.rescan().unwrap();
    let progress = library.wait().unwrap();
    assert_eq!(
        [Stage::Read, Stage::Embed, Stage::Describe].map(|stage| n_done(&progress, stage)),
        [1, 1, 1],
        "{progress:?}"
    );
    assert!(library.search(&query, 0, 99).unwrap().items.iter().all(|item| item.row.id != old));

    // Deleted: gone from every answer.
    fs::remove_file(photos.join("photo-000.png")).unwrap();
    library.rescan().unwrap();
    library.wait();
    assert_eq!(n_photos(&library), 5);
    assert_eq!(ranked(&library, &query).len(), 5);
    assert_eq!(ranked(&library, &Query::default()).len(), 5);

    // Copied: one product, two files.
    fs::copy(photos.join("photo-003.png"), photos.join("copy.png")).unwrap();
    library.rescan().unwrap();
    library.wait();
    assert_eq!(n_photos(&library), 5);
    let id = library.product_at(&photos.join("copy.png")).unwrap();
    assert_eq!(library.product(id).unwrap().photos[0].files.len(), 2);
}

#[test]
fn a_photo_that_was_away_comes_back_without_work() {
    let shop = Shop::new();
    shop.put_photos(4);
    let library = shop.open();
    shop.index(&library);
    let (here, away) = (shop.photos().join("photo-001.png"), shop.library_folder().join("away.png"));
    fs::rename(&here, &away).unwrap();
    library.rescan().unwrap();
    library.wait();
    assert_eq!(ranked(&library, &Query::words("ball")).len(), 3);
    fs::rename(&away, &here).unwrap();
    library.rescan().unwrap();
    let progress = library.wait().unwrap();
    assert_eq!(n_done(&progress, Stage::Embed), 0);
    assert_eq!(ranked(&library, &Query::words("ball")).len(), 4);
}

#[test]
fn bad_files_are_listed_and_stop_nothing() {
    let shop = Shop::new();
    shop.put("good.jpg", &png(&blob(1)));
    shop.put("empty.jpg", b"");
    shop.put("cut.png", &png(&blob(2))[..90]);
    shop.put("letter.jpg", b"Dear customer");
    shop.put("notes.txt", b"no picture, no complaint");
    shop.put("scan.jp2", b"\0\0\0\x0cjP  \r\n\x87\n");
    shop.put("tiny.png", &png(&RgbImage::from_pixel(1, 1, Rgb([9, 9, 9]))));
    shop.put("folder.jpg/inside.png", &png(&blob(3)));
    #[cfg(unix)]
    {
        use std::os::unix::{ffi::OsStrExt, fs::symlink};
        symlink(shop.photos(), shop.photos().join("loop")).unwrap();
        symlink("nowhere.jpg", shop.photos().join("broken.jpg")).unwrap();
        let strange = std::ffi::OsStr::from_bytes(b"caf\xe9.png");
        fs::write(shop.photos().join(strange), png(&blob(4))).unwrap();
        let pipe = shop.photos().join("pipe.jpg");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    }
    let library = shop.open();
    shop.index(&library);

    let expected_photos = if cfg!(unix) { 4 } else { 3 };
    assert_eq!(n_photos(&library), expected_photos);
    let mut skipped: Vec<(String, SkipCode)> = library
        .skipped(0, 100)
        .unwrap()
        .into_iter()
        .map(|(path, skip)| (path.file_name().unwrap().to_string_lossy().into_owned(), skip.code))
        .collect();
    skipped.sort_by(|a, b| a.0.cmp(&b.0));
    let mut expected = vec![
        ("broken.jpg", SkipCode::Unreadable),
        ("cut.png", SkipCode::Damaged),
        ("empty.jpg", SkipCode::Empty),
        ("letter.jpg", SkipCode::Unsupported),
        ("pipe.jpg", SkipCode::Unreadable),
        ("scan.jp2", SkipCode::Unsupported),
    ];
    if !cfg!(unix) {
        expected.retain(|(name, _)| !["broken.jpg", "pipe.jpg"].contains(name));
    }
    assert_eq!(skipped, expected.iter().map(|(n, c)| ((*n).to_owned(), *c)).collect::<Vec<_>>());

    // Mended, it joins the catalog and leaves the list.
    shop.put("empty.jpg", &png(&blob(5)));
    library.rescan().unwrap();
    library.wait();
    assert_eq!(n_photos(&library), expected_photos + 1);
    assert!(library.skipped(0, 100).unwrap().iter().all(|(path, _)| !path.ends_with("empty.jpg")));
}

#[test]
fn sources_overlap_without_doubling() {
    let shop = Shop::new();
    shop.put("a/one.png", &png(&blob(1)));
    shop.put("a/b/two.png", &png(&blob(2)));
    let library = shop.open();
    let roots = || -> Vec<_> {
        library.summary().unwrap().sources.into_iter().map(|s| (s.path, s.n_files)).collect()
    };

    library.add_paths(&[shop.photos().join("a/b")]).unwrap();
    library.wait();
    assert_eq!(roots(), [(shop.photos().join("a/b"), 1)]);
    // A folder around it takes it in.
    library.add_paths(&[shop.photos()]).unwrap();
    library.wait();
    assert_eq!(roots(), [(shop.photos(), 2)]);
    // A part of it adds nothing.
    library.add_paths(&[shop.photos().join("a/one.png")]).unwrap();
    library.wait();
    assert_eq!(roots(), [(shop.photos(), 2)]);

    let id = library.summary().unwrap().sources[0].id;
    library.remove_source(id).unwrap();
    assert_eq!(n_photos(&library), 0);
    assert!(ranked(&library, &Query::words("ball")).is_empty());
    assert!(shop.photos().join("a/one.png").is_file(), "the merchant's files stay");
    assert!(matches!(library.remove_source(id), Err(CatalogError::NoSuchSource)));
}

#[test]
fn a_source_out_of_reach_keeps_its_photos() {
    let shop = Shop::new();
    shop.put_photos(3);
    let library = shop.open();
    shop.index(&library);
    let elsewhere = shop.photos().with_extension("unplugged");
    fs::rename(shop.photos(), &elsewhere).unwrap();
    library.rescan().unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(ranked(&library, &Query::words("ball")).len(), 3);
    assert!(matches!(library.add_paths(&[shop.photos().join("x")]), Err(CatalogError::NoSuchPath(_))));
}

#[test]
fn caches_can_be_deleted() {
    let shop = Shop::new();
    shop.put_photos(5);
    let query = Query::words("a green thing");
    let (before, id, thumbnail) = {
        let library = shop.open();
        shop.index(&library);
        let product = library.product_at(&shop.photos().join("photo-000.png")).unwrap();
        let id = library.product(product).unwrap().row.photo.id;
        let found = (ranked(&library, &query), id, library.thumbnail(id).unwrap());
        library.close();
        found
    };
    fs::remove_dir_all(shop.library_folder().join("thumbs")).unwrap();
    let _ = fs::remove_dir_all(shop.library_folder().join("cache"));
    let library = shop.open();
    assert_eq!(ranked(&library, &query), before);
    assert_eq!(library.thumbnail(id).unwrap(), thumbnail);
}

#[test]
fn a_run_is_paused_resumed_and_cancelled() {
    let shop = Shop::new();
    shop.put_photos(60);
    let library = shop.open();
    library.add_paths(&[shop.photos()]).unwrap();
    library.pause();
    assert_eq!(library.run().unwrap().state, JobState::Paused);
    std::thread::sleep(Duration::from_millis(400));
    let held = library.run().unwrap();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(n_done(&library.run().unwrap(), Stage::Describe), n_done(&held, Stage::Describe));
    assert_eq!(library.run().unwrap().state, JobState::Paused);

    library.cancel();
    assert_eq!(library.wait().unwrap().state, JobState::Cancelled);
    // What was done stays; the rest is done by the next run.
    library.rescan().unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    let counts = library.summary().unwrap().counts;
    assert_eq!((counts.n_pictures, counts.n_searchable, counts.n_described), (60, 60, 60));
}

#[test]
fn one_writer_and_any_readers() {
    let shop = Shop::new();
    shop.put_photos(3);
    let first = shop.open();
    shop.index(&first);
    let second = shop.open();
    assert!(matches!(second.rescan(), Err(CatalogError::InUse(_))));
    assert_eq!(ranked(&second, &Query::words("ball")).len(), 3);
    first.close();
    second.rescan().unwrap();
    second.wait();
}

#[test]
fn watched_folders_follow_the_disk() {
    let shop = Shop::new();
    shop.put_photos(3);
    let library = shop.open();
    library.watch().unwrap();
    shop.index(&library);
    let until = |what: &str, is_so: &dyn Fn() -> bool| {
        for _ in 0..200 {
            if is_so() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{what}: {:?}", library.summary());
    };
    shop.put("new.png", &png(&blob(77)));
    shop.put("sub/deeper.png", &png(&blob(78)));
    until("two new photos", &|| library.summary().unwrap().counts.n_described == 5);
    fs::remove_file(shop.photos().join("photo-000.png")).unwrap();
    fs::rename(shop.photos().join("photo-001.png"), shop.photos().join("moved.png")).unwrap();
    until("one gone, one moved", &|| {
        n_photos(&library) == 4 && library.product_at(&shop.photos().join("moved.png")).is_ok()
    });
    library.close();
}

#[test]
fn a_change_on_disk_does_not_resume_what_the_user_paused() {
    let shop = Shop::new();
    shop.put_photos(60);
    let library = shop.open();
    library.watch().unwrap();
    library.add_paths(&[shop.photos()]).unwrap();
    library.pause();
    shop.put("late.png", &png(&blob(900)));
    // Longer than a watched change takes to settle.
    std::thread::sleep(Duration::from_millis(4_000));
    assert_eq!(library.run().unwrap().state, JobState::Paused);
    library.resume();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(library.summary().unwrap().counts.n_described, 61);
    library.close();
}

#[test]
fn a_product_list_gives_titles_and_prices() {
    let shop = Shop::new();
    shop.put("images/a.png", &png(&blob(1)));
    shop.put("images/b.png", &png(&blob(2)));
    shop.put("catalog.csv", b"image,title,price,category\na.png,Blue mug,18.50,Mugs\nmissing.png,x,1,y\n");
    shop.put("other.csv", b"date,amount\n2026-01-01,3\n");
    let library = shop.open();
    shop.index(&library);
    let title = |name: &str| {
        let id = library.product_at(&shop.photos().join("images").join(name)).unwrap();
        let fields = library.product(id).unwrap().fields;
        let field = |name| fields.iter().find(|field| field.name == name).map(|field| field.value.clone());
        (field(FieldName::Title), field(FieldName::Price), field(FieldName::Category))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(title("a.png"), (some("Blue mug"), some("18.50"), some("Mugs")));
    assert_eq!(title("b.png"), (None, None, None));
}

#[test]
fn without_models_photos_can_still_be_browsed() {
    let shop = Shop::new();
    shop.put_photos(2);
    let library = shop.open_with(vec![shop.library_folder()]);
    library.add_paths(&[shop.photos()]).unwrap();
    let progress = library.wait().unwrap();
    assert_eq!(progress.state, JobState::Finished);
    assert!(progress.message.unwrap().contains("not searched"));
    assert_eq!(ranked(&library, &Query::default()).len(), 2);
    assert!(matches!(library.search(&Query::words("x"), 0, 1), Err(CatalogError::NoModels(_))));
    library.close();
    // With models again, the backlog is done without reading the folder anew.
    let library = shop.open();
    library.rescan().unwrap();
    library.wait();
    assert_eq!(library.summary().unwrap().counts.n_described, 2);
}

#[test]
fn a_library_that_cannot_be_used_says_so() {
    let shop = Shop::new();
    fs::write(shop.library_folder(), b"a file where the folder should be").unwrap();
    let options = vitrine_catalog::LibraryOptions {
        pack: None,
        folder: shop.library_folder(),
        pack_folders: vec![],
        samples: None,
        prefer_cpu: true,
        precision: None,
    };
    let Err(error) = Library::open(options.clone()) else { panic!("it opened") };
    assert!(matches!(error, CatalogError::Library { .. }), "{error:?}");

    fs::remove_file(shop.library_folder()).unwrap();
    fs::create_dir(shop.library_folder()).unwrap();
    fs::write(shop.library_folder().join("vitrine.db"), b"no database at all, but long enough to look at")
        .unwrap();
    let Err(error) = Library::open(options) else { panic!("it opened") };
    assert!(matches!(error, CatalogError::Library { .. }), "{error:?}");
}
