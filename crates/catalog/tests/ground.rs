//! What must not be lost, whatever drives, processes and runs do. With models that take no time.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::{
    fs,
    sync::{Arc, Mutex, atomic::Ordering, mpsc::channel},
    thread,
    time::Duration,
};

use support::{Shop, blob, png, ranked};
use vitrine_catalog::{
    Away, CatalogError, Event, Library, PhotoOptions,
    jobs::{JobEvent, JobState},
    photo::SkipCode,
    search::Query,
};

fn ball() -> Query {
    Query::words("ball")
}

fn n(library: &Library) -> (u64, u64, u64) {
    let counts = library.summary().unwrap().counts;
    (counts.n_pictures, counts.n_searchable, counts.n_described)
}

fn run(library: &Library) -> JobState {
    library.rescan().unwrap();
    library.wait().unwrap().state
}

#[test]
fn an_unplugged_drive_loses_nothing_and_says_so() {
    let shop = Shop::new();
    let (drive, other) = (shop.folder().join("mnt/drive"), shop.folder().join("other"));
    for (folder, seeds) in [(&drive, 0..40), (&other, 100..110)] {
        fs::create_dir_all(folder).unwrap();
        for seed in seeds {
            fs::write(folder.join(format!("{seed}.png")), png(&blob(seed))).unwrap();
        }
    }
    let (library, asked) = shop.open_quick();
    library.add_paths(&[drive.clone(), other.clone()]).unwrap();
    library.wait();
    assert_eq!(n(&library), (50, 50, 50));
    let before = ranked(&library, &ball());

    // The mount point stays behind, empty.
    let kept = shop.folder().join("kept");
    fs::rename(&drive, &kept).unwrap();
    fs::create_dir(&drive).unwrap();
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!(library.summary().unwrap().sources[0].away, Some(Away::Empty));
    assert_eq!(ranked(&library, &ball()), before, "its photos are still found");

    // Removing another folder takes that folder's photos and nothing else.
    let id = library.source_at(&other).unwrap().id;
    library.remove_source(id).unwrap();
    assert_eq!(n(&library), (40, 40, 40));
    let n_asked = asked.pictures.load(Ordering::Relaxed);

    // And back: nothing has to be made again.
    fs::remove_dir(&drive).unwrap();
    fs::rename(&kept, &drive).unwrap();
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!(library.summary().unwrap().sources[0].away, None);
    assert_eq!(n(&library), (40, 40, 40));
    assert_eq!(asked.pictures.load(Ordering::Relaxed), n_asked);
}

#[test]
fn a_folder_that_was_taken_in_by_another_is_followed_on() {
    let shop = Shop::new();
    shop.put("shoes/one.png", &png(&blob(1)));
    let (library, _) = shop.open_quick();
    library.watch().unwrap();
    library.add_paths(&[shop.photos().join("shoes")]).unwrap();
    library.wait();
    let first = library.summary().unwrap().sources[0].id;
    library.add_paths(&[shop.photos()]).unwrap();
    library.wait();
    assert_ne!(library.summary().unwrap().sources[0].id, first);
    shop.put("shoes/two.png", &png(&blob(2)));
    for _ in 0..100 {
        if n(&library) == (2, 2, 2) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(n(&library), (2, 2, 2));
    assert_eq!(library.wait().unwrap().state, JobState::Finished);

    // An id is never given again.
    let second = library.summary().unwrap().sources[0].id;
    library.remove_source(second).unwrap();
    library.add_paths(&[shop.photos()]).unwrap();
    library.wait();
    let third = library.summary().unwrap().sources[0].id;
    assert!(third > second && second > first);
    library.close();
}

#[test]
fn what_is_added_after_a_cancel_is_read() {
    let shop = Shop::new();
    shop.put_photos(40);
    let late = shop.folder().join("late");
    fs::create_dir(&late).unwrap();
    fs::write(late.join("late.png"), png(&blob(900))).unwrap();
    let (library, _) = shop.open_quick();
    library.add_paths(&[shop.photos()]).unwrap();
    library.cancel();
    library.add_paths(std::slice::from_ref(&late)).unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert!(library.product_at(&late.join("late.png")).is_ok());
}

#[test]
fn a_failed_run_keeps_what_was_queued() {
    let shop = Shop::new();
    shop.put_photos(3);
    let (library, asked) = shop.open_quick();
    asked.captioner_panics.store(true, Ordering::Relaxed);
    library.add_paths(&[shop.photos()]).unwrap();
    let ended = library.wait().unwrap();
    assert_eq!(ended.state, JobState::Failed, "{ended:?}");
    assert!(!ended.message.unwrap().is_empty());
    // The end was told, so closing does not wait for ever, and the next start works.
    asked.captioner_panics.store(false, Ordering::Relaxed);
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!(n(&library), (3, 3, 3));
    library.close();
}

#[test]
fn whoever_has_not_the_library_watches_nothing() {
    let shop = Shop::new();
    shop.put_photos(2);
    let (first, _) = shop.open_quick();
    shop.index(&first);
    let (second, _) = shop.open_quick();
    assert!(matches!(second.watch(), Err(CatalogError::InUse(_))));
    shop.put("new.png", &png(&blob(50)));
    std::thread::sleep(Duration::from_millis(2_600));
    assert!(second.run().is_none(), "the second wrote nothing");
    // It hears of what the first does with its next question.
    assert_eq!(run(&first), JobState::Finished);
    assert_eq!(ranked(&second, &ball()).len(), 3);
}

#[test]
fn a_folder_that_is_removed_during_a_run_leaves_no_ghosts() {
    let shop = Shop::new();
    shop.put_photos(120);
    let (library, _) = shop.open_quick();
    library.add_paths(&[shop.photos()]).unwrap();
    while library.summary().unwrap().counts.n_searchable < 8 {
        std::thread::sleep(Duration::from_millis(5));
    }
    library.remove_source(library.summary().unwrap().sources[0].id).unwrap();
    library.wait();
    assert_eq!(n(&library), (0, 0, 0));
    assert!(ranked(&library, &ball()).is_empty());
    assert_eq!(library.search(&ball(), 0, 10).unwrap().total, 0);
}

#[test]
fn a_photo_that_changed_is_never_shown_for_the_one_that_is_known() {
    let shop = Shop::new();
    let file = shop.put("a.png", &png(&blob(1)));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let product = library.product_at(&file).unwrap();
    let picture = library.product(product).unwrap().row.photo.id;
    let thumbnail = library.thumbnail(picture).unwrap();
    fs::write(&file, png(&blob(2))).unwrap();
    assert!(matches!(library.full_picture(picture), Err(CatalogError::BadPicture { .. })));
    fs::remove_dir_all(shop.library_folder().join("thumbs")).unwrap();
    assert!(matches!(library.thumbnail(picture), Err(CatalogError::BadPicture { .. })));
    fs::write(&file, png(&blob(1))).unwrap();
    assert_eq!(library.thumbnail(picture).unwrap(), thumbnail);
}

#[test]
fn damaged_thumbnails_are_made_again() {
    let shop = Shop::new();
    shop.put_photos(4);
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let pictures: Vec<_> = library
        .search(&Query::default(), 0, 10)
        .unwrap()
        .items
        .iter()
        .map(|item| (item.row.photo.id, library.thumbnail(item.row.photo.id).unwrap()))
        .collect();
    let mut damage = 0;
    for folder in fs::read_dir(shop.library_folder().join("thumbs")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let mut flipped = bytes.clone();
            flipped[bytes.len() / 2] ^= 0x55;
            let damaged = [&bytes[..bytes.len() / 2], b"", b"nonsense", &flipped][damage % 4];
            fs::write(&path, damaged).unwrap();
            damage += 1;
        }
    }
    assert_eq!(damage, 4);
    for (id, thumbnail) in pictures {
        assert_eq!(library.thumbnail(id).unwrap(), thumbnail);
    }
}

#[test]
fn a_drive_that_is_away_loads_no_captioner() {
    let shop = Shop::new();
    shop.put_photos(3);
    let (library, asked) = shop.open_quick();
    asked.captioner_panics.store(true, Ordering::Relaxed);
    library.add_paths(&[shop.photos()]).unwrap();
    library.wait();
    asked.captioner_panics.store(false, Ordering::Relaxed);
    let n_loads = asked.caption_loads.load(Ordering::Relaxed);
    fs::rename(shop.photos(), shop.folder().join("unplugged")).unwrap();
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!(asked.caption_loads.load(Ordering::Relaxed), n_loads);
    fs::rename(shop.folder().join("unplugged"), shop.photos()).unwrap();
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!(n(&library), (3, 3, 3));
}

#[test]
fn a_search_model_that_cannot_be_loaded_keeps_nobody_from_browsing() {
    let shop = Shop::new();
    shop.put_photos(3);
    let (library, asked) = shop.open_quick();
    asked.clip_fails.store(true, Ordering::Relaxed);
    library.add_paths(&[shop.photos()]).unwrap();
    library.wait();
    assert_eq!(library.search(&Query::default(), 0, 10).unwrap().items.len(), 3);
    asked.clip_fails.store(false, Ordering::Relaxed);
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!(n(&library), (3, 3, 3));
}

#[test]
fn a_pipe_or_a_device_hangs_nothing() {
    let shop = Shop::new();
    shop.put_photos(2);
    for name in ["list.csv", "pipe.jpg"] {
        let made = std::process::Command::new("mkfifo").arg(shop.photos().join(name)).status().unwrap();
        assert!(made.success());
    }
    std::os::unix::fs::symlink("/dev/zero", shop.photos().join("endless.csv")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", shop.photos().join("endless.jpg")).unwrap();
    let (library, _) = shop.open_quick();
    shop.index(&library);
    assert_eq!(n(&library), (2, 2, 2));
    let skipped: Vec<_> = library.skipped(0, 10).unwrap();
    let names: Vec<_> = skipped.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["endless.csv", "endless.jpg", "list.csv", "pipe.jpg"]);
    assert!(library.query_picture_from_file(&shop.photos().join("pipe.jpg")).is_err());
}

#[test]
fn a_long_prompt_is_refused_with_its_limit() {
    let shop = Shop::new();
    let photo = shop.put("a.png", &png(&blob(1)));
    let (library, _) = shop.open_quick();
    let options = PhotoOptions { prompt: Some("word ".repeat(100)), ..PhotoOptions::default() };
    let refused = library.describe_photo(&photo, &options, &|_| true);
    assert!(matches!(refused, Err(CatalogError::TooLong { limit: 120, .. })));
}

#[test]
fn lists_that_bring_nothing_are_told() {
    let shop = Shop::new();
    shop.put_photos(1);
    shop.put("products.csv", b"title,price\nMug,3\n");
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let (path, skip) = library.skipped(0, 10).unwrap().remove(0);
    assert!(path.ends_with("products.csv") && skip.code == SkipCode::BadList, "{skip:?}");
    assert!(skip.message.contains("image"), "{}", skip.message);
}

#[test]
fn the_end_of_a_run_is_told_once_and_after_its_counts() {
    let shop = Shop::new();
    shop.put_photos(5);
    let (library, _) = shop.open_quick();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = heard.clone();
    library.subscribe(move |event| {
        ears.lock().unwrap().push(match event {
            Event::Job(JobEvent::Ended(job)) => format!("ended {:?}", job.state),
            Event::Job(JobEvent::Progress(_)) => "progress".to_owned(),
            Event::CatalogChanged(summary) => format!("described {}", summary.counts.n_described),
            Event::PackChanged => "pack".to_owned(),
        });
    });
    shop.index(&library);
    for _ in 0..100 {
        if heard.lock().unwrap().iter().any(|what| what.starts_with("ended")) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let heard = heard.lock().unwrap().clone();
    let at =
        |what: &str| heard.iter().rposition(|other| other == what).unwrap_or_else(|| panic!("{heard:?}"));
    assert!(at("described 5") < at("ended Finished"), "{heard:?}");
    assert_eq!(heard.iter().filter(|what| what.starts_with("ended")).count(), 1);
}

#[test]
fn a_library_that_is_removed_during_a_run_is_no_success() {
    let shop = Shop::new();
    shop.put_photos(60);
    let (library, _) = shop.open_quick();
    library.add_paths(&[shop.photos()]).unwrap();
    fs::remove_dir_all(shop.library_folder()).unwrap();
    let ended = library.wait().unwrap();
    assert_eq!(ended.state, JobState::Failed, "{ended:?}");
    assert!(library.summary().is_err() || n(&library).0 == 0 || ended.message.is_some());
}

#[test]
fn another_vitrine_that_replaces_weights_under_the_same_name_reuses_nothing() {
    let shop = Shop::new();
    shop.put_photos(3);
    {
        let (library, _) = shop.open_quick();
        shop.index(&library);
        library.close();
    }
    support::stand_in::pack(&shop.folder().join("packs"), "quick", b"other weights");
    let (library, asked) = shop.open_quick();
    assert_eq!(n(&library).1, 0, "vectors of other weights are not these");
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!(asked.pictures.load(Ordering::Relaxed), 3);
}

#[test]
fn a_change_of_packs_is_told_when_it_begins_and_when_it_is_done() {
    let shop = Shop::new();
    shop.put_photos(3);
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (ears, who) = (heard.clone(), library.clone());
    library.subscribe(move |event| {
        if matches!(event, Event::PackChanged) {
            ears.lock().unwrap().push(who.pack_change().unwrap().is_some());
        }
    });
    let other = support::stand_in::pack(&shop.folder().join("packs"), "other", b"other weights");
    library.use_pack(&other).unwrap();
    assert_eq!(library.wait().unwrap().state, JobState::Finished);
    assert_eq!(*heard.lock().unwrap(), [true, false], "under way, then done");
}

#[test]
fn an_answer_is_of_one_pack_also_when_another_takes_its_place_meanwhile() {
    let shop = Shop::new();
    shop.put_photos(12);
    let (library, asked) = shop.open_quick();
    shop.index(&library);
    let ((came, has_come), (go_on, may_go_on)) = (channel(), channel());
    *asked.gate.lock().unwrap() = Some((came, may_go_on));
    let meanwhile = thread::scope(|scope| {
        let answer = scope.spawn(|| ranked(&library, &ball()));
        has_come.recv().unwrap();
        let other = support::stand_in::pack(&shop.folder().join("packs"), "other", b"other weights");
        let change = library.use_pack(&other);
        library.wait();
        let is_done = library.pack_change();
        // Before anything can fail: else nobody would let the search go on.
        go_on.send(()).unwrap();
        change.unwrap();
        assert_eq!(is_done.unwrap(), None);
        answer.join().unwrap()
    });
    assert_ne!(ranked(&library, &ball()), meanwhile, "the other pack sees other pictures");
    library.undo_pack_change().unwrap();
    assert_eq!(ranked(&library, &ball()), meanwhile);
}

#[test]
fn photos_that_are_gone_are_remembered_until_somebody_says_otherwise() {
    let shop = Shop::new();
    shop.put_photos(5);
    let (library, asked) = shop.open_quick();
    shop.index(&library);
    let bytes = fs::read(shop.photos().join("photo-001.png")).unwrap();
    fs::remove_file(shop.photos().join("photo-001.png")).unwrap();
    fs::remove_file(shop.photos().join("photo-002.png")).unwrap();
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!((n(&library).0, library.summary().unwrap().counts.n_hidden), (3, 2));
    fs::write(shop.photos().join("back.png"), bytes).unwrap();
    assert_eq!(run(&library), JobState::Finished);
    assert_eq!((n(&library), library.summary().unwrap().counts.n_hidden), ((4, 4, 4), 1));
    assert_eq!(asked.pictures.load(Ordering::Relaxed), 5);
    assert_eq!(library.forget_gone().unwrap(), 1);
    assert_eq!(library.summary().unwrap().counts.n_hidden, 0);
    assert_eq!(n(&library), (4, 4, 4));
}
