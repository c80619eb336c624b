//! Chosen products as a text for the clipboard, and as a list for a spreadsheet.

use std::path::{Path, PathBuf};

use super::file::write;
use crate::{
    CatalogError, Library,
    describe::AttributeKind,
    detail::ProductDetail,
    store::{FieldName, ProductId},
};

/// The heads of the columns behind those of the fields.
const WRITTEN: [&str; 8] = [
    "Generated title",
    "Generated description",
    "Alternative text",
    "Type",
    "Colour",
    "Material",
    "Pattern",
    "Photos",
];

/// Columns of the list that are fields.
const FIELDS: [(FieldName, &str); 7] = [
    (FieldName::Sku, "SKU"),
    (FieldName::Title, "Title"),
    (FieldName::Price, "Price"),
    (FieldName::Brand, "Brand"),
    (FieldName::Category, "Category"),
    (FieldName::Barcode, "Barcode"),
    (FieldName::Description, "Description"),
];

impl Library {
    /// Titles and texts of products, one below the other: the shop's own where there are some, else what Vitrine
    /// wrote.
    ///
    /// # Errors
    /// [`CatalogError::NothingChosen`], a product that is gone.
    pub fn product_texts(&self, products: &[ProductId]) -> Result<String, CatalogError> {
        let mut texts = Vec::with_capacity(products.len());
        for detail in self.chosen(products)? {
            let detail = detail?;
            let said = |name| field(&detail, name);
            let written = detail.photos.iter().find_map(|photo| photo.written.as_ref());
            let written = written.map(|written| &written.description);
            let title = said(FieldName::Title).or(written.map(|written| written.title.as_str()));
            let text = said(FieldName::Description).or(written.map(|written| written.text.as_str()));
            let lines = [title, text].into_iter().flatten().filter(|line| !line.is_empty());
            texts.push(lines.collect::<Vec<_>>().join("\n"));
        }
        texts.retain(|text| !text.is_empty());
        Ok(texts.join("\n\n"))
    }

    /// The first file of each of these products' photos that is there.
    ///
    /// # Errors
    /// [`CatalogError::NothingChosen`], a product that is gone.
    pub fn product_files(&self, products: &[ProductId]) -> Result<Vec<PathBuf>, CatalogError> {
        let mut files = Vec::new();
        for detail in self.chosen(products)? {
            let photos = detail?.photos.into_iter();
            files.extend(photos.filter_map(|photo| {
                photo.files.into_iter().map(|file| file.path).find(|path| path.is_file())
            }));
        }
        Ok(files)
    }

    /// Writes these products as a table (CSV, UTF-8 with a byte order mark, which spreadsheets ask for) in the place
    /// of whatever `file` held.
    ///
    /// # Errors
    /// [`CatalogError::NothingChosen`], a product that is gone, a file that cannot be written; then what was there
    /// stays.
    pub fn export_list(&self, products: &[ProductId], file: &Path) -> Result<(), CatalogError> {
        let io = |error: std::io::Error| CatalogError::io("writing the list")(error);
        let mut table = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
        let heads = FIELDS.iter().map(|(_, head)| *head).chain(WRITTEN);
        table.write_record(heads).map_err(|error| io(error.into()))?;
        for detail in self.chosen(products)? {
            table.write_record(record(&detail?)).map_err(|error| io(error.into()))?;
        }
        let bytes = table.into_inner().map_err(|error| io(error.into_error()))?;
        write(file, &bytes)
    }

    fn chosen<'a>(
        &'a self,
        products: &'a [ProductId],
    ) -> Result<impl Iterator<Item = Result<ProductDetail, CatalogError>> + 'a, CatalogError> {
        if products.is_empty() {
            return Err(CatalogError::NothingChosen);
        }
        Ok(products.iter().map(|&id| self.product(id)))
    }
}

fn field(detail: &ProductDetail, name: FieldName) -> Option<&str> {
    detail.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
}

fn record(detail: &ProductDetail) -> Vec<String> {
    let mut cells: Vec<String> =
        FIELDS.iter().map(|(name, _)| field(detail, *name).unwrap_or_default().to_owned()).collect();
    let written = detail.photos.iter().find_map(|photo| photo.written.as_ref());
    match written.map(|written| &written.description) {
        Some(written) => {
            cells.extend([written.title.clone(), written.text.clone(), written.alt_text.clone()]);
            let kinds =
                [AttributeKind::Type, AttributeKind::Colour, AttributeKind::Material, AttributeKind::Pattern];
            for kind in kinds {
                let surest = written.attributes.iter().find(|claim| claim.kind == kind);
                cells.push(surest.map(|claim| claim.value.clone()).unwrap_or_default());
            }
        }
        None => cells.extend(std::iter::repeat_n(String::new(), WRITTEN.len() - 1)),
    }
    let files = detail.photos.iter().filter_map(|photo| photo.files.first());
    cells.push(files.map(|file| file.path.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" | "));
    cells
}
