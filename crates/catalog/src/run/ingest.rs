//! Scan, read, record and embed: what makes new photos browsable and searchable.
//!
//! Four kinds of threads with bounded queues between them. When one of them
//! fails, its ends of the queues close and the others come to their end; the
//! first error is the run's.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use vitrine_jobs::{Job, Stage};
use vitrine_models::PixelTensor;

use super::{
    ahead::Ahead,
    embed::{self, Embed},
    grouping, join, n_readers,
    pass::{self, Batch},
    read::{self, Reading, Targets},
    walk::{self, Scanned},
};
use crate::{
    CatalogError,
    engine::Engine,
    library::{Inner, file_name},
    store::{FileStamp, PictureId, ReadFile, SourceId},
};

/// Paths that wait for a reader: small.
const FOUND_QUEUE: usize = 1_024;
/// Read photos that wait for the store, each with model inputs of up to 2 MB.
const READ_QUEUE: usize = 16;
/// Model inputs that wait for the search model.
const EMBED_QUEUE: usize = 32;
/// Files in one transaction, and how long the first of them waits for the others.
const RECORD_BATCH: usize = 32;
const RECORD_WAIT: Duration = Duration::from_millis(250);

/// A file that is new or changed.
pub(super) struct ToRead {
    pub(super) path: PathBuf,
    pub(super) source: SourceId,
    pub(super) stamp: FileStamp,
    /// Set where the scan found out already that it cannot be read.
    pub(super) reading: Option<Reading>,
}

/// A picture for the search model, with a name to show.
struct ToEmbed {
    id: PictureId,
    tensor: PixelTensor,
    name: String,
}

/// Brings the catalog up to date with what is on disk at `roots`; `ahead` takes what the captioner will want.
pub(super) fn ingest(
    library: &Inner,
    job: &Job,
    engine: Option<&Engine>,
    ahead: &Ahead,
    roots: &[PathBuf],
) -> Result<(), CatalogError> {
    let scan_number = library.store.next_scan()?;
    let (found_tx, found_rx) = bounded::<ToRead>(FOUND_QUEUE);
    let (read_tx, read_rx) = bounded::<Reading>(READ_QUEUE);
    let (embed_tx, embed_rx) = bounded::<ToEmbed>(EMBED_QUEUE);
    let scan_has_ended = AtomicBool::new(false);
    job.board().start(Stage::Scan);

    let scanned = thread::scope(|threads| {
        let scan_has_ended = &scan_has_ended;
        let scanner = threads.spawn(move || {
            let result = scan_all(library, job, roots, scan_number, &found_tx);
            scan_has_ended.store(true, Ordering::Release);
            job.board().total_is_known(Stage::Scan);
            job.board().total_is_known(Stage::Read);
            result
        });
        let readers: Vec<_> = (0..n_readers())
            .map(|_| {
                let (found, read) = (found_rx.clone(), read_tx.clone());
                threads.spawn(move || read_all(library, job, engine, ahead, &found, &read))
            })
            .collect();
        drop((found_rx, read_tx));
        let recorder =
            threads.spawn(move || record_all(library, job, ahead, scan_number, &read_rx, &embed_tx));
        let embedded = embed_all(library, job, engine, &embed_rx, scan_has_ended);
        // A stage that ended early (an error, a cancel) must not leave the one before it waiting
        // at a full queue.
        drop(embed_rx);
        let recorded = join(recorder);
        let read = readers.into_iter().try_for_each(join);
        let scanned = join(scanner);
        embedded.and(recorded).and(read).and(scanned)
    })?;
    job.checkpoint()?;

    let has_news = scanned.iter().any(|scanned| scanned.has_news && !scanned.source.is_list());
    for Scanned { root, unreadable, .. } in scanned {
        library.store.forget_unseen(&root, scan_number, &unreadable)?;
        library.events.changed();
    }
    if has_news {
        grouping::regroup_lists(library, job, scan_number)?;
        library.events.changed();
    }
    Ok(())
}

fn scan_all(
    library: &Inner,
    job: &Job,
    roots: &[PathBuf],
    scan_number: u64,
    found: &Sender<ToRead>,
) -> Result<Vec<Scanned>, CatalogError> {
    let mut all = Vec::new();
    for root in roots {
        if let Some(scanned) = walk::walk(library, job, root, scan_number, found)? {
            // Before the photos are read: then they come with their titles.
            grouping::regroup(library, job, &scanned, scan_number)?;
            library.events.changed();
            all.push(scanned);
        }
    }
    Ok(all)
}

fn read_all(
    library: &Inner,
    job: &Job,
    engine: Option<&Engine>,
    ahead: &Ahead,
    found: &Receiver<ToRead>,
    read: &Sender<Reading>,
) -> Result<(), CatalogError> {
    // A search model that cannot be loaded keeps photos from being found, not from being browsed.
    let search = engine.and_then(|engine| match engine.models.search_preprocess() {
        Ok(preprocess) => Some((engine.models.ids().clip, preprocess)),
        Err(error) => {
            tracing::warn!(error = %error.with_causes(), "photos are read without a search model");
            None
        }
    });
    for file in found {
        job.checkpoint()?;
        let reading = match file.reading {
            Some(reading) => reading,
            None => {
                let caption = search.and(engine).and_then(|engine| ahead.input(engine));
                read::read(library, file.path, file.source, file.stamp, Targets { search, caption })?
            }
        };
        if read.send(reading).is_err() {
            break;
        }
    }
    Ok(())
}

fn record_all(
    library: &Inner,
    job: &Job,
    ahead: &Ahead,
    scan_number: u64,
    read: &Receiver<Reading>,
    embed: &Sender<ToEmbed>,
) -> Result<(), CatalogError> {
    loop {
        let Ok(first) = read.recv() else { return Ok(()) };
        let deadline = std::time::Instant::now() + RECORD_WAIT;
        let mut batch = vec![first];
        while batch.len() < RECORD_BATCH {
            match read.recv_deadline(deadline) {
                Ok(reading) => batch.push(reading),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let (files, inputs): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|read| (read.file, (read.search, read.caption))).unzip();
        let ids = library.store.record_files(&files, scan_number)?;
        job.board().skipped(files.iter().filter(|file| is_listed(file)).count() as u64);
        job.board().advance(Stage::Read, files.len() as u64, files.last().map(|file| file_name(&file.path)));
        library.events.changed();
        for ((id, (search, caption)), file) in ids.into_iter().zip(inputs).zip(&files) {
            let Some(id) = id else { continue };
            if let Some(caption) = caption {
                ahead.put(id, &caption);
            }
            if let Some(tensor) = search {
                job.board().add_total(Stage::Embed, 1);
                if embed.send(ToEmbed { id, tensor, name: file_name(&file.path) }).is_err() {
                    return Ok(());
                }
            }
        }
    }
}

fn embed_all(
    library: &Inner,
    job: &Job,
    engine: Option<&Engine>,
    embed: &Receiver<ToEmbed>,
    scan_has_ended: &AtomicBool,
) -> Result<(), CatalogError> {
    // Without models the readers make no inputs for them.
    let Some(engine) = engine else { return Ok(()) };
    pass::make_all(library, job, &Embed { library, engine, job }, || {
        let Ok(first) = embed.recv() else { return Ok(None) };
        if scan_has_ended.load(Ordering::Acquire) {
            job.board().total_is_known(Stage::Embed);
        }
        let ready: Vec<ToEmbed> =
            std::iter::once(first).chain(embed.try_iter().take(embed::BATCH - 1)).collect();
        let name = ready.last().map(|item| item.name.clone());
        let (pictures, inputs) = ready.into_iter().map(|item| (item.id, item.tensor)).unzip();
        Ok(Some(Batch { pictures, inputs, name }))
    })
}

/// Whether a file stands in the list of skipped and doubtful ones.
fn is_listed(file: &ReadFile) -> bool {
    file.outcome.as_ref().map_or(true, |picture| picture.doubts.as_skip().is_some())
}
