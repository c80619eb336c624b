//! A product list: what it says of which photos.

use std::collections::HashMap;

use crate::{
    columns::{Columns, Field},
    table::{self, Row},
    text,
};

/// A row that was passed over, or not understood whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// A variant of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedVariant {
    /// Its own number.
    pub sku: Option<String>,
    /// What tells it from the others.
    pub name: Option<String>,
    /// Its price, as written.
    pub price: Option<String>,
}

/// A product as a list has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedProduct {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What finds it again in the next version of the list: its number, else its first image, else its title.
    pub key: String,
    /// What is said of it.
    pub fields: Vec<(Field, String)>,
    /// Its images as they are written, in order.
    pub images: Vec<String>,
    /// Its variants; none of a product without any.
    pub variants: Vec<ListedVariant>,
}

impl ListedProduct {
    /// What is said under a name.
    pub fn field(&self, field: Field) -> Option<&str> {
        self.fields.iter().find(|(other, _)| *other == field).map(|(_, value)| value.as_str())
    }
}

/// What a list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductList {
    /// Its products, in its order.
    pub products: Vec<ListedProduct>,
    /// Rows that were passed over.
    pub problems: Vec<RowProblem>,
}

/// Why a file brings no products.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListProblem {
    /// It is a table of something else: a folder may hold any.
    #[error("this is not a product list")]
    NotAList,
    /// It names products and no photos of them.
    #[error(
        "This list names products, but no column names their photos. Add a column \"image\" with file names."
    )]
    NoImages,
    /// It has a header and nothing below.
    #[error("This product list has no rows.")]
    NoRows,
}

/// Reads a list.
///
/// # Errors
/// [`ListProblem`]: nothing of it can be used.
pub fn read_list(bytes: &[u8]) -> Result<ProductList, ListProblem> {
    let text = text::decode(bytes);
    let (rows, bad_lines) = table::rows(&text);
    let mut rows = rows.into_iter().filter(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    let header = rows.next().ok_or(ListProblem::NotAList)?;
    let columns = Columns::of(&header.cells);
    let says = |field| columns.field(field).is_some();
    if columns.images.is_empty() {
        // A title and a price or number together are a shop's; one alone is many a table's.
        let is_of_products = says(Field::Title) && (says(Field::Price) || says(Field::Sku));
        return Err(if is_of_products { ListProblem::NoImages } else { ListProblem::NotAList });
    }
    if columns.fields.is_empty() {
        return Err(ListProblem::NotAList);
    }
    let mut list = ProductList {
        problems: bad_lines
            .into_iter()
            .map(|line| RowProblem { line, message: "This line could not be read.".to_owned() })
            .collect(),
        ..ProductList::default()
    };
    let mut known = HashMap::new();
    for row in rows {
        add(&mut list, &mut known, &columns, &row);
    }
    if list.products.is_empty() && list.problems.is_empty() {
        return Err(ListProblem::NoRows);
    }
    Ok(list)
}

/// What a later row can name a product by.
#[derive(PartialEq, Eq, Hash)]
enum Name {
    Handle(String),
    Sku(String),
    Image(String),
}

fn add(list: &mut ProductList, known: &mut HashMap<Name, usize>, columns: &Columns, row: &Row) {
    let cell = |at: usize| row.cells.get(at).map(String::as_str).filter(|cell| !cell.is_empty());
    let fields: Vec<(Field, String)> = columns
        .fields
        .iter()
        .filter_map(|&(field, at)| Some((field, words(cell(at)?))))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let said = |field| fields.iter().find(|(other, _)| *other == field).map(|(_, value)| value.clone());
    let images: Vec<String> = columns.images.iter().filter_map(|&at| cell(at)).flat_map(images_of).collect();
    let handle = columns.handle.and_then(cell).map(str::to_owned);
    let (title, sku) = (said(Field::Title), said(Field::Sku));

    // A later row of the same handle or number, or of the same image without a title of its own, is a
    // variant of the first or has more images of it, and takes nothing from it.
    let of_handle = handle.clone().and_then(|handle| known.get(&Name::Handle(handle)).copied());
    let of_sku = || sku.clone().and_then(|sku| known.get(&Name::Sku(sku)).copied());
    let of_image = || {
        let image = images.first().filter(|_| title.is_none())?;
        known.get(&Name::Image(image.clone())).copied()
    };
    // A parent that is named by its number: "simple" rows below a "variable" one.
    let of_parent = || handle.clone().and_then(|parent| known.get(&Name::Sku(parent)).copied());
    if let Some(at) = of_handle.or_else(of_parent).or_else(of_sku).or_else(of_image) {
        let product = &mut list.products[at];
        for image in images {
            if !product.images.contains(&image) {
                product.images.push(image);
            }
        }
        let options: Vec<&str> = columns.options.iter().filter_map(|&at| cell(at)).collect();
        let variant = ListedVariant {
            sku: sku.filter(|sku| product.field(Field::Sku) != Some(sku)),
            name: (!options.is_empty()).then(|| options.join(" / ")),
            price: said(Field::Price),
        };
        if variant != ListedVariant::default() {
            product.variants.push(variant);
        }
        return;
    }
    let Some(key) = sku.clone().or_else(|| handle.clone()).or_else(|| images.first().cloned()).or(title)
    else {
        list.problems.push(RowProblem {
            line: row.line,
            message: "This row names neither a product nor a photo.".to_owned(),
        });
        return;
    };
    let at = list.products.len();
    for name in [handle.map(Name::Handle), sku.map(Name::Sku), images.first().cloned().map(Name::Image)] {
        known.extend(name.map(|name| (name, at)));
    }
    list.products.push(ListedProduct { line: row.line, key, fields, images, variants: Vec::new() });
}

/// A cell without HTML, as a person reads it.
fn words(cell: &str) -> String {
    let (mut text, mut is_tag) = (String::new(), false);
    let has_tags = cell.contains('<') && cell.contains('>');
    for c in cell.chars() {
        match c {
            '<' if has_tags => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    let text = html_escape::decode_html_entities(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The images of a cell. A sign between names may also stand in a name, so a cell is cut only where every
/// piece looks like a picture's name.
fn images_of(cell: &str) -> Vec<String> {
    for sign in ['|', '\n', ';', ','] {
        let pieces: Vec<&str> = cell.split(sign).map(str::trim).filter(|piece| !piece.is_empty()).collect();
        if pieces.len() > 1 && pieces.iter().all(|piece| is_picture_name(piece)) {
            return pieces.into_iter().map(str::to_owned).collect();
        }
    }
    vec![cell.to_owned()]
}

fn is_picture_name(name: &str) -> bool {
    let name = name.split(['?', '#']).next().unwrap_or(name);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic"].contains(&ending.as_str())
}
