//! What the pages may ask for. Each command hands its arguments to one function of
//! [`vitrine_api::Api`] on the blocking pool and passes the answer on; what it rejects
//! with is an [`ApiError`](vitrine_api::types::ApiError).

mod adding;
mod browsing;
mod health;
mod indexing;
mod lists;
mod packs;
mod query_pictures;
mod review;
mod searching;
mod tuning;
mod twins;

use tauri::{AppHandle, Runtime, State, ipc::Invoke};
use vitrine_api::types::{ApiError, ErrorCode};

use crate::first_paint::FirstPaint;

pub(crate) use lists::Lists;
pub(crate) use tuning::LogReading;

/// Every command, by name.
pub(crate) fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        browsing::app_state,
        searching::search,
        searching::improve_search,
        searching::facets,
        searching::complete,
        searching::explain,
        searching::heat_map,
        searching::saved_searches,
        searching::save_search,
        searching::remove_saved_search,
        searching::product_texts,
        searching::reveal_products,
        searching::export_list_dialog,
        twins::twins,
        twins::decide_twins,
        twins::undo_twin_decision,
        twins::set_aside,
        twins::show_again,
        health::health,
        health::unphotographed,
        health::save_report_dialog,
        review::review_queue,
        review::review_item,
        review::decide_review,
        review::undo_review,
        review::redo_review,
        review::check_text,
        review::review_history,
        review::preview_approve_all,
        review::approve_all,
        review::rewrite_review,
        review::claim_heat_map,
        review::reviewer,
        review::set_reviewer,
        review::templates,
        review::try_template,
        review::rule_help,
        review::set_template,
        review::remove_template,
        browsing::product,
        browsing::skipped,
        browsing::reveal,
        adding::add_folder_dialog,
        adding::add_dropped,
        adding::add_sample_catalog,
        adding::remove_source,
        adding::preview_grouping,
        adding::set_grouping,
        lists::choose_product_list,
        lists::preview_list,
        lists::import_list,
        lists::export_choices,
        lists::preview_export,
        lists::export_dialog,
        indexing::rescan,
        indexing::pause_indexing,
        indexing::resume_indexing,
        indexing::cancel_indexing,
        query_pictures::query_picture_dialog,
        query_pictures::query_pictures_dropped,
        query_pictures::query_picture_pasted,
        packs::packs,
        packs::pull_pack,
        packs::cancel_pack_job,
        packs::import_pack_dialog,
        packs::verify_pack,
        packs::remove_pack,
        packs::use_pack,
        packs::use_precision,
        packs::undo_pack_change,
        tuning::tuning,
        tuning::tuning_points,
        tuning::start_tuning,
        tuning::pause_tuning,
        tuning::resume_tuning,
        tuning::cancel_tuning,
        tuning::use_tuning,
        tuning::remove_tuning,
        tuning::tuning_report,
        tuning::save_tuning_report_dialog,
        tuning::search_log_dialog,
        tuning::stop_search_log,
        tuning::forget_search_log,
        tuning::keep_opened,
        tuning::opened_after,
        tuning::compare_tuning,
        tuning::end_tuning_comparison,
        painted,
    ]
}

/// The pages have drawn themselves for the first time.
#[tauri::command]
#[allow(clippy::needless_pass_by_value, reason = "Tauri hands commands their arguments by value")]
fn painted<R: Runtime>(app: AppHandle<R>, first_paint: State<'_, FirstPaint>) {
    if first_paint.happened() {
        app.exit(0);
    }
}

/// The user chose something, and the dialog could not say what: rfd's GTK dialog leaves
/// out names that are no Unicode.
fn unnameable() -> ApiError {
    ApiError {
        code: ErrorCode::NoDialog,
        message: "The dialog cannot pass on a folder with such a name. Choose the folder that it is in."
            .into(),
        detail: None,
    }
}
