//! Where in a picture BLIP's matcher (ITM) sees what a text says: through the cross-attention of every layer of its
//! text encoder.

use candle_core::{DType, Tensor};

use super::image::{self, ImageTokens};
use super::matcher::{MatchStart, Matcher};
use crate::ModelError;
use crate::bert::{Bert, CrossAttention, Layer, SelfAttention};
use crate::heat::{HeatMap, Watched, attend_watched, layer_norm, linear, mlp_plus, split_heads};

impl Matcher {
    /// Where in the first of these pictures is what a text says.
    ///
    /// # Errors
    /// No picture, tokens of another image tower, or arithmetic that failed.
    pub fn heat_map(&self, pictures: &ImageTokens, text: &str) -> Result<HeatMap, ModelError> {
        let (score, watched) = self.watched_score(pictures, text)?;
        let grads = score.backward()?;
        let mut sum: Option<Tensor> = None;
        for layer in &watched {
            let of_keys = layer.gave(&grads)?;
            sum = Some(match sum {
                Some(sum) => (sum + of_keys)?,
                None => of_keys,
            });
        }
        let of_tokens: Vec<f32> = match sum {
            Some(sum) => sum.to_vec1()?,
            None => vec![0.0],
        };
        // Without the class token.
        Ok(HeatMap::of_patches(&of_tokens[1..]))
    }

    /// By how much "matches" is more likely than "does not match", as a difference of logits, that remembers how
    /// it came to be; with the attention to the picture in each layer.
    fn watched_score(
        &self,
        pictures: &ImageTokens,
        text: &str,
    ) -> Result<(Tensor, Vec<Watched>), ModelError> {
        let encoded = self.image_tower().accept(pictures)?;
        let first = encoded
            .get(..1)
            .filter(|first| !first.is_empty())
            .ok_or_else(|| ModelError::Compute { reason: "there is no picture to look at".to_owned() })?;
        let tokens = image::stack(first)?.to_dtype(DType::F32)?;
        let bert = self.text_encoder().bert();
        let ids = self.text_ids(text, MatchStart::Cls)?;
        let mut x = bert.embed(&ids, 1, 0)?.to_dtype(DType::F32)?;
        let mut watched = Vec::with_capacity(bert.layers.len());
        for layer in &bert.layers {
            let (next, attention) = layer_forward(bert, layer, &x, &tokens)?;
            x = next;
            watched.push(attention);
        }
        let logits = linear(self.itm_head(), &x.narrow(1, 0, 1)?)?.flatten_all()?;
        let score = (logits.get(1)? - logits.get(0)?)?;
        Ok((score, watched))
    }
}

fn layer_forward(
    bert: &Bert,
    layer: &Layer,
    x: &Tensor,
    tokens: &Tensor,
) -> Result<(Tensor, Watched), ModelError> {
    let SelfAttention { qkv, out, norm, n_heads } = &layer.self_attention;
    let parts = split_heads(&linear(qkv, x)?, 3, *n_heads)?;
    let (context, _) = attend_watched(&parts[0], &parts[1], &parts[2])?;
    let x = layer_norm(norm, bert.eps, &(linear(out, &context)? + x)?)?;

    let Some(CrossAttention { query, key_value, out, norm, n_heads }) = &layer.cross_attention else {
        return Err(ModelError::Compute { reason: "the layer does not look at pictures".to_owned() });
    };
    let query = split_heads(&linear(query, &x)?, 1, *n_heads)?;
    let keys_values = split_heads(&linear(key_value, tokens)?, 2, *n_heads)?;
    let (context, watched) = attend_watched(&query[0], &keys_values[0], &keys_values[1])?;
    let x = layer_norm(norm, bert.eps, &(linear(out, &context)? + x)?)?;
    Ok((layer_norm(&layer.norm, bert.eps, &mlp_plus(&layer.mlp, &x, &x)?)?, watched))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use ::image::{Rgb, RgbImage};

    use super::*;
    use crate::{DevicePreference, select_device};

    fn matcher() -> Matcher {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/match");
        Matcher::load(&folder, &select_device(DevicePreference::Cpu)).unwrap()
    }

    /// A red block on the left or on the right of white.
    fn picture(is_left: bool) -> RgbImage {
        RgbImage::from_fn(320, 320, |x, y| {
            let x = if is_left { x } else { 319 - x };
            let is_thing = (30..130).contains(&x) && (110..210).contains(&y);
            if is_thing { Rgb([200, 30, 40]) } else { Rgb([243, 242, 240]) }
        })
    }

    #[test]
    fn the_score_is_the_models_own() {
        let matcher = matcher();
        let pixels = matcher.preprocess().apply(&picture(true));
        let tokens = matcher.encode_images(&[pixels]).unwrap();
        for text in ["a red mug", "a pair of black leather boots on a wooden floor", ""] {
            let (score, _) = matcher.watched_score(&tokens, text).unwrap();
            let logits = matcher.match_logits(&tokens, &[text], MatchStart::Cls).unwrap()[0][0];
            let (found, own) = (score.to_scalar::<f32>().unwrap(), logits[1] - logits[0]);
            assert!((found - own).abs() < 1e-3, "{text}: {found} against {own}");
        }
    }

    #[test]
    fn the_heat_lies_where_the_thing_is() {
        let matcher = matcher();
        for is_left in [true, false] {
            let pixels = matcher.preprocess().apply(&picture(is_left));
            let tokens = matcher.encode_images(&[pixels]).unwrap();
            let heat = matcher.heat_map(&tokens, "a red mug").unwrap();
            assert_eq!(heat.cells.len(), heat.side * heat.side);
            let half = |left: bool| -> f32 {
                let cells = heat.cells.iter().enumerate();
                cells.filter(|(at, _)| (at % heat.side < heat.side / 2) == left).map(|(_, cell)| cell).sum()
            };
            assert!(half(is_left) > half(!is_left), "{:?}", heat.cells);
        }
        let none = matcher.encode_images(&[]).unwrap();
        assert!(matcher.heat_map(&none, "a red mug").is_err());
    }
}
