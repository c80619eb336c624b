//! The captioner and the matcher of one pack, for one thread.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

use super::captioner::Captioner;
use super::image::ImageTokens;
use super::matcher::{MatchStart, Matcher};
use super::token_cache::TokenCache;
use crate::heat::HeatMap;
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
    tokens: RefCell<TokenCache>,
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
        let tokens = RefCell::default();
        Self { caption, matching, device, check: Box::new(check), captioner, matcher, tokens }
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

    /// Which of these pictures, by keys of the caller's, were read before and are remembered.
    #[must_use]
    pub fn remembers(&self, keys: &[u64]) -> Vec<bool> {
        let tokens = self.tokens.borrow();
        keys.iter().map(|key| tokens.has(*key)).collect()
    }

    /// Pictures as the matcher takes them, remembered under the caller's keys; those without pixels must be
    /// remembered.
    fn read(&self, pictures: &[(u64, Option<PixelTensor>)]) -> Result<Vec<Option<ImageTokens>>, ModelError> {
        let matcher = self.matcher()?;
        let mut tokens = self.tokens.borrow_mut();
        let read = |(key, pixels): &(u64, Option<PixelTensor>)| {
            if let Some(known) = tokens.get(*key).filter(|known| matcher.accepts(known)) {
                return Ok(Some(known));
            }
            let Some(pixels) = pixels else { return Ok(None) };
            let read = matcher.encode_images(std::slice::from_ref(pixels))?;
            tokens.put(*key, read.clone());
            Ok(Some(read))
        };
        pictures.iter().map(read).collect()
    }

    /// ITM: by how much "matches" is more likely than "does not match" of each picture and a text, as a difference
    /// of logits. `None` for a picture that came without pixels and is not remembered.
    ///
    /// # Errors
    /// As [`Matcher::load`] and [`Matcher::match_logits`].
    pub fn match_log_odds(
        &self,
        pictures: &[(u64, Option<PixelTensor>)],
        text: &str,
    ) -> Result<Vec<Option<f32>>, ModelError> {
        let matcher = self.matcher()?;
        let odds = |tokens: Option<ImageTokens>| {
            let Some(tokens) = tokens else { return Ok(None) };
            let logits = matcher.match_logits(&tokens, &[text], MatchStart::Cls)?;
            Ok(logits.first().and_then(|texts| texts.first()).map(|[no, yes]| yes - no))
        };
        self.read(pictures)?.into_iter().map(odds).collect()
    }

    /// ITM of one picture and several texts, which take less time together than one after another: a difference of
    /// logits each, as in [`Describer::match_log_odds`]. `None` for a picture that came without pixels and is not
    /// remembered.
    ///
    /// # Errors
    /// As [`Matcher::load`] and [`Matcher::match_logits`].
    pub fn match_log_odds_of(
        &self,
        picture: (u64, Option<PixelTensor>),
        texts: &[&str],
    ) -> Result<Option<Vec<f32>>, ModelError> {
        let matcher = self.matcher()?;
        let Some(tokens) = self.read(&[picture])?.pop().flatten() else { return Ok(None) };
        let logits = matcher.match_logits(&tokens, texts, MatchStart::Cls)?.pop().unwrap_or_default();
        Ok(Some(logits.into_iter().map(|[no, yes]| yes - no).collect()))
    }

    /// Where in a picture the matcher sees what a text says; `key` and pixels as in
    /// [`Describer::match_log_odds`].
    ///
    /// # Errors
    /// As [`Matcher::load`] and [`Matcher::heat_map`].
    pub fn heat_map(&self, key: u64, pixels: PixelTensor, text: &str) -> Result<HeatMap, ModelError> {
        let matcher = self.matcher()?;
        let read = self.read(&[(key, Some(pixels))])?.pop().flatten();
        let none = || ModelError::Compute { reason: "there is no picture to look at".to_owned() };
        matcher.heat_map(&read.ok_or_else(none)?, text)
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
    fn texts_are_scored_together_as_they_are_alone() {
        let describer = describer("blip_base", "blip_match_base");
        let matcher = describer.matcher().unwrap();
        let picture = matcher.preprocess().apply(&RgbImage::from_pixel(40, 40, Rgb([200, 30, 40])));
        let texts = ["a red mug", "a picture of a blue striped shirt with a white handle", ""];
        assert_eq!(describer.match_log_odds_of((1, None), &texts).unwrap(), None);
        let together = describer.match_log_odds_of((1, Some(picture)), &texts).unwrap().unwrap();
        assert_eq!(together.len(), texts.len());
        for (text, together) in texts.iter().zip(together) {
            let alone = describer.match_log_odds(&[(1, None)], text).unwrap()[0].unwrap();
            assert!((alone - together).abs() < 1e-4, "{text}: {alone} {together}");
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_loaded() {
        let describer = describer("blip_base", "there_is_none");
        describer.captioner().unwrap();
        assert!(describer.matcher().is_err());
    }
}
