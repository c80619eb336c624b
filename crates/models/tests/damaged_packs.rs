//! A pack that is wrong says which file is wrong, in plain words, and never panics.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vitrine_models::{Captioner, Clip, DevicePreference, ModelError, Pack, select_device};

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

const CLIP_FILES: [&str; 4] =
    ["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"];

/// A good pack with a CLIP and a captioner, and the text of its `pack.toml`.
fn pack() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut toml = String::from(
        "format = 1\nname = \"tiny\"\nrevision = \"7\"\nsummary = \"For tests.\"\nlicence = \"MIT\"\n\
         [clip]\nfolder = \"clip\"\n[caption]\nfolder = \"caption\"\n",
    );
    for (role, checkpoint) in [("clip", "clip_quick_gelu"), ("caption", "blip_base")] {
        fs::create_dir(folder.path().join(role)).unwrap();
        for file in CLIP_FILES {
            let bytes = fs::read(goldens().join(checkpoint).join(file)).unwrap();
            fs::write(folder.path().join(role).join(file), &bytes).unwrap();
            toml += &format!(
                "[files.\"{role}/{file}\"]\nsha256 = \"{}\"\nsize_bytes = {}\n",
                sha256(&bytes),
                bytes.len()
            );
        }
    }
    fs::write(folder.path().join("pack.toml"), &toml).unwrap();
    (folder, toml)
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn load_clip(folder: &TempDir) -> Result<Clip, ModelError> {
    Clip::load(&folder.path().join("clip"), &select_device(DevicePreference::Cpu))
}

fn load_captioner(folder: &TempDir) -> Result<Captioner, ModelError> {
    Captioner::load(&folder.path().join("caption"), &select_device(DevicePreference::Cpu))
}

/// Replaces text in a file of the pack.
fn edit(folder: &TempDir, file: &str, from: &str, to: &str) {
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} does not contain {from}");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// The error says all of `words`, among them the file at fault.
fn check<T>(result: Result<T, ModelError>, words: &[&str]) {
    let Err(error) = result else { panic!("accepted, expected an error about {words:?}") };
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{text:?} does not mention {word:?}");
    }
}

#[test]
fn a_good_pack_opens_verifies_and_tells_what_it_is() {
    let (folder, _) = pack();
    let pack = Pack::open(folder.path()).unwrap();
    pack.verify().unwrap();
    assert_eq!(pack.key_by_name("clip"), format!("tiny@7/clip/p{}", vitrine_models::PREPROCESSING_VERSION));
    use vitrine_models::Precision::{F16, F32};
    let keys = [pack.clip_key(F32), pack.clip_key(F16), pack.caption_key(F32)];
    assert!(keys[0] != keys[1] && keys[0] != keys[2], "{keys:?}");
    let clip = pack.clip_summary().unwrap();
    assert_eq!(clip.architecture, "CLIPModel");
    let file = folder.path().join("clip/model.safetensors");
    assert_eq!(clip.size_bytes, fs::metadata(file).unwrap().len());
    // f32, and a header of a few kilobytes.
    assert!(clip.n_parameters * 4 < clip.size_bytes && clip.n_parameters * 4 + 20_000 > clip.size_bytes);
    assert_eq!(pack.caption_summary().unwrap().architecture, "BlipForConditionalGeneration");
    load_clip(&folder).unwrap();
    load_captioner(&folder).unwrap();
}

#[test]
fn relevance_runs_from_unrelated_to_sure() {
    let (folder, toml) = pack();
    let scale = "[calibration.text]\nunrelated = 0.2\nsure = 0.4\n";
    fs::write(folder.path().join("pack.toml"), toml.replace("[clip]", &format!("{scale}[clip]"))).unwrap();
    let text = Pack::open(folder.path()).unwrap().manifest().calibration.text;
    for (cosine, relevance) in [(-1.0, 0.0), (0.2, 0.0), (0.3, 0.5), (0.4, 1.0), (1.0, 1.0)] {
        assert!((text.relevance(cosine) - relevance).abs() < 1e-5, "{cosine}");
    }
}

#[test]
fn a_missing_or_changed_file_is_named() {
    let (folder, _) = pack();
    check(Pack::open(&folder.path().join("absent")), &["pack.toml", "missing"]);

    let weights = folder.path().join("clip/model.safetensors");
    let good = fs::read(&weights).unwrap();
    fs::remove_file(&weights).unwrap();
    check(Pack::open(folder.path()), &["clip/model.safetensors", "missing"]);
    check(load_clip(&folder), &["clip/model.safetensors", "missing"]);

    fs::write(&weights, &good[..good.len() - 1]).unwrap();
    check(Pack::open(folder.path()), &["clip/model.safetensors", "incomplete"]);
    check(load_clip(&folder), &["clip/model.safetensors", "cannot be read"]);

    let mut flipped = good;
    if let Some(byte) = flipped.last_mut() {
        *byte ^= 1;
    }
    fs::write(&weights, &flipped).unwrap();
    check(Pack::open(folder.path()).unwrap().verify(), &["clip/model.safetensors", "damaged"]);
}

#[test]
fn a_description_that_cannot_be_trusted_is_refused() {
    let cases = [
        ("format = 1", "format = 2", "format"),
        ("name = \"tiny\"", "name = \"../tiny\"", "name"),
        ("revision = \"7\"", "revision = \"\"", "revision"),
        ("folder = \"clip\"", "folder = \"../clip\"", "out of the pack"),
        ("folder = \"clip\"", "folder = \"/clip\"", "out of the pack"),
        ("[clip]", "[match]\nfolder = \"..\"\n[clip]", "out of the pack"),
        ("[clip]", "[match]\nfolder = \"match\"\n[clip]", "match/config.json is not listed"),
        ("clip/config.json", "clip/../../config.json", "out of the pack"),
        ("clip/config.json", "clip\\\\config.json", "out of the pack"),
        (
            "[files.\"clip/tokenizer.json\"]",
            "[files.\"clip/other.json\"]",
            "clip/tokenizer.json is not listed",
        ),
        ("sha256 = \"", "sha256 = \"zz", "sha256"),
        ("[clip]", "[calibration.text]\nunrelated = 0.5\nsure = 0.5\n[clip]", "calibration.text"),
        ("licence = \"MIT\"", "licence = 5", "line 5"),
        ("licence = \"MIT\"", "license = \"MIT\"", "license"),
    ];
    for (from, to, word) in cases {
        let (folder, _) = pack();
        edit(&folder, "pack.toml", from, to);
        check(Pack::open(folder.path()), &["pack.toml", word]);
    }
}

#[test]
fn a_model_file_that_the_pack_does_not_list_is_refused() {
    let (folder, _) = pack();
    for file in [
        "pytorch_model.bin",
        "Vocab.json",
        "model-00001-of-00002.safetensors",
        "model.safetensors.index.json",
        "pytorch_model-00001-of-00002.bin",
    ] {
        let path = folder.path().join("clip").join(file);
        fs::write(&path, "not listed").unwrap();
        check(Pack::open(folder.path()), &[&format!("clip/{file}"), "not listed"]);
        fs::remove_file(path).unwrap();
    }
    // What no model reads may lie there.
    fs::write(folder.path().join("clip/README.md"), "not listed").unwrap();
    Pack::open(folder.path()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_pack_is_refused() {
    let (folder, _) = pack();
    let config = folder.path().join("clip/config.json");
    fs::remove_file(&config).unwrap();
    std::os::unix::fs::symlink(goldens().join("clip_quick_gelu/config.json"), config).unwrap();
    check(Pack::open(folder.path()), &["clip/config.json", "not a file inside the pack"]);
}

#[test]
fn a_pack_without_a_model_says_which_is_missing() {
    let (folder, _) = pack();
    edit(&folder, "pack.toml", "[caption]\nfolder = \"caption\"\n", "");
    let pack = Pack::open(folder.path()).unwrap();
    check(pack.caption_folder(), &["no description model"]);
    check(pack.caption_summary(), &["no description model"]);
    check(pack.match_folder(), &["no matching model"]);
    check(pack.match_summary(), &["no matching model"]);
    pack.clip_folder().unwrap();
}

#[test]
fn a_model_of_another_kind_is_refused() {
    let (folder, _) = pack();
    let swapped = Clip::load(&folder.path().join("caption"), &select_device(DevicePreference::Cpu));
    check(swapped, &["caption/config.json", "BlipForConditionalGeneration", "CLIPModel"]);
    edit(&folder, "clip/config.json", "CLIPModel", "AlignModel");
    check(load_clip(&folder), &["clip/config.json", "AlignModel", "SiglipModel"]);
    // Said to be of another family than its weights are of.
    edit(&folder, "clip/config.json", "AlignModel", "SiglipModel");
    check(load_clip(&folder), &["clip"]);
}

#[test]
fn sizes_that_do_not_fit_the_weights_name_the_tensor() {
    let (folder, _) = pack();
    edit(&folder, "clip/config.json", "\"projection_dim\": 32", "\"projection_dim\": 33");
    check(load_clip(&folder), &["clip/model.safetensors", "projection.weight", "33"]);

    let (folder, _) = pack();
    edit(&folder, "caption/config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    check(load_captioner(&folder), &["caption/model.safetensors", "layers.2.", "missing"]);
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let cases = [
        ("\"num_attention_heads\": 3", "\"num_attention_heads\": 0", "num_attention_heads"),
        ("\"num_attention_heads\": 3", "\"num_attention_heads\": 7", "num_attention_heads"),
        ("\"patch_size\": 8", "\"patch_size\": 0", "patch_size"),
        ("\"image_size\": 32", "\"image_size\": 1000000000", "image_size"),
        ("\"hidden_size\": 48", "\"hidden_size\": 4800000000", "hidden_size"),
        ("\"hidden_act\": \"quick_gelu\"", "\"hidden_act\": \"swish9\"", "swish9"),
        ("\"layer_norm_eps\": 1e-05", "\"layer_norm_eps\": -1", "layer_norm_eps"),
    ];
    for (from, to, word) in cases {
        let (folder, _) = pack();
        edit(&folder, "clip/config.json", from, to);
        check(load_clip(&folder), &["clip/config.json", word]);
    }
}

#[test]
fn preprocessing_that_cannot_be_done_is_refused() {
    let cases = [
        ("\"resample\": 3", "\"resample\": 9", "resample"),
        ("\"crop_size\": 32", "\"crop_size\": 40", "40"),
        ("\"size\": 32", "\"size\": {\"longest_edge\": 32}", "longest_edge"),
        ("\"size\": 32", "\"size\": 0", "range"),
        ("\"do_center_crop\": true", "\"do_center_crop\": false", "square"),
        ("0.26862954", "0.0", "image_std"),
    ];
    for (from, to, word) in cases {
        let (folder, _) = pack();
        edit(&folder, "clip/preprocessor_config.json", from, to);
        check(load_clip(&folder), &["clip/preprocessor_config.json", word]);
    }
}

#[test]
fn files_that_are_no_json_or_no_tokenizer_are_named() {
    for file in ["config.json", "preprocessor_config.json", "tokenizer.json"] {
        let (folder, _) = pack();
        fs::write(folder.path().join("clip").join(file), "{\"broken").unwrap();
        check(load_clip(&folder), &[&format!("clip/{file}")]);
    }
    // A tokenizer of another model would give silent nonsense.
    let (folder, _) = pack();
    fs::copy(goldens().join("blip_base/tokenizer.json"), folder.path().join("clip/tokenizer.json")).unwrap();
    edit(&folder, "clip/config.json", "\"eos_token_id\": 2", "\"eos_token_id\": 500");
    check(load_clip(&folder), &["clip/tokenizer.json", "eos_token_id"]);
}

/// Old checkpoints have vocabulary files instead of a `tokenizer.json`.
#[cfg(unix)]
#[test]
fn a_vocabulary_that_is_a_pipe_or_no_list_of_pairs_is_refused() {
    for file in ["vocab.json", "merges.txt"] {
        let (folder, _) = pack();
        let clip = folder.path().join("clip");
        fs::remove_file(clip.join("tokenizer.json")).unwrap();
        for name in ["vocab.json", "merges.txt"] {
            fs::copy(goldens().join("clip_gelu").join(name), clip.join(name)).unwrap();
        }
        fs::write(clip.join("merges.txt"), "#version: 0.2\na b c\n").unwrap();
        check(load_clip(&folder), &["clip/vocab.json", "line 2 of merges.txt"]);
        fs::remove_file(clip.join(file)).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(clip.join(file)).status().unwrap().success());
        check(load_clip(&folder), &[&format!("clip/{file}")]);
    }
}

/// The same vectors, bit for bit, whichever file the weights come from.
#[test]
fn weights_of_torch_and_in_parts_give_the_same_vectors() {
    let (folder, _) = pack();
    let expected = load_clip(&folder).unwrap().embed_texts(&["a red mug"]).unwrap();
    let clip = folder.path().join("clip");
    let tensors =
        candle_core::safetensors::load(clip.join("model.safetensors"), &candle_core::Device::Cpu).unwrap();
    fs::remove_file(clip.join("model.safetensors")).unwrap();

    let torch = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torch_files/clip_quick_gelu.bin");
    fs::copy(torch, clip.join("pytorch_model.bin")).unwrap();
    assert_eq!(load_clip(&folder).unwrap().embed_texts(&["a red mug"]).unwrap(), expected);
    fs::remove_file(clip.join("pytorch_model.bin")).unwrap();

    let mut places = Vec::new();
    let mut tensors: Vec<_> = tensors.into_iter().collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    for (i, part) in tensors.chunks(tensors.len().div_ceil(3)).enumerate() {
        let name = format!("model-0000{}-of-00003.safetensors", i + 1);
        places.extend(part.iter().map(|(tensor, _)| format!("\"{tensor}\": \"{name}\"")));
        candle_core::safetensors::save(&part.iter().cloned().collect(), clip.join(name)).unwrap();
    }
    let index = format!("{{\"weight_map\": {{{}}}}}", places.join(", "));
    fs::write(clip.join("model.safetensors.index.json"), index).unwrap();
    assert_eq!(load_clip(&folder).unwrap().embed_texts(&["a red mug"]).unwrap(), expected);
}
