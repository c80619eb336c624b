//! Small random models under the true names of files and tensors, and what can be wrong with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a model by their names.
pub type Files = BTreeMap<String, Vec<u8>>;

const NAMES: [&str; 11] = [
    "config.json",
    "model.safetensors",
    "preprocessor_config.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "spiece.model",
    "tokenizer_config.json",
    "open_clip_config.json",
    "open_clip_pytorch_model.bin",
];

fn golden(name: &str) -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/tests/goldens").join(name);
    let read = |name: &&str| Some(((*name).to_owned(), fs::read(folder.join(name)).ok()?));
    let files: Files = NAMES.iter().filter_map(read).collect();
    assert!(files.len() >= 3, "no checkpoint in {}", folder.display());
    files
}

/// As OpenAI's CLIP, with a `tokenizer.json`.
pub fn clip() -> Files {
    golden("clip_quick_gelu")
}

/// As LAION's CLIP, with `vocab.json` and `merges.txt`.
pub fn clip_of_vocabulary_files() -> Files {
    golden("clip_gelu")
}

/// As SigLIP, whose words are SentencePiece's.
pub fn siglip() -> Files {
    golden("siglip")
}

/// As SigLIP 2, with Gemma's tokenizer.
pub fn siglip_gemma() -> Files {
    golden("siglip_gemma")
}

/// As Chinese CLIP.
pub fn chinese_clip() -> Files {
    golden("chinese_clip")
}

/// A CLIP in OpenCLIP's own layout.
pub fn open_clip() -> Files {
    golden("open_clip")
}

/// As the base captioner.
pub fn caption() -> Files {
    golden("blip_base")
}

/// As the base model that matches pictures with texts.
pub fn matching() -> Files {
    golden("blip_match_base")
}

/// Changes text in a file.
pub fn edit(files: &mut Files, file: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} does not contain {from}");
    files.insert(file.to_owned(), text.replace(from, to).into_bytes());
}

/// Writes a model's files into a folder.
pub fn write(folder: PathBuf, files: &Files) -> PathBuf {
    fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}
