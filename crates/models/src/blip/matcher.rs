//! BLIP's matcher: how well pictures and texts belong together, in two ways.
//!
//! - **ITC** (contrastive): a vector for each picture and each text, whose cosine tells. Fast: vectors are
//!   made once and compared with any number of others.
//! - **ITM** (matching): the text is read while looking at the picture, and two logits say whether they
//!   match. Exact and slow: every pair is computed.
//!
//! The files are those of transformers' `BlipForImageTextRetrieval`, and so are vectors and logits. Texts
//! are `[CLS]` words `[SEP]`; see [`MatchStart`] for the other way.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Tensor};

use super::config::BlipConfig;
use super::image::{self, EncodedPicture, ImageTokens, ImageTower};
use super::{Captioner, sentences};
use crate::batching::BatchSize;
use crate::bert::TextEncoder;
use crate::clip::normalised;
use crate::dense::Dense;
use crate::pixels::Defaults;
use crate::tokenizer::{TextTokenizer, Vocabulary};
use crate::weights::Weights;
use crate::{ImagePreprocess, ModelDevice, ModelError, PixelTensor, summary};

/// BLIP was trained on texts of at most this many tokens, start and end included: longer ones are judged
/// sentence by sentence.
const MAX_TRAINED_TOKENS: usize = 35;

/// Tokens of pairs that are computed together: texts times the longest of them times pictures. Their
/// scores against 577 image tokens take 28 MB in the base model.
const BATCH_TOKENS: usize = 1024;

/// Pictures that are matched together where the texts are few; the keys and values of each take 42 MB in
/// the base model.
pub(super) const BATCH_PICTURES: usize = 4;

/// Which token starts a text that is matched with a picture (ITM).
///
/// transformers keeps `[CLS]`, the code that BLIP was trained with replaces it by `[ENC]`. Which of them
/// scores better has not been measured here, for want of a trained checkpoint; the default is therefore
/// what the reference of this crate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchStart {
    /// `[CLS]`, as transformers does.
    #[default]
    Cls,
    /// `[ENC]`, as BLIP's own code does.
    Enc,
}

/// How well a picture and a text match, part by part.
#[derive(Debug, Clone, PartialEq)]
pub struct TextMatch {
    /// The text itself, or its sentences where it is longer than 35 tokens; never none.
    pub parts: Vec<PartMatch>,
}

/// One sentence, or a piece of one that was too long.
#[derive(Debug, Clone, PartialEq)]
pub struct PartMatch {
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// From 0 to 1.
    pub probability: f32,
}

impl TextMatch {
    /// A text matches as well as its worst sentence does.
    #[must_use]
    pub fn probability(&self) -> f32 {
        self.worst().map_or(0.0, |part| part.probability)
    }

    /// The sentence that matches worst, the first of equals.
    #[must_use]
    pub fn worst(&self) -> Option<&PartMatch> {
        self.parts.iter().min_by(|a, b| a.probability.total_cmp(&b.probability))
    }

    /// Mean over the sentences: how much of the text matches.
    #[must_use]
    pub fn mean(&self) -> f32 {
        self.parts.iter().map(|part| part.probability).sum::<f32>() / self.parts.len().max(1) as f32
    }
}

/// A loaded BLIP matcher.
pub struct Matcher {
    image: Arc<ImageTower>,
    text: TextEncoder,
    vision_proj: Dense,
    text_proj: Dense,
    itm_head: Dense,
    tokenizer: TextTokenizer,
    cls: u32,
    /// `None` where the vocabulary has no such token.
    enc: Option<u32>,
    sep: u32,
    max_positions: usize,
    itc_dim: usize,
    picture_batch: BatchSize,
    /// Only smaller than what [`batches`] puts together where memory ran out.
    text_batch: BatchSize,
}

impl Matcher {
    /// Loads a `BlipForImageTextRetrieval` from a folder in the Hugging Face layout.
    ///
    /// # Errors
    /// A file that is missing, unreadable or does not fit the others; the error names it.
    pub fn load(folder: &Path, device: &ModelDevice) -> Result<Self, ModelError> {
        Self::load_beside(folder, device, None)
    }

    /// As [`Matcher::load`]; holds no image tower of its own where the captioner's is the same, bit by bit.
    ///
    /// # Errors
    /// As [`Matcher::load`].
    pub fn load_beside(
        folder: &Path,
        device: &ModelDevice,
        captioner: Option<&Captioner>,
    ) -> Result<Self, ModelError> {
        const KIND: &str = "BlipForImageTextRetrieval";
        let path = folder.join("config.json");
        summary::require_architecture(&path, &[KIND], KIND)?;
        let config = BlipConfig::load(&path)?;
        let text = &config.text_config;
        let side =
            config.vision_config.image_size.get().map_err(|reason| ModelError::config(&path, reason))?;
        let preprocess = ImagePreprocess::load(folder, Defaults::Blip, side)?;
        let tokenizer = TextTokenizer::load(folder, Vocabulary::BertWordPiece)?;
        if tokenizer.n_ids() > text.vocab_size {
            return Err(tokenizer.error("it has more entries than config.json's vocab_size"));
        }
        let cls = tokenizer.id_of("[CLS]").ok_or_else(|| tokenizer.error("it has no entry [CLS]"))?;
        // The checkpoints' word lists end before the two tokens that BLIP adds: [DEC], then [ENC].
        let enc = tokenizer.id_of("[ENC]").unwrap_or(text.bos_token_id + 1);

        let weights = Weights::open(folder, device)?;
        let beside = captioner.map(Captioner::image_tower);
        let image = ImageTower::load(folder, &weights, &config.vision_config, preprocess, device, beside)?;
        let device = &device.device;
        let (h, dim) = (image.hidden(), config.image_text_hidden_size);
        let text_hidden = text.hidden();
        let matcher = Self {
            text: TextEncoder::load(&weights, "text_encoder", &text.bert(h)?, device)?,
            vision_proj: weights.linear("vision_proj", h, dim)?,
            text_proj: weights.linear("text_proj", text_hidden, dim)?,
            itm_head: weights.linear("itm_head", text_hidden, 2)?,
            image,
            tokenizer,
            cls,
            enc: Some(enc).filter(|&enc| (enc as usize) < text.vocab_size),
            sep: text.sep_token_id,
            max_positions: text.max_position_embeddings,
            itc_dim: dim,
            picture_batch: BatchSize::new(BATCH_PICTURES),
            text_batch: BatchSize::new(BATCH_TOKENS),
        };
        weights.keep_layers();
        Ok(matcher)
    }

    pub(super) fn image_tower(&self) -> &Arc<ImageTower> {
        &self.image
    }

    pub(super) fn text_encoder(&self) -> &TextEncoder {
        &self.text
    }

    pub(super) fn itm_head(&self) -> &Dense {
        &self.itm_head
    }

    /// How pictures are prepared for this model.
    #[must_use]
    pub fn preprocess(&self) -> ImagePreprocess {
        self.image.preprocess().clone()
    }

    /// Length of the vectors of [`Matcher::image_vectors`] and [`Matcher::text_vectors`].
    #[must_use]
    pub fn itc_dim(&self) -> usize {
        self.itc_dim
    }

    /// Whether this model and the captioner read pictures alike, so that the tokens of one serve the
    /// other: equal preparation, equal sizes, and weights that are equal bit by bit. The answer is
    /// remembered; where weights differ, the first difference gives it.
    #[must_use]
    pub fn shares_image_tower(&self, captioner: &Captioner) -> bool {
        self.image.is_same_as(captioner.image_tower())
    }

    /// Whether these were read by an image tower that is the same as this model's.
    #[must_use]
    pub fn accepts(&self, pictures: &ImageTokens) -> bool {
        self.image.accept(pictures).is_ok()
    }

    /// Reads pictures, once for everything that is asked about them.
    ///
    /// # Errors
    /// A picture prepared for another model, or arithmetic that failed.
    pub fn encode_images(&self, pictures: &[PixelTensor]) -> Result<ImageTokens, ModelError> {
        self.image.encode(pictures)
    }

    /// ITC: one vector of length 1 for each picture, `[itc_dim]`, in the order given.
    ///
    /// # Errors
    /// Tokens of another image tower, or arithmetic that failed.
    pub fn image_vectors(&self, pictures: &ImageTokens) -> Result<Vec<Vec<f32>>, ModelError> {
        let pictures = self.image.accept(pictures)?;
        if pictures.is_empty() {
            return Ok(Vec::new());
        }
        let first = pictures.iter().map(|picture| picture.tokens.get(0)).collect::<Result<Vec<_>, _>>()?;
        normalised(&self.vision_proj.forward(&Tensor::stack(&first, 0)?)?)
    }

    /// ITC: one vector of length 1 for each text, `[itc_dim]`, in the order given. Texts beyond the model's
    /// positions (512 tokens) are cut.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn text_vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let ids = self.all_ids(texts, MatchStart::Cls)?;
        let mut vectors = vec![Vec::new(); texts.len()];
        for batch in batches(&ids, 1) {
            let found = self.text_batch.run(&batch, |batch| {
                let batch_ids: Vec<&[u32]> = batch.iter().map(|&i| ids[i].as_slice()).collect();
                normalised(&self.text_proj.forward(&self.text.read(&batch_ids)?)?)
            })?;
            for (i, vector) in batch.into_iter().zip(found) {
                vectors[i] = vector;
            }
        }
        Ok(vectors)
    }

    /// ITM: the logits of "does not match" and "matches", `[picture][text][2]`. Every text is read whole;
    /// beyond the model's positions (512 tokens) it is cut.
    ///
    /// # Errors
    /// Tokens of another image tower, a word list without `[ENC]` where that is asked for, or arithmetic
    /// that failed.
    pub fn match_logits(
        &self,
        pictures: &ImageTokens,
        texts: &[&str],
        start: MatchStart,
    ) -> Result<Vec<Vec<[f32; 2]>>, ModelError> {
        let pictures = self.image.accept(pictures)?;
        let ids = self.all_ids(texts, start)?;
        let n_tokens: usize = ids.iter().map(Vec::len).sum();
        if n_tokens == 0 {
            return Ok(vec![Vec::new(); pictures.len()]);
        }
        let most = BATCH_TOKENS / n_tokens;
        self.picture_batch.run_at_most(most, pictures, |pictures| self.match_batch(pictures, &ids))
    }

    /// ITM: how likely each picture and text belong together, 0 to 1, `[picture][text]`. A text of more
    /// than 35 tokens, which BLIP has never seen whole, gets the probability of its worst sentence;
    /// [`Matcher::match_parts`] tells which.
    ///
    /// # Errors
    /// As [`Matcher::match_logits`].
    pub fn match_probabilities(
        &self,
        pictures: &ImageTokens,
        texts: &[&str],
        start: MatchStart,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let matches = self.match_parts(pictures, texts, start)?;
        Ok(matches.iter().map(|texts| texts.iter().map(TextMatch::probability).collect()).collect())
    }

    /// ITM, sentence by sentence where a text is longer than 35 tokens: `[picture][text]`. A sentence that
    /// is itself longer is cut between words.
    ///
    /// # Errors
    /// As [`Matcher::match_logits`].
    pub fn match_parts(
        &self,
        pictures: &ImageTokens,
        texts: &[&str],
        start: MatchStart,
    ) -> Result<Vec<Vec<TextMatch>>, ModelError> {
        let ranges = texts.iter().map(|text| self.parts(text)).collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<&str> = texts
            .iter()
            .zip(&ranges)
            .flat_map(|(text, ranges)| ranges.iter().map(|range| &text[range.clone()]))
            .collect();
        let logits = self.match_logits(pictures, &parts, start)?;
        let of_picture = |logits: Vec<[f32; 2]>| {
            let mut logits = logits.into_iter();
            let part = |(range, logits): (&Range<usize>, _)| PartMatch {
                range: range.clone(),
                probability: probability(logits),
            };
            let text = |ranges: &Vec<Range<usize>>| TextMatch {
                parts: ranges.iter().zip(logits.by_ref()).map(part).collect(),
            };
            ranges.iter().map(text).collect()
        };
        Ok(logits.into_iter().map(of_picture).collect())
    }

    /// The token ids of a text as the model reads it: start, words, `[SEP]`.
    ///
    /// # Errors
    /// A tokenizer that fails on this text, or a word list without `[ENC]` where that is asked for.
    pub fn text_ids(&self, text: &str, start: MatchStart) -> Result<Vec<u32>, ModelError> {
        let start = match start {
            MatchStart::Cls => self.cls,
            MatchStart::Enc => {
                self.enc.ok_or_else(|| self.tokenizer.error("it leaves no room for the token [ENC]"))?
            }
        };
        let mut ids = vec![start];
        ids.extend(self.tokenizer.encode(text, false)?);
        ids.truncate(self.max_positions - 1);
        ids.push(self.sep);
        Ok(ids)
    }

    fn all_ids(&self, texts: &[&str], start: MatchStart) -> Result<Vec<Vec<u32>>, ModelError> {
        texts.iter().map(|text| self.text_ids(text, start)).collect()
    }

    /// What of a text is judged at once.
    fn parts(&self, text: &str) -> Result<Vec<Range<usize>>, ModelError> {
        let max_words = MAX_TRAINED_TOKENS.min(self.max_positions) - 2;
        let mut fits =
            |part: &str| Ok::<_, ModelError>(self.tokenizer.encode(part, false)?.len() <= max_words);
        if fits(text)? {
            return Ok(std::iter::once(0..text.len()).collect());
        }
        let mut parts = Vec::new();
        for sentence in sentences::sentences(text) {
            parts.extend(sentences::pieces(text, sentence, &mut fits)?);
        }
        Ok(parts)
    }

    /// All texts before a few pictures, whose keys and values are computed here, once: `[picture][text][2]`.
    fn match_batch(
        &self,
        pictures: &[EncodedPicture],
        ids: &[Vec<u32>],
    ) -> Result<Vec<Vec<[f32; 2]>>, ModelError> {
        let keys = self.text.picture_keys(&image::stack(pictures)?)?;
        let mut logits = vec![vec![[0.0; 2]; ids.len()]; pictures.len()];
        for batch in batches(ids, pictures.len()) {
            // For each text, a pair of logits for each picture.
            let found = self.text_batch.run(&batch, |batch| {
                let batch_ids: Vec<&[u32]> = batch.iter().map(|&i| ids[i].as_slice()).collect();
                let first = self.text.read_before(&batch_ids, &keys)?;
                let rows: Vec<Vec<f32>> = self.itm_head.forward(&first)?.to_dtype(DType::F32)?.to_vec2()?;
                let of_text = |text: usize| {
                    let rows = rows.iter().skip(text).step_by(batch.len());
                    rows.map(|row| [row[0], row[1]]).collect::<Vec<_>>()
                };
                Ok((0..batch.len()).map(of_text).collect())
            })?;
            for (i, of_pictures) in batch.into_iter().zip(found) {
                for (logits, pair) in logits.iter_mut().zip(of_pictures) {
                    logits[i] = pair;
                }
            }
        }
        Ok(logits)
    }
}

/// Indices of texts that are computed together: of like length, because a batch costs as much as its
/// longest, and as many as [`BATCH_TOKENS`] allow.
fn batches(ids: &[Vec<u32>], n_pictures: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|&i| ids[i].len());
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for i in order {
        let fits = |batch: &Vec<usize>| (batch.len() + 1) * ids[i].len() * n_pictures <= BATCH_TOKENS;
        match batches.last_mut().filter(|batch| fits(batch)) {
            Some(batch) => batch.push(i),
            None => batches.push(vec![i]),
        }
    }
    batches
}

/// Softmax of the two, for "matches".
fn probability([no, yes]: [f32; 2]) -> f32 {
    1.0 / (1.0 + (no - yes).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_every_text_once_and_stay_within_bounds() {
        let ids: Vec<Vec<u32>> = (0..200).map(|i| vec![0; 2 + (i * 37) % 90]).collect();
        for n_pictures in [1, 4] {
            let batches = batches(&ids, n_pictures);
            for batch in &batches {
                let longest = batch.iter().map(|&i| ids[i].len()).max().unwrap();
                assert!(batch.len() == 1 || batch.len() * longest * n_pictures <= BATCH_TOKENS);
            }
            let mut all: Vec<usize> = batches.concat();
            all.sort_unstable();
            assert_eq!(all, (0..200).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_text_of_any_length_has_a_batch() {
        assert_eq!(batches(&[vec![0; 2000], vec![0; 2]], 4), [vec![1], vec![0]]);
        assert!(batches(&[], 4).is_empty());
    }

    #[test]
    fn a_text_is_as_good_as_its_worst_sentence() {
        let part = |range, probability| PartMatch { range, probability };
        let text = TextMatch { parts: vec![part(0..4, 0.9), part(5..9, 0.3), part(10..12, 0.6)] };
        assert_eq!(text.probability(), 0.3);
        assert_eq!(text.worst().unwrap().range, 5..9);
        assert!((text.mean() - 0.6).abs() < 1e-6);
    }

    #[test]
    fn probabilities_survive_large_logits() {
        assert_eq!(probability([0.0, 0.0]), 0.5);
        assert_eq!(probability([-500.0, 500.0]), 1.0);
        assert_eq!(probability([500.0, -500.0]), 0.0);
    }
}
