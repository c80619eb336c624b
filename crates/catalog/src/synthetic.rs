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
        FileStamp, Fingerprint, GroupBy, Grouping, NewDescription, NewPicture, PictureId, ProductId,
        ReadFile, Tie, TiedProduct,
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

/// Photos of a product: three in ten have a second one.
fn n_photos(product: u32) -> u32 {
    1 + u32::from(product % 10 < 3)
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
        let tied: Vec<TiedProduct> = (0..n_products)
            .filter(|&product| n_photos(product) > 1)
            .map(|product| TiedProduct {
                grouping: Grouping::Name,
                place: PathBuf::from(ROOT),
                key: format!("sku-{product:07}"),
                photos: (0..n_photos(product))
                    .map(|photo| Tie { path: path(product, photo), role: "" })
                    .collect(),
                fields: Vec::new(),
                variants: Vec::new(),
                list: None,
            })
            .collect();
        store.replace_ties(source, GroupBy::Names, &[], &tied, &|| false)?;
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
