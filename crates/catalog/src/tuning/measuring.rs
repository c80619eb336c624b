//! Before and after, by the searches that the window makes.

use vitrine_eval::{
    bootstrap::{Resampling, paired_difference},
    retrieval::{Mean, Measure, Retrieved},
};
use vitrine_jobs::{Job, Stage as JobStage};

use super::{
    gathering::{Gathered, Query},
    learning::DEPTH,
    wording::QueryKind,
};
use crate::{
    CatalogError, Library,
    engine::Engine,
    store::{ProductId, TuningFigure},
};

/// No kind of query may become worse by more than this.
const MAX_WORSE: f64 = 0.01;
/// Of fewer queries a single one makes more than that: these are worse only where that is beyond doubt.
const FEW: u64 = 40;
/// Of fewer an interval means nothing: they are told and decide nothing.
const TOO_FEW: u64 = 10;
/// By what it is decided.
pub(super) const DECIDING: Measure = Measure::Ndcg(10);
const MEASURES: [Measure; 4] = [Measure::Recall(1), Measure::Recall(10), Measure::ReciprocalRank, DECIDING];
/// Queries whose products are read as if the shop said nothing of them.
const UNNAMED: &str = "nothing said of the product";
/// From this relevance on a product counts as a good match.
const GOOD: f32 = 0.5;
/// So far from that line everything stands clear of it.
const CLEAR: f32 = 1e-3;

/// An answer: products with their relevance, best first.
type Answer = Vec<(ProductId, f32)>;

/// How an engine answers queries.
pub(super) fn ask(
    library: &Library,
    engine: &Engine,
    queries: &[Query],
    job: &Job,
) -> Result<Vec<Answer>, CatalogError> {
    let answer = |query: &Query| {
        job.checkpoint()?;
        let answer = library.ranked_by(engine, &query.text, DEPTH as u64)?;
        job.board().advance(JobStage::Measure, 1, None);
        Ok(answer)
    };
    queries.iter().map(answer).collect()
}

/// What has to be added to every relevance, so that as many products are good matches `after` as were `before`.
pub(super) fn shift(before: &[Answer], after: &[Answer]) -> f32 {
    let relevances = |answers: &[Answer]| -> Vec<f32> {
        let mut all: Vec<f32> = answers.iter().flatten().map(|(_, relevance)| *relevance).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all
    };
    let (before, after) = (relevances(before), relevances(after));
    let n_good = before.iter().take_while(|relevance| **relevance >= GOOD).count();
    // Between the last that is to be good and the first that is not.
    match (n_good.checked_sub(1).and_then(|last| after.get(last)), after.get(n_good)) {
        (Some(last), Some(next)) => GOOD - (last + next) / 2.0,
        (Some(last), None) => (GOOD - last + CLEAR).max(0.0),
        (None, Some(next)) => (GOOD - next - CLEAR).min(0.0),
        (None, None) => 0.0,
    }
}

/// Answers before and after.
pub(super) struct Both<T> {
    pub(super) before: Vec<T>,
    pub(super) after: Vec<T>,
}

/// Of all queries; of each kind; of those without a word in common with what they mean; and of those whose products
/// are read as if the shop said nothing of them.
pub(super) fn figures(
    gathered: &Gathered,
    searched: &Both<Answer>,
    unnamed: &Both<Retrieved>,
) -> Vec<TuningFigure> {
    let queries = &gathered.held_out;
    let judged = |answers: &[Answer]| -> Vec<Retrieved> {
        queries.iter().zip(answers).map(|(query, answer)| retrieved(gathered, query, answer)).collect()
    };
    let (before, after) = (judged(&searched.before), judged(&searched.after));
    let of = |kind: &str, before: &[Retrieved], after: &[Retrieved]| {
        MEASURES.into_iter().filter_map(|measure| figure(kind, measure, before, after)).collect::<Vec<_>>()
    };
    let chosen = |kind: &str, is_one: &dyn Fn(&Query) -> bool| {
        let chosen = |answers: &[Retrieved]| -> Vec<Retrieved> {
            let pairs = queries.iter().zip(answers).filter(|(query, _)| is_one(query));
            pairs.map(|(_, answer)| answer.clone()).collect()
        };
        of(kind, &chosen(&before), &chosen(&after))
    };
    let mut all = of("all", &[&*before, &*unnamed.before].concat(), &[&*after, &*unnamed.after].concat());
    for kind in QueryKind::ALL {
        all.extend(chosen(kind.name(), &|query| query.kind == kind));
    }
    let shares_words = |query: &Query| query.example.words.iter().any(|(product, _)| *product == query.of);
    all.extend(chosen("no word in common", &|query| !shares_words(query)));
    all.extend(of(UNNAMED, &unnamed.before, &unnamed.after));
    all
}

fn retrieved(gathered: &Gathered, query: &Query, answer: &Answer) -> Retrieved {
    let is_judged = |product: ProductId| gathered.place(product).is_none_or(|place| query.is_judged(place));
    let judged = answer.iter().filter(|(product, _)| is_judged(*product));
    let names: Vec<String> = judged.map(|(product, _)| product.to_string()).collect();
    let name = |place: u32| gathered.ids.get(place as usize).map(ProductId::to_string);
    let judged = query.example.relevant.iter();
    let judged: Vec<(String, f64)> =
        judged.filter_map(|(place, grade)| Some((name(*place)?, f64::from(*grade)))).collect();
    Retrieved::new(&names, &judged)
}

fn figure(kind: &str, measure: Measure, before: &[Retrieved], after: &[Retrieved]) -> Option<TuningFigure> {
    let values = |answers: &[Retrieved]| -> Vec<Option<f64>> {
        answers.iter().map(|answer| answer.value(measure)).collect()
    };
    let difference =
        paired_difference(&values(after), &values(before), Resampling::default()).ok().flatten()?;
    Some(TuningFigure {
        kind: kind.to_owned(),
        n: before.len() as u64,
        measure: measure.to_string(),
        before: Mean::of(measure, before).value?,
        after: Mean::of(measure, after).value?,
        difference: [difference.low, difference.high],
    })
}

/// Whether searches find more beyond doubt, and no kind of query loses; and that in a sentence.
pub(super) fn verdict(figures: &[TuningFigure]) -> (bool, String) {
    let deciding = DECIDING.to_string();
    let deciding: Vec<&TuningFigure> = figures.iter().filter(|one| one.measure == deciding).collect();
    let Some(all) = deciding.first() else {
        return (false, "Nothing could be measured.".to_owned());
    };
    let [low, high] = all.difference;
    if low <= 0.0 {
        let words = format!(
            "It is in doubt whether searches find more with it ({} changes by {low:+.3} to {high:+.3}), so they go on \
             as they are.",
            all.measure
        );
        return (false, words);
    }
    let lost = |one: &&&TuningFigure| {
        let is_sure = one.n >= FEW || one.difference[1] < 0.0;
        one.n >= TOO_FEW && one.after - one.before < -MAX_WORSE && is_sure
    };
    let worst = deciding.iter().filter(lost);
    if let Some(kind) = worst.min_by(|a, b| (a.after - a.before).total_cmp(&(b.after - b.before))) {
        let by = kind.before - kind.after;
        let words = format!(
            "Most searches find more with it, but those of the kind \"{}\" lose {by:.3}, so they go on as they are.",
            kind.kind
        );
        return (false, words);
    }
    (
        true,
        format!("Searches find more with it, beyond doubt ({} rises by {low:.3} to {high:.3}).", all.measure),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(kind: &str, before: f64, after: f64, difference: [f64; 2]) -> TuningFigure {
        let (kind, measure) = (kind.to_owned(), DECIDING.to_string());
        TuningFigure { kind, n: 50, measure, before, after, difference }
    }

    #[test]
    fn only_what_helps_beyond_doubt_and_harms_nobody_is_taken() {
        let check = |figures: &[TuningFigure], is_better: bool, words: &str| {
            let (found, sentence) = verdict(figures);
            assert_eq!(found, is_better, "{sentence}");
            assert!(sentence.starts_with(words), "{sentence}");
        };
        let better = figure("all", 0.5, 0.6, [0.05, 0.15]);
        check(&[], false, "Nothing could be measured");
        check(&[figure("all", 0.5, 0.52, [-0.01, 0.05])], false, "It is in doubt");
        check(std::slice::from_ref(&better), true, "Searches find more with it");
        check(
            &[better.clone(), figure("title", 0.5, 0.495, [-0.1, 0.1])],
            true,
            "Searches find more with it",
        );
        let words = "Most searches find more with it, but those of the kind \"title\" lose 0.020";
        let worse = figure("title", 0.5, 0.48, [-0.1, 0.1]);
        check(&[better.clone(), worse.clone()], false, words);
        check(&[better.clone(), TuningFigure { n: 39, ..worse.clone() }], true, "Searches find more with it");
        let few = |n| TuningFigure { n, difference: [-0.04, -0.01], ..worse.clone() };
        check(&[better.clone(), few(39)], false, words);
        check(&[better, few(9)], true, "Searches find more with it");
    }

    #[test]
    fn as_many_are_good_matches_as_before() {
        let check = |before: &[f32], after: &[f32], n_good: usize| {
            let answer =
                |all: &[f32]| vec![all.iter().map(|one| (ProductId::new(1), *one)).collect::<Answer>()];
            let shift = shift(&answer(before), &answer(after));
            let found = after.iter().filter(|relevance| **relevance + shift >= GOOD).count();
            assert_eq!(found, n_good, "{before:?} to {after:?} by {shift}");
        };
        check(&[0.9, 0.6, 0.4, 0.1], &[1.4, 1.2, 0.8, 0.7], 2);
        check(&[0.9, 0.6], &[0.3, 0.2], 2);
        check(&[0.4, 0.1], &[0.9, 0.2], 0);
        check(&[], &[], 0);
    }
}
