//! The engine's events, passed on to the pages.

use tauri::{AppHandle, Emitter, Runtime};
use vitrine_api::{
    Api, Event,
    types::{ApiError, ErrorCode},
};

/// How an index run stands, at most ten times a second.
const PROGRESS: &str = "progress";
/// The catalog has other numbers or other folders.
const CATALOG_CHANGED: &str = "catalog-changed";
/// A model pack's download, import or check went on or ended, at most ten times a second.
const PACKS: &str = "packs";

/// Learning from the shop went on or ended, at most ten times a second.
const TUNING: &str = "tuning";

/// Another pack answers, gets ready to, or no longer does, or searches go by other things learnt.
const PACK_CHANGED: &str = "pack-changed";

/// Starts passing events on, loading the models before somebody asks, and watching the folders.
pub(crate) fn forward<R: Runtime>(api: &Api, app: AppHandle<R>) -> Result<(), ApiError> {
    api.subscribe(move |event| {
        // Fails only while the window closes, when nobody looks any more.
        let _ = match event {
            Event::Progress(progress) => app.emit(PROGRESS, progress),
            Event::CatalogChanged(summary) => app.emit(CATALOG_CHANGED, summary),
            Event::Packs(news) => app.emit(PACKS, news),
            Event::Tuning(job) => app.emit(TUNING, job),
            Event::PackChanged => app.emit(PACK_CHANGED, ()),
        };
    });
    api.warm_up();
    match api.watch() {
        // It is read-only, or another window or command works in it: it can be looked at all the same.
        Err(error) if matches!(error.code, ErrorCode::InUse | ErrorCode::ReadOnly) => Ok(()),
        watched => watched,
    }
}
