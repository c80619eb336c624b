//! Where in a picture the search model sees what a text says: through the last layer of the image tower, as the
//! method's authors use it for CLIP, or through the attention that gathers a picture from its patches (SigLIP).

use candle_core::{DType, Tensor};

use super::Clip;
use super::image::{ImageTower, Pool};
use super::pooling::AttentionPool;
use crate::heat::{HeatMap, Watched, attend_watched, layer_norm, linear, mlp_plus, split_heads};
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
        let (score, watched) = self.watched_score(picture, text)?;
        let grads = score.backward()?;
        let of_tokens: Vec<f32> = watched.of_keys(&grads)?.to_vec1()?;
        let first = match self.image.pool {
            Pool::ClassToken => 1,
            Pool::Attention(_) => 0,
        };
        Ok(HeatMap::of_patches(&of_tokens[first..]))
    }

    /// The cosine of a picture and a text as a tensor that remembers how it came to be, with the attention of what
    /// stands for the picture.
    fn watched_score(&self, picture: &PixelTensor, text: &[f32]) -> Result<(Tensor, Watched), ModelError> {
        let tower = &self.image;
        let (pooled, watched) = match &tower.pool {
            Pool::ClassToken => tower.watched_class_token(picture)?,
            Pool::Attention(pool) => {
                let tokens = tower.post_norm.forward(&tower.hidden_states(std::slice::from_ref(picture))?)?;
                pool.watched(&tokens.to_dtype(DType::F32)?, tower.eps)?
            }
        };
        let vector = match &tower.projection {
            Some(projection) => linear(projection, &pooled)?,
            None => pooled,
        };
        let vector = vector.flatten_all()?;
        let length = vector.sqr()?.sum_all()?.sqrt()?;
        let text = Tensor::from_slice(text, text.len(), vector.device())?;
        let score = (vector * text)?.sum_all()?.div(&length)?;
        Ok((score, watched))
    }
}

impl ImageTower {
    /// The class token after the last norm, `[1, 1, hidden]`, and its attention in the last layer.
    fn watched_class_token(&self, picture: &PixelTensor) -> Result<(Tensor, Watched), ModelError> {
        let (last, x) = self.encoder.before_last(self.embed(std::slice::from_ref(picture))?)?;
        let x = x.to_dtype(DType::F32)?;
        let qkv = linear(last.qkv, &layer_norm(last.norm1, self.eps, &x)?)?;
        let parts = split_heads(&qkv, 3, last.n_heads)?;
        // The class token alone goes on.
        let query = parts[0].narrow(2, 0, 1)?.contiguous()?;
        let (context, watched) = attend_watched(&query, &parts[1], &parts[2])?;
        let x = (linear(last.out, &context)? + x.narrow(1, 0, 1)?)?;
        let x = mlp_plus(last.mlp, &layer_norm(last.norm2, self.eps, &x)?, &x)?;
        Ok((layer_norm(&self.post_norm, self.eps, &x)?, watched))
    }
}

impl AttentionPool {
    /// [`AttentionPool::forward`] of one picture, `[1, 1, hidden]`, and the attention to its patches.
    fn watched(&self, tokens: &Tensor, eps: f64) -> Result<(Tensor, Watched), ModelError> {
        let parts = split_heads(&linear(&self.key_value, tokens)?, 2, self.n_heads)?;
        let query = self.query.to_dtype(DType::F32)?;
        let (context, watched) = attend_watched(&query, &parts[0], &parts[1])?;
        let x = linear(&self.out, &context)?;
        Ok((mlp_plus(&self.mlp, &layer_norm(&self.norm, eps, &x)?, &x)?, watched))
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
