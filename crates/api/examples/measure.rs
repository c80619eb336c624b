//! Times that a merchant feels, on a library of one's own.
//!
//! `cargo run --release -p vitrine-api --example measure -- latency LIBRARY`: searches with 500
//! different texts, and the median and 99th percentile of their times; then the same with pages
//! further down, and with "more like this".
//!
//! `cargo run --release -p vitrine-api --example measure -- first-result LIBRARY FOLDER`: indexes
//! FOLDER into the new LIBRARY and asks all the while; the time to the first answer, and the time
//! of a search while the run is under way.
#![allow(clippy::print_stdout)]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use vitrine_api::{
    Api, OpenOptions,
    types::{ApiError, ProductTerm, RunState, SearchRequest},
};

const COLOURS: &[&str] =
    &["red", "blue", "green", "black", "white", "yellow", "brown", "grey", "pink", "orange"];
const FORMS: &[&str] = &["small", "large", "striped", "plain", "old"];
const GOODS: &[&str] =
    &["shirt", "shoe", "hat", "apple", "milk carton", "chair", "lamp", "watch", "bag", "cup"];
const PAGE: u32 = 60;

fn main() -> Result<(), ApiError> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let library = arguments.next().map(PathBuf::from);
    let folder = arguments.next().map(PathBuf::from);
    let started = Instant::now();
    let api = Api::open(OpenOptions::for_this_machine(None, library)?)?;
    match (what.as_str(), folder) {
        ("latency", _) => latency(&api, started),
        ("first-result", Some(folder)) => first_result(&api, folder),
        _ => {
            println!("measure latency LIBRARY | measure first-result LIBRARY FOLDER");
            Ok(())
        }
    }
}

fn texts() -> impl Iterator<Item = String> + Clone {
    COLOURS.iter().flat_map(|colour| {
        FORMS.iter().flat_map(move |form| GOODS.iter().map(move |goods| format!("a {form} {colour} {goods}")))
    })
}

fn words(text: String, offset: u64) -> SearchRequest {
    SearchRequest { text, offset, limit: PAGE, ..SearchRequest::default() }
}

fn latency(api: &Api, started: Instant) -> Result<(), ApiError> {
    let first = api.search(&words("warm up".to_owned(), 0))?;
    println!("{} products; first answer {} ms after opening", first.total, started.elapsed().as_millis());
    let time = |request: SearchRequest| -> Result<Duration, ApiError> {
        let begun = Instant::now();
        api.search(&request)?;
        Ok(begun.elapsed())
    };
    let new_texts = texts().map(|text| time(words(text, 0))).collect::<Result<Vec<_>, _>>()?;
    report("new words, first page", new_texts);
    let middle = first.total / 2;
    let deep = texts().take(100).map(|text| time(words(text, middle))).collect::<Result<Vec<_>, _>>()?;
    report("words, a page from the middle", deep);
    let like = first.items.iter().cycle().take(200).map(|product| {
        time(SearchRequest {
            products: vec![ProductTerm { product: product.id, picture: None, weight: 1.0 }],
            limit: PAGE,
            ..SearchRequest::default()
        })
    });
    report("more like this", like.collect::<Result<Vec<_>, _>>()?);
    let browse = (0..200).map(|i| {
        time(SearchRequest { offset: i * first.total / 200, limit: PAGE, ..SearchRequest::default() })
    });
    report("browse", browse.collect::<Result<Vec<_>, _>>()?);
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1_000.0;
    println!(
        "{what}: {} searches, p50 {:.1} ms, p99 {:.1} ms, worst {:.1} ms",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn first_result(api: &Api, folder: PathBuf) -> Result<(), ApiError> {
    let begun = Instant::now();
    api.add_paths(&[folder])?;
    let mut busy = Vec::new();
    let mut texts = texts().cycle();
    while api.progress().state == RunState::Running {
        let asked = Instant::now();
        let page = api.search(&words(texts.next().unwrap_or_default(), 0))?;
        if !page.items.is_empty() {
            if busy.is_empty() {
                println!(
                    "first result after {} ms, of {} searchable",
                    begun.elapsed().as_millis(),
                    page.total
                );
            }
            busy.push(asked.elapsed());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let progress = api.wait();
    println!("run: {:?} after {:.1} s", progress.state, begun.elapsed().as_secs_f32());
    for stage in &progress.stages {
        println!("  {:?}: {} in {:.1} s", stage.kind, stage.done, stage.busy_secs);
    }
    if !busy.is_empty() {
        report("searches during the run", busy);
    }
    api.close();
    Ok(())
}
