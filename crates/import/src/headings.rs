//! What each program calls the columns that are written for it.

use std::borrow::Cow;

use crate::{Dialect, Field};

/// The column of a field; none where the program has none, or where only the shop knows its name.
pub(crate) fn of_field(dialect: Dialect, field: Field) -> Option<Cow<'static, str>> {
    let name = match dialect {
        Dialect::ShopifyOld => match field {
            Field::Title => "Title",
            Field::Description => "Body (HTML)",
            Field::Brand => "Vendor",
            Field::Category => "Type",
            Field::Tags => "Tags",
            Field::Sku => "Variant SKU",
            Field::Price => "Variant Price",
            Field::Barcode => "Variant Barcode",
            Field::AltText => "Image Alt Text",
            other => return metafield(other),
        },
        Dialect::Shopify => match field {
            Field::Title => "Title",
            Field::Description => "Description",
            Field::Brand => "Vendor",
            Field::Category => "Type",
            Field::Tags => "Tags",
            Field::Sku => "SKU",
            Field::Price => "Price",
            Field::Barcode => "Barcode",
            Field::AltText => "Image alt text",
            other => return metafield(other),
        },
        Dialect::Google => match field {
            Field::Title => "title",
            Field::Description => "description",
            Field::Brand => "brand",
            Field::Category => "product_type",
            Field::Sku => "id",
            Field::Price => "price",
            Field::Barcode => "gtin",
            Field::Colour => "color",
            Field::Material => "material",
            Field::Pattern => "pattern",
            Field::Size => "size",
            Field::Gender => "gender",
            Field::AgeGroup => "age_group",
            Field::Tags | Field::AltText => return None,
        },
        Dialect::WooCommerce => match field {
            Field::Title => "Name",
            Field::Description => "Description",
            Field::Brand => "Brands",
            Field::Category => "Categories",
            Field::Tags => "Tags",
            Field::Sku => "SKU",
            Field::Price => "Regular price",
            Field::Barcode => "GTIN, UPC, EAN, or ISBN",
            _ => return None,
        },
        // An import stops at an attribute that the shop did not define.
        Dialect::Akeneo => match field {
            Field::Title => "name",
            Field::Description => "description",
            Field::Sku => "sku",
            Field::Category => "categories",
            _ => return None,
        },
        Dialect::Plain => field.name(),
    };
    Some(Cow::Borrowed(name))
}

/// The column of what a model wrote; only Google has one of its own.
pub(crate) fn structured(field: Field) -> &'static str {
    if field == Field::Title { "structured_title" } else { "structured_description" }
}

fn metafield(field: Field) -> Option<Cow<'static, str>> {
    let label = field.option_name()?;
    Some(Cow::Owned(format!("{label} (product.metafields.custom.{})", field.name())))
}
