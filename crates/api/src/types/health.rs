//! The catalog's health: numbers, each that of a list which can be opened.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ProductId;

/// The catalog's health. Products are those of which a photo can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Products.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Their photos.
    #[ts(type = "number")]
    pub n_photos: u64,
    /// Products that are described: the filter `is:described`.
    #[ts(type = "number")]
    pub n_described: u64,
    /// How far the described ones have come in the review.
    pub reviewed: Reviewed,
    /// Products that wait for a decision and of whose words a photo contradicts some.
    #[ts(type = "number")]
    pub n_contradicted: u64,
    /// Products that wait for a decision and of whose words some may be wrong.
    #[ts(type = "number")]
    pub n_doubtful: u64,
    /// What is wrong with products and photos: all that is looked for, also what none has.
    pub problems: Vec<HealthProblem>,
    /// Products with one problem at least.
    #[ts(type = "number")]
    pub n_with_problem: u64,
    /// Groups of photos that are alike and wait for a decision.
    #[ts(type = "number")]
    pub n_twin_groups: u64,
    /// Products of lists without a photo.
    #[ts(type = "number")]
    pub n_without_photo: u64,
    /// Photos that were not looked at yet.
    #[ts(type = "number")]
    pub n_unmeasured: u64,
    /// What people decided, by day; days without a decision are left out.
    pub days: Vec<AgreementDay>,
}

/// Described products, by what people decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Reviewed {
    /// Nobody decided anything yet.
    #[ts(type = "number")]
    pub pending: u64,
    /// Right as they were written.
    #[ts(type = "number")]
    pub approved: u64,
    /// Written or edited by a person.
    #[ts(type = "number")]
    pub edited: u64,
    /// Refused.
    #[ts(type = "number")]
    pub rejected: u64,
    /// Somebody has to say something first.
    #[ts(type = "number")]
    pub needs_info: u64,
}

/// Something that is looked for, and how many products have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HealthProblem {
    /// The value of the filter `problem`.
    pub name: String,
    /// For people, such as "too small for Google".
    pub label: String,
    /// What it is, and what to do, in a sentence or two.
    pub advice: String,
    /// Whether it is one of photos, not of words.
    pub is_of_photo: bool,
    /// Products that have it.
    #[ts(type = "number")]
    pub n_products: u64,
}

/// What people decided on a day, without what they took back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AgreementDay {
    /// `2026-11-27`, of this machine's time zone.
    pub day: String,
    /// Descriptions that were right as the models wrote them.
    #[ts(type = "number")]
    pub n_approved: u64,
    /// Descriptions that a person edited.
    #[ts(type = "number")]
    pub n_edited: u64,
    /// Descriptions that were rejected.
    #[ts(type = "number")]
    pub n_rejected: u64,
    /// Claims that a person found right.
    #[ts(type = "number")]
    pub n_right: u64,
    /// Claims that a person found wrong.
    #[ts(type = "number")]
    pub n_wrong: u64,
}

/// A product of a list, of which there is no photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Unphotographed {
    /// The product.
    pub product: ProductId,
    /// What it is called, if the list says so.
    pub title: Option<String>,
    /// Under which number or name the list has it.
    pub key: String,
    /// The list's name.
    pub list: String,
}
