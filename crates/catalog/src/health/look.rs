//! The pass of a run that looks at how photos are made.

use rayon::prelude::*;
use vitrine_jobs::{Job, Stage};

use super::{
    PhotoQuality,
    mark::{Directions, MIN_PHOTOS, Mark, most_alike_in_size},
    measure,
};
use crate::{
    CatalogError,
    library::Inner,
    store::{PictureId, SourceId, StoredMark},
};

/// Photos between two commits.
const PAGE: u64 = 256;
/// Photos of a source among which a mark is sought.
const N_SAMPLED: u64 = 256;

/// Measures every photo that was not measured by these rules, and compares it with the mark of its source; until
/// there is other work.
pub(crate) fn look(library: &Inner, job: &Job) -> Result<(), CatalogError> {
    let store = &library.store;
    if !store.unmeasured(PictureId::new(0), 1)?.is_empty() {
        job.board().start(Stage::Refine);
        job.board().add_total(Stage::Refine, store.n_unmeasured()?);
    }
    in_pages(
        library,
        job,
        |after| store.unmeasured(after, PAGE),
        |page| {
            let measured: Vec<(PictureId, PhotoQuality)> = page
                .par_iter()
                // One whose file is away now is looked at when it is back.
                .filter_map(|&picture| Some((picture, measure(&library.small_pixels(picture)?))))
                .collect();
            store.add_qualities(&measured)?;
            job.board().advance(Stage::Refine, page.len() as u64, None);
            library.events.changed();
            Ok(())
        },
    )?;
    for source in store.sources()? {
        if source.n_files >= MIN_PHOTOS && !source.is_list() {
            look_for_mark(library, job, source.id, source.n_files)?;
        }
    }
    Ok(())
}

/// Whether a mark lies on the photos of a source: sought anew when there are many more or fewer than before.
fn look_for_mark(library: &Inner, job: &Job, source: SourceId, n_photos: u64) -> Result<(), CatalogError> {
    let store = &library.store;
    let is_current = |known: &StoredMark| n_photos.abs_diff(known.n_photos) * 5 <= known.n_photos;
    let known = match store.mark_of(source)?.filter(is_current) {
        Some(known) => known,
        None => {
            let some = store.some_of(source, N_SAMPLED)?;
            let photos = some.par_iter().filter_map(|&picture| directions(library, picture)).collect();
            let mark = most_alike_in_size(photos).and_then(|photos| Mark::of(&photos));
            store.set_mark(source, n_photos, mark)?
        }
    };
    let Some(mark) = known.mark else { return Ok(()) };
    in_pages(
        library,
        job,
        |after| store.not_compared(source, known.id, after, PAGE),
        |page| {
            let lies_on = |picture| directions(library, picture).map(|photo| mark.lies_on(&photo));
            let compared: Vec<(PictureId, bool)> =
                page.par_iter().filter_map(|&picture| Some((picture, lies_on(picture)?))).collect();
            store.set_marked(known.id, &compared)
        },
    )
}

fn directions(library: &Inner, picture: PictureId) -> Option<Directions> {
    Directions::of(&library.small_pixels(picture)?)
}

/// Hands pages of pictures on until there are no more, or other work comes.
fn in_pages(
    library: &Inner,
    job: &Job,
    next: impl Fn(PictureId) -> Result<Vec<PictureId>, CatalogError>,
    hand: impl Fn(&[PictureId]) -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let mut after = PictureId::new(0);
    while !library.work.has_news() {
        job.checkpoint()?;
        let page = next(after)?;
        let Some(&last) = page.last() else { break };
        after = last;
        hand(&page)?;
    }
    Ok(())
}
