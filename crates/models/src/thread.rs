//! One loaded model, one named thread that owns it, and a handle through which others ask it.
//!
//! In: closures over `&M`, urgent or not. Out: their results.
//!
//! Invariants: the model never leaves its thread; requests of one priority keep their order, and
//! interactive ones overtake waiting batch ones (never the one that runs, so keep batches short); the
//! queues are bounded, so that a fast reader waits instead of filling memory; a request whose ticket was
//! dropped is skipped; a panic ends the request and not the thread. The thread ends when the last handle
//! is gone and everything asked before is answered.
//!
//! A thread that was given an idle time drops its model when nothing was asked for so long, and loads it
//! again for the next request, which waits for it as the first one does.
//!
//! What a model computes is shared out among threads of its own, of which this is one. While a person waits for it they
//! do not sleep between layers, and keep off its processor.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, after, bounded, never, select_biased};

use crate::{ModelError, memory, processor};

/// Who waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// A person: goes before all batch work that has not started.
    Interactive,
    /// An indexing run.
    Batch,
}

/// Batch requests that wait, each up to a few megabytes of pixels; the sender blocks beyond.
const BATCH_QUEUE: usize = 4;
/// Interactive requests that wait; more than a person makes.
const INTERACTIVE_QUEUE: usize = 64;

/// How often a thread that helps sees that it runs beside the one it helps, and not in turns with it.
const APART_EVERY: Duration = Duration::from_micros(500);

type Run<M> = Box<dyn FnOnce(&Result<M, ModelError>) + Send>;

/// A request, and whether anybody still waits for its answer.
struct Job<M> {
    wanted: Weak<()>,
    run: Run<M>,
}

/// A handle to a model on its own thread. Clones share the thread.
pub struct ModelThread<M> {
    name: Arc<str>,
    interactive: Sender<Job<M>>,
    batch: Sender<Job<M>>,
    is_loaded: Arc<AtomicBool>,
}

impl<M> Clone for ModelThread<M> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            interactive: self.interactive.clone(),
            batch: self.batch.clone(),
            is_loaded: self.is_loaded.clone(),
        }
    }
}

impl<M> std::fmt::Debug for ModelThread<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelThread").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<M: 'static> ModelThread<M> {
    /// Starts a thread of this name and loads the model there; returns at once. A model that cannot be
    /// loaded answers every request with [`ModelError::Load`].
    pub fn spawn(name: &str, load: impl Fn() -> Result<M, ModelError> + Send + 'static) -> Self {
        Self::start(name, None, None, load)
    }

    /// [`ModelThread::spawn`], but the model is dropped when nothing was asked for `idle`, and loaded
    /// again for the next request. A model that could not be loaded is tried again then.
    pub fn spawn_with_idle(
        name: &str,
        idle: Duration,
        load: impl Fn() -> Result<M, ModelError> + Send + 'static,
    ) -> Self {
        Self::start(name, Some(idle), None, load)
    }

    /// `helper_stack` is how many bytes of stack each thread that helps has; none for as many as usual.
    fn start(
        name: &str,
        idle: Option<Duration>,
        helper_stack: Option<usize>,
        load: impl Fn() -> Result<M, ModelError> + Send + 'static,
    ) -> Self {
        let (interactive, interactive_jobs) = bounded(INTERACTIVE_QUEUE);
        let (batch, batch_jobs) = bounded(BATCH_QUEUE);
        let thread_name: Arc<str> = name.into();
        let is_loaded = Arc::new(AtomicBool::new(false));
        let (own_name, own_is_loaded) = (thread_name.clone(), is_loaded.clone());
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            memory::keep_freed_memory();
            let helpers = helpers(&own_name, helper_stack);
            let has_helpers = helpers.is_some();
            let load = Box::new(load);
            let mut owner =
                Owner { name: own_name, idle, load, model: None, is_loaded: own_is_loaded, has_helpers };
            owner.model();
            owner.serve(&interactive_jobs, &batch_jobs);
            owner.unload();
        });
        if let Err(error) = started {
            // The receivers are gone with the closure, so every request answers `ThreadGone`.
            tracing::error!(%error, thread = name, "a model's thread could not be started");
        }
        Self { name: thread_name, interactive, batch, is_loaded }
    }

    /// Whether the model stands in memory: not while it is being loaded, not when it could not be, not
    /// after it was dropped for want of work.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.is_loaded.load(Ordering::Acquire)
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// What `f` returns, [`ModelError::Load`], [`ModelError::Panicked`] or [`ModelError::ThreadGone`].
    pub fn run<R: Send + 'static>(
        &self,
        priority: Priority,
        f: impl FnOnce(&M) -> Result<R, ModelError> + Send + 'static,
    ) -> Result<R, ModelError> {
        self.submit(priority, f).wait()
    }

    /// Asks; the answer is fetched with [`Ticket::wait`]. Blocks while the queue is full.
    pub fn submit<R: Send + 'static>(
        &self,
        priority: Priority,
        f: impl FnOnce(&M) -> Result<R, ModelError> + Send + 'static,
    ) -> Ticket<R> {
        let (reply, answer) = bounded(1);
        let asker = Arc::new(());
        let name = self.name.clone();
        let run = Box::new(move |model: &Result<M, ModelError>| {
            let result = match model {
                Ok(model) => caught(&name, || f(model)),
                Err(ModelError::Load(error)) => Err(ModelError::Load(error.clone())),
                Err(_) => Err(ModelError::ThreadGone { thread: name.to_string() }),
            };
            // The asker may have left meanwhile; then nobody misses the answer.
            let _ = reply.send(result);
        });
        let queue = match priority {
            Priority::Interactive => &self.interactive,
            Priority::Batch => &self.batch,
        };
        // A job that cannot be sent is dropped, and with it the reply's sender: `wait` says so.
        let _ = queue.send(Job { wanted: Arc::downgrade(&asker), run });
        Ticket { thread: self.name.clone(), answer, _asker: asker }
    }
}

/// A request that was made. Dropping it skips the request if it has not started.
#[derive(Debug)]
pub struct Ticket<R> {
    thread: Arc<str>,
    answer: Receiver<Result<R, ModelError>>,
    _asker: Arc<()>,
}

impl<R> Ticket<R> {
    /// Waits for the answer.
    ///
    /// # Errors
    /// As [`ModelThread::run`].
    pub fn wait(self) -> Result<R, ModelError> {
        self.answer.recv().unwrap_or_else(|_| Err(ModelError::ThreadGone { thread: self.thread.to_string() }))
    }

    /// Waits for the answer up to so long; none where it is not there by then.
    #[must_use]
    pub fn wait_for(&self, most: Duration) -> Option<Result<R, ModelError>> {
        match self.answer.recv_timeout(most) {
            Ok(answer) => Some(answer),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                Some(Err(ModelError::ThreadGone { thread: self.thread.to_string() }))
            }
        }
    }

    /// The answer, if it is there already.
    #[must_use]
    pub fn try_wait(&self) -> Option<Result<R, ModelError>> {
        self.answer.try_recv().ok()
    }
}

/// The threads that compute with this one for as long as they are held. The model's thread is one of them: it begins with
/// every layer at once and sleeps in none, where a pool of others would be woken and waited for sixty times a picture.
/// Models do not wait for each other's batches either; the system shares its processors out among them.
fn helpers(name: &Arc<str>, stack: Option<usize>) -> Option<rayon::ThreadPool> {
    let name = name.clone();
    let builder = rayon::ThreadPoolBuilder::new();
    let builder = stack.into_iter().fold(builder, rayon::ThreadPoolBuilder::stack_size);
    // Where the system gives no thread, this one stays in a pool that was begun: it may share out its work there, of which
    // it does all, but it may not call the others.
    let made = builder
        .num_threads(rayon::current_num_threads())
        .use_current_thread()
        .thread_name(move |at| format!("{name} {at}"))
        .build();
    made.inspect_err(|error| tracing::warn!(%error, "a model computes on one thread")).ok()
}

/// Helpers that stay awake until this is dropped. A layer is over in less time than the system takes to wake a thread
/// that sleeps between one and the next; while a person waits, that is time well spent.
struct Awake(Arc<AtomicBool>);

impl Awake {
    fn helpers() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (own, is_over_there) = (rayon::current_thread_index(), is_over.clone());
        let model = processor::Thread::current();
        if own.is_some() && rayon::current_num_threads() > 1 {
            rayon::spawn_broadcast(move |context| {
                // The model's thread, which would wait for itself.
                if Some(context.index()) == own {
                    return;
                }
                let mut looked = None;
                while !is_over_there.load(Ordering::Acquire) {
                    // Does what there is to do.
                    if rayon::yield_now() != Some(rayon::Yield::Executed) {
                        std::thread::yield_now();
                    }
                    // The system moves the model's thread, too.
                    if looked.is_none_or(|at: Instant| at.elapsed() > APART_EVERY) {
                        processor::keep_apart(model);
                        looked = Some(Instant::now());
                    }
                }
            });
        }
        Self(is_over)
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// What lives on the thread.
struct Owner<M> {
    name: Arc<str>,
    idle: Option<Duration>,
    load: Box<dyn Fn() -> Result<M, ModelError>>,
    /// `None` after it was dropped for want of work.
    model: Option<Result<M, ModelError>>,
    is_loaded: Arc<AtomicBool>,
    /// Whether the threads that compute with this one could be started.
    has_helpers: bool,
}

impl<M> Owner<M> {
    /// The model, loaded if it is not there.
    fn model(&mut self) -> &Result<M, ModelError> {
        self.model.get_or_insert_with(|| {
            let model = caught(&self.name, &self.load).map_err(|error| ModelError::Load(Arc::new(error)));
            self.is_loaded.store(model.is_ok(), Ordering::Release);
            model
        })
    }

    fn serve(&mut self, interactive: &Receiver<Job<M>>, batch: &Receiver<Job<M>>) {
        loop {
            // A model that is not there need not be dropped: wait without end.
            let idle = self.idle.filter(|_| self.model.is_some()).map_or_else(never, after);
            select_biased! {
                recv(interactive) -> job => match job {
                    Ok(job) => {
                        let _awake = self.has_helpers.then(Awake::helpers);
                        self.answer(job);
                    }
                    // The handles drop both senders together, so what is left can be drained in order.
                    Err(_) => return batch.iter().for_each(|job| self.answer(job)),
                },
                recv(batch) -> job => match job {
                    Ok(job) => self.answer(job),
                    Err(_) => return interactive.iter().for_each(|job| self.answer(job)),
                },
                recv(idle) -> _ => self.unload(),
            }
        }
    }

    fn answer(&mut self, job: Job<M>) {
        if job.wanted.strong_count() > 0 {
            (job.run)(self.model());
        }
    }

    fn unload(&mut self) {
        self.is_loaded.store(false, Ordering::Release);
        self.model = None;
        memory::return_freed_memory();
        tracing::debug!(thread = &*self.name, "a model was unloaded");
    }
}

/// Runs `f`, with a panic turned into an error. The models keep nothing of a request but the size of their
/// batches, so a request that stopped half-way leaves nothing broken behind.
fn caught<R>(thread: &str, f: impl FnOnce() -> Result<R, ModelError>) -> Result<R, ModelError> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        Err(ModelError::Panicked { thread: thread.to_owned(), message: panic_message(panic.as_ref()) })
    })
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown reason".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rayon::prelude::*;

    use super::*;

    #[test]
    fn a_model_whose_helpers_cannot_be_started_answers_alone() {
        // More than any address space has, so that the system refuses.
        let model = ModelThread::start("m", None, Some(1 << 60), || Ok(2_u64));
        for priority in [Priority::Interactive, Priority::Batch, Priority::Interactive] {
            let ticket = model.submit(priority, |factor| {
                let factor = *factor;
                Ok((1..=1_000_u64).into_par_iter().map(|i| i * factor).sum::<u64>())
            });
            let answer = ticket.wait_for(Duration::from_secs(60)).unwrap();
            assert!(matches!(answer, Ok(1_001_000)), "{answer:?}");
        }
    }
}
