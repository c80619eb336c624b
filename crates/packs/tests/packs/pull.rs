//! What a download brings, and what it asks for.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use vitrine_jobs::{Job, JobKind, Progress, Stage};
use vitrine_models::{Clip, DevicePreference, Matcher, Pack, select_device};
use vitrine_packs::{Offer, Outcome, PackError};

use crate::hub_server::Fault;
use crate::{CLIP, Setting, models, pickle, pulling};

#[test]
fn a_pack_arrives_whole_and_loads() {
    let setting = Setting::new();
    // It takes so long that whoever looks sees it.
    setting.fault("model.safetensors", Fault::Slow, 1);
    let (outcome, seen) = setting.pull_looking();
    let Outcome::Installed(folder) = outcome.unwrap() else { panic!("not new") };
    assert_eq!(folder, setting.shelf.folder().join("tiny"));
    let pack = Pack::open(&folder).unwrap();
    pack.verify().unwrap();
    let manifest = pack.manifest();
    assert_eq!((manifest.name.as_str(), manifest.licence.as_str()), ("tiny", "MIT"));
    assert_eq!(manifest.files.len(), 8);
    Clip::load(&pack.clip_folder().unwrap(), &select_device(DevicePreference::Cpu)).unwrap();
    let weights = fs::read(folder.join("caption/model.safetensors")).unwrap();
    assert_eq!(weights, models::caption()["model.safetensors"]);

    let installed = setting.shelf.installed();
    assert_eq!((installed.len(), installed[0].size_bytes), (1, manifest.size_bytes()));
    assert!(setting.shelf.unfinished().is_empty());

    // Bytes only grow, of a total that stands from the beginning, all of them come, and the file at hand is named.
    let downloading: Vec<_> = seen.iter().filter(|seen| seen.stage == Some(Stage::Download)).collect();
    let done = |of: &Progress| of.of(Stage::Download).map(|stage| (stage.done, stage.total)).unwrap();
    assert!(downloading.windows(2).all(|two| done(two[0]).0 <= done(two[1]).0));
    assert!(downloading.iter().all(|seen| done(seen).1 == manifest.size_bytes()));
    assert!(downloading.iter().any(|seen| seen.current.as_deref() == Some("clip/model.safetensors")));
    let end = seen.last().unwrap();
    assert_eq!(done(end), (manifest.size_bytes(), manifest.size_bytes()));
    assert_eq!((end.stage, end.of(Stage::Try).map(|stage| stage.done)), (Some(Stage::Try), Some(2)));
}

#[test]
fn a_pack_of_three_models_arrives() {
    let mut setting = Setting::new();
    setting.hub.put("org/match", models::matching());
    setting.offer = Offer::parse(
        "format = 1\nname = \"three\"\ntitle = \"Three\"\nsummary = \"For tests.\"\nlicence = \"MIT\"\n\
         about_bytes = 900000\n[clip]\nrepo = \"org/clip\"\n[caption]\nrepo = \"org/caption\"\n\
         [match]\nrepo = \"org/match\"\n[calibration]\ntext = { unrelated = 0.1, sure = 0.3 }\n\
         image = { unrelated = 0.5, sure = 0.9 }\n",
    )
    .unwrap();
    let pack = Pack::open(&setting.pull_new()).unwrap();
    Matcher::load(&pack.match_folder().unwrap(), &select_device(DevicePreference::Cpu)).unwrap();
    assert!((pack.manifest().calibration.text.sure - 0.3).abs() < 1e-6);
}

#[test]
fn models_of_other_layouts_arrive() {
    let check = |layout: &str, clip: models::Files| {
        let mut setting = Setting::with(clip, models::caption());
        setting.offer = Offer::parse(&format!(
            "format = 1\nname = \"tiny\"\ntitle = \"Tiny\"\nsummary = \"For tests.\"\nlicence = \"MIT\"\n\
             about_bytes = 700000\n[clip]\nrepo = \"org/clip\"\nlayout = \"{layout}\"\n\
             [caption]\nrepo = \"org/caption\"\n"
        ))
        .unwrap();
        let pack = Pack::open(&setting.pull_new()).unwrap();
        Clip::load(&pack.clip_folder().unwrap(), &select_device(DevicePreference::Cpu)).unwrap();
    };
    check("siglip", models::siglip());
    check("siglip", models::siglip_gemma());
    check("open_clip", models::open_clip());
}

#[test]
fn small_files_come_before_any_weights() {
    let setting = Setting::new();
    setting.pull_new();
    let files: Vec<String> = setting
        .hub
        .take_seen()
        .into_iter()
        .filter(|seen| {
            seen.method == "GET" && seen.path.contains("/resolve/") && !seen.path.starts_with("/cache")
        })
        .map(|seen| seen.path)
        .collect();
    let first_weights = files.iter().position(|path| path.ends_with("model.safetensors")).unwrap();
    let last_small = files.iter().rposition(|path| !path.ends_with("model.safetensors")).unwrap();
    assert!(last_small < first_weights, "{files:?}");
}

#[test]
fn a_pack_that_is_there_is_not_downloaded_again() {
    let setting = Setting::new();
    let folder = setting.pull_new();
    setting.hub.take_seen();
    assert_eq!(setting.pull().unwrap(), Outcome::AlreadyThere(folder.clone()));
    assert!(setting.hub.take_seen().iter().all(|seen| seen.path.starts_with("/api/")));

    // Nor when the repository changed in what the pack does not hold.
    let mut clip = models::clip();
    clip.insert("README.md".into(), b"better words".to_vec());
    setting.hub.put(CLIP, clip);
    assert_eq!(setting.pull().unwrap(), Outcome::AlreadyThere(folder));
    assert!(!setting.hub.take_seen().iter().any(|seen| seen.is_store && seen.method == "GET"));
    assert!(setting.shelf.unfinished().is_empty());
}

#[test]
fn a_new_revision_gets_a_folder_of_its_own_and_takes_what_did_not_change() {
    let setting = Setting::new();
    let old = setting.pull_new();
    let kept = fs::read(old.join("clip/config.json")).unwrap();
    setting.hub.take_seen();
    let mut clip = models::clip();
    models::edit(&mut clip, "config.json", "\"logit_scale_init_value\"", "\"logit_scale_init\"");
    setting.hub.put(CLIP, clip);

    let new = setting.pull_new();
    assert_ne!(new, old);
    assert_eq!(fs::read(old.join("clip/config.json")).unwrap(), kept);
    assert_ne!(fs::read(new.join("clip/config.json")).unwrap(), kept);
    let stored: Vec<_> =
        setting.hub.take_seen().into_iter().filter(|s| s.is_store && s.method == "GET").collect();
    assert!(stored.is_empty(), "weights that are here were asked for: {stored:?}");
    assert_eq!(setting.shelf.find("tiny").unwrap().folder, new);

    // The old one stays while it is in use, and goes afterwards.
    setting.shelf.sweep(std::slice::from_ref(&old));
    assert!(old.exists());
    setting.shelf.sweep(std::slice::from_ref(&new));
    assert!(!old.exists() && new.exists());
}

#[test]
fn a_damaged_pack_is_mended_by_another_pull() {
    let setting = Setting::new();
    let old = setting.pull_new();
    let weights = old.join("clip/model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&weights, bytes).unwrap();
    let error = setting.shelf.verify("tiny", &Job::new(JobKind::Verify, "tiny")).unwrap_err();
    assert!(error.to_string().contains("clip/model.safetensors"), "{error}");

    let new = setting.pull_new();
    Pack::open(&new).unwrap().verify().unwrap();
    setting.shelf.verify("tiny", &Job::new(JobKind::Verify, "tiny")).unwrap();
}

#[test]
fn vocabulary_files_and_pickles_stand_in() {
    let mut caption = models::caption();
    pickle::replace_weights(&mut caption, b"");
    let setting = Setting::with(models::clip_of_vocabulary_files(), caption);
    let pack = Pack::open(&setting.pull_new()).unwrap();
    let files: Vec<&str> = pack.manifest().files.keys().map(String::as_str).collect();
    assert!(files.contains(&"clip/vocab.json") && files.contains(&"clip/merges.txt"), "{files:?}");
    assert!(files.contains(&"caption/pytorch_model.bin"), "{files:?}");
}

#[test]
fn a_cancelled_download_stops_at_once_and_goes_on_later() {
    let setting = Setting::new();
    setting.fault("model.safetensors", Fault::SilentAfter(100_000), 1);
    let job = pulling();
    let stopping = job.control().clone();
    let canceller = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        stopping.cancel();
        Instant::now()
    });
    let mut options = setting.options.clone();
    // Not the patience with a silent server ends it.
    options.stall_timeout = Duration::from_secs(15);
    let outcome = setting.shelf.pull(&setting.offer, &options, &job);
    let stopped_after = canceller.join().unwrap().elapsed();
    assert!(matches!(outcome, Err(PackError::Cancelled)), "{outcome:?}");
    assert!(stopped_after < Duration::from_secs(2), "{stopped_after:?}");
    assert!(setting.n_partial() >= 100_000);
    let unfinished = setting.shelf.unfinished();
    assert_eq!((unfinished[0].name.as_str(), unfinished.len()), ("tiny", 1));
    assert!(unfinished[0].total_bytes > unfinished[0].done_bytes);

    setting.hub.take_seen();
    setting.pull_new();
    let resumed =
        setting.hub.take_seen().into_iter().find(|seen| seen.is_store && seen.method == "GET").unwrap();
    assert_eq!(resumed.range.as_deref(), Some("bytes=100000-"));
}

#[test]
fn two_cannot_write_at_once() {
    let setting = Setting::new();
    setting.fault("model.safetensors", Fault::Slow, 2);
    thread::scope(|scope| {
        let first = scope.spawn(|| setting.pull());
        thread::sleep(Duration::from_millis(300));
        let second = setting.pull();
        assert!(matches!(second, Err(PackError::Busy)), "{second:?}");
        first.join().unwrap().unwrap();
    });
}

#[test]
fn a_token_goes_to_the_hub_and_nowhere_else() {
    let mut setting = Setting::new();
    setting.hub.state().token = Some("hf_secret".into());
    setting.check(&["org/clip", "login", "HF_TOKEN"]);
    setting.options.token = Some("hf_secret".into());
    setting.hub.take_seen();
    setting.pull_new();
    for seen in setting.hub.take_seen() {
        assert_eq!(seen.authorization.is_some(), !seen.is_store, "{seen:?}");
    }
}

#[test]
fn nothing_is_asked_for_before_a_pull() {
    let setting = Setting::new();
    assert!(setting.shelf.installed().is_empty() && setting.shelf.unfinished().is_empty());
    setting.shelf.sweep(&[]);
    assert!(setting.hub.take_seen().is_empty());
}
