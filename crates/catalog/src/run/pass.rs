//! Something that is made of every photo.
//!
//! What lacks it is asked of the store, in the order of ids, so that nothing
//! needs to be remembered between runs. A picture that cannot be read any more
//! is passed over: the next scan finds out why. What lies on a drive that is
//! away does not count as lacking: it waits for the drive.
//!
//! ```text
//! lacking ids ─► readers (decode, prepare) ─► make (a model) ─► keep (the store)
//! ```
//!
//! Each arrow is a bounded queue between threads: while one batch is kept the next is made, and the ones after
//! it are read.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use vitrine_jobs::{Job, Stage};
use vitrine_models::{ImagePreprocess, ModelError, PixelTensor};

use super::{ahead::Ahead, join, n_readers, read::read_again};
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

/// Pictures that something is made of at once.
pub(super) struct Batch {
    pub(super) pictures: Vec<PictureId>,
    /// One a picture; none at all where no files are read.
    pub(super) inputs: Vec<PixelTensor>,
    /// The file that a person reads of meanwhile.
    pub(super) name: Option<String>,
}

/// What is made of every photo, and how.
pub(super) trait Pass: Sync {
    /// What was made of a batch, on its way to the store.
    type Made: Send;

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

    /// Inputs that were prepared when photos were decoded for something else.
    fn ahead(&self) -> Option<&Ahead> {
        None
    }

    /// Makes it of a batch.
    fn make(&self, batch: Batch) -> Result<Self::Made, CatalogError>;

    /// Keeps it: committed when it returns. Called on another thread than [`Pass::make`], in the same order. A
    /// picture on which a model failed is listed, and costs no other.
    fn keep(&self, made: Self::Made) -> Result<(), CatalogError>;
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

/// Makes batches as they come, and keeps each while the next one is made.
pub(super) fn make_all<P: Pass>(
    library: &Inner,
    job: &Job,
    pass: &P,
    mut next: impl FnMut() -> Result<Option<Batch>, CatalogError>,
) -> Result<(), CatalogError> {
    let (made_tx, made_rx) = bounded::<(P::Made, u64, Option<String>)>(1);
    thread::scope(|threads| {
        let keeper = threads.spawn(move || {
            for (made, n, name) in made_rx {
                pass.keep(made)?;
                job.board().advance(pass.stage(), n, name);
                library.events.changed();
            }
            Ok(())
        });
        let mut make_next = || {
            let Some(batch) = next()? else { return Ok(false) };
            job.checkpoint()?;
            let (n, name) = (batch.pictures.len() as u64, batch.name.clone());
            let made = pass.make(batch)?;
            // A keeper that failed says why when it is joined.
            Ok(made_tx.send((made, n, name)).is_ok())
        };
        let made = loop {
            match make_next() {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        drop(made_tx);
        join(keeper).and(made)
    })
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
    make_all(library, job, pass, || {
        if library.work.has_news() {
            return Ok(None);
        }
        let pictures = pass.lacking(after, PAGE)?;
        let Some(&last) = pictures.last() else { return Ok(None) };
        after = last;
        Ok(Some(Batch { pictures, inputs: Vec::new(), name: None }))
    })
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
                threads.spawn(move || prepare(library, job, pass, input, &ids, &ready))
            })
            .collect();
        drop((id_rx, ready_tx));
        let made = make_all(library, job, pass, || {
            let Ok(first) = ready_rx.recv() else { return Ok(None) };
            // A full batch is worth a short wait: the model is faster on it.
            let rest = ready_rx.iter().take(batch_size - 1);
            let ready: Vec<Prepared> = std::iter::once(first).chain(rest).collect();
            let name = ready.last().map(|picture| picture.name.clone());
            let (pictures, inputs) = ready.into_iter().map(|picture| (picture.id, picture.tensor)).unzip();
            Ok(Some(Batch { pictures, inputs, name }))
        });
        drop(ready_rx);
        let prepared = readers.into_iter().try_for_each(join);
        made.and(prepared).and(join(feeder))
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
    pass: &impl Pass,
    input: &ImagePreprocess,
    ids: &Receiver<PictureId>,
    ready: &Sender<Prepared>,
) -> Result<(), CatalogError> {
    for id in ids {
        job.checkpoint()?;
        let prepared = match pass.ahead().and_then(|ahead| ahead.take(id, input)) {
            Some(tensor) => {
                let files = library.store.files_of(id)?;
                let name = files.first().map(|file| file_name(&file.path)).unwrap_or_default();
                Some((name, tensor))
            }
            None => read_again(library, id, input)?.map(|(path, tensor)| (file_name(&path), tensor)),
        };
        if let Some((name, tensor)) = prepared
            && ready.send(Prepared { id, tensor, name }).is_err()
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
