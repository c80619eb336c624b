//! An end in order when the system gives no memory any more.
//!
//! Rust ends a program then with SIGABRT and a line for programmers. Here that becomes a sentence and an exit
//! code; what was written is kept, as after any kill.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, Ordering},
};

/// Whoever can do without the memory that he asks for asks for more than this, and gets no as an answer.
const NEVER_OPTIONAL_BYTES: usize = 64 << 10;

/// What the system's library takes for itself at once, and some more.
const BLOCK_BYTES: usize = 1 << 20;

const WORDS: &[u8] =
    b"vitrine: There is not enough memory. Close other programs, or use a smaller model pack; what was done is kept.\n";

static RAN_OUT: AtomicBool = AtomicBool::new(false);

/// The system's allocator, which says so when there is nothing to give.
pub struct Allocator;

// Safety: every call is the system allocator's own.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        given(unsafe { System.realloc(block, layout, new_size) }, new_size)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[inline]
fn given(block: *mut u8, n_bytes: usize) -> *mut u8 {
    if block.is_null() {
        RAN_OUT.store(true, Ordering::Relaxed);
        if n_bytes <= NEVER_OPTIONAL_BYTES {
            end();
        }
    }
    block
}

/// From now on also whatever aborts because it got no memory ends with the sentence.
pub fn watch() {
    // Safety: the handler calls nothing but mmap, write, signal, raise and _exit, which handlers may.
    unsafe { libc::signal(libc::SIGABRT, on_abort as *const () as libc::sighandler_t) };
}

extern "C" fn on_abort(signal: libc::c_int) {
    if RAN_OUT.load(Ordering::Relaxed) || is_nothing_left() {
        end();
    }
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Whether the system gives no memory now: its own library aborts, and tells nobody, where it lacks some for itself.
fn is_nothing_left() -> bool {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
    // Safety: a system call, which handlers may; the block is new, belongs to nobody, and is not given back since the
    // program ends.
    unsafe {
        libc::mmap(std::ptr::null_mut(), BLOCK_BYTES, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
            == libc::MAP_FAILED
    }
}

fn end() -> ! {
    // Safety: the bytes are there for ever.
    unsafe {
        libc::write(libc::STDERR_FILENO, WORDS.as_ptr().cast(), WORDS.len());
        libc::_exit(1)
    }
}
