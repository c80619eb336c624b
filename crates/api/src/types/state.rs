//! The state that a window needs when it opens.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{RunProgress, SourceId};

/// Why nothing of a folder can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Away {
    /// It is not there: a drive that is not plugged in.
    Missing,
    /// It is there and has no photo any more: a place for a drive that is away, or emptied.
    Empty,
    /// The system does not let us read it.
    Unreadable,
}

/// By what photos become products.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum GroupBy {
    /// Each photo is one.
    #[default]
    Nothing,
    /// Photos whose names differ by a number or a side.
    Names,
    /// Photos of one folder.
    Folders,
}

/// A product that a grouping would make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GroupingExample {
    /// What its photos have in common.
    pub name: String,
    /// The names of its photos' files, in order.
    pub files: Vec<String>,
}

/// What switching a grouping on would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GroupingPreview {
    /// Products of several photos that there would be.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Photos in them.
    #[ts(type = "number")]
    pub n_photos: u64,
    /// Some of them.
    pub examples: Vec<GroupingExample>,
}

/// A folder or single file that the merchant added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Names it in `remove_source`.
    pub id: SourceId,
    /// Its path, for people.
    pub path: String,
    /// Photos found in it.
    #[ts(type = "number")]
    pub n_photos: u64,
    /// What it brings, of a product list that was added by itself.
    pub list: Option<SourceList>,
    /// Why nothing of it can be read now; none when it can. Its photos stay.
    pub away: Option<Away>,
    /// By what its photos become products, where no list says so.
    pub group_by: GroupBy,
    /// True for the sample catalog.
    pub is_sample: bool,
}

/// What a product list brings that was added by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceList {
    /// Products that it names.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Of these, with a photo in the catalog.
    #[ts(type = "number")]
    pub n_tied: u64,
}

/// The catalog in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CatalogSummary {
    /// Products with a photo.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Products that a list names and of which no photo was found.
    #[ts(type = "number")]
    pub n_without_photo: u64,
    /// Photos that can be browsed.
    #[ts(type = "number")]
    pub n_photos: u64,
    /// Of these, found by searches.
    #[ts(type = "number")]
    pub n_searchable: u64,
    /// Of these, with a description.
    #[ts(type = "number")]
    pub n_described: u64,
    /// Files passed over, and doubtful ones.
    #[ts(type = "number")]
    pub n_skipped: u64,
    /// Photos that are in no folder any more and are remembered.
    #[ts(type = "number")]
    pub n_gone: u64,
    /// True when nothing can be added or changed, because the library cannot be written.
    pub is_read_only: bool,
    /// What was added.
    pub sources: Vec<Source>,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ModelRole {
    /// Finds products (CLIP).
    Search,
    /// Describes products (BLIP).
    Describe,
    /// Says whether words and a photo match (BLIP).
    Match,
}

/// One model of the pack in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// What it is for.
    pub role: ModelRole,
    /// Its architecture, such as `CLIPModel`.
    pub architecture: String,
    /// Numbers in its weights.
    #[ts(type = "number")]
    pub n_parameters: u64,
    /// Size on disk in bytes.
    #[ts(type = "number")]
    pub size_bytes: u64,
}

/// The pack in use and the device it runs on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModelsInfo {
    /// The pack's name, such as `starter`.
    pub pack: String,
    /// The pack's revision.
    pub revision: String,
    /// One line about the pack.
    pub summary: String,
    /// True for the pack that ships with Vitrine.
    pub is_starter: bool,
    /// What its models know, a line each; empty where the pack does not say.
    pub knows: Vec<String>,
    /// What not to expect of them.
    pub lacks: Vec<String>,
    /// `CUDA`, `Metal` or `CPU`.
    pub device: String,
    /// Why a faster device is not in use, when that is worth knowing.
    pub device_note: Option<String>,
    /// What the models compute in there; never `auto`.
    pub precision: ModelPrecision,
    /// What they could compute in there, from the most exact to the smallest.
    pub precisions: Vec<ModelPrecision>,
    /// Where the pack is.
    pub folder: String,
    /// Its models.
    pub models: Vec<ModelInfo>,
}

/// The numbers that models compute in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ModelPrecision {
    /// What suits the device.
    Auto,
    /// 32 bits.
    F32,
    /// 16 bits: on graphics cards.
    F16,
    /// 16 bits with the range of 32.
    Bf16,
    /// 8 bits: on processors.
    Int8,
}

impl ModelPrecision {
    /// Its name, such as `int8`.
    #[must_use]
    pub fn name(self) -> &'static str {
        crate::convert::asked_precision(self).name()
    }
}

/// Everything that the window needs to draw itself for the first time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppState {
    /// Vitrine's version.
    pub version: String,
    /// The catalog in numbers.
    pub catalog: CatalogSummary,
    /// The run, or the last one of this session.
    pub run: RunProgress,
    /// The models; none when no usable pack was found, then `models_problem` says why.
    pub models: Option<ModelsInfo>,
    /// What is wrong with the models and what to do about it.
    pub models_problem: Option<String>,
    /// Whether the sample catalog is at hand.
    pub sample_available: bool,
    /// Searches to try, made from the catalog's own descriptions.
    pub examples: Vec<String>,
    /// What values of filters are called that are typed as one short word.
    pub filter_names: Vec<FilterName>,
}

/// What people call a value of a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterName {
    /// The filter, such as `problem`.
    pub key: String,
    /// The value, such as `tiny`.
    pub value: String,
    /// Such as "too small for Google".
    pub label: String,
}
