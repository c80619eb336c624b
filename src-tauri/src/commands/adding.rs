//! Adding folders and single photos to the catalog, and taking them out.

use std::sync::Arc;

use tauri::{Runtime, State, WebviewWindow};
use vitrine_api::{
    Api,
    types::{ApiError, Dropped, GroupBy, GroupingPreview, SourceId},
};

use super::Lists;
use crate::{dialogs::Dialogs, drag::Drags, library::Library};

/// Lets the user choose folders and starts to index them; false when nothing was chosen.
#[tauri::command]
pub(super) async fn add_folder_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
) -> Result<bool, ApiError> {
    let chosen = dialogs.choose_folders(&window).await;
    match chosen {
        Some(folders) if folders.is_empty() => Err(super::unnameable()),
        Some(folders) => library.ask(move |api| api.add_paths(&folders)).await.map(|()| true),
        None => Ok(false),
    }
}

/// Adds the folders and files of a drop. Product lists among them wait for a look.
#[tauri::command]
pub(super) async fn add_dropped(
    library: State<'_, Library>,
    drags: State<'_, Drags>,
    lists: State<'_, Lists>,
    drop: u32,
) -> Result<Dropped, ApiError> {
    let (dropped, paths): (Vec<_>, Vec<_>) =
        drags.take(drop)?.into_iter().partition(|path| Api::is_product_list(path));
    if !paths.is_empty() {
        library.ask(move |api| api.add_paths(&paths)).await?;
    }
    Ok(Dropped { lists: dropped.into_iter().map(|path| lists.keep(path)).collect() })
}

/// Adds the catalog that ships with Vitrine.
#[tauri::command]
pub(super) async fn add_sample_catalog(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.add_samples()).await
}

/// Takes a folder out of the catalog; its photos stay where they are.
#[tauri::command]
pub(super) async fn remove_source(library: State<'_, Library>, id: SourceId) -> Result<(), ApiError> {
    library.ask(move |api| api.remove_source(id)).await
}

/// What grouping a folder's photos would do.
#[tauri::command]
pub(super) async fn preview_grouping(
    library: State<'_, Library>,
    id: SourceId,
    by: GroupBy,
) -> Result<GroupingPreview, ApiError> {
    library.ask(move |api| api.preview_grouping(id, by)).await
}

/// Groups a folder's photos from now on.
#[tauri::command]
pub(super) async fn set_grouping(
    library: State<'_, Library>,
    id: SourceId,
    by: GroupBy,
) -> Result<(), ApiError> {
    library.ask(move |api| api.set_grouping(id, by)).await
}
