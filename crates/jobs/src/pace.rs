//! How fast something moves: its rate over the last seconds.
//!
//! Times are a [`Stopwatch`](crate::time::Stopwatch)'s, so pauses are not in them. Things come in steps: a
//! chunk of bytes, a photo, a batch of photos that takes ten seconds. Until the next step is due, the rate
//! is that of the steps that were; when it is overdue, the rate falls as if the step came only now; when
//! it is overdue by far, nothing moves.

use std::{collections::VecDeque, time::Duration};

/// Rates are taken over this long: long enough to be calm, short enough to follow a change.
const WINDOW: Duration = Duration::from_secs(8);
/// One mark in this time is fine enough for a rate.
const MARK_EVERY: Duration = Duration::from_millis(200);
/// A rate over less than this says nothing.
const MIN_SPAN: Duration = Duration::from_millis(500);

/// A point of time, and what had moved until then.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Duration,
    moved: u64,
}

/// The movement of one stage.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    moved: u64,
    /// Things of the last step.
    step: u64,
    /// When the last step came, and how long after the one before.
    last: Option<Duration>,
    gap: Duration,
    marks: VecDeque<Mark>,
}

impl Pace {
    /// From now on something is done: the rate is counted from here.
    pub(crate) fn begin(&mut self, now: Duration) {
        self.forget();
        self.marks.push_back(Mark { at: now, moved: self.moved });
    }

    /// As [`Pace::begin`], for what was at work before.
    pub(crate) fn begin_again(&mut self, now: Duration) {
        if !self.marks.is_empty() {
            self.begin(now);
        }
    }

    /// Nothing moves; the rate is counted from the next step.
    pub(crate) fn forget(&mut self) {
        self.marks.clear();
        self.last = None;
        self.gap = Duration::ZERO;
    }

    /// `n` things more have moved.
    pub(crate) fn step(&mut self, now: Duration, n: u64) {
        if self.stands_still(now) {
            // It had nothing to do meanwhile, which is not how fast it is.
            self.forget();
        }
        self.moved += n;
        self.step = n;
        let before = self.last.or(self.marks.back().map(|mark| mark.at)).unwrap_or(now);
        self.gap = now.saturating_sub(before);
        self.last = Some(now);
        if self.marks.back().is_none_or(|mark| now.saturating_sub(mark.at) >= MARK_EVERY) {
            self.marks.push_back(Mark { at: now, moved: self.moved });
            while self.marks.get(1).is_some_and(|mark| is_before_window(mark.at, now)) {
                self.marks.pop_front();
            }
        }
    }

    /// Things a second; 0 when nothing moves or nothing is known yet.
    pub(crate) fn per_second(&self, now: Duration) -> f64 {
        let Some(last) = self.last.filter(|_| !self.stands_still(now)) else { return 0.0 };
        let is_base = |mark: &&Mark| is_before_window(mark.at, now) && mark.moved < self.moved;
        let Some(base) = self.marks.iter().rev().find(is_base).or(self.marks.front()) else { return 0.0 };
        let n = self.moved - base.moved;
        let until_now = now.saturating_sub(base.at);
        if n == 0 || until_now < MIN_SPAN {
            return 0.0;
        }
        let of_the_steps = n as f64 / last.saturating_sub(base.at).as_secs_f64();
        let with_the_next = (n + self.step) as f64 / until_now.as_secs_f64();
        of_the_steps.min(with_the_next)
    }

    fn stands_still(&self, now: Duration) -> bool {
        self.last.is_some_and(|last| now.saturating_sub(last) > WINDOW.max(self.gap * 2))
    }
}

fn is_before_window(at: Duration, now: Duration) -> bool {
    now.saturating_sub(at) >= WINDOW
}
