//! Descriptions on their way back to the shop.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How descriptions go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "as")]
pub enum ExportTarget {
    /// A list that came in, written anew with other words in a few cells; `list` is its place among
    /// [`ExportChoices::lists`].
    List {
        /// From 0.
        list: u32,
    },
    /// A new file: `shopify`, `shopify_old`, `google_tsv`, `google_xml`, `woocommerce`, `akeneo`, `csv`, `json`,
    /// `json_lines`, `xlsx`.
    File {
        /// Its name.
        form: String,
    },
    /// A file beside each photo: `text` or `xmp`.
    Sidecars {
        /// Its name.
        form: String,
    },
}

/// A list that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportList {
    /// The file's name.
    pub name: String,
    /// The program that it is for, for a person; empty for none.
    pub program: String,
    /// Its products whose words are decided.
    #[ts(type = "number")]
    pub n_ready: u64,
}

/// What can go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportChoices {
    /// Products whose words a person approved or wrote.
    #[ts(type = "number")]
    pub n_ready: u64,
    /// Products that wait for a decision, and stay behind.
    #[ts(type = "number")]
    pub n_waiting: u64,
    /// Lists that came in.
    pub lists: Vec<ExportList>,
}

/// A cell that would become another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportChange {
    /// Its line, its row in the sheet, or its number in the document; 0 in a new file.
    #[ts(type = "number")]
    pub line: u64,
    /// The column, or the file beside a photo.
    pub place: String,
    /// Its product.
    pub product: String,
    /// What it said.
    pub old: String,
    /// What it says.
    pub new: String,
}

/// What would be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportPreview {
    /// A name for the file, with its ending; of sidecars for the folder.
    pub suggested_name: String,
    /// Products that are written.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Cells or files that differ from what there is.
    #[ts(type = "number")]
    pub n_changes: u64,
    /// The first of them.
    pub changes: Vec<ExportChange>,
    /// What has no place in such a file, in sentences.
    pub not_written: Vec<String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// The file's name, or the folder's.
    pub name: String,
    /// Products in it.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Files that were there already and stay as they are, of sidecars.
    #[ts(type = "number")]
    pub n_kept: u64,
}
