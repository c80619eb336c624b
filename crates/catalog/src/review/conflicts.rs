//! Where the shop's own data and a photo say different things: its title, its fields, its variants, and whose photo it
//! is.

use super::{
    ClaimKey, ClaimKind, Verdict,
    assessing::Assessor,
    ground::told_by_shop,
    judging::{Judge, Look},
};
use crate::{
    CatalogError,
    describe::AttributeKind,
    library::{Inner, file_name},
    store::{Field, FieldName, PictureId, ProductId, ProductPhotoRow, Variant},
    words,
};

/// Where the shop's own data and a photo say different things.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The field; none of a variant.
    pub field: Option<FieldName>,
    /// The variant's name or number.
    pub variant: Option<String>,
    /// What the shop says.
    pub said: String,
    /// What the photo shows.
    pub seen: String,
    /// How likely the shop is right; none where nothing can tell.
    pub probability: Option<f32>,
    /// The photo.
    pub picture: PictureId,
    /// Another product that the photo looks more like.
    pub product: Option<ProductId>,
}

impl Assessor {
    /// Whose title, fields or variants a photo contradicts.
    pub(super) fn conflicts(
        &self,
        inner: &Inner,
        fields: &[Field],
        variants: &[Variant],
        looks: &[Look],
        photos: &[ProductPhotoRow],
    ) -> Result<Vec<Conflict>, CatalogError> {
        let judge = Judge { vocabulary: self.vocabulary()?, calibrations: &self.calibrations };
        let told = |kind: &AttributeKind| told_by_shop(fields, &self.finder, kind);
        let product_type = told(&AttributeKind::Type).pop().unwrap_or_default();
        let mut conflicts = Vec::new();
        let checked = [
            (AttributeKind::Type, FieldName::Title),
            (AttributeKind::Colour, FieldName::Colour),
            (AttributeKind::Material, FieldName::Material),
            (AttributeKind::Pattern, FieldName::Pattern),
        ];
        for (kind, field) in checked {
            let mut denied: Option<Conflict> = None;
            for value in told(&kind) {
                let claim = ClaimKey { kind: ClaimKind::Attribute(kind.clone()), value };
                let found = judge.judge(looks, &claim, &product_type)?;
                // Of several colours in a title one that the photo shows is enough.
                if found.verdict != Verdict::Contradicted {
                    denied = None;
                    break;
                }
                if let (Some(probability), Some(picture), Some(seen)) =
                    (found.probability, found.picture, found.rather)
                {
                    let field =
                        if fields.iter().any(|said| said.name == field) { field } else { FieldName::Title };
                    denied.get_or_insert(Conflict {
                        field: Some(field),
                        variant: None,
                        said: claim.value,
                        seen,
                        probability: Some(probability),
                        picture,
                        product: None,
                    });
                }
            }
            conflicts.extend(denied);
        }
        for variant in variants {
            conflicts.extend(self.of_variant(inner, variant, looks, photos, &judge, &product_type)?);
        }
        Ok(conflicts)
    }

    /// A variant whose own photo shows another colour than its option says.
    fn of_variant(
        &self,
        inner: &Inner,
        variant: &Variant,
        looks: &[Look],
        photos: &[ProductPhotoRow],
        judge: &Judge<'_>,
        product_type: &str,
    ) -> Result<Option<Conflict>, CatalogError> {
        let Some(image) = &variant.image else { return Ok(None) };
        let wanted = words::code(image.rsplit(['/', '\\']).next().unwrap_or(image));
        let mut own = None;
        for (at, found) in photos.iter().enumerate() {
            let files = inner.store.files_of(found.photo.id)?;
            if files.iter().any(|file| words::code(&file_name(&file.path)) == wanted) {
                own = looks.get(at);
            }
        }
        let Some(look) = own else { return Ok(None) };
        let options = variant.options.lines().filter_map(|line| line.split_once(": "));
        for (_, value) in options {
            for value in self.finder.find_of(value, &AttributeKind::Colour) {
                let claim = ClaimKey { kind: ClaimKind::Attribute(AttributeKind::Colour), value };
                let judged = judge.judge(std::slice::from_ref(look), &claim, product_type)?;
                if let (Verdict::Contradicted, Some(probability), Some(seen)) =
                    (judged.verdict, judged.probability, judged.rather)
                {
                    return Ok(Some(Conflict {
                        field: None,
                        variant: variant.name.clone().or_else(|| variant.sku.clone()),
                        said: claim.value,
                        seen,
                        probability: Some(probability),
                        picture: look.picture,
                        product: None,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// Photos that are another product's too, of whose words they are better shown: two photos were mixed up, or one is
    /// shown twice. The same photo tells it; words alone, measured on real shops, do not.
    pub(super) fn of_other_products(
        &self,
        inner: &Inner,
        product: ProductId,
        looks: &[Look],
    ) -> Result<Vec<Conflict>, CatalogError> {
        let (store, model) = (&inner.store, self.engine.models.ids().clip);
        let mut conflicts = Vec::new();
        for look in looks {
            let Some(vector) = &look.vector else { continue };
            let fits = |product: ProductId| {
                let own = store.own_vector(model, product)?;
                let sum = |own: Vec<f32>| own.iter().zip(vector).map(|(a, b)| a * b).sum::<f32>();
                Ok::<_, CatalogError>(own.map(sum))
            };
            let others = store.products_with_the_same_photo(look.picture, product)?;
            let Some((own, said)) =
                (if others.is_empty() { None } else { fits(product)?.zip(store.own_title(product)?) })
            else {
                continue;
            };
            let mut best: Option<(f32, ProductId, String)> = None;
            for other in others {
                if let Some((fit, title)) = fits(other)?.zip(store.own_title(other)?)
                    && self.says_otherwise(&said, &title)
                    && fit > best.as_ref().map_or(own, |(best, ..)| *best)
                {
                    best = Some((fit, other, title));
                }
            }
            conflicts.extend(best.map(|(_, other, title)| Conflict {
                field: None,
                variant: None,
                said: said.clone(),
                seen: title,
                probability: None,
                picture: look.picture,
                product: Some(other),
            }));
        }
        Ok(conflicts)
    }

    /// Whether two titles name different things: sizes of one shirt share their photo for good.
    fn says_otherwise(&self, one: &str, other: &str) -> bool {
        let kinds =
            [AttributeKind::Type, AttributeKind::Colour, AttributeKind::Material, AttributeKind::Pattern];
        kinds.iter().any(|kind| {
            let (one, other) = (self.finder.find_of(one, kind), self.finder.find_of(other, kind));
            !one.is_empty() && !other.is_empty() && one.iter().all(|value| !other.contains(value))
        })
    }
}
