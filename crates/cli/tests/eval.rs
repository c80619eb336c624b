//! How well searches find what they should, over the sample catalog: floors that no change may go below.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

fn run(library: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).arg("--library").arg(library).arg("--cpu").output().unwrap()
}

/// One query a line.
fn queries(rows: &[(&str, Vec<String>)]) -> String {
    let line = |(query, relevant): &(&str, Vec<String>)| {
        serde_json::json!({ "query": query, "relevant": relevant }).to_string() + "\n"
    };
    rows.iter().map(line).collect()
}

/// Photos of samples whose title holds all of these words.
fn titled(list: &str, words: &[&str]) -> Vec<String> {
    let lines = list.lines().skip(1).filter(|line| {
        let line = line.to_lowercase();
        words.iter().all(|word| line.contains(word))
    });
    lines.map(|line| line.split(',').next().unwrap().trim_start_matches("images/").to_owned()).collect()
}

fn mean(figures: &Value, system: &str, measure: &str) -> f64 {
    let systems = figures["systems"].as_array().unwrap();
    let of =
        systems.iter().find(|one| one["name"] == system).unwrap_or_else(|| panic!("{system}: {figures}"));
    of["measures"][measure]["mean"].as_f64().unwrap_or_else(|| panic!("{measure}: {of}"))
}

#[test]
fn the_sample_catalog_is_found_by_titles_and_by_what_things_are() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library");
    let indexed = run(&library, &["index", samples().to_str().unwrap()]);
    assert!(indexed.status.success(), "{}", String::from_utf8_lossy(&indexed.stderr));
    let list = fs::read_to_string(samples().join("catalog.csv")).unwrap();
    let of = |words: &[&str]| titled(&list, words);
    let rows = [
        (
            "wooden chair",
            [of(&["beech", "chair"]), of(&["walnut", "chair"]), of(&["wooden", "chair"])].concat(),
        ),
        ("striped bag", of(&["striped", "bag"])),
        ("strped bag", of(&["striped", "bag"])),
        ("blue mug", of(&["mug", "blue"])),
        ("VT-0042", vec!["VT-0042.jpg".to_owned()]),
        ("red umbrella", of(&["umbrella", "red"])),
        ("polka dot dress", of(&["polka-dot", "dress"])),
        ("white vase", of(&["vase", "white"])),
        ("leather boots", of(&["leather", "boots"])),
        ("black headphones", of(&["headphones", "black"])),
        ("brown teddy bear", of(&["teddy bear", "brown"])),
        ("green sofa", of(&["sofa", "green"])),
        ("steel pot", of(&["steel", "pot"])),
        ("acoustic guitar", of(&["guitar"])),
        ("denim jacket", of(&["denim", "jacket"])),
        ("tartan skirt", of(&["tartan", "skirt"])),
        ("yellow rubber boots", of(&["rubber", "boots", "yellow"])),
        ("floral teapot", of(&["floral", "teapot"])),
        ("knitted sweater", of(&["knitted", "sweater"])),
        ("gift box", of(&["gift box"])),
        ("sun hat", of(&["sun hat"])),
        ("copper teapot", of(&["copper", "teapot"])),
        ("canvas backpack red", of(&["canvas", "backpack", "red"])),
    ];
    let file = folder.path().join("queries.jsonl");
    fs::write(&file, queries(&rows)).unwrap();
    let page = folder.path().join("page.html");
    let arguments = ["eval", file.to_str().unwrap(), "--json", "--html", page.to_str().unwrap()];
    let told = run(&library, &arguments);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let figures: Value = serde_json::from_slice(&told.stdout).unwrap();
    // Every one of them right first: MRR 1.
    let right_first = mean(&figures, "fused+words", "MRR");
    assert!(right_first > 0.999, "MRR {right_first}");
    assert!(fs::read_to_string(&page).unwrap().contains("<svg"));

    // By what the models see alone, several readings of a photo find what its title says better than one.
    let titles = list.lines().skip(1).map(|line| {
        let (image, rest) = line.split_once(',').unwrap();
        let title = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
        let title = title.unwrap_or_else(|| rest.split(',').next().unwrap());
        (title, vec![image.trim_start_matches("images/").to_owned()])
    });
    fs::write(&file, queries(&titles.collect::<Vec<_>>())).unwrap();
    let arguments = ["eval", file.to_str().unwrap(), "--json", "--system", "fused", "--system", "clip"];
    let figures: Value = serde_json::from_slice(&run(&library, &arguments).stdout).unwrap();
    let (fused, clip) = (mean(&figures, "fused", "Recall@1"), mean(&figures, "clip", "Recall@1"));
    assert!(fused > 0.9 && fused > clip + 0.05, "Recall@1 fused {fused}, CLIP {clip}");

    // What the models do not know and the shop does not have is not answered with something else.
    for words in ["unicorn", "asdfgh", "toothbrush"] {
        let told = run(&library, &["search", words]);
        assert!(String::from_utf8_lossy(&told.stdout).contains("Nothing like that here."), "{words}");
    }
    let wrong = folder.path().join("wrong.jsonl");
    fs::write(&wrong, "{\"query\": 3}\n").unwrap();
    let told = run(&library, &["eval", wrong.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(!told.status.success() && said.contains("wrong.jsonl") && said.contains("line 1"), "{said}");
}
