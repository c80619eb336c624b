//! Libraries for measuring: rows of true shape and clustered vectors, without any photo.
//!
//! Everything is written by the store's own calls, in batches as a run writes them, so a library of this kind
//! has the triggers', counters' and log's cost in it. Built with the feature `synthetic` alone; nothing that
//! ships holds it.

use std::path::PathBuf;

use vitrine_index::synthetic::{Clusters, N_CLUSTERS};

use crate::{
    CatalogError, Library,
    colour::{BasicColour, ProductColour},
    describe::{Attribute, AttributeKind, Description, Evidence},
    photo::{Doubts, READING_VERSION},
    store::{
        FieldName, FileStamp, Fingerprint, GroupBy, Grouping, ListRow, NewDescription, NewPicture, PictureId,
        ProductId, ReadFile, Tie, TiedProduct,
    },
};

/// Where the photos would be.
const ROOT: &str = "/synthetic";
/// Products in one transaction.
const BATCH: u32 = 2_000;
/// For the matching model to load.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
/// Claims by how many products carry them: kind, value, one in so many.
pub const CLAIMS: [(AttributeKind, &str, u32); 4] = [
    (AttributeKind::Colour, "half", 2),
    (AttributeKind::Pattern, "tenth", 10),
    (AttributeKind::Style, "hundredth", 100),
    (AttributeKind::Material, "ten-thousandth", 10_000),
];

/// What a list says: goods, colours, materials, and syllables of the names that the shop gave its kinds of goods.
const GOODS: [&str; 9] = ["shirt", "shoe", "apple", "lamp", "watch", "bag", "cup", "chair", "hat"];
const COLOURS: [&str; 8] = ["red", "blue", "green", "black", "white", "yellow", "grey", "pink"];
const MATERIALS: [&str; 5] = ["cotton", "leather", "steel", "wood", "plastic"];
const SYLLABLES: [&str; 20] = [
    "ba", "do", "fe", "ga", "hu", "ji", "ka", "lo", "mi", "no", "pa", "ro", "se", "ta", "vu", "wa", "xe",
    "yo", "zi", "bri",
];

/// Photos of a product: three in ten have a second one.
fn n_photos(product: u32) -> u32 {
    1 + u32::from(product % 10 < 3)
}

/// What the list says of a product, after what its first photo shows.
fn said(product: u32) -> Vec<(FieldName, String)> {
    let first_photo = product + product / 10 * 3 + (product % 10).min(3);
    let kind = Clusters::kind(first_photo) as usize;
    let pick = |words: &[&str], by: u32| words[by as usize % words.len()].to_owned();
    let goods = GOODS[kind % GOODS.len()];
    let (colour, material) = (pick(&COLOURS, product / 7), pick(&MATERIALS, product / 3));
    let name = format!("{}{}na", SYLLABLES[kind / SYLLABLES.len()], SYLLABLES[kind % SYLLABLES.len()]);
    vec![
        (FieldName::Title, format!("{name} {material} {goods}")),
        (FieldName::Category, goods.to_owned()),
        (FieldName::Colour, colour),
        (FieldName::Material, material),
    ]
}

fn path(product: u32, photo: u32) -> PathBuf {
    PathBuf::from(format!("{ROOT}/{:04}/SKU-{product:07}_{}.jpg", product / 1_000, photo + 1))
}

impl Library {
    /// Fills an empty library with so many products. `told` hears how many are there.
    ///
    /// # Errors
    /// A library that cannot be written, or has no usable pack.
    pub fn fill_synthetic(&self, n_products: u32, told: &dyn Fn(u32)) -> Result<(), CatalogError> {
        let inner = self.inner();
        let engine = inner.engine()?;
        let (store, ids) = (&inner.store, engine.models.ids());
        let looks = Clusters::new(engine.models.embed_text("a photo")?.len());
        let of_match = engine.models.host().match_texts(vec!["a photo".to_owned()]);
        let n_match = of_match.wait(PATIENCE)?.and_then(|found| found.first().map(Vec::len));
        let matches = n_match.map(Clusters::new);
        let source = store.add_source(&PathBuf::from(ROOT), false)?.id;
        let list = ListRow {
            path: PathBuf::from(ROOT).join("products.csv"),
            stamp: FileStamp { size_bytes: 100_000, modified_ns: None },
            n_products: n_products.into(),
            n_tied: n_products.into(),
            dialect: "csv".to_owned(),
        };
        let tied: Vec<TiedProduct> = (0..n_products)
            .map(|product| TiedProduct {
                grouping: Grouping::List,
                place: PathBuf::from(ROOT),
                key: format!("sku-{product:07}"),
                photos: (0..n_photos(product))
                    .map(|photo| Tie { path: path(product, photo), role: "" })
                    .collect(),
                fields: said(product),
                variants: Vec::new(),
                list: Some(list.path.clone()),
            })
            .collect();
        store.replace_ties(source, GroupBy::Names, &[list], &tied, &|| false)?;
        drop(tied);
        let scan = store.next_scan()?;
        let mut next_photo = 0_u32;
        for first in (0..n_products).step_by(BATCH as usize) {
            let batch = first..(first + BATCH).min(n_products);
            let (mut files, mut of) = (Vec::new(), Vec::new());
            for product in batch.clone() {
                for photo in 0..n_photos(product) {
                    let picture = NewPicture {
                        hash: *blake3::hash(&next_photo.to_le_bytes()).as_bytes(),
                        format: "JPEG".to_owned(),
                        width: 1_600,
                        height: 1_200,
                        color: next_photo.wrapping_mul(2_654_435_761) >> 8,
                        reading: READING_VERSION,
                        was_always_so: true,
                        doubts: Doubts::default(),
                    };
                    let stamp = FileStamp { size_bytes: 400_000, modified_ns: Some(i64::from(next_photo)) };
                    files.push(ReadFile { path: path(product, photo), source, stamp, outcome: Ok(picture) });
                    of.push((product, next_photo));
                    next_photo += 1;
                }
            }
            let pictures: Vec<PictureId> = store.record_files(&files, scan)?.into_iter().flatten().collect();
            let rows = || pictures.iter().copied().zip(&of);
            let vectors: Vec<_> = rows().map(|(id, &(_, photo))| (id, looks.vector(photo))).collect();
            store.add_vectors(ids.clip, &vectors)?;
            if let Some(matches) = &matches {
                let vectors: Vec<_> = rows().map(|(id, &(_, photo))| (id, matches.vector(photo))).collect();
                store.add_vectors(ids.matching, &vectors)?;
            }
            let captions: Vec<_> = rows()
                .map(|(picture, &(product, _))| NewDescription {
                    picture,
                    caption: format!("a striped ceramic coffee mug of kind {}", product % N_CLUSTERS),
                    mean_log_prob: -0.2,
                })
                .collect();
            store.add_descriptions(ids.caption, &captions)?;
            let written: Vec<_> = rows().map(|(id, &(product, _))| (id, describe(product))).collect();
            store.add_compositions(ids.writer, &written)?;
            // As texts of one kind are read: another place for each kind.
            let read: Vec<_> = rows().map(|(id, &(product, _))| (id, looks.vector(product / 3))).collect();
            store.add_vectors(ids.described, &read)?;
            let seen: Vec<_> = rows()
                .map(|(picture, &(_, photo))| {
                    let hash = u64::from(photo).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    Fingerprint { picture, hash, mirrored: hash.rotate_left(32) }
                })
                .collect();
            store.add_fingerprints(&seen)?;
            store.add_twins(&[], &pictures)?;
            told(batch.end);
        }
        Ok(())
    }

    /// The products of a picture.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn products_of(&self, picture: PictureId) -> Result<Vec<ProductId>, CatalogError> {
        self.inner().store.products_of(picture)
    }

    /// The photos that each of `texts` means most, by the definition: every fused vector of the store is compared
    /// with the question's, as the models read it.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn exact_best(&self, texts: &[String], k: usize) -> Result<Vec<Vec<PictureId>>, CatalogError> {
        let inner = self.inner();
        let engine = inner.engine()?;
        let questions = texts.iter().map(|text| self.fused_question(text)).collect::<Result<Vec<_>, _>>()?;
        let mut best: Vec<Vec<(f32, PictureId)>> = vec![Vec::new(); questions.len()];
        let source = engine.vectors.source();
        let lens = source.lens(&inner.store)?.unwrap_or_default();
        source.each(&inner.store, lens, |id, vector| {
            for ((query, missing), best) in questions.iter().zip(&mut best) {
                let mut start = 0;
                let mut score = 0.0;
                for (len, missing) in lens.into_iter().zip(missing) {
                    let (own, asked) = (&vector[start..start + len], &query[start..start + len]);
                    score += match own.iter().any(|x| *x != 0.0) {
                        true => asked.iter().zip(own).map(|(a, b)| a * b).sum(),
                        false => *missing,
                    };
                    start += len;
                }
                if best.len() < k || best.last().is_some_and(|(least, _)| score > *least) {
                    let at = best.partition_point(|(other, _)| *other >= score);
                    best.insert(at, (score, id));
                    best.truncate(k);
                }
            }
            Ok(())
        })?;
        Ok(best.into_iter().map(|best| best.into_iter().map(|(_, id)| id).collect()).collect())
    }
}

fn describe(product: u32) -> Description {
    let claim = |kind: AttributeKind, value: &str| Attribute {
        kind,
        value: value.to_owned(),
        confidence: 0.7,
        evidence: Evidence::Models,
    };
    let mut attributes = vec![claim(AttributeKind::Type, &format!("kind {}", product % N_CLUSTERS))];
    let carried = CLAIMS.iter().filter(|(_, _, one_in)| product.is_multiple_of(*one_in));
    attributes.extend(carried.map(|(kind, value, _)| claim(kind.clone(), value)));
    Description {
        title: format!("Striped ceramic coffee mug, kind {}", product % N_CLUSTERS),
        text: "A striped ceramic coffee mug. It is shown on a white background.".to_owned(),
        alt_text: "Striped ceramic coffee mug on a white background".to_owned(),
        attributes,
        colours: vec![ProductColour {
            name: "blue".to_owned(),
            basic: BasicColour::Blue,
            rgb: [20, 40, 200],
            share: 0.8,
        }],
    }
}
