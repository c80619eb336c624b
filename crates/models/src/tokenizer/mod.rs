//! Texts to token ids, from the files of a model folder.
//!
//! `tokenizer.json` where it exists; else the vocabulary files of old checkpoints: `vocab.json` and
//! `merges.txt` (CLIP's byte-level BPE), `vocab.txt` (BERT's WordPiece) or `spiece.model` (SigLIP's SentencePiece), put
//! together as transformers' `CLIPTokenizer`, `BertTokenizer` and `SiglipTokenizer` do. Padding and truncation that a file may ask for are switched
//! off: the towers do both themselves.

mod cleaning;
mod config;
mod sentence_piece;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{BertNormalizer, Lowercase, NFC, Replace, Sequence as Normalizers};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence as PreTokenizers;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::{AddedToken, NormalizerWrapper, PreTokenizerWrapper, SplitDelimiterBehavior, Tokenizer};

pub(crate) use self::cleaning::Cleaning;
pub(crate) use self::config::{FILE as CONFIG, TokenizerConfig};
use crate::{ModelError, json_file};

/// Which vocabulary files stand in for a missing `tokenizer.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    /// `vocab.json` and `merges.txt`.
    ClipBpe,
    /// `vocab.txt`.
    BertWordPiece,
    /// `spiece.model`, a unigram model of SentencePiece.
    SentencePiece,
}

pub(crate) struct TextTokenizer {
    path: PathBuf,
    tokenizer: Tokenizer,
    cleaning: Cleaning,
    /// With which short texts are filled up, where `tokenizer_config.json` says it.
    padding: Option<u32>,
}

type Built = Result<Tokenizer, tokenizers::Error>;

impl TextTokenizer {
    /// Of a folder's files.
    pub(crate) fn load(folder: &Path, fallback: Vocabulary) -> Result<Self, ModelError> {
        Self::load_cleaning(folder, fallback, Cleaning::NONE)
    }

    /// [`TextTokenizer::load`], for a model whose texts were cleaned.
    pub(crate) fn load_cleaning(
        folder: &Path,
        fallback: Vocabulary,
        cleaning: Cleaning,
    ) -> Result<Self, ModelError> {
        let json = folder.join("tokenizer.json");
        let (path, built) = if json.exists() {
            let text = json_file::read_text(&json)?;
            (json, Tokenizer::from_bytes(text.as_bytes()))
        } else {
            match fallback {
                Vocabulary::ClipBpe => {
                    let vocab = require(folder.join("vocab.json"))?;
                    let merges = json_file::read_text(&require(folder.join("merges.txt"))?)?;
                    let built = clip_bpe(json_file::read(&vocab)?, &merges);
                    (vocab, built)
                }
                Vocabulary::BertWordPiece => {
                    let vocab = require(folder.join("vocab.txt"))?;
                    let built = bert_word_piece(&json_file::read_text(&vocab)?);
                    (vocab, built)
                }
                Vocabulary::SentencePiece => {
                    let model = require(folder.join("spiece.model"))?;
                    let bytes = fs::read(&model).map_err(|source| ModelError::io(&model, source))?;
                    (model, sentence_piece::unigram(&bytes))
                }
            }
        };
        let mut tokenizer =
            built.map_err(|error| ModelError::Tokenizer { path: path.clone(), reason: error.to_string() })?;
        tokenizer.with_padding(None);
        let untruncated = tokenizer.with_truncation(None).map(|_| ()).map_err(|error| error.to_string());
        untruncated.map_err(|reason| ModelError::Tokenizer { path: path.clone(), reason })?;
        let padding =
            TokenizerConfig::of_folder(folder)?.pad_token().and_then(|pad| tokenizer.token_to_id(pad));
        Ok(Self { path, tokenizer, cleaning, padding })
    }

    /// With which short texts are filled up, where the folder says it.
    pub(crate) fn padding(&self) -> Option<u32> {
        self.padding
    }

    /// The ids of `text`, of any length; with the start and end tokens if `add_special` is set.
    pub(crate) fn encode(&self, text: &str, add_special: bool) -> Result<Vec<u32>, ModelError> {
        let text = self.cleaning.apply(text);
        let encoding = self.tokenizer.encode_fast(&*text, add_special).map_err(|e| self.error(e))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The ids of `text` with the start and end tokens; of a longer one the first, with the end kept.
    pub(crate) fn encode_at_most(&self, text: &str, most: usize) -> Result<Vec<u32>, ModelError> {
        let mut ids = self.encode(text, true)?;
        if ids.len() > most {
            let end = ids.last().copied();
            ids.truncate(most.saturating_sub(1));
            ids.extend(end);
        }
        Ok(ids)
    }

    /// The text of `ids` without special tokens; ids that are no words are left out.
    pub(crate) fn decode(&self, ids: &[u32]) -> Result<String, ModelError> {
        self.tokenizer.decode(ids, true).map_err(|e| self.error(e))
    }

    /// One more than the highest id.
    pub(crate) fn n_ids(&self) -> usize {
        self.tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id as usize + 1)
    }

    /// The id of one token, such as `[CLS]`.
    pub(crate) fn id_of(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// An error that names this tokenizer's file.
    pub(crate) fn error(&self, reason: impl std::fmt::Display) -> ModelError {
        ModelError::Tokenizer { path: self.path.clone(), reason: reason.to_string() }
    }
}

fn require(path: PathBuf) -> Result<PathBuf, ModelError> {
    if path.exists() { Ok(path) } else { Err(ModelError::MissingFile { path }) }
}

const CLIP_START: &str = "<|startoftext|>";
const CLIP_END: &str = "<|endoftext|>";
/// Words, single digits, runs of other signs, and English endings on their own.
const CLIP_SPLIT: &str =
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

fn clip_bpe(vocab: HashMap<String, u32>, merges: &str) -> Built {
    let pair = |(at, line): (usize, &str)| match line.split_once(' ') {
        Some((left, right)) if !right.contains(' ') => Ok((left.to_owned(), right.to_owned())),
        _ => Err(tokenizers::Error::from(format!("line {} of merges.txt is no pair", at + 1))),
    };
    let lines = merges.lines().enumerate().filter(|(_, line)| !line.starts_with("#version"));
    let merges = lines.map(pair).collect::<Result<Vec<_>, _>>()?;
    let model = BPE::builder()
        .vocab_and_merges(vocab.into_iter().collect::<Vocab>(), merges)
        .unk_token(CLIP_END.to_owned())
        .continuing_subword_prefix(String::new())
        .end_of_word_suffix("</w>".to_owned())
        .build()?;
    let mut tokenizer = Tokenizer::new(model);
    let id = |token: &str| {
        tokenizer.token_to_id(token).ok_or_else(|| tokenizers::Error::from(format!("{token} is not in it")))
    };
    let (start, end) = (id(CLIP_START)?, id(CLIP_END)?);
    tokenizer.with_normalizer(Some(Normalizers::new(vec![
        NormalizerWrapper::from(NFC),
        Replace::new(ReplacePattern::Regex(r"\s+".to_owned()), " ")?.into(),
        Lowercase.into(),
    ])))?;
    let split =
        Split::new(SplitPattern::Regex(CLIP_SPLIT.to_owned()), SplitDelimiterBehavior::Removed, true)?;
    tokenizer.with_pre_tokenizer(Some(PreTokenizers::new(vec![
        PreTokenizerWrapper::from(split),
        ByteLevel::default().add_prefix_space(false).into(),
    ])));
    tokenizer.with_post_processor(Some(
        RobertaProcessing::new((CLIP_END.to_owned(), end), (CLIP_START.to_owned(), start))
            .trim_offsets(false)
            .add_prefix_space(false),
    ));
    tokenizer.add_special_tokens([CLIP_START, CLIP_END].map(|token| AddedToken::from(token, true)))?;
    Ok(tokenizer)
}

fn bert_word_piece(vocab: &str) -> Built {
    let vocab = WordPiece::read_bytes(vocab.as_bytes())?;
    let model = WordPiece::builder().vocab(vocab).unk_token("[UNK]".to_owned()).build()?;
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_normalizer(Some(BertNormalizer::default()))?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    tokenizer.with_decoder(Some(tokenizers::decoders::wordpiece::WordPiece::default()));
    let known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]"];
    let present = known.into_iter().filter(|token| tokenizer.token_to_id(token).is_some());
    let special: Vec<AddedToken> = present.map(|token| AddedToken::from(token, true)).collect();
    tokenizer.add_special_tokens(special)?;
    Ok(tokenizer)
}
