//! Pictures to search with: chosen, dropped or pasted.

use std::sync::Arc;

use tauri::{
    Runtime, State, WebviewWindow,
    ipc::{InvokeBody, Request},
};
use vitrine_api::types::{ApiError, ErrorCode, QueryPicture};

use crate::{dialogs::Dialogs, drag::Drags, library::Library};

/// Lets the user choose a picture; none when the dialog was closed.
#[tauri::command]
pub(super) async fn query_picture_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
) -> Result<Option<QueryPicture>, ApiError> {
    let chosen = dialogs.choose_picture(&window).await;
    match chosen {
        Some(path) => library.ask(move |api| api.query_picture_from_file(&path)).await.map(Some),
        None => Ok(None),
    }
}

/// Takes every file of a drop, or says which of them is no picture and takes none.
#[tauri::command]
pub(super) async fn query_pictures_dropped(
    library: State<'_, Library>,
    drags: State<'_, Drags>,
    drop: u32,
) -> Result<Vec<QueryPicture>, ApiError> {
    let paths = drags.take(drop)?;
    library.ask(move |api| paths.iter().map(|path| api.query_picture_from_file(path)).collect()).await
}

/// Takes a picture from the clipboard: the body is the bytes of its file.
#[tauri::command]
pub(super) async fn query_picture_pasted(
    library: State<'_, Library>,
    request: Request<'_>,
) -> Result<QueryPicture, ApiError> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(ApiError {
            code: ErrorCode::BadRequest,
            message: "The clipboard holds no picture.".into(),
            detail: Some("expected bytes, got JSON".into()),
        });
    };
    let bytes = bytes.clone();
    library.ask(move |api| api.query_picture_from_bytes("Pasted picture", &bytes)).await
}
