//! `vitrine models` as a script sees it, with a hub on this machine.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

#[path = "../../packs/tests/packs/hub_server.rs"]
#[allow(dead_code)] // the faults of other tests
mod hub_server;
#[path = "../../packs/tests/packs/models.rs"]
#[allow(dead_code)]
mod models;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use hub_server::{Fault, HubServer};

/// A hub with the models of the pack `fashion`, and a user without any pack.
struct Desk {
    hub: HubServer,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let hub = HubServer::start();
        hub.put("patrickjohncyh/fashion-clip", models::clip());
        hub.put("Salesforce/blip-image-captioning-base", models::caption());
        Self { hub, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
        command
            .env_remove("VITRINE_PACK")
            .env_remove("HF_TOKEN")
            .env("NO_PROXY", "127.0.0.1")
            .env("HF_ENDPOINT", &self.hub.address)
            .env("VITRINE_PACKS", self.path("packs"))
            .arg("--library")
            .arg(self.path("library"))
            .arg("models")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// It works, and says all of `words`.
    #[track_caller]
    fn works(&self, arguments: &[&str], words: &[&str]) {
        let output = self.run(arguments);
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(output.status.success(), "{output:?}");
        for word in words {
            assert!(text.contains(word), "{text:?} does not say {word:?}");
        }
    }

    /// It fails with exit code 1, and says all of `words`.
    #[track_caller]
    fn fails(&self, arguments: &[&str], words: &[&str]) {
        let output = self.run(arguments);
        let text = String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        for word in words {
            assert!(text.contains(word), "{text:?} does not say {word:?}");
        }
    }

    fn json(&self) -> serde_json::Value {
        let output = self.run(&["list", "--json"]);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn pack(&self, name: &str) -> serde_json::Value {
        let list = self.json();
        list["packs"].as_array().unwrap().iter().find(|pack| pack["name"] == name).unwrap().clone()
    }
}

#[test]
fn the_list_tells_what_there_is_without_a_network() {
    let desk = Desk::new();
    desk.works(&[], &["starter (", "finds products: CLIPModel", "on the ", "knows:", "does not know:"]);
    desk.works(&["list"], &["starter", "in use", "fast", "quality", "fashion", "to download, about 1.6 GB"]);
    let list = desk.json();
    assert_eq!((&list["pack"], &list["isStarter"]), (&"starter".into(), &true.into()));
    assert_eq!(desk.pack("fast")["state"], "available");
    assert_eq!(desk.pack("starter")["isInUse"], true);
    assert!(desk.pack("fast")["pace"]["read"].as_f64().unwrap() > 0.0);
    desk.works(&["list"], &["Here it reads about "]);
    assert!(desk.hub.take_seen().is_empty());
}

#[test]
fn a_pack_is_pulled_checked_used_and_removed() {
    let desk = Desk::new();
    desk.works(&["pull", "fashion"], &["fashion is there", "vitrine models use fashion"]);
    desk.works(&["pull", "fashion"], &["already there"]);
    desk.works(&["verify", "fashion"], &["Every file of fashion is as it should be"]);
    assert_eq!(desk.pack("fashion")["state"], "installed");

    desk.works(&["use", "fashion"], &["fashion is in use"]);
    assert_eq!(desk.json()["pack"], "fashion");
    desk.fails(&["remove", "fashion"], &["fashion is in use", "Use another one first"]);
    desk.fails(&["remove", "starter"], &["ships with Vitrine"]);
    desk.works(&["back"], &["starter is in use"]);
    desk.works(&["remove", "fashion"], &["Removed fashion"]);
    assert_eq!(desk.pack("fashion")["state"], "available");
}

#[test]
fn a_damaged_file_is_named_and_pulled_again() {
    let desk = Desk::new();
    desk.works(&["pull", "fashion"], &[]);
    let weights = desk.path("packs/fashion/clip/model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    bytes[100_000] ^= 1;
    fs::write(&weights, bytes).unwrap();
    desk.fails(&["verify", "fashion"], &["clip/model.safetensors", "damaged"]);
    desk.works(&["pull", "fashion"], &["fashion is there"]);
    desk.works(&["verify", "fashion"], &["as it should be"]);
}

#[test]
fn a_folder_is_imported() {
    let desk = Desk::new();
    models::write(desk.path("My Models/one"), &models::clip());
    models::write(desk.path("My Models/two"), &models::caption());
    let folder = desk.path("My Models");
    desk.works(&["import", folder.to_str().unwrap()], &["my-models is there"]);
    desk.works(&["import", folder.to_str().unwrap(), "--name", "mine"], &["mine is there"]);
    desk.fails(&["import", desk.path("absent").to_str().unwrap()], &["absent", "cannot be imported"]);
    desk.fails(&["pull", "best"], &["best", "fast, quality, fashion"]);
    desk.fails(&["use", "best"], &["best", "vitrine models list"]);
    assert_eq!(desk.pack("mine")["state"], "installed");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_part_that_the_next_pull_goes_on_with() {
    let desk = Desk::new();
    desk.hub.fault("model.safetensors", Fault::Slow, 1);
    let program = desk.command(&["pull", "fashion"]).stderr(Stdio::piped()).spawn().unwrap();
    let part = desk.path("packs/.partial/fashion/clip/model.safetensors.part");
    let start = Instant::now();
    while fs::metadata(&part).map_or(0, |meta| meta.len()) < 50_000 {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing came");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap().success());
    let output = program.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("kept") && text.contains("vitrine models pull fashion"), "{text}");

    let there = fs::metadata(&part).unwrap().len();
    assert_eq!(
        (&desk.pack("fashion")["state"], desk.pack("fashion")["doneBytes"].as_u64() >= Some(there)),
        (&"partial".into(), true)
    );
    desk.hub.take_seen();
    desk.works(&["pull", "fashion"], &["fashion is there"]);
    let resumed =
        desk.hub.take_seen().into_iter().find(|seen| seen.is_store && seen.method == "GET").unwrap();
    assert_eq!(resumed.range, Some(format!("bytes={there}-")));
}
