//! The lists that ship, and how a term of each is put to CLIP.

use super::TermTable;
use crate::ModelError;

/// Names of the lists that some mode asks for.
pub(super) mod names {
    pub(in super::super) const TYPES: &str = "product_types";
    pub(in super::super) const MEDIUMS: &str = "mediums";
    pub(in super::super) const ARTISTS: &str = "artists";
    pub(in super::super) const PRESENTATION: &str = "presentation";
    pub(in super::super) const MOVEMENTS: &str = "movements";
    pub(in super::super) const FLAVOURS: &str = "flavours";
    pub(in super::super) const NEGATIVE: &str = "negative";
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../terms/", $name, ".txt")))),*]
    };
}

const SHIPPED: &[(&str, &str)] = shipped![
    "product_types",
    "colours",
    "materials",
    "patterns",
    "styles",
    "finishes",
    "occasions",
    "settings",
    "presentation",
    "mediums",
    "movements",
    "flavours",
];

/// Two names for one type of product.
const SYNONYMS: &str = include_str!("../../terms/synonyms.txt");

/// How a list's terms are asked for when a product is described: alone, and with the type of product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProductPrompt {
    /// With `{}` for the term.
    pub(super) alone: &'static str,
    /// With `{}` for the term and `{type}` for the type; none for types themselves.
    pub(super) with_type: Option<&'static str>,
}

const fn prompt(alone: &'static str, with_type: &'static str) -> ProductPrompt {
    ProductPrompt { alone, with_type: Some(with_type) }
}

/// The lists that describe a product, in the order in which a description names them.
const PRODUCT_PROMPTS: &[(&str, ProductPrompt)] = &[
    (names::TYPES, ProductPrompt { alone: "a photo of a {}", with_type: None }),
    ("colours", prompt("a {} product", "a {} {type}")),
    ("materials", prompt("a product made of {}", "a {type} made of {}")),
    ("patterns", prompt("a {} product", "a {} {type}")),
    ("styles", prompt("a {} product", "a {} {type}")),
    ("finishes", prompt("a {} product", "a {} {type}")),
    ("occasions", prompt("a product for {}", "a {type} for {}")),
    ("settings", prompt("a photo of a product {}", "a photo of a {type} {}")),
];

/// For an own list of another name.
const OWN_LIST: ProductPrompt = prompt("a photo of a product, {}", "a photo of a {type}, {}");

impl TermTable {
    /// Every list that ships with the program. No list of artists is among them.
    ///
    /// # Errors
    /// None in a program that passed its tests, which read every list.
    pub fn built_in() -> Result<Vec<Self>, ModelError> {
        let table = |(name, text): &(&str, &str)| {
            let table = Self::parse(name, text)?;
            Ok(if *name == names::TYPES { table.with_synonyms(SYNONYMS) } else { table })
        };
        SHIPPED.iter().map(table).collect()
    }

    /// Whether the list describes products: a shipped one for this purpose, or an own list that no other
    /// mode asks for.
    #[must_use]
    pub fn describes_products(&self) -> bool {
        product_prompt(self.name()).is_some()
    }

    /// The sentence, with `{}` for the term, in which this list's terms are compared with a photo of a
    /// product. `{}` alone for lists that do not describe products.
    #[must_use]
    pub fn product_template(&self) -> &'static str {
        product_prompt(self.name()).map_or("{}", |prompt| prompt.alone)
    }
}

pub(super) fn product_prompt(name: &str) -> Option<ProductPrompt> {
    let other_modes = [
        names::MEDIUMS,
        names::ARTISTS,
        names::PRESENTATION,
        names::MOVEMENTS,
        names::FLAVOURS,
        names::NEGATIVE,
    ];
    if other_modes.contains(&name) {
        return None;
    }
    Some(PRODUCT_PROMPTS.iter().find(|(other, _)| *other == name).map_or(OWN_LIST, |(_, prompt)| *prompt))
}

/// The template with the term in it; `a` becomes `an` where a vowel follows.
pub(super) fn fill(template: &str, term: &str) -> String {
    let vowel = term.starts_with(|c: char| "aeiouAEIOU".contains(c));
    let article = if vowel { "an {}" } else { "a {}" };
    match template.strip_prefix("a {}") {
        Some(rest) => format!("{article}{rest}"),
        None => template.replace(" a {}", &format!(" {article}")),
    }
    .replace("{}", term)
}

/// The same for a product of this type.
pub(super) fn fill_with_type(template: &str, term: &str, product_type: &str) -> String {
    let typed = template.replace("{type}", "{}");
    // Each placeholder on its own, so that each has its article.
    match (template.find("{}"), template.find("{type}")) {
        (Some(at), Some(type_at)) if at < type_at => {
            let (head, tail) = typed.split_at(at + 2);
            fill(head, term) + &fill(tail, product_type)
        }
        (Some(_), Some(type_at)) => {
            let (head, tail) = typed.split_at(type_at + 2);
            fill(head, product_type) + &fill(tail, term)
        }
        _ => fill(template, term),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_list_is_read() {
        let tables = TermTable::built_in().unwrap();
        assert_eq!(tables.len(), SHIPPED.len());
        for table in &tables {
            assert!(!table.terms().is_empty(), "{} is empty", table.name());
        }
        assert!(tables.iter().all(|table| table.name() != names::ARTISTS));
        let types = &tables[0];
        let n_synonyms = (0..types.terms().len()).filter(|&i| types.told_as(i) != i).count();
        let pairs = SYNONYMS.lines().filter(|line| !line.starts_with('#') && line.contains('\t'));
        assert_eq!(n_synonyms, pairs.count(), "a synonym or its preferred name is no type");
        for (name, _) in PRODUCT_PROMPTS {
            assert!(tables.iter().any(|table| table.name() == *name), "{name} does not ship");
        }
    }

    #[test]
    fn a_term_stands_in_its_sentence() {
        assert_eq!(fill("a photo of a {}", "mug"), "a photo of a mug");
        assert_eq!(fill("a photo of a {}", "apron"), "a photo of an apron");
        assert_eq!(fill("a {} product", "orange"), "an orange product");
        assert_eq!(fill("a product made of {}", "oak"), "a product made of oak");
        assert_eq!(fill("{}", "a {}"), "a {}");
    }

    #[test]
    fn a_type_has_its_own_place_and_article() {
        assert_eq!(fill_with_type("a {} {type}", "orange", "mug"), "an orange mug");
        assert_eq!(fill_with_type("a {type} for {}", "easter", "apron"), "an apron for easter");
        assert_eq!(
            fill_with_type("a {type} with a {} finish", "antique", "umbrella"),
            "an umbrella with an antique finish"
        );
    }
}
