//! The small random CLIP and the lists that `models/parity/interrogator.py` made.

use std::path::{Path, PathBuf};

use vitrine_models::{
    Clip, DevicePreference, Interrogator, ProductVocabulary, TermTable, TermVectors, select_device,
};

pub(crate) const CLIP_KEY: &str = "a small random model";

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/interrogator")
}

pub(crate) fn clip() -> Clip {
    Clip::load(&folder().join("clip"), &select_device(DevicePreference::Cpu)).unwrap()
}

pub(crate) fn list(name: &str, text: &str) -> TermTable {
    TermTable::parse(name, text).unwrap()
}

/// In the order in which the reference has them, which decides between equals.
pub(crate) fn lists(artists: bool) -> Vec<TermTable> {
    let order = [
        "product_types",
        "colours",
        "materials",
        "styles",
        "mediums",
        "artists",
        "presentation",
        "movements",
        "flavours",
        "negative",
    ];
    let tables = TermTable::read_folder(&folder().join("lists")).unwrap();
    assert_eq!(tables.len(), order.len());
    let wanted = order.iter().filter(|name| artists || **name != "artists");
    wanted.map(|name| tables.iter().find(|table| table.name() == *name).unwrap().clone()).collect()
}

/// Vectors of the bare terms.
pub(crate) fn with_vectors(clip: &Clip, tables: Vec<TermTable>) -> Vec<(TermTable, TermVectors)> {
    let embed = |table: TermTable| {
        let vectors = TermVectors::embed(clip, &table, "{}", CLIP_KEY).unwrap();
        (table, vectors)
    };
    tables.into_iter().map(embed).collect()
}

pub(crate) fn interrogator(clip: &Clip, tables: Vec<TermTable>) -> Interrogator {
    Interrogator::new(with_vectors(clip, tables)).unwrap()
}

/// The lists that describe products, each term in its sentence.
pub(crate) fn vocabulary(clip: &Clip, tables: &[TermTable]) -> ProductVocabulary {
    let embed = |table: &TermTable| {
        let vectors = TermVectors::embed(clip, table, table.product_template(), CLIP_KEY).unwrap();
        (table.clone(), vectors)
    };
    let lists = tables.iter().filter(|table| table.describes_products()).map(embed).collect();
    ProductVocabulary::new(lists, clip.logit_scale()).unwrap()
}

/// A vector that a picture might have: that of some text, which is as good.
pub(crate) fn picture_like(clip: &Clip, text: &str) -> Vec<f32> {
    clip.embed_texts(&[text]).unwrap().remove(0)
}
