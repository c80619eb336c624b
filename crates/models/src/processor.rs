//! On which of the machine's processors a thread runs.

/// A thread, by the system's number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thread(#[cfg(all(target_os = "linux", target_env = "gnu"))] libc::pid_t);

impl Thread {
    /// This one.
    pub(crate) fn current() -> Self {
        // SAFETY: takes nothing (gettid(2)).
        Self(
            #[cfg(all(target_os = "linux", target_env = "gnu"))]
            unsafe {
                libc::gettid()
            },
        )
    }

    /// The processor that it runs on or ran on last, where the system tells.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn processor(self) -> Option<usize> {
        let told = std::fs::read_to_string(format!("/proc/self/task/{}/stat", self.0)).ok()?;
        // The 39th field; the second, a name, ends with the last parenthesis (proc_pid_stat(5)).
        told.rsplit_once(')')?.1.split_ascii_whitespace().nth(36)?.parse().ok()
    }
}

/// Moves this thread to another processor than `other` runs on, where it may run there. A system that wakes a thread for
/// another likes to wake it on the same one, and then has both take turns for as long as an answer takes.
pub(crate) fn keep_apart(other: Thread) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: takes nothing (sched_getcpu(3)).
        let own = usize::try_from(unsafe { libc::sched_getcpu() }).ok();
        let size = size_of::<libc::cpu_set_t>();
        let Some(shared) = own.filter(|own| *own < 8 * size && other.processor() == Some(*own)) else {
            return;
        };
        // SAFETY: the sets are of the size that is named, any bits are a set, and it has one for this number
        // (sched_setaffinity(2), CPU_SET(3)).
        unsafe {
            let mut all: libc::cpu_set_t = std::mem::zeroed();
            if libc::sched_getaffinity(0, size, &raw mut all) != 0 {
                return;
            }
            let mut others = all;
            libc::CPU_CLR(shared, &mut others);
            // It is moved at once, or not at all where no other is allowed; then it may go where it could before.
            if libc::sched_setaffinity(0, size, &raw const others) == 0 {
                libc::sched_setaffinity(0, size, &raw const all);
            }
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = other;
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    fn allowed() -> Vec<usize> {
        // SAFETY: as in `keep_apart`.
        let set = unsafe {
            let mut set: libc::cpu_set_t = std::mem::zeroed();
            assert_eq!(libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set), 0);
            set
        };
        // SAFETY: a set has so many bits.
        (0..8 * size_of::<libc::cpu_set_t>()).filter(|&at| unsafe { libc::CPU_ISSET(at, &set) }).collect()
    }

    #[test]
    fn a_thread_that_was_moved_may_go_where_it_could_before() {
        let (own, before) = (Thread::current(), allowed());
        assert!(own.processor().is_some_and(|at| before.contains(&at)));
        keep_apart(own);
        assert_eq!(allowed(), before);
    }
}
