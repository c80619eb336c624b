//! A manifest that is filled in, written and opened again, and a check that tells how far it is.

// What the tests share unwraps as the tests do.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use tempfile::TempDir;
use vitrine_models::{FileSum, ModelEntry, Pack, PackManifest, Precision, ScoreRange};

const FILES: [&str; 4] = ["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"];

/// A folder with two models' files, copied from the goldens, and the manifest that describes it.
fn folder() -> (TempDir, PackManifest) {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = PackManifest::new("small", "1.0", "For \"tests\".", "MIT");
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    for (role, checkpoint) in [("clip", "clip_quick_gelu"), ("match", "blip_base")] {
        fs::create_dir(folder.path().join(role)).unwrap();
        for file in FILES {
            let path = folder.path().join(role).join(file);
            fs::copy(goldens.join(checkpoint).join(file), &path).unwrap();
            manifest.files.insert(format!("{role}/{file}"), FileSum::of_file(&path).unwrap());
        }
    }
    manifest.clip = Some(ModelEntry { folder: "clip".to_owned() });
    manifest.matching = Some(ModelEntry { folder: "match".to_owned() });
    manifest.calibration.text = ScoreRange { unrelated: 0.15, sure: 0.3 };
    (folder, manifest)
}

fn written() -> (TempDir, Pack) {
    let (folder, manifest) = folder();
    fs::write(folder.path().join("pack.toml"), manifest.to_toml().unwrap()).unwrap();
    let pack = Pack::open(folder.path()).unwrap();
    (folder, pack)
}

#[test]
fn a_pack_reads_the_scripts_that_it_names() {
    let mut manifest = PackManifest::new("small", "1.0", "For tests.", "MIT");
    let mut check = |scripts: &[&str], word: &str, is_read: bool| {
        manifest.scripts = scripts.iter().map(|script| (*script).to_owned()).collect();
        assert_eq!(manifest.reads_script_of(word), is_read, "{scripts:?} {word}");
    };
    check(&[], "кружка", true);
    check(&["Latn"], "кружка", false);
    check(&["Latn"], "tasse-à-café 250", true);
    check(&["Latn"], "杯子", false);
    check(&["Latn", "Cyrl"], "кружка", true);
}

#[test]
fn a_written_manifest_is_read_back_as_it_was() {
    let (_folder, mut manifest) = folder();
    let (_written, pack) = written();
    assert_eq!(pack.manifest(), &manifest);
    pack.verify().unwrap();
    assert!(pack.match_folder().unwrap().ends_with("match"));
    assert!(pack.match_key(Precision::F32).starts_with("match-"));
    assert_eq!(pack.match_summary().unwrap().architecture, "BlipForConditionalGeneration");
    let text = manifest.to_toml().unwrap();
    assert!(text.contains("sure = 0.3\n"), "{text}");
    manifest.starter = true;
    manifest.lists = Some(vec!["colours".to_owned(), "materials".to_owned()]);
    let text = manifest.to_toml().unwrap();
    assert!(text.contains("starter = true\n"), "{text}");
    assert!(text.contains("lists = [\"colours\", \"materials\"]\n"), "{text}");
    assert!(!text.contains("coverage") && !text.contains("agrees"), "{text}");
    manifest.agrees = vec![Precision::Bf16, Precision::Int8];
    let text = manifest.to_toml().unwrap();
    assert!(text.contains("agrees = [\"bf16\", \"int8\"]\n"), "{text}");
    manifest.scripts = vec!["Latn".to_owned()];
    let text = manifest.to_toml().unwrap();
    assert!(text.contains("scripts = [\"Latn\"]\n"), "{text}");
    manifest.agrees = vec![Precision::F32];
    assert!(manifest.to_toml().unwrap_err().to_string().contains("agrees"));
    manifest.agrees.clear();
    manifest.coverage.knows = vec!["17 kinds of garments".to_owned()];
    let text = manifest.to_toml().unwrap();
    assert!(text.contains("[coverage]\nknows = [\"17 kinds of garments\"]\nlacks = []\n"), "{text}");
}

#[test]
fn a_pack_brings_its_own_word_lists() {
    let (folder, mut manifest) = folder();
    let terms = folder.path().join("terms");
    fs::create_dir(&terms).unwrap();
    fs::write(terms.join("colours.txt"), "navy\tblue\nred\n").unwrap();
    fs::write(terms.join("unlisted.txt"), "a\n").unwrap();
    let sum = FileSum::of_file(&terms.join("colours.txt")).unwrap();
    manifest.files.insert("terms/colours.txt".to_owned(), sum);
    fs::write(folder.path().join("pack.toml"), manifest.to_toml().unwrap()).unwrap();
    let tables = Pack::open(folder.path()).unwrap().terms().unwrap();
    let [colours] = &tables[..] else { panic!("{} lists", tables.len()) };
    assert_eq!((colours.name(), colours.terms().len(), colours.group(0)), ("colours", 2, Some("blue")));

    let (_folder, pack) = written();
    assert!(pack.terms().unwrap().is_empty());
}

#[test]
fn a_manifest_that_could_not_be_opened_is_not_written() {
    type Edit = fn(&mut PackManifest);
    let edits: [(Edit, &str); 5] = [
        (|m| m.name = "a pack".to_owned(), "name"),
        (|m| m.matching = Some(ModelEntry { folder: "../match".to_owned() }), "out of the pack"),
        (
            |m| m.caption = Some(ModelEntry { folder: "caption".to_owned() }),
            "caption/config.json is not listed",
        ),
        (|m| m.scripts = vec!["Latin script".to_owned()], "ISO 15924"),
        (|m| m.calibration.image = ScoreRange { unrelated: 1.0, sure: f32::NAN }, "calibration.image"),
    ];
    for (edit, word) in edits {
        let (_folder, mut manifest) = folder();
        edit(&mut manifest);
        let error = manifest.to_toml().unwrap_err().to_string();
        assert!(error.contains(word), "{error:?} does not mention {word:?}");
    }
}

#[test]
fn the_check_tells_its_progress_and_can_be_stopped() {
    let (folder, pack) = written();
    let total = pack.manifest().size_bytes();
    let mut seen = Vec::new();
    let whole = pack.verify_with(&mut |done, of| {
        assert_eq!(of, total);
        seen.push(done);
        ControlFlow::Continue(())
    });
    assert_eq!(whole.unwrap(), ControlFlow::Continue(()));
    assert!(seen.len() >= 8 && seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&total));

    // Stopped before the last file is read, so its damage is not found.
    let path = folder.path().join("match/tokenizer.json");
    let mut bytes = fs::read(&path).unwrap();
    bytes[0] ^= 1;
    fs::write(&path, bytes).unwrap();
    let stopped = pack.verify_with(&mut |done, of| {
        if done * 2 > of { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped.unwrap(), ControlFlow::Break(()));
    pack.verify().unwrap_err();
}

#[test]
fn a_sum_is_that_of_sha256() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    // The example of FIPS 180-2, appendix B.1, and a file of more than one step.
    fs::write(&path, "abc").unwrap();
    let sum = FileSum::of_file(&path).unwrap();
    assert_eq!(sum.size_bytes, 3);
    assert_eq!(sum.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    fs::write(&path, vec![0; 3 << 20]).unwrap();
    let mut steps = Vec::new();
    let sum = FileSum::of_file_with::<()>(&path, &mut |n| {
        steps.push(n);
        ControlFlow::Continue(())
    });
    assert_eq!(sum.unwrap().continue_value().map(|sum| sum.size_bytes), Some(3 << 20));
    assert!(steps.len() > 1, "{steps:?}");
    assert!(FileSum::of_file(&folder.path().join("absent")).is_err());
}
