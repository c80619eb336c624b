//! Stopping a download, an import or a check from another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::PackError;

/// A switch that is thrown once. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Control(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    is_cancelled: AtomicBool,
    /// Its connections are closed, so that nobody waits for a silent server.
    agent: Mutex<Option<ureq::Agent>>,
    thrown: Condvar,
}

impl Control {
    /// Ends what is under way, within a fraction of a second. What was downloaded is kept.
    pub fn cancel(&self) {
        let mut agent = self.0.agent.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.is_cancelled.store(true, Ordering::Release);
        if let Some(agent) = agent.take() {
            agent.shutdown();
        }
        self.0.thrown.notify_all();
    }

    /// Whether [`Control::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// [`PackError::Cancelled`] once it was called.
    pub(crate) fn check(&self) -> Result<(), PackError> {
        if self.is_cancelled() { Err(PackError::Cancelled) } else { Ok(()) }
    }

    /// Closes this agent's connections when it is cancelled.
    pub(crate) fn attend(&self, agent: &ureq::Agent) {
        *self.0.agent.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent.clone());
    }

    /// Waits this long, or until it is cancelled.
    pub(crate) fn wait(&self, time: Duration) -> Result<(), PackError> {
        let agent = self.0.agent.lock().unwrap_or_else(PoisonError::into_inner);
        let _agent = self
            .0
            .thrown
            .wait_timeout_while(agent, time, |_| !self.is_cancelled())
            .unwrap_or_else(PoisonError::into_inner);
        self.check()
    }
}
