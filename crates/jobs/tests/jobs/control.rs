//! Pause, resume and cancel at checkpoints.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::channel,
    },
    thread,
    time::Duration,
};

use vitrine_jobs::{Cancelled, Control, JobKind, JobState, Jobs, Outcome};

use super::{PATIENCE, gate};

#[test]
fn work_stands_at_its_checkpoint_while_it_is_paused_and_then_goes_on() {
    let jobs = Jobs::default();
    let (gate, key) = gate();
    let n_passed = Arc::new(AtomicU64::new(0));
    let count = n_passed.clone();
    let job = jobs
        .start(JobKind::Index, "", move |job| {
            gate.pass();
            job.checkpoint()?;
            count.fetch_add(1, Ordering::SeqCst);
            gate.pass();
            Ok(Outcome::default())
        })
        .unwrap();
    key.wait();
    job.pause();
    assert_eq!(job.snapshot().state, JobState::Paused);
    key.open();
    assert!(key.has_arrived.recv_timeout(Duration::from_millis(100)).is_err(), "it went on while paused");
    assert_eq!(n_passed.load(Ordering::SeqCst), 0);
    job.resume();
    assert_eq!(job.snapshot().state, JobState::Running);
    key.wait();
    assert_eq!(n_passed.load(Ordering::SeqCst), 1);
    key.open();
    assert_eq!(job.wait().state, JobState::Finished);
}

#[test]
fn cancel_ends_every_thread_of_the_work_also_when_it_is_paused() {
    let jobs = Jobs::default();
    let job = jobs
        .start(JobKind::Index, "", |job| {
            let until_the_end = || -> Result<(), Cancelled> {
                loop {
                    job.checkpoint()?;
                    thread::yield_now();
                }
            };
            thread::scope(|scope| {
                let threads: Vec<_> = (0..3).map(|_| scope.spawn(until_the_end)).collect();
                threads.into_iter().try_for_each(|thread| thread.join().unwrap())
            })
            .map_err(|cancelled: Cancelled| cancelled.into())
            .map(|()| Outcome::default())
        })
        .unwrap();
    job.pause();
    job.cancel();
    let end = job.wait();
    assert_eq!((end.state, end.message), (JobState::Cancelled, None));
}

#[test]
fn pause_and_resume_after_a_cancel_or_an_end_change_nothing() {
    let jobs = Jobs::default();
    let (gate, key) = gate();
    let job = jobs
        .start(JobKind::Index, "", move |job| {
            gate.pass();
            job.checkpoint()?;
            Ok(Outcome::default())
        })
        .unwrap();
    key.wait();
    job.cancel();
    job.pause();
    assert_eq!(job.snapshot().state, JobState::Running);
    key.open();
    assert_eq!(job.wait().state, JobState::Cancelled);
    job.pause();
    job.resume();
    assert_eq!(job.snapshot().state, JobState::Cancelled);
}

#[test]
fn sleep_ends_with_a_cancel() {
    let control = Control::default();
    assert_eq!(control.sleep(Duration::from_millis(1)), Ok(()));
    let (other, (tell, told)) = (control.clone(), channel());
    thread::spawn(move || tell.send(other.sleep(Duration::from_secs(3_600))));
    control.cancel();
    assert_eq!(told.recv_timeout(PATIENCE), Ok(Err(Cancelled)));
}

#[test]
fn what_is_to_be_closed_at_a_cancel_is_closed_once_also_when_it_comes_late() {
    let control = Control::default();
    let n_closed = Arc::new(AtomicU64::new(0));
    let close = || {
        let n_closed = n_closed.clone();
        move || {
            n_closed.fetch_add(1, Ordering::SeqCst);
        }
    };
    control.on_cancel(close());
    assert_eq!(n_closed.load(Ordering::SeqCst), 0);
    control.cancel();
    control.cancel();
    assert_eq!(n_closed.load(Ordering::SeqCst), 1);
    control.on_cancel(close());
    assert_eq!(n_closed.load(Ordering::SeqCst), 2);
}
