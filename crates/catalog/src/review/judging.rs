//! A claim against the photos of its product.
//!
//! What speaks for and against it: CLIP's vector of the photo against the claim and its foils, the terms of the
//! same list that cannot be true beside it; of a colour its share of the pixels; what the caption says; and, where
//! it was asked, the matching model's reading of a sentence with the claim and of the same sentence with a foil
//! (ITM), which differ in that one word. [`super::calibration`] makes a probability of these. No model runs here:
//! vectors, colours, captions and scores are in the store.

use std::collections::HashMap;

use super::{
    ClaimKey, ClaimKind, Verdict,
    calibration::{Calibrations, probability},
    finding::is_foil,
};
use crate::{
    CatalogError,
    colour::{BasicColour, ProductColour},
    describe::{AttributeKind, Vocabulary},
    store::PictureId,
};

/// From here on a claim is supported.
pub(super) const SURE: f32 = 0.8;
/// Up to here it is contradicted.
pub(super) const DENIED: f32 = 0.2;
/// A share of nothing or of all is no certainty.
const SHARE_FLOOR: f32 = 0.03;

/// What is known of one photo.
pub(super) struct Look {
    pub(super) picture: PictureId,
    /// CLIP's vector.
    pub(super) vector: Option<Vec<f32>>,
    /// Measured.
    pub(super) colours: Vec<ProductColour>,
    /// What its caption claims.
    pub(super) caption: Vec<ClaimKey>,
    /// How the matching model rated sentences about it.
    pub(super) scores: HashMap<String, f32>,
    /// 'front', 'back', 'side', 'detail', 'worn' or ''.
    pub(super) role: String,
    /// Whether nothing can be recognised on it.
    pub(super) is_unrecognisable: bool,
}

/// What speaks for a claim on one photo.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// CLIP's log odds against the foils.
    pub look: f32,
    /// Log odds of the colour's share of the product.
    pub pixels: f32,
    /// 1 where the caption says the same, -1 where it says something else.
    pub caption: f32,
    /// The matching model's difference between claim and best foil, where it was asked.
    pub matching: Option<f32>,
}

/// A claim, judged.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) probability: Option<f32>,
    pub(super) rather: Option<String>,
    pub(super) picture: Option<PictureId>,
    pub(super) evidence: Option<Evidence>,
}

impl Judged {
    fn unknown(verdict: Verdict, picture: Option<PictureId>) -> Self {
        Self { verdict, probability: None, rather: None, picture, evidence: None }
    }
}

/// Judges claims with the lists of a pack.
pub(super) struct Judge<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) calibrations: &'a Calibrations,
}

impl Judge<'_> {
    /// A claim against the photos of its product: those that can show it. `product_type` is what the product is
    /// called in sentences for the matching model.
    pub(super) fn judge(
        &self,
        looks: &[Look],
        claim: &ClaimKey,
        product_type: &str,
    ) -> Result<Judged, CatalogError> {
        let first = looks.first().map(|look| look.picture);
        let ClaimKind::Attribute(kind) = &claim.kind else {
            // How many and what is written can be seen, but not by these models: a person has to look.
            let verdict = if claim.kind == ClaimKind::Unseen || first.is_none() {
                Verdict::NotVisible
            } else {
                Verdict::Doubtful
            };
            return Ok(Judged::unknown(verdict, first));
        };
        let mut all = Vec::new();
        for look in showing(looks, kind) {
            if let Some((evidence, rivals)) = self.evidence(look, kind, &claim.value, product_type)? {
                let logit = self.calibrations.logit(kind, &evidence);
                all.push((logit, look.picture, evidence, rivals));
            }
        }
        if all.is_empty() {
            let verdict = if first.is_none() { Verdict::NotVisible } else { Verdict::Doubtful };
            return Ok(Judged::unknown(verdict, first));
        }
        // The photos are witnesses of one thing and depend on each other, so their mean counts; where they
        // disagree, it is near even. What only one of them need show is told by the one that shows it best.
        let is_anywhere = matches!(kind, AttributeKind::Setting | AttributeKind::Occasion);
        let best = all.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        let mean = all.iter().map(|(logit, ..)| *logit).sum::<f32>() / all.len() as f32;
        let worst = all.iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let logit = if is_anywhere { best.map_or(mean, |best| best.0) } else { mean };
        let p = probability(logit);
        let verdict = verdict_of(p);
        // A claim that is denied is shown on the photo that denies it most.
        let shown = if verdict == Verdict::Supported { best } else { worst };
        let Some((_, picture, evidence, rivals)) = shown else {
            return Ok(Judged::unknown(Verdict::Doubtful, first));
        };
        let rather = (verdict != Verdict::Supported).then(|| rivals.first().cloned()).flatten();
        Ok(Judged {
            verdict,
            probability: Some(p),
            rather,
            picture: Some(*picture),
            evidence: Some(*evidence),
        })
    }

    /// What speaks for a claim on a photo, and what the photo may show in its place; none where nothing can tell.
    pub(super) fn evidence(
        &self,
        look: &Look,
        kind: &AttributeKind,
        value: &str,
        product_type: &str,
    ) -> Result<Option<(Evidence, Vec<String>)>, CatalogError> {
        if look.is_unrecognisable {
            return Ok(None);
        }
        let foil = |other: &str| is_foil(kind, value, other);
        let odds = match &look.vector {
            Some(vector) => self.vocabulary.odds(vector, kind.table(), value, &foil)?,
            None => None,
        };
        let pixels = (*kind == AttributeKind::Colour).then(|| pixels(value, &look.colours)).flatten();
        if odds.is_none() && pixels.is_none() {
            return Ok(None);
        }
        let mut rivals = odds.as_ref().map(|odds| odds.rivals.clone()).unwrap_or_default();
        // What was measured is the better name for what a colour is in truth.
        if *kind == AttributeKind::Colour
            && let Some(main) = look.colours.iter().find(|colour| foil(&colour.name))
        {
            rivals.insert(0, main.name.clone());
        }
        let matching = matching(&look.scores, kind, value, &rivals, product_type);
        let evidence = Evidence {
            look: odds.map_or(0.0, |odds| odds.log_odds),
            pixels: pixels.unwrap_or(0.0),
            caption: caption(&look.caption, kind, value),
            matching,
        };
        Ok(Some((evidence, rivals)))
    }
}

/// What a probability means.
pub(super) fn verdict_of(probability: f32) -> Verdict {
    match probability {
        p if p >= SURE => Verdict::Supported,
        p if p <= DENIED => Verdict::Contradicted,
        _ => Verdict::Doubtful,
    }
}

/// The photos that can show a claim: a detail shows what the product is made of, not what it is.
fn showing<'a>(looks: &'a [Look], kind: &AttributeKind) -> Vec<&'a Look> {
    let is_whole = |look: &&Look| look.role != "detail";
    let whole: Vec<&Look> = looks.iter().filter(is_whole).collect();
    if *kind == AttributeKind::Type && !whole.is_empty() { whole } else { looks.iter().collect() }
}

/// Log odds of the colour's share of the product, near shades counting half; none where nothing was measured.
fn pixels(value: &str, colours: &[ProductColour]) -> Option<f32> {
    let claimed = BasicColour::of_word(value)?;
    if colours.is_empty() {
        return None;
    }
    let part = |colour: &ProductColour| {
        let counts = match colour.basic {
            basic if basic == claimed => 1.0,
            basic if basic.is_near(claimed) => 0.5,
            _ => 0.0,
        };
        counts * colour.share
    };
    let total: f32 = colours.iter().map(|colour| colour.share).sum();
    let share = colours.iter().map(part).sum::<f32>() / total.max(f32::MIN_POSITIVE);
    let share = share.clamp(SHARE_FLOOR, 1.0 - SHARE_FLOOR);
    Some((share / (1.0 - share)).ln())
}

/// 1 where the caption says the same, -1 where it says something that cannot be true beside it.
fn caption(claims: &[ClaimKey], kind: &AttributeKind, value: &str) -> f32 {
    let of_kind = || claims.iter().filter(|claim| claim.kind == ClaimKind::Attribute(kind.clone()));
    if of_kind().any(|claim| claim.value == value || !is_foil(kind, value, &claim.value)) {
        1.0
    } else if of_kind().next().is_some() {
        -1.0
    } else {
        0.0
    }
}

/// The sentence that the matching model reads: it differs from that of a foil in one term.
pub(super) fn sentence(kind: &AttributeKind, value: &str, product_type: &str) -> String {
    let thing = if product_type.is_empty() { "product" } else { product_type };
    match kind {
        AttributeKind::Type => format!("a {value}"),
        AttributeKind::Material => format!("a {thing} made of {value}"),
        AttributeKind::Setting => format!("a {thing} {value}"),
        _ => format!("a {value} {thing}"),
    }
}

fn matching(
    scores: &HashMap<String, f32>,
    kind: &AttributeKind,
    value: &str,
    rivals: &[String],
    product_type: &str,
) -> Option<f32> {
    let own = scores.get(&sentence(kind, value, product_type))?;
    let of_rivals = rivals.iter().filter_map(|rival| scores.get(&sentence(kind, rival, product_type)));
    let best = of_rivals.copied().fold(f32::NEG_INFINITY, f32::max);
    best.is_finite().then_some(own - best)
}

/// The sentences that the matching model has to read for a claim on a photo.
pub(super) fn sentences(
    kind: &AttributeKind,
    value: &str,
    rivals: &[String],
    product_type: &str,
) -> Vec<String> {
    let values = std::iter::once(value).chain(rivals.iter().map(String::as_str));
    values.map(|value| sentence(kind, value, product_type)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours(colours: &[(&str, f32)]) -> Vec<ProductColour> {
        let colour = |&(name, share): &(&str, f32)| ProductColour {
            name: name.to_owned(),
            basic: BasicColour::from_name(name),
            rgb: [0; 3],
            share,
        };
        colours.iter().map(colour).collect()
    }

    #[test]
    fn pixels_speak_for_the_colour_that_they_show() {
        let check = |value: &str, seen: &[(&str, f32)], expected: std::cmp::Ordering| {
            let found = pixels(value, &colours(seen)).unwrap();
            assert_eq!(found.total_cmp(&0.0), expected, "{value} {seen:?}: {found}");
        };
        use std::cmp::Ordering::{Greater, Less};
        check("navy", &[("blue", 0.9), ("white", 0.1)], Greater);
        check("red", &[("blue", 0.9), ("white", 0.1)], Less);
        check("white", &[("grey", 1.0)], std::cmp::Ordering::Equal);
        assert_eq!(pixels("navy", &[]), None);
        assert_eq!(pixels("striped", &colours(&[("blue", 1.0)])), None);
    }

    #[test]
    fn a_caption_backs_and_denies() {
        let claim = |kind: AttributeKind, value: &str| ClaimKey {
            kind: ClaimKind::Attribute(kind),
            value: value.to_owned(),
        };
        use AttributeKind as K;
        let said = [claim(K::Colour, "blue"), claim(K::Type, "coffee mug")];
        let check = |kind: K, value: &str, expected: f32| {
            assert_eq!(caption(&said, &kind, value).to_bits(), expected.to_bits(), "{value}");
        };
        check(K::Colour, "navy", 1.0);
        check(K::Colour, "red", -1.0);
        check(K::Type, "mug", 1.0);
        check(K::Type, "chair", -1.0);
        check(K::Material, "steel", 0.0);
    }

    #[test]
    fn sentences_differ_in_the_claim_alone() {
        let check = |kind: AttributeKind, expected: [&str; 2]| {
            assert_eq!(sentences(&kind, "x", &["y".to_owned()], "mug"), expected, "{kind:?}");
        };
        check(AttributeKind::Type, ["a x", "a y"]);
        check(AttributeKind::Colour, ["a x mug", "a y mug"]);
        check(AttributeKind::Material, ["a mug made of x", "a mug made of y"]);
    }
}
