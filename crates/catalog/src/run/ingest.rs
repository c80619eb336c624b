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
use vitrine_models::{PixelTensor, Priority};

use super::{
    Scope, Stage, n_readers, one_by_one,
    read::{self, Reading},
};
use crate::{
    CatalogError,
    engine::Engine,
    library::{Inner, file_name},
    listing,
    photo::SkipCode,
    scan::{self, Found},
    store::{FileStamp, KnownFile},
};

/// Paths that wait for a reader: small.
const FOUND_QUEUE: usize = 1_024;
/// Read photos that wait for the store, each with a model input of up to 2 MB.
const READ_QUEUE: usize = 16;
/// Model inputs that wait for the search model.
const EMBED_QUEUE: usize = 32;
/// Files in one transaction, and how long the first of them waits for the others.
const RECORD_BATCH: usize = 32;
const RECORD_WAIT: Duration = Duration::from_millis(250);
/// Pictures that the search model takes at once: a search waits for no more than one such batch.
pub(super) const EMBED_BATCH: usize = 8;
/// Unchanged files that are marked in one transaction.
const SEEN_BATCH: usize = 1_000;

/// A file that is new or changed.
struct ToRead {
    path: PathBuf,
    source_id: u64,
    stamp: FileStamp,
    /// Set where the scan found out already that it cannot be read.
    reading: Option<Reading>,
}

/// A picture for the search model, with a name to show.
struct ToEmbed {
    id: u64,
    tensor: PixelTensor,
    name: String,
}

/// What the scan of a scope leaves to be tidied up.
struct Scanned {
    scope: Scope,
    unreadable: Vec<PathBuf>,
}

/// Brings the catalog up to date with what is on disk in `scopes`.
pub(super) fn ingest(library: &Inner, engine: Option<&Engine>, scopes: &[Scope]) -> Result<(), CatalogError> {
    let scan_number = library.store.next_scan()?;
    let (found_tx, found_rx) = bounded::<ToRead>(FOUND_QUEUE);
    let (read_tx, read_rx) = bounded::<Reading>(READ_QUEUE);
    let (embed_tx, embed_rx) = bounded::<ToEmbed>(EMBED_QUEUE);
    let scan_has_ended = AtomicBool::new(false);
    library.board.start_stage(Stage::Scan);

    let scanned = thread::scope(|threads| {
        let scan_has_ended = &scan_has_ended;
        let scanner = threads.spawn(move || {
            let result = scan_all(library, scopes, scan_number, &found_tx);
            scan_has_ended.store(true, Ordering::Release);
            library.board.total_is_known(Stage::Scan);
            library.board.total_is_known(Stage::Read);
            result
        });
        let readers: Vec<_> = (0..n_readers())
            .map(|_| {
                let (found, read) = (found_rx.clone(), read_tx.clone());
                threads.spawn(move || read_all(library, engine, &found, &read))
            })
            .collect();
        drop((found_rx, read_tx));
        let recorder = threads.spawn(move || record_all(library, scan_number, &read_rx, &embed_tx));
        let embedded = embed_all(library, engine, &embed_rx, scan_has_ended);
        // A stage that ended early (an error, a cancel) must not leave the one before it waiting
        // at a full queue.
        drop(embed_rx);
        let recorded = join(recorder);
        let read = readers.into_iter().try_for_each(join);
        let scanned = join(scanner);
        embedded.and(recorded).and(read).and(scanned)
    })?;
    library.control.checkpoint()?;

    for Scanned { scope, unreadable } in scanned {
        let hidden = library.store.forget_unseen(&scope.root, scan_number, &unreadable)?;
        for engine in library.engines.all() {
            engine.vectors.remove(&library.store, &hidden)?;
        }
        library.events.changed();
    }
    Ok(())
}

fn join<T>(thread: thread::ScopedJoinHandle<'_, Result<T, CatalogError>>) -> Result<T, CatalogError> {
    thread.join().unwrap_or_else(|_| {
        Err(CatalogError::Io {
            what: "a stage of the index run".into(),
            source: std::io::Error::other("it panicked"),
        })
    })
}

fn scan_all(
    library: &Inner,
    scopes: &[Scope],
    scan_number: u64,
    found: &Sender<ToRead>,
) -> Result<Vec<Scanned>, CatalogError> {
    let mut scanned = Vec::new();
    for scope in scopes {
        let is_whole_source = library
            .store
            .sources()?
            .iter()
            .any(|source| source.id == scope.source_id && source.path == scope.root);
        // A drive that is not plugged in: its photos stay.
        if is_whole_source && !scope.root.exists() {
            continue;
        }
        let (mut unreadable, mut lists, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for item in scan::walk(&scope.root, &library.options.folder) {
            library.control.checkpoint()?;
            let source_id = scope.source_id;
            let to_read = match item {
                Found::Photo(path, stamp) => {
                    library.board.advance(Stage::Scan, 1, None);
                    if is_unchanged(library, &path, stamp)? {
                        seen.push(path);
                        if seen.len() == SEEN_BATCH {
                            library.store.mark_seen(&std::mem::take(&mut seen), source_id, scan_number)?;
                        }
                        continue;
                    }
                    ToRead { path, source_id, stamp, reading: None }
                }
                Found::BadPhoto(path, stamp, skip) => {
                    let reading = Some(read::skipped(path.clone(), source_id, stamp, &skip));
                    ToRead { path, source_id, stamp, reading }
                }
                Found::UnreadableFolder(path, skip) => {
                    unreadable.push(path.clone());
                    let stamp = FileStamp { size_bytes: 0, modified_ns: None };
                    let reading = Some(read::skipped(path.clone(), source_id, stamp, &skip));
                    ToRead { path, source_id, stamp, reading }
                }
                Found::List(path) => {
                    lists.push(path);
                    continue;
                }
            };
            library.board.add_total(Stage::Read, 1);
            if found.send(to_read).is_err() {
                // The readers ended; their error is the one to tell.
                return Ok(Vec::new());
            }
        }
        library.store.mark_seen(&seen, scope.source_id, scan_number)?;
        if is_whole_source {
            let listings: Vec<_> =
                lists.iter().filter_map(|list| listing::read_list(list)).flatten().collect();
            library.store.replace_listings(scope.source_id, &listings)?;
        }
        scanned.push(Scanned { scope: scope.clone(), unreadable });
    }
    Ok(scanned)
}

/// Whether a file is as the last scan left it, so that it need not be read.
fn is_unchanged(library: &Inner, path: &std::path::Path, stamp: FileStamp) -> Result<bool, CatalogError> {
    Ok(match library.store.known_file(path)? {
        Some(KnownFile::Picture(known, _)) => known == stamp,
        Some(KnownFile::Skipped(known, code)) => known == stamp && !SkipCode::from_name(&code).is_passing(),
        None => false,
    })
}

fn read_all(
    library: &Inner,
    engine: Option<&Engine>,
    found: &Receiver<ToRead>,
    read: &Sender<Reading>,
) -> Result<(), CatalogError> {
    let target = engine
        .map(|engine| Ok::<_, CatalogError>((engine.models.ids().clip, engine.models.clip_preprocess()?)))
        .transpose()?;
    for file in found {
        library.control.checkpoint()?;
        let reading = match file.reading {
            Some(reading) => reading,
            None => read::read(library, file.path, file.source_id, file.stamp, target)?,
        };
        if read.send(reading).is_err() {
            break;
        }
    }
    Ok(())
}

fn record_all(
    library: &Inner,
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
        let (files, tensors): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|read| (read.file, read.tensor)).unzip();
        let ids = library.store.record_files(&files, scan_number)?;
        library.board.skipped(ids.iter().filter(|id| id.is_none()).count() as u64);
        library.board.advance(
            Stage::Read,
            files.len() as u64,
            files.last().map(|file| file_name(&file.path)),
        );
        library.events.changed();
        for ((id, tensor), file) in ids.into_iter().zip(tensors).zip(&files) {
            match (id, tensor) {
                (Some(id), Some(tensor)) => {
                    library.board.add_total(Stage::Embed, 1);
                    if embed.send(ToEmbed { id, tensor, name: file_name(&file.path) }).is_err() {
                        return Ok(());
                    }
                }
                // A picture that was away and is back has its vector already.
                (Some(id), None) => {
                    for engine in library.engines.all() {
                        engine.vectors.restore(&library.store, id)?;
                    }
                }
                (None, _) => {}
            }
        }
    }
}

fn embed_all(
    library: &Inner,
    engine: Option<&Engine>,
    embed: &Receiver<ToEmbed>,
    scan_has_ended: &AtomicBool,
) -> Result<(), CatalogError> {
    while let Ok(first) = embed.recv() {
        library.control.checkpoint()?;
        if scan_has_ended.load(Ordering::Acquire) {
            library.board.total_is_known(Stage::Embed);
        }
        let mut batch = vec![first];
        batch.extend(embed.try_iter().take(EMBED_BATCH - 1));
        let name = batch.last().map(|item| item.name.clone());
        let pictures = batch.into_iter().map(|item| (item.id, item.tensor)).collect();
        // Without models the readers make no inputs for them.
        if let Some(engine) = engine {
            embed_batch(library, engine, pictures, name)?;
        }
    }
    Ok(())
}

/// Makes a batch searchable: vectors, committed, then in the index. When the model fails on the
/// batch each picture is tried alone, and those that fail are listed.
pub(super) fn embed_batch(
    library: &Inner,
    engine: &Engine,
    batch: Vec<(u64, PixelTensor)>,
    name: Option<String>,
) -> Result<(), CatalogError> {
    let models = &engine.models;
    let n = batch.len() as u64;
    let (ids, tensors): (Vec<u64>, Vec<PixelTensor>) = batch.into_iter().unzip();
    let clip = models.clip();
    let answered = clip.run(Priority::Batch, move |clip| {
        Ok(one_by_one::answers(&tensors, &|batch| clip.embed_images(batch)))
    })?;
    let (mut vectors, mut managed) = (Vec::new(), Vec::new());
    for (id, answer) in ids.into_iter().zip(answered) {
        match answer {
            Ok(vector) => {
                managed.push(id);
                vectors.push((id, vector));
            }
            Err(error) => super::backlog::record_failure(library, id, &error)?,
        }
    }
    library.store.add_vectors(models.ids().clip, &vectors)?;
    library.store.clear_model_failures(&managed)?;
    engine.vectors.add(&library.store, &vectors)?;
    engine.vectors.advance_graph(&library.store)?;
    library.board.advance(Stage::Embed, n, name);
    library.events.changed();
    Ok(())
}
