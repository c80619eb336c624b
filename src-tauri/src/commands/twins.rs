//! Photos that are alike.

use tauri::State;
use vitrine_api::types::{ApiError, Likeness, PictureId, TwinDecision, TwinPage, TwinPhoto};

use crate::library::Library;

/// Groups that wait for a decision.
#[tauri::command]
pub(super) async fn twins(
    library: State<'_, Library>,
    likeness: Option<Likeness>,
    offset: u64,
    limit: u32,
) -> Result<TwinPage, ApiError> {
    library.ask(move |api| api.twins(likeness, offset, limit)).await
}

/// Keeps what a person decides.
#[tauri::command]
pub(super) async fn decide_twins(
    library: State<'_, Library>,
    pictures: Vec<PictureId>,
    decision: TwinDecision,
) -> Result<(), ApiError> {
    library.ask(move |api| api.decide_twins(&pictures, decision)).await
}

/// Takes back what was decided last; false where nothing was.
#[tauri::command]
pub(super) async fn undo_twin_decision(library: State<'_, Library>) -> Result<bool, ApiError> {
    library.ask(|api| api.undo_twin_decision()).await
}

/// Photos that were set aside.
#[tauri::command]
pub(super) async fn set_aside(
    library: State<'_, Library>,
    offset: u64,
    limit: u32,
) -> Result<Vec<TwinPhoto>, ApiError> {
    library.ask(move |api| api.set_aside(offset, limit)).await
}

/// Shows a photo again that was set aside.
#[tauri::command]
pub(super) async fn show_again(library: State<'_, Library>, picture: PictureId) -> Result<(), ApiError> {
    library.ask(move |api| api.show_again(picture)).await
}
