//! Who may know whom, and what must not be anywhere: the rules of ARCHITECTURE.md, read
//! from `cargo metadata` and from the sources.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Every package of the workspace, and the packages of the workspace that it stands on.
const EDGES: &[(&str, &[&str])] = &[
    ("vitrine-jobs", &[]),
    ("vitrine-eval", &[]),
    ("vitrine-kernels", &[]),
    ("vitrine-models", &["vitrine-kernels"]),
    ("vitrine-index", &[]),
    ("vitrine-import", &[]),
    ("vitrine-photo", &[]),
    (
        "vitrine-catalog",
        &[
            "vitrine-eval",
            "vitrine-import",
            "vitrine-index",
            "vitrine-jobs",
            "vitrine-models",
            "vitrine-photo",
        ],
    ),
    ("vitrine-packs", &["vitrine-jobs", "vitrine-models"]),
    ("vitrine-api", &["vitrine-catalog", "vitrine-packs"]),
    ("vitrine", &["vitrine-api", "vitrine-eval"]),
    ("vitrine-desktop", &["vitrine-api"]),
    ("vitrine-render", &[]),
    ("vitrine-tests", &[]),
    ("xtask", &[]),
];

/// Crates from outside, by the beginning of their names, and the only package that may name them.
const ONLY_IN: &[(&str, &str)] = &[
    ("tauri", "vitrine-desktop"),
    ("rfd", "vitrine-desktop"),
    ("candle", "vitrine-models"),
    ("safetensors", "vitrine-models"),
    ("tokenizers", "vitrine-models"),
    ("usearch", "vitrine-index"),
    ("ureq", "vitrine-packs"),
    ("rusqlite", "vitrine-catalog"),
    ("libsqlite3-sys", "vitrine-catalog"),
    ("ts-rs", "vitrine-api"),
    ("moxcms", "vitrine-photo"),
    ("mozjpeg", "vitrine-photo"),
    ("rav1d", "vitrine-photo"),
    ("libwebp", "vitrine-photo"),
    ("jxl-oxide", "vitrine-photo"),
    ("fantoccini", "vitrine-tests"),
];

/// Words in sources, and the only folders that may say them.
const WORDS: &[(&str, &[&str])] = &[
    // The crate's error type names the database's; one test makes a library look older than it is.
    (
        "rusqlite",
        &["crates/catalog/src/store", "crates/catalog/src/error.rs", "crates/catalog/tests/reading.rs"],
    ),
    ("SELECT ", &["crates/catalog/src/store", "crates/catalog/tests/reading.rs"]),
    ("INSERT INTO", &["crates/catalog/src/store", "crates/catalog/tests/reading.rs"]),
    ("DELETE FROM", &["crates/catalog/src/store", "crates/catalog/tests/reading.rs"]),
    ("CREATE TABLE", &["crates/catalog/src/store"]),
    // What travels to a client as JSON gets its shape in the API; the engine only reads JSON.
    // The renderer writes labels for the training, and an evaluation its figures.
    ("Serialize,", &["crates/api", "crates/cli", "crates/eval", "crates/render"]),
    ("serde::Serialize", &["crates/api", "crates/cli", "crates/eval", "crates/render"]),
    ("camelCase", &["crates/api", "crates/cli"]),
    // Instructions of one kind of processor.
    ("std::arch", &["crates/kernels/src/simd"]),
    // Sockets are for the hub on this machine that downloads are tested with, and for the driver of the
    // window tests. The download itself names nothing below HTTP.
    ("std::net", &["crates/packs/tests", "tests/src"]),
    ("tokio::net", &["tests/src"]),
];

/// Crates that speak HTTP or TLS.
const NETWORK: &[&str] = &[
    "hyper",
    "reqwest",
    "ureq",
    "isahc",
    "curl",
    "rustls",
    "native-tls",
    "openssl",
    "tungstenite",
    "quinn",
    "hf-hub",
];

/// Names under which anything could be put.
const NAMELESS: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "service", "misc"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Each package of the workspace with everything that its manifest names, for whatever purpose.
fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline"]))
            .unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            (name(package), package["dependencies"].as_array().unwrap().iter().map(name).collect())
        })
        .collect()
}

/// The sources that are written by hand, as (path relative to the root, text).
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders =
        vec![root().join("crates"), root().join("src-tauri"), root().join("tests"), root().join("ui/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            let is_source =
                ["rs", "ts", "svelte"].iter().any(|ending| path.extension().is_some_and(|e| e == *ending));
            if path.is_dir()
                && !["node_modules", "target", "dist", "gen", "goldens"].iter().any(|n| path.ends_with(n))
            {
                folders.push(path);
            } else if is_source && path.is_file() {
                found.push((relative, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 50, "only {} sources found", found.len());
    found
}

/// All offences in one message, so that one run shows everything there is to mend.
fn none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

#[test]
fn packages_know_only_those_below_them() {
    let manifests = manifests();
    let known: BTreeSet<&str> = EDGES.iter().map(|(package, _)| *package).collect();
    let found: BTreeSet<&str> = manifests.keys().map(String::as_str).collect();
    assert_eq!(found, known, "a package comes with a line in EDGES and in ARCHITECTURE.md");
    for (package, expected) in EDGES {
        let edges: Vec<&str> =
            manifests[*package].iter().map(String::as_str).filter(|name| known.contains(name)).collect();
        assert_eq!(edges, *expected, "{package}");
    }
}

#[test]
fn each_big_dependency_has_one_home() {
    let mut offences = Vec::new();
    for (package, dependencies) in manifests() {
        for dependency in dependencies {
            for (name, home) in ONLY_IN {
                if dependency.starts_with(name) && package != *home {
                    offences.push(format!("{package} names {dependency}, which belongs to {home} alone"));
                }
            }
        }
    }
    none(&offences);
}

#[test]
fn words_stay_in_their_folders() {
    let mut offences = Vec::new();
    for (path, text) in sources() {
        if !path.ends_with(".rs") || path == "tests/architecture.rs" {
            continue;
        }
        for (word, homes) in WORDS {
            let at_home = homes.iter().any(|home| path.starts_with(home));
            for (n, line) in text.lines().enumerate().filter(|(_, line)| !at_home && line.contains(word)) {
                offences.push(format!(
                    "{path}:{}: `{word}` belongs in {}: {}",
                    n + 1,
                    homes.join(", "),
                    line.trim()
                ));
            }
        }
    }
    none(&offences);
}

#[test]
fn only_one_file_of_the_pages_talks_to_the_engine() {
    let mut offences = Vec::new();
    for (path, text) in sources() {
        let is_pages = path.starts_with("ui/src") && !path.ends_with(".test.ts");
        if is_pages && path != "ui/src/lib/backend.ts" && text.contains("@tauri-apps/api/core") {
            offences.push(format!("{path} calls the engine past ui/src/lib/backend.ts"));
        }
    }
    none(&offences);
}

#[test]
fn only_the_model_download_speaks_to_a_network() {
    let network_in = |package: &str, pruned: &[&str]| -> Vec<&str> {
        let arguments = ["tree", "--offline", "--package", package, "--edges", "normal", "--prefix", "none"];
        let tree = cargo(&[&arguments[..], pruned].concat());
        let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(names.contains("vitrine-models"), "{package}: no tree of dependencies was read");
        NETWORK.iter().copied().filter(|name| names.contains(name)).collect()
    };
    for package in ["vitrine", "vitrine-desktop"] {
        let offences = network_in(package, &["--prune", "vitrine-packs"]);
        assert!(offences.is_empty(), "{package} is built with {offences:?} past vitrine-packs");
    }
    assert_eq!(network_in("vitrine-packs", &[]), ["ureq", "rustls"]);
}

#[test]
fn the_pages_may_load_nothing_from_elsewhere() {
    let text = fs::read_to_string(root().join("src-tauri/tauri.conf.json")).unwrap();
    let config: Value = serde_json::from_str(&text).unwrap();
    let policy = config["app"]["security"]["csp"].as_object().unwrap();
    assert_eq!(policy["default-src"], "'self'");
    assert_eq!(policy["script-src"], "'self'");
    let own =
        ["'self'", "'none'", "'unsafe-inline'", "photo:", "http://photo.localhost", "data:", "blob:", "ipc:"];
    for (directive, sources) in policy {
        for source in sources.as_str().unwrap().split(' ') {
            assert!(own.contains(&source) || source == "http://ipc.localhost", "{directive} allows {source}");
        }
    }
    assert!(config["app"]["security"]["assetProtocol"].is_null(), "pictures come by id, over `photo`");
    assert!(config["build"]["devUrl"].is_null(), "the application ships its pages");
}

#[test]
fn files_are_named_for_what_they_hold() {
    let mut offences = Vec::new();
    for (path, text) in sources() {
        let name = Path::new(&path).file_stem().unwrap().to_str().unwrap().to_lowercase();
        let folder =
            Path::new(&path).parent().and_then(Path::file_name).and_then(|f| f.to_str()).unwrap_or_default();
        if NAMELESS.contains(&name.as_str()) || NAMELESS.contains(&folder) {
            offences.push(format!("{path}: a name that says nothing"));
        }
        let n_lines = text.lines().count();
        let top: String = text.lines().take(25).collect::<Vec<_>>().join(" ");
        if n_lines > 500 && !top.contains("one file") {
            offences.push(format!("{path}: {n_lines} lines, and its top does not say why it is one file"));
        }
    }
    none(&offences);
}
