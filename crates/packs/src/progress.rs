//! How far a download, an import or a check is: bytes, speed, and what is being done.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A listener hears no more than ten times a second.
const EVERY: Duration = Duration::from_millis(100);
/// Speed is that of the last seconds, so that it follows the connection and does not flicker.
const WINDOW: Duration = Duration::from_secs(5);

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Asking the hub what there is.
    Asking,
    /// Bytes come in.
    Downloading,
    /// Bytes are copied from another folder of this machine.
    Copying,
    /// Files are compared with their checksums.
    Checking,
    /// The models are loaded once, to see that they can be.
    Trying,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// The file at hand, as a path inside the pack.
    pub file: Option<String>,
    /// Bytes that are there, of this step.
    pub done_bytes: u64,
    /// Bytes of this step; 0 while unknown.
    pub total_bytes: u64,
    /// Bytes a second over the last seconds; 0 when nothing moves.
    pub bytes_per_second: f64,
    /// What the user should know, as a sentence: that the connection was cut, and what follows.
    pub note: Option<String>,
}

/// Counts bytes and tells a listener now and then.
pub(crate) struct Meter<'a> {
    listener: &'a mut dyn FnMut(&Progress),
    now: Progress,
    told: Option<Instant>,
    /// When how many bytes had moved, over the last seconds.
    marks: VecDeque<(Instant, u64)>,
    moved: u64,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(listener: &'a mut dyn FnMut(&Progress)) -> Self {
        let now = Progress {
            step: Step::Asking,
            file: None,
            done_bytes: 0,
            total_bytes: 0,
            bytes_per_second: 0.0,
            note: None,
        };
        Self { listener, now, told: None, marks: VecDeque::new(), moved: 0 }
    }

    /// Begins another step, which has `total_bytes` to do and `done_bytes` of them done.
    pub(crate) fn step(&mut self, step: Step, done_bytes: u64, total_bytes: u64) {
        self.now = Progress { step, done_bytes, total_bytes, bytes_per_second: 0.0, file: None, note: None };
        self.marks.clear();
        self.tell();
    }

    /// Names the file at hand.
    pub(crate) fn file(&mut self, path: &str) {
        self.now.file = Some(path.to_owned());
        self.tell();
    }

    /// So many more bytes have moved.
    pub(crate) fn moved(&mut self, n: u64) {
        self.moved += n;
        self.now.done_bytes += n;
        self.now.note = None;
        let now = Instant::now();
        if self.told.is_none_or(|told| now - told >= EVERY) {
            self.marks.push_back((now, self.moved));
            while self.marks.len() > 2 && self.marks.front().is_some_and(|(then, _)| now - *then > WINDOW) {
                self.marks.pop_front();
            }
            self.now.bytes_per_second = match self.marks.front() {
                Some((then, moved)) if now > *then => {
                    (self.moved - moved) as f64 / (now - *then).as_secs_f64()
                }
                _ => 0.0,
            };
            self.tell();
        }
    }

    /// So many bytes are there already, or no longer.
    pub(crate) fn set_done(&mut self, done_bytes: u64) {
        self.now.done_bytes = done_bytes;
        self.tell();
    }

    pub(crate) fn done(&self) -> u64 {
        self.now.done_bytes
    }

    /// Nothing moves, and this is why.
    pub(crate) fn note(&mut self, note: String) {
        self.now.note = Some(note);
        self.now.bytes_per_second = 0.0;
        self.marks.clear();
        self.tell();
    }

    fn tell(&mut self) {
        self.told = Some(Instant::now());
        (self.listener)(&self.now);
    }
}

/// Bytes as people say them: `2.5 GB`.
pub(crate) fn people_say(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_hears_steps_at_once_and_bytes_ten_times_a_second() {
        let mut heard = Vec::new();
        let mut listener = |progress: &Progress| heard.push(progress.clone());
        let mut meter = Meter::new(&mut listener);
        meter.step(Step::Downloading, 100, 1_000_000);
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(350) {
            meter.moved(10);
            std::thread::sleep(Duration::from_millis(1));
        }
        meter.step(Step::Checking, 0, 50);
        assert_eq!((heard[0].step, heard[0].done_bytes), (Step::Downloading, 100));
        assert!((3..=6).contains(&heard.len()), "{}", heard.len());
        let speed = heard[heard.len() - 2].bytes_per_second;
        assert!((1_000.0..11_000.0).contains(&speed), "{speed}");
        assert_eq!((heard[heard.len() - 1].step, heard[heard.len() - 1].total_bytes), (Step::Checking, 50));
    }

    #[test]
    fn sizes_are_said_as_people_do() {
        let check = |bytes, expected: &str| assert_eq!(people_say(bytes), expected);
        check(12, "12 bytes");
        check(1_001, "2 kB");
        check(2_500_000_000, "2.5 GB");
    }
}
