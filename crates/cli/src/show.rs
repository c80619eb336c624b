//! `vitrine show`.

use vitrine_api::{
    Api, size_in_words,
    types::{FieldName, FieldOrigin, Photo, ProductDetail},
};

use crate::{
    args::Arguments,
    edit,
    output::{self, visible},
};

pub fn run(api: &Api, arguments: &Arguments, product: &str) -> anyhow::Result<()> {
    let detail = api.product(edit::product(api, product)?)?;
    if arguments.json {
        return output::json(&detail);
    }
    print(&detail);
    Ok(())
}

fn print(detail: &ProductDetail) {
    if let Some(title) = &detail.product.title {
        say!("{}", visible(title));
    }
    for field in &detail.fields {
        let by = if field.origin == FieldOrigin::Person { "  (said by a person)" } else { "" };
        say!("  {:<13} {}{by}", name(field.name), visible(&field.value));
    }
    for variant in &detail.variants {
        let parts = [&variant.name, &variant.sku, &variant.price];
        let words: Vec<String> = parts.into_iter().flatten().map(|part| visible(part)).collect();
        say!("  {:<13} {}", "Variant", words.join(", "));
    }
    say!("  {:<13} {}", "Number", detail.product.id);
    for photo in &detail.photos {
        print_photo(photo);
    }
}

fn name(field: FieldName) -> &'static str {
    match field {
        FieldName::Title => "Title",
        FieldName::Sku => "SKU",
        FieldName::Price => "Price",
        FieldName::Category => "Category",
        FieldName::Brand => "Brand",
        FieldName::Description => "Description",
        FieldName::Barcode => "Barcode",
        FieldName::Colour => "Colour",
        FieldName::Material => "Material",
        FieldName::Pattern => "Pattern",
        FieldName::Size => "Size",
        FieldName::Gender => "For",
        FieldName::AgeGroup => "Age",
        FieldName::Tags => "Tags",
        FieldName::AltText => "Shop alt text",
    }
}

fn print_photo(photo: &Photo) {
    match &photo.written {
        Some(written) => {
            say!("{}", written.title);
            say!("{}", written.text);
            say!("  {:<13} {}", "Alt text", written.alt_text);
            crate::describe::attributes(&written.attributes);
            let swatches: Vec<String> = written
                .swatches
                .iter()
                .map(|swatch| format!("{} {} {:.0} %", swatch.name, swatch.color, swatch.share * 100.0))
                .collect();
            say!("  {:<13} {}", "Measured", swatches.join(", "));
        }
        None => say!("{}", photo.description.as_deref().unwrap_or("(not described yet)")),
    }
    for (name, fact) in [("Shows", &photo.role), ("Described by", &photo.described_by)] {
        if let Some(fact) = fact {
            say!("  {name:<13} {}", visible(fact));
        }
    }
    say!("  {:<13} {} x {} pixels, {}", "Picture", photo.width, photo.height, photo.format);
    for file in &photo.files {
        say!("  {:<13} {}  ({})", "File", visible(&file.path), size_in_words(file.size_bytes));
    }
}
