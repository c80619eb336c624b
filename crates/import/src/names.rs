//! What columns are called in the lists of shops, in one form: without accents, case, spaces and signs.

use unicode_normalization::UnicodeNormalization;

use crate::Field;

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
    "identifier",
    "mpn",
];
const BARCODES: &[&str] = &[
    "barcode",
    "variantbarcode",
    "gtin",
    "ean",
    "ean13",
    "upc",
    "isbn",
    "strichcode",
    "codebarres",
    "gtinupceanorisbn",
];
pub(crate) const HANDLES: &[&str] = &["handle", "urlhandle", "parent", "parentsku", "itemgroupid", "groupid"];
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
    &["brand", "brands", "vendor", "manufacturer", "marke", "hersteller", "marque", "marca", "merk"];
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
pub(crate) const IMAGES: &[&str] = &[
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
    "productimageurl",
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
const COLOURS: &[&str] = &["colour", "color", "colours", "colors", "farbe", "couleur", "colore", "kleur"];
const MATERIALS: &[&str] = &["material", "materials", "materiale", "matiere", "materiaal", "fabric", "stoff"];
const PATTERNS: &[&str] = &["pattern", "muster", "motif"];
const SIZES: &[&str] = &["size", "sizes", "groesse", "grosse", "groe", "taille", "talla", "taglia", "maat"];
const GENDERS: &[&str] = &["gender", "targetgender", "geschlecht"];
const AGE_GROUPS: &[&str] = &["agegroup", "altersgruppe"];
const TAGS: &[&str] = &["tags", "tag", "keywords", "schlagworte"];
/// The text that stands for the image of the row.
pub(crate) const IMAGE_ALTS: &[&str] = &[
    "imagealttext",
    "alttext",
    "alternativetext",
    "alternativtext",
    "imagealt",
    "alttag",
    "alt",
    "textealternatif",
];
pub(crate) const VARIANT_IMAGES: &[&str] = &["variantimage", "variantimageurl", "variationimage"];
pub(crate) const IMAGE_POSITIONS: &[&str] = &["imageposition"];

/// The names of a field's column, the surest first.
pub(crate) fn of_field(field: Field) -> &'static [&'static str] {
    match field {
        Field::Title => TITLES,
        Field::Sku => SKUS,
        Field::Price => PRICES,
        Field::Category => CATEGORIES,
        Field::Brand => BRANDS,
        Field::Description => DESCRIPTIONS,
        Field::Barcode => BARCODES,
        Field::Colour => COLOURS,
        Field::Material => MATERIALS,
        Field::Pattern => PATTERNS,
        Field::Size => SIZES,
        Field::Gender => GENDERS,
        Field::AgeGroup => AGE_GROUPS,
        Field::Tags => TAGS,
        // A column of it goes with the row's image.
        Field::AltText => &[],
    }
}

/// The field that an option or an attribute of this name is.
pub(crate) fn field_of_option(name: &str) -> Option<Field> {
    let name = plain(name);
    Field::ALL
        .into_iter()
        .find(|&field| field.option_name().is_some() && of_field(field).contains(&name.as_str()))
}

/// Whether a name is of a column of images: "image", and "image_2" where there are more.
pub(crate) fn is_of_images(name: &str) -> bool {
    IMAGES.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// The number in a name such as "option1value".
pub(crate) fn numbered(name: &str, before: &str, after: &[&str]) -> Option<u8> {
    let rest = name.strip_prefix(before)?;
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = rest[..rest.len() - digits.len()].parse().ok()?;
    (number > 0 && after.contains(&digits)).then_some(number)
}

/// A name without accents, case, spaces and signs.
pub(crate) fn plain(name: &str) -> String {
    // No column is called by more letters, and a hostile one must not be composed whole.
    name.chars().take(200).nfd().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
