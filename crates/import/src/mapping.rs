//! What the columns of a list mean: guessed from their names, or said by a person.

use crate::{
    Dialect, Field,
    names::{HANDLES, IMAGE_ALTS, IMAGE_POSITIONS, VARIANT_IMAGES, is_of_images, numbered, of_field, plain},
};

/// What a column means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Something said of the product.
    Field(Field),
    /// Photos of the product.
    Image,
    /// The photo of the row's variant.
    VariantImage,
    /// The text that stands for the row's photo.
    ImageAlt,
    /// Where the row's photo stands among the others.
    ImagePosition,
    /// What rows of one product have in common.
    Handle,
    /// What the variants differ in, from 1.
    OptionName(u8),
    /// How the row's variant differs, from 1.
    OptionValue(u8),
    /// Nothing that is used here.
    #[default]
    Ignored,
}

impl Meaning {
    /// Its name, by which it is remembered.
    pub fn name(self) -> String {
        match self {
            Self::Field(field) => format!("field:{}", field.name()),
            Self::Image => "image".to_owned(),
            Self::VariantImage => "variant_image".to_owned(),
            Self::ImageAlt => "image_alt".to_owned(),
            Self::ImagePosition => "image_position".to_owned(),
            Self::Handle => "handle".to_owned(),
            Self::OptionName(number) => format!("option_name:{number}"),
            Self::OptionValue(number) => format!("option_value:{number}"),
            Self::Ignored => "ignored".to_owned(),
        }
    }

    /// The meaning of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.split_once(':') {
            Some(("field", field)) => Self::Field(Field::from_name(field)?),
            Some(("option_name", number)) => Self::OptionName(number.parse().ok()?),
            Some(("option_value", number)) => Self::OptionValue(number.parse().ok()?),
            Some(_) => return None,
            None => match name {
                "image" => Self::Image,
                "variant_image" => Self::VariantImage,
                "image_alt" => Self::ImageAlt,
                "image_position" => Self::ImagePosition,
                "handle" => Self::Handle,
                "ignored" => Self::Ignored,
                _ => return None,
            },
        })
    }
}

/// What each column of a list means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// One a column, in the order of the header; columns beyond are ignored.
    pub meanings: Vec<Meaning>,
}

impl Mapping {
    /// What the columns of a header mean by their names.
    pub fn guess(header: &[String], dialect: Dialect) -> Self {
        let names: Vec<String> = header.iter().map(|name| dialect.base_name(name)).collect();
        let mut meanings: Vec<Meaning> = names.iter().map(|name| by_name(name, dialect)).collect();
        if let Some(at) = first_of(HANDLES, &names) {
            meanings[at] = Meaning::Handle;
        }
        for field in Field::ALL {
            // The first of the known names that there is, not the first column: "Name" before "Product".
            let known = of_field(field).iter().filter(|name| !means_else(name, dialect));
            let at = known.into_iter().find_map(|name| {
                names.iter().zip(&meanings).position(|(other, meaning)| {
                    other == name && matches!(meaning, Meaning::Ignored | Meaning::Field(_))
                })
            });
            if let Some(at) = at {
                meanings[at] = Meaning::Field(field);
            }
        }
        Self { meanings }
    }

    /// What a column means.
    pub(crate) fn of(&self, column: usize) -> Meaning {
        self.meanings.get(column).copied().unwrap_or_default()
    }
}

/// Names that a dialect gives to something else.
fn means_else(name: &str, dialect: Dialect) -> bool {
    match dialect {
        // The kind of row: simple, variable, variation.
        Dialect::WooCommerce => name == "type" || name == "id",
        Dialect::Akeneo => name == "type",
        _ => false,
    }
}

fn by_name(name: &str, dialect: Dialect) -> Meaning {
    // What a model wrote stands in a column of its own, in the place of the plain one.
    match (dialect, name) {
        (Dialect::Google, "structuredtitle") => return Meaning::Field(Field::Title),
        (Dialect::Google, "structureddescription") => return Meaning::Field(Field::Description),
        _ => {}
    }
    if is_of_images(name) {
        return Meaning::Image;
    }
    if VARIANT_IMAGES.contains(&name) {
        return Meaning::VariantImage;
    }
    if IMAGE_ALTS.contains(&name) {
        return Meaning::ImageAlt;
    }
    if IMAGE_POSITIONS.contains(&name) {
        return Meaning::ImagePosition;
    }
    let option =
        |after: &[&str]| ["option", "attribute"].into_iter().find_map(|before| numbered(name, before, after));
    if let Some(number) = option(&["name"]) {
        return Meaning::OptionName(number);
    }
    if let Some(number) = option(&["value", "values"]) {
        return Meaning::OptionValue(number);
    }
    Meaning::Ignored
}

fn first_of(known: &[&str], names: &[String]) -> Option<usize> {
    known.iter().find_map(|name| names.iter().position(|other| other == name))
}

/// By which a mapping is found again for the next list with this header: lower case, spaces trimmed, joined.
pub fn header_key(header: &[String]) -> String {
    let names: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    names.join("\u{1f}")
}

/// Whether a column of this name holds what [`crate::structured`] reads.
pub(crate) fn is_structured(name: &str) -> bool {
    matches!(plain(name.trim_start_matches("g:")).as_str(), "structuredtitle" | "structureddescription")
}
