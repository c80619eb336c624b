//! Which photos the products of a list have.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use vitrine_import::{Field, ListedProduct, PhotoNames, ProductList};

use crate::store::{Grouping, Tie, TiedProduct, Variant};

/// The products of a list at `path` with their photos among `photos`: those that it names, and those that are called by
/// the product's numbers; where it names some, only by a number that these are called by too. A photo is given to the
/// first product that asks for it. Fields and variants are taken out of the list: of a large one there is no room for
/// two.
pub(crate) fn tied_products(path: &Path, list: &mut ProductList, photos: &[PathBuf]) -> Vec<TiedProduct> {
    let folder = path.parent().unwrap_or(path).to_path_buf();
    let names = PhotoNames::new(&folder, photos.iter().map(PathBuf::as_path));
    let mut taken: HashSet<&Path> = HashSet::new();
    // What a list names goes before what is only called alike.
    let mut ties: Vec<Vec<Tie>> = Vec::with_capacity(list.products.len());
    for product in &list.products {
        let named = product.images.iter().chain(product.variants.iter().filter_map(|it| it.image.as_ref()));
        let found = named.filter_map(|image| names.find(image)).filter(|found| taken.insert(found));
        let mut found: Vec<Tie> = found.map(tie).collect();
        // Most have one, for which a vector takes room for four.
        found.shrink_to_fit();
        ties.push(found);
    }
    for (product, ties) in list.products.iter().zip(&mut ties) {
        let named: HashSet<PathBuf> = ties.iter().map(|tie| tie.path.clone()).collect();
        for number in numbers(product) {
            let found = names.find_all_by_number(number);
            // A list that names the first photo alone means the others of its number too.
            if named.is_empty() || found.iter().any(|found| named.contains(*found)) {
                ties.extend(found.into_iter().filter(|found| taken.insert(found)).map(tie));
            }
        }
    }
    let products = list.products.iter_mut().zip(ties);
    let tied = products.map(|(product, photos)| TiedProduct {
        grouping: Grouping::List,
        place: folder.clone(),
        key: product.key.clone(),
        photos,
        fields: fields(product),
        variants: variants(product),
        list: Some(path.to_path_buf()),
    });
    tied.collect()
}

fn tie(path: &Path) -> Tie {
    Tie { path: path.to_path_buf(), role: "" }
}

/// By what files of a product may be called: its numbers, and what its rows have in common.
fn numbers(product: &ListedProduct) -> impl Iterator<Item = &str> {
    let own = [product.field(Field::Sku), product.field(Field::Barcode)];
    let variants = product.variants.iter().flat_map(|variant| [&variant.sku, &variant.barcode]);
    let all = own.into_iter().flatten().chain(variants.filter_map(|number| number.as_deref()));
    let mut seen = HashSet::new();
    all.chain(std::iter::once(product.key.as_str())).filter(move |number| seen.insert(*number))
}

/// What is said of it; a list has alternative texts for images, the first of which stands for the product.
fn fields(product: &mut ListedProduct) -> Vec<(Field, String)> {
    let mut fields = std::mem::take(&mut product.fields);
    if fields.iter().all(|(field, _)| *field != Field::AltText)
        && let Some((_, alt_text)) = product.alt_texts.first()
    {
        fields.push((Field::AltText, alt_text.clone()));
    }
    fields
}

fn variants(product: &mut ListedProduct) -> Vec<Variant> {
    let variant = |variant: vitrine_import::ListedVariant| Variant {
        sku: variant.sku,
        name: variant.name,
        price: variant.price,
        barcode: variant.barcode,
        options: variant
            .options
            .iter()
            .map(|(name, value)| format!("{}: {}", one_line(name), one_line(value)))
            .collect::<Vec<_>>()
            .join("\n"),
        image: variant.image,
    };
    std::mem::take(&mut product.variants).into_iter().map(variant).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
