//! The thread that owns a model: order, priorities, dropped tickets, panics, failed loads.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

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
