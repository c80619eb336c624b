//! A question as one fused vector, and how scores against it read.
//!
//! Words and pictures are read by CLIP and by BLIP, and set against the parts of a photo that fit them
//! (`store/fused.rs`): the paper's `sim(I, T) = F_I . F_T`, with the weights on the question's side. Cosines of
//! different parts lie on different scales, so each is first set against what is usual for it; the sum then
//! reads as relevance by a line ([`vitrine_models::FusedCalibration`]). A part that a photo lacks counts as the mean of
//! the catalog's photos for this question: it neither helps nor hurts.

use vitrine_models::{Calibration, ScoreRange};

use super::background::Background;
use crate::store::PartLens;

/// The place of the merchant's own words among the parts.
const OWN: usize = 3;

/// How much each part counts, as factors of what the pack says. All 1 where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// CLIP's look at the photo.
    pub look: f32,
    /// BLIP's look at the photo.
    pub matching: f32,
    /// The generated description.
    pub description: f32,
    /// What the merchant says of the product, as a model reads it.
    pub own: f32,
    /// The words themselves, as they stand.
    pub words: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { look: 1.0, matching: 1.0, description: 1.0, own: 1.0, words: 1.0 }
    }
}

impl Weights {
    fn parts(&self) -> [f32; 4] {
        [self.look, self.matching, self.description, self.own]
    }

    /// Whether any part of a photo counts.
    pub(super) fn has_part(&self) -> bool {
        self.parts().iter().any(|weight| *weight > 0.0)
    }

    /// Within what makes sense: no number that is none, nothing negative, nothing enormous.
    #[must_use]
    pub fn sane(self) -> Self {
        let sane = |x: f32| if x.is_finite() { x.clamp(0.0, 10.0) } else { 1.0 };
        Self {
            look: sane(self.look),
            matching: sane(self.matching),
            description: sane(self.description),
            own: sane(self.own),
            words: sane(self.words),
        }
    }
}

/// One thing that is asked for.
#[derive(Debug, Clone)]
pub(super) enum Term {
    /// Words, as both models read them.
    Words {
        /// CLIP's vector.
        clip: Vec<f32>,
        /// BLIP's vector (ITC); none where it is not there (yet).
        matching: Option<Vec<f32>>,
        /// How much each part counts for these words, 1 as the pack says.
        shares: [f32; 4],
    },
    /// A picture, as both models read it.
    Picture {
        /// CLIP's vector.
        clip: Vec<f32>,
        /// BLIP's vector (ITC).
        matching: Option<Vec<f32>>,
    },
}

/// A question for the index.
#[derive(Debug, Clone, Default)]
pub(super) struct Fused {
    /// `[width]`: each part times its weight.
    pub(super) query: Vec<f32>,
    /// What each part adds where a photo lacks it.
    pub(super) missing: [f32; 4],
    /// To be added to the inner product, for the relevance.
    intercept: f32,
    /// What each part adds where it is as usual.
    usual: [f32; 4],
    /// How much each part counts, all together 1.
    shares: [f32; 4],
}

/// What a part of a photo adds to its relevance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PartShare {
    /// What it adds; those of all parts add up to the relevance.
    pub(super) gave: f32,
    /// How much it counts, from 0 to 1.
    pub(super) weight: f32,
    /// Whether the photo has it.
    pub(super) is_there: bool,
}

impl Fused {
    /// The relevance of a photo whose inner product with the query is `score`: around 0 and below unrelated,
    /// 0.5 on the line, 1 and above sure.
    pub(super) fn relevance(&self, score: f32) -> f32 {
        score + self.intercept
    }

    /// What each part of a photo adds to its relevance; `fused` is the photo's vector.
    pub(super) fn shares_of(&self, photo: &[f32], lens: PartLens) -> [PartShare; 4] {
        let base = self.intercept + self.usual.iter().sum::<f32>();
        let mut start = 0;
        std::array::from_fn(|part| {
            let (at, end) = (start, start + lens[part]);
            start = end;
            let own = photo.get(at..end).unwrap_or_default();
            let is_there = own.iter().any(|x| *x != 0.0);
            let score = match is_there {
                true => own.iter().zip(&self.query[at..end]).map(|(a, b)| a * b).sum(),
                false => self.missing[part],
            };
            let weight = self.shares[part];
            // Each part bears its share of what has to be reached.
            PartShare { gave: score - self.usual[part] + base * weight, weight, is_there }
        })
    }

    /// The terms, each with how much it counts, as one question; none where nothing is left of it. `shift` is added
    /// to the relevance.
    pub(super) fn of_terms(
        terms: &[(Term, f32)],
        lens: PartLens,
        weights: &Weights,
        calibration: &Calibration,
        (background, shift): (&Background, f32),
    ) -> Option<Self> {
        let total: f32 = terms.iter().map(|(_, weight)| weight.abs()).sum();
        if total <= f32::EPSILON {
            return None;
        }
        let mut fused = Self { query: vec![0.0; lens.iter().sum()], intercept: shift, ..Self::default() };
        for (term, weight) in terms {
            let slopes = match term {
                Term::Words { clip, matching, shares } => {
                    Line::of_words(clip, matching.as_deref(), lens, weights, calibration).times(shares)
                }
                Term::Picture { clip, matching } => {
                    Line::of_picture(clip, matching.as_deref(), lens, weights, calibration)
                }
            };
            fused.add(&slopes, weight / total, lens, background);
        }
        let all: f32 = fused.shares.iter().sum();
        if all > 0.0 {
            fused.shares.iter_mut().for_each(|share| *share /= all);
        }
        fused.query.iter().any(|x| *x != 0.0).then_some(fused)
    }

    fn add(&mut self, line: &Line<'_>, weight: f32, lens: PartLens, background: &Background) {
        let mut start = 0;
        let mut context = 0.0;
        for (part, len) in lens.into_iter().enumerate() {
            if let Some((vector, slope, usual)) = line.parts[part] {
                let query = &mut self.query[start..start + len];
                query.iter_mut().zip(vector).for_each(|(sum, x)| *sum += weight * slope * x);
                let mean = background.mean(part, start, vector).unwrap_or(usual);
                self.missing[part] += weight * slope * mean;
                self.intercept -= weight * slope * usual;
                self.usual[part] += weight * slope * usual;
                self.shares[part] += weight.abs() * line.counts[part];
                context += slope * (mean - usual);
            }
            start += len;
        }
        self.intercept += weight * (line.at_usual + line.context * context * background.trust());
    }
}

/// How the cosines of one term become relevance: `at_usual + sum of slope * (cosine - usual)`.
struct Line<'a> {
    /// Vector, slope and usual cosine of each part that the term has.
    parts: [Option<(&'a [f32], f32, f32)>; 4],
    /// How much each part counts.
    counts: [f32; 4],
    at_usual: f32,
    /// How much the mean of the catalog counts.
    context: f32,
}

impl<'a> Line<'a> {
    fn of_words(
        clip: &'a [f32],
        matching: Option<&'a [f32]>,
        lens: PartLens,
        weights: &Weights,
        calibration: &Calibration,
    ) -> Self {
        let fused = &calibration.fused;
        let vectors = [Some(clip), matching, Some(clip), Some(clip)];
        let mut all: f32 = 0.0;
        let mut had: f32 = 0.0;
        let (mut parts, mut counts) = ([None; 4], [0.0; 4]);
        for (at, (part, factor)) in fused.parts().into_iter().zip(weights.parts()).enumerate() {
            let weight = part.weight * factor;
            let fits = vectors[at].filter(|vector| vector.len() == lens[at] && lens[at] > 0);
            // Own words are the merchant's to give: without them nothing is missing.
            if at != OWN {
                all += part.weight;
            }
            if let Some(vector) = fits.filter(|_| weight > 0.0) {
                if at != OWN {
                    had += weight;
                }
                counts[at] = weight;
                parts[at] = Some((vector, weight / part.spread / (2.0 * fused.width), part.mean));
            }
        }
        // The line was laid with all parts: fewer of them, or others' weights, must not lower the sums.
        let scale = if had > 0.0 { all / had } else { 1.0 };
        for (_, slope, _) in parts.iter_mut().flatten() {
            *slope *= scale;
        }
        Self { parts, counts, at_usual: 0.5 - fused.line / (2.0 * fused.width), context: fused.context }
    }

    /// With each part counting so much more or less.
    fn times(mut self, shares: &[f32; 4]) -> Self {
        for (at, share) in shares.iter().enumerate() {
            self.counts[at] *= share;
            if let Some((_, slope, _)) = &mut self.parts[at] {
                *slope *= share;
            }
        }
        self
    }

    fn of_picture(
        clip: &'a [f32],
        matching: Option<&'a [f32]>,
        lens: PartLens,
        weights: &Weights,
        calibration: &Calibration,
    ) -> Self {
        let ranges = [
            (Some(clip), calibration.image, weights.look),
            (matching, calibration.match_image, weights.matching),
        ];
        let fits =
            |at: usize, vector: Option<&'a [f32]>| vector.filter(|v| v.len() == lens[at] && lens[at] > 0);
        let total: f32 = ranges
            .iter()
            .enumerate()
            .filter(|(at, (vector, ..))| fits(*at, *vector).is_some())
            .map(|(_, (.., weight))| weight)
            .sum();
        let (mut parts, mut counts) = ([None; 4], [0.0; 4]);
        for (at, (vector, range, weight)) in ranges.into_iter().enumerate() {
            let ScoreRange { unrelated, sure } = range;
            if let Some(vector) = fits(at, vector).filter(|_| weight > 0.0) {
                counts[at] = weight;
                parts[at] = Some((vector, weight / total / (sure - unrelated), unrelated));
            }
        }
        Self { parts, counts, at_usual: 0.0, context: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENS: PartLens = [2, 2, 2, 0];

    fn words(clip: [f32; 2], matching: Option<[f32; 2]>) -> Term {
        Term::Words { clip: clip.to_vec(), matching: matching.map(Vec::from), shares: [1.0; 4] }
    }

    fn fused(terms: &[(Term, f32)], weights: &Weights) -> Fused {
        Fused::of_terms(terms, LENS, weights, &Calibration::default(), (&Background::default(), 0.0)).unwrap()
    }

    fn relevance(of: &Fused, photo: [f32; 6]) -> f32 {
        of.relevance(of.query.iter().zip(photo).map(|(a, b)| a * b).sum())
    }

    #[test]
    fn the_line_is_where_the_pack_says() {
        let fused_words = fused(&[(words([1.0, 0.0], Some([0.0, 1.0])), 1.0)], &Weights::default());
        let parts = Calibration::default().fused.parts();
        // Every part as many spreads above its mean as make up the line.
        let line = Calibration::default().fused.line / 2.25;
        let at = |part: usize| parts[part].mean + line * parts[part].spread;
        let photo = [at(0), 0.3, 0.3, at(1), at(2), 0.3];
        assert!((relevance(&fused_words, photo) - 0.5).abs() < 1e-4);
        // Without BLIP the same photo stands at the same place.
        let without = fused(&[(words([1.0, 0.0], None), 1.0)], &Weights::default());
        assert!((relevance(&without, photo) - 0.5).abs() < 1e-4);
        let looks = Weights { description: 0.0, matching: 0.0, ..Weights::default() };
        let look_alone = fused(&[(words([1.0, 0.0], Some([0.0, 1.0])), 1.0)], &looks);
        assert!((relevance(&look_alone, photo) - 0.5).abs() < 1e-4);
    }

    #[test]
    fn terms_count_by_their_weights_and_take_away_where_these_are_negative() {
        let red = words([1.0, 0.0], None);
        let blue = words([0.0, 1.0], None);
        let photo = [0.4, 0.1, 0.0, 0.0, 0.6, 0.6];
        let of = |terms: &[(Term, f32)]| relevance(&fused(terms, &Weights::default()), photo);
        let (r, b) = (of(&[(red.clone(), 1.0)]), of(&[(blue.clone(), 1.0)]));
        assert!(r > b);
        assert!((of(&[(red.clone(), 1.0), (blue.clone(), 1.0)]) - (r + b) / 2.0).abs() < 1e-4);
        assert!((of(&[(red.clone(), 3.0), (blue.clone(), 1.0)]) - (3.0 * r + b) / 4.0).abs() < 1e-4);
        assert!(of(&[(red.clone(), 1.0), (blue, -1.0)]) < r);
        let nothing = [(red, 0.0)];
        let none = Fused::of_terms(
            &nothing,
            LENS,
            &Weights::default(),
            &Calibration::default(),
            (&Background::default(), 0.0),
        );
        assert!(none.is_none());
    }

    #[test]
    fn what_the_parts_give_adds_up_to_the_relevance() {
        let check = |terms: &[(Term, f32)], photo: [f32; 6]| {
            let of = fused(terms, &Weights::default());
            let shares = of.shares_of(&photo, LENS);
            let sum: f32 = shares.iter().map(|share| share.gave).sum();
            // A part that is missing adds its mean, as the index has it.
            let lacking: f32 =
                (0..4).filter(|part| !shares[*part].is_there).map(|part| of.missing[part]).sum();
            assert!((sum - relevance(&of, photo) - lacking).abs() < 1e-4, "{shares:?}");
            assert!((shares.iter().map(|share| share.weight).sum::<f32>() - 1.0).abs() < 1e-4);
        };
        let both = (words([1.0, 0.0], Some([0.0, 1.0])), 1.0);
        check(std::slice::from_ref(&both), [0.4, 0.1, 0.2, 0.3, 0.6, 0.6]);
        check(std::slice::from_ref(&both), [0.4, 0.1, 0.0, 0.0, 0.6, 0.6]);
        check(&[both, (words([0.0, 1.0], None), -0.5)], [0.4, 0.1, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn strange_weights_are_made_sane() {
        let sane = Weights { look: f32::NAN, matching: -3.0, own: 1e9, ..Weights::default() }.sane();
        assert_eq!((sane.look, sane.matching, sane.own, sane.words), (1.0, 0.0, 10.0, 1.0));
    }
}
