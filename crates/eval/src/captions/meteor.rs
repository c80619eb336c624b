//! METEOR (Lavie and Agarwal, METEOR: an automatic metric for MT evaluation with high levels of correlation
//! with human judgments, WMT 2007) as NLTK has it, without synonyms.

use std::collections::HashMap;

use super::{Texts, Word};

/// How much recall weighs in the harmonic mean.
const ALPHA: f64 = 0.9;
/// How steeply scattered matches cost, and how much at most.
const BETA: f64 = 3.0;
const GAMMA: f64 = 0.5;

/// Of the reference that fits best. `stems` has a number for each word's stem.
pub(super) fn score(texts: &Texts, stems: &[Word]) -> f64 {
    texts.references.iter().map(|reference| of_one(&texts.candidate, reference, stems)).fold(0.0, f64::max)
}

fn of_one(candidate: &[Word], reference: &[Word], stems: &[Word]) -> f64 {
    let matches = align(candidate, reference, stems);
    if matches.is_empty() {
        return 0.0;
    }
    let n = matches.len() as f64;
    let (precision, recall) = (n / candidate.len() as f64, n / reference.len() as f64);
    let mean = precision * recall / (ALPHA * precision + (1.0 - ALPHA) * recall);
    let n_chunks = 1 + matches.windows(2).filter(|pair| !are_neighbours(pair[0], pair[1])).count();
    mean * (1.0 - GAMMA * (n_chunks as f64 / n).powf(BETA))
}

fn are_neighbours(a: (usize, usize), b: (usize, usize)) -> bool {
    b.0 == a.0 + 1 && b.1 == a.1 + 1
}

/// Places of matching words in both, in the candidate's order: equal words first, then equal stems among the
/// rest. Like NLTK, and unlike the paper, it takes the last free one of several and does not seek the
/// alignment with the fewest crossings.
fn align(candidate: &[Word], reference: &[Word], stems: &[Word]) -> Vec<(usize, usize)> {
    let mut free = (vec![true; candidate.len()], vec![true; reference.len()]);
    let mut matches = Vec::new();
    let stem = |word: Word| stems[word as usize];
    for form in [&(|word| word) as &dyn Fn(Word) -> Word, &stem] {
        let mut places: HashMap<Word, Vec<usize>> = HashMap::new();
        for (at, &word) in reference.iter().enumerate().filter(|(at, _)| free.1[*at]) {
            places.entry(form(word)).or_default().push(at);
        }
        for (at, &word) in candidate.iter().enumerate().rev() {
            if !free.0[at] {
                continue;
            }
            if let Some(other) = places.get_mut(&form(word)).and_then(Vec::pop) {
                (free.0[at], free.1[other]) = (false, false);
                matches.push((at, other));
            }
        }
    }
    matches.sort_unstable();
    matches
}
