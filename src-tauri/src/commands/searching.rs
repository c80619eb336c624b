//! Asking, narrowing, and what is done with an answer.

use std::{path::PathBuf, sync::Arc};

use tauri::{Runtime, State, WebviewWindow};
use vitrine_api::types::{
    ApiError, Completion, ErrorCode, Facets, HeatMap, PictureId, ProductId, Reasons, SavedSearch, SearchPage,
    SearchRequest,
};

use crate::{dialogs::Dialogs, library::Library};

/// Files that are shown in the file manager at once: each folder is a window of it.
const MAX_REVEALED: usize = 50;

/// A part of the ranked answer.
#[tauri::command]
pub(super) async fn search(
    library: State<'_, Library>,
    request: SearchRequest,
) -> Result<SearchPage, ApiError> {
    library.ask(move |api| api.search(&request)).await
}

/// Looks more closely at the first ranks; true when the same request is answered in another order then.
#[tauri::command]
pub(super) async fn improve_search(
    library: State<'_, Library>,
    request: SearchRequest,
) -> Result<bool, ApiError> {
    library.ask(move |api| api.improve_search(&request)).await
}

/// What an answer can be narrowed to.
#[tauri::command]
pub(super) async fn facets(library: State<'_, Library>, request: SearchRequest) -> Result<Facets, ApiError> {
    library.ask(move |api| api.facets(&request)).await
}

/// How what is being typed may go on.
#[tauri::command]
pub(super) async fn complete(
    library: State<'_, Library>,
    text: String,
    caret: u32,
) -> Result<Vec<Completion>, ApiError> {
    library.ask(move |api| api.complete(&text, caret)).await
}

/// Why a product stands where it stands, or why it does not.
#[tauri::command]
pub(super) async fn explain(
    library: State<'_, Library>,
    request: SearchRequest,
    id: ProductId,
) -> Result<Reasons, ApiError> {
    library.ask(move |api| api.explain(&request, id)).await
}

/// Where in a photo is what the words say.
#[tauri::command]
pub(super) async fn heat_map(
    library: State<'_, Library>,
    request: SearchRequest,
    picture: PictureId,
) -> Result<Option<HeatMap>, ApiError> {
    library.ask(move |api| api.heat_map(&request, picture)).await
}

/// The searches that were kept.
#[tauri::command]
pub(super) async fn saved_searches(library: State<'_, Library>) -> Result<Vec<SavedSearch>, ApiError> {
    library.ask(|api| api.saved_searches()).await
}

/// Keeps a search under a name.
#[tauri::command]
pub(super) async fn save_search(
    library: State<'_, Library>,
    name: String,
    request: SearchRequest,
) -> Result<(), ApiError> {
    library.ask(move |api| api.save_search(&name, &request)).await
}

/// Forgets a kept search. One that is not there is forgotten already.
#[tauri::command]
pub(super) async fn remove_saved_search(library: State<'_, Library>, name: String) -> Result<(), ApiError> {
    library.ask(move |api| api.remove_saved_search(&name).map(drop)).await
}

/// Titles and texts of products, for the clipboard.
#[tauri::command]
pub(super) async fn product_texts(
    library: State<'_, Library>,
    ids: Vec<ProductId>,
) -> Result<String, ApiError> {
    library.ask(move |api| api.product_texts(&ids)).await
}

/// Shows products' photos in the system's file manager.
#[tauri::command]
pub(super) async fn reveal_products(
    library: State<'_, Library>,
    ids: Vec<ProductId>,
) -> Result<(), ApiError> {
    library
        .ask(move |api| {
            let mut files: Vec<PathBuf> = api.product_files(&ids)?;
            files.truncate(MAX_REVEALED);
            if files.is_empty() {
                return Err(ApiError {
                    code: ErrorCode::NotFound,
                    message: "None of these photos is there now. Plug in the drive that they are on.".into(),
                    detail: None,
                });
            }
            tauri_plugin_opener::reveal_items_in_dir(&files).map_err(|error| ApiError {
                code: ErrorCode::NoDialog,
                message: "No file manager could be opened to show them.".into(),
                detail: Some(error.to_string()),
            })
        })
        .await
}

/// Asks where to, and writes products there as a table; false when the dialog was closed.
#[tauri::command]
pub(super) async fn export_list_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
    ids: Vec<ProductId>,
) -> Result<bool, ApiError> {
    let Some(file) = dialogs.choose_new_file(&window, "Export a list of products", "products.csv").await
    else {
        return Ok(false);
    };
    library.ask(move |api| api.export_list(&ids, &file)).await.map(|()| true)
}
