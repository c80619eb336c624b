//! Products whose words a person approved or wrote, as they go out.

use vitrine_import::{Author, ListedVariant, OutProduct};

use crate::{
    CatalogError,
    library::{Inner, file_name},
    review::{ReviewText, WordsBy},
    store::{FieldName, ProductId, Variant},
};

/// What people decide of; everything else goes out as it is known.
const DECIDED: [FieldName; 3] = [FieldName::Title, FieldName::Description, FieldName::AltText];

/// A product with the words that were decided.
pub(super) struct Settled {
    pub(super) product: ProductId,
    pub(super) text: ReviewText,
    pub(super) by: WordsBy,
}

impl Settled {
    pub(super) fn author(&self) -> Author {
        match self.by {
            WordsBy::Models => Author::Models,
            WordsBy::Person => Author::Person,
        }
    }
}

/// All of them.
pub(super) fn settled(inner: &Inner) -> Result<Vec<Settled>, CatalogError> {
    let rows = inner.store.settled_reviews()?;
    Ok(rows.into_iter().map(|(product, text, by)| Settled { product, text, by }).collect())
}

/// Everything that is known of a product, with its decided words.
pub(super) fn out_product(inner: &Inner, settled: &Settled) -> Result<OutProduct, CatalogError> {
    let ids = inner.model_ids();
    let said = inner.store.fields_of(settled.product)?;
    let value =
        |name: FieldName| said.iter().find(|field| field.name == name).map(|field| field.value.clone());
    let mut images = Vec::new();
    for found in inner.store.photos_of(settled.product, ids)? {
        images.extend(inner.store.files_of(found.photo.id)?.first().map(|file| file_name(&file.path)));
    }
    let key = value(FieldName::Sku).or_else(|| images.first().map(|name| stem(name)));
    let author = settled.author();
    // Words that the shop said itself stay the shop's, whoever approved them.
    let by = |text: &str, name: FieldName| {
        let author = if value(name).as_deref() == Some(text) { Author::Shop } else { author };
        (text.to_owned(), author)
    };
    Ok(OutProduct {
        key: key.unwrap_or_else(|| format!("product-{}", settled.product.get())),
        title: by(&settled.text.title, FieldName::Title),
        description: by(&settled.text.text, FieldName::Description),
        alt_text: by(&settled.text.alt_text, FieldName::AltText),
        fields: said
            .iter()
            .filter(|said| !DECIDED.contains(&said.name))
            .map(|said| (said.name, said.value.clone()))
            .collect(),
        variants: inner.store.variants_of(settled.product)?.into_iter().map(variant).collect(),
        images,
        attributes: Vec::new(),
    })
}

fn stem(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

fn variant(variant: Variant) -> ListedVariant {
    let options = variant.options.lines().filter_map(|line| line.split_once(": "));
    ListedVariant {
        line: 0,
        options: options.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        sku: variant.sku,
        name: variant.name,
        price: variant.price,
        barcode: variant.barcode,
        image: variant.image,
    }
}
