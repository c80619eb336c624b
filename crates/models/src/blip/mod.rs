//! BLIP's captioner (Li et al. 2022, <https://arxiv.org/abs/2201.12086>): a picture to a sentence.
//!
//! In: prepared pictures ([`crate::ImagePreprocess`]). Out: captions with their token ids and how sure the
//! model is of them.
//!
//! The files are those of transformers' `BlipForConditionalGeneration`, and the ids equal those of its
//! `generate`: the sequence starts with `bos_token_id` (`[DEC]`) and the prompt's words, and ends with
//! `sep_token_id`. Pictures of a batch do not influence each other; one that is finished leaves the batch.

mod config;
mod decoder;
mod search;

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::{LayerNorm, Module};

use self::config::BlipConfig;
use self::decoder::Decoder;
use self::search::Sequence;
use crate::encoder::{Encoder, Naming};
use crate::patches::{PatchConfig, PatchEmbedding};
use crate::pixels::Defaults;
use crate::tokenizer::{TextTokenizer, Vocabulary};
use crate::weights::Weights;
use crate::{ImagePreprocess, ModelDevice, ModelError, PixelTensor, summary};

/// Pictures that are described together; their keys and values take 42 MB each in the base model.
const BATCH: usize = 8;
/// More hypotheses than this make no better captions.
const MAX_BEAM_WIDTH: usize = 16;

/// How the words of a caption are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decoding {
    /// The most likely token, each time: fastest.
    Greedy,
    /// The most likely of several sequences that are followed side by side.
    Beam {
        /// Sequences followed, 1 to 16; BLIP's authors use 3.
        width: usize,
        /// A finished sequence scores its log-probability divided by its length to this power; 1 is usual.
        length_penalty: f32,
    },
}

/// How captions are made. Lengths count tokens, the start token and the prompt included, as in
/// transformers' `generate`.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptionOptions {
    /// How words are chosen.
    pub decoding: Decoding,
    /// No caption ends before.
    pub min_length: usize,
    /// Every caption ends here at the latest.
    pub max_length: usize,
    /// Words that the caption starts with, such as "a picture of".
    pub prompt: Option<String>,
}

impl Default for CaptionOptions {
    /// Beam 3, 5 to 20 tokens, as BLIP's authors caption.
    fn default() -> Self {
        let decoding = Decoding::Beam { width: 3, length_penalty: 1.0 };
        Self { decoding, min_length: 5, max_length: 20, prompt: None }
    }
}

/// A description that a model made.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// The words, with those of the prompt.
    pub text: String,
    /// From the start token to the end token (absent where `max_length` cut the caption).
    pub token_ids: Vec<u32>,
    /// Mean natural logarithm of the probability of the tokens after the prompt: 0 is certain.
    pub mean_log_prob: f32,
}

/// What a sequence must keep to.
#[derive(Debug, Clone, Copy)]
struct SearchLimits {
    end: u32,
    min_length: usize,
    max_length: usize,
}

/// A loaded BLIP captioner.
pub struct Captioner {
    preprocess: ImagePreprocess,
    image: ImageTower,
    decoder: Decoder,
    tokenizer: TextTokenizer,
    start: u32,
    end: u32,
    max_positions: usize,
    vocab_size: usize,
    device: Device,
}

struct ImageTower {
    patches: PatchEmbedding,
    encoder: Encoder,
    norm: LayerNorm,
}

impl Captioner {
    /// Loads a `BlipForConditionalGeneration` from a folder in the Hugging Face layout.
    ///
    /// # Errors
    /// A file that is missing, unreadable or does not fit the others; the error names it.
    pub fn load(folder: &Path, device: &ModelDevice) -> Result<Self, ModelError> {
        const KIND: &str = "BlipForConditionalGeneration";
        let path = folder.join("config.json");
        summary::require_architecture(&path, &[KIND], KIND)?;
        let config = BlipConfig::load(&path)?;
        let in_config = |reason: String| ModelError::config(&path, reason);
        let side = config.vision_config.image_size.get().map_err(in_config)?;
        let patch = config.vision_config.patch_size.get().map_err(in_config)?;
        let preprocess = ImagePreprocess::load(folder, Defaults::Blip, side)?;
        let tokenizer = TextTokenizer::load(folder, Vocabulary::BertWordPiece)?;
        let text = &config.text_config;
        if tokenizer.n_ids() > text.vocab_size {
            return Err(tokenizer.error("it has more entries than config.json's vocab_size"));
        }

        let weights = Weights::open(folder, device)?;
        let device = &device.device;
        let encoder = config.vision_config.encoder().map_err(in_config)?;
        let h = encoder.hidden;
        let patches = PatchConfig { hidden: h, side, patch };
        let image = ImageTower {
            patches: PatchEmbedding::load_blip(&weights, "vision_model.embeddings", &patches, device)?,
            encoder: Encoder::load(&weights, "vision_model.encoder", &encoder, Naming::Blip)?,
            norm: weights.layer_norm("vision_model.post_layernorm", h, encoder.eps)?,
        };
        Ok(Self {
            preprocess,
            image,
            decoder: Decoder::load(&weights, text, h, device)?,
            tokenizer,
            start: text.bos_token_id,
            end: text.sep_token_id,
            max_positions: text.max_position_embeddings,
            vocab_size: text.vocab_size,
            device: device.clone(),
        })
    }

    /// How pictures are prepared for this model.
    #[must_use]
    pub fn preprocess(&self) -> ImagePreprocess {
        self.preprocess.clone()
    }

    /// One caption for each picture, in the order given.
    ///
    /// # Errors
    /// A picture prepared for another model, a prompt that leaves no room, or arithmetic that failed.
    pub fn caption(
        &self,
        pictures: &[PixelTensor],
        options: &CaptionOptions,
    ) -> Result<Vec<Caption>, ModelError> {
        let prompt = self.prompt_ids(options.prompt.as_deref())?;
        let max_length = options.max_length.min(self.max_positions);
        if prompt.len() >= max_length {
            return Err(ModelError::PromptTooLong {
                n_tokens: prompt.len(),
                max_tokens: max_length.saturating_sub(1),
            });
        }
        let limits = SearchLimits { end: self.end, min_length: options.min_length, max_length };
        let decoding = match options.decoding {
            Decoding::Greedy => Decoding::Greedy,
            Decoding::Beam { width, length_penalty } => {
                let width = width.clamp(1, MAX_BEAM_WIDTH.min(self.vocab_size / 4));
                Decoding::Beam { width, length_penalty }
            }
        };
        let mut captions = Vec::with_capacity(pictures.len());
        for batch in pictures.chunks(BATCH) {
            let sequences = self.generate(batch, &prompt, decoding, limits)?;
            for sequence in sequences {
                captions.push(self.to_caption(sequence, prompt.len())?);
            }
        }
        Ok(captions)
    }

    /// Logits of every next token of a given text, `[ids][vocabulary]`; `ids` from the start token on.
    /// For scoring a text against a picture.
    ///
    /// # Errors
    /// As [`Captioner::caption`].
    pub fn logits(&self, picture: &PixelTensor, ids: &[u32]) -> Result<Vec<Vec<f32>>, ModelError> {
        if ids.is_empty() || ids.len() > self.max_positions {
            return Err(ModelError::PromptTooLong { n_tokens: ids.len(), max_tokens: self.max_positions });
        }
        let tokens = self.image.forward(std::slice::from_ref(picture))?;
        let logits = self.decoder.all_logits(ids, 1, &mut self.decoder.start(&tokens)?)?;
        Ok(logits.squeeze(0)?.to_vec2()?)
    }

    /// What the image tower says of each token of a picture, `[1 + patches][hidden]`, the class token
    /// first: what the decoder attends to.
    ///
    /// # Errors
    /// As [`Captioner::caption`].
    pub fn image_tokens(&self, picture: &PixelTensor) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(self.image.forward(std::slice::from_ref(picture))?.squeeze(0)?.to_dtype(DType::F32)?.to_vec2()?)
    }

    /// The start token and the words of the prompt.
    ///
    /// # Errors
    /// A tokenizer that fails on this text.
    pub fn prompt_ids(&self, prompt: Option<&str>) -> Result<Vec<u32>, ModelError> {
        let mut ids = vec![self.start];
        ids.extend(self.tokenizer.encode(prompt.unwrap_or_default(), false)?);
        Ok(ids)
    }

    fn generate(
        &self,
        pictures: &[PixelTensor],
        prompt: &[u32],
        decoding: Decoding,
        limits: SearchLimits,
    ) -> Result<Vec<Sequence>, ModelError> {
        let mut cache = self.decoder.start(&self.image.forward(pictures)?)?;
        let mut searches: Vec<_> = pictures.iter().map(|_| search::new(decoding, prompt, limits)).collect();
        // Pictures whose caption is not finished, in the order of the cache.
        let mut active: Vec<usize> = (0..pictures.len()).collect();
        let mut logits = self.decoder.next_logits(&prompt.repeat(active.len()), active.len(), &mut cache)?;
        loop {
            let rows: Vec<Vec<f32>> = logits.to_vec2()?;
            let per_picture = rows.len() / active.len();
            let (mut parents, mut going_on, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
            for ((slot, &picture), rows) in (0_u32..).zip(&active).zip(rows.chunks(per_picture)) {
                let search = &mut searches[picture];
                let mut log_probs: Vec<_> = rows.iter().map(|row| search::log_softmax(row)).collect();
                let grown_from = search.advance(&mut log_probs);
                if !search.is_done() {
                    parents.extend(grown_from.into_iter().map(|row| slot * per_picture as u32 + row as u32));
                    going_on.push(slot);
                    tokens.extend(search.last_tokens());
                }
            }
            if going_on.is_empty() {
                return Ok(searches.into_iter().map(|search| search.into_best()).collect());
            }
            cache.select(&parents, &going_on, &self.device)?;
            active = going_on.into_iter().map(|slot| active[slot as usize]).collect();
            logits = self.decoder.next_logits(&tokens, tokens.len(), &mut cache)?;
        }
    }

    fn to_caption(&self, sequence: Sequence, n_prompt: usize) -> Result<Caption, ModelError> {
        let words: Vec<u32> =
            sequence.ids.iter().copied().filter(|&id| id != self.start && id != self.end).collect();
        let text = self.tokenizer.decode(&words)?.trim().to_owned();
        let n_generated = sequence.ids.len().saturating_sub(n_prompt).max(1) as f32;
        Ok(Caption { text, token_ids: sequence.ids, mean_log_prob: sequence.log_prob / n_generated })
    }
}

impl ImageTower {
    /// `[batch, 1 + patches, hidden]`.
    fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let x = self.encoder.forward(self.patches.forward(pictures)?, None)?;
        Ok(self.norm.forward(&x)?)
    }
}
