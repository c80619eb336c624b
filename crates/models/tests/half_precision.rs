//! The same models with their weights in f16, as graphics cards run them, against f32: on a processor,
//! where every machine can run it.
//!
//! The tolerance is a cosine of 0.9999 for vectors as well: f16 keeps 11 bits, so a number is off by up
//! to 1 in 2,000, and those errors mostly cancel over a vector. Logits of the random checkpoints stay
//! above 0.9995. Captions of the starter pack, which was trained, are the same word for word.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use image::{Rgb, RgbImage};
use vitrine_models::{
    CaptionOptions, Captioner, Clip, DevicePreference, ModelDevice, Precision, select_device_with,
};

fn device(precision: Precision) -> ModelDevice {
    let device = select_device_with(DevicePreference::Cpu, precision);
    assert_eq!(device.report().precision, precision);
    assert_eq!(device.report().note, None);
    device
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name)
}

fn starter(role: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter").join(role)
}

fn expected(checkpoint: &str, name: &str) -> Tensor {
    let path = golden(checkpoint).join("expected.safetensors");
    candle_core::safetensors::load(path, &Device::Cpu).unwrap().remove(name).unwrap()
}

fn strings(checkpoint: &str, list: &str, key: Option<&str>) -> Vec<String> {
    let text = std::fs::read_to_string(golden(checkpoint).join("expected.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let string = |item: &serde_json::Value| key.map_or(item, |key| &item[key]).as_str().unwrap().to_owned();
    json[list].as_array().unwrap().iter().map(string).collect()
}

fn picture(name: &str) -> RgbImage {
    image::open(golden("pictures").join(format!("{name}.png"))).unwrap().to_rgb8()
}

fn check(what: &str, found: &[f32], expected: &[f32], least: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let cosine = dot(found, expected) / (dot(found, found) * dot(expected, expected)).sqrt();
    assert!(cosine >= least, "{what}: cosine {cosine}");
    // Or it was not half precision that was tested.
    assert!(found != expected, "{what}");
}

fn row(tensor: &Tensor, i: usize) -> Vec<f32> {
    tensor.get(i).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn vectors_keep_their_direction() {
    for checkpoint in ["clip_quick_gelu", "clip_gelu"] {
        let clip = Clip::load(&golden(checkpoint), &device(Precision::F16)).unwrap();
        let golden = expected(checkpoint, "image_vectors");
        for (i, name) in strings(checkpoint, "pictures", None).iter().enumerate() {
            let pixels = clip.preprocess().apply(&picture(name));
            let vector = clip.embed_images(&[pixels]).unwrap().remove(0);
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-5, "{name}: length {length}");
            check(name, &vector, &row(&golden, i), 0.9999);
        }
        let golden = expected(checkpoint, "text_vectors");
        let texts = strings(checkpoint, "texts", Some("text"));
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (i, vector) in clip.embed_texts(&texts).unwrap().iter().enumerate() {
            check(texts[i], vector, &row(&golden, i), 0.9999);
        }
    }
}

#[test]
fn logits_stay_near_those_of_transformers() {
    let captioner = Captioner::load(&golden("blip_base"), &device(Precision::F16)).unwrap();
    let text = std::fs::read_to_string(golden("blip_base/expected.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<u32> = serde_json::from_value(json["scored_ids"].clone()).unwrap();
    let (tokens, logits) = (expected("blip_base", "image_tokens"), expected("blip_base", "logits"));
    for (i, name) in strings("blip_base", "pictures", None).iter().take(3).enumerate() {
        let path = golden("blip_base/prepared").join(format!("{name}.png"));
        let pixels = captioner.preprocess().apply(&image::open(path).unwrap().to_rgb8());
        check(name, &captioner.image_tokens(&pixels).unwrap().concat(), &row(&tokens, i), 0.9999);
        check(name, &captioner.logits(&pixels, &ids).unwrap().concat(), &row(&logits, i), 0.9995);
    }
}

#[test]
fn a_trained_captioner_says_the_same() {
    let [full, half] = [Precision::F32, Precision::F16]
        .map(|precision| Captioner::load(&starter("caption"), &device(precision)).unwrap());
    for rgb in [[200, 20, 30], [30, 60, 200], [30, 140, 50]] {
        let picture = RgbImage::from_fn(200, 200, |x, y| {
            let inside = (50..150).contains(&x) && (50..150).contains(&y);
            Rgb(if inside { rgb } else { [255; 3] })
        });
        let pixels = [full.preprocess().apply(&picture)];
        let options = CaptionOptions::default();
        let [full, half] = [&full, &half].map(|model| model.caption(&pixels, &options).unwrap().remove(0));
        assert_eq!(full.text, half.text);
        assert!((full.mean_log_prob - half.mean_log_prob).abs() < 0.02);
    }
}

#[test]
fn what_a_processor_does_not_gain_from_is_refused_with_a_note() {
    let device = select_device_with(DevicePreference::Cpu, Precision::Bf16);
    assert_eq!(device.report().precision, Precision::F32);
    assert!(device.report().note.as_ref().unwrap().contains("bf16"));
    Clip::load(&golden("clip_gelu"), &device).unwrap().embed_texts(&["a mug"]).unwrap();
}
