//! `vitrine eval --claims`: what verdicts on claims are worth, by photos of which it is known what is true.
//!
//! Every label gives two claims: its own value, and one of another photo that cannot be true beside it. Of every
//! second label that is the likeliest of several, as mistakes of models are; of the others it is drawn.

use std::collections::BTreeMap;

use anyhow::Context;
use vitrine_api::{
    Api,
    types::{AttributeKind, ClaimFinding, ProductId, Verdict},
};
use vitrine_eval::{
    claims::{self, KindFigures, Label, Outcome},
    report::claims_page,
};

use crate::{
    args::{Arguments, EvalArguments},
    output::{self, counted, visible},
};

/// Values of which the likeliest becomes a false claim.
const N_TRIED: usize = 8;
/// Draws after which a label has no other value.
const MAX_DRAWS: usize = 64;
/// Primes, by which labels and draws are spread over all values, the same every time.
const SPREAD: [usize; 2] = [7_919, 104_729];
/// A ridge so weak that it only bounds weights that nothing bounds.
const RIDGE: f64 = 0.5;

/// A claim that was judged.
struct Tried {
    kind: String,
    is_true: bool,
    /// Of a photo that weights are not fitted on.
    is_measured: bool,
    finding: ClaimFinding,
}

pub fn run(api: &Api, arguments: &Arguments, options: &EvalArguments, bytes: &[u8]) -> anyhow::Result<()> {
    let labels = claims::read_labels(bytes)?;
    let mut of_photo: BTreeMap<&str, Vec<&Label>> = BTreeMap::new();
    for label in &labels {
        of_photo.entry(&label.photo).or_default().push(label);
    }
    let (mut tried, mut n_missing) = (Vec::new(), 0);
    for (at, (photo, of)) in of_photo.iter().enumerate() {
        if at % 500 == 0 {
            note!("{at} of {}", counted(of_photo.len() as u64, "photo"));
        }
        let Some(&product) = api.products_named(photo)?.first() else {
            n_missing += 1;
            continue;
        };
        let asking = Asking { api, product, thing: thing(of), closer: options.closer };
        for (n, label) in of.iter().enumerate() {
            let Some(kind) = kind(&label.kind) else {
                anyhow::bail!("Nothing is known of claims about {}", visible(&label.kind));
            };
            let mut add = |value: &str, is_true: bool| -> anyhow::Result<()> {
                if let Some(finding) = asking.judge(kind, value)? {
                    let kind = label.kind.clone();
                    tried.push(Tried { kind, is_true, is_measured: at % 2 == 1, finding });
                }
                Ok(())
            };
            let values = claims::values_of(&labels, &label.kind);
            let n_tried = if (at + n) % 4 < 2 { N_TRIED } else { 1 };
            let Some(foil) = asking.foil(kind, label, &values, n_tried, at + n)? else { continue };
            add(&label.values[0], true)?;
            add(&foil, false)?;
        }
    }
    anyhow::ensure!(
        !tried.is_empty(),
        "None of the photos that the file names is in the catalog. Index them first"
    );
    if options.fit {
        for line in fitted(&tried, options.closer).lines() {
            say!("{line}");
        }
    }
    let measured = tried.iter().filter(|tried| tried.is_measured || !options.fit);
    let outcomes: Vec<Outcome> = measured.map(outcome).collect();
    let figures = KindFigures::of_all(&outcomes);
    if let Some(path) = &options.html {
        let title = options.file.file_name().unwrap_or_default().to_string_lossy();
        let about =
            format!("What verdicts on claims are worth, on {}.", counted(of_photo.len() as u64, "photo"));
        std::fs::write(path, claims_page(&figures, &title, &about))
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    if arguments.json {
        return output::json(&claims::json(&figures));
    }
    for line in claims::table(&figures).lines() {
        say!("{}", visible(line));
    }
    if n_missing > 0 {
        say!("{} in the file and not in the catalog.", counted(n_missing, "photo"));
    }
    Ok(())
}

fn outcome(tried: &Tried) -> Outcome {
    Outcome {
        kind: tried.kind.clone(),
        is_true: tried.is_true,
        probability: tried.finding.probability.map(f64::from),
        is_supported: tried.finding.verdict == Verdict::Supported,
        is_contradicted: tried.finding.verdict == Verdict::Contradicted,
    }
}

struct Asking<'a> {
    api: &'a Api,
    product: ProductId,
    thing: String,
    closer: bool,
}

impl Asking<'_> {
    fn judge(&self, kind: AttributeKind, value: &str) -> anyhow::Result<Option<ClaimFinding>> {
        let thing = if kind == AttributeKind::Type { "" } else { &self.thing };
        Ok(self.api.judge_claim(self.product, kind, value, thing, self.closer)?)
    }

    /// A value of another photo that is not true of this one: the likeliest of `n_tried`.
    fn foil(
        &self,
        kind: AttributeKind,
        label: &Label,
        values: &[&Label],
        n_tried: usize,
        spread: usize,
    ) -> anyhow::Result<Option<String>> {
        let mut best: Option<(f32, String)> = None;
        let mut n_found = 0;
        for draw in 1..=MAX_DRAWS {
            let other = values[(spread * SPREAD[0] + draw * SPREAD[1]) % values.len()];
            // Shoes are no sneakers' foil: one thing has several names.
            let is_rival = |value: &String| {
                !other.values.contains(value) && self.api.are_rivals(kind, value, &other.values[0])
            };
            if !label.values.iter().all(is_rival) {
                continue;
            }
            let unasked = Asking { closer: false, thing: self.thing.clone(), ..*self };
            let Some(finding) = unasked.judge(kind, &other.values[0])? else { continue };
            let told = finding.probability.unwrap_or(0.0);
            if best.as_ref().is_none_or(|(most, _)| told > *most) {
                best = Some((told, other.values[0].clone()));
            }
            n_found += 1;
            if n_found == n_tried {
                break;
            }
        }
        Ok(best.map(|(_, value)| value))
    }
}

fn thing(labels: &[&Label]) -> String {
    labels.iter().find(|label| label.kind == "type").map(|label| label.values[0].clone()).unwrap_or_default()
}

fn kind(name: &str) -> Option<AttributeKind> {
    Some(match name {
        "type" => AttributeKind::Type,
        "colour" => AttributeKind::Colour,
        "material" => AttributeKind::Material,
        "pattern" => AttributeKind::Pattern,
        "setting" => AttributeKind::Setting,
        "occasion" => AttributeKind::Occasion,
        _ => return None,
    })
}

/// Weights as a pack's manifest has them.
fn fitted(tried: &[Tried], closer: bool) -> String {
    let mut of_kind: BTreeMap<&str, Vec<&Tried>> = BTreeMap::new();
    for one in tried.iter().filter(|tried| !tried.is_measured) {
        of_kind.entry(&one.kind).or_default().push(one);
    }
    let mut text = String::new();
    for (kind, all) in of_kind {
        let first = |tried: &&Tried| tried.finding.first.map(f64::from).to_vec();
        let rows: Vec<(Vec<f64>, bool)> = all.iter().map(|tried| (first(tried), tried.is_true)).collect();
        let weights = |rows: &[(Vec<f64>, bool)]| {
            let names = ["bias", "look", "pixels", "caption", "match"];
            let found = claims::fit(rows, RIDGE);
            let pairs = names.iter().zip(found).map(|(name, weight)| format!("{name} = {weight:.2}"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        text.push_str(&format!("[calibration.claims.{kind}]\nfirst = {{ {} }}\n", weights(&rows)));
        if closer {
            let with = |tried: &&Tried| {
                let asked = f64::from(tried.finding.closer?);
                Some(([first(tried), vec![asked]].concat(), tried.is_true))
            };
            let rows: Vec<(Vec<f64>, bool)> = all.iter().filter_map(with).collect();
            text.push_str(&format!("closer = {{ {} }}\n", weights(&rows)));
        }
    }
    text
}
