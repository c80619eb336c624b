//! Looking at the catalog.

use tauri::State;
use vitrine_api::types::{ApiError, AppState, ErrorCode, PictureId, ProductDetail, ProductId, SkippedPage};

use crate::library::Library;

/// Everything that the pages need to draw themselves for the first time.
#[tauri::command]
pub(super) async fn app_state(library: State<'_, Library>) -> Result<AppState, ApiError> {
    library.ask(|api| api.state()).await
}

/// What the detail pane shows.
#[tauri::command]
pub(super) async fn product(library: State<'_, Library>, id: ProductId) -> Result<ProductDetail, ApiError> {
    library.ask(move |api| api.product(id)).await
}

/// A part of the list of files that were passed over.
#[tauri::command]
pub(super) async fn skipped(
    library: State<'_, Library>,
    offset: u64,
    limit: u32,
) -> Result<SkippedPage, ApiError> {
    library.ask(move |api| api.skipped(offset, limit)).await
}

/// Shows a photo in the system's file manager.
#[tauri::command]
pub(super) async fn reveal(library: State<'_, Library>, id: PictureId) -> Result<(), ApiError> {
    library
        .ask(move |api| {
            let path = api.photo_path(id)?;
            tauri_plugin_opener::reveal_item_in_dir(&path).map_err(|error| {
                let (code, why) = if path.exists() {
                    (ErrorCode::NoDialog, "No file manager could be opened to show it.")
                } else {
                    (ErrorCode::NotFound, "It is not there any more, or its drive is not plugged in.")
                };
                ApiError {
                    code,
                    message: format!("The photo is at {}. {why}", path.display()),
                    detail: Some(error.to_string()),
                }
            })
        })
        .await
}
