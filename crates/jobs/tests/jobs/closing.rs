//! Closing the program while jobs run.

use std::{sync::mpsc::channel, thread, time::Duration};

use vitrine_jobs::{JobKind, JobState, Jobs, Outcome, StartError};

use super::{PATIENCE, gate};

/// Closes on another thread, so that a close that hangs fails the test.
fn close(jobs: &Jobs) {
    let (jobs, (tell, told)) = (jobs.clone(), channel());
    thread::spawn(move || {
        jobs.cancel_all_and_wait();
        tell.send(()).unwrap();
    });
    told.recv_timeout(PATIENCE).expect("closing hangs");
}

#[test]
fn closing_ends_what_runs_and_what_is_paused_and_lets_nothing_start() {
    let jobs = Jobs::default();
    let running = jobs.start(JobKind::Pull, "", |job| {
        loop {
            job.control().sleep(Duration::from_millis(1))?;
        }
    });
    let paused = jobs.start(JobKind::Index, "", |job| {
        loop {
            job.checkpoint()?;
        }
    });
    let (running, paused) = (running.unwrap(), paused.unwrap());
    paused.pause();
    close(&jobs);
    assert_eq!(
        (running.snapshot().state, paused.snapshot().state),
        (JobState::Cancelled, JobState::Cancelled)
    );
    let refused = jobs.start(JobKind::Index, "", |_| Ok(Outcome::default()));
    assert!(matches!(refused, Err(StartError::Closing)), "{refused:?}");
    close(&jobs);
}

#[test]
fn closing_does_not_wait_for_work_that_panicked() {
    let jobs = Jobs::default();
    let (gate, key) = gate();
    let job = jobs.start(JobKind::Index, "", move |_| {
        gate.pass();
        panic!("a bug, on purpose")
    });
    key.wait();
    key.open();
    close(&jobs);
    assert_eq!(job.unwrap().snapshot().state, JobState::Failed);
}

#[test]
fn work_that_closes_does_not_wait_for_itself() {
    let jobs = Jobs::default();
    let own = jobs.clone();
    let job = jobs.start(JobKind::Index, "", move |job| {
        own.cancel_all_and_wait();
        assert_eq!(job.wait().state, JobState::Running);
        job.checkpoint()?;
        Ok(Outcome::default())
    });
    close(&jobs);
    assert_eq!(job.unwrap().wait().state, JobState::Cancelled);
}
