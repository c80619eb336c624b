//! How far a job is: its threads write here, clients read.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{Clock, JobKind, Stage, pace::Pace, time::Stopwatch};

/// How far a stage is.
#[derive(Debug, Clone, PartialEq)]
pub struct StageProgress {
    /// Which one; [`Stage::unit`] says what it counts.
    pub stage: Stage,
    /// Done in this job.
    pub done: u64,
    /// To do in this job, as far as is known; 0 while unknown.
    pub total: u64,
    /// Whether the total is final, as far as anybody knows.
    pub total_is_known: bool,
    /// Done in a second, over the last eight or so; 0 when nothing moves.
    pub per_second: f64,
    /// Time to its end, while it is known.
    pub eta: Option<Duration>,
    /// Seconds from its start to the last thing that it did, without pauses.
    pub busy_secs: f64,
}

/// A snapshot of a [`Board`].
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The stage that was started last.
    pub stage: Option<Stage>,
    /// Every stage of the job's kind, in its order.
    pub stages: Vec<StageProgress>,
    /// Files that were passed over.
    pub n_skipped: u64,
    /// The file at hand.
    pub current: Option<String>,
    /// What the user should know, as a sentence: that the connection was cut, and what follows.
    pub note: Option<String>,
}

impl Progress {
    /// One stage; none where the job's kind does not have it.
    #[must_use]
    pub fn of(&self, stage: Stage) -> Option<&StageProgress> {
        self.stages.iter().find(|progress| progress.stage == stage)
    }
}

#[derive(Default)]
struct Track {
    done: u64,
    total: u64,
    total_is_known: bool,
    started: Option<Duration>,
    last: Option<Duration>,
    pace: Pace,
}

impl Track {
    fn progress(&self, stage: Stage, now: Duration, is_moving: bool) -> StageProgress {
        let per_second = if is_moving { self.pace.per_second(now) } else { 0.0 };
        let left = self.total.saturating_sub(self.done);
        let eta = (self.total_is_known && per_second > 0.0)
            .then(|| Duration::from_secs_f64((left as f64 / per_second).min(1e7)));
        let busy = self.last.zip(self.started).map(|(last, started)| last.saturating_sub(started));
        StageProgress {
            stage,
            done: self.done,
            total: self.total,
            total_is_known: self.total_is_known,
            per_second,
            eta,
            busy_secs: busy.unwrap_or_default().as_secs_f64(),
        }
    }
}

struct State {
    watch: Stopwatch,
    tracks: [Track; Stage::N],
    stage: Option<Stage>,
    n_skipped: u64,
    current: Option<String>,
    note: Option<String>,
    version: u64,
}

impl State {
    fn start(&mut self, stage: Stage) {
        let now = self.watch.now();
        let track = &mut self.tracks[stage as usize];
        track.started.get_or_insert(now);
        track.pace.begin(now);
        self.stage = Some(stage);
        self.current = None;
        self.note = None;
    }
}

/// Where the threads of a job write how far they are.
pub struct Board {
    kind: JobKind,
    state: Mutex<State>,
}

impl Board {
    /// All counts at zero, for a job of this kind.
    #[must_use]
    pub fn new(kind: JobKind) -> Self {
        Self::with_clock(kind, Arc::new(Instant::now))
    }

    /// As [`Board::new`], with the time of another clock.
    #[must_use]
    pub fn with_clock(kind: JobKind, clock: Clock) -> Self {
        let state = State {
            watch: Stopwatch::new(clock),
            tracks: Default::default(),
            stage: None,
            n_skipped: 0,
            current: None,
            note: None,
            version: 1,
        };
        Self { kind, state: Mutex::new(state) }
    }

    /// A stage sets to work. What it counted before stays; its rate is that from now on.
    pub fn start(&self, stage: Stage) {
        self.change().start(stage);
    }

    /// A stage sets to work, from nothing, on all that it has to do.
    pub fn begin(&self, stage: Stage, total: u64) {
        // In one change: nobody may see the stage at hand with the counts of before.
        let mut state = self.change();
        state.start(stage);
        let track = &mut state.tracks[stage as usize];
        track.done = 0;
        track.total = total;
        track.total_is_known = true;
    }

    /// More to do for a stage; its total may grow further.
    pub fn add_total(&self, stage: Stage, n: u64) {
        self.change().tracks[stage as usize].total += n;
    }

    /// All that a stage has to do, so its time left can be told.
    pub fn set_total(&self, stage: Stage, total: u64) {
        let track = &mut self.change().tracks[stage as usize];
        track.total = total;
        track.total_is_known = true;
    }

    /// What was added for a stage is all that it has to do.
    pub fn total_is_known(&self, stage: Stage) {
        self.change().tracks[stage as usize].total_is_known = true;
    }

    /// A stage did `n` more, the last of them `current`. A note is gone then: it goes on.
    pub fn advance(&self, stage: Stage, n: u64, current: Option<String>) {
        let mut state = self.change();
        let now = state.watch.now();
        let track = &mut state.tracks[stage as usize];
        track.started.get_or_insert(now);
        if n > 0 {
            track.last = Some(now);
            track.done += n;
            track.pace.step(now, n);
            state.note = None;
        }
        if current.is_some() {
            state.current = current;
        }
    }

    /// So much of a stage was done before, or is done no longer. Says nothing about how fast it is.
    pub fn set_done(&self, stage: Stage, done: u64) {
        self.change().tracks[stage as usize].done = done;
    }

    /// What a stage did so far.
    #[must_use]
    pub fn done(&self, stage: Stage) -> u64 {
        self.lock().tracks[stage as usize].done
    }

    /// Names the file at hand.
    pub fn name(&self, current: &str) {
        self.change().current = Some(current.to_owned());
    }

    /// Nothing moves, and this is why. It stands until something moves again.
    pub fn note(&self, note: String) {
        let mut state = self.change();
        state.note = Some(note);
        for track in &mut state.tracks {
            track.pace.forget();
        }
    }

    /// So many files more were passed over.
    pub fn skipped(&self, n: u64) {
        self.change().n_skipped += n;
    }

    /// Everything, as it is now.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let state = self.lock();
        let now = state.watch.now();
        let is_moving = !state.watch.is_held();
        let of = |&stage: &Stage| state.tracks[stage as usize].progress(stage, now, is_moving);
        Progress {
            stage: state.stage,
            stages: self.kind.stages().iter().map(of).collect(),
            n_skipped: state.n_skipped,
            current: state.current.clone(),
            note: state.note.clone(),
        }
    }

    /// Rises with every change, so that a reader knows whether to look.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// Something outside of the board changed that is told with it.
    pub(crate) fn touch(&self) {
        drop(self.change());
    }

    /// The job is paused: time stands still.
    pub(crate) fn hold(&self) {
        self.change().watch.hold();
    }

    /// The job goes on. Rates begin anew: what was under way when it was held came in no time.
    pub(crate) fn go_on(&self) {
        let mut state = self.change();
        if state.watch.is_held() {
            state.watch.go_on();
            let now = state.watch.now();
            for track in &mut state.tracks {
                track.pace.begin_again(now);
            }
        }
    }

    /// The job has ended: counts stay, and nothing is at hand.
    pub(crate) fn close(&self) {
        let mut state = self.change();
        state.watch.hold();
        state.current = None;
        state.note = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.version += 1;
        state
    }
}
