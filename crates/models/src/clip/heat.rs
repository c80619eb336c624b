//! Where in a picture the search model sees what a text says: through the last layer of the image tower, as the
//! method's authors use it for CLIP, through the attention that gathers a picture from its patches (SigLIP), or through
//! the mean of all places (MobileCLIP).

use candle_core::Tensor;

use super::Clip;
use super::image::WatchedPicture;
use crate::heat::HeatMap;
use crate::{ModelError, PixelTensor};

impl Clip {
    /// Where in a prepared picture is what `text`, a vector of [`Clip::embed_texts`], says.
    ///
    /// # Errors
    /// A picture prepared for another model, a vector of another length, or arithmetic that failed.
    pub fn heat_map(&self, picture: &PixelTensor, text: &[f32]) -> Result<HeatMap, ModelError> {
        if text.len() != self.dim {
            let reason = format!("a text's vector has {} numbers, not {}", self.dim, text.len());
            return Err(ModelError::Compute { reason });
        }
        let (score, picture) = self.watched_score(picture, text)?;
        let gave: Vec<f32> = picture.watched.gave(&score.backward()?)?.to_vec1()?;
        Ok(HeatMap::of_patches(&gave[picture.n_before..]))
    }

    /// The cosine of a picture and a text as a tensor that remembers how it came to be, and what stands for the picture.
    fn watched_score(
        &self,
        picture: &PixelTensor,
        text: &[f32],
    ) -> Result<(Tensor, WatchedPicture), ModelError> {
        let picture = self.image.watched(picture)?;
        let vector = picture.vector.flatten_all()?;
        let length = vector.sqr()?.sum_all()?.sqrt()?;
        let text = Tensor::from_slice(text, text.len(), vector.device())?;
        let score = (vector * text)?.sum_all()?.div(&length)?;
        Ok((score, picture))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use image::{Rgb, RgbImage};

    use super::*;
    use crate::{DevicePreference, select_device};

    #[test]
    fn the_score_is_the_models_own_and_the_heat_lies_within_the_picture() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/clip");
        let clip = Clip::load(&folder, &select_device(DevicePreference::Cpu)).unwrap();
        let picture = RgbImage::from_fn(320, 240, |x, y| {
            let is_thing = (40..120).contains(&x) && (90..200).contains(&y);
            if is_thing { Rgb([200, 30, 40]) } else { Rgb([240, 240, 238]) }
        });
        let picture = clip.preprocess().apply(&picture);
        let text = clip.embed_texts(&["a red mug"]).unwrap().remove(0);
        let (score, _) = clip.watched_score(&picture, &text).unwrap();
        let own = clip.embed_images(std::slice::from_ref(&picture)).unwrap().remove(0);
        let cosine: f32 = own.iter().zip(&text).map(|(a, b)| a * b).sum();
        assert!((score.to_scalar::<f32>().unwrap() - cosine).abs() < 1e-4);
        let heat = clip.heat_map(&picture, &text).unwrap();
        assert_eq!(heat.cells.len(), heat.side * heat.side);
        assert!(heat.cells.iter().all(|cell| (0.0..=1.0).contains(cell)));
        assert!(heat.cells.contains(&1.0));
        assert!(clip.heat_map(&picture, &text[1..]).is_err());
    }
}
