//! Inputs of the captioner, prepared while photos are decoded for the search model, so that each photo is decoded once.
//!
//! Decoding a photo of 12 megapixels takes longer than a small model does with it. Prepared pictures are bytes of a
//! fixed length (49 KB for 128 pixels a side, 442 KB for 384) and lie in a file without a name below the library's
//! `cache`, which the system removes with the last handle, whatever becomes of the program. What does not fit any more,
//! or was there before the run, is read again.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use vitrine_models::{ImagePreprocess, PixelTensor};

use crate::{engine::Engine, store::PictureId};

/// How much of the disk is borrowed: some 20,000 pictures of 128 pixels a side. Models that take larger ones take so
/// long that decoding is nothing beside them.
const MAX_BYTES: u64 = 1 << 30;

/// Prepared pictures that wait for the captioner.
pub(super) struct Ahead {
    folder: PathBuf,
    input: OnceLock<Option<ImagePreprocess>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Made for the first picture.
    file: Option<File>,
    /// Where each picture begins.
    places: HashMap<PictureId, u64>,
    end: u64,
    /// Set when the disk refused: nothing is kept from then on.
    is_over: bool,
}

impl Ahead {
    pub(super) fn new(library: &Path) -> Self {
        Self { folder: library.join("cache"), input: OnceLock::new(), kept: Mutex::default() }
    }

    /// What the captioner takes; none where the pack has none that can be asked.
    pub(super) fn input(&self, engine: &Engine) -> Option<&ImagePreprocess> {
        self.input
            .get_or_init(|| {
                if !engine.models.describes() {
                    return None;
                }
                engine.models.host().caption_preprocess().ok()
            })
            .as_ref()
    }

    /// Keeps a prepared picture, where there is room.
    pub(super) fn put(&self, id: PictureId, prepared: &PixelTensor) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = prepared.rgb();
        if kept.is_over || kept.end + bytes.len() as u64 > MAX_BYTES {
            return;
        }
        if let Err(error) = kept.append(&self.folder, id, bytes) {
            // A full disk costs time, and nothing else.
            tracing::warn!(%error, "prepared pictures are not kept");
            *kept = Kept { is_over: true, ..Kept::default() };
        }
    }

    /// A picture that was prepared for `input`, once.
    pub(super) fn take(&self, id: PictureId, input: &ImagePreprocess) -> Option<PixelTensor> {
        if self.input.get()?.as_ref()? != input {
            return None;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = kept.read(id, input.n_bytes())?;
        input.restore(bytes)
    }
}

impl Kept {
    fn append(&mut self, folder: &Path, id: PictureId, bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            fs::create_dir_all(folder)?;
            self.file = Some(tempfile::tempfile_in(folder)?);
        }
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(self.end))?;
            file.write_all(bytes)?;
            self.places.insert(id, self.end);
            self.end += bytes.len() as u64;
        }
        Ok(())
    }

    fn read(&mut self, id: PictureId, n_bytes: usize) -> Option<Vec<u8>> {
        let place = self.places.remove(&id)?;
        let file = self.file.as_mut()?;
        let mut bytes = vec![0; n_bytes];
        let read = file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(&mut bytes));
        read.inspect_err(|error| tracing::warn!(%error, "a prepared picture is read again")).ok()?;
        if self.places.is_empty() {
            // The disk is given back before the passes that follow.
            *self = Self::default();
        }
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use image::{Rgb, RgbImage};

    use super::*;

    fn ahead(folder: &Path, input: ImagePreprocess) -> Ahead {
        let ahead = Ahead::new(folder);
        ahead.input.set(Some(input)).unwrap();
        ahead
    }

    #[test]
    fn what_was_set_aside_comes_back_once_and_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let input = ImagePreprocess::blip_default();
        let ahead = ahead(folder.path(), input.clone());
        let prepared = |shade: u8| input.apply(&RgbImage::from_pixel(50, 40, Rgb([shade, 9, 200])));
        for (id, shade) in [(3, 10), (1, 20), (2, 30)] {
            ahead.put(PictureId::new(id), &prepared(shade));
        }
        // On Unix it has no name, so nothing stays behind whatever happens.
        let n_names = fs::read_dir(folder.path().join("cache")).unwrap().count();
        assert!(cfg!(not(unix)) || n_names == 0);
        let take = |id| ahead.take(PictureId::new(id), &input);
        assert_eq!(take(1), Some(prepared(20)));
        assert_eq!(take(1), None);
        assert_eq!(take(7), None);
        // Prepared for another model: read again.
        assert_eq!(ahead.take(PictureId::new(2), &ImagePreprocess::clip_default()), None);
        assert_eq!((take(3), take(2)), (Some(prepared(10)), Some(prepared(30))));
        // The disk was given back, and is borrowed again.
        assert!(ahead.kept.lock().unwrap().file.is_none());
        ahead.put(PictureId::new(4), &prepared(40));
        assert_eq!(take(4), Some(prepared(40)));
    }

    #[test]
    fn a_disk_that_refuses_costs_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        // A file stands where the folder should be.
        fs::write(folder.path().join("cache"), b"").unwrap();
        let input = ImagePreprocess::blip_default();
        let ahead = ahead(folder.path(), input.clone());
        let id = PictureId::new(1);
        ahead.put(id, &input.apply(&RgbImage::new(5, 5)));
        assert_eq!(ahead.take(id, &input), None);
    }
}
