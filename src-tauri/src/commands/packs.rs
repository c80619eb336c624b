//! Model packs: the list, the one job that may be under way, and the change from one pack to another.

use std::sync::Arc;

use tauri::{Runtime, State, WebviewWindow};
use vitrine_api::types::{ApiError, ModelPrecision, PackList};

use crate::{dialogs::Dialogs, library::Library};

/// Every pack that there is, and what is done with them.
#[tauri::command]
pub(super) async fn packs(library: State<'_, Library>) -> Result<PackList, ApiError> {
    library.ask(|api| api.packs()).await
}

/// Begins or resumes a download.
#[tauri::command]
pub(super) async fn pull_pack(library: State<'_, Library>, name: String) -> Result<(), ApiError> {
    library.ask(move |api| api.pull_pack(&name)).await
}

/// Stops what is done with a pack; what was downloaded is kept.
#[tauri::command]
pub(super) async fn cancel_pack_job(library: State<'_, Library>, name: String) -> Result<(), ApiError> {
    library
        .ask(move |api| {
            api.cancel_pack_job(&name);
            Ok(())
        })
        .await
}

/// Lets the user choose a folder and copies the pack in it; false when nothing was chosen.
#[tauri::command]
pub(super) async fn import_pack_dialog<R: Runtime>(
    window: WebviewWindow<R>,
    library: State<'_, Library>,
    dialogs: State<'_, Arc<dyn Dialogs>>,
) -> Result<bool, ApiError> {
    let chosen = dialogs.choose_pack(&window).await;
    match chosen {
        Some(folder) => library.ask(move |api| api.import_pack(&folder, None)).await.map(|()| true),
        None => Ok(false),
    }
}

/// Compares a pack's files with their checksums.
#[tauri::command]
pub(super) async fn verify_pack(library: State<'_, Library>, name: String) -> Result<(), ApiError> {
    library.ask(move |api| api.verify_pack(&name)).await
}

/// Deletes a pack, or what was downloaded of it.
#[tauri::command]
pub(super) async fn remove_pack(library: State<'_, Library>, name: String) -> Result<(), ApiError> {
    library.ask(move |api| api.remove_pack(&name)).await
}

/// Works with a pack from now on.
#[tauri::command]
pub(super) async fn use_pack(library: State<'_, Library>, name: String) -> Result<(), ApiError> {
    library.ask(move |api| api.use_pack(&name)).await
}

/// Computes in these numbers from now on.
#[tauri::command]
pub(super) async fn use_precision(
    library: State<'_, Library>,
    precision: ModelPrecision,
) -> Result<(), ApiError> {
    library.ask(move |api| api.use_precision(precision)).await
}

/// Gives up a change of packs, or goes back to the pack before.
#[tauri::command]
pub(super) async fn undo_pack_change(library: State<'_, Library>) -> Result<(), ApiError> {
    library.ask(|api| api.undo_pack_change()).await
}
