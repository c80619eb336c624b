//! How far scores are from what is right.

use candle_core::{D, Result, Tensor};

/// What is added to the score of something that is no negative.
const NEVER: f64 = -1e9;

/// Contrastive loss (InfoNCE, van den Oord et al. 2018) with grades: the cross entropy between the softmax of
/// `scores * exp(log_scale)` and the grades of each query, which add up to 1.
///
/// `scores`, `grades` and `is_left_out` are `[queries, candidates]`; what is left out is no negative of its query,
/// as a product of the same title. `weights`, `[queries]`, say how much each query counts.
pub(super) fn contrastive(
    scores: &Tensor,
    log_scale: &Tensor,
    grades: &Tensor,
    is_left_out: &Tensor,
    weights: &Tensor,
) -> Result<Tensor> {
    let logits = scores.broadcast_mul(&log_scale.exp()?)?;
    let logits = (logits + (is_left_out * NEVER)?)?;
    let all = logits.log_sum_exp(D::Minus1)?;
    let right = (logits * grades)?.sum(D::Minus1)?;
    let of_query = ((all * grades.sum(D::Minus1)?)? - right)?;
    (of_query * weights)?.sum_all()? / weights.sum_all()?
}
