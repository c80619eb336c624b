//! One interrogation, done in parts.
//!
//! In: an [`Interrogator`], a picture's vector, a caption and a mode. Out: an [`Interrogation`]. A run
//! owns what it needs but the model, so each part may be a request of its own to the model's thread.

use super::chain::{Chain, Direction};
use super::ranking::dot;
use super::wording::{Part, Wording};
use super::{
    Interrogation, InterrogationSource, Interrogator, InterrogatorMode, InterrogatorOptions, ProductTerms,
};
use crate::interrogator::built_in::names;
use crate::{Clip, ModelError};

/// Best terms of each list that `product` looks at.
const N_PRODUCT_TERMS: usize = 5;

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterrogationProgress {
    /// The text so far, which a chain makes longer; empty where no chain runs.
    pub text: String,
    /// Phrases chosen so far.
    pub n_phrases: usize,
    /// Phrases at most; a chain may end before.
    pub max_phrases: usize,
    /// Texts that went through the text tower.
    pub n_evaluated: usize,
}

/// An interrogation under way. Dropping it stops it.
#[derive(Debug)]
pub struct InterrogationRun {
    image_vector: Vec<f32>,
    /// Wordings without a chain.
    wordings: Vec<(InterrogationSource, Wording)>,
    chain: Option<Chain>,
    product: Option<ProductTerms>,
    max_phrases: usize,
    n_evaluated: usize,
}

impl Interrogator {
    /// As [`Interrogator::interrogate`], but nothing of the long work is done yet.
    ///
    /// # Errors
    /// A vector of another model, `product` without product lists, or arithmetic that failed.
    pub fn begin(
        &self,
        clip: &Clip,
        image_vector: &[f32],
        caption: &str,
        mode: InterrogatorMode,
        options: &InterrogatorOptions,
    ) -> Result<InterrogationRun, ModelError> {
        let caption = caption.trim();
        let mut run = InterrogationRun {
            image_vector: image_vector.to_vec(),
            wordings: Vec::new(),
            chain: None,
            product: None,
            max_phrases: options.max_phrases,
            n_evaluated: 0,
        };
        match mode {
            InterrogatorMode::Fast => {
                let fast = self.fast(clip, image_vector, caption, options.max_phrases)?;
                run.wordings.push((InterrogationSource::Fast, fast));
            }
            InterrogatorMode::Classic => {
                let classic = self.classic(clip, image_vector, caption, options.n_flavours)?;
                run.wordings.push((InterrogationSource::Classic, classic));
            }
            InterrogatorMode::Best => self.begin_best(clip, caption, options, &mut run)?,
            InterrogatorMode::Negative => {
                let phrases = self.least_like(image_vector, options.best.n_candidates)?;
                run.max_phrases = options.best.max_phrases + 1;
                run.chain = Some(Chain::new(image_vector, None, phrases, Direction::Farther, options.best));
            }
            InterrogatorMode::Product => self.word_product(clip, caption, options, &mut run)?,
        }
        Ok(run)
    }

    fn begin_best(
        &self,
        clip: &Clip,
        caption: &str,
        options: &InterrogatorOptions,
        run: &mut InterrogationRun,
    ) -> Result<(), ModelError> {
        let image_vector = &run.image_vector;
        let alone = Wording { text: caption.to_owned(), terms: Vec::new() };
        let classic = self.classic(clip, image_vector, caption, options.max_phrases)?;
        let fast = self.fast(clip, image_vector, caption, options.max_phrases)?;
        let phrases = self.rank(image_vector, options.best.n_candidates)?;
        let start = if caption.is_empty() {
            None
        } else {
            let vectors = clip.embed_texts(&[caption])?;
            run.n_evaluated += 1;
            vectors.first().map(|vector| (caption, dot(vector, image_vector)))
        };
        run.chain = Some(Chain::new(image_vector, start, phrases, Direction::Nearer, options.best));
        run.max_phrases = options.best.max_phrases + usize::from(start.is_none());
        run.wordings.push((InterrogationSource::Caption, alone));
        run.wordings.push((InterrogationSource::Classic, classic));
        run.wordings.push((InterrogationSource::Fast, fast));
        Ok(())
    }

    fn word_product(
        &self,
        clip: &Clip,
        caption: &str,
        options: &InterrogatorOptions,
        run: &mut InterrogationRun,
    ) -> Result<(), ModelError> {
        let vocabulary = self.product.as_ref().ok_or_else(|| ModelError::TermVectors {
            table: names::TYPES.to_owned(),
            reason: "the lists that describe products are not loaded".to_owned(),
        })?;
        let mut found = vocabulary.terms(&run.image_vector, N_PRODUCT_TERMS)?;
        if options.in_context {
            run.n_evaluated += found.attributes.iter().map(|attribute| attribute.terms.len()).sum::<usize>();
            found = vocabulary.refine(clip, &run.image_vector, found)?;
        }
        let mut parts = Part::caption(caption);
        for attribute in &found.attributes {
            let is_type = attribute.table == names::TYPES;
            let Some(best) = attribute.terms.first() else { continue };
            if is_type || best.probability >= options.min_probability {
                parts.push(Part::term(super::RankedTerm {
                    table: attribute.table.clone(),
                    term: best.term.clone(),
                    similarity: best.similarity,
                }));
            }
        }
        run.wordings.push((InterrogationSource::Product, Wording::fitted(clip, parts)?));
        run.product = Some(found);
        Ok(())
    }
}

impl InterrogationRun {
    /// Does about a second of the work; whether some is left.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn advance(&mut self, clip: &Clip) -> Result<bool, ModelError> {
        self.chain.as_mut().map_or(Ok(false), |chain| chain.advance(clip))
    }

    /// How far the run is.
    #[must_use]
    pub fn progress(&self) -> InterrogationProgress {
        InterrogationProgress {
            text: self.chain.as_ref().map_or(String::new(), |chain| chain.text().to_owned()),
            n_phrases: self.chain.as_ref().map_or(0, Chain::n_chosen),
            max_phrases: self.max_phrases,
            n_evaluated: self.n_evaluated + self.chain.as_ref().map_or(0, Chain::n_tried),
        }
    }

    /// The best answer so far: of the wordings that the mode compares, the one most like the picture.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn finish(mut self, clip: &Clip) -> Result<Interrogation, ModelError> {
        let n_evaluated = self.progress().n_evaluated;
        if let Some(chain) = &self.chain {
            let (text, terms) = chain.best();
            let wording = Wording { text: text.to_owned(), terms: terms.to_vec() };
            self.wordings.push((InterrogationSource::Chain, wording));
        }
        let texts: Vec<&str> = self.wordings.iter().map(|(_, wording)| wording.text.as_str()).collect();
        let vectors = clip.embed_texts(&texts)?;
        let similarities: Vec<f32> = vectors.iter().map(|vector| dot(vector, &self.image_vector)).collect();
        let n_evaluated = n_evaluated + texts.len();
        let best = super::highest(&similarities, 1).first().copied().unwrap_or(0);
        let (source, wording) = self.wordings.swap_remove(best);
        Ok(Interrogation {
            text: wording.text,
            similarity: similarities[best],
            phrases: wording.terms,
            source,
            product: self.product,
            n_evaluated,
        })
    }
}
