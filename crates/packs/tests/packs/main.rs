//! Downloads from a hub on this machine, imports, checks and removals, with everything that can go wrong.
#![allow(clippy::unwrap_used, clippy::panic, clippy::new_without_default, missing_docs)] // a test that fails may panic

#[allow(dead_code, reason = "folders of true size are for the program's own test")]
mod hub_server;
mod import;
mod models;
mod pickle;
mod pull;
mod removal;
mod trouble;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use vitrine_jobs::{Job, JobKind, Progress};
use vitrine_models::Pack;
use vitrine_packs::{HubOptions, Offer, Outcome, PackError, Shelf};

use self::hub_server::{Fault, HubServer};
use self::models::Files;

/// A hub with two repositories, an offer of both as one pack, and an empty packs folder.
pub struct Setting {
    pub hub: HubServer,
    pub offer: Offer,
    pub options: HubOptions,
    pub shelf: Shelf,
    folder: TempDir,
}

const CLIP: &str = "org/clip";
const CAPTION: &str = "org/caption";

impl Setting {
    pub fn new() -> Self {
        Self::with(models::clip(), models::caption())
    }

    pub fn with(clip: Files, caption: Files) -> Self {
        let hub = HubServer::start();
        hub.put(CLIP, clip);
        hub.put(CAPTION, caption);
        let offer = Offer::parse(
            "format = 1\nname = \"tiny\"\ntitle = \"Tiny\"\nsummary = \"For tests.\"\nlicence = \"MIT\"\n\
             about_bytes = 700000\n[clip]\nrepo = \"org/clip\"\n[caption]\nrepo = \"org/caption\"\n",
        )
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().join("packs"));
        let options = options(&hub);
        Self { hub, offer, options, shelf, folder }
    }

    pub fn pull(&self) -> Result<Outcome, PackError> {
        self.shelf.pull(&self.offer, &self.options, &pulling())
    }

    /// Pulls and gives what the job's board showed meanwhile: everything that stood there for longer
    /// than a look takes.
    pub fn pull_looking(&self) -> (Result<Outcome, PackError>, Vec<Progress>) {
        let job = pulling();
        thread::scope(|scope| {
            let pull = scope.spawn(|| self.shelf.pull(&self.offer, &self.options, &job));
            let (mut seen, mut version) = (Vec::new(), 0);
            while !pull.is_finished() {
                if job.board().version() != version {
                    version = job.board().version();
                    seen.push(job.board().progress());
                }
                thread::yield_now();
            }
            seen.push(job.board().progress());
            (pull.join().unwrap(), seen)
        })
    }

    /// Pulls a pack that must arrive new, and gives its folder.
    pub fn pull_new(&self) -> PathBuf {
        match self.pull().unwrap() {
            Outcome::Installed(folder) => folder,
            other => panic!("{other:?}"),
        }
    }

    /// The pull ends with an error that says all of `words`, and an installed pack is as it was.
    #[track_caller]
    pub fn check(&self, words: &[&str]) -> PackError {
        let before = self.shelf.installed().len();
        let error = self.pull().unwrap_err();
        mentions(&error, words);
        assert_eq!(self.shelf.installed().len(), before);
        for pack in self.shelf.installed() {
            Pack::open(&pack.folder).unwrap().verify().unwrap();
        }
        error
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Bytes that lie there of an interrupted download.
    pub fn n_partial(&self) -> u64 {
        self.shelf.unfinished().iter().map(|unfinished| unfinished.done_bytes).sum()
    }

    pub fn fault(&self, ending: &str, fault: Fault, times: u32) {
        self.hub.fault(ending, fault, times);
    }
}

pub fn pulling() -> Job {
    Job::new(JobKind::Pull, "tiny")
}

pub fn options(hub: &HubServer) -> HubOptions {
    HubOptions {
        endpoint: hub.address.clone(),
        use_proxy: false,
        connect_timeout: Duration::from_secs(5),
        stall_timeout: Duration::from_millis(600),
        retry_pause: Duration::from_millis(5),
        max_attempts: 3,
        ..HubOptions::default()
    }
}

#[track_caller]
pub fn mentions(error: &PackError, words: &[&str]) {
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{text:?} does not mention {word:?}");
    }
}
