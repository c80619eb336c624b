//! Numbers that begin on a cache line, so that no vector lies on two of them.

const CACHE_LINE: usize = 64;

/// Zeros at first.
pub(crate) struct Aligned {
    numbers: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    pub(crate) fn zeros(len: usize) -> Self {
        let spare = CACHE_LINE / size_of::<f32>();
        let numbers = vec![0.0_f32; len + spare];
        // A pointer whose alignment is not to be known costs speed alone.
        let start = numbers.as_ptr().align_offset(CACHE_LINE).min(spare);
        Self { numbers, start, len }
    }

    pub(crate) fn as_slice(&self) -> &[f32] {
        &self.numbers[self.start..self.start + self.len]
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.numbers[self.start..self.start + self.len]
    }
}
