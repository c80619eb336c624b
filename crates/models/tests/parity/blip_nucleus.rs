//! Nucleus sampling: what it chooses from is what transformers' `generate` chooses from, and chance depends
//! on nothing but the seed and the picture.

use serde::Deserialize;
use vitrine_models::{CaptionOptions, Captioner, Decoding, PixelTensor};

use crate::golden::{self, row};

#[derive(Deserialize)]
struct Expected {
    checkpoint: String,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    top_p: f32,
    top_k: usize,
    repetition_penalty: f32,
    temperature: f32,
    min_length: usize,
    max_length: usize,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    picture: String,
    ids: Vec<u32>,
}

impl Run {
    fn options(&self) -> CaptionOptions {
        let Self { top_p, top_k, repetition_penalty, temperature, min_length, max_length, .. } = *self;
        let decoding = Decoding::Nucleus { top_p, top_k, repetition_penalty, temperature, seed: 0 };
        CaptionOptions { decoding, min_length, max_length, prompt: None }
    }
}

fn load(checkpoint: &str) -> Captioner {
    Captioner::load(&golden::folder(checkpoint), &golden::cpu()).unwrap()
}

fn prepared(model: &Captioner, checkpoint: &str, name: &str) -> PixelTensor {
    model.preprocess().apply(&golden::picture(&format!("{checkpoint}/prepared/{name}.png")))
}

#[test]
fn the_choices_are_those_of_transformers() {
    let (expected, tensors) = golden::expected::<Expected>("blip_nucleus");
    let model = load(&expected.checkpoint);
    let steps = expected.runs.iter().flat_map(|run| run.steps.iter().map(move |step| (run, step)));
    for (i, (run, step)) in steps.enumerate() {
        let pixels = prepared(&model, &expected.checkpoint, &step.picture);
        let golden = row(&tensors["probabilities"], i);
        let found = model.nucleus(&pixels, &step.ids, &run.options()).unwrap();
        assert_eq!(found.len(), golden.iter().filter(|p| **p > 0.0).count(), "{:?}", step.ids);
        for (id, probability) in found {
            let expected = golden[id as usize];
            assert!((probability - expected).abs() < 1e-5, "{id}: {probability} instead of {expected}");
        }
    }
}

#[test]
fn a_sampled_caption_is_the_same_alone_in_a_batch_and_again() {
    let model = load("blip_large");
    let names = ["landscape", "portrait", "square", "checks", "thin", "flat", "small", "dot"];
    let pixels: Vec<PixelTensor> = names.iter().map(|name| prepared(&model, "blip_large", name)).collect();
    let captions = |seed: u64, pixels: &[PixelTensor]| {
        let options = CaptionOptions { decoding: Decoding::nucleus(seed), ..CaptionOptions::default() };
        let captions = model.caption(pixels, &options).unwrap();
        captions.into_iter().map(|caption| caption.token_ids).collect::<Vec<_>>()
    };
    let together = captions(5, &pixels);
    for (pixels, in_batch) in pixels.iter().zip(&together) {
        assert_eq!(&captions(5, std::slice::from_ref(pixels))[0], in_batch);
    }
    let reversed: Vec<PixelTensor> = pixels.iter().rev().cloned().collect();
    assert!(captions(5, &reversed).iter().rev().eq(&together));
    assert_ne!(captions(6, &pixels), together);
}

#[test]
fn numbers_out_of_bounds_are_brought_inside() {
    let model = load("blip_base");
    let pixels = prepared(&model, "blip_base", "landscape");
    let choices = |top_p, top_k, repetition_penalty, temperature| {
        let decoding = Decoding::Nucleus { top_p, top_k, repetition_penalty, temperature, seed: 0 };
        let options = CaptionOptions { decoding, ..CaptionOptions::default() };
        let start = model.prompt_ids(None).unwrap();
        model.nucleus(&pixels, &start, &options).unwrap().len()
    };
    // All but the end, which may not come first.
    assert_eq!(choices(7.0, 0, 1.0, 1.0), 163);
    assert_eq!(choices(-1.0, 0, 1.0, 1.0), 1);
    assert_eq!(choices(f32::NAN, 10_000, f32::NAN, f32::INFINITY), 163);
    assert!(choices(0.9, 0, -3.0, 0.0) >= 1);
}
