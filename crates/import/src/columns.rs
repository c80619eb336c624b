//! Where a list has what, as its mapping says.

use crate::{Dialect, Field, Mapping, Meaning, mapping::is_structured, names::plain};

/// A column of something said.
#[derive(Debug, Clone)]
pub(crate) struct FieldColumn {
    pub(crate) field: Field,
    pub(crate) at: usize,
    /// Google's own form of a text with its origin.
    pub(crate) is_structured: bool,
    /// The currency in the column's name, as Akeneo writes it.
    pub(crate) currency: Option<String>,
}

/// Where a list has what.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) images: Vec<usize>,
    pub(crate) variant_image: Option<usize>,
    pub(crate) image_alt: Option<usize>,
    pub(crate) image_position: Option<usize>,
    pub(crate) fields: Vec<FieldColumn>,
    pub(crate) handle: Option<usize>,
    pub(crate) option_names: Vec<(u8, usize)>,
    pub(crate) option_values: Vec<(u8, usize)>,
    /// WooCommerce's own number of a product, which variations name as "id:7".
    pub(crate) row_id: Option<usize>,
    /// WooCommerce's kind of row.
    pub(crate) kind: Option<usize>,
}

impl Columns {
    pub(crate) fn of(header: &[String], mapping: &Mapping, dialect: Dialect) -> Self {
        let mut columns = Self::default();
        for (at, name) in header.iter().enumerate() {
            match mapping.of(at) {
                Meaning::Field(field) => columns.fields.push(FieldColumn {
                    field,
                    at,
                    is_structured: dialect == Dialect::Google && is_structured(name),
                    currency: currency(name).filter(|_| dialect == Dialect::Akeneo && field == Field::Price),
                }),
                Meaning::Image => columns.images.push(at),
                Meaning::VariantImage => columns.variant_image = columns.variant_image.or(Some(at)),
                Meaning::ImageAlt => columns.image_alt = columns.image_alt.or(Some(at)),
                Meaning::ImagePosition => columns.image_position = columns.image_position.or(Some(at)),
                Meaning::Handle => columns.handle = columns.handle.or(Some(at)),
                Meaning::OptionName(number) => columns.option_names.push((number, at)),
                Meaning::OptionValue(number) => columns.option_values.push((number, at)),
                Meaning::Ignored => {}
            }
        }
        // A plain column goes before what a model wrote.
        columns.fields.sort_by_key(|column| column.is_structured);
        if dialect == Dialect::WooCommerce {
            let named = |name: &str| header.iter().position(|other| plain(other) == name);
            (columns.row_id, columns.kind) = (named("id"), named("type"));
        }
        columns
    }

    /// The first plain column of a field.
    pub(crate) fn field(&self, field: Field) -> Option<usize> {
        self.fields
            .iter()
            .find(|column| column.field == field && !column.is_structured)
            .map(|column| column.at)
    }

    /// The column of a field in Google's own form.
    pub(crate) fn structured(&self, field: Field) -> Option<usize> {
        self.fields
            .iter()
            .find(|column| column.field == field && column.is_structured)
            .map(|column| column.at)
    }

    fn says(&self, field: Field) -> bool {
        self.fields.iter().any(|column| column.field == field)
    }

    /// Whether a table with these columns lists products, as far as their names tell: photos and something of
    /// them, or a title and a price or a number. One alone is many a table's.
    pub(crate) fn are_of_products(&self) -> bool {
        let has_images = !self.images.is_empty() && !self.fields.is_empty();
        let has_number = self.has_number() || self.says(Field::Price);
        has_images || (self.says(Field::Title) && has_number)
    }

    /// Whether they name products, when a person said what they mean.
    pub(crate) fn name_products(&self) -> bool {
        !self.images.is_empty() || self.says(Field::Title) || self.has_number()
    }

    /// Whether they describe products, and nothing ties a photo to them.
    pub(crate) fn lack_images(&self) -> bool {
        self.says(Field::Title)
            && self.says(Field::Description)
            && (self.says(Field::Category) || self.says(Field::Brand))
    }

    fn has_number(&self) -> bool {
        self.handle.is_some() || self.says(Field::Sku) || self.says(Field::Barcode)
    }
}

/// The currency of a name such as "price-EUR".
fn currency(name: &str) -> Option<String> {
    let is_code = |part: &&str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    name.split('-').skip(1).find(is_code).map(str::to_owned)
}
