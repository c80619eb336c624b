//! How jobs end, and what may start.

use std::{
    io,
    sync::{Arc, mpsc::channel},
    thread,
};

use vitrine_jobs::{Job, JobError, JobKind, JobState, Jobs, Lane, Outcome, Stage, StartError};

use super::{PATIENCE, gate, news_of, states_until_end};

type Work = Box<dyn FnOnce(&Arc<Job>) -> Result<Outcome, JobError> + Send>;

#[test]
fn every_work_ends_in_its_state_and_with_its_words() {
    let check = |work: Work, state: JobState, message: Option<&str>| {
        let jobs = Jobs::default();
        let news = news_of(&jobs);
        let job = jobs.start(JobKind::Verify, "starter", work).unwrap();
        let end = job.wait();
        assert_eq!((end.state, end.message.as_deref()), (state, message));
        assert_eq!((end.id, end.kind, end.subject.as_str()), (job.id(), JobKind::Verify, "starter"));
        assert_eq!((end.progress.current, end.progress.note), (None, None));
        assert!(jobs.current(Lane::Packs).is_none());
        let last = jobs.last_end(Lane::Packs).unwrap();
        assert_eq!((last.id, last.state, last.message.as_deref()), (job.id(), state, message));
        assert_eq!(states_until_end(&news).last(), Some(&state));
        // Whoever comes late hears the same, and the next may start.
        assert_eq!(jobs.get(job.id()).unwrap().wait().state, state);
        let next = jobs.start(JobKind::Pull, "", |_| Ok(Outcome::default())).unwrap();
        assert_eq!(next.wait().state, JobState::Finished);
        assert_ne!(next.id(), job.id());
    };
    check(Box::new(|_| Ok(Outcome::default())), JobState::Finished, None);
    check(
        Box::new(|_| Ok(Outcome::saying(Some("Photos can be browsed, but not searched.".into())))),
        JobState::Finished,
        Some("Photos can be browsed, but not searched."),
    );
    check(
        Box::new(|job| {
            job.board().name("clip/model.safetensors");
            job.cancel();
            job.checkpoint()?;
            Ok(Outcome::default())
        }),
        JobState::Cancelled,
        None,
    );
    check(
        Box::new(|_| Err(JobError::failed("The disk is full."))),
        JobState::Failed,
        Some("The disk is full."),
    );
    check(
        Box::new(|_| panic!("a bug, on purpose")),
        JobState::Failed,
        Some("Something went wrong inside Vitrine. What was done so far is kept; try again."),
    );
}

#[test]
fn an_end_brings_the_value_or_the_error_as_what_it_is() {
    let jobs = Jobs::default();
    let brought = jobs.start(JobKind::Import, "", |job| {
        job.set_subject("my-models");
        Ok(Outcome::default().with(("my-models".to_owned(), true)))
    });
    let end = brought.unwrap().wait();
    assert_eq!(end.value::<(String, bool)>(), Some(&("my-models".to_owned(), true)));
    assert_eq!((end.value::<u64>(), end.subject.as_str()), (None, "my-models"));

    let failed = jobs.start(JobKind::Import, "", |_| {
        Err(JobError::failed(io::Error::new(io::ErrorKind::StorageFull, "The disk is full.")))
    });
    let end = failed.unwrap().wait();
    assert_eq!(end.error::<io::Error>().unwrap().kind(), io::ErrorKind::StorageFull);
    assert!(end.error::<std::fmt::Error>().is_none() && end.value::<u64>().is_none());
}

#[test]
fn of_a_lane_one_job_runs_at_a_time() {
    let jobs = Jobs::default();
    let (gate, key) = gate();
    let pull = jobs
        .start(JobKind::Pull, "large", move |_| {
            gate.pass();
            Ok(Outcome::default())
        })
        .unwrap();
    key.wait();
    for kind in [JobKind::Pull, JobKind::Import, JobKind::Verify] {
        match jobs.start(kind, "", |_| panic!("it ran beside another")) {
            Err(error @ StartError::Busy(_)) => assert!(error.to_string().contains("large"), "{error}"),
            other => panic!("{other:?}"),
        }
    }
    let index = jobs.start(JobKind::Index, "", |_| Ok(Outcome::default())).unwrap();
    assert_eq!(index.wait().state, JobState::Finished);
    assert_eq!(jobs.current(Lane::Packs).map(|job| job.id()), Some(pull.id()));
    key.open();
    let _ = pull.wait();
    assert!(jobs.start(JobKind::Verify, "", |_| Ok(Outcome::default())).is_ok());
}

#[test]
fn whoever_finds_the_lane_taken_can_wait_for_the_end_and_then_start() {
    let jobs = Jobs::default();
    let (tell, told) = channel();
    let starters: Vec<_> = (0..8)
        .map(|n| {
            let (jobs, tell) = (jobs.clone(), tell.clone());
            thread::spawn(move || {
                loop {
                    let tell = tell.clone();
                    let started = jobs.start(JobKind::Index, "", move |_| {
                        let _ = tell.send(n);
                        Ok(Outcome::default())
                    });
                    match started {
                        Ok(_) => return,
                        Err(StartError::Busy(running)) => drop(running.wait()),
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let mut ran: Vec<i32> = (0..8).map(|_| told.recv_timeout(PATIENCE).unwrap()).collect();
    ran.sort_unstable();
    assert_eq!(ran, [0, 1, 2, 3, 4, 5, 6, 7]);
    starters.into_iter().for_each(|starter| starter.join().unwrap());
}

#[test]
fn a_job_starts_one_of_another_lane_at_its_end() {
    let jobs = Jobs::default();
    let (own, (tell, told)) = (jobs.clone(), channel());
    let pull = jobs.start(JobKind::Pull, "", move |_| {
        let index = own.start(JobKind::Index, "", |job| {
            job.board().advance(Stage::Embed, 7, None);
            Ok(Outcome::default())
        });
        tell.send(index.unwrap()).unwrap();
        Ok(Outcome::default())
    });
    assert_eq!(pull.unwrap().wait().state, JobState::Finished);
    let end = told.recv_timeout(PATIENCE).unwrap().wait();
    assert_eq!((end.state, end.progress.of(Stage::Embed).unwrap().done), (JobState::Finished, 7));
}

#[test]
fn threads_that_work_left_behind_in_a_panic_are_told_to_end() {
    let jobs = Jobs::default();
    let (tell, told) = channel();
    let job = jobs.start(JobKind::Index, "", move |job| {
        let own = job.clone();
        thread::spawn(move || {
            while own.checkpoint().is_ok() {
                thread::yield_now();
            }
            tell.send(()).unwrap();
        });
        panic!("a bug, on purpose")
    });
    assert_eq!(job.unwrap().wait().state, JobState::Failed);
    told.recv_timeout(PATIENCE).unwrap();
}
