//! Every family of search models: ids, hidden states, image and text vectors.

use serde::Deserialize;
use vitrine_models::{Clip, PixelTensor};

use crate::golden::{self, assert_close, assert_same_direction, row};

#[derive(Deserialize)]
struct Expected {
    pictures: Vec<String>,
    texts: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    ids: Vec<u32>,
}

const VARIANTS: [&str; 7] = [
    "clip_quick_gelu",
    "clip_gelu",
    "chinese_clip",
    "siglip",
    "siglip_gemma",
    "open_clip",
    "open_clip_both_ways",
];

fn load(variant: &str) -> Clip {
    Clip::load(&golden::folder(variant), &golden::cpu()).unwrap()
}

fn prepared(clip: &Clip, expected: &Expected) -> Vec<PixelTensor> {
    golden::pictures(&expected.pictures).iter().map(|picture| clip.preprocess().apply(picture)).collect()
}

#[test]
fn token_ids_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, _) = golden::expected::<Expected>(variant);
        let clip = load(variant);
        for Text { text, ids } in expected.texts {
            assert_eq!(clip.token_ids(&text).unwrap(), ids, "{variant}: {text:?}");
        }
    }
}

#[test]
fn text_vectors_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, tensors) = golden::expected::<Expected>(variant);
        let clip = load(variant);
        let texts: Vec<&str> = expected.texts.iter().map(|text| text.text.as_str()).collect();
        let together = clip.embed_texts(&texts).unwrap();
        for (i, text) in texts.iter().enumerate() {
            let alone = clip.embed_texts(&[text]).unwrap().remove(0);
            let golden = row(&tensors["text_vectors"], i);
            assert_eq!(alone.len(), clip.dim());
            assert_same_direction(text, &alone, &golden);
            assert_close(text, &alone, &golden, 2e-5);
            assert_close("alone and in a batch", &alone, &together[i], 1e-5);
        }
    }
}

#[test]
fn image_hidden_states_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, tensors) = golden::expected::<Expected>(variant);
        // OpenCLIP does not tell them.
        if !tensors.contains_key("image_hidden") {
            continue;
        }
        let clip = load(variant);
        for (i, pixels) in prepared(&clip, &expected).iter().take(3).enumerate() {
            let found = clip.image_hidden_states(pixels).unwrap().concat();
            assert_same_direction(&expected.pictures[i], &found, &row(&tensors["image_hidden"], i));
        }
    }
}

#[test]
fn image_vectors_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, tensors) = golden::expected::<Expected>(variant);
        let clip = load(variant);
        let pixels = prepared(&clip, &expected);
        let together = clip.embed_images(&pixels).unwrap();
        for (i, name) in expected.pictures.iter().enumerate() {
            let alone = clip.embed_images(&pixels[i..=i]).unwrap().remove(0);
            let length = alone.iter().map(|x| x * x).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-5, "{name}: length {length}");
            assert_same_direction(name, &alone, &row(&tensors["image_vectors"], i));
            assert_close("alone and in a batch", &alone, &together[i], 1e-5);
        }
    }
}

#[test]
fn a_batch_larger_than_the_model_takes_at_once_keeps_its_order() {
    let (expected, _) = golden::expected::<Expected>("clip_gelu");
    let clip = load("clip_gelu");
    let pixels: Vec<PixelTensor> = prepared(&clip, &expected).into_iter().cycle().take(37).collect();
    let vectors = clip.embed_images(&pixels).unwrap();
    assert_eq!(vectors.len(), 37);
    for (i, vector) in vectors.iter().enumerate() {
        assert_close("cycled", vector, &vectors[i % expected.pictures.len()], 1e-5);
    }
    let words: Vec<String> = (0..150).map(|i| "mug ".repeat(i % 7)).collect();
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let vectors = clip.embed_texts(&texts).unwrap();
    for (i, vector) in vectors.iter().enumerate() {
        assert_close("cycled", vector, &vectors[i % 7], 1e-5);
    }
}

#[test]
fn nothing_in_gives_nothing_out() {
    let clip = load("clip_gelu");
    assert!(clip.embed_images(&[]).unwrap().is_empty());
    assert!(clip.embed_texts(&[]).unwrap().is_empty());
}

#[test]
fn pixels_of_another_model_are_refused() {
    let (other, own) = (load("clip_gelu"), load("clip_quick_gelu"));
    let pixels = other.preprocess().apply(&golden::picture("pictures/square.png"));
    let error = own.embed_images(&[pixels]).unwrap_err().to_string();
    assert!(error.contains("46") && error.contains("32"), "{error}");
}
