//! A `spiece.model` of SentencePiece (<https://github.com/google/sentencepiece>, `sentencepiece_model.proto`), as
//! transformers' `SiglipTokenizer` reads it: unigrams, with `</s>` after each text.

use prost::Message;
use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::{Precompiled, Replace, Sequence as Normalizers};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, NormalizerWrapper, Tokenizer};

const END: &str = "</s>";
/// What SentencePiece writes in the place of a space.
const SPACE: char = '\u{2581}';
/// `TrainerSpec.ModelType.UNIGRAM`.
const UNIGRAM: i32 = 1;
/// `ModelProto.SentencePiece.Type`: words of the vocabulary are 1.
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;

#[derive(Message)]
struct ModelProto {
    #[prost(message, repeated, tag = "1")]
    pieces: Vec<Piece>,
    #[prost(message, optional, tag = "2")]
    trainer: Option<TrainerSpec>,
    #[prost(message, optional, tag = "3")]
    normalizer: Option<NormalizerSpec>,
}

#[derive(Message)]
struct Piece {
    #[prost(string, optional, tag = "1")]
    piece: Option<String>,
    #[prost(float, optional, tag = "2")]
    score: Option<f32>,
    #[prost(int32, optional, tag = "3")]
    kind: Option<i32>,
}

#[derive(Message)]
struct TrainerSpec {
    #[prost(int32, optional, tag = "3")]
    model_type: Option<i32>,
}

#[derive(Message)]
struct NormalizerSpec {
    #[prost(bytes = "vec", optional, tag = "2")]
    precompiled_charsmap: Option<Vec<u8>>,
}

/// The tokenizer of a file's bytes.
pub(super) fn unigram(bytes: &[u8]) -> Result<Tokenizer, tokenizers::Error> {
    let model = ModelProto::decode(bytes)?;
    let kind = model.trainer.and_then(|trainer| trainer.model_type).unwrap_or(UNIGRAM);
    if kind != UNIGRAM {
        return Err("it is no unigram model; its folder should hold a tokenizer.json".into());
    }
    let kinds: Vec<i32> = model.pieces.iter().map(|piece| piece.kind.unwrap_or(1)).collect();
    let unknown = kinds.iter().position(|kind| *kind == UNKNOWN).ok_or("it has no unknown word")?;
    let vocabulary: Vec<(String, f64)> = model
        .pieces
        .into_iter()
        .map(|piece| (piece.piece.unwrap_or_default(), f64::from(piece.score.unwrap_or(0.0))))
        .collect();
    let specials: Vec<AddedToken> = vocabulary
        .iter()
        .zip(&kinds)
        .filter(|(_, kind)| matches!(**kind, UNKNOWN | CONTROL))
        .map(|((piece, _), _)| AddedToken::from(piece.clone(), true))
        .collect();
    let end = vocabulary.iter().position(|(piece, _)| piece == END).ok_or("it has no end of texts")?;
    let mut tokenizer = Tokenizer::new(Unigram::from(vocabulary, Some(unknown), false)?);
    let mut normalizers: Vec<NormalizerWrapper> = Vec::new();
    if let Some(map) =
        model.normalizer.and_then(|spec| spec.precompiled_charsmap).filter(|map| !map.is_empty())
    {
        normalizers.push(Precompiled::from(&map)?.into());
    }
    normalizers.push(Replace::new(" {2,}", " ")?.into());
    tokenizer.with_normalizer(Some(Normalizers::new(normalizers)))?;
    tokenizer.with_pre_tokenizer(Some(Metaspace::new(SPACE, PrependScheme::Always, true)));
    let template = TemplateProcessing::builder()
        .try_single(format!("$A {END}"))?
        .special_tokens(vec![(END, u32::try_from(end)?)])
        .build()?;
    tokenizer.with_post_processor(Some(template));
    tokenizer.add_special_tokens(specials)?;
    Ok(tokenizer)
}
