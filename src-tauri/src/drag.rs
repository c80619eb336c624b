//! Files that are dragged over the window from another program.
//!
//! In come the window system's events, out goes the event `drag`, which counts what is
//! held and never says where it lies. Dropped paths stay here under a number, until the
//! pages say what the drop meant: photos to add, or pictures to search with.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use tauri::{AppHandle, DragDropEvent, Emitter, PhysicalPosition, Runtime};
use vitrine_api::{
    Api, has_picture_ending,
    types::{ApiError, DragEvent, DragPhase, DropSummary, ErrorCode},
};

/// What the pages listen to.
const EVENT: &str = "drag";
/// Between two events while the files are held over the window: as often as a screen shows them.
const BETWEEN_OVERS: Duration = Duration::from_millis(30);
/// The pages answer a drop at once, so a few are plenty.
const DROPS_KEPT: usize = 4;

/// The drag under way and the last drops.
pub(crate) struct Drags {
    moves: Sender<Move>,
    drops: Arc<Mutex<Drops>>,
}

/// One event of the window system.
struct Move {
    phase: DragPhase,
    /// In CSS pixels.
    at: (f64, f64),
    /// Set when files come in and when they are let go.
    paths: Option<Vec<PathBuf>>,
}

impl Drags {
    /// Starts the thread that looks at what is held: asking a slow drive whether a path is
    /// a folder takes time that the event loop does not have.
    pub(crate) fn start<R: Runtime>(app: AppHandle<R>) -> std::io::Result<Drags> {
        let (moves, incoming) = crossbeam_channel::unbounded();
        let drops = Arc::new(Mutex::new(Drops::default()));
        let kept = Arc::clone(&drops);
        thread::Builder::new().name("drag".into()).spawn(move || {
            follow(&incoming, &kept, |event| {
                // Fails only while the window closes.
                let _ = app.emit(EVENT, event);
            });
        })?;
        Ok(Drags { moves, drops })
    }

    /// Takes an event of the window system.
    pub(crate) fn moved(&self, event: &DragDropEvent, scale: f64) {
        let (phase, position, paths) = match event {
            DragDropEvent::Enter { paths, position } => (DragPhase::Over, *position, Some(paths.clone())),
            DragDropEvent::Over { position } => (DragPhase::Over, *position, None),
            DragDropEvent::Drop { paths, position } => (DragPhase::Drop, *position, Some(paths.clone())),
            DragDropEvent::Leave => (DragPhase::Leave, PhysicalPosition::default(), None),
            // Events that a later Tauri may add.
            _ => return,
        };
        // The thread ends with the program.
        let _ = self.moves.send(Move { phase, at: css_pixels(position, scale), paths });
    }

    /// The files of a drop, each drop once.
    ///
    /// # Errors
    /// `NotFound` when the number names none of the last drops.
    pub(crate) fn take(&self, drop: u32) -> Result<Vec<PathBuf>, ApiError> {
        locked(&self.drops).take(drop).ok_or_else(|| ApiError {
            code: ErrorCode::NotFound,
            message: "These files are no longer at hand. Please drop them once more.".into(),
            detail: Some(format!("drop {drop}")),
        })
    }
}

/// Turns the window system's events into the pages' until nobody sends any more.
fn follow(incoming: &Receiver<Move>, drops: &Mutex<Drops>, mut emit: impl FnMut(DragEvent)) {
    let mut summary = DropSummary::default();
    let mut last_over: Option<Instant> = None;
    // The newest position that was held back; sent when nothing newer comes in time.
    let mut held_back: Option<Move> = None;
    loop {
        let next = match &held_back {
            Some(_) => incoming.recv_timeout(BETWEEN_OVERS),
            None => incoming.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let (step, is_due) = match next {
            Ok(step) => (step, false),
            Err(RecvTimeoutError::Timeout) => match held_back.take() {
                Some(step) => (step, true),
                None => continue,
            },
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if let Some(paths) = &step.paths {
            summary = count(paths);
        } else if step.phase == DragPhase::Over
            && !is_due
            && last_over.is_some_and(|last| last.elapsed() < BETWEEN_OVERS)
        {
            held_back = Some(step);
            continue;
        }
        held_back = None;
        last_over = (step.phase == DragPhase::Over).then(Instant::now);
        let drop = match (step.phase, step.paths) {
            (DragPhase::Drop, Some(paths)) => Some(locked(drops).keep(paths)),
            _ => None,
        };
        let (x, y) = step.at;
        emit(DragEvent { phase: step.phase, x, y, summary, drop });
    }
}

/// Where a drag is, in CSS pixels.
///
/// Tauri calls the position physical everywhere, but wry passes on what the system says:
/// pixels of the screen on Windows, points, which are CSS pixels, under GTK and macOS
/// (wry's `webkitgtk/drag_drop.rs` and `wkwebview/drag_drop.rs`).
fn css_pixels(position: PhysicalPosition<f64>, scale: f64) -> (f64, f64) {
    if cfg!(windows) { (position.x / scale, position.y / scale) } else { (position.x, position.y) }
}

fn count(paths: &[PathBuf]) -> DropSummary {
    let mut summary = DropSummary::default();
    for path in paths {
        if path.is_dir() {
            summary.n_folders += 1;
        } else if has_picture_ending(path) {
            summary.n_pictures += 1;
        } else if Api::is_product_list(path) {
            summary.n_lists += 1;
        } else {
            summary.n_other += 1;
        }
    }
    summary
}

/// The last drops, by number.
#[derive(Default)]
struct Drops {
    last: u32,
    kept: VecDeque<(u32, Vec<PathBuf>)>,
}

impl Drops {
    fn keep(&mut self, paths: Vec<PathBuf>) -> u32 {
        self.last = self.last.wrapping_add(1);
        self.kept.push_back((self.last, paths));
        if self.kept.len() > DROPS_KEPT {
            self.kept.pop_front();
        }
        self.last
    }

    fn take(&mut self, drop: u32) -> Option<Vec<PathBuf>> {
        let at = self.kept.iter().position(|(number, _)| *number == drop)?;
        self.kept.remove(at).map(|(_, paths)| paths)
    }
}

/// A thread that panicked leaves a list of paths that is whole all the same.
fn locked(drops: &Mutex<Drops>) -> MutexGuard<'_, Drops> {
    drops.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    fn over(x: f64) -> Move {
        Move { phase: DragPhase::Over, at: (x, 0.0), paths: None }
    }

    /// What the pages hear of these moves, when they all come at once.
    fn heard(moves: Vec<Move>) -> (Vec<DragEvent>, Mutex<Drops>) {
        let (sender, receiver) = crossbeam_channel::unbounded();
        for step in moves {
            sender.send(step).unwrap();
        }
        let drops = Mutex::new(Drops::default());
        let mut events = Vec::new();
        // The sender stays open a while longer, as it does while the files are held still.
        let closing = thread::spawn(move || {
            thread::sleep(BETWEEN_OVERS * 4);
            drop(sender);
        });
        follow(&receiver, &drops, |event| events.push(event));
        closing.join().unwrap();
        (events, drops)
    }

    #[test]
    fn a_drop_is_counted_and_its_paths_stay_here() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["/x/cup.JPG", "/x/list.csv", "/x/notes.odt"].map(PathBuf::from);
        let held: Vec<PathBuf> = std::iter::once(folder.path().to_owned()).chain(names).collect();
        let at = (12.0, 34.0);
        let (events, drops) = heard(vec![
            Move { phase: DragPhase::Over, at, paths: Some(held.clone()) },
            Move { phase: DragPhase::Drop, at, paths: Some(held.clone()) },
        ]);
        let summary = DropSummary { n_folders: 1, n_pictures: 1, n_lists: 1, n_other: 1 };
        assert_eq!(
            events,
            [
                DragEvent { phase: DragPhase::Over, x: 12.0, y: 34.0, summary, drop: None },
                DragEvent { phase: DragPhase::Drop, x: 12.0, y: 34.0, summary, drop: Some(1) },
            ]
        );
        assert_eq!(drops.lock().unwrap().take(1), Some(held));
        assert_eq!(drops.lock().unwrap().take(1), None, "each drop is taken once");
    }

    #[test]
    fn a_flood_of_moves_becomes_the_first_and_the_last() {
        let mut moves =
            vec![Move { phase: DragPhase::Over, at: (0.0, 0.0), paths: Some(paths(&["/x/a.png"])) }];
        moves.extend((1..=200).map(|x| over(f64::from(x))));
        let (events, _) = heard(moves);
        assert!(events.len() < 20, "{} events for 201 moves", events.len());
        assert_eq!(events.first().map(|e| e.x), Some(0.0));
        assert_eq!(events.last().map(|e| e.x), Some(200.0), "where the files rest is never held back");
        assert!(events.iter().all(|e| e.summary.n_pictures == 1));
    }

    #[test]
    fn leaving_is_told_at_once_and_nothing_comes_after_it() {
        let leave = Move { phase: DragPhase::Leave, at: (0.0, 0.0), paths: None };
        let (events, _) = heard(vec![over(1.0), over(2.0), leave]);
        let phases: Vec<DragPhase> = events.iter().map(|e| e.phase).collect();
        assert_eq!(phases, [DragPhase::Over, DragPhase::Leave]);
    }

    #[test]
    fn only_the_last_drops_are_kept() {
        let mut drops = Drops::default();
        for n in 0..10 {
            assert_eq!(drops.keep(paths(&["/x"])), n + 1);
        }
        assert_eq!(drops.take(6), None);
        assert!(drops.take(7).is_some());
        assert_eq!(drops.kept.len(), DROPS_KEPT - 1);
    }
}
