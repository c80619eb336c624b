//! The thread that owns a model: order, priorities, dropped tickets, panics, failed loads, idle models.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use vitrine_models::{ModelError, ModelThread, Priority};

/// A thread that is held in a batch job until the returned sender is dropped.
fn held() -> (ModelThread<u32>, mpsc::Sender<()>) {
    let model = ModelThread::spawn("held", || Ok(7));
    let (release, gate) = mpsc::channel::<()>();
    let (started, begun) = mpsc::channel();
    let ticket = model.submit(Priority::Batch, move |_| {
        started.send(()).unwrap();
        let _ = gate.recv();
        Ok(())
    });
    begun.recv().unwrap();
    // Waited for elsewhere, so that dropping it here does not matter: it has started.
    drop(ticket);
    (model, release)
}

#[test]
fn a_request_runs_on_the_named_thread_and_answers() {
    let model = ModelThread::spawn("clip", || Ok(41));
    let answer = model
        .run(Priority::Interactive, |model| Ok((thread::current().name().map(str::to_owned), model + 1)));
    assert_eq!(answer.unwrap(), (Some("clip".to_owned()), 42));
}

#[test]
fn interactive_requests_overtake_waiting_batch_work() {
    let (model, release) = held();
    let order = Arc::new(Mutex::new(Vec::new()));
    let push = |name: &'static str| {
        let order = order.clone();
        move |_: &u32| {
            order.lock().unwrap().push(name);
            Ok(())
        }
    };
    let batch: Vec<_> =
        ["b1", "b2"].into_iter().map(|name| model.submit(Priority::Batch, push(name))).collect();
    let person: Vec<_> =
        ["i1", "i2"].into_iter().map(|name| model.submit(Priority::Interactive, push(name))).collect();
    drop(release);
    for ticket in batch.into_iter().chain(person) {
        ticket.wait().unwrap();
    }
    assert_eq!(*order.lock().unwrap(), ["i1", "i2", "b1", "b2"]);
}

#[test]
fn a_request_nobody_waits_for_is_skipped() {
    let (model, release) = held();
    let ran = Arc::new(AtomicUsize::new(0));
    let count = |ran: &Arc<AtomicUsize>| {
        let ran = ran.clone();
        move |_: &u32| Ok(ran.fetch_add(1, Ordering::SeqCst))
    };
    drop(model.submit(Priority::Interactive, count(&ran)));
    let wanted = model.submit(Priority::Interactive, count(&ran));
    drop(release);
    assert_eq!(wanted.wait().unwrap(), 0);
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[test]
fn a_panic_is_an_error_and_the_thread_lives_on() {
    let model = ModelThread::spawn("caption", || Ok(1));
    let error = model.run::<()>(Priority::Batch, |_| panic!("no such tensor")).unwrap_err();
    assert!(
        matches!(&error, ModelError::Panicked { thread, message } if thread == "caption" && message == "no such tensor"),
        "{error}"
    );
    assert_eq!(model.run(Priority::Batch, |model| Ok(*model)).unwrap(), 1);
}

/// Hundredths of a second for which the helpers of the model of this name have been at work.
#[cfg(target_os = "linux")]
fn at_work(name: &str) -> u64 {
    let mut ticks = 0;
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        // One that has just ended has none.
        let Ok(stat) = std::fs::read_to_string(task.unwrap().path().join("stat")) else { continue };
        let (before, after) = stat.rsplit_once(')').unwrap();
        if before.contains(&format!("({name} ")) {
            // utime and stime (proc_pid_stat(5)).
            let numbers = after.split_whitespace().skip(11).take(2);
            ticks += numbers.map(|number| number.parse::<u64>().unwrap()).sum::<u64>();
        }
    }
    ticks
}

#[cfg(target_os = "linux")]
#[test]
fn helpers_are_awake_while_a_person_waits_and_no_longer() {
    for is_panic in [false, true] {
        let model = ModelThread::spawn("quiet", || Ok(()));
        let answer = model.run(Priority::Interactive, move |()| {
            thread::sleep(Duration::from_millis(300));
            assert!(!is_panic, "a model fails");
            Ok(at_work("quiet"))
        });
        assert_eq!(answer.is_err(), is_panic);
        assert!(is_panic || rayon::current_num_threads() == 1 || answer.unwrap() > 0, "they slept");
        // The last round may still be under way.
        thread::sleep(Duration::from_millis(20));
        let before = at_work("quiet");
        thread::sleep(Duration::from_millis(300));
        assert!(at_work("quiet") - before <= 3, "they are awake, is_panic {is_panic}");
    }
}

#[test]
fn every_request_to_a_model_that_did_not_load_says_why() {
    let missing = || Err(ModelError::MissingFile { path: "clip/config.json".into() });
    let model: ModelThread<u32> = ModelThread::spawn("clip", missing);
    for _ in 0..2 {
        let error = model.run(Priority::Interactive, |model| Ok(*model)).unwrap_err();
        assert!(matches!(error, ModelError::Load(_)));
        assert!(error.to_string().contains("clip/config.json"), "{error}");
    }
    let model: ModelThread<u32> = ModelThread::spawn("clip", || panic!("while loading"));
    let error = model.run(Priority::Interactive, |model| Ok(*model)).unwrap_err();
    assert!(error.to_string().contains("while loading"), "{error}");
}

#[test]
fn a_full_queue_makes_the_sender_wait() {
    let (model, release) = held();
    let sent = Arc::new(AtomicUsize::new(0));
    let sender = {
        let sent = sent.clone();
        thread::spawn(move || {
            let tickets: Vec<_> = (0..100)
                .map(|i| {
                    let ticket = model.submit(Priority::Batch, move |_| Ok(i));
                    sent.fetch_add(1, Ordering::SeqCst);
                    ticket
                })
                .collect();
            tickets.into_iter().map(|ticket| ticket.wait().unwrap()).collect::<Vec<i32>>()
        })
    };
    thread::sleep(Duration::from_millis(100));
    assert!(sent.load(Ordering::SeqCst) < 20, "the queue is not bounded");
    drop(release);
    assert_eq!(sender.join().unwrap(), (0..100).collect::<Vec<i32>>());
}

#[test]
fn what_was_asked_is_answered_after_the_last_handle_is_gone() {
    let (model, release) = held();
    let tickets = [
        model.submit(Priority::Batch, |model| Ok(*model)),
        model.submit(Priority::Interactive, |model| Ok(model + 1)),
    ];
    drop(model);
    drop(release);
    let answers: Vec<u32> = tickets.into_iter().map(|ticket| ticket.wait().unwrap()).collect();
    assert_eq!(answers, [7, 8]);
}

const IDLE: Duration = Duration::from_millis(50);

/// Waits for what another thread is about to do.
fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < end, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Knows the how many-th it is, and cannot be dropped before its gate is open.
struct Counted {
    nth: usize,
    gate: Arc<Mutex<mpsc::Receiver<()>>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let _ = self.gate.lock().unwrap().recv();
    }
}

/// A thread that unloads its model, the number of loads, and what lets models be dropped.
fn idle_thread() -> (ModelThread<Counted>, Arc<AtomicUsize>, mpsc::Sender<()>) {
    let loads = Arc::new(AtomicUsize::new(0));
    let (open, gate) = mpsc::channel();
    let (counter, gate) = (loads.clone(), Arc::new(Mutex::new(gate)));
    let model = ModelThread::spawn_with_idle("idle", IDLE, move || {
        Ok(Counted { nth: 1 + counter.fetch_add(1, Ordering::SeqCst), gate: gate.clone() })
    });
    (model, loads, open)
}

#[test]
fn an_idle_model_is_dropped_and_loaded_again_when_asked() {
    let (model, loads, open) = idle_thread();
    drop(open);
    for nth in 1..=3 {
        // More where this thread was so slow that the model was dropped before it was asked.
        assert!(model.run(Priority::Batch, |model| Ok(model.nth)).unwrap() >= nth);
        wait_until("the model is unloaded", || !model.is_loaded());
    }
    // Nobody asks, so nobody loads.
    let n_loads = loads.load(Ordering::SeqCst);
    assert!(n_loads >= 3);
    thread::sleep(2 * IDLE);
    assert_eq!(loads.load(Ordering::SeqCst), n_loads);
}

#[test]
fn a_model_with_work_waiting_stays_however_long_the_work_takes() {
    let (model, loads, open) = idle_thread();
    drop(open);
    let (release, gate) = mpsc::channel::<()>();
    let long = model.submit(Priority::Batch, move |model| {
        let _ = gate.recv();
        Ok(model.nth)
    });
    let next = model.submit(Priority::Batch, |model| Ok(model.nth));
    thread::sleep(2 * IDLE);
    drop(release);
    let (long, next) = (long.wait().unwrap(), next.wait().unwrap());
    assert_eq!(long, next);
    assert_eq!(loads.load(Ordering::SeqCst), next);
}

#[test]
fn a_request_that_nobody_waits_for_loads_nothing() {
    let (model, loads, open) = idle_thread();
    wait_until("the model is loaded", || loads.load(Ordering::SeqCst) == 1);
    // The thread is held in dropping the model, so the ticket is gone before the request is seen.
    wait_until("the model is being dropped", || !model.is_loaded());
    drop(model.submit(Priority::Batch, |_| Ok(())));
    drop(open);
    thread::sleep(2 * IDLE);
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    assert_eq!(model.run(Priority::Batch, |model| Ok(model.nth)).unwrap(), 2);
}

#[test]
fn a_request_during_the_load_waits_for_it() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let model = ModelThread::spawn("slow", move || {
        let _ = gate.lock().unwrap().recv();
        Ok(7)
    });
    let ticket = model.submit(Priority::Interactive, |model| Ok(*model));
    assert!(ticket.try_wait().is_none());
    assert!(!model.is_loaded());
    drop(release);
    assert_eq!(ticket.wait().unwrap(), 7);
    assert!(model.is_loaded());
}

#[test]
fn a_model_that_could_not_be_loaded_is_tried_again_after_the_idle_time() {
    let is_whole = Arc::new(AtomicBool::new(false));
    let model = {
        let is_whole = is_whole.clone();
        ModelThread::spawn_with_idle("mended", IDLE, move || {
            if is_whole.load(Ordering::SeqCst) {
                return Ok(7);
            }
            Err(ModelError::MissingFile { path: "clip/config.json".into() })
        })
    };
    let error = model.run(Priority::Interactive, |model| Ok(*model)).unwrap_err();
    assert!(matches!(error, ModelError::Load(_)), "{error}");
    assert!(!model.is_loaded());
    is_whole.store(true, Ordering::SeqCst);
    wait_until("it is tried again", || {
        thread::sleep(4 * IDLE);
        model.run(Priority::Interactive, |model| Ok(*model)).is_ok_and(|model| model == 7)
    });
    assert!(model.is_loaded());
}
