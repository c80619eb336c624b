//! The table for a person: a product a row, its variants and further images below it under the same handle.

use super::{OutProduct, option_of, table::Table};
use crate::{Field, source::BETWEEN, words::images_of};

/// Products as a table.
pub(super) fn table(products: &[OutProduct]) -> Table {
    let mut table = Table::new(&["handle", "sku", "title"]);
    for product in products {
        let names = product.option_names();
        // One cell for all images, where it is read again as these.
        let joined = product.images.join(&BETWEEN.to_string());
        let is_joined = images_of(&joined.replace(BETWEEN, "|")) == product.images;
        let first = if is_joined { joined } else { product.images.first().cloned().unwrap_or_default() };
        let mut cells = vec![("handle", product.key.as_str()), ("image", &first)];
        cells.extend(Field::ALL.map(|field| (field.name(), product.field(field))));
        let columns: Vec<(String, String)> = (1..=names.len())
            .map(|number| (format!("option{number} name"), format!("option{number} value")))
            .collect();
        for ((name_column, value_column), name) in columns.iter().zip(&names) {
            cells.push((name_column, name));
            cells.push((value_column, product.option(name)));
        }
        // A name that means something else here would be read as that.
        let others = product.attributes.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        let others: Vec<(String, &str)> =
            others.map(|(name, value)| (format!("attribute: {name}"), value.as_str())).collect();
        cells.extend(others.iter().map(|(name, value)| (name.as_str(), *value)));
        table.add(&cells);
        if !is_joined {
            for image in product.images.iter().skip(1) {
                table.add(&[("handle", &product.key), ("image", image)]);
            }
        }
        for variant in &product.variants {
            let mut cells = vec![
                ("handle", product.key.as_str()),
                ("sku", variant.sku.as_deref().unwrap_or_default()),
                ("price", variant.price.as_deref().unwrap_or_default()),
                ("barcode", variant.barcode.as_deref().unwrap_or_default()),
                ("variant_image", variant.image.as_deref().unwrap_or_default()),
            ];
            for ((name_column, value_column), name) in columns.iter().zip(&names) {
                cells.push((name_column, name));
                cells.push((value_column, option_of(variant, name)));
            }
            table.add(&cells);
        }
    }
    table
}
