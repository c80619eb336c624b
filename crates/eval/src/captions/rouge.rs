//! ROUGE-L (Lin, ROUGE: a package for automatic evaluation of summaries, ACL workshop 2004).

use super::{Texts, Word};

/// How much more recall weighs than precision, as `pycocoevalcap` has it.
const BETA: f64 = 1.2;

/// The F-measure of the longest common subsequence. As in `pycocoevalcap`, the best precision and the best
/// recall may come from two references.
pub(super) fn score(texts: &Texts) -> f64 {
    let candidate = &texts.candidate;
    let (mut precision, mut recall) = (0.0_f64, 0.0_f64);
    for reference in &texts.references {
        let common = longest_common(candidate, reference) as f64;
        precision = precision.max(common / candidate.len().max(1) as f64);
        recall = recall.max(common / reference.len().max(1) as f64);
    }
    if precision == 0.0 || recall == 0.0 {
        return 0.0;
    }
    (1.0 + BETA * BETA) * precision * recall / (recall + BETA * BETA * precision)
}

/// Words of the longest common subsequence.
fn longest_common(a: &[Word], b: &[Word]) -> usize {
    // Row by row of the table of prefixes: entry `j` is of what was read of `a` and the first `j` words of `b`.
    let mut row = vec![0; b.len() + 1];
    for word in a {
        let mut diagonal = 0;
        for (j, other) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if word == other { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}
