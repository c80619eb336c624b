//! Numbers that begin on a cache line, so that no vector lies on two of them.

/// Bytes that come from memory together.
pub(crate) const CACHE_LINE: usize = 64;

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

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[allow(dead_code, reason = "read as numbers")] [u8; CACHE_LINE]);

/// Numbers of one kind, zeros at first; which kind, says who asks.
pub(crate) struct Aligned {
    lines: Vec<Line>,
}

impl Aligned {
    pub(crate) fn zeros<T: Plain>(len: usize) -> Self {
        Self { lines: vec![Line([0; CACHE_LINE]); (len * size_of::<T>()).div_ceil(size_of::<Line>())] }
    }

    /// All of them, and what fills the last line.
    pub(crate) fn numbers<T: Plain>(&self) -> &[T] {
        let len = size_of_val(self.lines.as_slice()) / size_of::<T>();
        // SAFETY: lines lie side by side, are aligned for any number, and any bits of them are numbers.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), len) }
    }

    /// As [`Aligned::numbers`].
    pub(crate) fn numbers_mut<T: Plain>(&mut self) -> &mut [T] {
        let len = size_of_val(self.lines.as_slice()) / size_of::<T>();
        // SAFETY: as above, and nobody else has them.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), len) }
    }
}
