//! Lists of terms and their vectors: folders of a merchant's own, bytes on disk, damage.

use std::fs;

use sha2::{Digest, Sha256};
use vitrine_models::{TermEmbedding, TermTable, TermVectors, rank_terms};

use crate::fixture::{self, CLIP_KEY, list};

#[test]
fn a_folder_of_own_lists_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("Brands.TXT", b"\xef\xbb\xbfAcme\r\nGlobex\r\n");
    write("artists.txt", b"# ours\nby the potter next door\n");
    write("empty.txt", b"");
    write("notes.md", b"not a list");
    write("._Brands.TXT", b"\x00\x05");
    fs::create_dir(folder.path().join("old.txt")).unwrap();
    let tables = TermTable::read_folder(folder.path()).unwrap();
    let found: Vec<_> = tables.iter().map(|table| (table.name(), table.terms().len())).collect();
    assert_eq!(found, [("brands", 2), ("artists", 1), ("empty", 0)]);
    assert_eq!(tables[0].terms(), ["Acme", "Globex"]);
}

#[test]
fn a_file_that_is_no_list_is_named() {
    let check = |files: &[(&str, &[u8])], expected: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let error = TermTable::read_folder(folder.path()).unwrap_err().to_string();
        assert!(expected.iter().all(|part| error.contains(part)), "{error}");
    };
    check(&[("a.txt", b"caf\xe9\n")], &["a.txt", "UTF-8"]);
    check(&[("a.txt", b"red\nbl\x00ue\n")], &["a.txt, line 2"]);
    check(&[("a.txt", "x".repeat(500).as_bytes())], &["a.txt, line 1", "500"]);
    check(&[("a.txt", b"red"), ("A.TXT", b"blue")], &["a.txt", "another file"]);
    let error = TermTable::read_folder(std::path::Path::new("/no/such/folder")).unwrap_err().to_string();
    assert!(error.contains("/no/such/folder"), "{error}");
}

#[test]
fn vectors_from_disk_are_those_computed() {
    let clip = fixture::clip();
    for (text, template) in [("red\nblue\nrosé gold ☕", "{}"), ("orange", "a photo of a {}"), ("", "{}")] {
        let table = list("colours", text);
        let fresh = TermVectors::embed(&clip, &table, template, CLIP_KEY).unwrap();
        assert_eq!(fresh.len(), table.terms().len());
        let read = TermVectors::from_bytes(&fresh.to_bytes(), &table, template, CLIP_KEY).unwrap();
        assert_eq!(read, fresh);
    }
}

#[test]
fn vectors_of_terms_are_those_of_their_sentences() {
    let clip = fixture::clip();
    // Articles, signs that join the words around them, letters of all kinds, more than the model reads.
    let long = "mug ".repeat(45);
    let text = format!("mug\norange apron\n!!\n红色 杯子\n{}\ncup,\n'tis\nmug\u{301}\n", long.trim());
    let table = list("things", &text);
    assert_eq!(table.terms().len(), 8);
    for template in ["{}", "a photo of a {}", "{} on a table", "photo: {}, close up", "red-{}"] {
        let vectors = TermVectors::embed(&clip, &table, template, CLIP_KEY).unwrap();
        for (i, term) in table.terms().iter().enumerate() {
            let article = if term.starts_with('o') && template.contains(" a {}") { "an {}" } else { "a {}" };
            let sentence = template.replace("a {}", article).replace("{}", term);
            let alone = clip.embed_texts(&[&sentence]).unwrap().remove(0);
            let found = vectors.get(i).unwrap();
            let worst = found.iter().zip(&alone).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-6, "{sentence}: off by {worst}");
        }
    }
}

#[test]
fn vectors_computed_in_parts_tell_their_progress() {
    let clip = fixture::clip();
    let table = list("numbers", &(0..600).map(|i| format!("mug {i}\n")).collect::<String>());
    let mut embedding = TermEmbedding::new(&table, "a {}", CLIP_KEY).unwrap();
    assert_eq!(embedding.progress(), (0, 600));
    assert!(embedding.advance(&clip).unwrap());
    let (n_done, _) = embedding.progress();
    assert!(n_done > 0 && n_done < 600);
    let vectors = embedding.finish(&clip).unwrap();
    assert_eq!(vectors, TermVectors::embed(&clip, &table, "a {}", CLIP_KEY).unwrap());
}

#[test]
fn what_was_computed_before_is_gone_on_from() {
    let clip = fixture::clip();
    let table = list("numbers", &(0..600).map(|i| format!("mug {i}\n")).collect::<String>());
    let begin = || TermEmbedding::new(&table, "a {}", CLIP_KEY).unwrap();
    let mut begun = begin();
    begun.advance(&clip).unwrap();
    let bytes = begun.to_bytes();
    let mut other = begin();
    other.resume(&bytes).unwrap();
    assert_eq!(other.progress(), begun.progress());
    assert_eq!(other.finish(&clip).unwrap(), begun.finish(&clip).unwrap());
    // Nothing is something to go on from, a part is not the whole, and neither is anything else.
    begin().resume(&begin().to_bytes()).unwrap();
    assert!(TermVectors::from_bytes(&bytes, &table, "a {}", CLIP_KEY).is_err());
    let mut of_another = TermEmbedding::new(&table, "a {} mug", CLIP_KEY).unwrap();
    assert!(of_another.resume(&bytes).is_err());
    let mut damaged = bytes.clone();
    damaged[100] ^= 1;
    let mut untouched = begin();
    assert!(untouched.resume(&damaged).is_err());
    assert_eq!(untouched.progress(), (0, 600));
}

#[test]
fn what_was_computed_with_vectors_of_another_length_is_computed_anew() {
    let clip = fixture::clip();
    let table = list("numbers", &(0..600).map(|i| format!("mug {i}\n")).collect::<String>());
    let begin = || TermEmbedding::new(&table, "a {}", CLIP_KEY).unwrap();
    let mut begun = begin();
    begun.advance(&clip).unwrap();
    // The same numbers as twice as many vectors of half the length, behind mark and key.
    let mut bytes = begun.to_bytes();
    bytes.truncate(bytes.len() - 32);
    bytes[40..48].copy_from_slice(&(clip.dim() as u64 / 2).to_le_bytes());
    bytes[48..56].copy_from_slice(&(begun.progress().0 as u64 * 2).to_le_bytes());
    let sum = Sha256::digest(&bytes);
    bytes.extend(sum);
    let mut misled = begin();
    misled.resume(&bytes).unwrap();
    assert_eq!(misled.finish(&clip).unwrap(), TermVectors::embed(&clip, &table, "a {}", CLIP_KEY).unwrap());
}

#[test]
fn damaged_bytes_are_refused() {
    let clip = fixture::clip();
    let table = list("colours", "red\nblue");
    let bytes = TermVectors::embed(&clip, &table, "{}", CLIP_KEY).unwrap().to_bytes();
    let read = |bytes: &[u8]| TermVectors::from_bytes(bytes, &table, "{}", CLIP_KEY);
    assert!(read(&bytes).is_ok());
    for cut in [0, 1, 31, 32, 60, bytes.len() - 1] {
        assert!(read(&bytes[..cut]).is_err(), "{cut} bytes were taken");
    }
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 1;
        assert!(read(&changed).is_err(), "byte {i} was changed");
    }
}

#[test]
fn vectors_of_something_else_are_refused() {
    let clip = fixture::clip();
    let table = list("colours", "red\nblue");
    let bytes = TermVectors::embed(&clip, &table, "{}", CLIP_KEY).unwrap().to_bytes();
    let others = [
        (list("colours", "red\ngreen"), "{}", CLIP_KEY),
        (list("colours", "red\nblue\ngreen"), "{}", CLIP_KEY),
        (table.clone(), "a {} mug", CLIP_KEY),
        (table.clone(), "{}", "another model"),
    ];
    let own_key = TermVectors::key(&table, "{}", CLIP_KEY);
    for (table, template, clip_key) in others {
        assert_ne!(TermVectors::key(&table, template, clip_key), own_key);
        let error = TermVectors::from_bytes(&bytes, &table, template, clip_key).unwrap_err().to_string();
        assert!(error.contains("colours") && error.contains("another"), "{error}");
    }
    // A list of one name or another has the same vectors.
    assert!(TermVectors::from_bytes(&bytes, &list("tints", "red\nblue"), "{}", CLIP_KEY).is_ok());
}

#[test]
fn a_sentence_without_a_place_for_the_term_is_refused() {
    let error = TermEmbedding::new(&list("colours", "red"), "a photo", CLIP_KEY).unwrap_err().to_string();
    assert!(error.contains("a photo"), "{error}");
}

#[test]
fn terms_are_ranked_against_one_list_alone() {
    let clip = fixture::clip();
    let table = list("colours", "red\nblue\ngreen\nyellow\nblack");
    let vectors = TermVectors::embed(&clip, &table, "{}", CLIP_KEY).unwrap();
    let image = fixture::picture_like(&clip, "green");
    let ranked = rank_terms(&image, &table, &vectors, 2).unwrap();
    assert_eq!(ranked.len(), 2);
    assert_eq!((ranked[0].term.as_str(), ranked[0].table.as_str()), ("green", "colours"));
    assert!((ranked[0].similarity - 1.0).abs() < 1e-5 && ranked[1].similarity < ranked[0].similarity);
    assert_eq!(rank_terms(&image, &table, &vectors, 99).unwrap().len(), 5);
    assert!(rank_terms(&image[1..], &table, &vectors, 2).is_err());
    assert!(rank_terms(&image, &list("colours", "red"), &vectors, 2).is_err());
}
