//! What a run is doing, as numbers.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The run as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunState {
    /// Nothing to do.
    #[default]
    Idle,
    /// At work.
    Running,
    /// Held by the user.
    Paused,
    /// Ended by the user before its end.
    Cancelled,
    /// Everything is done.
    Finished,
    /// It could not go on.
    Failed,
}

/// A stage, in the order in which a photo passes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking for photos.
    Scan,
    /// Reading them.
    Read,
    /// Making them searchable.
    Embed,
    /// Describing them.
    Describe,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Scan, Self::Read, Self::Embed, Self::Describe];
}

/// How far a stage is.
#[derive(Debug, Clone, PartialEq)]
pub struct StageProgress {
    /// Which one.
    pub stage: Stage,
    /// Photos done in this run.
    pub done: u64,
    /// Photos to do in this run, as far as is known.
    pub total: u64,
    /// Photos a second over the last [`WINDOW`].
    pub per_second: f32,
    /// Time to its end, while it is known.
    pub eta: Option<Duration>,
    /// Seconds from its first photo to its last.
    pub busy_secs: f32,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct RunProgress {
    /// The run as a whole.
    pub state: RunState,
    /// Every stage.
    pub stages: Vec<StageProgress>,
    /// Files passed over by this run.
    pub n_skipped: u64,
    /// The file at hand.
    pub current: Option<String>,
    /// Why it failed, or what it has to say.
    pub message: Option<String>,
}

/// Rates are taken over this long: long enough to be calm, short enough to follow a change.
const WINDOW: Duration = Duration::from_secs(8);

#[derive(Default)]
struct Track {
    done: u64,
    total: u64,
    total_is_known: bool,
    started: Option<Instant>,
    last: Option<Instant>,
    recent: VecDeque<(Instant, u64)>,
}

impl Track {
    fn snapshot(&self, stage: Stage, is_running: bool) -> StageProgress {
        let now = Instant::now();
        let first = self.recent.iter().find(|(when, _)| now.duration_since(*when) <= WINDOW);
        let per_second = match first {
            Some((when, done)) if is_running && self.done > *done => {
                (self.done - done) as f32 / now.duration_since(*when).as_secs_f32().max(0.05)
            }
            _ => 0.0,
        };
        let left = self.total.saturating_sub(self.done);
        let eta = (self.total_is_known && per_second > 0.0)
            .then(|| Duration::from_secs_f32((left as f32 / per_second).min(1e7)));
        let busy_secs = match (self.started, self.last) {
            (Some(started), Some(last)) => last.duration_since(started).as_secs_f32(),
            _ => 0.0,
        };
        StageProgress { stage, done: self.done, total: self.total, per_second, eta, busy_secs }
    }
}

#[derive(Default)]
struct Board {
    state: RunState,
    tracks: [Track; 4],
    n_skipped: u64,
    current: Option<String>,
    message: Option<String>,
    /// Raised by every change, so that a reader knows whether to look.
    version: u64,
}

/// Where the stages write and the clients read.
#[derive(Default)]
pub struct ProgressBoard(Mutex<Board>);

impl ProgressBoard {
    /// A new run: all counts at zero.
    pub fn begin(&self) {
        let mut board = self.lock();
        let version = board.version;
        *board = Board { state: RunState::Running, version, ..Board::default() };
    }

    /// Sets the run's state, with a sentence where there is one to say.
    pub fn set_state(&self, state: RunState, message: Option<String>) {
        let mut board = self.lock();
        board.state = state;
        board.message = message;
        if state != RunState::Running && state != RunState::Paused {
            board.current = None;
        }
    }

    /// The run's state.
    pub fn state(&self) -> RunState {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).state
    }

    /// More photos for a stage.
    pub fn add_total(&self, stage: Stage, n: u64) {
        self.lock().tracks[stage as usize].total += n;
    }

    /// From now on a stage's total is final, so its time left can be told.
    pub fn total_is_known(&self, stage: Stage) {
        self.lock().tracks[stage as usize].total_is_known = true;
    }

    /// A stage's total, set.
    pub fn set_total(&self, stage: Stage, total: u64) {
        self.lock().tracks[stage as usize].total = total;
    }

    /// A stage starts its work now.
    pub fn start_stage(&self, stage: Stage) {
        let mut board = self.lock();
        let track = &mut board.tracks[stage as usize];
        let done = track.done;
        let now = Instant::now();
        track.started.get_or_insert(now);
        track.recent.push_back((now, done));
    }

    /// A stage finished `n` photos, the last of them `current`.
    pub fn advance(&self, stage: Stage, n: u64, current: Option<String>) {
        let mut board = self.lock();
        let now = Instant::now();
        let track = &mut board.tracks[stage as usize];
        track.started.get_or_insert(now);
        track.last = Some(now);
        track.done += n;
        let done = track.done;
        // One entry in 200 ms is fine enough for a rate.
        if track.recent.back().is_none_or(|(when, _)| now.duration_since(*when).as_millis() >= 200) {
            track.recent.push_back((now, done));
            while track.recent.len() > 2 && track.recent.front().is_some_and(|(when, _)| now - *when > WINDOW)
            {
                track.recent.pop_front();
            }
        }
        if current.is_some() {
            board.current = current;
        }
    }

    /// A file was passed over.
    pub fn skipped(&self, n: u64) {
        self.lock().n_skipped += n;
    }

    /// Everything, as it is now.
    pub fn snapshot(&self) -> RunProgress {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_running = board.state == RunState::Running;
        RunProgress {
            state: board.state,
            stages: Stage::ALL
                .iter()
                .map(|&stage| board.tracks[stage as usize].snapshot(stage, is_running))
                .collect(),
            n_skipped: board.n_skipped,
            current: board.current.clone(),
            message: board.message.clone(),
        }
    }

    /// Rises with every change.
    pub fn version(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).version
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.version += 1;
        board
    }
}
