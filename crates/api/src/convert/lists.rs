//! Product lists and exports as clients see them.

use vitrine_catalog::{export, lists};

use crate::types::{
    ExportChange, ExportChoices, ExportList, ExportPreview, Exported, ListColumn, ListFinding, ListLine,
    ListPreview, ListTrouble,
};

pub(crate) fn list_preview(preview: lists::ListPreview) -> ListPreview {
    ListPreview {
        name: preview.name,
        format: match preview.format {
            "json" => "JSON",
            "json_lines" => "JSON lines",
            "xlsx" => "Excel workbook",
            "xml" => "XML feed",
            _ => "CSV",
        }
        .to_owned(),
        program: program(preview.dialect).to_owned(),
        encoding: preview.encoding,
        delimiter: preview.delimiter,
        columns: preview
            .columns
            .into_iter()
            .map(|column| ListColumn {
                header: column.header,
                meaning: column.meaning,
                sample: column.sample,
            })
            .collect(),
        is_remembered: preview.is_remembered,
        n_rows: preview.n_rows,
        n_products: preview.n_products,
        n_variants: preview.n_variants,
        n_known: preview.n_known,
        n_with_photos: preview.n_with_photos,
        n_photos_without_row: preview.n_photos_without_row,
        photos_without_row: preview.photos_without_row,
        findings: preview.findings.into_iter().map(finding).collect(),
        problem: preview.problem,
    }
}

fn finding(found: lists::ListFinding) -> ListFinding {
    ListFinding {
        trouble: match found.trouble {
            lists::ListTrouble::PassedOver => ListTrouble::PassedOver,
            lists::ListTrouble::NoPhoto => ListTrouble::NoPhoto,
            lists::ListTrouble::Double => ListTrouble::Double,
            lists::ListTrouble::BadPrice => ListTrouble::BadPrice,
            lists::ListTrouble::LongTitle => ListTrouble::LongTitle,
            lists::ListTrouble::NoTitle => ListTrouble::NoTitle,
            lists::ListTrouble::BadBarcode => ListTrouble::BadBarcode,
        },
        n: found.n,
        lines: found.lines.into_iter().map(|(line, message)| ListLine { line, message }).collect(),
    }
}

/// A dialect for a person; nothing for a table that somebody made.
fn program(dialect: &str) -> &'static str {
    match dialect {
        "shopify" | "shopify_old" => "Shopify",
        "google" => "Google Merchant Center",
        "woocommerce" => "WooCommerce",
        "akeneo" => "Akeneo",
        _ => "",
    }
}

/// The form of a new file of this name.
pub(crate) fn file_target(name: &str) -> Option<export::Target> {
    export::Target::from_name(name)
}

pub(crate) fn export_choices(choices: export::ExportChoices) -> ExportChoices {
    let list = |list: export::ExportList| ExportList {
        name: list.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        program: program(&list.dialect).to_owned(),
        n_ready: list.n_ready,
    };
    ExportChoices {
        n_ready: choices.n_ready,
        n_waiting: choices.n_waiting,
        lists: choices.lists.into_iter().map(list).collect(),
    }
}

pub(crate) fn export_preview(preview: export::ExportPreview) -> ExportPreview {
    let change = |change: export::ExportChange| ExportChange {
        line: change.line,
        place: change.place,
        product: change.product,
        old: change.old,
        new: change.new,
    };
    ExportPreview {
        suggested_name: preview.suggested_name,
        n_products: preview.n_products,
        n_changes: preview.n_changes,
        changes: preview.changes.into_iter().map(change).collect(),
        not_written: preview.not_written,
    }
}

pub(crate) fn exported(exported: export::Exported) -> Exported {
    Exported {
        name: exported.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        n_products: exported.n_products,
        n_kept: exported.n_kept,
    }
}
