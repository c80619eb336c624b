//! Descriptions under review.

use tauri::State;
use vitrine_api::types::{
    ApiError, BulkPreview, CheckedText, ClaimKind, DescribeMode, HeatMap, PictureId, ProductId,
    ReviewDecision, ReviewEvent, ReviewFilter, ReviewItem, ReviewQueue, ReviewText, RuleHelp, Stepped,
    Template, TemplateTrial,
};

use crate::library::Library;

/// Products that wait for a person's eyes.
#[tauri::command]
pub(super) async fn review_queue(
    library: State<'_, Library>,
    filter: ReviewFilter,
    offset: u64,
    limit: u32,
) -> Result<ReviewQueue, ApiError> {
    library.ask(move |api| api.review_queue(&filter, offset, limit)).await
}

/// A product's description with everything that is needed to judge it.
#[tauri::command]
pub(super) async fn review_item(library: State<'_, Library>, id: ProductId) -> Result<ReviewItem, ApiError> {
    library.ask(move |api| api.review_item(id)).await
}

/// Keeps what a person decides.
#[tauri::command]
pub(super) async fn decide_review(
    library: State<'_, Library>,
    id: ProductId,
    decision: ReviewDecision,
) -> Result<ReviewItem, ApiError> {
    library.ask(move |api| api.decide_review(id, decision)).await
}

/// Takes back the last decision.
#[tauri::command]
pub(super) async fn undo_review(library: State<'_, Library>) -> Result<Option<Stepped>, ApiError> {
    library.ask(|api| api.undo_review()).await
}

/// Makes the decision again that was taken back last.
#[tauri::command]
pub(super) async fn redo_review(library: State<'_, Library>) -> Result<Option<Stepped>, ApiError> {
    library.ask(|api| api.redo_review()).await
}

/// What a text that is being typed claims.
#[tauri::command]
pub(super) async fn check_text(
    library: State<'_, Library>,
    id: ProductId,
    text: ReviewText,
) -> Result<CheckedText, ApiError> {
    library.ask(move |api| api.check_text(id, text)).await
}

/// Who decided what of a product.
#[tauri::command]
pub(super) async fn review_history(
    library: State<'_, Library>,
    id: ProductId,
) -> Result<Vec<ReviewEvent>, ApiError> {
    library.ask(move |api| api.review_history(id)).await
}

/// What approving everything of a filter would do.
#[tauri::command]
pub(super) async fn preview_approve_all(
    library: State<'_, Library>,
    filter: ReviewFilter,
) -> Result<BulkPreview, ApiError> {
    library.ask(move |api| api.preview_approve_all(&filter)).await
}

/// Approves what was shown.
#[tauri::command]
pub(super) async fn approve_all(library: State<'_, Library>, token: String) -> Result<u64, ApiError> {
    library.ask(move |api| api.approve_all(&token)).await
}

/// Writes about a product again; nothing is kept.
#[tauri::command]
pub(super) async fn rewrite_review(
    library: State<'_, Library>,
    id: ProductId,
    mode: DescribeMode,
    prompt: Option<String>,
) -> Result<ReviewText, ApiError> {
    library.ask(move |api| api.rewrite_review(id, mode, prompt)).await
}

/// Where in a photo a model sees what is claimed.
#[tauri::command]
pub(super) async fn claim_heat_map(
    library: State<'_, Library>,
    id: ProductId,
    picture: PictureId,
    claim: ClaimKind,
    value: String,
) -> Result<Option<HeatMap>, ApiError> {
    library.ask(move |api| api.claim_heat_map(id, picture, claim, &value)).await
}

/// Who reviews.
#[tauri::command]
pub(super) async fn reviewer(library: State<'_, Library>) -> Result<String, ApiError> {
    library.ask(|api| api.reviewer()).await
}

/// Names who reviews from now on.
#[tauri::command]
pub(super) async fn set_reviewer(library: State<'_, Library>, name: String) -> Result<(), ApiError> {
    library.ask(move |api| api.set_reviewer(&name)).await
}

/// The rules by which descriptions are put together.
#[tauri::command]
pub(super) async fn templates(library: State<'_, Library>) -> Result<Vec<Template>, ApiError> {
    library.ask(|api| api.templates()).await
}

/// What rules would make of a product.
#[tauri::command]
pub(super) async fn try_template(
    library: State<'_, Library>,
    template: Template,
) -> Result<TemplateTrial, ApiError> {
    library.ask(move |api| api.try_template(template)).await
}

/// How rules are written.
#[tauri::command]
pub(super) async fn rule_help(library: State<'_, Library>) -> Result<RuleHelp, ApiError> {
    library.ask(|api| Ok(api.rule_help())).await
}

/// Keeps rules of a category.
#[tauri::command]
pub(super) async fn set_template(library: State<'_, Library>, template: Template) -> Result<(), ApiError> {
    library.ask(move |api| api.set_template(template)).await
}

/// Forgets the rules of a category. Those that are not there are forgotten already.
#[tauri::command]
pub(super) async fn remove_template(library: State<'_, Library>, category: String) -> Result<(), ApiError> {
    library.ask(move |api| api.remove_template(&category).map(drop)).await
}
