//! Rates and times left, in the time of a clock that the test turns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use vitrine_jobs::{Board, Clock, JobKind, Jobs, Outcome, Progress, Stage, StageProgress};

use super::gate;

/// A clock, and its hand in milliseconds.
fn clock() -> (Clock, Arc<AtomicU64>) {
    let (start, millis) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let hand = millis.clone();
    (Arc::new(move || start + Duration::from_millis(hand.load(Ordering::Relaxed))), millis)
}

struct Timed {
    millis: Arc<AtomicU64>,
    board: Board,
}

impl Timed {
    fn new(kind: JobKind) -> Self {
        let (clock, millis) = clock();
        Self { millis, board: Board::with_clock(kind, clock) }
    }

    fn after(&self, secs: f64) -> &Self {
        self.millis.fetch_add((secs * 1000.0).round() as u64, Ordering::Relaxed);
        self
    }

    /// `n_steps` times: waits, and does `n`.
    fn steps(&self, stage: Stage, n_steps: usize, each_secs: f64, n: u64) {
        for _ in 0..n_steps {
            self.after(each_secs).board.advance(stage, n, None);
        }
    }

    fn of(&self, stage: Stage) -> StageProgress {
        self.board.progress().of(stage).unwrap().clone()
    }

    fn rate(&self, stage: Stage) -> f64 {
        self.of(stage).per_second
    }
}

fn is_about(value: f64, expected: f64) -> bool {
    (value - expected).abs() <= expected * 0.05
}

#[test]
fn a_steady_stage_has_the_rate_of_its_steps_however_long_they_are() {
    let check = |each_secs: f64, n: u64, n_steps: usize| {
        let timed = Timed::new(JobKind::Index);
        timed.board.start(Stage::Embed);
        timed.steps(Stage::Embed, n_steps, each_secs, n);
        let expected = n as f64 / each_secs;
        let at_the_step = timed.rate(Stage::Embed);
        assert!(is_about(at_the_step, expected), "{n} in {each_secs} s: {at_the_step}");
        let before_the_next = timed.after(each_secs * 0.9).rate(Stage::Embed);
        assert!(is_about(before_the_next, expected), "{n} in {each_secs} s, then: {before_the_next}");
    };
    check(0.001, 1, 20_000);
    check(0.05, 1, 600);
    check(0.3, 32, 100);
    check(3.0, 1, 12);
    check(7.0, 64, 5);
    // Longer than the window: the captioner of a slow machine.
    check(20.0, 1, 4);
}

#[test]
fn a_rate_follows_a_change_within_seconds() {
    let timed = Timed::new(JobKind::Index);
    timed.board.start(Stage::Read);
    timed.steps(Stage::Read, 100, 0.1, 1);
    timed.steps(Stage::Read, 40, 0.25, 1);
    assert!(is_about(timed.rate(Stage::Read), 4.0), "{}", timed.rate(Stage::Read));
}

#[test]
fn the_time_left_is_told_once_the_total_is_known() {
    let timed = Timed::new(JobKind::Index);
    timed.board.start(Stage::Read);
    timed.board.add_total(Stage::Read, 120);
    timed.steps(Stage::Read, 20, 1.0, 1);
    assert_eq!((timed.of(Stage::Read).eta, timed.of(Stage::Read).total), (None, 120));
    timed.board.total_is_known(Stage::Read);
    let eta = timed.of(Stage::Read).eta.unwrap().as_secs_f64();
    assert!(is_about(eta, 100.0), "{eta}");
    timed.board.set_total(Stage::Read, 40);
    let eta = timed.of(Stage::Read).eta.unwrap().as_secs_f64();
    assert!(is_about(eta, 20.0), "{eta}");
}

#[test]
fn a_stage_that_stands_still_has_no_rate_and_no_time_left() {
    let timed = Timed::new(JobKind::Pull);
    timed.board.start(Stage::Download);
    timed.board.set_total(Stage::Download, 1 << 30);
    timed.steps(Stage::Download, 1_000, 0.01, 65_536);
    let moving = timed.rate(Stage::Download);
    assert!(is_about(moving, 6_553_600.0), "{moving}");
    let slower = timed.after(4.0).rate(Stage::Download);
    assert!(slower < moving * 0.8 && slower > 0.0, "{slower} after {moving}");
    let still = timed.after(5.0).of(Stage::Download);
    assert_eq!((still.per_second, still.eta), (0.0, None));
    // And what it did not do meanwhile does not count when it goes on.
    timed.steps(Stage::Download, 100, 0.01, 65_536);
    assert!(is_about(timed.rate(Stage::Download), 6_553_600.0), "{}", timed.rate(Stage::Download));
}

#[test]
fn a_pause_shows_no_rate_and_is_in_none_that_follows() {
    let (clock, millis) = clock();
    let after = |secs: u64| millis.fetch_add(secs * 1_000, Ordering::Relaxed);
    let jobs = Jobs::with_clock(clock);
    let (gate, key) = gate();
    let job = jobs.start(JobKind::Index, "", move |_| {
        gate.pass();
        Ok(Outcome::default())
    });
    let job = job.unwrap();
    key.wait();
    let read = || job.snapshot().progress.of(Stage::Read).unwrap().clone();
    job.board().set_total(Stage::Read, 10_000);
    job.board().start(Stage::Read);
    let work = |secs: u64| {
        for _ in 0..secs {
            after(1);
            job.board().advance(Stage::Read, 10, None);
        }
    };
    work(10);
    assert!(is_about(read().per_second, 10.0), "{}", read().per_second);

    job.pause();
    after(3_600);
    // What was under way when it was held.
    job.board().advance(Stage::Read, 1_000, None);
    assert_eq!((read().done, read().per_second, read().eta), (1_100, 0.0, None));
    job.resume();
    assert_eq!(read().per_second, 0.0);
    work(3);
    assert!(is_about(read().per_second, 10.0), "{}", read().per_second);
    assert_eq!((read().done, read().busy_secs), (1_130, 13.0));
    key.open();
    let end = job.wait().progress.of(Stage::Read).unwrap().clone();
    assert_eq!((end.done, end.per_second, end.busy_secs), (1_130, 0.0, 13.0));
}

#[test]
fn a_note_stands_while_nothing_moves() {
    let timed = Timed::new(JobKind::Pull);
    timed.board.start(Stage::Download);
    timed.steps(Stage::Download, 100, 0.1, 1_000);
    timed.board.note("The connection was cut. Trying again in 4 seconds.".into());
    let cut = timed.board.progress();
    assert_eq!(cut.note.as_deref(), Some("The connection was cut. Trying again in 4 seconds."));
    assert_eq!(cut.of(Stage::Download).unwrap().per_second, 0.0);
    timed.after(4.0);
    timed.steps(Stage::Download, 10, 0.1, 1_000);
    assert_eq!(timed.board.progress().note, None);
    assert!(is_about(timed.rate(Stage::Download), 10_000.0), "{}", timed.rate(Stage::Download));
}

#[test]
fn bytes_that_were_there_before_are_done_and_not_fast() {
    let timed = Timed::new(JobKind::Pull);
    timed.board.start(Stage::Download);
    timed.board.set_total(Stage::Download, 1_000_000);
    timed.after(0.1).board.set_done(Stage::Download, 900_000);
    timed.steps(Stage::Download, 10, 1.0, 1_000);
    let progress = timed.of(Stage::Download);
    assert_eq!((progress.done, timed.board.done(Stage::Download)), (910_000, 910_000));
    assert!(is_about(progress.per_second, 1_000.0), "{}", progress.per_second);
    // A server that begins anew: less is there than before.
    timed.board.set_done(Stage::Download, 0);
    assert_eq!(timed.of(Stage::Download).done, 0);
}

#[test]
fn stages_count_on_their_own_in_the_order_of_their_kind() {
    let timed = Timed::new(JobKind::Index);
    timed.board.start(Stage::Scan);
    timed.board.start(Stage::Embed);
    timed.after(1.0).board.advance(Stage::Scan, 3, Some("kettle.jpg".into()));
    timed.after(1.0).board.advance(Stage::Embed, 2, None);
    timed.board.skipped(2);
    let Progress { stage, stages, n_skipped, current, note } = timed.board.progress();
    let counts: Vec<_> = stages.iter().map(|stage| (stage.stage, stage.done)).collect();
    let (described, refined) = ((Stage::Describe, 0), (Stage::Refine, 0));
    assert_eq!(counts, [(Stage::Scan, 3), (Stage::Read, 0), (Stage::Embed, 2), described, refined]);
    let busy: Vec<_> = stages.iter().map(|stage| stage.busy_secs).collect();
    assert_eq!(busy, [1.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!((stage, n_skipped, current.as_deref()), (Some(Stage::Embed), 2, Some("kettle.jpg")));
    assert_eq!(note, None);
}

#[test]
fn every_change_raises_the_version_and_looking_does_not() {
    let board = Board::new(JobKind::Pull);
    let mut version = board.version();
    let changes: [&dyn Fn(); 9] = [
        &|| board.start(Stage::Ask),
        &|| board.add_total(Stage::Ask, 1),
        &|| board.set_total(Stage::Ask, 2),
        &|| board.total_is_known(Stage::Ask),
        &|| board.advance(Stage::Ask, 1, None),
        &|| board.set_done(Stage::Ask, 2),
        &|| board.name("clip/config.json"),
        &|| board.note("The connection was cut.".into()),
        &|| board.skipped(1),
    ];
    for (n, change) in changes.iter().enumerate() {
        change();
        assert!(board.version() > version, "change {n}");
        version = board.version();
        let _ = (board.progress(), board.done(Stage::Ask));
        assert_eq!(board.version(), version);
    }
}
