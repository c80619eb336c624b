//! Product lists: a CSV file beside the photos with the merchant's own words.
//!
//! The first line names the columns; one of them names the picture's file,
//! relative to the list (or to a folder `images` beside it). Anything that is
//! no such list is left alone: a folder may hold any CSV file.

use std::path::{Path, PathBuf};

use crate::store::Listing;

const IMAGE_COLUMNS: &[&str] = &["image", "file", "filename", "file name", "photo", "picture"];
const TITLE_COLUMNS: &[&str] = &["title", "name", "product"];
const PRICE_COLUMNS: &[&str] = &["price"];
const CATEGORY_COLUMNS: &[&str] = &["category", "type"];

/// The largest list that is read: a row for each of 500,000 products fits well.
const MAX_LIST_BYTES: u64 = 256 << 20;

/// Reads a list; none when it is not one of products.
pub fn read_list(list: &Path) -> Option<Vec<(PathBuf, Listing)>> {
    let folder = list.parent()?;
    if std::fs::metadata(list).ok()?.len() > MAX_LIST_BYTES {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_path(list).ok()?;
    let headers = reader.headers().ok()?.clone();
    let column = |names: &[&str]| {
        names.iter().find_map(|name| {
            headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
        })
    };
    let image = column(IMAGE_COLUMNS)?;
    let [title, price, category] = [TITLE_COLUMNS, PRICE_COLUMNS, CATEGORY_COLUMNS].map(column);
    if title.is_none() && price.is_none() && category.is_none() {
        return None;
    }
    let rows = reader.records().filter_map(Result::ok).filter_map(|row| {
        let cell = |column: Option<usize>| {
            column.and_then(|column| row.get(column)).filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let name = cell(Some(image))?;
        let path = [folder.join(&name), folder.join("images").join(&name)]
            .into_iter()
            .find(|path| path.is_file())?;
        Some((path, Listing { title: cell(title), price: cell(price), category: cell(category) }))
    });
    Some(rows.collect())
}
