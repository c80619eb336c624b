//! `vitrine describe` and searching by what is said of a product.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/images")
}

fn run(library: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vitrine"))
        .env("VITRINE_PACK", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter"))
        .arg("--library")
        .arg(library)
        .args(arguments)
        .output()
        .unwrap()
}

fn json(library: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = run(library, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn photos_are_described_in_every_mode() {
    let library = tempfile::tempdir().unwrap();
    let photo = samples().join("VT-0001.jpg");
    let photo = photo.to_str().unwrap();
    let product = &json(library.path(), &["describe", photo])[0];
    let written = &product["written"];
    assert!(!written["title"].as_str().unwrap().is_empty(), "{product}");
    assert!(written["attributes"].as_array().unwrap().iter().any(|claim| claim["kind"] == "type"));
    assert!(!product["swatches"].as_array().unwrap().is_empty());

    let caption = &json(library.path(), &["describe", photo, "--mode", "caption", "--style", "greedy"])[0];
    assert_eq!(caption["text"], caption["caption"]);
    let drawn = |seed: &str| {
        let found = json(
            library.path(),
            &["describe", photo, "--mode", "caption", "--style", "nucleus", "--seed", seed],
        );
        found[0]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(drawn("7"), drawn("7"));
    let prompted = &json(library.path(), &["describe", photo, "--mode", "caption", "--prompt", "a blue"])[0];
    assert!(prompted["text"].as_str().unwrap().starts_with("a blue"), "{prompted}");

    let terms = library.path().join("terms.txt");
    fs::write(&terms, "vase\nbicycle\nsocks\n").unwrap();
    let ranked = &json(library.path(), &["describe", photo, "--terms", terms.to_str().unwrap()])[0];
    assert_eq!(ranked["phrases"].as_array().unwrap().len(), 3, "{ranked}");

    for mode in ["fast", "classic"] {
        let found = &json(library.path(), &["describe", photo, "--mode", mode])[0];
        assert!(!found["phrases"].as_array().unwrap().is_empty(), "{mode}: {found}");
        assert!(found["similarity"].as_f64().unwrap() > -1.0);
    }
}

#[test]
fn what_cannot_be_described_is_told_and_costs_no_other() {
    let library = tempfile::tempdir().unwrap();
    let bad = library.path().join("bad.jpg");
    fs::write(&bad, b"not a picture").unwrap();
    let good = samples().join("VT-0002.jpg");
    let output = run(
        library.path(),
        &["describe", bad.to_str().unwrap(), good.to_str().unwrap(), "--mode", "caption"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.jpg"), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("VT-0002.jpg"), "{output:?}");
    let missing = run(library.path(), &["describe", good.to_str().unwrap(), "--terms", "nowhere.txt"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("nowhere.txt"), "{missing:?}");
}

#[test]
fn products_are_found_by_what_is_said_of_them() {
    let library = tempfile::tempdir().unwrap();
    let photos = library.path().join("photos");
    fs::create_dir(&photos).unwrap();
    for n in 1..=6 {
        let name = format!("VT-{n:04}.jpg");
        fs::copy(samples().join(&name), photos.join(name)).unwrap();
    }
    let folder = library.path().join("library");
    assert!(run(&folder, &["index", photos.to_str().unwrap()]).status.success());
    let shown = json(&folder, &["show", "1"]);
    let claim = &shown["photos"][0]["written"]["attributes"][0];
    let only = format!("{}={}", claim["kind"].as_str().unwrap(), claim["value"].as_str().unwrap());
    let found = json(&folder, &["search", "--only", &only]);
    assert!(found.as_array().unwrap().iter().any(|product| product["id"] == 1), "{only}: {found}");
    assert!(found.as_array().unwrap().len() < 6, "{only}: {found}");
    let ranked = json(&folder, &["search", "a mug", "--only", &only]);
    assert_eq!(ranked.as_array().unwrap().len(), found.as_array().unwrap().len());
    assert_eq!(run(&folder, &["search", "--only", "navy"]).status.code(), Some(2));
}
