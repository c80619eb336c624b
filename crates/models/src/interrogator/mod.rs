//! The CLIP Interrogator: a caption and the phrases that, by CLIP, say what is in a picture.
//!
//! ```text
//! term lists --TermTable--> TermVectors::embed --> Interrogator::new
//! picture's vector, caption, mode --Interrogator::interrogate--> Interrogation
//! picture's vector --ProductVocabulary::terms--> type, colour, material ... with probabilities
//! ```
//!
//! The algorithm is that of pharmapsychotic/clip-interrogator, on this crate's own CLIP and its own lists.
//! Known faults of the original are not repeated: the sign of the first similarity in `negative`, the
//! order of a large list there, a separator forgotten when a text is fitted to the model's length, files
//! of lists passed over, and large lists ranked in parts of which the best may be lost.
//!
//! Invariants:
//!
//! - A list's vectors belong to its labels, template and model; others are refused.
//! - The same list, vectors and picture give the same answer; of equals the earlier goes first.
//! - `best` without a margin gives what a full forward pass for each phrase in each step would.
//! - Artists are named only where a merchant's own list names them.
//! - Long work goes in parts ([`TermEmbedding`], [`InterrogationRun`]): whoever owns a model's thread
//!   decides what comes between, and stops by dropping it.

mod built_in;
mod chain;
mod product;
mod ranking;
mod run;
mod table;
mod wording;

use std::collections::HashSet;

use self::built_in::names;
pub use self::product::{
    AttributeTerms, GroupProbability, ProductTerms, ProductVocabulary, TermOdds, TermProbability,
};
pub use self::ranking::{RankedTerm, TermEmbedding, TermVectors, rank_terms};
use self::ranking::{highest, misfit};
pub use self::run::{InterrogationProgress, InterrogationRun};
pub use self::table::TermTable;
use self::wording::{Part, Wording};
use crate::{Clip, ModelError};

/// How phrases are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterrogatorMode {
    /// The caption and the phrases of all lists that are most like the picture.
    Fast,
    /// The caption, then the best medium, artist, presentation and movement, and some flavours.
    Classic,
    /// The chain from the caption, or caption, classic or fast where one of these is more like the picture.
    Best,
    /// A chain of what the picture is least like. Takes no caption.
    Negative,
    /// The caption and what the product is: type, colour, material and so on.
    Product,
}

/// How [`InterrogatorMode::Best`] and [`InterrogatorMode::Negative`] search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestOptions {
    /// None tries every phrase in every step: exact. Else a phrase is passed over in a step where what
    /// it added when last tried, and this margin of cosine, would not make it the best.
    pub margin: Option<f32>,
    /// So many phrases, the most like the picture on their own, take part (2,048).
    pub n_candidates: usize,
    /// So many steps are taken even where they lead away (8).
    pub min_phrases: usize,
    /// Steps at most (32).
    pub max_phrases: usize,
}

impl Default for BestOptions {
    fn default() -> Self {
        Self { margin: None, n_candidates: 2048, min_phrases: 8, max_phrases: 32 }
    }
}

/// How a picture is interrogated; the defaults are the original's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterrogatorOptions {
    /// Phrases in `fast` at most (32).
    pub max_phrases: usize,
    /// Flavours in `classic` (3). Where `best` compares itself with `classic`, that has `max_phrases`.
    pub n_flavours: usize,
    /// For `best` and `negative`.
    pub best: BestOptions,
    /// In `product`, a list's best term is named if it has this probability (0.25); the type is always.
    pub min_probability: f32,
    /// Whether `product` ranks its best terms again in sentences with the type.
    pub in_context: bool,
}

impl Default for InterrogatorOptions {
    fn default() -> Self {
        Self {
            max_phrases: 32,
            n_flavours: 3,
            best: BestOptions::default(),
            min_probability: 0.25,
            in_context: true,
        }
    }
}

/// Where the words of an answer come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterrogationSource {
    /// The caption alone.
    Caption,
    /// As [`InterrogatorMode::Classic`] words it.
    Classic,
    /// As [`InterrogatorMode::Fast`] words it.
    Fast,
    /// A chain.
    Chain,
    /// As [`InterrogatorMode::Product`] words it.
    Product,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Interrogation {
    /// Caption and phrases with commas between them.
    pub text: String,
    /// Cosine of the text's vector and the picture's.
    pub similarity: f32,
    /// The phrases of the text in their order. Their similarity is that of the phrase alone, in a chain
    /// that of the text up to it.
    pub phrases: Vec<RankedTerm>,
    /// Which wording won, where several were compared.
    pub source: InterrogationSource,
    /// In `product`: all that was found.
    pub product: Option<ProductTerms>,
    /// Texts that went through the text tower.
    pub n_evaluated: usize,
}

/// Lists and their vectors, ready to answer.
#[derive(Debug, Clone)]
pub struct Interrogator {
    tables: Vec<(TermTable, TermVectors)>,
    product: Option<ProductVocabulary>,
}

impl Interrogator {
    /// Lists with the vectors of their bare terms (template `{}`), as the original ranks them.
    ///
    /// # Errors
    /// Vectors that are not those of their list, or of several models.
    pub fn new(tables: Vec<(TermTable, TermVectors)>) -> Result<Self, ModelError> {
        let dim = tables.first().map(|(_, vectors)| vectors.dim());
        for (table, vectors) in &tables {
            if table.terms().len() != vectors.len() {
                return Err(misfit(table.name(), "they belong to another list"));
            }
            if Some(vectors.dim()) != dim {
                return Err(misfit(table.name(), "they are of another model than the other lists'"));
            }
        }
        Ok(Self { tables, product: None })
    }

    /// With the lists that [`InterrogatorMode::Product`] asks.
    #[must_use]
    pub fn with_product(mut self, vocabulary: ProductVocabulary) -> Self {
        self.product = Some(vocabulary);
        self
    }

    /// Interrogates a picture by its CLIP vector of length 1 and its caption, which may be empty.
    ///
    /// # Errors
    /// A vector of another model, `product` without product lists, or arithmetic that failed.
    pub fn interrogate(
        &self,
        clip: &Clip,
        image_vector: &[f32],
        caption: &str,
        mode: InterrogatorMode,
        options: &InterrogatorOptions,
    ) -> Result<Interrogation, ModelError> {
        let mut run = self.begin(clip, image_vector, caption, mode, options)?;
        while run.advance(clip)? {}
        run.finish(clip)
    }

    /// The `n` phrases of all lists most like a picture, best first, each once.
    ///
    /// # Errors
    /// A vector of another model.
    pub fn rank(&self, image_vector: &[f32], n: usize) -> Result<Vec<RankedTerm>, ModelError> {
        self.rank_among(|_| true, image_vector, n, false)
    }

    /// The `n` phrases most, or least, like a picture in the lists of these names, each once.
    fn rank_among(
        &self,
        wanted: impl Fn(&str) -> bool,
        image_vector: &[f32],
        n: usize,
        least: bool,
    ) -> Result<Vec<RankedTerm>, ModelError> {
        let (mut all, mut heights, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for (table, vectors) in self.tables.iter().filter(|(table, _)| wanted(table.name())) {
            vectors.check(table, image_vector)?;
            for (term, similarity) in table.terms().iter().zip(vectors.similarities(image_vector)) {
                if seen.insert(term.as_str()) {
                    all.push((table.name(), term, similarity));
                    heights.push(if least { -similarity } else { similarity });
                }
            }
        }
        let ranked = |i: usize| {
            let (table, term, similarity) = all[i];
            RankedTerm { table: table.to_owned(), term: term.clone(), similarity }
        };
        Ok(highest(&heights, n).into_iter().map(ranked).collect())
    }

    fn fast(
        &self,
        clip: &Clip,
        image_vector: &[f32],
        caption: &str,
        max_phrases: usize,
    ) -> Result<Wording, ModelError> {
        let mut parts = Part::caption(caption);
        parts.extend(self.rank(image_vector, max_phrases)?.into_iter().map(Part::term));
        Wording::fitted(clip, parts)
    }

    fn classic(
        &self,
        clip: &Clip,
        image_vector: &[f32],
        caption: &str,
        n_flavours: usize,
    ) -> Result<Wording, ModelError> {
        let best = |name: &str, n| self.rank_among(|other| other == name, image_vector, n, false);
        let medium = best(names::MEDIUMS, 1)?.pop();
        let artist = best(names::ARTISTS, 1)?.pop();
        let mut parts = Part::caption(caption);
        // The artist belongs to the medium: "an oil painting by ...".
        let named = medium.as_ref().is_some_and(|medium| caption.trim().starts_with(&medium.term));
        let mut medium = medium.filter(|_| !named).map(Part::term);
        if let Some(artist) = artist {
            match medium.as_mut().or(if named { parts.last_mut() } else { None }) {
                Some(part) => {
                    part.text = format!("{} {}", part.text, artist.term);
                    part.terms.push(artist);
                }
                None => medium = Some(Part::term(artist)),
            }
        }
        parts.extend(medium);
        for (name, n) in [(names::PRESENTATION, 1), (names::MOVEMENTS, 1), (names::FLAVOURS, n_flavours)] {
            parts.extend(best(name, n)?.into_iter().map(Part::term));
        }
        Wording::fitted(clip, parts)
    }

    /// What a picture is least like: the last of the flavours, and as many of an own list named `negative`.
    fn least_like(&self, image_vector: &[f32], n: usize) -> Result<Vec<RankedTerm>, ModelError> {
        let is_own = |name: &str| name == names::NEGATIVE;
        let mut phrases = self.rank_among(|name| name == names::FLAVOURS, image_vector, n, true)?;
        for own in self.rank_among(is_own, image_vector, n, true)? {
            if !phrases.iter().any(|phrase| phrase.term == own.term) {
                phrases.push(own);
            }
        }
        Ok(phrases)
    }
}
