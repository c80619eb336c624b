//! What a list can say of a product.

/// Something that a list says of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// What it is called.
    Title,
    /// The merchant's own number.
    Sku,
    /// The price, as written.
    Price,
    /// The category.
    Category,
    /// The brand.
    Brand,
    /// The merchant's text.
    Description,
    /// The number below the bars.
    Barcode,
    /// The colour.
    Colour,
    /// What it is made of.
    Material,
    /// Its pattern.
    Pattern,
    /// The size.
    Size,
    /// For women, men or everybody.
    Gender,
    /// For children, adults or babies.
    AgeGroup,
    /// Words by which the shop groups it.
    Tags,
    /// The text that stands for its picture.
    AltText,
}

impl Field {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 15] = [
        Self::Title,
        Self::Sku,
        Self::Price,
        Self::Category,
        Self::Brand,
        Self::Description,
        Self::Barcode,
        Self::Colour,
        Self::Material,
        Self::Pattern,
        Self::Size,
        Self::Gender,
        Self::AgeGroup,
        Self::Tags,
        Self::AltText,
    ];

    /// Its name, which stays.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Sku => "sku",
            Self::Price => "price",
            Self::Category => "category",
            Self::Brand => "brand",
            Self::Description => "description",
            Self::Barcode => "barcode",
            Self::Colour => "colour",
            Self::Material => "material",
            Self::Pattern => "pattern",
            Self::Size => "size",
            Self::Gender => "gender",
            Self::AgeGroup => "age_group",
            Self::Tags => "tags",
            Self::AltText => "alt_text",
        }
    }

    /// The field of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// What tells variants of a product apart, under the name that a person reads.
    pub(crate) fn option_name(self) -> Option<&'static str> {
        match self {
            Self::Colour => Some("Colour"),
            Self::Material => Some("Material"),
            Self::Pattern => Some("Pattern"),
            Self::Size => Some("Size"),
            Self::Gender => Some("Gender"),
            Self::AgeGroup => Some("Age group"),
            _ => None,
        }
    }
}
