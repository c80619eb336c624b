//! Drives, signals, full disks and names that bite, through the program itself.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

struct Shop(tempfile::TempDir);

impl Shop {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    /// `n` photos in a folder, as BMP, which needs no encoder.
    fn photos(&self, folder: &str, seeds: std::ops::Range<u8>) -> PathBuf {
        let folder = self.path(folder);
        fs::create_dir_all(&folder).unwrap();
        for seed in seeds {
            fs::write(folder.join(format!("{seed}.bmp")), bmp(seed)).unwrap();
        }
        folder
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
        command
            .env("VITRINE_PACK", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter"))
            .arg("--library")
            .arg(self.path("library"))
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn bmp(seed: u8) -> Vec<u8> {
    let side = 32_u32;
    let mut bytes = b"BM".to_vec();
    bytes.extend((54 + side * side * 3).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(54_u32.to_le_bytes());
    bytes.extend(40_u32.to_le_bytes());
    bytes.extend(side.to_le_bytes());
    bytes.extend(side.to_le_bytes());
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    for i in 0..side * side {
        let ink = if i % 7 < 3 { [seed, 255 - seed, seed.wrapping_mul(7)] } else { [240, 240, 235] };
        bytes.extend(ink);
    }
    bytes
}

#[test]
fn an_unplugged_drive_is_told_and_costs_nothing() {
    let shop = Shop::new();
    let (drive, other) = (shop.photos("drive", 0..40), shop.photos("other", 100..110));
    shop.text(&["index", drive.to_str().unwrap(), other.to_str().unwrap()]);
    // Its mount point stays behind, empty.
    fs::rename(&drive, shop.path("kept")).unwrap();
    fs::create_dir(&drive).unwrap();
    shop.text(&["index"]);
    let status = shop.text(&["status"]);
    assert!(status.contains("50 photos of 50 products"), "{status}");
    assert!(status.contains("away: the folder is empty; its photos are kept"), "{status}");
    // Ten go, and no more.
    let forgotten = shop.text(&["forget", other.to_str().unwrap()]);
    assert!(forgotten.contains("10 photos forgotten, 40 photos left"), "{forgotten}");
    let found: serde_json::Value =
        serde_json::from_str(&shop.text(&["search", "thing", "--limit", "100", "--json"])).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 40);
}

#[test]
fn products_are_made_of_lists_names_and_people() {
    let shop = Shop::new();
    let photos = shop.photos("photos", 0..2);
    for (from, to) in [("0.bmp", "A7_1.bmp"), ("1.bmp", "A7_2.bmp")] {
        fs::rename(photos.join(from), photos.join(to)).unwrap();
    }
    let folder = photos.to_str().unwrap();
    shop.text(&["index", folder]);
    let preview = shop.text(&["group", folder, "--by", "names"]);
    assert!(preview.contains("1 product of several photos, from 2 photos"), "{preview}");
    shop.text(&["group", folder, "--by", "names", "--apply"]);
    let file = photos.join("A7_2.bmp");
    let edited = shop.text(&["edit", file.to_str().unwrap(), "title=Poppy mug", "price=14.50"]);
    assert!(
        edited.contains("Poppy mug") && edited.contains("A7_1.bmp") && edited.contains("A7_2.bmp"),
        "{edited}"
    );
    shop.text(&["group", folder, "--by", "nothing", "--apply"]);
    assert!(shop.text(&["status"]).contains("2 photos of 2 products"));
}

#[test]
fn a_request_to_end_is_obeyed_in_order() {
    let shop = Shop::new();
    let folder = shop.photos("photos", 0..250);
    let mut run = shop
        .command(&["index", folder.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    // Once the run writes, it is under way.
    while !shop.path("library/thumbs").exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
    let status = run.wait().unwrap();
    let mut said = String::new();
    run.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("What was done is kept"), "{said}");
}

#[test]
fn a_full_device_is_an_error_and_no_panic() {
    let shop = Shop::new();
    shop.photos("photos", 0..2);
    shop.text(&["index", shop.path("photos").to_str().unwrap()]);
    for arguments in [&["status"][..], &["status", "--json"], &["search", "thing"], &["models"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = shop.command(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("could not be written") && !said.contains("panicked"), "{arguments:?}: {said}");
    }
}

#[test]
fn names_are_shown_and_steer_nothing() {
    let shop = Shop::new();
    let photos = shop.photos("photos", 0..1);
    fs::rename(photos.join("0.bmp"), photos.join("a\u{1b}[31mb\nc.bmp")).unwrap();
    fs::write(photos.join("bad\u{1b}[2J.jpg"), b"").unwrap();
    shop.text(&["index", photos.to_str().unwrap()]);
    for arguments in [&["search", "thing"][..], &["status"], &["show", "1"]] {
        let said = shop.text(arguments);
        assert!(!said.contains('\u{1b}'), "{arguments:?}: {said:?}");
    }
    assert!(shop.text(&["search", "thing"]).contains("b\\nc.bmp"));
}

#[test]
fn errors_are_told_once_and_plainly() {
    let shop = Shop::new();
    let output = shop.run(&["index", "/no/such/folder"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("vitrine: ") && said.contains("/no/such/folder"), "{said}");
}

#[test]
fn a_pipe_in_the_place_of_a_file_hangs_nothing() {
    let shop = Shop::new();
    let pipe = shop.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    let photo = shop.photos("photos", 0..1).join("0.bmp");
    let photo = photo.to_str().unwrap();
    for arguments in [
        &["describe", pipe][..],
        &["search", "--image", pipe],
        &["describe", photo, "--terms", pipe],
        &["describe", photo, "--terms", "/dev/zero"],
    ] {
        let output = shop.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    }
    let pack = shop.path("pack");
    fs::create_dir(&pack).unwrap();
    assert!(Command::new("mkfifo").arg(pack.join("pack.toml")).status().unwrap().success());
    let output = shop.run(&["models", "import", pack.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
