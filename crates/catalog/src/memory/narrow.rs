//! What passes a filter.

use roaring::RoaringBitmap;

use crate::describe::AttributeKind;

/// Conditions, all of which must hold of a product.
pub(crate) type Narrowing = Vec<Clause>;

/// A condition: one of these, or, turned around, none of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    /// Any of them suffices.
    pub(crate) any_of: Vec<Condition>,
    /// Turned around.
    pub(crate) is_not: bool,
}

/// Something that holds of some products.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    /// This is claimed of a photo, as it stands in the store.
    Claim(AttributeKind, String),
    /// It is one of these.
    Among(RoaringBitmap),
}

impl Clause {
    /// The product is one of these.
    pub(crate) fn among(products: RoaringBitmap) -> Self {
        Self { any_of: vec![Condition::Among(products)], is_not: false }
    }

    /// The product is none of these.
    pub(crate) fn not_among(products: RoaringBitmap) -> Self {
        Self { any_of: vec![Condition::Among(products)], is_not: true }
    }
}
