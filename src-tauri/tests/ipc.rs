//! The commands, through Tauri's real IPC on its mock runtime: no display is needed.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod support;

use std::{path::Path, sync::mpsc, time::Duration};

use serde_json::{Value, json};
use support::{Chosen, Shell, code, folder_with_photo};
use tauri::{Listener, ipc::InvokeBody};
use vitrine_api::types::{ApiError, ErrorCode};

/// A command, and arguments that it can read.
type Command = (&'static str, fn() -> Value);

/// Every command that takes JSON and asks nobody.
const COMMANDS: &[Command] = &[
    ("app_state", || json!({})),
    ("search", || json!({ "request": { "text": "mug", "offset": 0, "limit": 10 } })),
    ("improve_search", || json!({ "request": { "text": "mug" } })),
    ("facets", || json!({ "request": { "text": "mug" } })),
    ("complete", || json!({ "text": "mu", "caret": 2 })),
    ("explain", || json!({ "request": { "text": "mug" }, "id": 1 })),
    ("heat_map", || json!({ "request": { "text": "mug" }, "picture": 1 })),
    ("saved_searches", || json!({})),
    ("save_search", || json!({ "name": "mugs", "request": { "text": "mug" } })),
    ("remove_saved_search", || json!({ "name": "mugs" })),
    ("product_texts", || json!({ "ids": [1] })),
    ("reveal_products", || json!({ "ids": [1] })),
    ("twins", || json!({ "likeness": "crop", "offset": 0, "limit": 10 })),
    ("decide_twins", || json!({ "pictures": [1], "decision": { "kind": "keep", "picture": 1 } })),
    ("undo_twin_decision", || json!({})),
    ("set_aside", || json!({ "offset": 0, "limit": 10 })),
    ("show_again", || json!({ "picture": 1 })),
    ("review_queue", || json!({ "filter": filter(), "offset": 0, "limit": 10 })),
    ("review_item", || json!({ "id": 1 })),
    ("decide_review", || json!({ "id": 1, "decision": { "kind": "reopen" } })),
    ("undo_review", || json!({})),
    ("redo_review", || json!({})),
    ("check_text", || json!({ "id": 1, "text": { "title": "Mug", "text": "", "altText": "" } })),
    ("review_history", || json!({ "id": 1 })),
    ("preview_approve_all", || json!({ "filter": filter() })),
    ("approve_all", || json!({ "token": "none" })),
    ("reviewer", || json!({})),
    ("set_reviewer", || json!({ "name": "Ada" })),
    ("templates", || json!({})),
    (
        "try_template",
        || json!({ "template": { "category": "Mugs", "title": "{brand}", "text": "", "altText": "" } }),
    ),
    ("rule_help", || json!({})),
    (
        "set_template",
        || json!({ "template": { "category": "Mugs", "title": "{brand}", "text": "", "altText": "" } }),
    ),
    ("remove_template", || json!({ "category": "Mugs" })),
    ("export_choices", || json!({})),
    ("preview_export", || json!({ "target": { "as": "file", "form": "csv" } })),
    ("product", || json!({ "id": 1 })),
    ("skipped", || json!({ "offset": 0, "limit": 10 })),
    ("reveal", || json!({ "id": 1 })),
    ("add_sample_catalog", || json!({})),
    ("remove_source", || json!({ "id": 1 })),
    ("rescan", || json!({})),
    ("pause_indexing", || json!({})),
    ("resume_indexing", || json!({})),
    ("cancel_indexing", || json!({})),
    ("packs", || json!({})),
    ("cancel_pack_job", || json!({ "name": "fast" })),
    ("verify_pack", || json!({ "name": "fast" })),
    ("remove_pack", || json!({ "name": "fast" })),
    ("use_pack", || json!({ "name": "fast" })),
    ("undo_pack_change", || json!({})),
];

fn filter() -> Value {
    json!({ "state": null, "claim": null, "verdict": null, "folder": null, "category": null })
}

#[test]
fn a_fresh_library_is_empty_and_says_so() {
    let shell = Shell::new();
    let state = shell.call("app_state", json!({})).unwrap();
    assert_eq!(state["catalog"]["nPhotos"], 0);
    assert_eq!(state["sampleAvailable"], false);
    assert_eq!(shell.call("search", json!({ "request": {} })).unwrap()["total"], 0);
    assert_eq!(shell.call("skipped", json!({ "offset": 0, "limit": 5 })).unwrap()["items"], json!([]));
}

#[test]
fn a_library_that_cannot_be_opened_answers_every_command_with_the_reason() {
    let reason =
        ApiError { code: ErrorCode::Storage, message: "The disk is read-only.".into(), detail: None };
    let cause = reason.clone();
    let shell = Shell::opened_by(Chosen::default(), tempfile::tempdir().unwrap(), || Err(cause));
    for (command, arguments) in COMMANDS {
        let error = shell.call(command, arguments()).unwrap_err();
        assert_eq!(error, serde_json::to_value(&reason).unwrap(), "{command}");
    }
    let pasted = shell.invoke("query_picture_pasted", InvokeBody::Raw(vec![1, 2, 3])).unwrap_err();
    assert_eq!(code(&pasted), "storage");
}

#[test]
fn arguments_that_make_no_sense_are_refused_by_name() {
    let shell = Shell::new();
    let error = shell.call("product", json!({})).unwrap_err();
    assert!(error.as_str().is_some_and(|text| text.contains("id")), "{error}");
    let error = shell.call("product", json!({ "id": "../../etc/passwd" })).unwrap_err();
    assert!(error.as_str().is_some_and(|text| text.contains("id")), "{error}");
    assert_eq!(code(&shell.call("product", json!({ "id": 404 })).unwrap_err()), "notFound");
    assert_eq!(code(&shell.call("reveal", json!({ "id": 404 })).unwrap_err()), "notFound");
}

#[test]
fn a_dropped_folder_is_indexed_and_its_photo_shown() {
    let folder = folder_with_photo([200, 30, 30]);
    let shell = Shell::new();
    let (sender, changes) = mpsc::channel();
    shell.app.listen("catalog-changed", move |event| {
        let _ = sender.send(serde_json::from_str::<Value>(event.payload()).unwrap());
    });
    let event = shell.drop_files(&[folder.path()]);
    assert_eq!(event["summary"], json!({ "nFolders": 1, "nPictures": 0, "nLists": 0, "nOther": 0 }));
    assert!(
        !event.to_string().contains(&*folder.path().to_string_lossy()),
        "the pages learn no path: {event}"
    );
    shell.call("add_dropped", json!({ "drop": event["drop"] })).unwrap();

    shell.wait_for_photos(1);
    let page = shell.call("search", json!({ "request": { "limit": 10 } })).unwrap();
    let product = &page["items"][0];
    assert_eq!(product["fileName"], "cup.png");
    let id = product["id"].as_u64().unwrap();
    let version = product["version"].as_str().unwrap();
    let detail = shell.call("product", json!({ "id": id })).unwrap();
    assert_eq!((&detail["product"]["width"], &detail["product"]["height"]), (&json!(40), &json!(30)));

    for kind in ["thumb", "full"] {
        let (status, headers, bytes) = shell.photo(&format!("/{kind}%2F{id}%2F{version}"));
        assert_eq!(status, 200, "{kind}");
        assert!(headers["cache-control"].contains("immutable"), "{headers:?}");
        let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
        let middle = picture.get_pixel(picture.width() / 2, picture.height() / 2).0;
        assert!(middle[0] > 180 && middle[1] < 60 && middle[2] < 60, "{kind}: {middle:?}");
    }
    let summary = changes.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(summary["sources"].is_array(), "{summary}");
}

#[test]
fn a_drop_is_used_once_and_others_are_unknown() {
    let folder = folder_with_photo([0, 0, 0]);
    let shell = Shell::new();
    assert_eq!(code(&shell.call("add_dropped", json!({ "drop": 7 })).unwrap_err()), "notFound");
    let drop = shell.drop_files(&[folder.path()])["drop"].clone();
    shell.call("add_dropped", json!({ "drop": drop })).unwrap();
    assert_eq!(code(&shell.call("add_dropped", json!({ "drop": drop })).unwrap_err()), "notFound");
}

#[test]
fn folders_chosen_in_the_dialog_are_indexed() {
    let folder = folder_with_photo([10, 20, 200]);
    let shell = Shell::with(Chosen { folders: Some(vec![folder.path().to_owned()]), ..Chosen::default() });
    assert_eq!(shell.call("add_folder_dialog", json!({})).unwrap(), true);
    let state = shell.wait_for_photos(1);
    let source = state["catalog"]["sources"][0]["id"].as_u64().unwrap();
    shell.call("remove_source", json!({ "id": source })).unwrap();
    shell.wait_for_photos(0);
    assert!(folder.path().join("cup.png").exists(), "the merchant's photo stays");
}

#[test]
fn a_folder_with_models_is_imported_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("mine");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/models/tests/goldens/clip_quick_gelu");
    std::fs::create_dir(&source).unwrap();
    for file in ["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"] {
        std::fs::copy(golden.join(file), source.join(file)).unwrap();
    }
    let shell = Shell::with(Chosen { pack: Some(source), ..Chosen::default() });
    let (sender, heard) = mpsc::channel();
    shell.app.listen("packs", move |event| {
        let _ = sender.send(serde_json::from_str::<Value>(event.payload()).unwrap());
    });
    assert_eq!(shell.call("import_pack_dialog", json!({})).unwrap(), true);
    let ended = loop {
        let news = heard.recv_timeout(Duration::from_secs(60)).unwrap();
        if !news["ended"].is_null() {
            break news["ended"].clone();
        }
    };
    assert_eq!((&ended["name"], &ended["error"]), (&json!("mine"), &Value::Null));
    let state = || {
        let list = shell.call("packs", json!({})).unwrap();
        let mine = list["packs"].as_array().unwrap().iter().find(|pack| pack["name"] == "mine");
        mine.map(|pack| pack["state"].clone())
    };
    assert_eq!(state(), Some(json!("installed")));
    shell.call("remove_pack", json!({ "name": "mine" })).unwrap();
    assert_eq!(state(), None);
    assert_eq!(code(&shell.call("pull_pack", json!({ "name": "mine" })).unwrap_err()), "notFound");
}

#[test]
fn a_dialog_closed_without_a_choice_changes_nothing() {
    let shell = Shell::new();
    assert_eq!(shell.call("add_folder_dialog", json!({})).unwrap(), false);
    assert_eq!(shell.call("query_picture_dialog", json!({})).unwrap(), Value::Null);
    assert_eq!(shell.call("import_pack_dialog", json!({})).unwrap(), false);
    assert_eq!(shell.call("app_state", json!({})).unwrap()["catalog"]["sources"], json!([]));
}

#[test]
fn pictures_to_search_with_are_chosen_dropped_and_pasted() {
    let folder = folder_with_photo([0, 160, 0]);
    let photo = folder.path().join("cup.png");
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/starter");
    let shell =
        Shell::with_packs(Chosen { picture: Some(photo.clone()), ..Chosen::default() }, vec![starter]);
    let chosen = shell.call("query_picture_dialog", json!({})).unwrap();
    assert_eq!(chosen["name"], "cup.png");

    let drop = shell.drop_files(&[&photo])["drop"].clone();
    let dropped = shell.call("query_pictures_dropped", json!({ "drop": drop })).unwrap();
    assert_eq!(dropped.as_array().map(Vec::len), Some(1));

    let bytes = std::fs::read(&photo).unwrap();
    let pasted = shell.invoke("query_picture_pasted", InvokeBody::Raw(bytes)).unwrap();
    for picture in [&chosen, &dropped[0], &pasted] {
        let (status, _, bytes) = shell.photo(&format!("/query%2F{}", picture["token"].as_str().unwrap()));
        assert_eq!(status, 200);
        assert!(image::load_from_memory(&bytes).is_ok());
    }
}

#[test]
fn what_is_no_picture_is_refused_with_a_reason() {
    let shell = Shell::new();
    let error = shell.invoke("query_picture_pasted", InvokeBody::Raw(b"hello".to_vec())).unwrap_err();
    assert_eq!(code(&error), "badPicture");
    let error = shell.call("query_picture_pasted", json!({ "bytes": [1, 2] })).unwrap_err();
    assert_eq!(code(&error), "badRequest");

    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a picture").unwrap();
    let drop = shell.drop_files(&[&text])["drop"].clone();
    let error = shell.call("query_pictures_dropped", json!({ "drop": drop })).unwrap_err();
    assert_eq!(code(&error), "badPicture");
    assert!(error["message"].as_str().unwrap().contains("notes.txt"), "{error}");
}

#[test]
fn addresses_that_name_no_picture_answer_404_in_words() {
    let shell = Shell::new();
    shell.call("app_state", json!({})).unwrap();
    for path in ["/thumb/1", "/full/1/abc", "/query/none", "/", "/thumb/..%2F..%2Fetc%2Fpasswd"] {
        let (status, headers, body) = shell.photo(path);
        assert_eq!(status, 404, "{path}");
        assert!(headers["content-type"].starts_with("text/plain"), "{path}: {headers:?}");
        assert!(!body.is_empty(), "{path}");
    }
}

#[test]
fn a_path_is_no_name_for_a_picture() {
    let folder = folder_with_photo([1, 2, 3]);
    let shell = Shell::new();
    let path = folder.path().join("cup.png");
    let request = json!({ "request": { "pictures": [{ "token": path, "weight": 1 }], "limit": 5 } });
    assert!(["notFound", "noModels"].contains(&code(&shell.call("search", request).unwrap_err())));
}

#[test]
fn an_answer_is_narrowed_explained_kept_and_listed() {
    let folder = folder_with_photo([200, 30, 30]);
    let file = folder.path().join("chosen/products");
    std::fs::create_dir(folder.path().join("chosen")).unwrap();
    let list = file.with_extension("csv");
    let dialogs = Chosen {
        folders: Some(vec![folder.path().to_owned()]),
        list: Some(list.clone()),
        ..Chosen::default()
    };
    let shell = Shell::with(dialogs);
    shell.call("add_folder_dialog", json!({})).unwrap();
    shell.wait_for_photos(1);
    shell.api.lock().unwrap().as_ref().unwrap().wait();
    let page = shell.call("search", json!({ "request": { "withDetails": true, "limit": 5 } })).unwrap();
    let id = page["items"][0]["id"].clone();
    assert!(page["items"][0]["listed"]["fields"].is_array(), "{page}");
    let facets = shell.call("facets", json!({ "request": {} })).unwrap();
    assert_eq!(facets["nCounted"], 1);
    let folders = facets["groups"].as_array().unwrap().iter().find(|group| group["key"] == "folder").unwrap();
    let filter = json!({ "key": "folder", "value": folders["values"][0]["value"], "isNot": false });
    let request = json!({ "text": "", "filters": [filter] });
    assert_eq!(shell.call("search", json!({ "request": request })).unwrap()["total"], 1);
    let completed = shell.call("complete", json!({ "text": "fol", "caret": 3 })).unwrap();
    assert_eq!(completed[0]["insert"], "folder:");
    shell.call("save_search", json!({ "name": "reds", "request": request })).unwrap();
    let saved = shell.call("saved_searches", json!({})).unwrap();
    assert_eq!((&saved[0]["name"], &saved[0]["request"]["filters"]), (&json!("reds"), &json!([filter])));
    shell.call("remove_saved_search", json!({ "name": "reds" })).unwrap();
    assert_eq!(shell.call("saved_searches", json!({})).unwrap(), json!([]));
    let reasons = shell.call("explain", json!({ "request": request, "id": id })).unwrap();
    assert!(reasons["summary"].as_str().is_some_and(|told| !told.is_empty()), "{reasons}");
    let error = shell.call("heat_map", json!({ "request": { "text": "cup" }, "picture": 1 })).unwrap_err();
    assert_eq!(code(&error), "noModels");
    assert_eq!(shell.call("export_list_dialog", json!({ "ids": [id] })).unwrap(), json!(true));
    assert!(std::fs::read_to_string(&list).unwrap().contains("cup.png"));
    let error = shell.call("export_list_dialog", json!({ "ids": [] })).unwrap_err();
    assert_eq!(code(&error), "badRequest");
    assert_eq!(
        shell.call("twins", json!({ "likeness": null, "offset": 0, "limit": 10 })).unwrap()["total"],
        0
    );
    assert_eq!(shell.call("undo_twin_decision", json!({})).unwrap(), json!(false));
    let error = shell.call(
        "facets",
        json!({ "request": { "filters": [{ "key": "size", "value": "10", "isNot": false }] } }),
    );
    assert_eq!(code(&error.unwrap_err()), "badRequest");
    let closed = Shell::new();
    assert_eq!(closed.call("export_list_dialog", json!({ "ids": [1] })).unwrap(), json!(false));
}
