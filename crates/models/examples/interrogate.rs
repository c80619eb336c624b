//! Interrogates pictures with a pack's models, or measures what the chain saves.
//!
//! ```text
//! cargo run --release -p vitrine-models --example interrogate -- models/starter PICTURE...
//! cargo run --release -p vitrine-models --example interrogate -- --time FOLDER [N SHARE]
//! ```
//!
//! The second form takes a folder with a CLIP, such as the random one with the text tower of ViT-L/14 that
//! `models/parity/interrogator.py --true-size` writes. It runs a chain over N phrases (2,048) and, after
//! each step, times the plain way of that step, a full forward pass for each phrase: on one of SHARE
//! phrases (32), scaled. Both ways alternate, so that whatever else the machine does weighs on both; on
//! Linux the time is the processors' and not the clock's, which a busy machine makes longer.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::{Duration, Instant};

use vitrine_models::{
    BestOptions, CaptionOptions, Captioner, Clip, DevicePreference, Interrogator, InterrogatorMode,
    InterrogatorOptions, ModelError, Pack, ProductVocabulary, TermTable, TermVectors, select_device,
};

fn main() -> Result<(), ModelError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--time", folder] => measure(Path::new(folder), 2048, 32),
        ["--time", folder, n, share] => {
            measure(Path::new(folder), n.parse().unwrap_or(2048), share.parse().unwrap_or(32))
        }
        [pack, pictures @ ..] if !pictures.is_empty() => interrogate(Path::new(pack), pictures),
        _ => {
            println!("interrogate PACK PICTURE... or interrogate --time FOLDER [N SHARE]");
            Ok(())
        }
    }
}

fn embed(clip: &Clip, template: fn(&TermTable) -> &'static str, key: &str) -> Result<Lists, ModelError> {
    let with_vectors = |table: TermTable| {
        let vectors = TermVectors::embed(clip, &table, template(&table), key)?;
        Ok((table, vectors))
    };
    TermTable::built_in()?.into_iter().map(with_vectors).collect()
}

type Lists = Vec<(TermTable, TermVectors)>;

fn interrogate(pack: &Path, pictures: &[&str]) -> Result<(), ModelError> {
    let device = select_device(DevicePreference::Auto);
    let pack = Pack::open(pack)?;
    let clip = Clip::load(&pack.clip_folder()?, &device)?;
    let captioner = Captioner::load(&pack.caption_folder()?, &device)?;
    let start = Instant::now();
    let bare = embed(&clip, |_| "{}", &pack.clip_key(vitrine_models::Precision::F32))?;
    let sentences =
        embed(&clip, TermTable::product_template, &pack.clip_key(vitrine_models::Precision::F32))?;
    let n_terms: usize = bare.iter().map(|(table, _)| table.terms().len()).sum();
    println!("{n_terms} terms, vectors of both kinds in {:.1} s", start.elapsed().as_secs_f64());
    let vocabulary = ProductVocabulary::new(sentences, clip.logit_scale())?;
    let interrogator = Interrogator::new(bare)?.with_product(vocabulary.clone());
    for path in pictures {
        let picture = match image::open(path) {
            Ok(picture) => picture.to_rgb8(),
            Err(error) => {
                println!("{path}: {error}");
                continue;
            }
        };
        let image = clip.embed_images(&[clip.preprocess().apply(&picture)])?.concat();
        let pixels = captioner.preprocess().apply(&picture);
        let captions = captioner.caption(&[pixels], &CaptionOptions::default())?;
        let caption = captions.first().map_or("", |caption| caption.text.as_str());
        println!("\n{path}\n  caption: {caption}");
        let margins = [None, Some(0.02), Some(0.01), Some(0.0)];
        let best = margins.map(|margin| (InterrogatorMode::Best, margin));
        let modes = [
            (InterrogatorMode::Fast, None),
            (InterrogatorMode::Classic, None),
            (InterrogatorMode::Negative, None),
            (InterrogatorMode::Product, None),
        ];
        for (mode, margin) in modes.into_iter().chain(best) {
            let best = BestOptions { margin, ..BestOptions::default() };
            let options = InterrogatorOptions { best, ..InterrogatorOptions::default() };
            let start = Instant::now();
            let found = interrogator.interrogate(&clip, &image, caption, mode, &options)?;
            println!(
                "  {mode:?} {margin:?}: {:.4}, {:.2} s, {} texts: {}",
                found.similarity,
                start.elapsed().as_secs_f64(),
                found.n_evaluated,
                found.text
            );
        }
        let start = Instant::now();
        let found = vocabulary.terms(&image, 3)?;
        println!("  product terms in {:.2} ms", start.elapsed().as_secs_f64() * 1000.0);
        for attribute in found.attributes {
            let terms: Vec<String> = attribute
                .terms
                .iter()
                .map(|t| format!("{} {:.0} %", t.term, t.probability * 100.0))
                .collect();
            println!("    {}: {}", attribute.table, terms.join(", "));
        }
    }
    Ok(())
}

const CAPTION: &str = "a ceramic mug with a handle standing on a wooden table";

/// Time that this process has had on all processors, in ticks of 10 ms; elsewhere than on Linux the clock's.
fn busy(start: Instant) -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets, which may hold spaces: the state, ten more, user and system time.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: Vec<u64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { Duration::from_millis(10 * ticks.iter().sum::<u64>()) } else { start.elapsed() }
}

fn measure(folder: &Path, n_candidates: usize, share: usize) -> Result<(), ModelError> {
    let clip = Clip::load(folder, &select_device(DevicePreference::Auto))?;
    // Of all kinds of terms, so that they are as long as terms are.
    let terms: Vec<String> = TermTable::built_in()?.iter().flat_map(|table| table.terms().to_vec()).collect();
    let all = TermTable::parse("all", &terms.join("\n"))?;
    let terms = all.terms();
    let some = terms.iter().step_by((terms.len() / n_candidates).max(1)).take(n_candidates);
    let table = TermTable::parse("some of all", &some.cloned().collect::<Vec<_>>().join("\n"))?;
    let clock = Instant::now();
    let start = busy(clock);
    let vectors = TermVectors::embed(&clip, &table, "{}", "measured")?;
    println!("{} terms embedded in {:.1} s", table.terms().len(), (busy(clock) - start).as_secs_f64());
    let interrogator = Interrogator::new(vec![(table, vectors)])?;
    let like = format!("{CAPTION}, blue and white stripes, matte, kitchen, morning light, rustic");
    let image = clip.embed_texts(&[&like])?.concat();
    let phrases = interrogator.rank(&image, n_candidates)?;
    let options = |margin| {
        let best = BestOptions { margin, min_phrases: 32, n_candidates, ..BestOptions::default() };
        InterrogatorOptions { best, ..InterrogatorOptions::default() }
    };

    let mut run = interrogator.begin(&clip, &image, CAPTION, InterrogatorMode::Best, &options(None))?;
    let (mut chain, mut plain) = (Duration::ZERO, Duration::ZERO);
    let (mut step_time, mut before) = (Duration::ZERO, run.progress());
    println!("step  tokens  chain s  plain s  ratio");
    loop {
        let start = busy(clock);
        let more = run.advance(&clip)?;
        step_time += busy(clock) - start;
        let now = run.progress();
        if more && now.n_phrases == before.n_phrases {
            continue;
        }
        let sample: Vec<String> =
            phrases.iter().step_by(share).map(|phrase| format!("{}, {}", before.text, phrase.term)).collect();
        let sample: Vec<&str> = sample.iter().map(String::as_str).collect();
        let start = busy(clock);
        clip.embed_texts(&sample)?;
        let scaled =
            (busy(clock) - start).mul_f64((phrases.len() - before.n_phrases) as f64 / sample.len() as f64);
        let n_tokens = clip.token_ids(&before.text)?.len();
        let (a, b) = (step_time.as_secs_f64(), scaled.as_secs_f64());
        println!("{:4}  {n_tokens:6}  {a:7.2}  {b:7.2}  {:5.1}", now.n_phrases, b / a);
        chain += step_time;
        plain += scaled;
        (step_time, before) = (Duration::ZERO, now);
        if !more {
            break;
        }
    }
    let (a, b) = (chain.as_secs_f64(), plain.as_secs_f64());
    println!("all steps: {a:.1} s, plain {b:.1} s (scaled from one phrase of {share}), ratio {:.1}", b / a);
    let exact = run.finish(&clip)?;
    if let Some(last) = exact.phrases.last() {
        println!("similarity {:.6}, in the chain {:.6}", exact.similarity, last.similarity);
    }
    for margin in [0.02, 0.0] {
        let start = busy(clock);
        let found = interrogator.interrogate(
            &clip,
            &image,
            CAPTION,
            InterrogatorMode::Best,
            &options(Some(margin)),
        )?;
        println!(
            "margin {margin}: {:.1} s, {} texts instead of {}, similarity {:.6} instead of {:.6}",
            (busy(clock) - start).as_secs_f64(),
            found.n_evaluated,
            exact.n_evaluated,
            found.similarity,
            exact.similarity
        );
    }
    Ok(())
}
