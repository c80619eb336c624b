//! Product lists come in through a drop or a dialog, and decided words go out, through Tauri's real IPC.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod support;

use std::{fmt::Write as _, fs, time::Duration};

use serde_json::{Value, json};
use support::{Chosen, Shell, code, folder_with_photo};

const LIST: &str = "image,sku,title,price\ncup.png,VT-1,Poppy cup,12.50\n";

/// A shell whose catalog holds one photo.
fn shell_with_photo(dialogs: Chosen) -> (Shell, tempfile::TempDir) {
    let folder = folder_with_photo([200, 30, 30]);
    let shell = Shell::with(dialogs);
    let drop = shell.drop_files(&[folder.path()])["drop"].clone();
    assert_eq!(shell.call("add_dropped", json!({ "drop": drop })).unwrap(), json!({ "lists": [] }));
    shell.wait_for_photos(1);
    (shell, folder)
}

/// The title of the only product, once it has one.
fn title(shell: &Shell) -> Value {
    for _ in 0..500 {
        let page = shell.call("search", json!({ "request": { "limit": 10 } })).unwrap();
        let title = page["items"][0]["title"].clone();
        if title == "Poppy cup" {
            return title;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Value::Null
}

#[test]
fn a_dropped_list_waits_for_a_look_and_is_taken_in() {
    let (shell, _photos) = shell_with_photo(Chosen::default());
    let desk = tempfile::tempdir().unwrap();
    let list = desk.path().join("shop.csv");
    fs::write(&list, LIST).unwrap();
    let event = shell.drop_files(&[&list]);
    assert_eq!(event["summary"]["nLists"], 1);
    let dropped = shell.call("add_dropped", json!({ "drop": event["drop"] })).unwrap();
    let token = dropped["lists"][0]["token"].clone();
    assert_eq!(dropped["lists"][0]["name"], "shop.csv");
    let preview = shell.call("preview_list", json!({ "token": token, "meanings": null })).unwrap();
    assert_eq!((&preview["nProducts"], &preview["nWithPhotos"]), (&json!(1), &json!(1)));
    assert!(!preview.to_string().contains(&*desk.path().to_string_lossy()), "the pages learn no path");
    shell.call("import_list", json!({ "token": token, "meanings": null })).unwrap();
    assert_eq!(title(&shell), "Poppy cup");
    assert_eq!(code(&shell.call("preview_list", json!({ "token": 99 })).unwrap_err()), "notFound");
}

#[test]
fn a_chosen_list_is_told_what_is_wrong_with_it() {
    let desk = tempfile::tempdir().unwrap();
    let list = desk.path().join("hours.csv");
    fs::write(&list, "Monday,Tuesday\n9,10\n").unwrap();
    let (shell, _photos) = shell_with_photo(Chosen { product_list: Some(list), ..Chosen::default() });
    let chosen = shell.call("choose_product_list", json!({})).unwrap();
    let token = chosen["token"].clone();
    let preview = shell.call("preview_list", json!({ "token": token, "meanings": null })).unwrap();
    assert!(preview["problem"].is_string(), "{preview}");
    let error = shell.call("import_list", json!({ "token": token, "meanings": null })).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("hours.csv"), "{error}");
}

#[test]
fn nothing_goes_out_before_it_is_decided() {
    let desk = tempfile::tempdir().unwrap();
    let out = desk.path().join("out.csv");
    let (shell, _photos) = shell_with_photo(Chosen { list: Some(out.clone()), ..Chosen::default() });
    let target = json!({ "as": "file", "form": "csv" });
    let error = shell.call("export_dialog", json!({ "target": target })).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("approved"), "{error}");
    assert!(!out.exists());
    assert_eq!(shell.call("export_choices", json!({})).unwrap()["nReady"], 0);
}

#[test]
fn a_log_of_searches_that_takes_long_is_stopped_and_changes_nothing() {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("searches.csv");
    let (shell, _photos) = shell_with_photo(Chosen { search_log: Some(file.clone()), ..Chosen::default() });
    let mut log = "query,sku,count\n".to_owned();
    (0..500_000).for_each(|n| writeln!(log, "cup {n},VT-1,1").unwrap());
    fs::write(&file, log).unwrap();
    assert_eq!(shell.call_while("search_log_dialog", "stop_search_log").unwrap(), Value::Null);
    assert_eq!(shell.call("tuning", json!({})).unwrap()["log"], Value::Null);
}
