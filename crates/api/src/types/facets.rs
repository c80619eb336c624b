//! What an answer can be narrowed to, and how what is being typed may go on.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the products of an answer have in common, with counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Facets {
    /// The products that were counted: the good matches, or where nothing was asked all that pass the filters.
    #[ts(type = "number")]
    pub n_counted: u64,
    /// What can be chosen from, in the order in which it is shown; none of which there is nothing.
    pub groups: Vec<FacetGroup>,
}

/// Values of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FacetGroup {
    /// [`super::SearchFilter::key`] of its values.
    pub key: String,
    /// For people: "Colour", "Brand".
    pub name: String,
    /// Those that most products have first; chosen ones are always among them, of prices the lowest first.
    pub values: Vec<FacetValue>,
    /// How many more values there are.
    pub n_more: u32,
}

/// A value, and how many products have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FacetValue {
    /// [`super::SearchFilter::value`].
    pub value: String,
    /// For people.
    pub label: String,
    /// Products of the answer that have it, whatever else of this group is chosen.
    #[ts(type = "number")]
    pub n: u64,
    /// Whether the request asks for it.
    pub is_chosen: bool,
}

/// How what is being typed may go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// What it takes the place of, in UTF-16 units, as JavaScript counts.
    pub start: u32,
    /// Where that ends.
    pub end: u32,
    /// What is written there.
    pub insert: String,
    /// For people.
    pub label: String,
    /// Products that have it; none of a key such as `colour:`.
    #[ts(type = "number | null")]
    pub n: Option<u64>,
}
