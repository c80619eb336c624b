//! What other designs and trainings of the network would make of searches whose answers are known.
//!
//! ```text
//! cargo run --release -p vitrine-catalog --example tuning_designs -- LIBRARY SEEDS DESIGN QUERIES.jsonl...
//! ```
//!
//! DESIGN is one of those below, or `all`. Prints Recall@10 of each design on each file, the mean over the seeds, and the 95 % interval of its difference from
//! the fixed fusion over the queries. The library is that of a shop which `vitrine-render -- shop` made, indexed by
//! `vitrine index`, in which no search has learnt anything.
#![allow(clippy::print_stdout)] // a tool for a developer's terminal

use std::{env, error::Error, fs, path::Path, time::Instant};

use vitrine_catalog::{
    Library, LibraryOptions, ProductId,
    tuning::{Design, Stage, Trial, Trials},
};
use vitrine_eval::{
    bootstrap::{Resampling, paired_difference},
    queries,
    retrieval::{Measure, Retrieved},
};

const MEASURE: Measure = Measure::Recall(10);
const DEPTH: u64 = 100;
const DESIGNS: [(&str, Design, &[Stage]); 7] = [
    ("fusion network", Design::Fusion, &[]),
    ("without stage one", Design::Fusion, &[Stage::Text]),
    ("without stage two", Design::Fusion, &[Stage::Image]),
    ("without either", Design::Fusion, &[Stage::Text, Stage::Image]),
    ("gates", Design::Gates, &[]),
    ("without residual start", Design::Abrupt, &[]),
    ("concatenation, plain network", Design::Plain, &[]),
];

/// Queries of a file with the products that they mean.
struct Asked {
    name: String,
    texts: Vec<String>,
    relevant: Vec<Vec<(String, f64)>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("a library is needed")?;
    let n_seeds: u64 = arguments.next().ok_or("a number of seeds is needed")?.parse()?;
    let wanted = arguments.next().ok_or("a design is needed, or all")?;
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter");
    let library = Library::open(LibraryOptions {
        folder: folder.into(),
        pack: None,
        pack_folders: vec![starter],
        samples: None,
        prefer_cpu: true,
        precision: None,
    })?;
    let asked: Vec<Asked> = arguments.map(|file| read(&library, &file)).collect::<Result<_, _>>()?;
    let trials = Trials::new(&library)?;
    println!("{} queries are learnt from", trials.n_examples());
    let all: Vec<&str> = asked.iter().flat_map(|one| &one.texts).map(String::as_str).collect();
    let fixed = recalls(&asked, &trials.untuned(&all, DEPTH)?);
    print("fixed fusion", &asked, &fixed, &fixed);
    for (name, design, without) in DESIGNS.into_iter().filter(|(name, ..)| wanted == "all" || wanted == *name)
    {
        let begun = Instant::now();
        let mut mean = vec![0.0; all.len()];
        let mut means = Vec::new();
        for seed in 1..=n_seeds {
            let (answers, points) = trials.tuned(Trial { design, without, seed }, &all, DEPTH)?;
            let found = recalls(&asked, &answers);
            let curve: Vec<String> =
                points.iter().map(|one| format!("{}:{:.3}", one.stage, one.held_out)).collect();
            println!("  held out, by stage: {}", curve.join(" "));
            means.push(format!("{:.3}", found.iter().sum::<f64>() / found.len() as f64));
            mean.iter_mut().zip(&found).for_each(|(mean, found)| *mean += found / n_seeds as f64);
        }
        print(name, &asked, &mean, &fixed);
        println!(
            "    seeds {}; {:.0} s each",
            means.join(" "),
            begun.elapsed().as_secs_f64() / n_seeds as f64
        );
    }
    Ok(())
}

fn read(library: &Library, file: &str) -> Result<Asked, Box<dyn Error>> {
    let set = queries::read(file, &fs::read(file)?)?;
    let mut asked = Asked { name: file.to_owned(), texts: Vec::new(), relevant: Vec::new() };
    for query in set.queries.queries {
        let mut relevant = Vec::new();
        for (item, grade) in &query.relevant {
            let products = library.products_named(item)?;
            relevant.extend(products.into_iter().map(|product| (product.to_string(), *grade)));
        }
        // A space says that the last word is whole.
        asked.texts.push(format!("{} ", query.text));
        asked.relevant.push(relevant);
    }
    Ok(asked)
}

fn recalls(asked: &[Asked], answers: &[Vec<ProductId>]) -> Vec<f64> {
    let relevant = asked.iter().flat_map(|one| &one.relevant);
    let recall = |(relevant, answer): (&Vec<(String, f64)>, &Vec<ProductId>)| {
        let names: Vec<String> = answer.iter().map(ToString::to_string).collect();
        Retrieved::new(&names, relevant).value(MEASURE).unwrap_or(0.0)
    };
    relevant.zip(answers).map(recall).collect()
}

fn print(name: &str, asked: &[Asked], found: &[f64], fixed: &[f64]) {
    println!("{name}");
    let mut start = 0;
    for one in asked {
        let of = start..start + one.texts.len();
        start = of.end;
        let some = |values: &[f64]| values[of.clone()].iter().copied().map(Some).collect::<Vec<_>>();
        let mean = found[of.clone()].iter().sum::<f64>() / one.texts.len().max(1) as f64;
        let difference = paired_difference(&some(found), &some(fixed), Resampling::default());
        let difference = difference.ok().flatten().map(|it| format!("[{:+.3}, {:+.3}]", it.low, it.high));
        println!("  {MEASURE} {mean:.3} {:<18} {}", difference.unwrap_or_default(), one.name);
    }
}
