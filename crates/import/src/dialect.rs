//! Which program a list is for, by its header.

use crate::names::plain;

/// The program that a list was written by, or is written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Shopify, with the header that it had until 2025.
    ShopifyOld,
    /// Shopify.
    Shopify,
    /// Google Merchant Center.
    Google,
    /// WooCommerce.
    WooCommerce,
    /// Akeneo.
    Akeneo,
    /// A table that a person made.
    #[default]
    Plain,
}

impl Dialect {
    const ALL: [Self; 6] =
        [Self::ShopifyOld, Self::Shopify, Self::Google, Self::WooCommerce, Self::Akeneo, Self::Plain];

    /// Its name, which stays.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShopifyOld => "shopify_old",
            Self::Shopify => "shopify",
            Self::Google => "google",
            Self::WooCommerce => "woocommerce",
            Self::Akeneo => "akeneo",
            Self::Plain => "plain",
        }
    }

    /// The dialect of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// The dialect of a header.
    pub(crate) fn of(header: &[String]) -> Self {
        let names: Vec<String> = header.iter().map(|name| plain(name.trim_start_matches("g:"))).collect();
        let has = |name: &str| names.iter().any(|other| other == name);
        let has_any = |known: &[&str]| known.iter().any(|name| has(name));
        if has("handle") && (has("bodyhtml") || names.iter().any(|name| name.starts_with("variant"))) {
            return Self::ShopifyOld;
        }
        if has("urlhandle") && has("title") {
            return Self::Shopify;
        }
        if has("type") && has_any(&["sku", "parent"]) && has_any(&["name", "images"]) && has_any(WOO) {
            return Self::WooCommerce;
        }
        if (has("id") && has_any(&["title", "structuredtitle"]) && has_any(GOOGLE)) || has("itemgroupid") {
            return Self::Google;
        }
        let has_locales = header.iter().any(|name| locale(name).is_some());
        if has_any(&["sku", "identifier"]) && (has_locales || (has("family") && has("categories"))) {
            return Self::Akeneo;
        }
        Self::Plain
    }

    /// A column's name without what does not tell what it means: locales, channels, currencies, namespaces.
    pub(crate) fn base_name(self, name: &str) -> String {
        let base = match self {
            Self::Google => name.trim_start_matches("g:"),
            Self::Akeneo => name.split('-').next().unwrap_or(name),
            Self::ShopifyOld | Self::Shopify => {
                name.split_once(" (product.metafields.").map_or(name, |(before, _)| before)
            }
            Self::WooCommerce | Self::Plain => name,
        };
        plain(base)
    }

    /// Whether descriptions are HTML.
    pub(crate) fn wants_html(self) -> bool {
        matches!(self, Self::ShopifyOld | Self::Shopify | Self::WooCommerce)
    }
}

const WOO: &[&str] = &["regularprice", "published", "visibilityincatalog", "images"];
const GOOGLE: &[&str] = &["imagelink", "itemgroupid", "structuredtitle", "structureddescription", "link"];

/// The locale in a name such as "name-en_US-ecommerce".
pub(crate) fn locale(name: &str) -> Option<&str> {
    name.split('-').skip(1).find(|part| {
        part.len() == 5
            && part.as_bytes()[2] == b'_'
            && part.bytes().take(2).all(|byte| byte.is_ascii_lowercase())
            && part.bytes().skip(3).all(|byte| byte.is_ascii_uppercase())
    })
}
