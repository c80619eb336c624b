//! Packs from folders: what is recognised, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use tempfile::TempDir;
use vitrine_jobs::{Job, JobKind, Stage};
use vitrine_models::{Calibration, Clip, DevicePreference, Pack, Precision, select_device};
use vitrine_packs::{Outcome, PackError, Shelf};

use crate::models::{self, write};
use crate::{Setting, mentions, pickle};

struct Place {
    folder: TempDir,
    shelf: Shelf,
}

fn importing() -> Job {
    Job::new(JobKind::Import, "")
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().join("packs"));
        Self { folder, shelf }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder with a search model and a captioner.
    fn two_models(&self, name: &str) -> PathBuf {
        write(self.path(name).join("search"), &models::clip());
        write(self.path(name).join("words"), &models::caption());
        self.path(name)
    }

    fn import(&self, source: &Path, name: Option<&str>) -> Result<Outcome, PackError> {
        self.shelf.import(source, name, &importing())
    }

    #[track_caller]
    fn import_new(&self, source: &Path, name: Option<&str>) -> Pack {
        match self.import(source, name).unwrap() {
            Outcome::Installed(folder) => {
                let pack = Pack::open(&folder).unwrap();
                pack.verify().unwrap();
                pack
            }
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check(&self, source: &Path, words: &[&str]) {
        let before = self.shelf.installed().len();
        mentions(&self.import(source, None).unwrap_err(), words);
        assert_eq!(self.shelf.installed().len(), before);
        // Nothing of it stays.
        let rests = fs::read_dir(self.shelf.folder().join(".importing")).map(|rests| rests.count());
        assert_eq!(rests.unwrap_or(0), 0);
    }
}

#[test]
fn a_folder_with_models_becomes_a_pack() {
    let place = Place::new();
    let source = place.two_models("My Models");
    let pack = place.import_new(&source, None);
    assert_eq!(pack.manifest().name, "my-models");
    assert!(pack.clip_folder().is_ok() && pack.caption_folder().is_ok() && !pack.manifest().starter);
    // Copied, not moved and not linked.
    assert!(source.join("search/model.safetensors").is_file());
    let copy = pack.folder().join("clip/model.safetensors");
    assert!(!fs::symlink_metadata(copy).unwrap().is_symlink());

    let same = place.import(&source, None).unwrap();
    assert_eq!(same, Outcome::AlreadyThere(pack.folder().to_path_buf()));
}

#[test]
fn a_single_model_that_finds_is_enough() {
    let place = Place::new();
    let source = write(place.path("vit"), &models::clip_of_vocabulary_files());
    let pack = place.import_new(&source, Some("mine"));
    assert_eq!(pack.manifest().name, "mine");
    assert!(pack.caption_folder().is_err());
    place.check(&write(place.path("words"), &models::caption()), &["search model", "beside it"]);
}

#[test]
fn every_family_of_search_models_is_imported() {
    let check = |name: &str, files: &models::Files, has_own_scale: bool| {
        let place = Place::new();
        let pack = place.import_new(&write(place.path(name), files), None);
        let clip = Clip::load(&pack.clip_folder().unwrap(), &select_device(DevicePreference::Cpu)).unwrap();
        assert_eq!(clip.embed_texts(&["a red mug"]).unwrap()[0].len(), clip.dim(), "{name}");
        // Models that were trained with a sigmoid say how their cosines read.
        let usual = Calibration::default();
        assert_eq!(pack.manifest().calibration.text != usual.text, has_own_scale, "{name}");
        assert!(pack.clip_summary().unwrap().n_parameters > 10_000, "{name}");
        // Everything that shapes its vectors is part of their key.
        let key = pack.clip_key(Precision::F32);
        for file in files.keys() {
            let mut other = Pack::open(pack.folder()).unwrap();
            let sum = other.manifest().files[&format!("clip/{file}")].clone();
            let toml = fs::read_to_string(pack.folder().join("pack.toml")).unwrap();
            let changed = toml.replace(&sum.sha256, &"0".repeat(64));
            fs::write(pack.folder().join("pack.toml"), changed).unwrap();
            other = Pack::open(pack.folder()).unwrap();
            assert_ne!(other.clip_key(Precision::F32), key, "{name}: {file}");
            fs::write(pack.folder().join("pack.toml"), toml).unwrap();
        }
    };
    check("clip", &models::clip(), false);
    check("chinese-clip", &models::chinese_clip(), false);
    check("siglip", &models::siglip(), true);
    check("siglip-gemma", &models::siglip_gemma(), true);
    check("open-clip", &models::open_clip(), false);
    // Both layouts in one folder, as some repositories have them: the one that is known goes.
    let mut both = models::open_clip();
    both.insert("config.json".into(), br#"{ "architectures": ["SomethingElse"] }"#.to_vec());
    let place = Place::new();
    let pack = place.import_new(&write(place.path("both"), &both), None);
    assert!(pack.manifest().files.contains_key("clip/open_clip_config.json"));
    assert!(!pack.manifest().files.contains_key("clip/config.json"));
}

#[test]
fn wrong_parts_of_other_families_are_named() {
    let place = Place::new();
    let mut name = 0;
    let mut check = |files: &models::Files, words: &[&str]| {
        name += 1;
        place.check(&write(place.path(&format!("wrong-{name}")), files), words);
    };
    let edited = |mut files: models::Files, file: &str, from: &str, to: &str| {
        models::edit(&mut files, file, from, to);
        files
    };
    let without = |mut files: models::Files, file: &str| {
        files.remove(file);
        files
    };
    check(&without(models::siglip(), "spiece.model"), &["tokenizer.json"]);
    check(&without(models::open_clip(), "open_clip_pytorch_model.bin"), &["open_clip_model.safetensors"]);
    check(
        &edited(models::siglip(), "config.json", "\"patch_size\": 8", "\"patch_size\": 10"),
        &["model.safetensors", "patch_embedding"],
    );
    check(
        &edited(models::open_clip(), "open_clip_config.json", "\"width\": 32", "\"width\": 48"),
        &["open_clip_pytorch_model.bin", "visual."],
    );
    let timm = "\"timm_model_name\": \"fastvit_mci2\", \"image_size\": 44";
    check(
        &edited(models::open_clip(), "open_clip_config.json", "\"image_size\": 44", timm),
        &["open_clip_config.json", "fastvit_mci2"],
    );
    let mut words = models::siglip();
    words.insert("spiece.model".into(), b"no model".to_vec());
    check(&words, &["spiece.model"]);
}

#[test]
fn a_pack_is_imported_with_all_that_it_says() {
    let setting = Setting::new();
    let pulled = setting.pull_new();
    let stick = Place::new();
    let pack = stick.import_new(&pulled, None);
    assert_eq!(pack.manifest(), Pack::open(&pulled).unwrap().manifest());
    assert_eq!(pack.manifest().name, "tiny");
    assert!(pack.folder().join("origin.toml").is_file());

    // And under another name.
    let other = stick.import_new(&pulled, Some("again"));
    assert_eq!(other.manifest().revision, pack.manifest().revision);
    assert_eq!(stick.shelf.installed().len(), 2);
}

#[cfg(unix)]
#[test]
fn the_cache_of_the_hubs_tools_is_understood() {
    let place = Place::new();
    let cache = place.path("hub");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for (repo, files) in
        [("models--openai--clip-tiny", models::clip()), ("models--org--words", models::caption())]
    {
        let snapshot = cache.join(repo).join("snapshots").join(commit);
        let blobs = write(cache.join(repo).join("blobs"), &files);
        fs::create_dir_all(&snapshot).unwrap();
        fs::create_dir_all(cache.join(repo).join("snapshots/older")).unwrap();
        for name in files.keys() {
            std::os::unix::fs::symlink(blobs.join(name), snapshot.join(name)).unwrap();
        }
        fs::create_dir_all(cache.join(repo).join("refs")).unwrap();
        fs::write(cache.join(repo).join("refs/main"), commit).unwrap();
    }
    let both = place.import_new(&cache, None);
    assert_eq!(both.manifest().name, "hub");
    assert!(both.caption_folder().is_ok());
    let file = both.folder().join("clip/model.safetensors");
    assert!(!fs::symlink_metadata(file).unwrap().is_symlink());

    let one = place.import_new(&cache.join("models--openai--clip-tiny"), None);
    assert_eq!(one.manifest().name, "clip-tiny");
    let snapshot = cache.join("models--openai--clip-tiny/snapshots").join(commit);
    assert!(matches!(place.import(&snapshot, None).unwrap(), Outcome::AlreadyThere(_)));
}

#[test]
fn what_cannot_be_imported_says_why() {
    let place = Place::new();
    place.check(&place.path("absent"), &["absent", "cannot be imported"]);
    fs::create_dir(place.path("empty")).unwrap();
    place.check(&place.path("empty"), &["empty", "no config.json"]);

    let mut clip = models::clip();
    models::edit(&mut clip, "config.json", "CLIPModel", "AlignModel");
    place.check(&write(place.path("align"), &clip), &["AlignModel", "CLIPModel"]);

    let mut clip = models::clip();
    clip.remove("model.safetensors");
    place.check(&write(place.path("no-weights"), &clip), &["no-weights", "model.safetensors"]);

    let mut clip = models::clip();
    models::edit(&mut clip, "config.json", "\"projection_dim\": 32", "\"projection_dim\": 33");
    place.check(&write(place.path("shapes"), &clip), &["projection.weight", "33"]);

    let mut clip = models::clip();
    pickle::replace_weights(&mut clip, pickle::CALL);
    place.check(&write(place.path("pickle"), &clip), &["pytorch_model.bin", "more than tensors"]);

    let twice = place.two_models("twice");
    write(twice.join("other"), &models::clip_of_vocabulary_files());
    place.check(&twice, &["search", "other", "same purpose"]);
}

#[test]
fn a_pack_that_is_damaged_is_not_imported() {
    let setting = Setting::new();
    let pulled = setting.pull_new();
    let weights = pulled.join("clip/model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    bytes[200_000] ^= 1;
    fs::write(&weights, bytes).unwrap();
    Place::new().check(&pulled, &["clip/model.safetensors", "damaged"]);
}

#[test]
fn a_name_that_is_taken_is_not_given_twice() {
    let place = Place::new();
    let source = place.two_models("mine");
    place.import_new(&source, None);
    let other = write(place.path("other"), &models::clip_of_vocabulary_files());
    let error = place.import(&other, Some("mine")).unwrap_err();
    mentions(&error, &["mine", "another name"]);
    mentions(&place.import(&other, Some("starter")).unwrap_err(), &["starter"]);
    mentions(&place.import(&other, Some("../mine")).unwrap_err(), &["../mine", "letters"]);
    assert_eq!(place.shelf.installed().len(), 1);
}

#[test]
fn an_import_can_be_stopped() {
    let place = Place::new();
    let source = place.two_models("mine");
    let job = importing();
    // It stands at the first file that it copies, however fast this machine is.
    job.pause();
    let outcome = thread::scope(|scope| {
        let import = scope.spawn(|| place.shelf.import(&source, None, &job));
        while job.board().progress().stage != Some(Stage::Copy) && !import.is_finished() {
            thread::yield_now();
        }
        job.cancel();
        import.join().unwrap()
    });
    assert!(matches!(outcome, Err(PackError::Cancelled)), "{outcome:?}");
    assert!(place.shelf.installed().is_empty());
    place.import_new(&source, None);
}
