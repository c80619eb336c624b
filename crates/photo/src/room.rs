//! Limits of one photo, and its place in the budget of all.

use crate::{MAX_DECODED_BYTES, MAX_PIXELS, MAX_SIDE, PhotoError, budget};

/// Asked by a decoder as soon as it knows a size, before it allocates.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) place: Option<budget::Place>,
}

impl Room {
    /// Checks a picture's size and claims the place of what decoding it takes.
    ///
    /// `n_bytes` is what the decoder holds at its peak, its output and what it keeps beside it. What it
    /// holds within a limit of its own, as large, is `n_beside`: it is claimed, and not checked again.
    pub(crate) fn claim(&mut self, size: (u32, u32), n_bytes: u64, n_beside: u64) -> Result<(), PhotoError> {
        let (width, height) = size;
        if width == 0 || height == 0 {
            return Err(PhotoError::Damaged);
        }
        let n_pixels = u64::from(width) * u64::from(height);
        // A line of a hundred megapixels costs more to make smaller than any photo.
        if n_pixels > MAX_PIXELS || width.max(height) > MAX_SIDE || n_bytes > MAX_DECODED_BYTES {
            return Err(PhotoError::TooLarge { size: Some(size) });
        }
        // One place for one photo: who holds one and waits for another may wait forever. The budget
        // counts pixels of three bytes.
        if self.place.is_none() {
            self.place = Some(budget::PIXELS.claim((n_bytes + n_beside) / 3));
        }
        Ok(())
    }

    /// As [`Self::claim`], for a decoder that holds its output alone.
    pub(crate) fn claim_output(&mut self, size: (u32, u32), bytes_per_pixel: u64) -> Result<(), PhotoError> {
        self.claim(size, u64::from(size.0) * u64::from(size.1) * bytes_per_pixel, 0)
    }
}
