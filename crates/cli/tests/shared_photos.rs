//! How well searches find real photos, where the folder with them lies beside the project: floors that no change may
//! go below. Without that folder there is nothing to measure.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// One photo in so many is looked at: enough for floors, few enough for a test.
const ONE_IN: usize = 40;
/// Sets, and which columns of their lists name a photo and what it shows.
const SETS: [(&str, usize, usize); 3] = [("clothing", 0, 1), ("grocery", 0, 1), ("objects", 0, 1)];
/// What says nothing of a product.
const NO_LABELS: [&str; 4] = ["not sure", "other", "skip", "background google"];

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    folder.join("objects/labels.csv").is_file().then_some(folder)
}

fn run(library: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).arg("--library").arg(library).arg("--cpu").output().unwrap()
}

/// A few photos of every set, copied, by what they show.
fn some_photos(data: &Path, into: &Path) -> BTreeMap<String, Vec<String>> {
    let mut by_label: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (set, image, label) in SETS {
        let list = fs::read_to_string(data.join(set).join("labels.csv")).unwrap();
        for line in list.lines().skip(1).step_by(ONE_IN) {
            let cells: Vec<&str> = line.split(',').collect();
            let name = Path::new(cells[image]).file_name().unwrap().to_str().unwrap();
            let words = cells[label].replace(['-', '_'], " ").to_lowercase();
            if NO_LABELS.contains(&words.as_str()) {
                continue;
            }
            fs::copy(data.join(set).join(cells[image]), into.join(name)).unwrap();
            by_label.entry(words).or_default().push(name.to_owned());
        }
    }
    by_label
}

fn measured(figures: &Value, system: &str, measure: &str) -> f64 {
    let of = figures["systems"].as_array().unwrap().iter().find(|one| one["name"] == system).unwrap();
    of["measures"][measure]["mean"].as_f64().unwrap()
}

#[test]
fn real_photos_are_found_by_what_they_show() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (photos, library) = (folder.path().join("photos"), folder.path().join("library"));
    fs::create_dir(&photos).unwrap();
    let by_label = some_photos(&data, &photos);
    let indexed = run(&library, &["index", photos.to_str().unwrap()]);
    assert!(indexed.status.success(), "{}", String::from_utf8_lossy(&indexed.stderr));
    let file = folder.path().join("labels.jsonl");
    let lines = by_label
        .iter()
        .filter(|(_, files)| files.len() >= 2)
        .map(|(words, files)| serde_json::json!({ "query": words, "relevant": files }).to_string() + "\n");
    fs::write(&file, lines.collect::<String>()).unwrap();
    let arguments = [
        "eval",
        file.to_str().unwrap(),
        "--json",
        "--system",
        "fused+words",
        "--system",
        "fused",
        "--system",
        "clip",
        "--system",
        "blip",
    ];
    let told = run(&library, &arguments);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let figures: Value = serde_json::from_slice(&told.stdout).unwrap();
    let of = |system| (measured(&figures, system, "MRR"), measured(&figures, system, "nDCG@10"));
    let (words, fused, clip, blip) = (of("fused+words"), of("fused"), of("clip"), of("blip"));
    let all = format!("fused+words {words:?}, fused {fused:?}, CLIP {clip:?}, BLIP {blip:?}");
    println!("{all}");
    assert!(words.0 > 0.8 && words.1 > 0.7, "{all}");
    // Not worse than its best part by more than chance.
    assert!(fused.1 > clip.1.max(blip.1) - 0.02, "{all}");

    // What no shop of these has.
    let mut n_refused = 0;
    let absent =
        ["submarine", "violin", "wedding cake", "toothbrush", "tractor", "necktie", "candle holder", "drill"];
    for words in absent {
        let told = run(&library, &["search", words]);
        n_refused += usize::from(String::from_utf8_lossy(&told.stdout).contains("Nothing like that here"));
    }
    assert!(n_refused * 4 >= absent.len() * 3, "{n_refused} of {} refused", absent.len());
}
