//! Drives, signals, full disks and names that bite, through the program itself.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
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

    /// As somebody whom permissions bind; root they do not, unless he gives that up.
    fn bound(&self, arguments: &[&str]) -> Output {
        let user = Command::new("id").arg("-u").output().unwrap();
        let program = self.command(arguments);
        if user.stdout != b"0\n" {
            return self.run(arguments);
        }
        let mut bound = Command::new("setpriv");
        bound.arg("--bounding-set=-dac_override,-dac_read_search").arg(program.get_program());
        bound
            .args(program.get_args())
            .envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        bound.output().unwrap()
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
        serde_json::from_str(&shop.text(&["search", "mug", "--limit", "100", "--json"])).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 40);
}

#[test]
fn what_may_not_be_read_is_listed_and_what_is_known_of_it_kept() {
    let shop = Shop::new();
    let (folder, hidden) = (shop.photos("photos", 0..3), shop.photos("photos/hidden", 10..14));
    let index = || String::from_utf8(shop.bound(&["index", folder.to_str().unwrap()]).stdout).unwrap();
    let skipped = || String::from_utf8(shop.bound(&["status", "--skipped"]).stdout).unwrap();
    assert!(index().contains("7 photos"));
    // Neither its names nor its files can be read; or its names alone.
    for mode in [0o000, 0o444] {
        fs::set_permissions(&hidden, fs::Permissions::from_mode(mode)).unwrap();
        let (said, listed) = (index(), skipped());
        fs::set_permissions(&hidden, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(
            said.contains("7 photos of 7 products in the catalog: 7 can be searched"),
            "{mode:o}: {said}"
        );
        assert!(listed.contains("photos/hidden: You have no permission to read this."), "{mode:o}: {listed}");
    }
    index();
    assert!(!skipped().contains("permission"));
}

#[test]
fn paths_longer_than_the_system_allows_are_listed() {
    let shop = Shop::new();
    let folder = shop.photos("photos", 0..2);
    let deepen =
        "n=$(printf 'x%.0s' $(seq 200)); for i in $(seq 24); do mkdir $n && cd $n; done; cp \"$0\" .";
    let done =
        Command::new("bash").current_dir(&folder).args(["-c", deepen]).arg(folder.join("0.bmp")).status();
    assert!(done.unwrap().success());
    let said = shop.text(&["index", folder.to_str().unwrap()]);
    assert!(said.contains("2 photos of 2 products"), "{said}");
    let listed = shop.text(&["status", "--skipped"]);
    assert!(listed.contains("longer than the system allows"), "{listed}");
}

#[test]
fn a_library_that_cannot_be_written_can_be_read_and_says_so() {
    let shop = Shop::new();
    let folder = shop.photos("photos", 0..3);
    shop.text(&["index", folder.to_str().unwrap()]);
    let library = shop.path("library");
    let set = |mode: &str| {
        assert!(Command::new("chmod").args(["-R", mode]).arg(&library).status().unwrap().success());
    };
    set("a-w");
    let outputs = [&["status"][..], &["search", "mug"], &["show", "1"], &["index"]].map(|of| shop.bound(of));
    set("u+w");
    let [status, search, show, index] = outputs;
    for read in [&status, &search, &show] {
        assert!(read.status.success(), "{read:?}");
    }
    let status = String::from_utf8(status.stdout).unwrap();
    assert!(status.contains("cannot be written: nothing can be added or changed"), "{status}");
    let refused = String::from_utf8(index.stderr).unwrap();
    assert_eq!(index.status.code(), Some(1), "{refused}");
    assert!(refused.contains("cannot be written, so nothing can be added"), "{refused}");
}

/// Somewhere between too little to map a model and enough to run it memory runs out in the middle of the work.
#[cfg(target_os = "linux")]
#[test]
fn little_memory_ends_in_a_sentence() {
    let shop = Shop::new();
    shop.text(&["index", shop.photos("photos", 0..3).to_str().unwrap()]);
    let mut n_refused = 0;
    for kilobytes in (100_000..220_000).step_by(10_000).map(|kilobytes: u32| kilobytes.to_string()) {
        let program = shop.command(&["search", "mug"]);
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -v $0 && exec \"$@\"", &kilobytes]).arg(program.get_program());
        limited.args(program.get_args());
        limited.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = limited.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(0) => {}
            Some(1) => {
                n_refused += 1;
                assert!(said.contains("vitrine: ") && said.ends_with(".\n"), "{kilobytes}: {said}");
            }
            // None is a signal: it was aborted.
            other => panic!("{kilobytes}: {other:?} {said}"),
        }
    }
    assert!(n_refused > 0);
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
    for arguments in [&["status"][..], &["status", "--json"], &["search", "mug"], &["models"]] {
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
    for arguments in [&["search", "mug"][..], &["status"], &["show", "1"]] {
        let said = shop.text(arguments);
        assert!(!said.contains('\u{1b}'), "{arguments:?}: {said:?}");
    }
    assert!(shop.text(&["search", "mug"]).contains("b\\nc.bmp"));
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
