//! Pictures that lack something of a model: read again, through the model, into the store.
//!
//! What lacks is asked of the store, in the order of ids, so that nothing
//! needs to be remembered between runs. A picture that cannot be read any more
//! is passed over: the next scan finds out why.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use vitrine_models::{ImagePreprocess, ModelError, PixelTensor};

use super::{
    Stage,
    ingest::{EMBED_BATCH, embed_batch},
    n_readers,
    read::read_again,
};
use crate::{
    CatalogError,
    engine::Engine,
    library::{Inner, file_name},
    photo::Skip,
};

/// Ids fetched at once.
pub(super) const PAGE: u64 = 256;

/// Makes every picture searchable that is not.
pub(super) fn embed(library: &Inner, engine: &Engine) -> Result<(), CatalogError> {
    let models = &engine.models;
    let counts = library.store.counts(models.ids())?;
    let n_lacking = counts.n_pictures.saturating_sub(counts.n_searchable);
    if n_lacking == 0 {
        return Ok(());
    }
    library.board.add_total(Stage::Embed, n_lacking);
    library.board.total_is_known(Stage::Embed);
    let lacking = |after| library.store.without_vector(models.ids().clip, after, PAGE);
    each_batch(library, models.clip_preprocess()?, EMBED_BATCH, &lacking, |batch| {
        let name = batch.last().map(|picture| picture.name.clone());
        embed_batch(
            library,
            engine,
            batch.into_iter().map(|picture| (picture.id, picture.tensor)).collect(),
            name,
        )
    })
}

/// Lists a picture on which a model failed.
pub(super) fn record_failure(library: &Inner, id: u64, error: &ModelError) -> Result<(), CatalogError> {
    tracing::warn!(id, %error, "a model failed on a photo");
    let scan = library.store.next_scan()?.saturating_sub(1);
    library.store.record_model_failure(id, &Skip::model_failed().to_row(), scan)?;
    library.board.skipped(1);
    Ok(())
}

/// A picture on its way to a model.
pub(super) struct Prepared {
    pub(super) id: u64,
    pub(super) tensor: PixelTensor,
    pub(super) name: String,
}

/// Feeds the pictures that `lacking` names (page by page, after an id) to `take` in batches, while
/// other threads read and decode ahead. Ends early, without an error, when there is something new
/// to scan: new photos go first.
pub(super) fn each_batch(
    library: &Inner,
    preprocess: &ImagePreprocess,
    batch_size: usize,
    lacking: &(impl Fn(u64) -> Result<Vec<u64>, CatalogError> + Sync),
    mut take: impl FnMut(Vec<Prepared>) -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let (id_tx, id_rx) = bounded::<u64>(batch_size * 2);
    let (ready_tx, ready_rx) = bounded::<Prepared>(batch_size * 2);
    thread::scope(|threads| {
        let feeder = threads.spawn(move || feed(library, lacking, &id_tx));
        let readers: Vec<_> = (0..n_readers())
            .map(|_| {
                let (ids, ready) = (id_rx.clone(), ready_tx.clone());
                threads.spawn(move || prepare(library, preprocess, &ids, &ready))
            })
            .collect();
        drop((id_rx, ready_tx));
        let mut taken = Ok(());
        while let Ok(first) = ready_rx.recv() {
            let mut batch = vec![first];
            // A full batch is worth a short wait: the model is faster on it.
            batch.extend(ready_rx.iter().take(batch_size - 1));
            taken = library.control.checkpoint().and_then(|()| take(batch));
            if taken.is_err() {
                break;
            }
        }
        drop(ready_rx);
        let failed = || CatalogError::Io {
            what: "reading photos again".into(),
            source: std::io::Error::other("panic"),
        };
        let prepared: Result<(), CatalogError> =
            readers.into_iter().try_for_each(|reader| reader.join().unwrap_or_else(|_| Err(failed())));
        let fed = feeder.join().unwrap_or_else(|_| Err(failed()));
        taken.and(prepared).and(fed)
    })
}

fn feed(
    library: &Inner,
    lacking: &impl Fn(u64) -> Result<Vec<u64>, CatalogError>,
    ids: &Sender<u64>,
) -> Result<(), CatalogError> {
    let mut after = 0;
    loop {
        let page = lacking(after)?;
        let Some(&last) = page.last() else { return Ok(()) };
        after = last;
        for id in page {
            if library.work.has_news() || ids.send(id).is_err() {
                return Ok(());
            }
        }
    }
}

fn prepare(
    library: &Inner,
    preprocess: &ImagePreprocess,
    ids: &Receiver<u64>,
    ready: &Sender<Prepared>,
) -> Result<(), CatalogError> {
    for id in ids {
        library.control.checkpoint()?;
        if let Some((path, tensor)) = read_again(library, id, preprocess)?
            && ready.send(Prepared { id, tensor, name: file_name(&path) }).is_err()
        {
            break;
        }
    }
    Ok(())
}
