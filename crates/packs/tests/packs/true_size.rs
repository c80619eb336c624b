//! The packs that are offered, at their true size. Takes gigabytes and minutes, so it is asked for by name:
//!
//! ```text
//! .venv/bin/python models/parity/make_true_size_packs.py FOLDER
//! VITRINE_TRUE_SIZE=FOLDER cargo test --release -p vitrine-packs --test packs -- --ignored --nocapture true_size
//! ```

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use vitrine_jobs::{Job, JobKind, Stage};
use vitrine_packs::{Offer, Outcome, Shelf};

use crate::hub_server::{Fault, HubServer};
use crate::{options, pulling};

#[test]
#[ignore = "needs the folder that models/parity/make_true_size_packs.py writes"]
#[allow(clippy::print_stderr)]
fn every_offered_pack_arrives_at_its_true_size() {
    let Some(source) = std::env::var_os("VITRINE_TRUE_SIZE").map(PathBuf::from) else {
        panic!("VITRINE_TRUE_SIZE names no folder")
    };
    let folder = tempfile::tempdir_in(&source).unwrap();
    for offer in Offer::all().unwrap() {
        let hub = HubServer::start();
        for repo in offer.repos() {
            hub.put_folder(repo, &source.join(repo));
        }
        // The connection is cut once in the middle of the search model's weights.
        hub.fault("model.safetensors", Fault::CutAfter(300_000_000), 1);
        hub.fault("open_clip_pytorch_model.bin", Fault::CutAfter(300_000_000), 1);
        let shelf = Shelf::new(folder.path().join("packs"));
        let start = Instant::now();
        let job = pulling();
        let (outcome, tried) = thread::scope(|scope| {
            let pull = scope.spawn(|| shelf.pull(&offer, &options(&hub), &job));
            while job.board().progress().stage != Some(Stage::Try) && !pull.is_finished() {
                thread::sleep(Duration::from_millis(20));
            }
            let tried = start.elapsed();
            (pull.join().unwrap(), tried)
        });
        assert!(matches!(outcome, Ok(Outcome::Installed(_))), "{outcome:?}");
        let all = start.elapsed();
        let pack = shelf.find(&offer.name).unwrap();
        let start = Instant::now();
        shelf.verify(&offer.name, &Job::new(JobKind::Verify, "")).unwrap();
        eprintln!(
            "{:<8} {:>6.2} GB, {:>6.2} GB of f32, downloaded and checked in {:.1} s, loaded in {:.1} s, verified in {:.1} s",
            offer.name,
            pack.size_bytes as f64 / 1e9,
            pack.memory_bytes as f64 / 1e9,
            tried.as_secs_f64(),
            (all - tried).as_secs_f64(),
            start.elapsed().as_secs_f64()
        );
        let about = offer.about_bytes as f64 / pack.size_bytes as f64;
        assert!((0.9..1.1).contains(&about), "{} says {} bytes", offer.name, offer.about_bytes);
        shelf.remove(&offer.name, &[]).unwrap();
    }
}
