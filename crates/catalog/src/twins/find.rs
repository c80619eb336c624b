//! The pass of a run that finds photos that are alike.

use std::collections::{HashMap, HashSet};

use image::imageops;
use vitrine_index::{Probe, VectorIndex};
use vitrine_jobs::{Job, Stage};

use super::{
    compare::{Sketch, compare},
    fingerprint::{distance, fingerprint},
};
use crate::{
    CatalogError,
    engine::Engine,
    library::Inner,
    store::{Fingerprint, PictureId, TwinRow},
};

/// Photos between two commits.
const PAGE: u64 = 64;
/// Bits in which copies of a photo may differ.
const MAX_BITS: u32 = 12;
/// Photos that one is compared with at most, the nearest by bits and by vector.
const N_BY_BITS: usize = 12;
const N_BY_VECTOR: usize = 9;
/// Sketches that are kept: those of neighbours are asked for again and again.
const N_SKETCHES: usize = 2_000;

/// Makes fingerprints of photos that lack one, and compares what was not compared.
pub(crate) fn find(library: &Inner, job: &Job, engine: Option<&Engine>) -> Result<(), CatalogError> {
    let store = &library.store;
    if store.without_fingerprint(PictureId::new(0), 1)?.is_empty()
        && store.uncompared(PictureId::new(0), 1)?.is_empty()
    {
        return Ok(());
    }
    job.board().start(Stage::Refine);
    job.board().add_total(Stage::Refine, store.n_uncompared()?);
    let mut after = PictureId::new(0);
    while !library.work.has_news() {
        job.checkpoint()?;
        let page = store.without_fingerprint(after, PAGE)?;
        let Some(&last) = page.last() else { break };
        after = last;
        let n_photos = page.len() as u64;
        job.board().add_total(Stage::Refine, n_photos);
        let made: Vec<Fingerprint> = page
            .into_iter()
            .filter_map(|picture| {
                // One whose file is away now is looked at when it is back.
                let (hash, mirrored) = fingerprint(&library.small_pixels(picture)?);
                Some(Fingerprint { picture, hash, mirrored })
            })
            .collect();
        store.add_fingerprints(&made)?;
        job.board().advance(Stage::Refine, n_photos, None);
    }
    let all = store.fingerprints()?;
    let mut sketches = Sketches { library, kept: HashMap::new() };
    let mut after = PictureId::new(0);
    while !library.work.has_news() {
        job.checkpoint()?;
        let page = store.uncompared(after, PAGE)?;
        let Some(&last) = page.last() else { break };
        after = last;
        let mut pairs = Vec::new();
        for &picture in &page {
            pairs.extend(alike(library, engine, &all, picture, &mut sketches)?);
        }
        store.add_twins(&pairs, &page)?;
        job.board().advance(Stage::Refine, page.len() as u64, None);
        if !pairs.is_empty() {
            library.events.changed();
        }
    }
    Ok(())
}

/// The photos that are like this one.
fn alike(
    library: &Inner,
    engine: Option<&Engine>,
    all: &[Fingerprint],
    picture: PictureId,
    sketches: &mut Sketches<'_>,
) -> Result<Vec<TwinRow>, CatalogError> {
    let Some(own) = all.binary_search_by_key(&picture, |one| one.picture).ok().map(|at| all[at]) else {
        return Ok(Vec::new());
    };
    let mut near: Vec<(u32, PictureId)> = all
        .iter()
        .filter(|one| one.picture != picture)
        .map(|one| (distance(own.hash, one.hash).min(distance(own.hash, one.mirrored)), one.picture))
        .filter(|(bits, _)| *bits <= MAX_BITS)
        .collect();
    near.sort_unstable();
    near.truncate(N_BY_BITS);
    let mut candidates: Vec<PictureId> = near.into_iter().map(|(_, picture)| picture).collect();
    if let Some(engine) = engine {
        candidates.extend(by_vector(library, engine, picture)?);
    }
    let mut met = HashSet::from([picture]);
    candidates.retain(|one| met.insert(*one));
    let Some((own, _)) = sketches.of(picture) else { return Ok(Vec::new()) };
    let mut pairs = Vec::new();
    for other in candidates {
        let Some((sketch, mirrored)) = sketches.of(other) else { continue };
        if let Some((likeness, confidence)) = compare(&own, &sketch, &mirrored) {
            pairs.push(TwinRow { a: picture, b: other, likeness, confidence });
        }
    }
    Ok(pairs)
}

/// The photos that look most like this one to the search model.
fn by_vector(library: &Inner, engine: &Engine, picture: PictureId) -> Result<Vec<PictureId>, CatalogError> {
    let Some(index) = engine.vectors.index(&library.store)? else { return Ok(Vec::new()) };
    let lens = engine.vectors.lens().unwrap_or_default();
    let mut query = Vec::new();
    engine.vectors.source().of(&library.store, lens, [picture], |_, vector| {
        // The look alone: other parts say what words are there, not what is seen.
        query = vector.to_vec();
        query[lens[0]..].fill(0.0);
    })?;
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let probe = Probe { query: &query, missing: &[0.0; 4], allowed: None, k: N_BY_VECTOR };
    Ok(index.probe(&probe)?.hits.into_iter().map(|hit| PictureId::new(hit.id)).collect())
}

/// Sketches of photos and of their mirror images.
struct Sketches<'a> {
    library: &'a Inner,
    kept: HashMap<PictureId, Option<Pair>>,
}

type Pair = (std::rc::Rc<Sketch>, std::rc::Rc<Sketch>);

impl Sketches<'_> {
    /// None of a photo that cannot be read now.
    fn of(&mut self, picture: PictureId) -> Option<Pair> {
        if self.kept.len() >= N_SKETCHES && !self.kept.contains_key(&picture) {
            self.kept.clear();
        }
        let library = self.library;
        let made = self.kept.entry(picture).or_insert_with(|| {
            let pixels = library.small_pixels(picture)?;
            let mirrored = Sketch::of(&imageops::flip_horizontal(&pixels));
            Some((Sketch::of(&pixels).into(), mirrored.into()))
        });
        made.clone()
    }
}
