//! Numbers that begin on a cache line, so that no vector lies on two of them; many, on pages that are large where the
//! system has such.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

/// Bytes that come from memory together.
pub(crate) const CACHE_LINE: usize = 64;
/// Bytes of a large page of x86-64 and of most of aarch64. Weights are read from one end to the other, each once for a
/// word: with pages of 4 kB, up to a third of that time goes into asking where the next one lies.
const LARGE_PAGE: usize = 2 << 20;

/// Numbers of which any bits are one, and no bits lie between.
///
/// # Safety
/// Both are so, and zero bits are zero.
pub(crate) unsafe trait Plain: Copy + Send + Sync + 'static {}

// SAFETY: numbers of the language.
unsafe impl Plain for f32 {}
// SAFETY: as above.
unsafe impl Plain for i32 {}
// SAFETY: as above.
unsafe impl Plain for u16 {}
// SAFETY: as above.
unsafe impl Plain for i16 {}
// SAFETY: as above.
unsafe impl Plain for u8 {}
// SAFETY: as above.
unsafe impl Plain for i8 {}

/// Numbers of one kind; which kind, says who asks.
pub(crate) struct Aligned {
    start: *mut u8,
    layout: Layout,
}

// SAFETY: the bytes belong to it alone, and any thread may have them.
unsafe impl Send for Aligned {}
// SAFETY: they change through `&mut` alone.
unsafe impl Sync for Aligned {}

impl Aligned {
    /// Of many, the pages are large ones.
    ///
    /// # Panics
    /// Where there is not so much memory in any machine. Where there is none left, as a `Vec` does.
    pub(crate) fn zeros<T: Plain>(len: usize) -> Self {
        let n_bytes = len.saturating_mul(size_of::<T>());
        let is_many = n_bytes > LARGE_PAGE - CACHE_LINE;
        let align = if is_many { LARGE_PAGE } else { CACHE_LINE };
        // SAFETY: all bytes are written; advice changes none (madvise(2)).
        unsafe {
            let numbers = Self::unwritten_at(n_bytes, align);
            // Linux gives them to whoever asks. Where there are none, everything is as it was.
            #[cfg(all(target_os = "linux", not(miri)))]
            if align == LARGE_PAGE {
                libc::madvise(numbers.start.cast(), numbers.layout.size(), libc::MADV_HUGEPAGE);
            }
            numbers.start.write_bytes(0, numbers.layout.size());
            numbers
        }
    }

    /// Room for so many bytes, soon to be given back.
    ///
    /// # Safety
    /// They are written before they are looked at.
    ///
    /// # Panics
    /// As [`Aligned::zeros`].
    pub(crate) unsafe fn unwritten(n_bytes: usize) -> Self {
        // SAFETY: the caller's.
        unsafe { Self::unwritten_at(n_bytes, CACHE_LINE) }
    }

    unsafe fn unwritten_at(n_bytes: usize, align: usize) -> Self {
        let whole = n_bytes.checked_next_multiple_of(CACHE_LINE);
        let layout = whole.and_then(|n| Layout::from_size_align(n, align).ok());
        let layout = layout.unwrap_or_else(|| panic!("{n_bytes} bytes do not fit into memory"));
        if layout.size() == 0 {
            return Self { start: std::ptr::without_provenance_mut(CACHE_LINE), layout };
        }
        // SAFETY: the layout is of a line at least.
        let start = unsafe { alloc(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        Self { start, layout }
    }

    /// Where they begin.
    pub(crate) fn start(&self) -> *mut u8 {
        self.start
    }

    /// All of them, and what fills the last line.
    pub(crate) fn numbers<T: Plain>(&self) -> &[T] {
        // SAFETY: so many bytes lie there, aligned for any number, and any bits of them are numbers.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.layout.size() / size_of::<T>()) }
    }

    /// As [`Aligned::numbers`].
    pub(crate) fn numbers_mut<T: Plain>(&mut self) -> &mut [T] {
        // SAFETY: as above, and nobody else has them.
        unsafe { std::slice::from_raw_parts_mut(self.start.cast(), self.layout.size() / size_of::<T>()) }
    }
}

impl Drop for Aligned {
    fn drop(&mut self) {
        if self.layout.size() > 0 {
            // SAFETY: it came so, and nobody has a part of it any more.
            unsafe { dealloc(self.start, self.layout) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_numbers_are_zeros_in_whole_lines() {
        let check = |len: usize, expected: usize, align: usize| {
            let mut numbers = Aligned::zeros::<f32>(len);
            assert_eq!(numbers.numbers::<f32>().len(), expected, "{len} numbers");
            assert!(numbers.numbers::<f32>().iter().all(|number| *number == 0.0));
            assert!(numbers.numbers::<u8>().as_ptr().cast::<u8>().addr().is_multiple_of(align), "{len}");
            numbers.numbers_mut::<f32>().fill(1.0);
            assert!(numbers.numbers::<f32>().iter().all(|number| *number == 1.0));
        };
        check(0, 0, CACHE_LINE);
        check(1, 16, CACHE_LINE);
        check(17, 32, CACHE_LINE);
        check(LARGE_PAGE / 4 - 1, LARGE_PAGE / 4, LARGE_PAGE);
        check(LARGE_PAGE / 4 + 1, LARGE_PAGE / 4 + 16, LARGE_PAGE);
    }
}
