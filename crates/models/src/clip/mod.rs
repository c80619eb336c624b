//! The search model: pictures and texts as vectors of one space, in which a cosine says how well they belong together.
//! CLIP (Radford et al. 2021, <https://arxiv.org/abs/2103.00020>) and what came after it.
//!
//! In: prepared pictures ([`crate::ImagePreprocess`]) or texts. Out: vectors of length 1.
//!
//! Which family a folder's model is of, and how its weights are called, is said in `families/`; activations, sizes,
//! epsilons and end tokens come from the folder's files.

mod continuation;
mod families;
mod heat;
mod image;
mod text;

use std::path::Path;

use candle_core::{D, DType, Device, Tensor};

pub(crate) use self::continuation::TextPrefix;
use self::families::Layout;
use self::image::ImageTower;
use self::text::{TextSizes, TextTower};
use crate::batching::BatchSize;
use crate::memory::Needs;
use crate::tokenizer::TextTokenizer;
use crate::weights::Weights;
use crate::{
    Calibration, DevicePreference, ImagePreprocess, ModelDevice, ModelError, PixelTensor, ScoreRange, memory,
    select_device,
};

/// Pictures that go through the model together; more would only take more memory.
const IMAGE_BATCH: usize = 16;
/// Texts that go through the model together.
const TEXT_BATCH: usize = 64;

/// A loaded search model.
pub struct Clip {
    preprocess: ImagePreprocess,
    image: Box<dyn ImageTower>,
    text: Box<dyn TextTower>,
    dim: usize,
    logit_scale: f32,
    image_batch: BatchSize,
    text_batch: BatchSize,
    device: Device,
}

impl Clip {
    /// Loads a model of any family that `clip/families` knows from a folder in its own layout.
    ///
    /// # Errors
    /// A file that is missing, unreadable or does not fit the others; the error names it.
    pub fn load(folder: &Path, device: &ModelDevice) -> Result<Self, ModelError> {
        let layout = Layout::of_folder(folder)?;
        let preprocess = layout.preprocess(folder)?;
        let tokenizer = TextTokenizer::load_cleaning(folder, layout.vocabulary, layout.cleaning)?;
        let weights = Weights::open_named(folder, layout.weights, device)?;
        let device = &device.device;
        let scale = layout.scale;
        let logit_scale =
            if weights.contains(scale.name) { weights.number(scale.name)? } else { scale.initial };
        let clip = Self {
            preprocess,
            image: layout.image.load(&weights, layout.dim, device)?,
            text: layout.text.load(&weights, layout.dim, tokenizer, device)?,
            dim: layout.dim,
            logit_scale: logit_scale.exp(),
            image_batch: BatchSize::new(IMAGE_BATCH),
            text_batch: BatchSize::new(TEXT_BATCH),
            device: device.clone(),
        };
        weights.keep_layers();
        Ok(clip)
    }

    /// Length of the vectors.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// What the model multiplies cosines with before a softmax over texts: the exponential of the
    /// checkpoint's learned `logit_scale`, about 100 for the released ones (Radford et al. 2021, 2.3).
    #[must_use]
    pub fn logit_scale(&self) -> f32 {
        self.logit_scale
    }

    /// How pictures are prepared for this model.
    #[must_use]
    pub fn preprocess(&self) -> ImagePreprocess {
        self.preprocess.clone()
    }

    /// One vector of length 1 for each picture, `[dim]`, in the order given.
    ///
    /// # Errors
    /// A picture prepared for another model, or arithmetic that failed.
    pub fn embed_images(&self, pictures: &[PixelTensor]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.image_batch.run_in_parts(&self.device, pictures, |batch| normalised(&self.image.forward(batch)?))
    }

    /// One vector of length 1 for each text, `[dim]`, in the order given. The empty text has one too.
    /// Texts beyond the model's length (77 tokens for most) are cut.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn embed_texts(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let ids = texts.iter().map(|text| self.text.token_ids(text)).collect::<Result<Vec<_>, _>>()?;
        // Texts of like length together: a batch costs as much as its longest.
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|&i| ids[i].len());
        let sorted = self.text_batch.run(&order, |batch| {
            let batch_ids: Vec<Vec<u32>> = batch.iter().map(|&i| ids[i].clone()).collect();
            normalised(&self.text.forward(&batch_ids)?)
        })?;
        let mut vectors = vec![Vec::new(); ids.len()];
        for (i, vector) in order.into_iter().zip(sorted) {
            vectors[i] = vector;
        }
        Ok(vectors)
    }

    /// The token ids of a text as the model reads it: start, words, end.
    ///
    /// # Errors
    /// A tokenizer that fails on this text.
    pub fn token_ids(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        self.text.token_ids(text)
    }

    /// Into how many pieces the vocabulary cuts a text.
    ///
    /// # Errors
    /// A tokenizer that fails on this text.
    pub fn n_pieces(&self, text: &str) -> Result<usize, ModelError> {
        self.text.n_pieces(text)
    }

    /// Texts longer than this many tokens, start and end included, are cut.
    #[must_use]
    pub fn max_tokens(&self) -> usize {
        self.text.max_tokens()
    }

    /// What the image tower's last layer holds for every place of a picture, before any norm:
    /// `[tokens][hidden]`, a class token first where there is one. For region-wise use and for comparison with
    /// transformers' `vision_model(...).hidden_states`.
    ///
    /// # Errors
    /// As [`Clip::embed_images`].
    pub fn image_hidden_states(&self, picture: &PixelTensor) -> Result<Vec<Vec<f32>>, ModelError> {
        let x = self.image.hidden_states(std::slice::from_ref(picture))?;
        Ok(x.squeeze(0)?.to_dtype(DType::F32)?.to_vec2()?)
    }
}

/// What a folder holds, if it is a search model of a family that is known: how its summary calls the family, how its
/// weights are called, and what memory they need; see [`memory`].
pub(crate) fn summary(folder: &Path) -> Result<Option<Outline>, ModelError> {
    if !Layout::is_in(folder) {
        return Ok(None);
    }
    let Layout { image, text, weights, name, .. } = Layout::of_folder(folder)?;
    let TextSizes { encoder, vocab_size, max_tokens } = text.sizes();
    let needs = Needs {
        n_looked_up: (vocab_size * encoder.hidden) as u64,
        n_working: image.n_working(IMAGE_BATCH).max(memory::tower(TEXT_BATCH, max_tokens, encoder)),
    };
    Ok(Some(Outline { name, weights, needs }))
}

/// How the cosines of a folder's search model usually read. A model that was trained with a sigmoid says itself from
/// which cosine on a picture and a text rather belong together than not (Zhai et al. 2023, section 3.2); of others
/// those of OpenAI's CLIP are taken.
pub(crate) fn usual_calibration(folder: &Path) -> Result<Calibration, ModelError> {
    let mut usual = Calibration::default();
    let layout = Layout::of_folder(folder)?;
    let weights = Weights::open_named(folder, layout.weights, &select_device(DevicePreference::Cpu))?;
    if !(weights.contains(LOGIT_BIAS) && weights.contains(layout.scale.name)) {
        return Ok(usual);
    }
    let (scale, bias) = (weights.number(layout.scale.name)?.exp(), weights.number(LOGIT_BIAS)?);
    if !(scale.is_normal() && bias.is_finite()) {
        return Ok(usual);
    }
    let cosine = |logit: f32| (logit - bias) / scale;
    // One in thousands belongs together in training, so most pairs lie far below the even one.
    usual.text = ScoreRange { unrelated: cosine(-10.0), sure: cosine(3.0) };
    usual.fused.look.mean = cosine(-11.0);
    usual.fused.look.spread = 3.5 / scale;
    Ok(usual)
}

/// Whether a folder's search model is read from `tokenizer_config.json` too: what is said there of padding.
pub(crate) fn reads_tokenizer_config(folder: &Path) -> bool {
    Layout::is_in(folder)
        && Layout::of_folder(folder).is_ok_and(|layout| layout.text.asks_tokenizer_for_padding())
}

/// What models that were trained with a sigmoid add to their logits.
const LOGIT_BIAS: &str = "logit_bias";

/// A search model, told without its weights.
pub(crate) struct Outline {
    pub(crate) name: &'static str,
    pub(crate) weights: &'static [&'static str],
    pub(crate) needs: Needs,
}

/// Rows of length 1, in f32 whatever the model computes in.
pub(crate) fn normalised(rows: &Tensor) -> Result<Vec<Vec<f32>>, ModelError> {
    let rows = rows.to_dtype(DType::F32)?;
    let norms = rows.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
    Ok(rows.broadcast_div(&norms)?.to_vec2()?)
}
