//! An untrained tuning is the fixed fusion, its gradients are right, and a training can be killed.

use std::{path::Path, sync::Arc};

use candle_core::{Device, Tensor};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::{
    Design, Example, LeftOut, N_PARTS, PartSlopes, PhotoTokens, Plan, ProductTokens, Shape, Stage, Trainer,
    TrainingSet, Tuning,
    examples::{Batch, PhotoBatch, QueryBatch},
    layers::{Adapter, Attention, Linear, normalized},
    optimizer::AdamW,
    parameters::{Parameters, Start, of_bytes},
};

const SLOPES: PartSlopes = PartSlopes { slopes: [3.0, 2.0, 1.0, 1.5], usual: [0.2, 0.1, 0.3, 0.25] };

const SHAPE: Shape = Shape { clip: 8, matching: 6, rank: 4, width: 8, n_heads: 2, design: Design::Fusion };

fn vector(len: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let numbers: Vec<f32> = (0..len).map(|_| rng.random_range(-1.0..1.0)).collect();
    let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
    numbers.into_iter().map(|x| x / length).collect()
}

/// Products of one to three photos, of which some know less; a query for each, near its look and its words.
fn rising(mut relevant: [(u32, f32); 2]) -> Arc<[(u32, f32)]> {
    relevant.sort_by_key(|(product, _)| *product);
    relevant.into()
}

fn set(n: usize) -> TrainingSet {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let rng = &mut rng;
    let mut set = TrainingSet::default();
    for at in 0..n {
        let photos = (0..1 + at % 3).map(|photo| PhotoTokens {
            look: vector(8, rng),
            matching: (at % 4 != 1).then(|| vector(6, rng)),
            description: (photo == 0).then(|| vector(8, rng)),
        });
        let photos: Vec<PhotoTokens> = photos.collect();
        let own = (at % 5 != 2).then(|| vector(8, rng));
        let near = |to: &[f32], rng: &mut ChaCha8Rng| -> Vec<f32> {
            vector(to.len(), rng).iter().zip(to).map(|(a, b)| a * 0.4 + b).collect()
        };
        let clip = near(own.as_deref().unwrap_or(&photos[0].look), rng);
        let length = clip.iter().map(|x| x * x).sum::<f32>().sqrt();
        set.examples.push(Example {
            clip: clip.into_iter().map(|x| x / length).collect(),
            matching: (at % 3 != 0).then(|| vector(6, rng)),
            relevant: rising([(at as u32, 1.0), (((at + 1) % n) as u32, 0.5)]),
            unknown: Arc::default(),
            hard: vec![((at + 2) % n) as u32],
            words: [(at as u32, 0.5)].into(),
            weight: 1.0 + (at % 2) as f32,
        });
        set.products.push(ProductTokens { photos, own, attributes: vec![vector(8, rng); at % 3] });
        set.same.push(if at == 3 { 0 } else { at as u32 });
    }
    set
}

fn plan() -> Plan {
    Plan { batch: 6, steps: [4, 4, 6], n_hard: 1, ..Plan::of_examples(12, 5) }
}

fn batch(set: &TrainingSet) -> Batch {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    set.batch(&[0, 1, 2, 3, 4, 5], 1, LeftOut { parts: 0.2, names: 0.2 }, &mut rng, &SHAPE).unwrap()
}

/// Moves every number a little, so that nothing is at its start.
fn shaken(parameters: &Parameters) {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for (_, var) in parameters.iter() {
        let noise: Vec<f32> = (0..var.elem_count()).map(|_| rng.random_range(-0.3..0.3)).collect();
        let noise = Tensor::from_vec(noise, var.dims(), &Device::Cpu).unwrap();
        var.set(&(var.as_tensor() + noise).unwrap()).unwrap();
    }
}

/// Compares the gradient of every parameter with central differences, at some places of each.
fn check_gradients(what: &str, parameters: &Parameters, loss: &dyn Fn() -> candle_core::Result<Tensor>) {
    const STEP: f32 = 1e-2;
    let gradients = loss().unwrap().backward().unwrap();
    let at = || loss().unwrap().to_scalar::<f32>().unwrap();
    let mut n_moved = 0;
    for (name, var) in parameters.iter() {
        let Some(gradient) = gradients.get(var) else { continue };
        let gradient = gradient.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let before = var.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for place in [0, before.len() / 3, before.len() / 2, before.len() - 1] {
            let with = |moved: f32| {
                let mut numbers = before.clone();
                numbers[place] += moved;
                var.set(&Tensor::from_vec(numbers, var.dims(), &Device::Cpu).unwrap()).unwrap();
                at()
            };
            let expected = (with(STEP) - with(-STEP)) / (2.0 * STEP);
            with(0.0);
            let error = (gradient[place] - expected).abs();
            assert!(
                error < 3e-3 + 0.03 * expected.abs(),
                "{what}, {name}[{place}]: {} where differences say {expected}",
                gradient[place]
            );
            n_moved += usize::from(expected.abs() > 1e-3);
        }
    }
    assert!(n_moved > 0, "{what}: nothing depends on anything");
}

#[test]
fn gradients_of_layers_are_those_of_differences() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let input = |dims: &[usize], rng: &mut ChaCha8Rng| {
        let n = dims.iter().product();
        Tensor::from_vec(
            (0..n).map(|_| rng.random_range(-0.5..0.5)).collect::<Vec<f32>>(),
            dims,
            &Device::Cpu,
        )
        .unwrap()
    };
    let (x, towards) = (input(&[3, 4, 8], &mut rng), input(&[3, 4, 8], &mut rng));
    let check =
        |what: &str, parameters: &Parameters, layer: &dyn Fn(&Tensor) -> candle_core::Result<Tensor>| {
            shaken(parameters);
            check_gradients(what, parameters, &|| (layer(&x)? * &towards)?.sum_all());
        };
    let mut parameters = Parameters::new(1);
    let linear = Linear::new(&mut parameters, "linear", (8, 8), Start::Drawn, true).unwrap();
    check("linear", &parameters, &|x| linear.forward(x));
    check("normalized", &parameters, &|x| normalized(&linear.forward(x)?));
    let mut parameters = Parameters::new(2);
    let adapter = Adapter::new(&mut parameters, "adapter", 8, 4, Design::Fusion).unwrap();
    check("adapter", &parameters, &|x| adapter.forward(x));
    let mut parameters = Parameters::new(3);
    let attention = Attention::new(&mut parameters, "attention", 8, 2).unwrap();
    let is_there =
        Tensor::new(&[[1.0_f32, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0], [1.0; 4]], &Device::Cpu).unwrap();
    check("attention", &parameters, &|x| attention.forward(x, x, &is_there));
}

#[test]
fn gradients_of_losses_are_those_of_differences() {
    let set = set(12);
    let trainer = Trainer::new(SHAPE, &set, SLOPES, plan()).unwrap();
    let batch = batch(&set);
    shaken(trainer.tuning().parameters());
    for stage in Stage::ALL {
        let loss = || trainer.loss(stage, &batch);
        check_gradients(&format!("{stage:?}"), trainer.tuning().parameters(), &loss);
    }
}

/// PyTorch's losses, gradients and one step of AdamW, of the same numbers (`models/parity/tuning.py`).
#[test]
fn a_step_is_that_of_pytorch() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/tuning/step.safetensors");
    let golden = of_bytes(&std::fs::read(&file).unwrap(), &file).unwrap();
    let numbers = |name: &str| golden[name].flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let check = |what: &str, found: &Tensor, expected: &str, within: f32| {
        let found = found.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (found, expected) in found.into_iter().zip(numbers(expected)) {
            assert!((found - expected).abs() < within, "{what}: {found} where PyTorch says {expected}");
        }
    };
    let of_batch = |name: &str| golden[&format!("batch.{name}")].clone();
    let batch = Batch {
        queries: QueryBatch {
            clip: of_batch("clip"),
            matching: Some(of_batch("matching")),
            has_matching: of_batch("has_matching"),
        },
        photos: PhotoBatch {
            parts: (0..N_PARTS).map(|at| Some(of_batch(&format!("part.{at}")))).collect(),
            is_there: of_batch("is_there"),
            context: of_batch("context"),
            kinds: of_batch("kinds"),
            has_context: of_batch("has_context"),
        },
        grades: of_batch("grades"),
        words: of_batch("is_left_out").zeros_like().unwrap(),
        is_left_out: of_batch("is_left_out"),
        weights: of_batch("weights"),
    };
    let set = set(12);
    let plan = Plan { rate: 1e-3, decay: 0.05, auxiliary: 0.3, kept: 0.5, ..plan() };
    let trainer = Trainer::new(SHAPE, &set, SLOPES, plan).unwrap();
    let parameters = trainer.tuning().parameters();
    parameters.take("tuning.", &golden, &file).unwrap();
    for (stage, name) in Stage::ALL.into_iter().zip(["loss.text", "loss.image", "loss.fused"]) {
        check(name, &trainer.loss(stage, &batch).unwrap(), name, 1e-5);
    }
    let gradients = trainer.loss(Stage::Fused, &batch).unwrap().backward().unwrap();
    for (name, var) in parameters.iter() {
        check(name, gradients.get(var).unwrap(), &format!("gradient.{name}"), 1e-5);
    }
    AdamW::new(parameters, 0.05).unwrap().step(parameters, &gradients, 1, 1e-3).unwrap();
    for (name, var) in parameters.iter() {
        check(name, var.as_tensor(), &format!("after.{name}"), 2e-6);
    }
}

/// The fixed fusion: the sum of the parts' cosines by their slopes; the usual one for what is missing.
fn fixed(query: &Example, product: &ProductTokens) -> f32 {
    let of = |photo: &PhotoTokens| {
        let parts =
            [Some(&photo.look), photo.matching.as_ref(), photo.description.as_ref(), product.own.as_ref()];
        let cosine = |part: usize| {
            let own = if part == 1 { query.matching.as_ref() } else { Some(&query.clip) };
            match (parts[part], own) {
                (Some(part), Some(own)) => part.iter().zip(own).map(|(a, b)| a * b).sum(),
                (None, Some(_)) => SLOPES.usual[part],
                // Words that BLIP has not read say nothing by it.
                (_, None) => 0.0,
            }
        };
        (0..N_PARTS).map(|part| SLOPES.slopes[part] * cosine(part)).sum::<f32>()
    };
    product.photos.iter().map(of).fold(f32::NEG_INFINITY, f32::max)
}

#[test]
fn an_untrained_tuning_scores_as_the_fixed_fusion() {
    let set = set(12);
    let tuning = Tuning::new(SHAPE, 9).unwrap();
    let read: Vec<_> =
        set.examples.iter().map(|one| (one.clip.as_slice(), one.matching.as_deref())).collect();
    let scores = tuning.relevance(&read, &set.products, &SLOPES).unwrap();
    for (query, scores) in set.examples.iter().zip(scores) {
        for (product, score) in set.products.iter().zip(scores) {
            let expected = fixed(query, product);
            assert!((score - expected).abs() < 1e-5, "{score} where the fixed fusion says {expected}");
        }
    }
    // What goes into the index is what was there before, to the sixth digit.
    let query = tuning.query(&set.examples[1].clip, set.examples[1].matching.as_deref()).unwrap();
    assert_eq!(query.shares, [1.0; N_PARTS]);
    let fused = tuning.photos(&[(&set.products[0], 0)]).unwrap();
    let photo = &set.products[0].photos[0];
    let expected: Vec<f32> = [
        Some(&photo.look),
        photo.matching.as_ref(),
        photo.description.as_ref(),
        set.products[0].own.as_ref(),
    ]
    .into_iter()
    .zip([8, 6, 8, 8])
    .flat_map(|(part, len)| part.cloned().unwrap_or_else(|| vec![0.0; len]))
    .collect();
    for (found, expected) in fused[0].iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6);
    }
}

#[test]
fn what_is_indexed_and_asked_adds_up_to_the_score() {
    let set = set(12);
    let tuning = Tuning::new(SHAPE, 9).unwrap();
    shaken(tuning.parameters());
    let example = &set.examples[1];
    let query = tuning.query(&example.clip, example.matching.as_deref()).unwrap();
    let expected = tuning
        .relevance(&[(&example.clip, example.matching.as_deref())], &set.products, &SLOPES)
        .unwrap()
        .remove(0);
    let lens = tuning.shape().lens();
    for (product, expected) in set.products.iter().zip(expected) {
        let shown: Vec<(&ProductTokens, usize)> =
            (0..product.photos.len()).map(|photo| (product, photo)).collect();
        let photos = tuning.photos(&shown).unwrap();
        let of = |photo: &Vec<f32>| {
            let mut start = 0;
            let mut sum = 0.0;
            for (part, len) in lens.into_iter().enumerate() {
                let own = if part == 1 { query.matching.as_ref().unwrap() } else { &query.clip };
                let numbers = &photo[start..start + len];
                let is_there = numbers.iter().any(|x| *x != 0.0);
                let cosine: f32 = match is_there {
                    true => numbers.iter().zip(own).map(|(a, b)| a * b).sum(),
                    false => SLOPES.usual[part],
                };
                sum += query.shares[part] * SLOPES.slopes[part] * cosine;
                start += len;
            }
            sum
        };
        let found = photos.iter().map(of).fold(f32::NEG_INFINITY, f32::max);
        assert!((found - expected).abs() < 1e-4, "{found} where the towers say {expected}");
    }
}

#[test]
fn a_training_that_was_killed_goes_on_as_it_would_have() {
    let set = set(12);
    let file = Path::new("checkpoint");
    let mut whole = Trainer::new(SHAPE, &set, SLOPES, plan()).unwrap();
    let (mut first, mut last, mut kept) = (None, None, Vec::new());
    while let Some(progress) = whole.step().unwrap() {
        first.get_or_insert(progress.loss);
        last = Some(progress);
        if progress.step == 7 {
            kept = whole.to_bytes().unwrap();
        }
    }
    assert_eq!(last.map(|last| (last.stage, last.step)), Some((Stage::Fused, 14)));
    let mut resumed = Trainer::new(SHAPE, &set, SLOPES, plan()).unwrap();
    resumed.take(&kept, file).unwrap();
    assert_eq!(resumed.n_done(), 7);
    while resumed.step().unwrap().is_some() {}
    assert!(
        whole.tuning().to_bytes().unwrap() == resumed.tuning().to_bytes().unwrap(),
        "the same to the bit"
    );

    // What was learnt is read again; what is damaged, or something else, is refused.
    let bytes = whole.tuning().to_bytes().unwrap();
    let read = Tuning::of_bytes(SHAPE, &bytes, file).unwrap();
    assert!(read.to_bytes().unwrap() == bytes);
    assert!(Tuning::of_bytes(SHAPE, &bytes[..bytes.len() / 2], file).is_err());
    assert!(Tuning::of_bytes(Shape { width: 16, ..SHAPE }, &bytes, file).is_err());
    assert!(resumed.take(&bytes, file).is_err());
}

#[test]
fn what_is_learnt_is_what_the_examples_say() {
    // Queries say "x" where products say "y": no vector of a query is near its product's.
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let mut set = TrainingSet::default();
    for at in 0..24_u32 {
        let own = vector(8, &mut rng);
        let photo = PhotoTokens { look: vector(8, &mut rng), ..PhotoTokens::default() };
        let mut clip = own.clone();
        clip.rotate_right(3);
        set.products.push(ProductTokens { photos: vec![photo], own: Some(own), attributes: Vec::new() });
        set.same.push(at);
        set.examples.push(Example { clip, relevant: [(at, 1.0)].into(), weight: 1.0, ..Example::default() });
    }
    let shape = Shape { rank: 16, ..SHAPE };
    let plan = Plan {
        batch: 24,
        rate: 1e-2,
        steps: [150, 0, 50],
        left_out: LeftOut { parts: 0.0, names: 0.0 },
        ..plan()
    };
    let first_of = |tuning: &Tuning| {
        let queries: Vec<_> = set.examples.iter().map(|one| (one.clip.as_slice(), None)).collect();
        let scores = tuning.relevance(&queries, &set.products, &SLOPES).unwrap();
        let is_first = |(at, scores): (usize, &Vec<f32>)| scores.iter().all(|score| *score <= scores[at]);
        scores.iter().enumerate().filter(|one| is_first((one.0, one.1))).count()
    };
    // Designs that only stand beside it for comparison have to be able to learn too.
    for (design, least) in
        [(Design::Fusion, 21), (Design::Gates, 18), (Design::Abrupt, 18), (Design::Plain, 12)]
    {
        let mut trainer = Trainer::new(Shape { design, ..shape }, &set, SLOPES, plan.clone()).unwrap();
        let before = first_of(trainer.tuning());
        while trainer.step().unwrap().is_some() {}
        let after = first_of(trainer.tuning());
        assert!(before < 8 && after >= least, "{design:?}: {before} of 24 were found before, {after} after");
    }
}
