//! What is removed, and what is not.

use std::fs;

use vitrine_packs::PackError;

use crate::hub_server::Fault;
use crate::{Setting, mentions};

#[test]
fn a_pack_is_removed_unless_it_is_in_use() {
    let setting = Setting::new();
    let folder = setting.pull_new();
    // However its folder is written.
    let roundabout = setting.path().join("packs/../packs/tiny");
    mentions(&setting.shelf.remove("tiny", &[roundabout]).unwrap_err(), &["tiny", "in use", "another one"]);
    assert!(folder.join("pack.toml").is_file());

    setting.shelf.remove("tiny", &[]).unwrap();
    assert!(!folder.exists() && setting.shelf.installed().is_empty());
    let rests: Vec<_> =
        fs::read_dir(setting.shelf.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(rests.iter().all(|name| name.to_string_lossy().starts_with('.')), "{rests:?}");
    assert!(matches!(setting.shelf.remove("tiny", &[]), Err(PackError::NotInstalled { .. })));
    assert!(matches!(setting.shelf.remove("../packs", &[]), Err(PackError::BadName { .. })));
}

#[test]
fn an_interrupted_download_is_removed_as_well() {
    let setting = Setting::new();
    setting.fault("model.safetensors", Fault::CutAfter(150_000), 1);
    setting.fault("model.safetensors", Fault::CutAfter(0), 9);
    setting.check(&["cut"]);
    assert!(setting.n_partial() > 150_000);
    setting.shelf.remove("tiny", &[]).unwrap();
    assert_eq!(setting.n_partial(), 0);
    assert!(setting.shelf.unfinished().is_empty());
}

#[test]
fn a_pack_that_cannot_be_opened_is_listed_with_its_reason_and_can_be_removed() {
    let setting = Setting::new();
    let folder = setting.pull_new();
    fs::remove_file(folder.join("clip/model.safetensors")).unwrap();
    let listed = setting.shelf.find("tiny").unwrap();
    assert!(listed.problem.unwrap().contains("clip/model.safetensors"));
    setting.shelf.remove("tiny", &[]).unwrap();
    assert!(setting.shelf.installed().is_empty());
}
