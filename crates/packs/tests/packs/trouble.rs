//! Everything that can go wrong with a download: its message, and what is left.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use vitrine_models::Pack;
use vitrine_packs::{Outcome, PackError};

use crate::hub_server::Fault;
use crate::{CAPTION, CLIP, Setting, models, pickle};

/// The ending of the address of CLIP's weights; the captioner's is the same.
const BIG: &str = "model.safetensors";

#[test]
fn cut_connections_are_taken_up_where_they_ended() {
    let mut setting = Setting::new();
    // So long a note stands.
    setting.options.retry_pause = Duration::from_millis(150);
    setting.fault(BIG, Fault::CutAfter(100_000), 3);
    let (outcome, seen) = setting.pull_looking();
    assert!(matches!(outcome, Ok(Outcome::Installed(_))), "{outcome:?}");
    let ranges: Vec<_> = setting
        .hub
        .take_seen()
        .into_iter()
        .filter(|s| s.is_store && s.method == "GET")
        .map(|s| s.range)
        .collect();
    let expected = [None, Some("bytes=100000-"), Some("bytes=200000-"), Some("bytes=300000-"), None];
    assert_eq!(ranges.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    assert!(seen.iter().any(|progress| progress.note.as_ref().is_some_and(|note| note.contains("cut"))));
}

#[test]
fn a_connection_that_is_cut_for_good_leaves_a_part_for_the_next_session() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::CutAfter(150_000), 1);
    setting.fault(BIG, Fault::CutAfter(0), 20);
    setting.check(&["127.0.0.1", "cut", "Check the internet connection", "kept"]);
    let kept = setting.n_partial();
    assert!(kept > 150_000, "{kept}");

    setting.hub.state().faults.clear();
    setting.hub.take_seen();
    setting.pull_new();
    let first = setting.hub.take_seen().into_iter().find(|s| s.is_store && s.method == "GET").unwrap();
    assert_eq!(first.range.as_deref(), Some("bytes=150000-"));
}

#[test]
fn a_server_without_ranges_sends_the_file_anew() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::CutAfter(100_000), 1);
    setting.fault(BIG, Fault::NoRanges, 2);
    setting.pull_new();
}

#[test]
fn a_silent_server_is_asked_again() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::SilentAfter(50_000), 1);
    let start = Instant::now();
    setting.pull_new();
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn wrong_bytes_are_thrown_away() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::WrongBytes, 1);
    setting.check(&["clip/model.safetensors", "checksum", "try again"]);
    // What was right is kept, what was wrong is not.
    let part = setting.shelf.folder().join(".partial/tiny/clip/model.safetensors.part");
    assert_eq!(fs::metadata(part).map(|meta| meta.len()).unwrap_or(0), 0);
    setting.pull_new();
}

#[test]
fn a_small_file_is_checked_as_well() {
    let setting = Setting::new();
    setting.fault("tokenizer.json", Fault::WrongBytes, 1);
    setting.check(&["clip/tokenizer.json", "checksum"]);
    setting.pull_new();
}

#[test]
fn a_part_that_was_damaged_on_this_disk_is_downloaded_again() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::CutAfter(150_000), 1);
    setting.fault(BIG, Fault::CutAfter(0), 20);
    setting.check(&["cut"]);
    let part = setting.shelf.folder().join(".partial/tiny/clip/model.safetensors.part");
    let mut bytes = fs::read(&part).unwrap();
    bytes[1_000] ^= 1;
    fs::write(&part, bytes).unwrap();
    setting.hub.state().faults.clear();
    setting.pull_new();
}

#[test]
fn more_bytes_than_announced_are_refused() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::TooLong, 1);
    setting.check(&["clip/model.safetensors", "length"]);
    setting.pull_new();
}

#[test]
fn a_busy_server_is_asked_again_and_then_left_alone() {
    let setting = Setting::new();
    setting.fault("revision/main", Fault::Status(503), 1);
    setting.fault(BIG, Fault::Status(429), 2);
    setting.pull_new();
    let other = Setting::new();
    other.fault("revision/main", Fault::Status(503), 9);
    other.check(&["127.0.0.1", "503", "later"]);
}

#[test]
fn what_is_not_there_is_named() {
    let setting = Setting::new();
    setting.hub.state().repos.remove(CAPTION);
    setting.check(&["has no org/caption"]);

    let mut caption = models::caption();
    caption.remove("tokenizer.json");
    let setting = Setting::with(models::clip(), caption);
    setting.check(&["tokenizer.json", "org/caption"]);
    assert_eq!(setting.n_partial(), 0);
}

#[test]
fn a_file_without_a_checksum_is_not_taken() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::NoChecksum, 9);
    setting.check(&["no checksum"]);
}

#[test]
fn a_hub_that_is_not_there_is_named() {
    let mut setting = Setting::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    setting.options.endpoint = format!("http://{nobody}");
    setting.check(&["127.0.0.1", "refuses the connection", "Check the internet connection"]);
    setting.options.endpoint = "huggingface.co".into();
    setting.check(&["huggingface.co", "HF_ENDPOINT", "https://"]);
}

#[test]
fn a_disk_that_is_too_small_is_known_before_the_download() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::Huge, 9);
    setting.check(&["not enough room", "GB", "Make room"]);
    assert!(!setting.hub.take_seen().iter().any(|seen| seen.is_store && seen.method == "GET"));
}

#[test]
fn a_commit_that_moved_begins_what_changed_anew() {
    let setting = Setting::new();
    setting.fault(BIG, Fault::CutAfter(150_000), 1);
    setting.fault(BIG, Fault::CutAfter(0), 20);
    setting.check(&["cut"]);
    setting.hub.state().faults.clear();
    let mut clip = models::clip();
    let weights = clip.get_mut("model.safetensors").unwrap();
    let last = weights.len() - 1;
    weights[last] ^= 1;
    setting.hub.put(CLIP, clip.clone());
    setting.hub.take_seen();
    let folder = setting.pull_new();
    assert_eq!(fs::read(folder.join("clip/model.safetensors")).unwrap(), clip["model.safetensors"]);
    let first = setting.hub.take_seen().into_iter().find(|s| s.is_store && s.method == "GET").unwrap();
    assert_eq!(first.range, None);
}

#[test]
fn a_model_of_another_kind_is_refused_before_its_weights_come() {
    let mut clip = models::clip();
    models::edit(&mut clip, "config.json", "CLIPModel", "AlignModel");
    let setting = Setting::with(clip, models::caption());
    setting.check(&["org/clip", "AlignModel", "CLIPModel"]);
    assert!(!setting.hub.take_seen().iter().any(|seen| seen.is_store && seen.method == "GET"));

    let swapped = Setting::with(models::caption(), models::clip());
    swapped.check(&["org/clip", "a search model here"]);
}

#[test]
fn tensors_of_another_shape_are_named() {
    let mut clip = models::clip();
    models::edit(&mut clip, "config.json", "\"projection_dim\": 32", "\"projection_dim\": 33");
    let setting = Setting::with(clip, models::caption());
    setting.check(&["clip/model.safetensors", "projection.weight", "33"]);

    let mut caption = models::caption();
    models::edit(&mut caption, "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    Setting::with(models::clip(), caption).check(&["caption/model.safetensors", "layers.2.", "missing"]);
}

#[test]
fn a_pickle_that_calls_something_is_refused() {
    let mut clip = models::clip();
    pickle::replace_weights(&mut clip, pickle::CALL);
    let setting = Setting::with(clip, models::caption());
    setting.check(&["clip/pytorch_model.bin", "more than tensors"]);
    assert!(setting.shelf.installed().is_empty());
}

#[test]
fn whatever_goes_wrong_leaves_the_installed_pack() {
    let setting = Setting::new();
    let old = setting.pull_new();
    let mut clip = models::clip();
    models::edit(&mut clip, "config.json", "\"projection_dim\": 32", "\"projection_dim\": 33");
    setting.hub.put(CLIP, clip);
    setting.check(&["projection.weight"]);
    setting.fault("revision/main", Fault::Status(500), 9);
    setting.check(&["500"]);
    assert_eq!(setting.shelf.find("tiny").unwrap().folder, old);
    Pack::open(&old).unwrap().verify().unwrap();
}

/// Runs [`full_disk_child`] in a process that may write no file larger than 128 kB
/// (256 kB where a shell counts otherwise), which to a program
/// is as a disk that is full, and needs no rights.
#[cfg(unix)]
#[test]
fn a_full_disk_keeps_what_is_there() {
    let setting = Setting::new();
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 256; exec \"$0\" --ignored --exact trouble::full_disk_child"])
        .arg(std::env::current_exe().unwrap())
        .env("FULL_DISK_HUB", &setting.hub.address)
        .env("FULL_DISK_PACKS", setting.shelf.folder())
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    let part = setting.shelf.folder().join(".partial/tiny/clip/model.safetensors.part");
    let written = fs::metadata(&part).unwrap().len();
    assert!(written > 100_000, "{written}");
    assert!(setting.shelf.installed().is_empty());

    setting.hub.take_seen();
    setting.pull_new();
    let first = setting.hub.take_seen().into_iter().find(|s| s.is_store && s.method == "GET").unwrap();
    assert_eq!(first.range, Some(format!("bytes={written}-")));
}

#[test]
#[ignore = "a part of a_full_disk_keeps_what_is_there"]
fn full_disk_child() {
    let mut setting = Setting::new();
    let Ok(hub) = std::env::var("FULL_DISK_HUB") else { return };
    setting.options.endpoint = hub;
    setting.shelf = vitrine_packs::Shelf::new(std::env::var_os("FULL_DISK_PACKS").map(Into::into).unwrap());
    let error = setting.check(&["full", "Make room", "kept"]);
    let PackError::DiskFull { path } = error else { panic!("{error:?}") };
    assert!(path.ends_with(Path::new("clip/model.safetensors.part")), "{}", path.display());
}
