//! The packs that are offered, at their true size and in their true layout, as somebody uses them: pulled over a
//! connection that breaks, used for photos, searched, left again. Takes gigabytes and minutes, so it is asked for by name:
//!
//! ```text
//! .venv/bin/python models/parity/make_true_size_packs.py FOLDER
//! VITRINE_TRUE_SIZE=FOLDER cargo test --release -p vitrine --test true_size -- --ignored --nocapture
//! ```
//!
//! `VITRINE_TRUE_SIZE_ONLY=light,fast` tries these alone.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

#[path = "../../packs/tests/packs/hub_server.rs"]
#[allow(dead_code)] // the faults of other tests
mod hub_server;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use hub_server::{Fault, HubServer};
use serde_json::Value;

/// Photos of the sample catalog: enough that loading models does not weigh.
const N_PHOTOS: usize = 40;

/// The program, and whoever runs it.
struct Desk<'a> {
    hub: &'a HubServer,
    folder: &'a Path,
}

impl Desk<'_> {
    /// What it says, and the seconds that it took.
    fn run(&self, arguments: &[&str]) -> (String, f64) {
        let start = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_vitrine"))
            .env_remove("VITRINE_PACK")
            .env_remove("HF_TOKEN")
            .env("NO_PROXY", "127.0.0.1")
            .env("HF_ENDPOINT", &self.hub.address)
            .env("VITRINE_PACKS", self.folder.join("packs"))
            .arg("--library")
            .arg(self.folder.join("library"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        (String::from_utf8(output.stdout).unwrap(), start.elapsed().as_secs_f64())
    }

    fn json(&self, arguments: &[&str]) -> (Value, f64) {
        let (text, seconds) = self.run(&[arguments, &["--json"]].concat());
        (serde_json::from_str(&text).unwrap(), seconds)
    }

    /// Photos a second of the two stages of `vitrine index` in which models work.
    fn rates(&self, arguments: &[&str]) -> [f64; 2] {
        let (said, _) = self.run(&[&["index"], arguments].concat());
        ["Learning", "Describing"].map(|stage| {
            let line = said.lines().find(|line| line.trim_start().starts_with(stage)).unwrap();
            line.split_whitespace().rev().nth(1).unwrap().parse().unwrap()
        })
    }

    /// The products of a search, the best first, and their scores.
    fn search(&self) -> (Vec<(i64, f64)>, f64) {
        let (found, seconds) = self.json(&["search", "a turquoise vase", "--limit", "100"]);
        let product = |product: &Value| (product["id"].as_i64().unwrap(), product["score"].as_f64().unwrap());
        (found.as_array().unwrap().iter().map(product).collect(), seconds)
    }
}

/// The files of `models/packs`, in the order of their names.
fn offers() -> Vec<toml::Table> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/packs");
    paths(&folder).iter().map(|path| fs::read_to_string(path).unwrap().parse().unwrap()).collect()
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
#[ignore = "needs the folder that models/parity/make_true_size_packs.py writes"]
#[allow(clippy::print_stderr)]
fn every_offered_pack_is_used_at_its_true_size() {
    let Some(source) = env::var_os("VITRINE_TRUE_SIZE").map(PathBuf::from) else {
        panic!("VITRINE_TRUE_SIZE names no folder")
    };
    let only = env::var("VITRINE_TRUE_SIZE_ONLY").unwrap_or_default();
    let is_wanted = |name: &str| only.is_empty() || only.split(',').any(|wanted| name == wanted);
    let folder = tempfile::tempdir_in(&source).unwrap();
    let photos = folder.path().join("photos");
    fs::create_dir(&photos).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/images");
    for sample in paths(&samples).iter().take(N_PHOTOS) {
        fs::copy(sample, photos.join(sample.file_name().unwrap())).unwrap();
    }
    let starter = {
        let hub = HubServer::start();
        let desk = Desk { hub: &hub, folder: folder.path() };
        desk.rates(&[photos.to_str().unwrap()]);
        desk.search().0
    };
    assert!(!starter.is_empty());
    for offer in offers().iter().filter(|offer| is_wanted(offer["name"].as_str().unwrap())) {
        let hub = HubServer::start();
        for repo in ["clip", "caption", "match"].iter().filter_map(|role| offer.get(*role)?["repo"].as_str())
        {
            hub.put_folder(repo, &source.join(repo));
        }
        // The connection is cut once in the middle of the search model's weights.
        hub.fault("model.safetensors", Fault::CutAfter(200_000_000), 1);
        hub.fault("open_clip_pytorch_model.bin", Fault::CutAfter(200_000_000), 1);
        let (name, desk) = (offer["name"].as_str().unwrap(), Desk { hub: &hub, folder: folder.path() });
        let (offered, _) = desk.json(&["models", "list"]);
        let (_, pulled) = desk.run(&["models", "pull", name]);
        let (_, verified) = desk.run(&["models", "verify", name]);
        let (list, _) = desk.json(&["models", "list"]);
        let packs = list["packs"].as_array().unwrap();
        let pack = packs.iter().find(|pack| pack["name"] == name).unwrap();
        let size_bytes = pack["sizeBytes"].as_f64().unwrap();
        let about_bytes = offer["about_bytes"].as_integer().unwrap() as f64;
        let is_near = (0.9..1.1).contains(&(about_bytes / size_bytes));
        assert!(is_near, "{name} says {about_bytes} bytes, not {size_bytes}");

        let memory = |list: &Value| {
            let packs = list["packs"].as_array().unwrap();
            let pack = packs.iter().find(|pack| pack["name"] == name).unwrap();
            pack["memoryBytes"].as_f64().unwrap()
        };
        let (said, there) = (memory(&offered), memory(&list));
        assert!((0.85..1.15).contains(&(said / there)), "{name} says {said} bytes of memory, not {there}");

        desk.run(&["models", "use", name]);
        let [read, described] = desk.rates(&[]);
        assert_eq!(desk.json(&["models", "list"]).0["pack"], name);
        let (found, first) = desk.search();
        assert_ne!(found, starter, "{name} answers as the starter pack");
        let (again, second) = desk.search();
        assert_eq!(again, found, "{name} answers otherwise the second time");

        desk.run(&["models", "back"]);
        // Vectors are there still; descriptions, whose words are searched too, are written again.
        desk.run(&["index"]);
        assert_eq!(desk.search().0, starter, "after {name}");
        desk.run(&["models", "remove", name]);
        assert!(!folder.path().join("packs").join(name).exists());
        eprintln!(
            "{name:<16} {:>5.2} GB: pulled and tried in {pulled:.0} s, verified in {verified:.1} s; reads {read:.2} and \
             describes {described:.2} photos a second, of which was said {:.2} and {:.2}; searches in {first:.1} and \
             {second:.1} s with the start of the program",
            size_bytes / 1e9,
            pack["pace"]["read"].as_f64().unwrap_or(f64::NAN),
            pack["pace"]["describe"].as_f64().unwrap_or(f64::NAN),
        );
    }
}
