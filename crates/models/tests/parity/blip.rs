//! Both BLIP sizes: image tokens, logits, and captions id by id.

use serde::Deserialize;
use vitrine_models::{CaptionOptions, Captioner, Decoding, ModelError, PixelTensor};

use crate::golden::{self, assert_close, assert_same_direction, row};

#[derive(Deserialize)]
struct Expected {
    pictures: Vec<String>,
    scored_ids: Vec<u32>,
    captions: Vec<Run>,
}

/// One call of transformers' `generate`.
#[derive(Deserialize)]
struct Run {
    name: String,
    prompt: Option<String>,
    num_beams: usize,
    min_length: usize,
    max_length: usize,
    length_penalty: Option<f32>,
    captions: Vec<ExpectedCaption>,
}

#[derive(Deserialize)]
struct ExpectedCaption {
    ids: Vec<u32>,
    text: String,
}

impl Run {
    fn options(&self) -> CaptionOptions {
        let length_penalty = self.length_penalty.unwrap_or(1.0);
        CaptionOptions {
            decoding: match self.num_beams {
                1 => Decoding::Greedy,
                width => Decoding::Beam { width, length_penalty },
            },
            min_length: self.min_length,
            max_length: self.max_length,
            prompt: self.prompt.clone(),
        }
    }
}

const VARIANTS: [&str; 2] = ["blip_base", "blip_large"];

fn load(variant: &str) -> Captioner {
    Captioner::load(&golden::folder(variant), &golden::cpu()).unwrap()
}

/// Pictures that need no resizing: a level more or less may change a word of a random model.
fn prepared(variant: &str, model: &Captioner, expected: &Expected) -> Vec<PixelTensor> {
    let picture = |name: &String| golden::picture(&format!("{variant}/prepared/{name}.png"));
    expected.pictures.iter().map(|name| model.preprocess().apply(&picture(name))).collect()
}

#[test]
fn image_tokens_and_logits_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, tensors) = golden::expected::<Expected>(variant);
        let model = load(variant);
        for (i, pixels) in prepared(variant, &model, &expected).iter().take(3).enumerate() {
            let name = &expected.pictures[i];
            let tokens = model.image_tokens(pixels).unwrap().concat();
            assert_same_direction(name, &tokens, &row(&tensors["image_tokens"], i));
            let logits = model.logits(pixels, &expected.scored_ids).unwrap().concat();
            assert_same_direction(name, &logits, &row(&tensors["logits"], i));
        }
    }
}

#[test]
fn captions_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, _) = golden::expected::<Expected>(variant);
        let model = load(variant);
        let pixels = prepared(variant, &model, &expected);
        for run in &expected.captions {
            let found = model.caption(&pixels, &run.options()).unwrap();
            for ((name, found), golden) in expected.pictures.iter().zip(&found).zip(&run.captions) {
                assert_eq!(found.token_ids, golden.ids, "{variant} {} {name}", run.name);
                assert_eq!(found.text, golden.text.trim(), "{variant} {} {name}", run.name);
            }
        }
    }
}

#[test]
fn a_picture_gets_the_same_caption_alone_and_in_a_batch() {
    let (expected, _) = golden::expected::<Expected>("blip_large");
    let model = load("blip_large");
    let pixels: Vec<PixelTensor> =
        prepared("blip_large", &model, &expected).into_iter().cycle().take(11).collect();
    for decoding in [Decoding::Greedy, CaptionOptions::default().decoding] {
        let options = CaptionOptions { decoding, ..CaptionOptions::default() };
        let together = model.caption(&pixels, &options).unwrap();
        for (pixels, in_batch) in pixels.iter().zip(&together) {
            let alone = model.caption(std::slice::from_ref(pixels), &options).unwrap().remove(0);
            assert_eq!(alone.token_ids, in_batch.token_ids);
            assert_close("certainty", &[alone.mean_log_prob], &[in_batch.mean_log_prob], 1e-4);
        }
    }
}

/// The certainty of a caption is what the logits say about its tokens.
#[test]
fn certainty_is_the_mean_log_probability_of_the_tokens() {
    let model = load("blip_base");
    let pixels = model.preprocess().apply(&golden::picture("pictures/landscape.png"));
    let prompt = model.prompt_ids(Some("a picture of")).unwrap();
    for decoding in [Decoding::Greedy, CaptionOptions::default().decoding] {
        let options =
            CaptionOptions { decoding, prompt: Some("a picture of".to_owned()), ..CaptionOptions::default() };
        let caption = model.caption(std::slice::from_ref(&pixels), &options).unwrap().remove(0);
        assert!(caption.token_ids.starts_with(&prompt));
        let logits = model.logits(&pixels, &caption.token_ids).unwrap();
        let log_prob = |at: usize| {
            let row = &logits[at - 1];
            let sum: f32 = row.iter().map(|x| x.exp()).sum();
            row[caption.token_ids[at] as usize] - sum.ln()
        };
        let generated = prompt.len()..caption.token_ids.len();
        let mean = generated.clone().map(log_prob).sum::<f32>() / generated.len() as f32;
        assert_close("certainty", &[caption.mean_log_prob], &[mean], 1e-4);
    }
}

#[test]
fn a_prompt_that_leaves_no_room_is_an_error() {
    let model = load("blip_base");
    let pixels = model.preprocess().apply(&golden::picture("pictures/dot.png"));
    let options = CaptionOptions { prompt: Some("red ".repeat(30)), ..CaptionOptions::default() };
    let error = model.caption(&[pixels], &options).unwrap_err();
    assert!(matches!(error, ModelError::PromptTooLong { n_tokens: 31, max_tokens: 19 }), "{error}");
}

#[test]
fn nothing_in_gives_nothing_out() {
    assert!(load("blip_base").caption(&[], &CaptionOptions::default()).unwrap().is_empty());
}
