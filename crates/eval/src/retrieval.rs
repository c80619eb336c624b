//! How well a ranking answers a query: the measures of information retrieval.
//!
//! The definitions are those of NIST's `trec_eval`, which `ir_measures` and `pytrec_eval` share. An item is
//! relevant if its grade is above 0; for whole grades that is `trec_eval`'s relevance level 1. Items that
//! nobody judged are not relevant, and neither are those that were not found.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    fmt,
};

/// A measure of one query's ranking, from 0 (worst) to 1 (best). Its mean over queries has the same name, but
/// for [`Measure::ReciprocalRank`] and [`Measure::AveragePrecision`], whose means are MRR and mAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Recall@k: relevant items among the first k, of all relevant items. With one relevant item it is 0 or 1,
    /// and its mean the hit rate that papers on CLIP call R@k. With more than k relevant items it stays
    /// below 1.
    Recall(usize),
    /// Success@k: 1 if any relevant item is among the first k, else 0.
    Success(usize),
    /// P@k: relevant items among the first k, divided by k, also where fewer were ranked.
    Precision(usize),
    /// nDCG@k: the sum of grade / log2(rank + 1) over the first k, divided by that of the best possible
    /// ranking of all judged items. Gains are linear, as Järvelin and Kekäläinen (Cumulated gain-based
    /// evaluation of IR techniques, TOIS 2002) and `trec_eval` have them; 2^grade - 1, of Burges et al.
    /// (2005), is the same where grades are 0 and 1, and is not offered. Rank 2 is discounted, too, as in
    /// `trec_eval` and not in the paper.
    Ndcg(usize),
    /// 1 / rank of the first relevant item; 0 if none was ranked. Its mean is MRR (Voorhees, TREC-8, 1999).
    ReciprocalRank,
    /// P@rank at the rank of each relevant item, 0 for those that were not ranked, averaged over all relevant
    /// items. Its mean is mAP (Buckley and Voorhees, SIGIR 2000).
    AveragePrecision,
}

impl Measure {
    /// What is reported where nothing else is asked for.
    pub const STANDARD: [Self; 7] = [
        Self::Recall(1),
        Self::Recall(5),
        Self::Recall(10),
        Self::ReciprocalRank,
        Self::Ndcg(10),
        Self::Precision(10),
        Self::AveragePrecision,
    ];
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recall(k) => write!(f, "Recall@{k}"),
            Self::Success(k) => write!(f, "Success@{k}"),
            Self::Precision(k) => write!(f, "P@{k}"),
            Self::Ndcg(k) => write!(f, "nDCG@{k}"),
            Self::ReciprocalRank => f.write_str("MRR"),
            Self::AveragePrecision => f.write_str("mAP"),
        }
    }
}

/// What one ranking brought of a query's relevant items: enough for every measure at every depth.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrieved {
    /// Rank, from 1, and grade of each relevant item that was ranked; ranks ascend.
    hits: Vec<(usize, f64)>,
    /// The grades of all relevant items, the highest first.
    ideal: Vec<f64>,
    depth: usize,
}

impl Retrieved {
    /// From the ranked items, best first and perhaps cut off, and the judgements. Recall, nDCG and P at k need
    /// a ranking of k items, or of the whole catalog; AP and MRR of one that was cut off are lower bounds.
    ///
    /// An item that is ranked twice counts where it stands first; the second keeps its rank, as the user sees
    /// it, and counts as not relevant. Of an item that is judged twice the higher grade counts. Grades that
    /// are not finite count as 0.
    #[must_use]
    pub fn new<S: AsRef<str>>(ranked: &[S], judged: &[(String, f64)]) -> Self {
        let mut grades: HashMap<&str, f64> = HashMap::with_capacity(judged.len());
        for (item, grade) in judged.iter().filter(|(_, grade)| *grade > 0.0 && grade.is_finite()) {
            let highest = grades.entry(item).or_insert(*grade);
            *highest = highest.max(*grade);
        }
        let mut seen = HashSet::new();
        let hits = (1..)
            .zip(ranked)
            .filter_map(|(rank, item)| {
                let item = item.as_ref();
                let grade = *grades.get(item)?;
                seen.insert(item).then_some((rank, grade))
            })
            .collect();
        let mut ideal: Vec<f64> = grades.into_values().collect();
        ideal.sort_by(|a, b| b.total_cmp(a));
        Self { hits, ideal, depth: ranked.len() }
    }

    /// The measure; none of a query without relevant items, for which it says nothing.
    #[must_use]
    pub fn value(&self, measure: Measure) -> Option<f64> {
        let n_relevant = self.n_relevant();
        if n_relevant == 0 {
            return None;
        }
        Some(match measure {
            Measure::Recall(k) => self.n_found(k) as f64 / n_relevant as f64,
            Measure::Success(k) => f64::from(self.n_found(k) > 0),
            Measure::Precision(k) => self.n_found(k) as f64 / k.max(1) as f64,
            Measure::Ndcg(k) => {
                // In parts of the highest grade: sums of huge grades would overflow.
                let unit = self.ideal[0];
                let found = self.hits.iter().copied().take_while(|(rank, _)| *rank <= k);
                let best = discounted_gain((1..).zip(self.ideal.iter().copied()).take(k), unit);
                if best > 0.0 { discounted_gain(found, unit) / best } else { 0.0 }
            }
            Measure::ReciprocalRank => self.first_rank().map_or(0.0, |rank| 1.0 / rank as f64),
            Measure::AveragePrecision => {
                let precisions =
                    (1..).zip(&self.hits).map(|(n_found, (rank, _))| f64::from(n_found) / *rank as f64);
                precisions.fold(0.0, |sum, precision| sum + precision) / n_relevant as f64
            }
        })
    }

    /// Relevant items, found or not.
    #[must_use]
    pub fn n_relevant(&self) -> usize {
        self.ideal.len()
    }

    /// The rank of the first relevant item, from 1.
    #[must_use]
    pub fn first_rank(&self) -> Option<usize> {
        self.hits.first().map(|(rank, _)| *rank)
    }

    /// Items that were ranked.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Whether both were judged alike: as many relevant items, of the same grades.
    pub(crate) fn is_of_same_query(&self, other: &Self) -> bool {
        self.ideal == other.ideal
    }

    /// Worse answers first: relevant items found later, then fewer or later ones in all.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let by = |measure| self.value(measure).unwrap_or(1.0).total_cmp(&other.value(measure).unwrap_or(1.0));
        by(Measure::ReciprocalRank).then(by(Measure::AveragePrecision))
    }

    /// Whether all that is relevant came first.
    pub(crate) fn is_perfect(&self) -> bool {
        self.hits.len() == self.ideal.len()
            && self.hits.last().is_none_or(|(rank, _)| *rank == self.hits.len())
    }

    fn n_found(&self, k: usize) -> usize {
        self.hits.partition_point(|(rank, _)| *rank <= k)
    }
}

fn discounted_gain(ranked: impl Iterator<Item = (usize, f64)>, unit: f64) -> f64 {
    // From 0: the sum of nothing is -0.0, and would be printed so.
    ranked.map(|(rank, grade)| grade / unit / (rank as f64 + 1.0).log2()).fold(0.0, |sum, gain| sum + gain)
}

/// A measure's mean over queries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean; none where no query has relevant items.
    pub value: Option<f64>,
    /// Queries that it is of.
    pub n: usize,
    /// Queries without relevant items, which are left out.
    pub n_without_relevant: usize,
}

impl Mean {
    /// Over these.
    #[must_use]
    pub fn of(measure: Measure, retrieved: &[Retrieved]) -> Self {
        let values: Vec<f64> = retrieved.iter().filter_map(|one| one.value(measure)).collect();
        let n = values.len();
        let value = (n > 0).then(|| values.iter().sum::<f64>() / n as f64);
        Self { value, n, n_without_relevant: retrieved.len() - n }
    }
}
