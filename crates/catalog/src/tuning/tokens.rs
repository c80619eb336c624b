//! Products as the network reads them, out of the store.

use std::collections::HashMap;

use vitrine_models::tuning::{PhotoTokens, ProductTokens};

use crate::{
    CatalogError,
    store::{Field, FieldName, PartLens, PartModels, PictureId, ProductId, Store},
};

/// Fields whose values are tokens of their own.
pub(super) const ATTRIBUTES: [FieldName; 7] = [
    FieldName::Category,
    FieldName::Brand,
    FieldName::Colour,
    FieldName::Material,
    FieldName::Pattern,
    FieldName::Gender,
    FieldName::Size,
];

/// Vectors of values of attributes.
pub(super) type Values = HashMap<String, Vec<f32>>;

/// A product of which a photo has a vector.
pub(super) struct Shown {
    pub(super) id: ProductId,
    /// The photos that have one, by rising ids, as they are in the tokens.
    pub(super) pictures: Vec<PictureId>,
    pub(super) tokens: ProductTokens,
}

/// What is said of a product that is a token of its own.
pub(super) fn values_of(fields: &[Field]) -> Vec<String> {
    let of = |name: FieldName| fields.iter().find(|field| field.name == name);
    let values = ATTRIBUTES.into_iter().filter_map(of).map(|field| field.value.trim().to_lowercase());
    values.filter(|value| !value.is_empty()).collect()
}

/// The tokens of values; one without a vector says nothing.
pub(super) fn attributes(fields: &[Field], values: &Values) -> Vec<Vec<f32>> {
    values_of(fields).iter().filter_map(|value| values.get(value)).cloned().collect()
}

/// Those of these products of which a photo has a vector, without their attributes.
pub(super) fn of_products(
    store: &Store,
    models: PartModels,
    lens: PartLens,
    products: &[ProductId],
) -> Result<Vec<Shown>, CatalogError> {
    let photos = store.pictures_seen_of(products)?;
    let mut fused: HashMap<PictureId, Vec<f32>> = HashMap::new();
    let wanted = photos.iter().map(|(_, picture)| *picture);
    store.fused_of(models, lens, wanted, |picture, vector| {
        fused.insert(picture, vector.to_vec());
    })?;
    let mut shown: Vec<Shown> = Vec::with_capacity(products.len());
    for (id, picture) in photos {
        let Some(vector) = fused.get(&picture) else { continue };
        if shown.last().is_none_or(|last| last.id != id) {
            let tokens = ProductTokens { own: part(vector, lens, 3), ..ProductTokens::default() };
            shown.push(Shown { id, pictures: Vec::new(), tokens });
        }
        let Some(last) = shown.last_mut() else { continue };
        last.pictures.push(picture);
        last.tokens.photos.push(PhotoTokens {
            look: part(vector, lens, 0).unwrap_or_default(),
            matching: part(vector, lens, 1),
            description: part(vector, lens, 2),
        });
    }
    Ok(shown)
}

/// A part of a fused vector; none of one that is missing.
pub(super) fn part(fused: &[f32], lens: PartLens, at: usize) -> Option<Vec<f32>> {
    let start: usize = lens[..at].iter().sum();
    let numbers = fused.get(start..start + lens[at])?;
    numbers.iter().any(|x| *x != 0.0).then(|| numbers.to_vec())
}
