//! How well generated captions say what people wrote: BLEU, ROUGE-L, CIDEr-D and METEOR.
//!
//! The figures are those of `pycocoevalcap`, the COCO caption evaluation (Chen et al., Microsoft COCO Captions,
//! 2015), and of NLTK for METEOR, which here knows no synonyms. All see the same tokens: those of
//! [`tokenise`].

mod bleu;
mod cider;
mod meteor;
mod ngrams;
mod porter;
mod rouge;
mod tokens;

use std::collections::HashMap;

pub use porter::porter_stem;
use serde::Serialize;
pub use tokens::tokenise;

/// A caption that was generated, and what people wrote of the same item.
#[derive(Debug, Clone, Copy)]
pub struct CaptionPair<'a> {
    /// The generated one. Without a word it scores 0.
    pub candidate: &'a str,
    /// The others; one at least.
    pub references: &'a [String],
}

/// How one caption does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct CaptionScore {
    /// BLEU-1 to BLEU-4, from 0 to 1. Of one caption these are rough: one n-gram more changes much.
    pub bleu: [f64; 4],
    /// ROUGE-L, from 0 to 1.
    pub rouge_l: f64,
    /// CIDEr-D, from 0 to 10. Its weights come from the references of all items.
    pub cider_d: f64,
    /// METEOR, from 0 to 1.
    pub meteor: f64,
}

/// How all captions do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaptionScores {
    /// BLEU of the corpus, whose counts are summed before they are divided; means of the others.
    pub corpus: CaptionScore,
    /// Each caption's, in the order given: what to resample for an interval of ROUGE-L, CIDEr-D or METEOR.
    pub each: Vec<CaptionScore>,
}

/// Why captions have no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaptionError {
    /// There are none.
    #[error("There are no captions to compare. Describe some photos first.")]
    NoCaptions,
    /// One has nothing to be compared with. Its place, from 0.
    #[error("Caption number {} has no reference to compare it with. Add one, or leave the caption out.", .0 + 1)]
    NoReferences(usize),
}

/// Scores captions against their references.
///
/// CIDEr-D of a single item is 0: what stands in every item's references weighs nothing.
///
/// # Errors
/// [`CaptionError`].
pub fn score(captions: &[CaptionPair<'_>]) -> Result<CaptionScores, CaptionError> {
    if captions.is_empty() {
        return Err(CaptionError::NoCaptions);
    }
    if let Some(at) = captions.iter().position(|pair| pair.references.is_empty()) {
        return Err(CaptionError::NoReferences(at));
    }
    let mut words = Words::default();
    let texts: Vec<Texts> = captions
        .iter()
        .map(|pair| Texts {
            candidate: words.numbers(pair.candidate),
            references: pair.references.iter().map(|reference| words.numbers(reference)).collect(),
        })
        .collect();
    let stems = words.stems();

    let (corpus_bleu, each_bleu) = bleu::score(&texts);
    let ciders = cider::score(&texts);
    let each: Vec<CaptionScore> = texts
        .iter()
        .zip(each_bleu)
        .zip(ciders)
        .map(|((texts, bleu), cider_d)| CaptionScore {
            bleu,
            rouge_l: rouge::score(texts),
            cider_d,
            meteor: meteor::score(texts, &stems),
        })
        .collect();
    let mean = |of: fn(&CaptionScore) -> f64| each.iter().map(of).sum::<f64>() / each.len() as f64;
    let corpus = CaptionScore {
        bleu: corpus_bleu,
        rouge_l: mean(|score| score.rouge_l),
        cider_d: mean(|score| score.cider_d),
        meteor: mean(|score| score.meteor),
    };
    Ok(CaptionScores { corpus, each })
}

/// A word's number: equal words have equal ones, and comparing numbers is quick.
type Word = u32;

/// A caption and its references as numbers of words.
struct Texts {
    candidate: Vec<Word>,
    references: Vec<Vec<Word>>,
}

/// Every word of a corpus, in the order in which it came.
#[derive(Default)]
struct Words {
    numbers: HashMap<String, Word>,
    n: Word,
}

impl Words {
    fn numbers(&mut self, text: &str) -> Vec<Word> {
        tokenise(text).into_iter().map(|word| self.number(word)).collect()
    }

    fn number(&mut self, word: String) -> Word {
        *self.numbers.entry(word).or_insert_with(|| {
            self.n += 1;
            self.n - 1
        })
    }

    /// By the number of each word, a number for its stem.
    fn stems(&self) -> Vec<Word> {
        let mut known: HashMap<String, Word> = HashMap::new();
        let mut stems = vec![0; self.numbers.len()];
        for (word, &number) in &self.numbers {
            let next = known.len() as Word;
            stems[number as usize] = *known.entry(porter_stem(word)).or_insert(next);
        }
        stems
    }
}
