//! Something that is made of every photo.
//!
//! What lacks it is asked of the store, in the order of ids, so that nothing
//! needs to be remembered between runs. A picture that cannot be read any more
//! is passed over: the next scan finds out why. What lies on a drive that is
//! away does not count as lacking: it waits for the drive.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use vitrine_jobs::{Job, Stage};
use vitrine_models::{ImagePreprocess, ModelError, PixelTensor};

use super::{n_readers, read::read_again};
use crate::{
    CatalogError,
    library::{Inner, file_name},
    photo::Skip,
    store::PictureId,
};

/// Ids fetched at once, and made at once where no model runs.
const PAGE: u64 = 256;

/// A picture on its way to a model.
struct Prepared {
    id: PictureId,
    tensor: PixelTensor,
    name: String,
}

/// What is made of every photo, and how.
pub(super) trait Pass: Sync {
    /// What the work is called.
    fn stage(&self) -> Stage;

    /// Pictures after an id, by rising id, that lack it and could get it.
    fn lacking(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError>;

    /// How many pictures are made at once.
    fn batch_size(&self) -> usize;

    /// What pictures have to be for it; none where it is made of what the store holds. Asked once there is a
    /// picture to make it of: this may load a model.
    fn input(&self) -> Result<Option<ImagePreprocess>, CatalogError>;

    /// Whether files have to be read for it.
    fn reads_files(&self) -> bool;

    /// Makes and keeps it: committed when it returns. One input a picture, none at all where no files are
    /// read. A picture on which a model fails is listed, and costs no other.
    fn make(&self, pictures: Vec<PictureId>, inputs: Vec<PixelTensor>) -> Result<(), CatalogError>;
}

/// Makes it for every picture that lacks it. Ends early, without an error, when there is something new to
/// scan: new photos go first.
pub(super) fn run(library: &Inner, job: &Job, pass: &impl Pass) -> Result<(), CatalogError> {
    let first = if pass.reads_files() { first_readable(library, pass)? } else { Some(PictureId::new(0)) };
    let Some(after) = first else { return Ok(()) };
    job.board().start(pass.stage());
    match pass.input()? {
        Some(input) => run_with_files(library, job, pass, &input, after),
        None => run_from_store(library, job, pass),
    }
}

/// The id before the first picture that lacks it and of which a file is there: no model is loaded for
/// pictures that cannot be read.
fn first_readable(library: &Inner, pass: &impl Pass) -> Result<Option<PictureId>, CatalogError> {
    let mut after = PictureId::new(0);
    loop {
        let page = pass.lacking(after, PAGE)?;
        if page.is_empty() {
            return Ok(None);
        }
        for id in page {
            if library.store.files_of(id)?.iter().any(|file| file.path.is_file()) {
                return Ok(Some(after));
            }
            after = id;
        }
    }
}

fn run_from_store(library: &Inner, job: &Job, pass: &impl Pass) -> Result<(), CatalogError> {
    let mut after = PictureId::new(0);
    while !library.work.has_news() {
        job.checkpoint()?;
        let page = pass.lacking(after, PAGE)?;
        let Some(&last) = page.last() else { break };
        after = last;
        let n = page.len() as u64;
        pass.make(page, Vec::new())?;
        job.board().advance(pass.stage(), n, None);
        library.events.changed();
    }
    Ok(())
}

fn run_with_files(
    library: &Inner,
    job: &Job,
    pass: &impl Pass,
    input: &ImagePreprocess,
    after: PictureId,
) -> Result<(), CatalogError> {
    let batch_size = pass.batch_size();
    let (id_tx, id_rx) = bounded::<PictureId>(batch_size * 2);
    let (ready_tx, ready_rx) = bounded::<Prepared>(batch_size * 2);
    thread::scope(|threads| {
        let feeder = threads.spawn(move || feed(library, pass, after, &id_tx));
        let readers: Vec<_> = (0..n_readers())
            .map(|_| {
                let (ids, ready) = (id_rx.clone(), ready_tx.clone());
                threads.spawn(move || prepare(library, job, input, &ids, &ready))
            })
            .collect();
        drop((id_rx, ready_tx));
        let mut made = Ok(());
        while let Ok(first) = ready_rx.recv() {
            let mut batch = vec![first];
            // A full batch is worth a short wait: the model is faster on it.
            batch.extend(ready_rx.iter().take(batch_size - 1));
            let (n, name) = (batch.len() as u64, batch.last().map(|picture| picture.name.clone()));
            let (ids, inputs) = batch.into_iter().map(|picture| (picture.id, picture.tensor)).unzip();
            made = job.checkpoint().map_err(CatalogError::from).and_then(|()| pass.make(ids, inputs));
            if made.is_err() {
                break;
            }
            job.board().advance(pass.stage(), n, name);
            library.events.changed();
        }
        drop(ready_rx);
        let failed = || CatalogError::Io {
            what: "reading photos again".into(),
            source: std::io::Error::other("panic"),
        };
        let prepared: Result<(), CatalogError> =
            readers.into_iter().try_for_each(|reader| reader.join().unwrap_or_else(|_| Err(failed())));
        let fed = feeder.join().unwrap_or_else(|_| Err(failed()));
        made.and(prepared).and(fed)
    })
}

fn feed(
    library: &Inner,
    pass: &impl Pass,
    mut after: PictureId,
    ids: &Sender<PictureId>,
) -> Result<(), CatalogError> {
    loop {
        let page = pass.lacking(after, PAGE)?;
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
    job: &Job,
    input: &ImagePreprocess,
    ids: &Receiver<PictureId>,
    ready: &Sender<Prepared>,
) -> Result<(), CatalogError> {
    for id in ids {
        job.checkpoint()?;
        if let Some((path, tensor)) = read_again(library, id, input)?
            && ready.send(Prepared { id, tensor, name: file_name(&path) }).is_err()
        {
            break;
        }
    }
    Ok(())
}

/// Lists a picture on which a model failed.
pub(super) fn record_failure(
    library: &Inner,
    job: &Job,
    id: PictureId,
    error: &ModelError,
) -> Result<(), CatalogError> {
    tracing::warn!(%id, %error, "a model failed on a photo");
    let scan = library.store.last_scan()?;
    library.store.record_model_failure(id, &Skip::model_failed().to_row(), scan)?;
    job.board().skipped(1);
    Ok(())
}
