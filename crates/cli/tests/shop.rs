//! A shop's list comes in, descriptions are decided, and the list goes out: all from a script.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const LIST: &str =
    "Spalte1,Spalte2,Spalte3,Spalte4\n000.png,VT-1,Poppy box,12.50\n001.png,VT-2,Sky box,9.00\n";
/// What its columns mean.
const COLUMNS: [&str; 8] = [
    "--column",
    "Spalte1=image",
    "--column",
    "Spalte2=sku",
    "--column",
    "Spalte3=title",
    "--column",
    "Spalte4=price",
];

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("photos")).unwrap();
        for (at, colour) in [[190, 30, 40], [30, 60, 160]].into_iter().enumerate() {
            let photo = image::RgbImage::from_fn(96, 96, |x, y| {
                let is_box = (20..76).contains(&x) && (20..76).contains(&y);
                image::Rgb(if is_box { colour } else { [250, 250, 250] })
            });
            photo.save(folder.path().join(format!("photos/{at:03}.png"))).unwrap();
        }
        fs::write(folder.path().join("artikel.csv"), LIST).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_vitrine"))
            .env("VITRINE_PACK", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter"))
            .arg("--library")
            .arg(self.path("library"))
            .args(arguments)
            .output()
            .unwrap()
    }

    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn says(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_list_comes_in_is_reviewed_and_goes_out() {
    let shop = Shop::new();
    let list = shop.path("artikel.csv");
    let list = list.to_str().unwrap();
    assert!(shop.run(&["index", shop.path("photos").to_str().unwrap()]).status.success());

    // Nobody can guess such names; the table says what it needs.
    let dry = shop.run(&["import", list, "--dry-run"]);
    assert!(!dry.status.success() && says(&dry).contains("Choose a column"), "{dry:?}");
    let preview = shop.json(&[&["import", list, "--dry-run"], &COLUMNS[..]].concat());
    assert_eq!((&preview["nProducts"], &preview["nWithPhotos"]), (&2.into(), &2.into()));
    assert!(shop.run(&[&["import", list], &COLUMNS[..]].concat()).status.success());
    // What columns mean is remembered.
    assert_eq!(shop.json(&["import", list, "--dry-run"])["isRemembered"], true);

    let queue = shop.json(&["review", "list"]);
    assert_eq!(queue["total"], 2, "{queue}");
    let photo = shop.path("photos/000.png");
    let photo = photo.to_str().unwrap();
    let edited = shop.json(&["review", "edit", photo, "--title", "=Poppy box, large"]);
    assert_eq!(edited["state"], "edited");
    let approved = shop.run(&["review", "approve", shop.path("photos/001.png").to_str().unwrap()]);
    assert!(approved.status.success(), "{approved:?}");
    assert!(shop.run(&["review", "undo"]).status.success());
    let history = shop.json(&["review", "history", photo]);
    assert_eq!(history[0]["what"], "edit");

    let shown = shop.json(&["export", "--back", "artikel.csv"]);
    assert!(shown["nChanges"].as_u64().unwrap() >= 1, "{shown}");
    let out = shop.path("out.csv");
    let done = shop.run(&["export", "--back", "artikel.csv", out.to_str().unwrap()]);
    assert!(done.status.success(), "{done:?}");
    let written = fs::read_to_string(&out).unwrap();
    // A spreadsheet would take the new title for a formula.
    assert!(written.contains("\"'=Poppy box, large\""), "{written}");
    assert!(written.contains("\n001.png,VT-2,Sky box,9.00,,\n"), "{written}");
    assert_eq!(fs::read_to_string(list).unwrap(), LIST, "what came in stays");
    let refused = shop.run(&["export", "--back", "artikel.csv", list]);
    assert!(!refused.status.success() && says(&refused).contains("never written to"), "{refused:?}");
    let new = shop.path("shopify.csv");
    assert!(shop.run(&["export", "--as", "shopify", new.to_str().unwrap()]).status.success());
    assert!(fs::read_to_string(new).unwrap().contains("=Poppy box, large"));
}

#[test]
fn what_makes_no_sense_is_refused_with_the_way_out() {
    let shop = Shop::new();
    let check = |arguments: &[&str], expected: &str| {
        let output = shop.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(says(&output).contains(expected), "{arguments:?}: {}", says(&output));
    };
    let list = shop.path("artikel.csv");
    check(&["import", list.to_str().unwrap(), "--column", "Name=title"], "There is no column Name");
    check(&["import", "photo.png"], "no product list");
    check(&["export", "--as", "csv"], "No words are approved yet");
    check(&["export", "--as", "tulip"], "tulip");
    check(&["export", "--back", "none.csv"], "No list called none.csv");
    check(&["review", "approve", "999"], "");
}

#[test]
fn two_products_are_too_little_for_searches_to_learn_from() {
    let shop = Shop::new();
    shop.json(&["index", shop.path("photos").to_str().unwrap()]);
    let said = |arguments: &[&str]| {
        let output = shop.run(arguments);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.success(), text)
    };
    let (is_well, words) = said(&["tune"]);
    assert!(is_well && words.contains("too little to learn from"), "{words}");
    let (is_well, words) = said(&["tune", "list"]);
    assert!(is_well && words.contains("Searches go by the models alone."), "{words}");
    let (is_well, words) = said(&["tune", "use", "7"]);
    assert!(!is_well && words.contains("is kept under this number"), "{words}");
    let (is_well, words) = said(&["tune", "report"]);
    assert!(!is_well && words.contains("have not learnt from this shop yet"), "{words}");
    let (is_well, words) = said(&["tune", "back"]);
    assert!(is_well && words.contains("by the models alone"), "{words}");
    let state = shop.json(&["tune", "list"]);
    assert!(state["all"].as_array().unwrap().is_empty() && state["nProducts"] == 2, "{state}");
}

#[test]
fn a_log_of_searches_is_added_told_and_forgotten() {
    let shop = Shop::new();
    fs::write(
        shop.path("photos/list.csv"),
        "image,sku,title\n000.png,VT-1,Poppy box\n001.png,VT-2,Sky box\n",
    )
    .unwrap();
    shop.json(&["index", shop.path("photos").to_str().unwrap()]);
    let log = shop.path("searches.csv");
    let log = log.to_str().unwrap();
    let said = |arguments: &[&str]| {
        let output = shop.run(arguments);
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    fs::write(log, "query,total\nred box,7\n").unwrap();
    let (is_well, words) = said(&["tune", "log", log]);
    assert!(
        !is_well && words.contains("searches.csv cannot be used") && words.contains("\"sku\""),
        "{words}"
    );
    fs::write(log, "query,sku,count\nred box,vt-1,1200\nsky,VT-2,3\nwhat,VT-9,1\n").unwrap();
    let (is_well, words) = said(&["tune", "log", log]);
    assert!(is_well && words.contains("searches.csv: 2 searches in 3 rows"), "{words}");
    assert!(words.contains("1 row without a product of this catalog"), "{words}");
    let (_, words) = said(&["tune", "list"]);
    assert!(words.contains("searches.csv: 2 searches in 3 rows"), "{words}");
    assert_eq!(shop.json(&["tune", "log", "--forget"])["log"], serde_json::Value::Null);
}
