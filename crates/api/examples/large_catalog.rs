//! Times of a large catalog, through the calls that the window makes.
//!
//! `cargo run --release -p vitrine-api --features synthetic --example large_catalog -- LIBRARY N`: makes
//! LIBRARY with N products of 1.3 photos each, where it is not there, and prints for each kind of request the
//! median and 99th percentile in milliseconds, then sizes, memory and recall. With `fill` behind N it only makes the
//! library, for whatever else is to be measured on it: `time -v vitrine --library LIBRARY tune --dry-run`.
#![allow(clippy::print_stdout)]

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use vitrine_api::{
    Api, OpenOptions,
    types::{ApiError, ProductId, RunState, SearchFilter, SearchRequest, SearchWeights, SortBy},
};

const N_ASKED: u32 = 300;
const PAGE: u32 = 60;

fn main() -> Result<(), ApiError> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_default());
    let n_products: u32 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let is_only_filled = arguments.next().is_some_and(|what| what == "fill");
    let options = OpenOptions::for_this_machine(None, Some(folder.clone()))?;
    {
        let api = Api::open(options.clone())?;
        if api.summary()?.n_products == 0 {
            let begun = Instant::now();
            api.fill_synthetic(n_products)?;
            println!("filled in {:.0} s", begun.elapsed().as_secs_f32());
            let begun = Instant::now();
            api.rescan()?;
            let _ = api.wait();
            println!("indexed in {:.0} s", begun.elapsed().as_secs_f32());
        }
        api.close();
    }
    if is_only_filled {
        return Ok(());
    }
    println!("memory before {} MB", memory_mb("VmRSS"));
    let begun = Instant::now();
    let api = Api::open(options)?;
    api.warm_up();
    let first = api.search(&words(0))?;
    println!("opening to the first answer: {} ms", begun.elapsed().as_millis());
    println!("{} products, {} photos", first.total, api.summary()?.n_photos);

    time("words", |n| api.search(&words(n + 1)).map(drop))?;
    time("words, models alone", |n| api.search(&models_alone(words(n + 1))).map(drop))?;
    time("words, sorted by name", |n| {
        api.search(&SearchRequest { sort: SortBy::Name, ..words(n + 1) }).map(drop)
    })?;
    time("words, as rows with reasons", |n| {
        api.search(&SearchRequest { with_details: true, ..words(n + 1) }).map(drop)
    })?;
    time("facets", |n| api.facets(&words(n + 1)).map(drop))?;
    time("facets of the whole catalog", |_| api.facets(&SearchRequest::default()).map(drop))?;
    time("completion", |n| {
        let text = ["str", "cera", "type:kin", "co", "mug"][n as usize % 5];
        api.complete(text, text.len() as u32).map(drop)
    })?;
    time("why", |n| {
        let id =
            ProductId(1 + n.wrapping_mul(2_654_435_761) % u32::try_from(first.total).unwrap_or(u32::MAX));
        // A number that no product has costs as much.
        let _ = api.explain(&words(n + 1), id);
        Ok(())
    })?;
    for (key, value) in
        [("colour", "half"), ("pattern", "tenth"), ("style", "hundredth"), ("material", "ten-thousandth")]
    {
        let (key, value_) = (key.to_owned(), value.to_owned());
        let filters = vec![SearchFilter { key, value: value_, is_not: false }];
        let begun = Instant::now();
        let page = api.search(&SearchRequest { filters: filters.clone(), ..words(0) })?;
        println!("  first with the filter {value} ({}): {} ms", page.total, begun.elapsed().as_millis());
        time(&format!("words, {value}"), |n| {
            api.search(&SearchRequest { filters: filters.clone(), ..words(n + 1) }).map(drop)
        })?;
        time(&format!("words, models alone, {value}"), |n| {
            api.search(&SearchRequest { filters: filters.clone(), ..models_alone(words(n + 1)) }).map(drop)
        })?;
        time(&format!("browse, {value}"), |n| {
            let offset = u64::from(n) * 7_919 % page.total.max(1);
            let request =
                SearchRequest { filters: filters.clone(), offset, limit: PAGE, ..SearchRequest::default() };
            api.search(&request).map(drop)
        })?;
    }
    let total = first.total;
    time("browse, any page", |n| {
        let offset = u64::from(n) * 104_729 % total;
        api.search(&SearchRequest { offset, limit: PAGE, ..SearchRequest::default() }).map(drop)
    })?;
    time("next pages of one search", |n| {
        api.search(&SearchRequest { offset: u64::from(n % 8) * u64::from(PAGE), ..words(7) }).map(drop)
    })?;
    time("details", |n| {
        let id = ProductId(1 + n.wrapping_mul(2_654_435_761) % u32::try_from(total).unwrap_or(u32::MAX));
        // A number that no product has costs as much.
        let _ = api.product(id);
        Ok(())
    })?;
    time("counts of a tick", |_| api.summary().map(drop))?;
    println!("memory {} MB, at most {} MB", memory_mb("VmRSS"), memory_mb("VmHWM"));
    println!("on disk {} MB", size_of(&folder) / 1_000_000);

    let asked: Vec<String> = (0..40).map(|n| words(n + 1).text).collect();
    let due = api.exact_best(&asked, 10)?;
    let mut n_found = 0;
    for (n, due) in (0..).zip(&due) {
        // What words add is not the index's.
        let page = api.search(&models_alone(words(n + 1)))?;
        let found: HashSet<u32> = page.items.iter().map(|item| item.picture.0).collect();
        let products: HashSet<u32> = page.items.iter().take(10).map(|item| item.id.0).collect();
        // A product stands once, so a second photo of it counts as found with the first.
        n_found += due
            .iter()
            .filter(|(picture, of)| {
                found.contains(&picture.0) || of.iter().any(|of| products.contains(&of.0))
            })
            .count();
    }
    println!("recall@10 {:.4}", n_found as f64 / (10 * due.len()) as f64);
    // Last: the samples are other pictures than what was made here, and would be what words find.
    during_a_run(&api)
}

/// What a window asks while photos are read: the samples, with their models beside the requests.
fn during_a_run(api: &Api) -> Result<(), ApiError> {
    api.add_samples()?;
    let (mut ticks, mut searches) = (Vec::new(), Vec::new());
    while api.progress().state == RunState::Running {
        let begun = Instant::now();
        api.summary()?;
        ticks.push(begun.elapsed());
        if ticks.len() % 10 == 0 {
            let begun = Instant::now();
            api.search(&words(u32::try_from(searches.len()).unwrap_or(0)))?;
            searches.push(begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    print_times("counts of a tick, in a run", ticks);
    print_times("words, in a run", searches);
    Ok(())
}

/// The same without a look at the words as they stand.
fn models_alone(request: SearchRequest) -> SearchRequest {
    let weights = SearchWeights { look: 1.0, matching: 1.0, description: 1.0, own: 1.0, words: 0.0 };
    SearchRequest { weights: Some(weights), ..request }
}

fn words(n: u32) -> SearchRequest {
    const COLOURS: [&str; 8] = ["red", "blue", "green", "black", "white", "yellow", "grey", "pink"];
    const GOODS: [&str; 9] = ["shirt", "shoe", "apple", "lamp", "watch", "bag", "cup", "chair", "hat"];
    let text = format!("a {} {} number {n}", COLOURS[n as usize % 8], GOODS[n as usize % 9]);
    SearchRequest { text, limit: PAGE, ..SearchRequest::default() }
}

fn time(what: &str, mut ask: impl FnMut(u32) -> Result<(), ApiError>) -> Result<(), ApiError> {
    let mut times: Vec<Duration> = Vec::new();
    for n in 0..N_ASKED {
        let begun = Instant::now();
        ask(n)?;
        times.push(begun.elapsed());
    }
    print_times(what, times);
    Ok(())
}

fn print_times(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at =
        |part: usize| times.get(times.len() * part / 100).map_or(f64::NAN, Duration::as_secs_f64) * 1_000.0;
    println!("{what:<28} p50 {:>8.2}  p99 {:>8.2} ms of {}", at(50), at(99), times.len());
}

fn memory_mb(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1_000
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
