//! BLIP's captioner: a picture to a sentence.
//!
//! In: prepared pictures ([`crate::ImagePreprocess`]) or their [`ImageTokens`]. Out: captions with their
//! token ids and how sure the model is of them.
//!
//! The files are those of transformers' `BlipForConditionalGeneration`, and the ids equal those of its
//! `generate`: the sequence starts with `bos_token_id` (`[DEC]`) and the prompt's words, and ends with
//! `sep_token_id`. Pictures of a batch do not influence each other; one that is finished leaves the batch.

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device};

use super::config::BlipConfig;
use super::decoder::Decoder;
use super::generation;
use super::image::{self, EncodedPicture, ImageTokens, ImageTower};
use super::matcher::Matcher;
use super::nucleus::Rules;
use super::options::{Caption, CaptionOptions, Decoding, SearchLimits};
use super::search::{self, Sequence};
use crate::batching::BatchSize;
use crate::pixels::Defaults;
use crate::tokenizer::{TextTokenizer, Vocabulary};
use crate::weights::Weights;
use crate::{ImagePreprocess, ModelDevice, ModelError, PixelTensor, summary};

/// Pictures that are described together; their keys and values take 42 MB each in the base model, and half of that where
/// its layers have fewer bits than f32.
pub(super) const BATCH: usize = 8;

/// A loaded BLIP captioner.
pub struct Captioner {
    image: Arc<ImageTower>,
    decoder: Decoder,
    tokenizer: TextTokenizer,
    start: u32,
    end: u32,
    max_positions: usize,
    vocab_size: usize,
    options: CaptionOptions,
    device: Device,
    batch: BatchSize,
}

/// What is the same for every picture of a call.
struct Plan {
    prompt: Vec<u32>,
    decoding: Decoding,
    limits: SearchLimits,
}

impl Captioner {
    /// Loads a `BlipForConditionalGeneration` from a folder in the Hugging Face layout.
    ///
    /// # Errors
    /// A file that is missing, unreadable or does not fit the others; the error names it.
    pub fn load(folder: &Path, device: &ModelDevice) -> Result<Self, ModelError> {
        Self::load_beside(folder, device, None)
    }

    /// As [`Captioner::load`]; holds no image tower of its own where the matcher's is the same, bit by bit.
    ///
    /// # Errors
    /// As [`Captioner::load`].
    pub fn load_beside(
        folder: &Path,
        device: &ModelDevice,
        matcher: Option<&Matcher>,
    ) -> Result<Self, ModelError> {
        const KIND: &str = "BlipForConditionalGeneration";
        let path = folder.join("config.json");
        summary::require_architecture(&path, &[KIND], KIND)?;
        let config = BlipConfig::load(&path)?;
        let preprocess = Self::preprocess_of(folder)?;
        let tokenizer = TextTokenizer::load(folder, Vocabulary::BertWordPiece)?;
        let text = &config.text_config;
        if tokenizer.n_ids() > text.vocab_size {
            return Err(tokenizer.error("it has more entries than config.json's vocab_size"));
        }

        let options = generation::load(folder)?;
        let weights = Weights::open(folder, device)?;
        let beside = matcher.map(Matcher::image_tower);
        let image = ImageTower::load(folder, &weights, &config.vision_config, preprocess, device, beside)?;
        let device = &device.device;
        let decoder = Decoder::load(&weights, text, image.hidden(), device)?;
        weights.keep_layers();
        Ok(Self {
            decoder,
            image,
            tokenizer,
            start: text.bos_token_id,
            end: text.sep_token_id,
            max_positions: text.max_position_embeddings,
            vocab_size: text.vocab_size,
            options,
            device: device.clone(),
            batch: BatchSize::new(BATCH),
        })
    }

    /// How pictures are prepared for the model in a folder, which is not loaded.
    ///
    /// # Errors
    /// As [`Captioner::load`], of the files that say so.
    pub fn preprocess_of(folder: &Path) -> Result<ImagePreprocess, ModelError> {
        let path = folder.join("config.json");
        let side = BlipConfig::load(&path)?.vision_config.image_size.get();
        ImagePreprocess::load(
            folder,
            Defaults::Blip,
            side.map_err(|reason| ModelError::config(&path, reason))?,
        )
    }

    /// How pictures are prepared for this model.
    #[must_use]
    pub fn preprocess(&self) -> ImagePreprocess {
        self.image.preprocess().clone()
    }

    /// How this model's captions are best made: what its `generation_config.json` states, else
    /// [`CaptionOptions::default`].
    #[must_use]
    pub fn usual_options(&self) -> CaptionOptions {
        self.options.clone()
    }

    /// Reads pictures: the first half of a caption, to be shared with what else asks about them.
    ///
    /// # Errors
    /// A picture prepared for another model, or arithmetic that failed.
    pub fn encode_images(&self, pictures: &[PixelTensor]) -> Result<ImageTokens, ModelError> {
        self.image.encode(pictures)
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
        let plan = self.plan(options)?;
        // Batch by batch, so that the tokens of many pictures never lie in memory together.
        self.batch
            .run(pictures, |batch| self.caption_batch(self.image.accept(&self.encode_images(batch)?)?, &plan))
    }

    /// As [`Captioner::caption`], of pictures that are read already: by this model, or by one whose image
    /// tower is the same ([`crate::Matcher::shares_image_tower`]).
    ///
    /// # Errors
    /// Tokens of another image tower, a prompt that leaves no room, or arithmetic that failed.
    pub fn caption_tokens(
        &self,
        pictures: &ImageTokens,
        options: &CaptionOptions,
    ) -> Result<Vec<Caption>, ModelError> {
        let plan = self.plan(options)?;
        self.batch.run(self.image.accept(pictures)?, |batch| self.caption_batch(batch, &plan))
    }

    /// The tokens that nucleus sampling chooses from after `ids` (from the start token on) and their
    /// probabilities, the most likely first. Empty for other ways of decoding.
    ///
    /// # Errors
    /// As [`Captioner::logits`].
    pub fn nucleus(
        &self,
        picture: &PixelTensor,
        ids: &[u32],
        options: &CaptionOptions,
    ) -> Result<Vec<(u32, f32)>, ModelError> {
        let limits = self.limits(options);
        let logits = self.logits(picture, ids)?;
        let Decoding::Nucleus { top_p, top_k, repetition_penalty, temperature, .. } =
            options.decoding.bounded(self.vocab_size)
        else {
            return Ok(Vec::new());
        };
        let rules = Rules { top_p, top_k, repetition_penalty, temperature };
        Ok(logits.last().map_or_else(Vec::new, |logits| rules.choices(logits, ids, limits)))
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
        let tokens = self.encode_images(std::slice::from_ref(picture))?;
        let tokens = image::stack(self.image.accept(&tokens)?)?;
        let logits = self.decoder.all_logits(ids, 1, &mut self.decoder.start(&tokens)?)?;
        Ok(logits.squeeze(0)?.to_vec2()?)
    }

    /// What the image tower says of each token of a picture, `[1 + patches][hidden]`, the class token
    /// first: what the decoder attends to.
    ///
    /// # Errors
    /// As [`Captioner::caption`].
    pub fn image_tokens(&self, picture: &PixelTensor) -> Result<Vec<Vec<f32>>, ModelError> {
        let tokens = self.encode_images(std::slice::from_ref(picture))?;
        let tokens = image::stack(self.image.accept(&tokens)?)?;
        Ok(tokens.squeeze(0)?.to_dtype(DType::F32)?.to_vec2()?)
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

    /// For what other models of the family ask.
    pub(super) fn image_tower(&self) -> &Arc<ImageTower> {
        &self.image
    }

    fn limits(&self, options: &CaptionOptions) -> SearchLimits {
        let max_length = options.max_length.min(self.max_positions);
        SearchLimits { end: self.end, min_length: options.min_length, max_length }
    }

    fn plan(&self, options: &CaptionOptions) -> Result<Plan, ModelError> {
        let prompt = self.prompt_ids(options.prompt.as_deref())?;
        let limits = self.limits(options);
        if prompt.len() >= limits.max_length {
            return Err(ModelError::PromptTooLong {
                n_tokens: prompt.len(),
                max_tokens: limits.max_length.saturating_sub(1),
            });
        }
        Ok(Plan { prompt, decoding: options.decoding.bounded(self.vocab_size), limits })
    }

    fn caption_batch(&self, pictures: &[EncodedPicture], plan: &Plan) -> Result<Vec<Caption>, ModelError> {
        let sequences = self.generate(pictures, plan)?;
        sequences.into_iter().map(|sequence| self.to_caption(sequence, plan.prompt.len())).collect()
    }

    fn generate(&self, pictures: &[EncodedPicture], plan: &Plan) -> Result<Vec<Sequence>, ModelError> {
        let Plan { prompt, decoding, limits } = plan;
        let mut cache = self.decoder.start(&image::stack(pictures)?)?;
        let mut searches: Vec<_> =
            pictures.iter().map(|picture| search::new(*decoding, prompt, *limits, &picture.digest)).collect();
        // Pictures whose caption is not finished, in the order of the cache.
        let mut active: Vec<usize> = (0..pictures.len()).collect();
        let mut logits = self.decoder.next_logits(&prompt.repeat(active.len()), active.len(), &mut cache)?;
        loop {
            let rows: Vec<Vec<f32>> = logits.to_vec2()?;
            let per_picture = rows.len() / active.len();
            let (mut parents, mut going_on, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
            for ((slot, &picture), rows) in (0_u32..).zip(&active).zip(rows.chunks(per_picture)) {
                let search = &mut searches[picture];
                let grown_from = search.advance(rows);
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
