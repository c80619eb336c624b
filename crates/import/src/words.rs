//! Cells as a person reads them, and text as HTML.

use std::borrow::Cow;

use crate::source::BETWEEN;

/// A cell without HTML, as a person reads it, in one line.
pub(crate) fn words(cell: &str) -> String {
    let (mut text, mut is_tag) = (String::with_capacity(cell.len()), false);
    let has_tags = has_tags(cell);
    for c in cell.chars() {
        match c {
            '<' if has_tags => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            BETWEEN if !is_tag => text.push_str(", "),
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    let text =
        if text.contains('&') { html_escape::decode_html_entities(&text) } else { Cow::Borrowed(&*text) };
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Whether a cell holds HTML.
pub(crate) fn has_tags(cell: &str) -> bool {
    cell.contains('<') && cell.contains('>')
}

/// Plain text as paragraphs of HTML.
pub(crate) fn html_of(text: &str) -> String {
    text.split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("<p>{}</p>", html_escape::encode_text(line)))
        .collect()
}

/// The images of a cell. A sign between names may also stand in a name, so a cell is cut only where every
/// piece looks like a picture's name or is an address.
pub(crate) fn images_of(cell: &str) -> Vec<String> {
    if cell.contains(BETWEEN) {
        return cell.split(BETWEEN).flat_map(images_of).collect();
    }
    for sign in ['|', '\n', ';', ','] {
        if !cell.contains(sign) {
            continue;
        }
        let pieces: Vec<&str> = cell.split(sign).map(str::trim).filter(|piece| !piece.is_empty()).collect();
        let are = |is_one: fn(&str) -> bool| pieces.iter().all(|piece| is_one(piece));
        if pieces.len() > 1 && (are(is_picture_name) || are(is_address)) {
            return pieces.into_iter().map(str::to_owned).collect();
        }
    }
    let cell = cell.trim();
    if cell.is_empty() { Vec::new() } else { vec![cell.to_owned()] }
}

/// The first of several values of a cell that WooCommerce cuts at commas; one in a value has a backslash before it.
/// Nothing where the cell holds one value.
pub(crate) fn first_of_list(cell: &str) -> Option<String> {
    let end = cell.match_indices(',').map(|(at, _)| at).find(|&at| !cell[..at].ends_with('\\'))?;
    Some(cell[..end].trim_end().replace("\\,", ","))
}

/// A value as one of such a cell.
pub(crate) fn in_list(value: &str) -> Cow<'_, str> {
    if value.contains(',') { Cow::Owned(value.replace(',', "\\,")) } else { Cow::Borrowed(value) }
}

fn is_address(name: &str) -> bool {
    name.starts_with("https://") || name.starts_with("http://")
}

fn is_picture_name(name: &str) -> bool {
    let name = name.split(['?', '#']).next().unwrap_or(name);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic"].contains(&ending.as_str())
}
