//! The TypeScript twins of the API's types are current.
//!
//! `cargo xtask bindings` runs this with `VITRINE_WRITE_BINDINGS=1`, which writes them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{fs, path::PathBuf};

use ts_rs::{Config, TS};
use vitrine_api::types::{
    ApiError, AppState, BulkPreview, CheckedText, Comparison, Completion, DragEvent, Dropped, ExportChoices,
    ExportPreview, ExportTarget, Exported, Facets, GroupingPreview, Health, HeatMap, ListPreview, PackList,
    PackNews, ProductDetail, QueryPicture, Reasons, ReviewDecision, ReviewEvent, ReviewFilter, ReviewItem,
    ReviewQueue, RuleHelp, SavedSearch, SearchPage, SearchRequest, SkippedPage, Stepped, Template,
    TemplateTrial, TuningJob, TuningReport, TuningState, TwinDecision, TwinPage, Unphotographed,
};

fn export_all(into: &std::path::Path) {
    let config = Config::new().with_out_dir(into);
    AppState::export_all(&config).unwrap();
    SearchRequest::export_all(&config).unwrap();
    SearchPage::export_all(&config).unwrap();
    ProductDetail::export_all(&config).unwrap();
    QueryPicture::export_all(&config).unwrap();
    SkippedPage::export_all(&config).unwrap();
    DragEvent::export_all(&config).unwrap();
    GroupingPreview::export_all(&config).unwrap();
    Dropped::export_all(&config).unwrap();
    ListPreview::export_all(&config).unwrap();
    ExportChoices::export_all(&config).unwrap();
    ExportTarget::export_all(&config).unwrap();
    ExportPreview::export_all(&config).unwrap();
    Exported::export_all(&config).unwrap();
    PackList::export_all(&config).unwrap();
    PackNews::export_all(&config).unwrap();
    Facets::export_all(&config).unwrap();
    Completion::export_all(&config).unwrap();
    Reasons::export_all(&config).unwrap();
    HeatMap::export_all(&config).unwrap();
    SavedSearch::export_all(&config).unwrap();
    Health::export_all(&config).unwrap();
    Unphotographed::export_all(&config).unwrap();
    TuningState::export_all(&config).unwrap();
    TuningJob::export_all(&config).unwrap();
    TuningReport::export_all(&config).unwrap();
    Comparison::export_all(&config).unwrap();
    TwinPage::export_all(&config).unwrap();
    TwinDecision::export_all(&config).unwrap();
    ReviewFilter::export_all(&config).unwrap();
    ReviewQueue::export_all(&config).unwrap();
    ReviewItem::export_all(&config).unwrap();
    ReviewDecision::export_all(&config).unwrap();
    ReviewEvent::export_all(&config).unwrap();
    CheckedText::export_all(&config).unwrap();
    BulkPreview::export_all(&config).unwrap();
    Stepped::export_all(&config).unwrap();
    Template::export_all(&config).unwrap();
    TemplateTrial::export_all(&config).unwrap();
    RuleHelp::export_all(&config).unwrap();
    ApiError::export_all(&config).unwrap();
}

fn read_all(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn bindings_are_current() {
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/lib/bindings");
    if std::env::var_os("VITRINE_WRITE_BINDINGS").is_some() {
        let _ = fs::remove_dir_all(&committed);
        export_all(&committed);
        return;
    }
    let fresh = tempfile::tempdir().unwrap();
    export_all(fresh.path());
    assert!(
        read_all(fresh.path()) == read_all(&committed),
        "ui/src/lib/bindings is out of date: run `cargo xtask bindings`"
    );
}
