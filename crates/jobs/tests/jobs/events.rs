//! What listeners hear.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::channel,
    },
    time::Duration,
};

use vitrine_jobs::{Job, JobEvent, JobKind, JobState, Jobs, Lane, Outcome, Stage};

use super::{PATIENCE, gate, news_of, states_until_end};

#[test]
fn progress_comes_while_a_job_runs_and_its_end_once_and_last() {
    let jobs = Jobs::default();
    let news = news_of(&jobs);
    let mut ids = Vec::new();
    for n_round in 1..=20 {
        let job = jobs.start(JobKind::Index, "", move |job| {
            for _ in 0..n_round * 500 {
                job.board().advance(Stage::Read, 1, None);
            }
            if n_round % 3 == 0 { panic!("a bug, on purpose") } else { Ok(Outcome::default()) }
        });
        let job = job.unwrap();
        ids.push(job.id());
        let _ = job.wait();
    }
    jobs.cancel_all_and_wait();
    let mut ended = Vec::new();
    while ended.len() < ids.len() {
        match news.recv_timeout(PATIENCE).unwrap() {
            JobEvent::Progress(job) => {
                assert!(!ended.contains(&job.id), "progress after the end");
                assert_eq!(job.state, JobState::Running);
            }
            JobEvent::Ended(job) => ended.push(job.id),
        }
    }
    assert_eq!(ended, ids);
    assert!(news.recv_timeout(Duration::from_millis(300)).is_err(), "something was told after the last end");
}

#[test]
fn a_job_that_ends_while_others_are_told_of_is_told_of_as_ended_alone() {
    // A round tells of two jobs, so of two numbers in sequence one is the first of its round.
    let check = |nth_event: u64| {
        let jobs = Jobs::default();
        let both = [JobKind::Index, JobKind::Pull].map(|kind| {
            let endless = |job: &Arc<Job>| loop {
                job.board().skipped(1);
                job.control().sleep(Duration::from_millis(1))?;
            };
            jobs.start(kind, "", endless).unwrap()
        });
        let n_heard = AtomicU64::new(0);
        // In the midst of a round, ends the job that comes later in it.
        jobs.subscribe(move |event| {
            if let JobEvent::Progress(told) = event
                && n_heard.fetch_add(1, Ordering::SeqCst) == nth_event
            {
                for job in both.iter().filter(|job| job.id() != told.id) {
                    job.cancel();
                    let _ = job.wait();
                }
            }
        });
        let states = states_until_end(&news_of(&jobs));
        assert!(states[..states.len() - 1].iter().all(|state| *state == JobState::Running), "{states:?}");
        jobs.cancel_all_and_wait();
    };
    check(4);
    check(5);
}

#[test]
fn pause_and_resume_are_told() {
    let jobs = Jobs::default();
    let news = news_of(&jobs);
    let job = jobs
        .start(JobKind::Index, "", |job| {
            loop {
                job.control().sleep(Duration::from_millis(1))?;
            }
        })
        .unwrap();
    let hears = |expected| loop {
        match news.recv_timeout(PATIENCE).unwrap() {
            JobEvent::Progress(job) if job.state == expected => return,
            JobEvent::Progress(_) => {}
            JobEvent::Ended(job) => panic!("{job:?}"),
        }
    };
    hears(JobState::Running);
    job.pause();
    hears(JobState::Paused);
    job.resume();
    hears(JobState::Running);
    job.cancel();
    assert_eq!(states_until_end(&news).last(), Some(&JobState::Cancelled));
}

#[test]
fn a_job_that_only_counts_is_told_of_a_few_times() {
    let jobs = Jobs::default();
    let news = news_of(&jobs);
    let job = jobs.start(JobKind::Pull, "", |job| {
        job.board().start(Stage::Download);
        for _ in 0..100 {
            job.control().sleep(Duration::from_millis(2))?;
            for _ in 0..100 {
                job.board().advance(Stage::Download, 65_536, None);
            }
        }
        Ok(Outcome::default())
    });
    let (job, begun) = (job.unwrap(), std::time::Instant::now());
    let states = states_until_end(&news);
    // Eight a second of however long that took on this machine, the first, the end, and one for the edge.
    let at_most = begun.elapsed().as_millis() as usize / 125 + 3;
    assert!(states.len() <= at_most, "{} events, {at_most} at most", states.len());
    assert_eq!(job.wait().progress.of(Stage::Download).unwrap().done, 10_000 * 65_536);
}

#[test]
fn a_listener_that_panics_hears_on_and_so_do_others() {
    let jobs = Jobs::default();
    let n_heard = Arc::new(AtomicU64::new(0));
    let count = n_heard.clone();
    jobs.subscribe(move |event| {
        if matches!(event, JobEvent::Ended(_)) {
            count.fetch_add(1, Ordering::SeqCst);
        }
        panic!("a bug, on purpose");
    });
    let news = news_of(&jobs);
    for _ in 0..2 {
        let _ = jobs.start(JobKind::Index, "", |_| Ok(Outcome::default())).unwrap().wait();
        assert_eq!(states_until_end(&news).last(), Some(&JobState::Finished));
    }
    assert_eq!(n_heard.load(Ordering::SeqCst), 2);
}

#[test]
fn a_listener_may_call_whatever_it_likes_and_start_the_next_job() {
    let jobs = Jobs::default();
    let (gate, key) = gate();
    let (tell, told) = channel();
    let own = jobs.clone();
    jobs.subscribe(move |event| match event {
        JobEvent::Progress(job) => {
            let running = own.get(job.id).map(|job| job.snapshot());
            own.subscribe(|_| ());
            if job.kind == JobKind::Import {
                own.current(Lane::Packs).into_iter().for_each(|job| job.cancel());
            }
            drop((running, own.last_end(Lane::Index)));
        }
        JobEvent::Ended(job) if job.kind == JobKind::Import => {
            let next = own.start(JobKind::Verify, "", |_| Ok(Outcome::default())).unwrap();
            let _ = next.wait();
        }
        JobEvent::Ended(job) => {
            own.cancel_all_and_wait();
            tell.send((job.kind, job.state)).unwrap();
        }
    });
    let import = jobs.start(JobKind::Import, "", move |job| {
        gate.pass();
        loop {
            job.control().sleep(Duration::from_secs(3_600))?;
        }
    });
    key.wait();
    key.open();
    assert_eq!(import.unwrap().wait().state, JobState::Cancelled);
    assert_eq!(told.recv_timeout(PATIENCE), Ok((JobKind::Verify, JobState::Finished)));
}

#[test]
fn an_end_is_told_also_when_nobody_holds_the_jobs_any_more() {
    let jobs = Jobs::default();
    let news = news_of(&jobs);
    let (gate, key) = gate();
    let job = jobs.start(JobKind::Index, "", move |_| {
        gate.pass();
        Ok(Outcome::default())
    });
    drop((job.unwrap(), jobs));
    key.wait();
    key.open();
    assert_eq!(states_until_end(&news).last(), Some(&JobState::Finished));
    // The last thread that told is gone, and with it whoever listened.
    let gone = news.recv_timeout(PATIENCE);
    assert_eq!(gone.unwrap_err(), std::sync::mpsc::RecvTimeoutError::Disconnected);
}
