//! Product lists on their way in, and descriptions on their way out.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tauri::{Runtime, State, WebviewWindow};
use vitrine_api::types::{
    ApiError, ErrorCode, ExportChoices, ExportPreview, ExportTarget, Exported, ListPreview, ListToken,
};

use crate::{dialogs::Dialogs, library::Library};

/// Lists that were chosen or dropped and wait for a look at them; pages know them by number.
#[derive(Default)]
pub(crate) struct Lists(Mutex<Vec<PathBuf>>);

impl Lists {
    /// Keeps a list's path.
    pub(super) fn keep(&self, path: PathBuf) -> ListToken {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        kept.push(path);
        ListToken { token: kept.len() as u32 - 1, name }
    }

    fn path(&self, token: u32) -> Result<PathBuf, ApiError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(token as usize).cloned().ok_or_else(|| ApiError {
            code: ErrorCode::NotFound,
            message: "This list is no longer at hand. Please choose it once more.".into(),
            detail: Some(format!("list {token}")),
        })
    }
}

/// Lets the user choose a product list.
#[tauri::command]
pub(super) async fn choose_product_list<R: Runtime>(
    window: WebviewWindow<R>,
    lists: State<'_, Lists>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
) -> Result<Option<ListToken>, ApiError> {
    let chosen = dialogs.choose_product_list(&window).await;
    Ok(chosen.map(|path| lists.keep(path)))
}

/// What a list would bring.
#[tauri::command]
pub(super) async fn preview_list(
    library: State<'_, Library>,
    lists: State<'_, Lists>,
    token: u32,
    meanings: Option<Vec<String>>,
) -> Result<ListPreview, ApiError> {
    let path = lists.path(token)?;
    library.ask(move |api| api.preview_list(&path, meanings.as_deref())).await
}

/// Takes a list in.
#[tauri::command]
pub(super) async fn import_list(
    library: State<'_, Library>,
    lists: State<'_, Lists>,
    token: u32,
    meanings: Option<Vec<String>>,
) -> Result<(), ApiError> {
    let path = lists.path(token)?;
    library.ask(move |api| api.import_list(&path, meanings.as_deref())).await
}

/// What can go out.
#[tauri::command]
pub(super) async fn export_choices(library: State<'_, Library>) -> Result<ExportChoices, ApiError> {
    library.ask(|api| api.export_choices()).await
}

/// What would be written.
#[tauri::command]
pub(super) async fn preview_export(
    library: State<'_, Library>,
    target: ExportTarget,
) -> Result<ExportPreview, ApiError> {
    library.ask(move |api| api.preview_export(&target)).await
}

/// Lets the user choose a place and writes; none when nothing was chosen.
#[tauri::command]
pub(super) async fn export_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
    target: ExportTarget,
) -> Result<Option<Exported>, ApiError> {
    let asked = target.clone();
    let preview = library.ask(move |api| api.preview_export(&asked)).await?;
    let place = match target {
        ExportTarget::Sidecars { .. } => dialogs.choose_export_folder(&window).await,
        _ => dialogs.choose_new_file(&window, "Send descriptions out", &preview.suggested_name).await,
    };
    let Some(place) = place else { return Ok(None) };
    library.ask(move |api| api.export(&target, &place)).await.map(Some)
}
