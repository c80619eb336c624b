//! Steering the index run.

use tauri::State;
use vitrine_api::types::ApiError;

use crate::library::Library;

/// Looks for new, changed and deleted photos.
#[tauri::command]
pub(super) async fn rescan(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.rescan()).await
}

/// Holds the run until it is resumed.
#[tauri::command]
pub(super) async fn pause_indexing(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.pause()).await
}

/// Goes on where the run was held.
#[tauri::command]
pub(super) async fn resume_indexing(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.resume()).await
}

/// Ends the run; what was done is kept.
#[tauri::command]
pub(super) async fn cancel_indexing(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.cancel()).await
}
