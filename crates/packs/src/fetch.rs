//! One file from the hub to the disk, through cut connections and over several sessions.
//!
//! What is there already is never asked for again: the bytes of an interrupted file are read once for
//! their checksum, and the rest is asked for with `Range`. The commit is a part of the address, so the
//! rest belongs to the beginning; the checksum of the whole proves it. A server that knows no ranges
//! sends the whole file, which then begins anew.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use vitrine_jobs::{Job, Stage};
use vitrine_models::FileSum;

use crate::PackError;
use crate::hub::{Hub, RemoteFile, Trouble};
use crate::part::{CHUNK_BYTES, Part};

/// The longest wait between two attempts.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// A file at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Where it goes, inside the pack: `clip/config.json`.
    pub(crate) path: String,
    pub(crate) repo: String,
    pub(crate) commit: String,
    /// Its name in the repository.
    pub(crate) name: String,
    pub(crate) remote: RemoteFile,
}

/// Downloads `wanted` to `path` and gives its SHA-256.
pub(crate) fn fetch(hub: &Hub, wanted: &Wanted, path: &Path, job: &Job) -> Result<FileSum, PackError> {
    job.board().name(&wanted.path);
    let before = job.board().done(Stage::Download);
    let mut read = 0;
    let mut part = Part::take_up(path, &wanted.remote, job, &mut |n| {
        read += n;
        job.board().set_done(Stage::Download, before + read);
    })?;
    // An old part may have been damaged on this disk, which one fresh start mends.
    let was_interrupted = part.size_bytes() > 0;
    receive(hub, wanted, &mut part, job, before)?;
    if let Some(sum) = part.finish(path, &wanted.remote)? {
        return Ok(sum);
    }
    let mut part = begin_anew(path, wanted, job)?;
    if was_interrupted {
        job.board().set_done(Stage::Download, before);
        receive(hub, wanted, &mut part, job, before)?;
        if let Some(sum) = part.finish(path, &wanted.remote)? {
            return Ok(sum);
        }
        begin_anew(path, wanted, job)?;
    }
    Err(damaged(hub, wanted, "checksum"))
}

fn begin_anew(path: &Path, wanted: &Wanted, job: &Job) -> Result<Part, PackError> {
    let mut part = Part::take_up(path, &wanted.remote, job, &mut |_| ())?;
    part.restart(&wanted.remote)?;
    Ok(part)
}

/// Fills the part up, asking again as often as that brings bytes.
fn receive(hub: &Hub, wanted: &Wanted, part: &mut Part, job: &Job, before: u64) -> Result<(), PackError> {
    let mut attempts = Attempts::new(hub);
    while part.size_bytes() < wanted.remote.size_bytes {
        job.checkpoint()?;
        let had = part.size_bytes();
        let trouble = match stream(hub, wanted, part, job, before) {
            Ok(()) => continue,
            Err(trouble) => trouble,
        };
        if part.size_bytes() > had {
            attempts = Attempts::new(hub);
        }
        attempts.pause(trouble, job)?;
    }
    Ok(())
}

/// One answer, until it ends.
fn stream(hub: &Hub, wanted: &Wanted, part: &mut Part, job: &Job, before: u64) -> Result<(), Trouble> {
    let mut incoming = hub.open(&wanted.repo, &wanted.commit, &wanted.name, part.size_bytes())?;
    if incoming.from != part.size_bytes() {
        part.restart(&wanted.remote).map_err(Trouble::Lasting)?;
        job.board().set_done(Stage::Download, before);
    }
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        job.checkpoint().map_err(|end| Trouble::Lasting(end.into()))?;
        let n = incoming.reader.read(&mut buffer).map_err(|error| hub.broken(error))?;
        if n == 0 && part.size_bytes() < wanted.remote.size_bytes {
            return Err(hub.broken(std::io::ErrorKind::UnexpectedEof.into()));
        }
        if n == 0 {
            return Ok(());
        }
        if part.size_bytes() + n as u64 > wanted.remote.size_bytes {
            part.restart(&wanted.remote).map_err(Trouble::Lasting)?;
            return Err(Trouble::Lasting(damaged(hub, wanted, "length")));
        }
        part.write(&buffer[..n]).map_err(Trouble::Lasting)?;
        job.board().advance(Stage::Download, n as u64, None);
    }
}

fn damaged(hub: &Hub, wanted: &Wanted, what: &'static str) -> PackError {
    PackError::Damaged { file: wanted.path.clone(), host: hub.host().to_owned(), what }
}

/// Calls `ask` until it answers, with pauses between.
pub(crate) fn insist<T>(
    hub: &Hub,
    job: &Job,
    mut ask: impl FnMut() -> Result<T, Trouble>,
) -> Result<T, PackError> {
    let mut attempts = Attempts::new(hub);
    loop {
        match ask() {
            Ok(answer) => return Ok(answer),
            Err(trouble) => attempts.pause(trouble, job)?,
        }
    }
}

/// Attempts in a row that brought nothing.
struct Attempts {
    n: u32,
    most: u32,
    pause: Duration,
}

impl Attempts {
    fn new(hub: &Hub) -> Self {
        let options = hub.options();
        Self { n: 0, most: options.max_attempts, pause: options.retry_pause }
    }

    /// Waits before the next attempt, or gives up with the trouble's error.
    fn pause(&mut self, trouble: Trouble, job: &Job) -> Result<(), PackError> {
        self.n += 1;
        let (error, wait) = match trouble {
            Trouble::Passing { error, wait } if self.n < self.most => (error, wait),
            trouble => return Err(trouble.into_error()),
        };
        let wait = wait.unwrap_or(self.pause);
        let reason = match error {
            PackError::Connection { host, reason } => format!("{host}: {reason}"),
            PackError::Refused { host, status, .. } => format!("{host} is busy (answer {status})"),
            other => other.to_string(),
        };
        job.board().note(format!("{reason}. Trying again in {} s.", wait.as_secs().max(1)));
        self.pause = (self.pause * 2).min(MAX_PAUSE);
        Ok(job.control().sleep(wait)?)
    }
}
