//! The captioner and the matcher of one pack, for one thread.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::captioner::Captioner;
use super::image::ImageTokens;
use super::matcher::Matcher;
use crate::{ImagePreprocess, ModelDevice, ModelError, PixelTensor};

/// Checks a model's folder before it is loaded.
type Check = Box<dyn Fn(&Path) -> Result<(), ModelError> + Send>;

/// The captioner and the matcher of one pack. Each is loaded when it is first asked for, and where both read
/// pictures alike, the image tower stands in memory once and reads each picture once.
pub struct Describer {
    caption: PathBuf,
    matching: PathBuf,
    device: ModelDevice,
    check: Check,
    captioner: OnceCell<Captioner>,
    matcher: OnceCell<Matcher>,
}

impl Describer {
    /// Of the models in these folders; nothing is read yet. `check` is asked about a folder before its model
    /// is loaded.
    pub fn new(
        caption: PathBuf,
        matching: PathBuf,
        device: ModelDevice,
        check: impl Fn(&Path) -> Result<(), ModelError> + Send + 'static,
    ) -> Self {
        let (captioner, matcher) = (OnceCell::new(), OnceCell::new());
        Self { caption, matching, device, check: Box::new(check), captioner, matcher }
    }

    /// The captioner.
    ///
    /// # Errors
    /// As [`Captioner::load`].
    pub fn captioner(&self) -> Result<&Captioner, ModelError> {
        self.loaded(&self.captioner, &self.caption, || {
            Captioner::load_beside(&self.caption, &self.device, self.matcher.get())
        })
    }

    /// The matcher.
    ///
    /// # Errors
    /// As [`Matcher::load`].
    pub fn matcher(&self) -> Result<&Matcher, ModelError> {
        self.loaded(&self.matcher, &self.matching, || {
            Matcher::load_beside(&self.matching, &self.device, self.captioner.get())
        })
    }

    fn loaded<'a, M>(
        &self,
        model: &'a OnceCell<M>,
        folder: &Path,
        load: impl FnOnce() -> Result<M, ModelError>,
    ) -> Result<&'a M, ModelError> {
        if let Some(loaded) = model.get() {
            return Ok(loaded);
        }
        (self.check)(folder)?;
        let loaded = load()?;
        Ok(model.get_or_init(|| loaded))
    }

    /// Pictures as the matcher takes them: as the captioner read them where both read alike, else read from
    /// `pictures`, which `prepare` gives then.
    ///
    /// # Errors
    /// As [`Matcher::load`] and [`Matcher::encode_images`].
    pub fn tokens_to_match(
        &self,
        read: Option<&ImageTokens>,
        prepare: impl FnOnce(&ImagePreprocess) -> Vec<PixelTensor>,
    ) -> Result<ImageTokens, ModelError> {
        let matcher = self.matcher()?;
        match read {
            Some(tokens) if matcher.accepts(tokens) => Ok(tokens.clone()),
            _ => matcher.encode_images(&prepare(&matcher.preprocess())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use image::{Rgb, RgbImage};

    use super::*;
    use crate::{CaptionOptions, DevicePreference, MatchStart, select_device};

    fn describer(caption: &str, matching: &str) -> Describer {
        let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
        let device = select_device(DevicePreference::Cpu);
        Describer::new(goldens.join(caption), goldens.join(matching), device, |_| Ok(()))
    }

    fn has_one_tower(describer: &Describer) -> bool {
        let captioner = describer.captioner().unwrap();
        Arc::ptr_eq(captioner.image_tower(), describer.matcher().unwrap().image_tower())
    }

    #[test]
    fn an_equal_image_tower_stands_in_memory_once_whoever_comes_first() {
        let captioner_first = describer("blip_base", "blip_match_base");
        captioner_first.captioner().unwrap();
        assert!(has_one_tower(&captioner_first));
        let matcher_first = describer("blip_base", "blip_match_base");
        matcher_first.matcher().unwrap();
        assert!(has_one_tower(&matcher_first));
        assert!(!has_one_tower(&describer("blip_base", "blip_match_wide")));
    }

    #[test]
    fn a_picture_is_read_once_where_both_read_alike() {
        let picture = RgbImage::from_pixel(40, 40, Rgb([200, 30, 40]));
        let check = |matching: &str, is_read_again: bool| {
            let describer = describer("blip_base", matching);
            let captioner = describer.captioner().unwrap();
            let read = captioner.encode_images(&[captioner.preprocess().apply(&picture)]).unwrap();
            captioner.caption_tokens(&read, &CaptionOptions::default()).unwrap();
            let mut was_prepared = false;
            let tokens = describer.tokens_to_match(Some(&read), |preprocess| {
                was_prepared = true;
                vec![preprocess.apply(&picture)]
            });
            let matcher = describer.matcher().unwrap();
            matcher.match_probabilities(&tokens.unwrap(), &["red"], MatchStart::Cls).unwrap();
            assert_eq!(was_prepared, is_read_again, "{matching}");
        };
        check("blip_match_base", false);
        check("blip_match_wide", true);
    }

    #[test]
    fn what_is_not_asked_for_is_not_loaded() {
        let describer = describer("blip_base", "there_is_none");
        describer.captioner().unwrap();
        assert!(describer.matcher().is_err());
    }
}
