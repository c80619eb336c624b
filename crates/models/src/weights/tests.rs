//! Weights files as PyTorch and transformers write them, and as nobody should.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::{DevicePreference, Precision, select_device, select_device_with};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A file of `tests/torch_files`, which `models/parity/make_torch_files.py` made, as a model's weights.
fn torch_folder(file: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(tests().join("torch_files").join(file), folder.path().join("pytorch_model.bin")).unwrap();
    folder
}

fn open(folder: &Path) -> Result<Weights, ModelError> {
    Weights::open(folder, &select_device(DevicePreference::Cpu))
}

fn numbers(weights: &Weights, name: &str, shape: &[usize]) -> Vec<f32> {
    let tensor = weights.get(name, shape).unwrap();
    assert_eq!(tensor.dims(), shape);
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn refused(result: Result<Weights, ModelError>, words: &[&str]) {
    let Err(error) = result else { panic!("accepted, expected an error about {words:?}") };
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{text:?} does not mention {word:?}");
    }
}

#[test]
fn what_torch_saves_is_read() {
    let folder = torch_folder("dict.bin");
    let weights = open(folder.path()).unwrap();
    assert_eq!(numbers(&weights, "f32", &[2, 3]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(numbers(&weights, "f16", &[2]), [0.5, -2.0]);
    assert_eq!(numbers(&weights, "bf16", &[2, 1]), [1.5, 3.0]);
    assert_eq!(numbers(&weights, "f64", &[1]), [0.25]);
    assert_eq!(weights.n_parameters(), 6 + 2 + 2 + 1);
    assert_eq!(weights.size_bytes(), fs::metadata(folder.path().join("pytorch_model.bin")).unwrap().len());
    assert!(weights.get("ids", &[3]).unwrap_err().to_string().contains("ids"));
    assert!(weights.get("flags", &[2]).is_err());
    assert!(matches!(weights.get("f32", &[3, 2]), Err(ModelError::WrongShape { .. })));
    assert!(matches!(weights.get("f33", &[3, 2]), Err(ModelError::MissingTensor { .. })));

    for file in ["state_dict.bin", "parameters.bin"] {
        let folder = torch_folder(file);
        let weights = open(folder.path()).unwrap();
        assert_eq!(numbers(&weights, "weight", &[2, 3]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "{file}");
        assert_eq!(numbers(&weights, "bias", &[2]), [7.0, 8.0], "{file}");
    }

    let folder = torch_folder("shared.bin");
    let weights = open(folder.path()).unwrap();
    assert_eq!(numbers(&weights, "row", &[3]), [6.0, 7.0, 8.0]);
    assert!(weights.is_same("whole", "tied") && !weights.is_same("whole", "row"));
    assert!(!weights.is_same("whole", "absent"));
}

#[test]
fn tensors_come_in_the_precision_of_the_device() {
    let folder = torch_folder("dict.bin");
    let half = select_device_with(DevicePreference::Cpu, Precision::F16);
    let weights = Weights::open(folder.path(), &half).unwrap();
    for (name, shape) in [("f32", &[2, 3][..]), ("f16", &[2]), ("bf16", &[2, 1]), ("f64", &[1])] {
        assert_eq!(weights.get(name, shape).unwrap().dtype(), DType::F16, "{name}");
    }
}

#[test]
fn a_file_that_holds_more_than_tensors_is_refused() {
    for (file, word) in [
        // `os.system` by its real name, which differs between systems.
        ("command.bin", ".system"),
        ("object.bin", "Settings"),
        ("module.bin", "torch.nn.modules.linear.Linear"),
        ("training.bin", "epoch"),
        ("tensor.bin", "something else than a dictionary"),
        ("list.bin", "more than tensors"),
        ("protocol4.bin", "more than tensors"),
    ] {
        refused(open(torch_folder(file).path()), &["pytorch_model.bin", word, "model.safetensors"]);
    }
}

#[test]
fn a_file_in_another_format_says_what_to_do() {
    for (file, word) in [
        ("legacy.bin", "since version 1.6"),
        ("compressed.bin", "compressed"),
        ("short_storage.bin", "f32: it needs more numbers than the file holds"),
        ("no_storage.bin", "f32: its numbers are missing"),
        ("big_endian.bin", "byte order"),
    ] {
        refused(open(torch_folder(file).path()), &["pytorch_model.bin", word, "model.safetensors"]);
    }
    let folder = torch_folder("transposed.bin");
    let error = open(folder.path()).unwrap().get("f32", &[3, 2]).unwrap_err().to_string();
    assert!(error.contains("f32") && error.contains("not read here"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    for (file, words) in [
        ("pytorch_model.bin.index.json", "split over several .bin files"),
        ("pytorch_model.bin", "since version 1.6"),
        ("model.safetensors", "incomplete or damaged"),
    ] {
        fs::write(folder.path().join(file), "").unwrap();
        refused(open(folder.path()), &[file, words]);
    }
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 605157884\n";
    fs::write(folder.path().join("model.safetensors"), pointer).unwrap();
    refused(open(folder.path()), &["model.safetensors", "Git LFS"]);
}

/// Cut and changed files: any answer is right but a panic or an endless one.
#[test]
fn damage_of_any_kind_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let torch = fs::read(tests().join("torch_files/dict.bin")).unwrap();
    let tensors =
        candle_core::safetensors::load(tests().join("goldens/clip_gelu/expected.safetensors"), &Device::Cpu)
            .unwrap();
    let small = tensors
        .into_iter()
        .map(|(name, tensor)| (name, tensor.flatten_all().unwrap().narrow(0, 0, 2).unwrap()));
    let safetensors = safetensors_bytes(small.collect());
    for (file, good) in [("pytorch_model.bin", torch), ("model.safetensors", safetensors)] {
        let path = folder.path().join(file);
        let mut n_refused = 0;
        let mut check = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            match open(folder.path()) {
                Ok(weights) => drop(weights.get("f32", &[2, 3])),
                Err(_) => n_refused += 1,
            }
        };
        for end in (0..good.len()).step_by(7) {
            check(&good[..end]);
        }
        for at in (0..good.len()).step_by(3) {
            let mut changed = good.clone();
            changed[at] ^= 0x55;
            check(&changed);
        }
        // Of a cut file the directory or the last numbers are missing, so none is accepted.
        assert!(n_refused >= good.len() / 7, "{file}: only {n_refused} refused");
        fs::remove_file(&path).unwrap();
    }
}

fn safetensors_bytes(tensors: Vec<(String, Tensor)>) -> Vec<u8> {
    ::safetensors::serialize(tensors, None).unwrap()
}

/// Two parts and their index, in the layout of transformers' `save_pretrained`.
fn parts() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let tensor = |x: f32| Tensor::new(&[x, x + 1.0], &Device::Cpu).unwrap();
    for (part, names) in [("1", ["a", "b"]), ("2", ["c", "d"])] {
        let tensors = names.into_iter().zip([0.0, 10.0]).map(|(name, x)| (name.to_owned(), tensor(x)));
        let path = folder.path().join(format!("model-0000{part}-of-00002.safetensors"));
        fs::write(path, safetensors_bytes(tensors.collect())).unwrap();
    }
    let index = r#"{"metadata": {"total_size": 32}, "weight_map": {
        "a": "model-00001-of-00002.safetensors", "b": "model-00001-of-00002.safetensors",
        "c": "model-00002-of-00002.safetensors", "d": "model-00002-of-00002.safetensors"}}"#;
    (folder, index.to_owned())
}

fn open_parts(folder: &TempDir, index: &str) -> Result<Weights, ModelError> {
    fs::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
    open(folder.path())
}

#[test]
fn weights_in_parts_are_one_model() {
    let (folder, index) = parts();
    let weights = open_parts(&folder, &index).unwrap();
    assert_eq!(numbers(&weights, "b", &[2]), [10.0, 11.0]);
    assert_eq!(numbers(&weights, "d", &[2]), [10.0, 11.0]);
    assert_eq!(weights.n_parameters(), 8);
    let length = |n: u32| fs::metadata(folder.path().join(format!("model-0000{n}-of-00002.safetensors")));
    assert_eq!(weights.size_bytes(), length(1).unwrap().len() + length(2).unwrap().len());
    assert!(matches!(weights.get("e", &[2]), Err(ModelError::MissingTensor { .. })));
}

#[test]
fn an_index_that_cannot_be_trusted_is_refused() {
    let part = "model-00002-of-00002.safetensors";
    for (from, to, words) in [
        (part, "../model.safetensors", "not that of a part beside it"),
        (part, "/model.safetensors", "not that of a part beside it"),
        (part, "C:model.safetensors", "not that of a part beside it"),
        (part, ".safetensors", "not that of a part beside it"),
        (part, "config.json", "not that of a part beside it"),
        (part, "model-00003-of-00002.safetensors", "model-00003-of-00002.safetensors is missing"),
        (part, "model-00001-of-00002.safetensors", "is not in model-00001-of-00002.safetensors as it says"),
        ("weight_map", "weights", "weight_map"),
    ] {
        let (folder, index) = parts();
        refused(open_parts(&folder, &index.replace(from, to)), &["model", words]);
    }
    let (folder, _) = parts();
    refused(open_parts(&folder, r#"{"weight_map": {}}"#), &["index.json", "names no part"]);
}

#[test]
fn rows_of_a_table_are_read_when_they_are_asked_for() {
    let folder = torch_folder("dict.bin");
    let weights = open(folder.path()).unwrap();
    let rows = |table: &Table, ids: &[u32]| -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(table.rows(ids)?.to_vec2().unwrap())
    };
    let table = weights.table("f32", 2, 3).unwrap();
    let all = [vec![0.0, 1.0, 2.0], vec![3.0, 4.0, 5.0]];
    assert_eq!(rows(&table, &[1, 0, 1]).unwrap(), [1, 0, 1].map(|row: usize| all[row].clone()));
    assert_eq!(rows(&table, &[]).unwrap(), Vec::<Vec<f32>>::new());
    assert_eq!(rows(&weights.table("bf16", 2, 1).unwrap(), &[1]).unwrap(), [[3.0]]);
    assert!(rows(&table, &[0, 2]).unwrap_err().to_string().contains("word 2"));
    assert!(matches!(weights.table("f32", 3, 2), Err(ModelError::WrongShape { .. })));
    // As where its drive was unplugged.
    drop(weights);
    let path = folder.path().join("pytorch_model.bin");
    fs::File::options().write(true).open(&path).unwrap().set_len(10).unwrap();
    let error = rows(&table, &[0]).unwrap_err().to_string();
    assert!(error.contains("pytorch_model.bin"), "{error}");
}
