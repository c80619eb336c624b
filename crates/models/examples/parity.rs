//! The table of `models/parity/README.md`: how far this crate is from transformers, output by output.
//!
//! ```text
//! cargo run --release -p vitrine-models --example parity
//! cargo run --release -p vitrine-models --example parity -- [--card f32|f16] FOLDER
//! ```
//!
//! The first form takes the small checkpoints of the goldens, the second those of true size that
//! `models/parity/make_true_size.py` wrote to FOLDER. Each checkpoint lies beside what transformers made of
//! it; nothing is judged here, only measured. With `--card` a build for graphics cards computes on one.

#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use serde::Deserialize;
use vitrine_models::{
    CaptionOptions, Captioner, Clip, Decoding, DevicePreference, ImagePreprocess, MatchStart, Matcher,
    ModelDevice, PixelTensor, Precision, select_device, select_device_with,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(Deserialize)]
struct Config {
    architectures: Vec<String>,
}

/// `expected.json`; which parts there are depends on the model.
#[derive(Deserialize)]
struct Expected {
    pictures: Vec<String>,
    #[serde(default)]
    texts: Vec<Text>,
    #[serde(default)]
    scored_ids: Vec<u32>,
    #[serde(default)]
    captions: Vec<Run>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    ids: Vec<u32>,
}

#[derive(Deserialize)]
struct Run {
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
}

/// One checkpoint, what transformers made of it, and where the table's rows go.
struct Case {
    folder: PathBuf,
    name: String,
    expected: Expected,
    tensors: HashMap<String, Tensor>,
    device: ModelDevice,
}

fn main() -> Outcome<()> {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut device = select_device(DevicePreference::Cpu);
    if arguments.first().is_some_and(|first| first == "--card") {
        let precision = match arguments.get(1).map(String::as_str) {
            Some("f32") => Precision::F32,
            Some("f16") => Precision::F16,
            _ => return Err("--card takes f32 or f16".into()),
        };
        device = select_device_with(DevicePreference::Auto, precision);
        arguments.drain(..2);
    }
    println!("{:?}", device.report());
    let folder = arguments.pop().map_or(goldens, PathBuf::from);
    let mut checkpoints: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    let is_checkpoint = |path: &PathBuf| {
        let has = |name: &str| path.join(name).exists();
        has("expected.json") && (has("config.json") || has("open_clip_config.json"))
    };
    checkpoints.retain(is_checkpoint);
    checkpoints.sort();
    println!("| checkpoint | output | compared | worst deviation |");
    println!("|---|---|---|---|");
    for checkpoint in checkpoints {
        let case = Case::open(&folder, checkpoint, device.clone())?;
        if case.folder.join("open_clip_config.json").exists() {
            case.clip()?;
            continue;
        }
        let config: Config =
            serde_json::from_str(&std::fs::read_to_string(case.folder.join("config.json"))?)?;
        match config.architectures.first().map(String::as_str) {
            Some("CLIPModel" | "ChineseCLIPModel" | "SiglipModel") => case.clip()?,
            Some("BlipForConditionalGeneration") => case.captions()?,
            Some("BlipForImageTextRetrieval") => case.matching()?,
            other => return Err(format!("{}: {other:?} is not known", case.name).into()),
        }
    }
    Ok(())
}

impl Case {
    fn open(root: &Path, folder: PathBuf, device: ModelDevice) -> Outcome<Self> {
        let expected = serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json"))?)?;
        let tensors = candle_core::safetensors::load(folder.join("expected.safetensors"), &Device::Cpu)?;
        let name = folder.strip_prefix(root)?.display().to_string();
        Ok(Self { folder, name, expected, tensors, device })
    }

    fn row(&self, output: &str, compared: &str, worst: &str) {
        println!("| {} | {output} | {compared} | {worst} |", self.name);
    }

    /// Pictures as transformers prepared them, so that what differs later lies in the model; where there
    /// are none, prepared here.
    fn pixels(&self, preprocess: &ImagePreprocess) -> Outcome<Vec<PixelTensor>> {
        let prepared = self.folder.join("prepared");
        let folder = if prepared.exists() { prepared } else { self.originals() };
        let open = |name: &String| -> Outcome<PixelTensor> {
            Ok(preprocess.apply(&image::open(folder.join(format!("{name}.png")))?.to_rgb8()))
        };
        self.expected.pictures.iter().map(open).collect()
    }

    fn originals(&self) -> PathBuf {
        self.folder.with_file_name("pictures")
    }

    fn compare_pixels(&self, preprocess: &ImagePreprocess) -> Outcome<()> {
        let mut worst = 0.0_f32;
        let n = self.tensors["pixels"].dim(0)?;
        for (i, name) in self.expected.pictures.iter().take(n).enumerate() {
            let picture = image::open(self.originals().join(format!("{name}.png")))?.to_rgb8();
            worst = worst.max(farthest(&preprocess.apply(&picture).to_chw(), &self.golden("pixels", i)?));
        }
        // The widest of CLIP's deviations turns normalised numbers back into levels.
        let levels = (worst * 255.0 * 0.2758).round();
        self.row("pixels", &format!("{n} pictures"), &format!("{levels} of 255 levels"));
        Ok(())
    }

    fn compare_vectors(&self, output: &str, golden: &str, found: &[Vec<f32>]) -> Outcome<()> {
        let (mut apart, mut worst) = (0.0_f64, 0.0_f32);
        for (i, vector) in found.iter().enumerate() {
            let expected = self.golden(golden, i)?;
            apart = apart.max(1.0 - cosine(vector, &expected));
            worst = worst.max(farthest(vector, &expected));
        }
        let compared = format!("{} of {} numbers", found.len(), found.first().map_or(0, Vec::len));
        self.row(output, &compared, &format!("1 - cosine {:.1e}, a number {worst:.1e}", apart.max(0.0)));
        Ok(())
    }

    fn compare_numbers(&self, output: &str, golden: &str, found: &[Vec<f32>]) -> Outcome<()> {
        let (mut worst, mut least, mut greatest) = (0.0_f32, f32::INFINITY, f32::NEG_INFINITY);
        for (i, numbers) in found.iter().enumerate() {
            let expected = self.golden(golden, i)?;
            worst = worst.max(farthest(numbers, &expected));
            least = expected.iter().copied().fold(least, f32::min);
            greatest = expected.iter().copied().fold(greatest, f32::max);
        }
        let compared = format!(
            "{} of {}, from {least:.1} to {greatest:.1}",
            found.len(),
            found.first().map_or(0, Vec::len)
        );
        self.row(output, &compared, &format!("{worst:.1e}"));
        Ok(())
    }

    fn compare_ids(&self, output: &str, pairs: &[(Vec<u32>, &[u32])]) {
        let different = pairs.iter().filter(|(found, expected)| found != expected).count();
        let n_ids: usize = pairs.iter().map(|(_, expected)| expected.len()).sum();
        let worst = if different == 0 { "none".to_owned() } else { format!("{different} sequences differ") };
        self.row(output, &format!("{} sequences, {n_ids} ids", pairs.len()), &worst);
    }

    fn golden(&self, name: &str, i: usize) -> Outcome<Vec<f32>> {
        let tensor = self.tensors.get(name).ok_or_else(|| format!("{}: no tensor {name}", self.name))?;
        Ok(tensor.get(i)?.flatten_all()?.to_vec1()?)
    }

    fn texts(&self) -> Vec<&str> {
        self.expected.texts.iter().map(|text| text.text.as_str()).collect()
    }

    fn clip(&self) -> Outcome<()> {
        let clip = Clip::load(&self.folder, &self.device)?;
        self.compare_pixels(&clip.preprocess())?;
        let texts = &self.expected.texts;
        let ids = texts.iter().map(|text| Ok((clip.token_ids(&text.text)?, text.ids.as_slice())));
        self.compare_ids("text ids", &ids.collect::<Outcome<Vec<_>>>()?);
        let pixels = self.pixels(&clip.preprocess())?;
        let hidden = pixels.iter().take(3).map(|pixels| Ok(clip.image_hidden_states(pixels)?.concat()));
        let hidden = hidden.collect::<Outcome<Vec<_>>>()?;
        // OpenCLIP does not tell them.
        if self.tensors.contains_key("image_hidden") {
            self.compare_vectors("image hidden states", "image_hidden", &hidden)?;
        }
        self.compare_vectors("image vector", "image_vectors", &clip.embed_images(&pixels)?)?;
        self.compare_vectors("text vector", "text_vectors", &clip.embed_texts(&self.texts())?)
    }

    fn captions(&self) -> Outcome<()> {
        let captioner = Captioner::load(&self.folder, &self.device)?;
        self.compare_pixels(&captioner.preprocess())?;
        let pixels = self.pixels(&captioner.preprocess())?;
        let first = &pixels[..pixels.len().min(3)];
        let tokens = first.iter().map(|pixels| Ok(captioner.image_tokens(pixels)?.concat()));
        self.compare_vectors("image tokens", "image_tokens", &tokens.collect::<Outcome<Vec<_>>>()?)?;
        let ids = &self.expected.scored_ids;
        let logits = first.iter().map(|pixels| Ok(captioner.logits(pixels, ids)?.concat()));
        self.compare_numbers("caption logits", "logits", &logits.collect::<Outcome<Vec<_>>>()?)?;

        let tokens = captioner.encode_images(&pixels)?;
        let (mut greedy, mut beam) = (Vec::new(), Vec::new());
        for run in &self.expected.captions {
            let found = captioner.caption_tokens(&tokens, &run.options())?;
            let pairs = found.into_iter().zip(&run.captions).map(|(a, b)| (a.token_ids, b.ids.as_slice()));
            if run.num_beams == 1 { greedy.extend(pairs) } else { beam.extend(pairs) }
        }
        self.compare_ids("greedy ids", &greedy);
        self.compare_ids("beam ids", &beam);
        Ok(())
    }

    fn matching(&self) -> Outcome<()> {
        let matcher = Matcher::load(&self.folder, &self.device)?;
        self.compare_pixels(&matcher.preprocess())?;
        let texts = &self.expected.texts;
        let ids = texts
            .iter()
            .map(|text| Ok((matcher.text_ids(&text.text, MatchStart::Cls)?, text.ids.as_slice())));
        self.compare_ids("text ids", &ids.collect::<Outcome<Vec<_>>>()?);
        let tokens = matcher.encode_images(&self.pixels(&matcher.preprocess())?)?;
        let (images, texts) = (matcher.image_vectors(&tokens)?, self.texts());
        self.compare_vectors("ITC image vector", "image_vectors", &images)?;
        self.compare_vectors("ITC text vector", "text_vectors", &matcher.text_vectors(&texts)?)?;
        for (start, name, golden) in [
            (MatchStart::Cls, "ITM logits, [CLS]", "logits_cls"),
            (MatchStart::Enc, "ITM logits, [ENC]", "logits_enc"),
        ] {
            let logits = matcher.match_logits(&tokens, &texts, start)?;
            let flat: Vec<Vec<f32>> = logits.into_iter().map(|texts| texts.concat()).collect();
            self.compare_numbers(name, golden, &flat)?;
        }
        Ok(())
    }
}

impl Run {
    fn options(&self) -> CaptionOptions {
        let length_penalty = self.length_penalty.unwrap_or(1.0);
        let decoding = match self.num_beams {
            1 => Decoding::Greedy,
            width => Decoding::Beam { width, length_penalty },
        };
        let (min_length, max_length) = (self.min_length, self.max_length);
        CaptionOptions { decoding, min_length, max_length, prompt: self.prompt.clone() }
    }
}

fn farthest(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
