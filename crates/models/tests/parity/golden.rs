//! Reads goldens and compares with them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use image::RgbImage;
use serde::de::DeserializeOwned;
use vitrine_models::{DevicePreference, ModelDevice, select_device};

/// The CPU: what other devices compute is close, but not to this tolerance.
pub(crate) fn cpu() -> ModelDevice {
    select_device(DevicePreference::Cpu)
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name)
}

pub(crate) fn picture(path: &str) -> RgbImage {
    image::open(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}")).to_rgb8()
}

pub(crate) fn pictures(names: &[String]) -> Vec<RgbImage> {
    names.iter().map(|name| picture(&format!("pictures/{name}.png"))).collect()
}

/// `expected.json` and `expected.safetensors` of one checkpoint.
pub(crate) fn expected<T: DeserializeOwned>(checkpoint: &str) -> (T, HashMap<String, Tensor>) {
    let folder = folder(checkpoint);
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let tensors = candle_core::safetensors::load(folder.join("expected.safetensors"), &Device::Cpu).unwrap();
    (serde_json::from_str(&text).unwrap(), tensors)
}

/// Row `i` of a golden, flat.
pub(crate) fn row(tensor: &Tensor, i: usize) -> Vec<f32> {
    tensor.get(i).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// Vectors point the same way: cosine of at least 0.9999, which the design asks for, and in fact far
/// closer, number by number.
pub(crate) fn assert_same_direction(what: &str, found: &[f32], expected: &[f32]) {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let cosine = dot(found, expected) / (dot(found, found) * dot(expected, expected)).sqrt();
    assert!(cosine >= 0.9999, "{what}: cosine {cosine}");
}

/// Numbers agree to `tolerance`, absolutely.
pub(crate) fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{what}: off by {worst}");
}
