//! What is asked, as one vector.

use std::sync::{Mutex, PoisonError};

use vitrine_models::ScoreRange;

use crate::{
    CatalogError,
    describe::AttributeKind,
    engine::Engine,
    library::Inner,
    models::Models,
    store::{ModelId, PictureId, ProductId},
};

/// What is asked. Parts add up: "like this picture, but red".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words.
    pub text: String,
    /// Tokens of query pictures.
    pub pictures: Vec<String>,
    /// A product whose photo is the query; it is left out of the answer.
    pub like: Option<Like>,
    /// Only products of which all of this is said.
    pub filters: Vec<(AttributeKind, String)>,
}

/// "More like this".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Like {
    /// The product.
    pub product: ProductId,
    /// Which of its photos; none for the first.
    pub picture: Option<PictureId>,
}

impl Query {
    /// Words alone.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Whether nothing is asked that ranks products.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.pictures.is_empty() && self.like.is_none()
    }
}

/// A query's vector, and how scores against it read.
///
/// Words and pictures score on different scales (a photo is never as close to words as to another
/// photo), so each part is divided by the width of its scale before they are added; the relevance
/// of a product is then the mean of its relevances to the parts, and a line over the score.
pub(super) struct QueryVector {
    /// Unit vector `[dim]`.
    pub(super) unit: Vec<f32>,
    slope: f32,
    intercept: f32,
}

impl QueryVector {
    fn of_parts(parts: &[(Vec<f32>, ScoreRange)]) -> Option<Self> {
        let dim = parts.first()?.0.len();
        let n = parts.len() as f32;
        let mut sum = vec![0.0_f32; dim];
        let mut intercept = 0.0;
        for (vector, range) in parts {
            let width = range.sure - range.unrelated;
            for (total, x) in sum.iter_mut().zip(vector) {
                *total += x / width / n;
            }
            intercept -= range.unrelated / width / n;
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length <= f32::EPSILON {
            return None;
        }
        Some(Self { unit: sum.iter().map(|x| x / length).collect(), slope: length, intercept })
    }

    /// A cosine as relevance from 0 to 1.
    pub(super) fn relevance(&self, score: f32) -> f32 {
        (self.slope * score + self.intercept).clamp(0.0, 1.0)
    }
}

/// The query's vector.
pub(super) fn vector(inner: &Inner, engine: &Engine, query: &Query) -> Result<QueryVector, CatalogError> {
    let models = &engine.models;
    let calibration = models.calibration();
    let mut parts = Vec::new();
    let text = query.text.trim();
    if !text.is_empty() {
        parts.push((inner.search.texts.get(models, text)?, calibration.text));
    }
    for token in &query.pictures {
        parts.push((inner.search.pictures.vector(models, token)?, calibration.image));
    }
    if let Some(like) = query.like {
        let picture = match like.picture {
            Some(picture) => picture,
            None => inner.store.product(like.product, models.ids())?.photo.id,
        };
        let vector = inner.store.vector(models.ids().clip, picture)?.ok_or(CatalogError::NotYetSearchable)?;
        parts.push((vector, calibration.image));
    }
    // Parts that cancel each other out exactly ask for nothing in particular.
    QueryVector::of_parts(&parts).ok_or(CatalogError::AsksForNothing)
}

/// Vectors of the words that were asked for last: typing, paging and going back ask for the same
/// ones again and again.
#[derive(Default)]
pub(super) struct TextVectors(Mutex<Vec<TextVector>>);

/// The words, the search model that read them, and their vector.
type TextVector = (String, ModelId, Vec<f32>);

impl TextVectors {
    const N_KEPT: usize = 64;

    fn get(&self, models: &Models, text: &str) -> Result<Vec<f32>, CatalogError> {
        let model = models.ids().clip;
        {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = known.iter().position(|(words, by, _)| words == text && *by == model) {
                let entry = known.remove(at);
                let vector = entry.2.clone();
                known.push(entry);
                return Ok(vector);
            }
        }
        let vector = models.embed_text(text)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::N_KEPT {
            known.remove(0);
        }
        known.push((text.to_owned(), model, vector.clone()));
        Ok(vector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: ScoreRange = ScoreRange { unrelated: 0.15, sure: 0.35 };
    const IMAGE: ScoreRange = ScoreRange { unrelated: 0.5, sure: 0.9 };

    #[test]
    fn one_part_reads_on_its_own_scale() {
        let query = QueryVector::of_parts(&[(vec![1.0, 0.0], TEXT)]).unwrap();
        assert_eq!(query.unit, [1.0, 0.0]);
        for score in [0.0, 0.15, 0.2, 0.25, 0.35, 0.9] {
            assert!((query.relevance(score) - TEXT.relevance(score)).abs() < 1e-5, "{score}");
        }
    }

    #[test]
    fn two_parts_read_as_the_mean_of_both() {
        let (a, b) = (vec![1.0, 0.0], vec![0.6, 0.8]);
        let query = QueryVector::of_parts(&[(a.clone(), TEXT), (b.clone(), IMAGE)]).unwrap();
        let product = [0.3_f32, 0.6];
        let dot = |v: &[f32]| v.iter().zip(&product).map(|(x, y)| x * y).sum::<f32>();
        let due = ((dot(&a) - 0.15) / 0.2 + (dot(&b) - 0.5) / 0.4) / 2.0;
        assert!((query.relevance(dot(&query.unit)) - due.clamp(0.0, 1.0)).abs() < 1e-5);
    }
}
