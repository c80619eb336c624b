//! Bounds what is in memory of photos at once, over all threads: a folder of
//! 100-megapixel scans must not take an ordinary laptop's memory.
//!
//! There are two budgets, one for the bytes of files and one for decoded pixels.
//! Who needs both claims the file's first, so no two threads wait for each other.

use std::sync::{Condvar, Mutex, PoisonError};

/// So much of one thing at once.
pub struct Budget {
    most: u64,
    in_use: Mutex<u64>,
    freed: Condvar,
}

/// 64 megapixels: about 200 MB as RGB, and a few 12-megapixel photos at a time.
pub static PIXELS: Budget = Budget::new(64_000_000);

/// Bytes of files that were read and are still held: some dozens of usual photos, and of the largest one.
pub static FILE_BYTES: Budget = Budget::new(256 << 20);

/// Room for an amount, given back when dropped.
pub struct Place {
    of: &'static Budget,
    amount: u64,
}

impl Budget {
    const fn new(most: u64) -> Self {
        Self { most, in_use: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits until there is room. What is larger than the whole budget waits until it is alone.
    pub fn claim(&'static self, amount: u64) -> Place {
        let amount = amount.min(self.most);
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        while *in_use + amount > self.most {
            in_use = self.freed.wait(in_use).unwrap_or_else(PoisonError::into_inner);
        }
        *in_use += amount;
        Place { of: self, amount }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.of.in_use.lock().unwrap_or_else(PoisonError::into_inner) -= self.amount;
        self.of.freed.notify_all();
    }
}
