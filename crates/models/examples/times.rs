//! One engine of `models/bench/bench.py`: does one piece of work each time that a line comes in, and answers
//! with the seconds it took; at the end of input with the peak memory of the process in bytes.
//!
//! ```text
//! cargo run --release -p vitrine-models --example times -- TASK FOLDER [f32|bf16|int8 [KEPT]]
//! ```
//!
//! `load-clip`, `load-clip_large`, `load-siglip`, `load-caption` and `load-match` load a model for each line, whose layers are
//! kept below the folder KEPT, where one is named.

#![allow(clippy::print_stdout)]

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Instant;

use image::{Rgb, RgbImage};
use vitrine_models::{
    CaptionOptions, Captioner, Clip, Decoding, DevicePreference, ImagePreprocess, MatchStart, Matcher,
    ModelDevice, ModelError, ModelThread, PixelTensor, Precision, Priority, select_device_with,
};

type Work = Box<dyn Fn() -> Result<(), ModelError>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, folder, more) = match arguments.as_slice() {
        [task, folder, more @ ..] if more.len() <= 2 => (task, folder, more),
        _ => return Err("usage: times TASK FOLDER [PRECISION [KEPT]]".into()),
    };
    let precision = more.first().map_or(Some(Precision::Auto), |name| Precision::from_name(name));
    let precision = precision.ok_or("the precision is f32, bf16 or int8")?;
    let device = select_device_with(DevicePreference::Cpu, precision);
    let device = match more.get(1) {
        Some(kept) => device.keeping_layers_in(Path::new(kept)),
        None => device,
    };
    let (task, folder) = (task.clone(), PathBuf::from(folder));
    // As the program runs its models.
    let thread = ModelThread::spawn("model", move || {
        work(&task, &folder, &device).map_err(|error| ModelError::Compute { reason: error.to_string() })
    });
    thread.run(Priority::Interactive, |work| work())?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        thread.run(Priority::Interactive, |work| work())?;
        println!("{}", start.elapsed().as_secs_f64());
    }
    println!("{}", peak_bytes()?);
    Ok(())
}

fn work(task: &str, folder: &Path, device: &ModelDevice) -> Result<Work, Box<dyn std::error::Error>> {
    Ok(match task {
        "image1" => clip_images(&folder.join("clip"), device, 1)?,
        "image8" => clip_images(&folder.join("clip"), device, 8)?,
        "large1" => clip_images(&folder.join("clip_large"), device, 1)?,
        "large8" => clip_images(&folder.join("clip_large"), device, 8)?,
        "siglip1" => clip_images(&folder.join("siglip"), device, 1)?,
        "siglip8" => clip_images(&folder.join("siglip"), device, 8)?,
        "text" => {
            let clip = Clip::load(&folder.join("clip"), device)?;
            // Start, six words, end.
            let text = "red blue green yellow black white";
            if clip.token_ids(text)?.len() != 8 {
                return Err("the text has not 8 tokens".into());
            }
            Box::new(move || clip.embed_texts(&[text]).map(drop))
        }
        "greedy" => captions(folder, device, 1, Decoding::Greedy)?,
        "greedy8" => captions(folder, device, 8, Decoding::Greedy)?,
        "beam" => captions(folder, device, 1, Decoding::Beam { width: 3, length_penalty: 1.0 })?,
        "match" => {
            let matcher = Matcher::load(&folder.join("match"), device)?;
            let pixels = pictures(&matcher.preprocess(), 1);
            // Start, ten words, end.
            let text = "red blue green yellow black white brown orange purple pink";
            if matcher.text_ids(text, MatchStart::Cls)?.len() != 12 {
                return Err("the text has not 12 tokens".into());
            }
            Box::new(move || {
                let tokens = matcher.encode_images(&pixels)?;
                matcher.match_probabilities(&tokens, &[text; 20], MatchStart::Cls).map(drop)
            })
        }
        "load-clip" | "load-clip_large" | "load-siglip" => {
            loads(folder, task, device, |folder, device| Clip::load(folder, device).map(drop))
        }
        "load-caption" => {
            loads(folder, task, device, |folder, device| Captioner::load(folder, device).map(drop))
        }
        "load-match" => loads(folder, task, device, |folder, device| Matcher::load(folder, device).map(drop)),
        other => return Err(format!("no task is called {other}").into()),
    })
}

type Load = fn(&Path, &ModelDevice) -> Result<(), ModelError>;

/// Of the model whose folder the task names.
fn loads(folder: &Path, task: &str, device: &ModelDevice, load: Load) -> Work {
    let (folder, device) = (folder.join(task.trim_start_matches("load-")), device.clone());
    Box::new(move || load(&folder, &device))
}

fn clip_images(folder: &Path, device: &ModelDevice, n: u32) -> Result<Work, ModelError> {
    let clip = Clip::load(folder, device)?;
    let pixels = pictures(&clip.preprocess(), n);
    Ok(Box::new(move || clip.embed_images(&pixels).map(drop)))
}

fn captions(folder: &Path, device: &ModelDevice, n: u32, decoding: Decoding) -> Result<Work, ModelError> {
    let captioner = Captioner::load(&folder.join("caption"), device)?;
    let pixels = pictures(&captioner.preprocess(), n);
    let options = CaptionOptions { decoding, min_length: 20, max_length: 20, prompt: None };
    Ok(Box::new(move || captioner.caption(&pixels, &options).map(drop)))
}

fn pictures(preprocess: &ImagePreprocess, n: u32) -> Vec<PixelTensor> {
    let picture = |seed: u32| {
        RgbImage::from_fn(640, 480, |x, y| {
            let byte = |shift: u32| ((x * (seed + 3) + y * 7) >> shift) as u8;
            Rgb([byte(2), byte(3), byte(4)])
        })
    };
    (0..n).map(|seed| preprocess.apply(&picture(seed))).collect()
}

/// `VmHWM` of Linux.
fn peak_bytes() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmHWM")?;
    Ok(kib.parse::<u64>()? * 1024)
}
