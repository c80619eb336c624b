//! Tables with the columns of shop programs.

use std::{borrow::Cow, collections::HashSet};

use super::{OutProduct, option_of, table::Table};
use crate::{
    Author, Dialect, Field, ListedVariant, headings,
    names::{field_of_option, plain},
    price::read_price,
    source::BETWEEN,
    structured,
    words::{html_of, in_list},
};

/// Cells of a row that is being made.
type Cells = Vec<(Cow<'static, str>, String)>;

fn add(table: &mut Table, cells: &Cells) {
    let cells: Vec<(&str, &str)> = cells.iter().map(|(name, text)| (&**name, text.as_str())).collect();
    table.add(&cells);
}

/// All fields that a program has a column for.
fn fields(product: &OutProduct, dialect: Dialect) -> Cells {
    Field::ALL
        .into_iter()
        .filter(|field| *field != Field::AltText)
        .filter_map(|field| {
            let text = product.field(field);
            let is_html = field == Field::Description && dialect.wants_html();
            Some((headings::of_field(dialect, field)?, if is_html { html_of(text) } else { text.to_owned() }))
        })
        .collect()
}

/// Number, price and barcode of a variant.
fn variant_fields(variant: &ListedVariant, dialect: Dialect) -> Cells {
    [(Field::Sku, &variant.sku), (Field::Price, &variant.price), (Field::Barcode, &variant.barcode)]
        .into_iter()
        .filter_map(|(field, text)| {
            Some((headings::of_field(dialect, field)?, text.clone().unwrap_or_default()))
        })
        .collect()
}

/// The names under which Shopify finds products: lower case and dashes, each once.
fn handles(products: &[OutProduct]) -> Vec<String> {
    let mut taken = HashSet::new();
    products
        .iter()
        .map(|product| {
            let letters = |c: char| if c.is_alphanumeric() { c } else { '-' };
            let dashed: String = product.key.to_lowercase().chars().map(letters).collect();
            let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
            let handle = if parts.is_empty() { "product".to_owned() } else { parts.join("-") };
            let numbered = (2..).map(|number| format!("{handle}-{number}"));
            let mut free = std::iter::once(handle.clone()).chain(numbered);
            let handle = free.find(|name| !taken.contains(name)).unwrap_or(handle.clone());
            taken.insert(handle.clone());
            handle
        })
        .collect()
}

/// Shopify: the product with its first image, then a row for each variant and each further image.
pub(super) fn shopify(products: &[OutProduct], dialect: Dialect) -> Table {
    let is_old = dialect == Dialect::ShopifyOld;
    let (header, handle, image, position, alt, variant_image): (&[&str], _, _, _, _, _) = if is_old {
        let header: &[&str] = &["Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags"];
        (header, "Handle", "Image Src", "Image Position", "Image Alt Text", "Variant Image")
    } else {
        let header: &[&str] = &["Title", "URL handle", "Description", "Vendor", "Type", "Tags"];
        (header, "URL handle", "Product image URL", "Image position", "Image alt text", "Variant image URL")
    };
    let option = |number: usize, what: &str| -> Cow<'static, str> {
        let what = if is_old { what.to_owned() } else { what.to_lowercase() };
        Cow::Owned(format!("Option{number} {what}"))
    };
    let mut table = Table::new(header);
    for (product, name) in products.iter().zip(handles(products)) {
        // Shopify knows three.
        let names: Vec<&str> = product.option_names().into_iter().take(3).collect();
        let mut cells: Cells = vec![(handle.into(), name.clone())];
        cells.extend(fields(product, dialect));
        for (number, option_name) in (1..).zip(&names) {
            let own = product.option(option_name);
            cells.push((option(number, "Name"), (*option_name).to_owned()));
            cells.push((option(number, "Value"), if own.is_empty() { "Default" } else { own }.to_owned()));
        }
        if let Some(first) = product.images.first() {
            cells.push((image.into(), first.clone()));
            cells.push((position.into(), "1".to_owned()));
            cells.push((alt.into(), product.alt_text.0.clone()));
        }
        add(&mut table, &cells);
        for variant in &product.variants {
            let mut cells: Cells = vec![(handle.into(), name.clone())];
            cells.extend(variant_fields(variant, dialect));
            for (number, option_name) in (1..).zip(&names) {
                cells.push((option(number, "Value"), option_of(variant, option_name).to_owned()));
            }
            cells.push((variant_image.into(), variant.image.clone().unwrap_or_default()));
            add(&mut table, &cells);
        }
        for (number, further) in (1..).zip(&product.images).skip(1) {
            let (number, further) = (format!("{number}"), further.clone());
            add(
                &mut table,
                &vec![(handle.into(), name.clone()), (image.into(), further), (position.into(), number)],
            );
        }
    }
    table
}

/// Google Merchant Center: every variant is an item of the product's group.
pub(super) fn google(products: &[OutProduct]) -> Table {
    let mut table = Table::new(&["id", "title", "description", "image_link", "price"]);
    for product in products {
        let group = if product.variants.is_empty() { String::new() } else { product.key.clone() };
        let mut shared = fields(product, Dialect::Google);
        for (_, text) in &mut shared {
            *text = text.replace('\n', " ");
        }
        for (field, (text, author)) in
            [(Field::Title, &product.title), (Field::Description, &product.description)]
        {
            if *author == Author::Models && !text.is_empty() {
                let plain_name = headings::of_field(Dialect::Google, field);
                shared.retain(|(name, _)| Some(name) != plain_name.as_ref());
                shared.push((
                    headings::structured(field).into(),
                    structured::by_models(&text.replace('\n', " ")),
                ));
            }
        }
        shared.push(("item_group_id".into(), group));
        let own_id = product.field(Field::Sku);
        let mut cells = shared.clone();
        set(&mut cells, "id", if own_id.is_empty() { &product.key } else { own_id });
        let (first, further) =
            product.images.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
        cells.push(("image_link".into(), first.to_owned()));
        cells.push(("additional_image_link".into(), further.join(&BETWEEN.to_string())));
        add(&mut table, &cells);
        for (number, variant) in (2..).zip(&product.variants) {
            let mut cells = shared.clone();
            for name in ["price", "gtin", "mpn"] {
                set(&mut cells, name, "");
            }
            for (name, text) in variant_fields(variant, Dialect::Google) {
                set(&mut cells, &name, &text);
            }
            if variant.sku.is_none() {
                set(&mut cells, "id", &format!("{}-{number}", product.key));
            }
            for (name, value) in &variant.options {
                let column =
                    field_of_option(name).and_then(|field| headings::of_field(Dialect::Google, field));
                if let Some(column) = column {
                    set(&mut cells, &column, value);
                }
            }
            // Google takes no item without an image.
            cells.push(("image_link".into(), variant.image.clone().unwrap_or_else(|| first.to_owned())));
            add(&mut table, &cells);
        }
    }
    table
}

fn set(cells: &mut Cells, name: &str, text: &str) {
    match cells.iter_mut().find(|(other, _)| other == name) {
        Some((_, old)) => text.clone_into(old),
        None => cells.push((Cow::Owned(name.to_owned()), text.to_owned())),
    }
}

/// WooCommerce: a variable product and its variations, or a simple one.
pub(super) fn woocommerce(products: &[OutProduct]) -> Table {
    let mut table =
        Table::new(&["Type", "SKU", "Name", "Published", "Description", "Regular price", "Images"]);
    for product in products {
        let names = product.option_names();
        let is_variable = !product.variants.is_empty();
        let mut cells: Cells = vec![
            ("Type".into(), if is_variable { "variable" } else { "simple" }.to_owned()),
            ("Published".into(), "1".to_owned()),
        ];
        cells.extend(fields(product, Dialect::WooCommerce));
        let parent = match product.field(Field::Sku) {
            "" => product.key.as_str(),
            sku => sku,
        };
        set(&mut cells, "SKU", parent);
        cells.push(("Images".into(), product.images.join(", ")));
        let mut attributes: Vec<(String, String)> = names
            .iter()
            .map(|name| {
                let mut values: Vec<Cow<'_, str>> = Vec::new();
                let all = product.variants.iter().map(|variant| option_of(variant, name));
                for value in std::iter::once(product.option(name)).chain(all).map(in_list) {
                    if !value.is_empty() && !values.contains(&value) {
                        values.push(value);
                    }
                }
                ((*name).to_owned(), values.join(", "))
            })
            .collect();
        let described =
            Field::ALL.into_iter().filter_map(|field| Some((field.option_name()?, product.field(field))));
        let others = product.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in described.chain(others) {
            let is_there = attributes.iter().any(|(other, _)| plain(other) == plain(name));
            if !is_there && !value.is_empty() {
                attributes.push((name.to_owned(), value.to_owned()));
            }
        }
        for (number, (name, value)) in (1..).zip(&attributes) {
            cells.push((format!("Attribute {number} name").into(), name.clone()));
            cells.push((format!("Attribute {number} value(s)").into(), value.clone()));
        }
        add(&mut table, &cells);
        for variant in &product.variants {
            let mut cells: Cells =
                vec![("Type".into(), "variation".to_owned()), ("Published".into(), "1".to_owned())];
            cells.extend(variant_fields(variant, Dialect::WooCommerce));
            cells.push(("Parent".into(), parent.to_owned()));
            cells.push(("Images".into(), variant.image.clone().unwrap_or_default()));
            for (number, name) in (1..).zip(&names) {
                cells.push((format!("Attribute {number} name").into(), (*name).to_owned()));
                cells.push((
                    format!("Attribute {number} value(s)").into(),
                    in_list(option_of(variant, name)).into_owned(),
                ));
            }
            add(&mut table, &cells);
        }
    }
    table
}

/// Akeneo: codes as most catalogs have them, in English; an import maps or refuses what it does not know.
pub(super) fn akeneo(products: &[OutProduct]) -> Table {
    let mut table = Table::new(&["sku", "family", "categories", "parent", "name-en_US", "description-en_US"]);
    let currency = one_currency(products);
    let price_column = currency.as_ref().map_or("price".to_owned(), |currency| format!("price-{currency}"));
    let price = |text: &str| match &currency {
        Some(currency) => text.trim_end_matches(currency.as_str()).trim_end().to_owned(),
        None => text.to_owned(),
    };
    let column = |field: Field| -> String {
        match field {
            Field::Title => "name-en_US".to_owned(),
            Field::Description => "description-en_US".to_owned(),
            Field::Category => "categories".to_owned(),
            Field::Price => price_column.clone(),
            Field::AltText => "alt_text-en_US".to_owned(),
            other => other.name().to_owned(),
        }
    };
    for product in products {
        let mut cells: Cells = Field::ALL
            .into_iter()
            .map(|field| (Cow::Owned(column(field)), product.field(field).to_owned()))
            .collect();
        let number = match product.field(Field::Sku) {
            "" => product.key.as_str(),
            sku => sku,
        };
        set(&mut cells, "sku", number);
        set(&mut cells, &price_column, &price(product.field(Field::Price)));
        for (place, image) in (1..).zip(&product.images) {
            let name = if place == 1 { "image".to_owned() } else { format!("image_{place}") };
            cells.push((name.into(), image.clone()));
        }
        add(&mut table, &cells);
        for variant in &product.variants {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let mut cells: Cells = vec![
                ("sku".into(), text(&variant.sku)),
                ("parent".into(), number.to_owned()),
                (price_column.clone().into(), price(&text(&variant.price))),
                ("barcode".into(), text(&variant.barcode)),
                ("image".into(), text(&variant.image)),
            ];
            for (name, value) in &variant.options {
                let code = field_of_option(name).map_or_else(|| plain(name), column);
                cells.push((code.into(), value.clone()));
            }
            add(&mut table, &cells);
        }
    }
    table
}

/// The currency that every price ends with.
fn one_currency(products: &[OutProduct]) -> Option<String> {
    let variants = products.iter().flat_map(|product| &product.variants);
    let mut prices = products
        .iter()
        .map(|product| product.field(Field::Price))
        .chain(variants.filter_map(|variant| variant.price.as_deref()))
        .filter(|price| !price.is_empty());
    let currency =
        |price: &str| read_price(price)?.currency.filter(|code| price.ends_with(&format!(" {code}")));
    let first = currency(prices.next()?)?;
    prices.all(|price| currency(price).as_ref() == Some(&first)).then_some(first)
}
