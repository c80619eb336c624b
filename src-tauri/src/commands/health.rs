//! The catalog's health.

use std::sync::Arc;

use tauri::{Runtime, State, WebviewWindow};
use vitrine_api::types::{ApiError, Health, Unphotographed};

use crate::{dialogs::Dialogs, library::Library};

/// The numbers.
#[tauri::command]
pub(super) async fn health(library: State<'_, Library>) -> Result<Health, ApiError> {
    library.ask(|api| api.health()).await
}

/// Products of lists without a photo.
#[tauri::command]
pub(super) async fn unphotographed(
    library: State<'_, Library>,
    offset: u64,
    limit: u32,
) -> Result<Vec<Unphotographed>, ApiError> {
    library.ask(move |api| api.unphotographed(offset, limit)).await
}

/// Asks where to, and writes the report there; its name, or none when the dialog was closed.
#[tauri::command]
pub(super) async fn save_report_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
) -> Result<Option<String>, ApiError> {
    let chosen = dialogs.choose_new_file(&window, "Save the report", "catalog-health.html").await;
    let Some(file) = chosen else { return Ok(None) };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    library.ask(move |api| api.write_report(&file)).await.map(|()| Some(name))
}
