//! Searches that learn from the shop.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tauri::{Runtime, State, WebviewWindow};
use vitrine_api::types::{
    ApiError, Comparison, ErrorCode, PictureId, SearchLog, TuningPoint, TuningReport, TuningState,
};

use crate::{dialogs::Dialogs, library::Library};

/// Whether the log that is being read is no longer wanted.
#[derive(Default)]
pub(crate) struct LogReading(Arc<AtomicBool>);

/// What searches go by, what else there is, and what there is to learn from.
#[tauri::command]
pub(super) async fn tuning(library: State<'_, Library>) -> Result<TuningState, ApiError> {
    library.ask(|api| api.tuning()).await
}

/// How learning went up to now.
#[tauri::command]
pub(super) async fn tuning_points(library: State<'_, Library>) -> Result<Vec<TuningPoint>, ApiError> {
    library.ask(|api| api.tuning_points()).await
}

/// Lets searches learn, in the background.
#[tauri::command]
pub(super) async fn start_tuning(library: State<'_, Library>, seed: u64) -> Result<(), ApiError> {
    library.ask(move |api| api.start_tuning(seed, false, None)).await
}

/// Holds it.
#[tauri::command]
pub(super) async fn pause_tuning(library: State<'_, Library>) -> Result<(), ApiError> {
    library
        .ask(|api| {
            api.pause_tuning();
            Ok(())
        })
        .await
}

/// Lets it go on.
#[tauri::command]
pub(super) async fn resume_tuning(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.resume_tuning()).await
}

/// Ends it; nothing of it stays.
#[tauri::command]
pub(super) async fn cancel_tuning(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.cancel_tuning()).await
}

/// Lets searches go by what was learnt at some time, or by the models alone.
#[tauri::command]
pub(super) async fn use_tuning(library: State<'_, Library>, id: Option<u32>) -> Result<(), ApiError> {
    library.ask(move |api| api.use_tuning(id)).await
}

/// Forgets one that is not in use.
#[tauri::command]
pub(super) async fn remove_tuning(library: State<'_, Library>, id: u32) -> Result<(), ApiError> {
    library.ask(move |api| api.remove_tuning(id)).await
}

/// What came of one.
#[tauri::command]
pub(super) async fn tuning_report(library: State<'_, Library>, id: u32) -> Result<TuningReport, ApiError> {
    library.ask(move |api| api.tuning_report(id)).await
}

/// Asks for a log of searches and takes it over; what it holds, or none when the dialog was closed or the reading was
/// stopped.
#[tauri::command]
pub(super) async fn search_log_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
    reading: State<'_, LogReading>,
) -> Result<Option<SearchLog>, ApiError> {
    reading.0.store(false, Ordering::Relaxed);
    let Some(file) = dialogs.choose_search_log(&window).await else { return Ok(None) };
    let is_stopped = reading.0.clone();
    let read =
        move |api: &vitrine_api::Api| api.read_search_log(&file, &|| !is_stopped.load(Ordering::Relaxed));
    match library.ask(read).await {
        Err(error) if error.code == ErrorCode::Cancelled => Ok(None),
        read => read.map(Some),
    }
}

/// Stops reading the log; the one before it stays.
#[tauri::command]
pub(super) fn stop_search_log(reading: State<'_, LogReading>) {
    reading.0.store(true, Ordering::Relaxed);
}

/// Forgets the log of searches.
#[tauri::command]
pub(super) async fn forget_search_log(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.forget_search_log()).await
}

/// Whether it is kept what is opened after a search.
#[tauri::command]
pub(super) async fn keep_opened(library: State<'_, Library>, is_kept: bool) -> Result<(), ApiError> {
    library.ask(move |api| api.keep_opened(is_kept)).await
}

/// Counts a photo that was opened after a search, where that is kept.
#[tauri::command]
pub(super) async fn opened_after(
    library: State<'_, Library>,
    query: String,
    picture: PictureId,
) -> Result<(), ApiError> {
    library.ask(move |api| api.opened_after(&query, picture)).await
}

/// Asks where to, and writes the report there; its name, or none when the dialog was closed.
#[tauri::command]
pub(super) async fn save_tuning_report_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
    id: u32,
) -> Result<Option<String>, ApiError> {
    let chosen = dialogs.choose_new_file(&window, "Save the report", "what-searches-learnt.html").await;
    let Some(file) = chosen else { return Ok(None) };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    library.ask(move |api| api.write_tuning_report(id, &file)).await.map(|()| Some(name))
}

/// The first products of a search by the models alone, and by what was learnt at some time.
#[tauri::command]
pub(super) async fn compare_tuning(
    library: State<'_, Library>,
    id: u32,
    text: String,
    limit: u32,
) -> Result<Comparison, ApiError> {
    library.ask(move |api| api.compare_tuning(id, &text, limit)).await
}

/// Nothing more is compared: what that needed is let go.
#[tauri::command]
pub(super) async fn end_tuning_comparison(library: State<'_, Library>) -> Result<(), ApiError> {
    library
        .ask(|api| {
            api.end_tuning_comparison();
            Ok(())
        })
        .await
}
