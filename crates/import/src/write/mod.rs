//! Products as a new file, in the form that a program imports.
//!
//! ```text
//! products ─► shops.rs, plain.rs: a table with the program's columns ─► table.rs: CSV, TSV, JSON, workbook
//!                                                                    └► feed.rs: XML
//!          ─► sidecar.rs: a text or metadata beside a photo
//! ```

mod feed;
mod plain;
mod shops;
mod sidecar;
mod table;

use crate::{Author, Field, ListedVariant, WriteProblem};

pub use sidecar::{sidecar_text, sidecar_xmp};

/// A product as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutProduct {
    /// What tells it from all others.
    pub key: String,
    /// What is said of it, beside what follows.
    pub fields: Vec<(Field, String)>,
    /// What it is called, and who said so.
    pub title: (String, Author),
    /// Its description in plain text, and who wrote it.
    pub description: (String, Author),
    /// What stands for its first image, and who wrote it.
    pub alt_text: (String, Author),
    /// Its images by name or address, in order.
    pub images: Vec<String>,
    /// Its variants beside itself.
    pub variants: Vec<ListedVariant>,
    /// Anything else, by name.
    pub attributes: Vec<(String, String)>,
}

impl OutProduct {
    /// What is said under a name; nothing of what is not.
    fn field(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.title.0,
            Field::Description => &self.description.0,
            Field::AltText => &self.alt_text.0,
            _ => self.fields.iter().find(|(other, _)| *other == field).map_or("", |(_, value)| value),
        }
    }

    /// What its variants differ in, in the order in which they say it.
    fn option_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.variants.iter().flat_map(|variant| &variant.options) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// Its own value of an option.
    fn option(&self, name: &str) -> &str {
        let field = crate::names::field_of_option(name).map_or("", |field| self.field(field));
        if !field.is_empty() {
            return field;
        }
        self.attributes.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }
}

/// A variant's value of an option.
fn option_of<'v>(variant: &'v ListedVariant, name: &str) -> &'v str {
    variant.options.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
}

/// What a new file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Shopify, with the header that it had until 2025.
    ShopifyOld,
    /// Shopify.
    Shopify,
    /// Google Merchant Center, as text.
    GoogleTsv,
    /// Google Merchant Center, as an RSS feed.
    GoogleXml,
    /// WooCommerce.
    WooCommerce,
    /// Akeneo.
    Akeneo,
    /// A table for a person.
    Csv,
    /// A JSON document.
    Json,
    /// A JSON object a line.
    JsonLines,
    /// An Excel workbook.
    Xlsx,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::ShopifyOld,
        Self::Shopify,
        Self::GoogleTsv,
        Self::GoogleXml,
        Self::WooCommerce,
        Self::Akeneo,
        Self::Csv,
        Self::Json,
        Self::JsonLines,
        Self::Xlsx,
    ];

    /// Its name, which stays.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShopifyOld => "shopify_old",
            Self::Shopify => "shopify",
            Self::GoogleTsv => "google_tsv",
            Self::GoogleXml => "google_xml",
            Self::WooCommerce => "woocommerce",
            Self::Akeneo => "akeneo",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::JsonLines => "json_lines",
            Self::Xlsx => "xlsx",
        }
    }

    /// The target of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// The ending of its files, without a point.
    pub fn extension(self) -> &'static str {
        match self {
            Self::ShopifyOld | Self::Shopify | Self::WooCommerce | Self::Akeneo | Self::Csv => "csv",
            Self::GoogleTsv => "tsv",
            Self::GoogleXml => "xml",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Writes a new file. What a program has no column for is left out of its file.
///
/// # Errors
/// [`WriteProblem::Workbook`]: a workbook cannot hold that many rows or that long a text.
pub fn write(target: Target, products: &[OutProduct]) -> Result<Vec<u8>, WriteProblem> {
    use crate::Dialect;
    Ok(match target {
        Target::ShopifyOld => {
            shops::shopify(products, Dialect::ShopifyOld).delimited(b',', Dialect::ShopifyOld)
        }
        Target::Shopify => shops::shopify(products, Dialect::Shopify).delimited(b',', Dialect::Shopify),
        Target::GoogleTsv => shops::google(products).delimited(b'\t', Dialect::Google),
        Target::GoogleXml => feed::write(&shops::google(products)),
        Target::WooCommerce => shops::woocommerce(products).delimited(b',', Dialect::WooCommerce),
        Target::Akeneo => shops::akeneo(products).delimited(b';', Dialect::Akeneo),
        Target::Csv => plain::table(products).delimited(b',', Dialect::Plain),
        Target::Json => plain::table(products).json(false),
        Target::JsonLines => plain::table(products).json(true),
        Target::Xlsx => plain::table(products).workbook()?,
    })
}
