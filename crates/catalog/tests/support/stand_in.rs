//! Models that take no time: what a picture's vector and caption are follows from its colours alone.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender},
    },
};

use vitrine_catalog::{Answers, Captioned, CatalogError, OpenModels, PackModels};
use vitrine_models::{
    Caption, FileSum, ImagePreprocess, ModelEntry, ModelError, PackManifest, PixelTensor, Priority,
    TermEmbedding, TermVectors,
};

/// Numbers in a vector: a cell's colour after the other.
const GRID: usize = 3;
/// The pack with which a quick library is opened.
pub const FIRST: &str = "quick";

/// Words that begin so are cut to pieces: the stand-in was never taught them.
pub const UNKNOWN: &str = "zwil";

/// What the stand-in was asked.
#[derive(Default)]
pub struct Asked {
    pub captions: AtomicUsize,
    pub caption_loads: AtomicUsize,
    pub pictures: AtomicUsize,
    /// Set: the search model cannot be loaded.
    pub clip_fails: std::sync::atomic::AtomicBool,
    /// Set: the word lists are read for as long as somebody wants to wait.
    pub lists_take_long: std::sync::atomic::AtomicBool,
    /// Set: the captioner panics.
    pub captioner_panics: std::sync::atomic::AtomicBool,
    /// Set: the first pack's next question tells that it came, and is answered when something comes back.
    pub gate: Mutex<Option<(Sender<()>, Receiver<()>)>>,
}

/// What it was asked, and whether it is the first pack: another reads pictures upside down.
pub struct StandIn(Arc<Asked>, bool);

/// Opens stand-ins, and what they were asked.
pub fn open_models() -> (OpenModels, Arc<Asked>) {
    let asked = Arc::new(Asked::default());
    let of_all = asked.clone();
    let open: OpenModels = Arc::new(move |pack, _, _| {
        let is_first = pack.manifest().name == FIRST;
        Ok(Arc::new(StandIn(of_all.clone(), is_first)) as Arc<dyn PackModels>)
    });
    (open, asked)
}

/// A pack that nobody loads: a manifest, and files of a few bytes.
pub fn pack(folder: &Path, name: &str, weights: &[u8]) -> PathBuf {
    let folder = folder.join(name);
    let mut manifest = PackManifest::new(name, "1", "For tests.", "MIT");
    manifest.lists = Some(Vec::new());
    manifest.scripts = vec!["Latn".to_owned()];
    for role in ["clip", "caption"] {
        fs::create_dir_all(folder.join(role)).unwrap();
        for file in ["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"] {
            let path = folder.join(role).join(file);
            fs::write(&path, if file == "model.safetensors" { weights } else { b"{}" }).unwrap();
            manifest.files.insert(format!("{role}/{file}"), FileSum::of_file(&path).unwrap());
        }
    }
    manifest.clip = Some(ModelEntry { folder: "clip".into() });
    manifest.caption = Some(ModelEntry { folder: "caption".into() });
    fs::write(folder.join("pack.toml"), manifest.to_toml().unwrap()).unwrap();
    folder
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

fn look(picture: &PixelTensor) -> Vec<f32> {
    let side = picture.side() as usize;
    let cell = side / GRID;
    let mut vector = Vec::new();
    for (row, column) in (0..GRID * GRID).map(|at| (at / GRID, at % GRID)) {
        for channel in 0..3 {
            let mut sum = 0.0;
            for y in (row * cell..(row + 1) * cell).step_by(4) {
                for x in (column * cell..(column + 1) * cell).step_by(4) {
                    sum += f32::from(picture.rgb()[(y * side + x) * 3 + channel]);
                }
            }
            vector.push(sum / 1_000.0);
        }
    }
    unit(vector)
}

impl PackModels for StandIn {
    fn search_preprocess(&self) -> Result<ImagePreprocess, CatalogError> {
        if self.0.clip_fails.load(Ordering::Relaxed) {
            return Err(CatalogError::NoModels("The search model is broken.".into()));
        }
        Ok(ImagePreprocess::clip_default())
    }

    fn embed_pictures(
        &self,
        pictures: Vec<PixelTensor>,
        _: Priority,
    ) -> Result<Answers<Vec<f32>>, CatalogError> {
        self.search_preprocess()?;
        self.0.pictures.fetch_add(pictures.len(), Ordering::Relaxed);
        let read = |picture: &PixelTensor| {
            let mut vector = look(picture);
            if !self.1 {
                vector.reverse();
            }
            Ok(vector)
        };
        Ok(pictures.iter().map(read).collect())
    }

    fn embed_texts(&self, texts: Vec<String>, _: Priority) -> Result<Vec<Vec<f32>>, CatalogError> {
        let gate = if self.1 { self.0.gate.lock().unwrap().take() } else { None };
        if let Some((came, go_on)) = gate {
            came.send(()).unwrap();
            go_on.recv().unwrap();
        }
        // The sum of its words' vectors: texts that share words are near each other.
        let vector = |text: &String| {
            let mut sum = vec![0.0; 27];
            for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
                let n = word.bytes().fold(7_u32, |n, byte| n.wrapping_mul(31).wrapping_add(u32::from(byte)));
                let n = n.wrapping_mul(0x9e37_79b9);
                sum.iter_mut().zip(0..).for_each(|(x, i)| *x += (n.rotate_left(i) & 255) as f32);
            }
            unit(sum)
        };
        Ok(texts.iter().map(vector).collect())
    }

    fn n_pieces(&self, word: &str) -> Option<usize> {
        Some(if word.starts_with(UNKNOWN) { 3 } else { 1 })
    }

    fn logit_scale(&self) -> Result<f32, CatalogError> {
        Ok(20.0)
    }

    fn term_vectors(
        &self,
        embedding: TermEmbedding,
        go_on: &dyn Fn(&TermEmbedding) -> Result<bool, CatalogError>,
    ) -> Result<Option<TermVectors>, CatalogError> {
        while self.0.lists_take_long.load(Ordering::Relaxed) {
            if !go_on(&embedding)? {
                return Ok(None);
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Err(CatalogError::NoModels("A stand-in knows no words.".into()))
    }

    fn caption_preprocess(&self) -> Result<ImagePreprocess, CatalogError> {
        self.0.caption_loads.fetch_add(1, Ordering::Relaxed);
        Ok(ImagePreprocess::clip_default())
    }

    fn caption(&self, pictures: Vec<PixelTensor>) -> Result<Answers<Captioned>, CatalogError> {
        assert!(!self.0.captioner_panics.load(Ordering::Relaxed), "the captioner panics");
        self.0.captions.fetch_add(pictures.len(), Ordering::Relaxed);
        let caption = |picture: &PixelTensor| {
            let vector = look(picture);
            let words = if vector[0] > vector[2] { "a red ball" } else { "a blue ball" };
            let caption = Caption { text: words.into(), token_ids: Vec::new(), mean_log_prob: -0.1 };
            Ok::<_, ModelError>(Captioned { caption, matching: None })
        };
        Ok(pictures.iter().map(caption).collect())
    }
}
