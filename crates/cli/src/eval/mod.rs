//! `vitrine eval`: how well the catalog's search finds what a file of queries says it should.
//!
//! Every query goes through the same call as the window's, once for each way of weighing the parts of a
//! photo; measures and report are `vitrine-eval`'s.

mod claims;

use std::{collections::BTreeMap, path::Path};

use anyhow::Context;
use vitrine_api::{
    Api,
    types::{PictureId, ProductId, SearchRequest, SearchWeights},
};
use vitrine_eval::{
    captions::{self, CaptionPair},
    queries::{self, CaptionSet, EvalQuery},
    report::{Failure, Failures, Picture, Report, Settings, Shown, System, worst},
    retrieval::Retrieved,
};

use crate::{
    args::{Arguments, EvalArguments},
    output::{self, counted, visible},
    search::whole_answer,
};

/// The largest file that is read: the captions of COCO take 60 MB.
const MAX_BYTES: u64 = 512 << 20;
/// Ranks that are looked at.
const DEPTH: u32 = 1_000;
/// Queries on the page that went worst, and pictures of each.
const N_WORST: usize = 24;
const N_SHOWN: usize = 5;

/// The way of weighing that looks at the first ranks once more.
const CLOSER: &str = "fused+words+closer";

/// The ways of weighing: a name, and the weights of look, match, description, own words, and words as such.
const SYSTEMS: [(&str, [f32; 5]); 16] = [
    ("fused+words", [1.0, 1.0, 1.0, 1.0, 1.0]),
    (CLOSER, [1.0, 1.0, 1.0, 1.0, 1.0]),
    ("fused", [1.0, 1.0, 1.0, 1.0, 0.0]),
    ("clip", [1.0, 0.0, 0.0, 0.0, 0.0]),
    ("blip", [0.0, 1.0, 0.0, 0.0, 0.0]),
    ("description", [0.0, 0.0, 1.0, 0.0, 0.0]),
    ("own text", [0.0, 0.0, 0.0, 1.0, 0.0]),
    ("clip+blip", [1.0, 1.0, 0.0, 0.0, 0.0]),
    ("clip+description", [1.0, 0.0, 1.0, 0.0, 0.0]),
    ("blip+description", [0.0, 1.0, 1.0, 0.0, 0.0]),
    ("clip+own text", [1.0, 0.0, 0.0, 1.0, 0.0]),
    ("blip+own text", [0.0, 1.0, 0.0, 1.0, 0.0]),
    ("description+own text", [0.0, 0.0, 1.0, 1.0, 0.0]),
    ("words", [0.0, 0.0, 0.0, 0.0, 1.0]),
    // What each side finds without the other.
    ("text alone", [0.0, 0.0, 0.0, 1.0, 1.0]),
    ("photo alone", [1.0, 1.0, 1.0, 0.0, 0.0]),
];

/// What one way of weighing brought.
struct Ranked {
    name: &'static str,
    retrieved: Vec<Retrieved>,
    /// Whether each query was told that something like it is there.
    found: Vec<bool>,
    /// The first products of each query.
    first: Vec<Vec<(ProductId, PictureId)>>,
}

pub fn run(api: &Api, arguments: &Arguments, options: &EvalArguments) -> anyhow::Result<()> {
    if options.claims {
        return claims::run(api, arguments, options, &bytes(&options.file)?);
    }
    let set = queries::read(&options.file.to_string_lossy(), &bytes(&options.file)?)?;
    let known = Known::of(api, &set.queries.queries)?;
    if known.n_found == 0 && known.n_missing > 0 {
        anyhow::bail!(
            "None of the {} that the file names is in the catalog. Index the folder first: vitrine index FOLDER",
            counted(known.n_missing, "photo")
        );
    }
    let queries = set.queries.queries;
    let mut all = Vec::new();
    for (name, weights) in SYSTEMS {
        if !options.systems.is_empty() && !options.systems.iter().any(|wanted| wanted == name) {
            continue;
        }
        note!("{name}: {}", counted(queries.len() as u64, "question"));
        all.push(ask_all(api, name, weights, &queries, &known)?);
    }
    if all.is_empty() {
        anyhow::bail!("no such way of weighing; leave --system out to see all of them");
    }
    let systems: Vec<System<'_>> =
        all.iter().map(|ranked| System { name: ranked.name, retrieved: &ranked.retrieved }).collect();
    let title = options.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let about = about(api, &known)?;
    let report = Report::new(&systems, Settings { title, about, ..Settings::default() })
        .context("nothing can be said of this file")?;
    if let (Some(path), Some(first)) = (&options.html, all.first()) {
        let failures = failures(api, &queries, first, &known)?;
        std::fs::write(path, report.html(Some(&failures)))
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    let verdicts = all.first().map(Verdicts::of).unwrap_or_default();
    let captions = set.captions.map(|references| describe(api, &references)).transpose()?.flatten();
    if arguments.json {
        let mut value = report.json();
        if let Some(object) = value.as_object_mut() {
            object.insert("verdicts".to_owned(), verdicts.json());
            object.extend(captions.map(|scores| ("captions".to_owned(), scores.json())));
        }
        return output::json(&value);
    }
    for line in report.text().lines() {
        say!("{}", visible(line));
    }
    say!("{}", verdicts.text());
    if known.n_missing > 0 {
        say!("{} in the file and not in the catalog.", counted(known.n_missing, "item"));
    }
    if let Some(scores) = captions {
        say!("{}", scores.text());
    }
    Ok(())
}

fn bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("{} could not be read", file.display());
    let size = file.metadata().with_context(unreadable)?.len();
    anyhow::ensure!(size <= MAX_BYTES, "{} is larger than 512 MB", file.display());
    std::fs::read(file).with_context(unreadable)
}

/// The products that the file's items are.
struct Known {
    products: BTreeMap<String, Vec<ProductId>>,
    n_found: u64,
    n_missing: u64,
}

impl Known {
    fn of(api: &Api, queries: &[EvalQuery]) -> anyhow::Result<Self> {
        let mut known = Self { products: BTreeMap::new(), n_found: 0, n_missing: 0 };
        for (item, _) in queries.iter().flat_map(|query| &query.relevant) {
            if known.products.contains_key(item) {
                continue;
            }
            let found = api.products_named(item)?;
            if found.is_empty() {
                known.n_missing += 1;
            } else {
                known.n_found += 1;
            }
            known.products.insert(item.clone(), found);
        }
        Ok(known)
    }

    /// The relevant products of a query with their grades; an item that is not there stays, and is not found.
    fn relevant(&self, query: &EvalQuery) -> Vec<(String, f64)> {
        let mut grades: BTreeMap<String, f64> = BTreeMap::new();
        for (item, grade) in &query.relevant {
            let products = self.products.get(item).map_or(&[][..], Vec::as_slice);
            let names = products.iter().map(ToString::to_string);
            let names = if products.is_empty() { vec![format!("missing {item}")] } else { names.collect() };
            for name in names {
                let best = grades.entry(name).or_insert(*grade);
                *best = best.max(*grade);
            }
        }
        grades.into_iter().collect()
    }
}

fn ask_all(
    api: &Api,
    name: &'static str,
    weights: [f32; 5],
    queries: &[EvalQuery],
    known: &Known,
) -> anyhow::Result<Ranked> {
    let [look, matching, description, own, words] = weights;
    let weights = SearchWeights { look, matching, description, own, words };
    let mut ranked = Ranked { name, retrieved: Vec::new(), found: Vec::new(), first: Vec::new() };
    for query in queries {
        let request = SearchRequest {
            // A space says that the last word is whole.
            text: format!("{} ", query.text),
            weights: Some(weights),
            limit: DEPTH,
            ..SearchRequest::default()
        };
        let mut page = whole_answer(api, &request)?;
        if name == CLOSER && page.can_improve {
            api.improve_search(&request)?;
            page = whole_answer(api, &request)?;
        }
        let ids: Vec<String> = page.items.iter().map(|item| item.id.to_string()).collect();
        ranked.retrieved.push(Retrieved::new(&ids, &known.relevant(query)));
        ranked.found.push(page.n_good > 0);
        ranked.first.push(page.items.iter().take(N_SHOWN).map(|item| (item.id, item.picture)).collect());
    }
    Ok(ranked)
}

fn about(api: &Api, known: &Known) -> anyhow::Result<String> {
    let summary = api.summary()?;
    let pack = api.models().map(|models| format!("{} {}", models.pack, models.revision)).unwrap_or_default();
    Ok(format!(
        "{}, models {pack}. {} named in the file {} in the catalog.",
        counted(summary.n_products, "product"),
        counted(known.n_found, "item"),
        if known.n_found == 1 { "is" } else { "are" }
    ))
}

/// The queries of the first system that went worst, with pictures.
fn failures(api: &Api, queries: &[EvalQuery], first: &Ranked, known: &Known) -> anyhow::Result<Failures> {
    let shown = |product: ProductId, picture: Option<PictureId>| -> Option<Shown> {
        let detail = api.product(product).ok()?;
        let photo = match picture {
            Some(picture) => detail.photos.iter().find(|photo| photo.picture == picture),
            None => detail.photos.first(),
        }?;
        let file = api.thumbnail(photo.picture, None).ok()?;
        let alt =
            photo.written.as_ref().map_or_else(|| photo.file_name.clone(), |text| text.alt_text.clone());
        let picture = Picture { bytes: file.bytes, mime: file.mime.to_owned(), alt };
        Some(Shown { item: photo.file_name.clone(), picture: Some(picture) })
    };
    let list = worst(&first.retrieved, N_WORST).into_iter().map(|at| {
        let expected = queries[at].relevant.iter().filter_map(|(item, _)| known.products.get(item)).flatten();
        Failure {
            query: queries[at].text.clone(),
            first_rank: first.retrieved[at].first_rank(),
            expected: expected.take(N_SHOWN).filter_map(|&product| shown(product, None)).collect(),
            found: first.first[at].iter().filter_map(|&(id, picture)| shown(id, Some(picture))).collect(),
        }
    });
    Ok(Failures { system: first.name.to_owned(), list: list.collect() })
}

/// How often the first way of weighing was right about whether the catalog has something like it at all.
#[derive(Default)]
struct Verdicts {
    n_with: u64,
    n_kept: u64,
    n_without: u64,
    n_refused: u64,
}

impl Verdicts {
    fn of(ranked: &Ranked) -> Self {
        let mut verdicts = Self::default();
        for (retrieved, found) in ranked.retrieved.iter().zip(&ranked.found) {
            if retrieved.n_relevant() > 0 {
                verdicts.n_with += 1;
                verdicts.n_kept += u64::from(*found);
            } else {
                verdicts.n_without += 1;
                verdicts.n_refused += u64::from(!found);
            }
        }
        verdicts
    }

    fn json(&self) -> serde_json::Value {
        let Self { n_with, n_kept, n_without, n_refused } = self;
        serde_json::json!({
            "queriesWithAnswer": n_with, "kept": n_kept, "queriesWithoutAnswer": n_without, "refused": n_refused,
        })
    }

    fn text(&self) -> String {
        let Self { n_with, n_kept, n_without, n_refused } = self;
        format!(
            "Something found for {n_kept} of {n_with} queries that have an answer; \
             nothing for {n_refused} of {n_without} that have none."
        )
    }
}

/// How near the generated descriptions come to those of the file.
struct Described {
    n: u64,
    scores: captions::CaptionScore,
}

impl Described {
    fn json(&self) -> serde_json::Value {
        let captions::CaptionScore { bleu, rouge_l, cider_d, meteor } = &self.scores;
        serde_json::json!({
            "photos": self.n, "bleu4": bleu[3], "rougeL": rouge_l, "ciderD": cider_d, "meteorExactAndStem": meteor,
        })
    }

    fn text(&self) -> String {
        let captions::CaptionScore { bleu, rouge_l, cider_d, meteor } = &self.scores;
        format!(
            "Captions of {}: BLEU-4 {:.3}, ROUGE-L {rouge_l:.3}, CIDEr-D {cider_d:.3}, METEOR (exact and stem) {meteor:.3}",
            counted(self.n, "photo"),
            bleu[3]
        )
    }
}

fn describe(api: &Api, references: &CaptionSet) -> anyhow::Result<Option<Described>> {
    let mut found: Vec<(String, &Vec<String>)> = Vec::new();
    for (item, texts) in &references.items {
        let Some(&product) = api.products_named(item)?.first() else { continue };
        let detail = api.product(product)?;
        let photo = detail.photos.iter().find(|photo| item.ends_with(&photo.file_name));
        if let Some(caption) = photo.or(detail.photos.first()).and_then(|photo| photo.description.clone()) {
            found.push((caption, texts));
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    let pairs: Vec<CaptionPair<'_>> =
        found.iter().map(|(candidate, references)| CaptionPair { candidate, references }).collect();
    Ok(Some(Described { n: pairs.len() as u64, scores: captions::score(&pairs)?.corpus }))
}
