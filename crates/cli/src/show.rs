//! `vitrine show`.

use std::path::Path;

use vitrine_api::{Api, types::ProductDetail};

use crate::{args::Arguments, output};

pub fn run(api: &Api, arguments: &Arguments, product: &str) -> anyhow::Result<()> {
    let id = match product.parse() {
        Ok(id) => id,
        Err(_) => api.product_at(Path::new(product))?,
    };
    let detail = api.product(id)?;
    if arguments.json {
        return output::json(&detail);
    }
    print(&detail);
    Ok(())
}

fn print(detail: &ProductDetail) {
    let product = &detail.product;
    if let Some(title) = &product.title {
        println!("{title}");
    }
    match &detail.written {
        Some(written) => {
            println!("{}", written.title);
            println!("{}", written.text);
            println!("  {:<13} {}", "Alt text", written.alt_text);
            crate::describe::attributes(&written.attributes);
            let swatches: Vec<String> = written
                .swatches
                .iter()
                .map(|swatch| format!("{} {} {:.0} %", swatch.name, swatch.color, swatch.share * 100.0))
                .collect();
            println!("  {:<13} {}", "Measured", swatches.join(", "));
        }
        None => println!("{}", product.description.as_deref().unwrap_or("(not described yet)")),
    }
    let facts =
        [("Price", &detail.price), ("Category", &detail.category), ("Described by", &detail.described_by)];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            println!("  {name:<13} {fact}");
        }
    }
    println!("  {:<13} {} x {} pixels, {}", "Picture", product.width, product.height, detail.format);
    println!("  {:<13} {}", "Number", product.id);
    for file in &detail.files {
        println!("  {:<13} {}  ({})", "File", file.path, output::size(file.size_bytes));
    }
}
