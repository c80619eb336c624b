//! The packs that are offered, at their true size. Takes gigabytes and minutes, so it is asked for by name:
//!
//! ```text
//! .venv/bin/python models/parity/make_true_size_packs.py FOLDER
//! VITRINE_TRUE_SIZE=FOLDER cargo test --release -p vitrine-packs --test packs -- --ignored --nocapture true_size
//! ```

use std::path::PathBuf;
use std::time::Instant;

use vitrine_packs::{Control, Offer, Outcome, Shelf, Step};

use crate::hub_server::{Fault, HubServer};
use crate::options;

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
        let shelf = Shelf::new(folder.path().join("packs"));
        let start = Instant::now();
        let mut tried = None;
        let outcome = shelf.pull(&offer, &options(&hub), &Control::default(), &mut |progress| {
            if progress.step == Step::Trying && tried.is_none() {
                tried = Some(start.elapsed());
            }
        });
        assert!(matches!(outcome, Ok(Outcome::Installed(_))), "{outcome:?}");
        let all = start.elapsed();
        let pack = shelf.find(&offer.name).unwrap();
        let start = Instant::now();
        shelf.verify(&offer.name, &Control::default(), &mut |_| ()).unwrap();
        eprintln!(
            "{:<8} {:>6.2} GB, {:>6.2} GB of f32, downloaded and checked in {:.1} s, loaded in {:.1} s, verified in {:.1} s",
            offer.name,
            pack.size_bytes as f64 / 1e9,
            pack.memory_bytes as f64 / 1e9,
            tried.unwrap_or_default().as_secs_f64(),
            (all - tried.unwrap_or_default()).as_secs_f64(),
            start.elapsed().as_secs_f64()
        );
        let about = offer.about_bytes as f64 / pack.size_bytes as f64;
        assert!((0.9..1.1).contains(&about), "{} says {} bytes", offer.name, offer.about_bytes);
        shelf.remove(&offer.name, &[]).unwrap();
    }
}
