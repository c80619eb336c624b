//! The pass of a run that finds photos that are alike.

use std::collections::{HashMap, HashSet};

use image::imageops;
use rayon::prelude::*;
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
            .into_par_iter()
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
        let candidates = |&picture: &PictureId| Ok((picture, candidates(library, engine, &all, picture)?));
        let candidates: Vec<(PictureId, Vec<PictureId>)> =
            page.iter().map(candidates).collect::<Result<_, CatalogError>>()?;
        sketches.make(candidates.iter().flat_map(|(own, others)| std::iter::once(own).chain(others)));
        let compared = candidates.par_iter().map(|(own, others)| sketches.alike(*own, others));
        let pairs: Vec<TwinRow> = compared.collect::<Vec<_>>().concat();
        store.add_twins(&pairs, &page)?;
        job.board().advance(Stage::Refine, page.len() as u64, None);
        if !pairs.is_empty() {
            library.events.changed();
        }
    }
    Ok(())
}

/// The photos that may be like this one.
fn candidates(
    library: &Inner,
    engine: Option<&Engine>,
    all: &[Fingerprint],
    picture: PictureId,
) -> Result<Vec<PictureId>, CatalogError> {
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
    Ok(candidates)
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

type Pair = (Sketch, Sketch);

impl Sketches<'_> {
    /// Makes those that are not kept, on all threads: most of the work of the pass.
    fn make<'b>(&mut self, pictures: impl Iterator<Item = &'b PictureId>) {
        if self.kept.len() >= N_SKETCHES {
            self.kept.clear();
        }
        let lacking: HashSet<PictureId> =
            pictures.filter(|picture| !self.kept.contains_key(picture)).copied().collect();
        let library = self.library;
        let made = lacking.into_par_iter().map(|picture| {
            let pair = library.small_pixels(picture).map(|pixels| {
                let mirrored = Sketch::of(&imageops::flip_horizontal(&pixels));
                (Sketch::of(&pixels), mirrored)
            });
            (picture, pair)
        });
        self.kept.extend(made.collect::<Vec<_>>());
    }

    /// None of a photo that cannot be read now.
    fn of(&self, picture: PictureId) -> Option<&Pair> {
        self.kept.get(&picture)?.as_ref()
    }

    /// Which of the others are like a photo.
    fn alike(&self, picture: PictureId, others: &[PictureId]) -> Vec<TwinRow> {
        let Some((own, _)) = self.of(picture) else { return Vec::new() };
        let compared = others.iter().filter_map(|&other| {
            let (sketch, mirrored) = self.of(other)?;
            let (likeness, confidence) = compare(own, sketch, mirrored)?;
            Some(TwinRow { a: picture, b: other, likeness, confidence })
        });
        compared.collect()
    }
}
