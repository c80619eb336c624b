//! How far verdicts on claims can be trusted: of what is called supported how much is true, and of claims told with
//! 80 % how many are right.
//!
//! A file of labels says what is true of photos: `photo,kind,value`, where `value` may hold other words for the same
//! thing, with `|` between them. What is true of one photo is a false claim about another, so each label gives one
//! claim of both.

use std::{collections::BTreeSet, fmt::Write as _};

/// Bins of a reliability table.
pub const N_BINS: usize = 10;
/// Steps of Newton's method; it is done after a few.
const MAX_STEPS: usize = 50;

/// What is true of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The photo's file name, or another name of its product.
    pub photo: String,
    /// What it is about, such as `colour`.
    pub kind: String,
    /// Words for it, the usual one first.
    pub values: Vec<String>,
}

/// Why a file of labels cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// No table with these columns.
    #[error("A file of labels is a table with the columns photo, kind and value. This one lacks {0}.")]
    Column(&'static str),
    /// A row that says nothing.
    #[error("Line {line} lacks its {column}.")]
    Empty {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// A damaged file.
    #[error("The file cannot be read as a table: {0}")]
    Table(#[from] csv::Error),
}

/// Reads a file of labels.
///
/// # Errors
/// [`LabelError`]
pub fn read_labels(bytes: &[u8]) -> Result<Vec<Label>, LabelError> {
    let mut table = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let header = table.headers()?.clone();
    let column = |name: &'static str| {
        header.iter().position(|other| other.eq_ignore_ascii_case(name)).ok_or(LabelError::Column(name))
    };
    let (photo, kind, value) = (column("photo")?, column("kind")?, column("value")?);
    let mut labels = Vec::new();
    for row in table.records() {
        let row = row?;
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |at: usize, column: &'static str| {
            let text = row.get(at).unwrap_or_default();
            if text.is_empty() { Err(LabelError::Empty { line, column }) } else { Ok(text.to_owned()) }
        };
        let values: Vec<String> =
            cell(value, "value")?.split('|').map(|value| value.trim().to_owned()).collect();
        labels.push(Label { photo: cell(photo, "photo")?, kind: cell(kind, "kind")?, values });
    }
    Ok(labels)
}

/// Every value that some photo has of a kind, in the order of the alphabet.
pub fn values_of<'a>(labels: &'a [Label], kind: &str) -> Vec<&'a Label> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<&Label> =
        labels.iter().filter(|label| label.kind == kind && seen.insert(label.values[0].clone())).collect();
    found.sort_by(|a, b| a.values[0].cmp(&b.values[0]));
    found
}

/// A claim and what was said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What it is about.
    pub kind: String,
    /// Whether it is true.
    pub is_true: bool,
    /// How likely it was called right; none where nothing was said.
    pub probability: Option<f64>,
    /// Whether it was called supported.
    pub is_supported: bool,
    /// Whether it was called contradicted.
    pub is_contradicted: bool,
}

/// A share, with what it is a share of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub part: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    fn count(outcomes: &[&Outcome], of: impl Fn(&Outcome) -> bool, part: impl Fn(&Outcome) -> bool) -> Self {
        let all = outcomes.iter().filter(|outcome| of(outcome));
        Self { part: all.clone().filter(|outcome| part(outcome)).count(), of: all.count() }
    }

    /// From 0 to 1; none of nothing.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.part as f64 / self.of as f64)
    }
}

/// Claims that were told with about the same probability.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// How many claims.
    pub n: usize,
    /// The mean of what was told.
    pub told: f64,
    /// How many of them are true, from 0 to 1.
    pub right: f64,
}

/// Verdicts on claims of one kind, measured.
#[derive(Debug, Clone, PartialEq)]
pub struct KindFigures {
    /// What they are about.
    pub kind: String,
    /// How many claims.
    pub n: usize,
    /// Of what was called supported what is true (precision).
    pub supported_right: Share,
    /// Of what is true what was called supported (recall).
    pub true_supported: Share,
    /// Of what was called contradicted what is false.
    pub contradicted_right: Share,
    /// Of what is false what was called contradicted.
    pub false_contradicted: Share,
    /// Reliability, by probability told: `[0, 0.1)`, `[0.1, 0.2)` ...
    pub bins: [Bin; N_BINS],
    /// Expected calibration error (Naeini et al. 2015): the mean distance of told and right, weighted by claims.
    pub calibration_error: f64,
}

impl KindFigures {
    /// Of the outcomes of a kind.
    pub fn of(kind: &str, outcomes: &[Outcome]) -> Self {
        let all: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.kind == kind).collect();
        let mut bins = [Bin::default(); N_BINS];
        for outcome in &all {
            let Some(probability) = outcome.probability else { continue };
            let bin = &mut bins[((probability * N_BINS as f64) as usize).min(N_BINS - 1)];
            bin.n += 1;
            bin.told += probability;
            bin.right += f64::from(u8::from(outcome.is_true));
        }
        let n_told: usize = bins.iter().map(|bin| bin.n).sum();
        for bin in bins.iter_mut().filter(|bin| bin.n > 0) {
            bin.told /= bin.n as f64;
            bin.right /= bin.n as f64;
        }
        let distance: f64 = bins.iter().map(|bin| bin.n as f64 * (bin.told - bin.right).abs()).sum();
        Self {
            kind: kind.to_owned(),
            n: all.len(),
            supported_right: Share::count(&all, |it| it.is_supported, |it| it.is_true),
            true_supported: Share::count(&all, |it| it.is_true, |it| it.is_supported),
            contradicted_right: Share::count(&all, |it| it.is_contradicted, |it| !it.is_true),
            false_contradicted: Share::count(&all, |it| !it.is_true, |it| it.is_contradicted),
            bins,
            calibration_error: if n_told == 0 { 0.0 } else { distance / n_told as f64 },
        }
    }

    /// Of every kind, in the order of the alphabet.
    pub fn of_all(outcomes: &[Outcome]) -> Vec<Self> {
        let kinds: BTreeSet<&str> = outcomes.iter().map(|outcome| outcome.kind.as_str()).collect();
        kinds.into_iter().map(|kind| Self::of(kind, outcomes)).collect()
    }
}

/// A table of text.
pub fn table(figures: &[KindFigures]) -> String {
    let mut text = String::new();
    let share = |share: Share| match share.value() {
        Some(value) => format!("{:5.1} % of {:<5}", 100.0 * value, share.of),
        None => "    - of 0    ".to_owned(),
    };
    let _ = writeln!(
        text,
        "{:<10} {:>6}  {:<16} {:<16} {:<16} {:<16} error",
        "kind", "claims", "supported right", "true supported", "contrad. right", "false contrad."
    );
    for kind in figures {
        let _ = writeln!(
            text,
            "{:<10} {:>6}  {:<16} {:<16} {:<16} {:<16} {:.3}",
            kind.kind,
            kind.n,
            share(kind.supported_right),
            share(kind.true_supported),
            share(kind.contradicted_right),
            share(kind.false_contradicted),
            kind.calibration_error
        );
    }
    let _ = writeln!(text, "\ntold and right, in %, by what was told (claims)");
    for kind in figures {
        let _ = write!(text, "{:<10}", kind.kind);
        for bin in kind.bins.iter().filter(|bin| bin.n > 0) {
            let _ = write!(text, "  {:.0}/{:.0} ({})", 100.0 * bin.told, 100.0 * bin.right, bin.n);
        }
        text.push('\n');
    }
    text
}

/// The same as a value.
pub fn json(figures: &[KindFigures]) -> serde_json::Value {
    let share = |share: Share| serde_json::json!({ "part": share.part, "of": share.of });
    let kinds = figures.iter().map(|kind| {
        let bins = kind.bins.iter().map(|bin| serde_json::json!([bin.n, bin.told, bin.right]));
        serde_json::json!({
            "kind": kind.kind,
            "claims": kind.n,
            "supported_right": share(kind.supported_right),
            "true_supported": share(kind.true_supported),
            "contradicted_right": share(kind.contradicted_right),
            "false_contradicted": share(kind.false_contradicted),
            "calibration_error": kind.calibration_error,
            "bins": bins.collect::<Vec<_>>(),
        })
    });
    serde_json::Value::Array(kinds.collect())
}

/// The weights of a logistic model, by Newton's method with a small ridge: a bias first, then one a number of the
/// evidence. Evidence that never differs gets 0.
pub fn fit(evidence: &[(Vec<f64>, bool)], ridge: f64) -> Vec<f64> {
    let n = evidence.first().map_or(0, |(numbers, _)| numbers.len()) + 1;
    let mut weights = vec![0.0; n];
    for _ in 0..MAX_STEPS {
        let mut gradient: Vec<f64> = weights.iter().map(|weight| ridge * weight).collect();
        let mut hessian = vec![vec![0.0; n]; n];
        for (at, row) in hessian.iter_mut().enumerate() {
            row[at] = ridge;
        }
        for (numbers, is_true) in evidence {
            let x: Vec<f64> = std::iter::once(1.0).chain(numbers.iter().copied()).collect();
            let logit: f64 = x.iter().zip(&weights).map(|(x, weight)| x * weight).sum();
            let p = 1.0 / (1.0 + (-logit).exp());
            let error = p - f64::from(u8::from(*is_true));
            for i in 0..n {
                gradient[i] += error * x[i];
                for j in 0..n {
                    hessian[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        let step = solve(hessian, gradient);
        for (weight, step) in weights.iter_mut().zip(&step) {
            *weight -= step;
        }
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    weights
}

/// Gauss's elimination with the largest pivot first.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for at in 0..n {
        let best = (at..n).max_by(|&a, &b| matrix[a][at].abs().total_cmp(&matrix[b][at].abs())).unwrap_or(at);
        matrix.swap(at, best);
        right.swap(at, best);
        for below in at + 1..n {
            let factor = matrix[below][at] / matrix[at][at];
            let pivot = matrix[at].clone();
            for (cell, of_pivot) in matrix[below].iter_mut().zip(&pivot).skip(at) {
                *cell -= factor * of_pivot;
            }
            right[below] -= factor * right[at];
        }
    }
    let mut solved = vec![0.0; n];
    for at in (0..n).rev() {
        let known: f64 = (at + 1..n).map(|later| matrix[at][later] * solved[later]).sum();
        solved[at] = (right[at] - known) / matrix[at][at];
    }
    solved
}
