//! Bounds the pixels that are decoded at once, over all threads: a folder of
//! 100-megapixel scans must not take an ordinary laptop's memory.

use std::sync::{Condvar, Mutex, PoisonError};

/// 64 megapixels: about 200 MB as RGB, and a few 12-megapixel photos at a time.
const MAX_AT_ONCE: u64 = 64_000_000;

static IN_USE: Mutex<u64> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// Room for a number of pixels, given back when dropped.
pub struct Place(u64);

/// Waits until there is room. A photo larger than the whole budget waits until it is alone.
pub fn claim(n_pixels: u64) -> Place {
    let n_pixels = n_pixels.min(MAX_AT_ONCE);
    let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    while *in_use + n_pixels > MAX_AT_ONCE {
        in_use = FREED.wait(in_use).unwrap_or_else(PoisonError::into_inner);
    }
    *in_use += n_pixels;
    Place(n_pixels)
}

impl Drop for Place {
    fn drop(&mut self) {
        *IN_USE.lock().unwrap_or_else(PoisonError::into_inner) -= self.0;
        FREED.notify_all();
    }
}
