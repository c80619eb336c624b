//! A closer look: the matching model reads a sentence with the claim, and the same sentence with what the photo may
//! show in its place (ITM). What it says is kept, so that no sentence is read twice.

use std::collections::BTreeMap;

use super::{
    ClaimKey, ClaimKind, Verdict,
    assessing::{Assessor, JudgedClaim, product_type},
    judging::{Evidence, Judge, Judged, Look, sentences},
};
use crate::{
    CatalogError, Library,
    engine::Engine,
    library::Inner,
    store::{Composition, PictureId, ProductId},
};

/// Sentences that are read together: a person who wants something waits for no more.
const AT_ONCE: usize = 16;
/// What a photo may show in the place of a claim: the likeliest few.
const N_FOILS: usize = 2;

/// What is found of a claim that somebody makes of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimFinding {
    /// What becomes of it.
    pub verdict: Verdict,
    /// How likely it is right; none where nothing can tell.
    pub probability: Option<f32>,
    /// What speaks for and against it; none where nothing can tell.
    pub evidence: Option<Evidence>,
}

impl Assessor {
    /// Whether the matching model can say something new about a claim.
    pub(super) fn is_to_be_asked(&self, claim: &JudgedClaim) -> bool {
        let ClaimKind::Attribute(kind) = &claim.claim.kind else { return false };
        let is_unread = claim.evidence.is_some_and(|evidence| evidence.matching.is_none());
        claim.person_says.is_none()
            && is_unread
            && self.engine.models.matches()
            && self.calibrations.counts_matching(kind)
    }

    /// Asks the matching model about these claims, on the photo that tells most of each. False where it is not
    /// wanted any more.
    pub(super) fn ask<'a>(
        &self,
        inner: &Inner,
        looks: &[Look],
        claims: impl Iterator<Item = &'a ClaimKey>,
        thing: &str,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<bool, CatalogError> {
        if !self.engine.models.matches() {
            return Ok(true);
        }
        let matching = self.engine.models.ids().matching;
        let judge = Judge { vocabulary: self.vocabulary()?, calibrations: &self.calibrations };
        let mut sentences_of: BTreeMap<PictureId, Vec<String>> = BTreeMap::new();
        for claim in claims {
            let ClaimKind::Attribute(kind) = &claim.kind else { continue };
            let Some(picture) = judge.judge(looks, claim, thing)?.picture else { continue };
            let Some(look) = looks.iter().find(|look| look.picture == picture) else { continue };
            let Some((_, rivals)) = judge.evidence(look, kind, &claim.value, thing)? else { continue };
            let asked = sentences_of.entry(picture).or_default();
            for sentence in sentences(kind, &claim.value, &rivals[..rivals.len().min(N_FOILS)], thing) {
                if !look.scores.contains_key(&sentence) && !asked.contains(&sentence) {
                    asked.push(sentence);
                }
            }
        }
        for (picture, sentences) in sentences_of {
            for some in sentences.chunks(AT_ONCE) {
                if !is_wanted() {
                    return Ok(false);
                }
                // A photo that cannot be read now says nothing.
                let Some(odds) = read(inner, &self.engine, picture, some.to_vec())? else { break };
                let scores = some.iter().cloned().zip(odds);
                let scores: Vec<_> = scores.map(|(sentence, odds)| (picture, sentence, odds)).collect();
                inner.store.add_match_scores(matching, &scores)?;
            }
        }
        Ok(true)
    }
}

/// What the matching model says of sentences and a photo; none where the photo cannot be read.
fn read(
    inner: &Inner,
    engine: &Engine,
    picture: PictureId,
    sentences: Vec<String>,
) -> Result<Option<Vec<f32>>, CatalogError> {
    let host = engine.models.host();
    let is_known = host.remembers(vec![picture]).first().copied().unwrap_or(false);
    let pixels = if is_known { None } else { crate::search::thumbnail_pixels(inner, picture).ok() };
    let preprocess = host.match_preprocess()?;
    let pixels = pixels.map(|pixels| preprocess.apply(&pixels));
    host.match_log_odds_of((picture, pixels), sentences)
}

impl Inner {
    /// Has the matching model read what is claimed of a product and may be wrong. False where it is not wanted any
    /// more.
    pub(crate) fn ask_about(
        &self,
        product: ProductId,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<bool, CatalogError> {
        let assessor = self.assessor()?;
        let known = assessor.known(self, product)?;
        let all = assessor.claims_of(&known)?;
        let claims = all.iter().filter(|claim| assessor.is_to_be_asked(claim)).map(|claim| &claim.claim);
        assessor.ask(self, &known.looks, claims, &product_type(&all), is_wanted)
    }

    pub(super) fn looks_of(
        &self,
        assessor: &Assessor,
        product: ProductId,
    ) -> Result<Vec<Look>, CatalogError> {
        let ids = assessor.engine.models.ids();
        let photos = self.store.photos_of(product, ids)?;
        let written: Vec<Option<Composition>> = photos
            .iter()
            .map(|found| self.store.composition(found.photo.id, ids))
            .collect::<Result<_, _>>()?;
        assessor.looks(self, &photos, &written)
    }
}

impl Library {
    /// What becomes of a claim about a product that is called `thing`; with `closer` the matching model is asked
    /// first. By this, verdicts are measured.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchProduct`], a pack that cannot be used.
    pub fn judge_claim(
        &self,
        product: ProductId,
        claim: &ClaimKey,
        thing: &str,
        closer: bool,
    ) -> Result<ClaimFinding, CatalogError> {
        let inner = self.inner();
        let assessor = inner.assessor()?;
        let mut looks = inner.looks_of(&assessor, product)?;
        if closer {
            assessor.ask(inner, &looks, std::iter::once(claim), thing, &|| true)?;
            looks = inner.looks_of(&assessor, product)?;
        }
        let judge = Judge { vocabulary: assessor.vocabulary()?, calibrations: &assessor.calibrations };
        let Judged { verdict, probability, evidence, .. } = judge.judge(&looks, claim, thing)?;
        Ok(ClaimFinding { verdict, probability, evidence })
    }
}
