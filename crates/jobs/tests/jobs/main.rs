//! What who starts, does and watches jobs relies on.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // a test that fails may panic

mod closing;
mod control;
mod ends;
mod events;
mod rates;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use vitrine_jobs::{JobEvent, JobState, Jobs};

/// Long enough for any machine; a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that is told of these jobs.
fn news_of(jobs: &Jobs) -> Receiver<JobEvent> {
    let (tell, news) = channel();
    jobs.subscribe(move |event| {
        let _ = tell.send(event.clone());
    });
    news
}

/// A gate at which work waits until a test opens it, and tells that it came there.
fn gate() -> (Gate, Key) {
    let (arrived, has_arrived) = channel();
    let (open, is_open) = channel();
    (Gate { arrived, is_open }, Key { has_arrived, open })
}

struct Gate {
    arrived: Sender<()>,
    is_open: Receiver<()>,
}

impl Gate {
    fn pass(&self) {
        self.arrived.send(()).unwrap();
        self.is_open.recv_timeout(PATIENCE).unwrap();
    }
}

struct Key {
    has_arrived: Receiver<()>,
    open: Sender<()>,
}

impl Key {
    fn wait(&self) {
        self.has_arrived.recv_timeout(PATIENCE).unwrap();
    }

    fn open(&self) {
        self.open.send(()).unwrap();
    }
}

/// Waits for the end of the next job, and gives every state that was told until then.
fn states_until_end(news: &Receiver<JobEvent>) -> Vec<JobState> {
    let mut states = Vec::new();
    loop {
        match news.recv_timeout(PATIENCE).unwrap() {
            JobEvent::Progress(job) => states.push(job.state),
            JobEvent::Ended(job) => {
                states.push(job.state);
                return states;
            }
        }
    }
}
