//! Systems beside each other: a table of text, a JSON value, a page of HTML.
//!
//! ```text
//! systems with what they retrieved ─► Report: means, intervals, differences ─► table.rs text
//!                                                                              json.rs  a value
//! failures with pictures ────────────────────────────────────────────────────► page.rs  HTML, with
//!                                             bars.rs, curve.rs plots, failures.rs, palette.rs colours
//! verdicts on claims ────────────────────────────────────────────────────────► reliability.rs, a page of its own
//! ```

mod bars;
mod curve;
mod failures;
mod json;
mod page;
mod palette;
mod reliability;
mod scale;
mod table;
mod text;

use std::collections::HashSet;

pub use failures::{Failure, Failures, Picture, Shown, worst};
pub use reliability::claims_page;

use crate::{
    bootstrap::{Interval, Resampling, mean_interval, paired_difference},
    retrieval::{Mean, Measure, Retrieved},
};

/// A system and how it answered each query, in the order of the queries.
#[derive(Debug, Clone, Copy)]
pub struct System<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its answers; those of all systems are to the same queries.
    pub retrieved: &'a [Retrieved],
}

/// What is reported, and under which title.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The heading.
    pub title: String,
    /// What was measured on which queries and photos, in a sentence; may be empty.
    pub about: String,
    /// The measures, in their order.
    pub measures: Vec<Measure>,
    /// How intervals are found.
    pub resampling: Resampling,
    /// The last k of the curve of Recall@k; less where no ranking of a system is that deep.
    pub curve_depth: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: "Search quality".to_owned(),
            about: String::new(),
            measures: Measure::STANDARD.to_vec(),
            resampling: Resampling::default(),
            curve_depth: 50,
        }
    }
}

/// Why systems cannot be reported beside each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// There is none.
    #[error("There is no search to report on. Name at least one.")]
    NoSystems,
    /// Nothing is to be measured.
    #[error("There is no measure to report. Name at least one, such as Recall@10.")]
    NoMeasures,
    /// Two could not be told apart.
    #[error("Two searches are called \"{0}\". Give each its own name.")]
    SameName(String),
    /// One was asked more or fewer queries.
    #[error("\"{name}\" answered {found} queries and \"{first}\" {expected}. Ask both the same queries.")]
    OtherQueries {
        /// Which one.
        name: String,
        /// Its queries.
        found: usize,
        /// The first system.
        first: String,
        /// The first one's queries.
        expected: usize,
    },
    /// One was asked the same number, but others.
    #[error(
        "Query number {query} of \"{name}\" was judged otherwise than that of \"{first}\". Ask both the same \
         queries, in the same order."
    )]
    OtherJudgements {
        /// Which one.
        name: String,
        /// The place of the query, from 1.
        query: usize,
        /// The first system.
        first: String,
    },
    /// No query can be answered.
    #[error("None of the queries has a relevant photo, so there is nothing to measure. Add judgements.")]
    NothingRelevant,
}

/// The figures of one system.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    name: String,
    /// By the order of the measures.
    intervals: Vec<Interval>,
    /// Recall@1, Recall@2 and so on: the means.
    recall: Vec<f64>,
}

/// How much higher a system's means are than the first system's, on the same queries.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Which system.
    pub name: String,
    /// Its means less those of the first system, by the order of the measures.
    pub intervals: Vec<Interval>,
}

/// Figures of systems, ready to be written. The same systems and settings give the same report, to the byte.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    settings: Settings,
    n_queries: usize,
    n_without_relevant: usize,
    systems: Vec<Figures>,
    differences: Vec<Difference>,
}

impl Report {
    /// Measures systems and compares each with the first. Queries without relevant items are left out, and
    /// counted.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn new(systems: &[System<'_>], settings: Settings) -> Result<Self, ReportError> {
        let first = systems.first().ok_or(ReportError::NoSystems)?;
        if settings.measures.is_empty() {
            return Err(ReportError::NoMeasures);
        }
        check_names(systems)?;
        systems.iter().try_for_each(|system| check_same_queries(system, first))?;
        let n = first.retrieved.len();
        let n_queries = first.retrieved.iter().filter(|one| one.n_relevant() > 0).count();

        let curve_depth = systems.iter().map(deepest).min().unwrap_or(0).min(settings.curve_depth);
        let figures = |system: &System<'_>| Figures {
            name: system.name.to_owned(),
            intervals: intervals(system, &settings),
            recall: (1..=curve_depth).filter_map(|k| mean(system, Measure::Recall(k))).collect(),
        };
        let difference = |system: &System<'_>| Difference {
            name: system.name.to_owned(),
            intervals: differences(system, first, &settings),
        };
        let report = Self {
            n_queries,
            n_without_relevant: n - n_queries,
            systems: systems.iter().map(figures).collect(),
            differences: systems[1..].iter().map(difference).collect(),
            settings,
        };
        // A query with a relevant item has every measure, so either all intervals are there or none is.
        if n_queries == 0 { Err(ReportError::NothingRelevant) } else { Ok(report) }
    }

    /// Queries that the figures are of.
    #[must_use]
    pub fn n_queries(&self) -> usize {
        self.n_queries
    }

    /// Queries without relevant items, which the figures are not of.
    #[must_use]
    pub fn n_without_relevant(&self) -> usize {
        self.n_without_relevant
    }

    /// A system's mean with its interval; none of a system or measure that is not in the report.
    #[must_use]
    pub fn interval(&self, system: &str, measure: Measure) -> Option<Interval> {
        let at = self.settings.measures.iter().position(|other| *other == measure)?;
        self.systems.iter().find(|figures| figures.name == system)?.intervals.get(at).copied()
    }

    /// Every system but the first, compared with it.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// How many queries, in words.
    fn queries_in_words(&self) -> String {
        let queries = if self.n_queries == 1 { "query" } else { "queries" };
        let counted = format!("{} {queries} with relevant photos", text::grouped(self.n_queries));
        match self.n_without_relevant {
            0 => format!("{counted}."),
            1 => format!("{counted}; 1 more has none and is left out."),
            n => format!("{counted}; {} more have none and are left out.", text::grouped(n)),
        }
    }
}

fn check_names(systems: &[System<'_>]) -> Result<(), ReportError> {
    let mut names = HashSet::new();
    match systems.iter().find(|system| !names.insert(system.name)) {
        Some(again) => Err(ReportError::SameName(again.name.to_owned())),
        None => Ok(()),
    }
}

fn check_same_queries(system: &System<'_>, first: &System<'_>) -> Result<(), ReportError> {
    let (found, expected) = (system.retrieved.len(), first.retrieved.len());
    let (name, first_name) = (system.name.to_owned(), first.name.to_owned());
    if found != expected {
        return Err(ReportError::OtherQueries { name, found, first: first_name, expected });
    }
    let mut pairs = system.retrieved.iter().zip(first.retrieved);
    match pairs.position(|(one, other)| !one.is_of_same_query(other)) {
        Some(at) => Err(ReportError::OtherJudgements { name, query: at + 1, first: first_name }),
        None => Ok(()),
    }
}

fn deepest(system: &System<'_>) -> usize {
    system.retrieved.iter().map(Retrieved::depth).max().unwrap_or(0)
}

fn mean(system: &System<'_>, measure: Measure) -> Option<f64> {
    Mean::of(measure, system.retrieved).value
}

fn values(system: &System<'_>, measure: Measure) -> Vec<Option<f64>> {
    system.retrieved.iter().map(|one| one.value(measure)).collect()
}

fn intervals(system: &System<'_>, settings: &Settings) -> Vec<Interval> {
    let of = |measure: &Measure| {
        let values: Vec<f64> = values(system, *measure).into_iter().flatten().collect();
        mean_interval(&values, settings.resampling)
    };
    settings.measures.iter().filter_map(of).collect()
}

fn differences(system: &System<'_>, first: &System<'_>, settings: &Settings) -> Vec<Interval> {
    let of = |measure: &Measure| {
        let (values, of_first) = (values(system, *measure), values(first, *measure));
        // As many queries each: that was checked.
        paired_difference(&values, &of_first, settings.resampling).ok().flatten()
    };
    settings.measures.iter().filter_map(of).collect()
}
