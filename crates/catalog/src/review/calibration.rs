//! From evidence to a probability that means what it says.
//!
//! The pack's weights ([`vitrine_models::ClaimCalibrations`]) were fitted on photos with known labels, half of the
//! claims true and half with one attribute changed. A shop's own claims are right more often or less, so what its
//! people decide is learnt from: per kind of claim a slope and a shift of the log odds (Platt 1999), held near
//! "as it is" until there are decisions enough.

use std::collections::HashMap;

use vitrine_models::{ClaimCalibration, ClaimCalibrations, ClaimWeights};

use super::judging::Evidence;
use crate::describe::AttributeKind;

/// How many decisions the pack's own calibration is worth.
const PRIOR: f32 = 12.0;
/// Steps of Newton's method; it is done after a few.
const MAX_STEPS: usize = 25;

/// Slope and shift of log odds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Platt {
    slope: f32,
    shift: f32,
}

impl Default for Platt {
    fn default() -> Self {
        Self { slope: 1.0, shift: 0.0 }
    }
}

/// How evidence reads as log odds.
#[derive(Debug, Clone)]
pub(crate) struct Calibrations {
    pack: ClaimCalibrations,
    of_shop: HashMap<AttributeKind, Platt>,
}

impl Calibrations {
    /// As the pack was measured.
    pub(crate) fn of_pack(pack: ClaimCalibrations) -> Self {
        Self { pack, of_shop: HashMap::new() }
    }

    /// With what people decided: kind, evidence, and whether the claim is right.
    pub(crate) fn taught(pack: ClaimCalibrations, decided: &[(AttributeKind, Evidence, bool)]) -> Self {
        let mut calibrations = Self::of_pack(pack);
        let mut by_kind: HashMap<&AttributeKind, Vec<(f32, bool)>> = HashMap::new();
        for (kind, evidence, is_right) in decided {
            by_kind.entry(kind).or_default().push((calibrations.pack_logit(kind, evidence), *is_right));
        }
        let fitted: HashMap<AttributeKind, Platt> =
            by_kind.into_iter().map(|(kind, decided)| (kind.clone(), fit(&decided))).collect();
        calibrations.of_shop = fitted;
        calibrations
    }

    /// Log odds that a claim is right.
    pub(crate) fn logit(&self, kind: &AttributeKind, evidence: &Evidence) -> f32 {
        let Platt { slope, shift } = self.of_shop.get(kind).copied().unwrap_or_default();
        slope * self.pack_logit(kind, evidence) + shift
    }

    /// Whether what the matching model says of a kind of claim counts in this pack.
    pub(crate) fn counts_matching(&self, kind: &AttributeKind) -> bool {
        self.of(kind).closer.matching.abs() > 0.0
    }

    fn of(&self, kind: &AttributeKind) -> ClaimCalibration {
        match kind {
            AttributeKind::Type => self.pack.product_type,
            AttributeKind::Colour => self.pack.colour,
            AttributeKind::Material => self.pack.material,
            AttributeKind::Pattern => self.pack.pattern,
            _ => self.pack.other,
        }
    }

    fn pack_logit(&self, kind: &AttributeKind, evidence: &Evidence) -> f32 {
        let ClaimCalibration { first, closer } = self.of(kind);
        let sum = |weights: ClaimWeights, matching: f32| {
            weights.bias
                + weights.look * evidence.look
                + weights.pixels * evidence.pixels
                + weights.caption * evidence.caption
                + weights.matching * matching
        };
        match evidence.matching {
            Some(matching) => sum(closer, matching),
            None => sum(first, 0.0),
        }
    }
}

/// `1 / (1 + exp(-x))`
pub(super) fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The slope and shift under which what was decided is likeliest, held back by a normal prior around no change.
fn fit(decided: &[(f32, bool)]) -> Platt {
    let (mut slope, mut shift) = (1.0_f64, 0.0_f64);
    let prior = f64::from(PRIOR) / 4.0;
    for _ in 0..MAX_STEPS {
        let (mut g, mut h) = ([prior * (slope - 1.0), prior * shift], [[prior, 0.0], [0.0, prior]]);
        for (logit, is_right) in decided {
            let x = f64::from(*logit);
            let p = 1.0 / (1.0 + (-(slope * x + shift)).exp());
            let error = p - f64::from(u8::from(*is_right));
            let weight = p * (1.0 - p);
            g[0] += error * x;
            g[1] += error;
            h[0][0] += weight * x * x;
            h[0][1] += weight * x;
            h[1][0] += weight * x;
            h[1][1] += weight;
        }
        let determinant = h[0][0] * h[1][1] - h[0][1] * h[1][0];
        if determinant.abs() < 1e-12 {
            break;
        }
        let step = [
            (h[1][1] * g[0] - h[0][1] * g[1]) / determinant,
            (h[0][0] * g[1] - h[1][0] * g[0]) / determinant,
        ];
        slope -= step[0];
        shift -= step[1];
        if step.iter().all(|step| step.abs() < 1e-6) {
            break;
        }
    }
    // A slope below zero would turn every verdict around, for which no shop has decisions enough.
    let bounded = slope.clamp(0.05, 5.0);
    if bounded.total_cmp(&slope).is_ne() {
        shift = fit_shift(decided, bounded, prior);
    }
    Platt { slope: bounded as f32, shift: shift.clamp(-6.0, 6.0) as f32 }
}

/// The likeliest shift where the slope stands.
fn fit_shift(decided: &[(f32, bool)], slope: f64, prior: f64) -> f64 {
    let mut shift = 0.0_f64;
    for _ in 0..MAX_STEPS {
        let (mut g, mut h) = (prior * shift, prior);
        for (logit, is_right) in decided {
            let p = 1.0 / (1.0 + (-(slope * f64::from(*logit) + shift)).exp());
            g += p - f64::from(u8::from(*is_right));
            h += p * (1.0 - p);
        }
        shift -= g / h;
        if (g / h).abs() < 1e-6 {
            break;
        }
    }
    shift
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probability after decisions of claims whose log odds were `logit`, of which this share was right.
    fn after(n: usize, logit: f32, share_right: f32) -> f32 {
        let decided: Vec<(f32, bool)> =
            (0..n).map(|at| (logit, (at as f32 + 0.5) / n as f32 <= share_right)).collect();
        let Platt { slope, shift } = fit(&decided);
        probability(slope * logit + shift)
    }

    #[test]
    fn decisions_move_probabilities_to_how_often_claims_are_right() {
        let check = |n: usize, logit: f32, share: f32, expected: f32| {
            let found = after(n, logit, share);
            assert!((found - expected).abs() < 0.03, "{n} decisions at {logit}: {found}, not {expected}");
        };
        // Told with 73 %, half of them right.
        check(0, 1.0, 0.5, 0.731);
        check(400, 1.0, 0.5, 0.5);
        check(400, -1.0, 0.9, 0.9);
        check(400, 2.0, 0.88, 0.88);
    }

    #[test]
    fn a_few_decisions_do_not_turn_everything_around() {
        let found = after(2, 2.0, 0.0);
        assert!(found > 0.35, "{found}");
    }
}
