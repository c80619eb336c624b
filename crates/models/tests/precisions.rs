//! The same models in fewer bits, as graphics cards and processors run them, against transformers' f32: on a
//! processor, where every machine can run it.
//!
//! f16 keeps 11 bits, so a number is off by up to 1 in 2,000, and bf16 8 bits, 1 in 256; those errors mostly cancel over
//! a vector. int8 is off by 1 in 254 of the largest number of a row. The checkpoints here are random and small, which
//! int8 suffers from most: what it does to trained models is measured (`models/starter/FIGURES.md`), and
//! held for the starter pack below.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use image::{Rgb, RgbImage};
use vitrine_models::{
    CaptionOptions, Captioner, Clip, DevicePreference, ModelDevice, Pack, Precision, select_device_with,
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
    // Or it was f32 that was tested.
    assert!(found != expected, "{what}");
}

fn row(tensor: &Tensor, i: usize) -> Vec<f32> {
    tensor.get(i).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// The least cosines of vectors, and of logits, with those of f32.
const PRECISIONS: [(Precision, f64, f64); 3] =
    [(Precision::F16, 0.9999, 0.9995), (Precision::Bf16, 0.9995, 0.999), (Precision::Int8, 0.998, 0.99)];

#[test]
fn vectors_keep_their_direction() {
    for (precision, least, _) in PRECISIONS {
        for checkpoint in ["clip_quick_gelu", "clip_gelu"] {
            let clip = Clip::load(&golden(checkpoint), &device(precision)).unwrap();
            let golden = expected(checkpoint, "image_vectors");
            for (i, name) in strings(checkpoint, "pictures", None).iter().enumerate() {
                let pixels = clip.preprocess().apply(&picture(name));
                let vector = clip.embed_images(&[pixels]).unwrap().remove(0);
                let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
                assert!((length - 1.0).abs() < 1e-5, "{name}: length {length}");
                check(&format!("{precision:?} {name}"), &vector, &row(&golden, i), least);
            }
            let golden = expected(checkpoint, "text_vectors");
            let texts = strings(checkpoint, "texts", Some("text"));
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            for (i, vector) in clip.embed_texts(&texts).unwrap().iter().enumerate() {
                check(&format!("{precision:?} {}", texts[i]), vector, &row(&golden, i), least);
            }
        }
    }
}

#[test]
fn logits_stay_near_those_of_transformers() {
    for (precision, least, least_of_logits) in PRECISIONS {
        let captioner = Captioner::load(&golden("blip_base"), &device(precision)).unwrap();
        let text = std::fs::read_to_string(golden("blip_base/expected.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let ids: Vec<u32> = serde_json::from_value(json["scored_ids"].clone()).unwrap();
        let (tokens, logits) = (expected("blip_base", "image_tokens"), expected("blip_base", "logits"));
        for (i, name) in strings("blip_base", "pictures", None).iter().take(3).enumerate() {
            let path = golden("blip_base/prepared").join(format!("{name}.png"));
            let pixels = captioner.preprocess().apply(&image::open(path).unwrap().to_rgb8());
            let what = format!("{precision:?} {name}");
            check(&what, &captioner.image_tokens(&pixels).unwrap().concat(), &row(&tokens, i), least);
            check(
                &what,
                &captioner.logits(&pixels, &ids).unwrap().concat(),
                &row(&logits, i),
                least_of_logits,
            );
        }
    }
}

#[test]
fn a_trained_captioner_says_the_same() {
    let load = |precision| Captioner::load(&starter("caption"), &device(precision)).unwrap();
    let full = load(Precision::F32);
    for (precision, apart) in [(Precision::F16, 0.02), (Precision::Bf16, 0.05), (Precision::Int8, 0.1)] {
        let fewer = load(precision);
        for rgb in [[200, 20, 30], [30, 60, 200], [30, 140, 50]] {
            let picture = RgbImage::from_fn(200, 200, |x, y| {
                let inside = (50..150).contains(&x) && (50..150).contains(&y);
                Rgb(if inside { rgb } else { [255; 3] })
            });
            let pixels = [full.preprocess().apply(&picture)];
            let options = CaptionOptions::default();
            let [full, fewer] =
                [&full, &fewer].map(|model| model.caption(&pixels, &options).unwrap().remove(0));
            assert_eq!(full.text, fewer.text, "{precision:?}");
            assert!((full.mean_log_prob - fewer.mean_log_prob).abs() < apart, "{precision:?}");
        }
    }
}

/// Copies a model, with a file beside it that names layers.
fn with_rounding(name: &str, layers: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(golden(name)).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    std::fs::write(folder.path().join("rounding.json"), format!("{{\"bf16\": [{layers}]}}")).unwrap();
    folder
}

#[test]
fn layers_that_int8_would_harm_stay_in_bf16() {
    let load = |folder: &Path, precision| Clip::load(folder, &device(precision)).unwrap();
    let vector = |clip: &Clip| clip.embed_texts(&["a red mug"]).unwrap().remove(0);
    let all = with_rounding("clip_gelu", "\"text_model\", \"text_projection\"");
    let bf16 = vector(&load(&golden("clip_gelu"), Precision::Bf16));
    assert_eq!(vector(&load(all.path(), Precision::Int8)), bf16);
    let first = with_rounding("clip_gelu", "\"text_model.encoder.layers.0.\"");
    let mixed = vector(&load(first.path(), Precision::Int8));
    assert!(mixed != bf16 && mixed != vector(&load(&golden("clip_gelu"), Precision::Int8)));
    // In other precisions there is nothing to keep.
    assert_eq!(
        vector(&load(all.path(), Precision::F32)),
        vector(&load(&golden("clip_gelu"), Precision::F32))
    );

    let unknown = with_rounding("clip_gelu", "\"text_modle\"");
    let error = Clip::load(unknown.path(), &device(Precision::Int8)).err().unwrap().to_string();
    assert!(error.contains("rounding.json") && error.contains("text_modle"), "{error}");
}

/// Photos that one answer shows.
const SHOWN: usize = 10;
const QUERIES: [&str; 16] = [
    "a red t-shirt",
    "blue jeans",
    "a striped mug",
    "a wooden chair",
    "a black leather bag",
    "white sneakers",
    "a green lamp",
    "a glass vase",
    "a dotted dress",
    "a grey hat",
    "a yellow umbrella",
    "a metal suitcase",
    "a milk carton",
    "an apple",
    "a teddy bear",
    "a floral shirt",
];

/// What a pack says of itself in `agrees`, held on the sample catalog: the share of the nearest photos that are the same
/// as in f32.
#[test]
fn the_starter_pack_agrees_where_it_says_so() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/images");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let photos: Vec<RgbImage> = files.iter().map(|file| image::open(file).unwrap().to_rgb8()).collect();
    let answers = |precision| -> Vec<Vec<usize>> {
        let clip = Clip::load(&starter("clip"), &device(precision)).unwrap();
        let pixels: Vec<_> = photos.iter().map(|photo| clip.preprocess().apply(photo)).collect();
        let vectors = clip.embed_images(&pixels).unwrap();
        let nearest = |text: &Vec<f32>| {
            let score = |at: usize| vectors[at].iter().zip(text).map(|(a, b)| a * b).sum::<f32>();
            let mut order: Vec<usize> = (0..vectors.len()).collect();
            order.sort_by(|a, b| score(*b).total_cmp(&score(*a)));
            order.truncate(SHOWN);
            order
        };
        clip.embed_texts(&QUERIES).unwrap().iter().map(nearest).collect()
    };
    let full = answers(Precision::F32);
    let agrees = Pack::open(&starter("")).unwrap().manifest().agrees.clone();
    assert_eq!(agrees, [Precision::Bf16, Precision::Int8]);
    for (precision, least) in [(Precision::Bf16, 0.99), (Precision::Int8, 0.97)] {
        let fewer = answers(precision);
        let same = |(one, other): (&Vec<usize>, &Vec<usize>)| {
            one.iter().filter(|photo| other.contains(photo)).count()
        };
        let n_same: usize = full.iter().zip(&fewer).map(same).sum();
        let share = n_same as f64 / (SHOWN * QUERIES.len()) as f64;
        println!("{precision:?}: {share}");
        assert!(share >= least, "{precision:?}: {share}");
    }
}
