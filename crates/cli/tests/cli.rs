//! The program as a script sees it, `kill -9` among it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

fn vitrine() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.env("VITRINE_PACK", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter"));
    command
}

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    /// `n` pictures that differ from each other, as 24-bit BMP, which needs no encoder.
    fn new(n: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("photos")).unwrap();
        for seed in 0..n {
            fs::write(folder.path().join(format!("photos/{seed:03}.bmp")), bmp(seed)).unwrap();
        }
        Self { folder }
    }

    fn photos(&self) -> PathBuf {
        self.folder.path().join("photos")
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        vitrine().arg("--library").arg(self.library()).args(arguments).output().unwrap()
    }

    fn index(&self) -> Output {
        self.run(&["index", self.photos().to_str().unwrap()])
    }

    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn bmp(seed: u32) -> Vec<u8> {
    let (width, height) = (64_u32, 64_u32);
    let mut bytes = b"BM".to_vec();
    bytes.extend((54 + width * height * 3).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(54_u32.to_le_bytes());
    bytes.extend(40_u32.to_le_bytes());
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    let mixed = seed.wrapping_mul(2_654_435_761);
    for y in 0..height {
        for x in 0..width {
            let inside = (x as i32 - 32).pow(2) + (y as i32 - 32).pow(2) < (100 + (mixed >> 8) % 500) as i32;
            let ink = mixed.to_le_bytes();
            bytes.extend(if inside { [ink[1], ink[2], ink[3]] } else { [240, 240, 235] });
        }
    }
    bytes
}

#[test]
fn index_search_show_and_status_in_json() {
    let shop = Shop::new(8);
    fs::write(shop.photos().join("empty.jpg"), b"").unwrap();
    let indexed = shop.index();
    assert!(indexed.status.success(), "{indexed:?}");
    let text = String::from_utf8(indexed.stdout).unwrap();
    assert!(
        text.contains("8 photos of 8 products in the catalog: 8 can be searched, 8 described."),
        "{text}"
    );
    assert!(text.contains("1 file skipped"), "{text}");

    let found = shop.json(&["search", "a round thing", "--limit", "3"]);
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 3);
    for product in found {
        assert!(Path::new(product["path"].as_str().unwrap()).is_file());
        assert!(product["score"].as_f64().unwrap() <= 1.0);
        assert!(!product["description"].as_str().unwrap().is_empty());
    }
    assert!(found[0]["score"].as_f64() >= found[1]["score"].as_f64());

    let picture = shop.photos().join("003.bmp");
    let by_picture = shop.json(&["search", "--image", picture.to_str().unwrap(), "--limit", "1"]);
    assert_eq!(Path::new(by_picture[0]["path"].as_str().unwrap()), picture.canonicalize().unwrap());

    let shown = shop.json(&["show", picture.to_str().unwrap()]);
    assert_eq!(shown["product"]["id"], by_picture[0]["id"]);
    assert_eq!(shown["photos"][0]["format"], "BMP");

    let status = shop.json(&["status", "--skipped"]);
    assert_eq!((status["nPhotos"].as_u64(), status["skipped"][0]["code"].as_str()), (Some(8), Some("empty")));
    assert_eq!(shop.json(&["models"])["isStarter"], true);
}

#[test]
fn the_library_option_stands_before_or_after() {
    let shop = Shop::new(2);
    assert!(shop.index().status.success());
    let library = shop.library();
    let after = vitrine().args(["search", "thing", "--json", "--library"]).arg(&library).output().unwrap();
    let before =
        vitrine().arg("--library").arg(&library).args(["search", "thing", "--json"]).output().unwrap();
    assert!(before.status.success() && before.stdout == after.stdout, "{before:?} {after:?}");
}

#[test]
fn mistakes_are_told_and_counted() {
    let shop = Shop::new(1);
    let check = |arguments: &[&str], code: i32, said: &str| {
        let output = shop.run(arguments);
        let error =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    };
    check(&["index", "/no/such/folder"], 1, "/no/such/folder does not exist");
    check(&["search"], 2, "required");
    check(&["polish"], 2, "unrecognized subcommand");
    check(&["search", "--image", "/no/such.jpg"], 1, "/no/such.jpg");
    check(&["show", "12345"], 1, "no longer in the catalog");
    check(&["search", "boots"], 0, "The catalog is empty");
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_trouble() {
    let shop = Shop::new(1);
    let mut run = vitrine()
        .arg("--library")
        .arg(shop.library())
        .args(["status", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(run.stdout.take());
    let output = run.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
#[test]
fn a_killed_run_is_taken_up_and_answers_the_same() {
    let shop = Shop::new(150);
    let whole = Shop::new(150);
    assert!(whole.index().status.success());

    // Killed at several points of the run, as a power cut would.
    for delay_ms in [300, 700, 1_200] {
        let mut run = vitrine()
            .arg("--library")
            .arg(shop.library())
            .arg("index")
            .arg(shop.photos())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        run.kill().unwrap(); // SIGKILL
        run.wait().unwrap();
    }
    let finished = shop.index();
    assert!(finished.status.success(), "{finished:?}");
    let text = String::from_utf8(finished.stdout).unwrap();
    assert!(
        text.contains("150 photos of 150 products in the catalog: 150 can be searched, 150 described."),
        "{text}"
    );

    let answers = |shop: &Shop| -> Vec<(String, f64, String)> {
        shop.json(&["search", "a blue thing", "--limit", "150"])
            .as_array()
            .unwrap()
            .iter()
            .map(|product| {
                let name =
                    Path::new(product["path"].as_str().unwrap()).file_name().unwrap().to_str().unwrap();
                (name.to_owned(), product["score"].as_f64().unwrap(), product["description"].to_string())
            })
            .collect()
    };
    let (after_kills, undisturbed) = (answers(&shop), answers(&whole));
    assert_eq!(after_kills.len(), 150);
    // Products with the same score may change places with the order in which they were indexed.
    let sorted = |mut list: Vec<(String, f64, String)>| {
        list.sort_by(|a, b| a.0.cmp(&b.0));
        list
    };
    for (one, other) in sorted(after_kills).into_iter().zip(sorted(undisturbed)) {
        assert_eq!((&one.0, &one.2), (&other.0, &other.2));
        // The last digits depend on which photos a batch brought together.
        assert!((one.1 - other.1).abs() < 2e-5, "{one:?} {other:?}");
    }
}
