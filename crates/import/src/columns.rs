//! What the columns of a list mean, by their names.

use unicode_normalization::UnicodeNormalization;

/// Something that a list says of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

const TITLES: &[&str] = &[
    "title",
    "name",
    "product",
    "productname",
    "producttitle",
    "titel",
    "bezeichnung",
    "artikelbezeichnung",
    "produktname",
    "titre",
    "nom",
    "produit",
    "nomduproduit",
    "titulo",
    "nombre",
    "producto",
    "titolo",
    "nome",
    "prodotto",
    "naam",
    "productnaam",
];
const SKUS: &[&str] = &[
    "sku",
    "variantsku",
    "id",
    "productid",
    "itemid",
    "articlenumber",
    "itemnumber",
    "artikelnummer",
    "artnr",
    "reference",
    "referenz",
    "ref",
    "referencia",
    "codice",
    "mpn",
];
const BARCODES: &[&str] =
    &["barcode", "variantbarcode", "gtin", "ean", "ean13", "upc", "isbn", "strichcode", "codebarres"];
const HANDLES: &[&str] = &["handle", "parent", "parentsku", "itemgroupid", "groupid"];
const PRICES: &[&str] =
    &["price", "regularprice", "variantprice", "preis", "prix", "precio", "prezzo", "prijs"];
const CATEGORIES: &[&str] = &[
    "category",
    "categories",
    "type",
    "producttype",
    "productcategory",
    "kategorie",
    "categorie",
    "categoria",
];
const BRANDS: &[&str] =
    &["brand", "vendor", "manufacturer", "marke", "hersteller", "marque", "marca", "merk"];
const DESCRIPTIONS: &[&str] = &[
    "description",
    "bodyhtml",
    "body",
    "shortdescription",
    "text",
    "beschreibung",
    "descripcion",
    "descrizione",
    "omschrijving",
];
const IMAGES: &[&str] = &[
    "image",
    "images",
    "file",
    "filename",
    "photo",
    "photos",
    "picture",
    "pictures",
    "imagefile",
    "imagesrc",
    "imageurl",
    "imagelink",
    "imagename",
    "mainimage",
    "additionalimagelink",
    "bild",
    "bilder",
    "bilddatei",
    "foto",
    "fotos",
    "imagen",
    "imagenes",
    "immagine",
    "immagini",
    "afbeelding",
    "afbeeldingen",
];
const OPTIONS: &[&str] = &[
    "option1value",
    "option2value",
    "option3value",
    "attribute1values",
    "attribute2values",
    "size",
    "color",
    "colour",
    "groesse",
    "grosse",
    "farbe",
];

/// Where a list has what.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) images: Vec<usize>,
    pub(crate) fields: Vec<(Field, usize)>,
    pub(crate) handle: Option<usize>,
    pub(crate) options: Vec<usize>,
}

impl Columns {
    /// Finds the columns of a header.
    pub(crate) fn of(header: &[String]) -> Self {
        let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let all = |known: &[&str]| -> Vec<usize> {
            (0..names.len()).filter(|&at| known.contains(&names[at].as_str())).collect()
        };
        // The first of the known names that there is, not the first column: "Name" before "Product".
        let one = |known: &[&str]| known.iter().find_map(|name| names.iter().position(|other| other == name));
        let fields = [
            (Field::Title, TITLES),
            (Field::Sku, SKUS),
            (Field::Price, PRICES),
            (Field::Category, CATEGORIES),
            (Field::Brand, BRANDS),
            (Field::Description, DESCRIPTIONS),
            (Field::Barcode, BARCODES),
        ];
        Self {
            images: all(IMAGES),
            fields: fields.into_iter().filter_map(|(field, known)| Some((field, one(known)?))).collect(),
            handle: one(HANDLES),
            options: all(OPTIONS),
        }
    }

    /// The column of a field.
    pub(crate) fn field(&self, field: Field) -> Option<usize> {
        self.fields.iter().find(|(other, _)| *other == field).map(|(_, at)| *at)
    }
}

/// A name without accents, case, spaces and signs.
fn plain(name: &str) -> String {
    name.nfd().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}
