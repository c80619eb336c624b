//! Google's form of a text with its origin: `trained_algorithmic_media:"a text"`. What a model wrote has to
//! stand in it, and not in the plain attribute.

/// The origin of what a model wrote, in IPTC's words.
pub(crate) const BY_MODELS: &str = "trained_algorithmic_media";

/// A text of a model as a cell.
pub(crate) fn by_models(text: &str) -> String {
    format!("{BY_MODELS}:\"{}\"", text.replace('"', "\"\""))
}

/// The text of such a cell.
pub(crate) fn content(cell: &str) -> String {
    let content = match cell.split_once(':') {
        Some((origin, content)) if origin.chars().all(|c| c.is_ascii_lowercase() || c == '_') => content,
        _ => cell,
    };
    let content = content.trim();
    match content.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => content.to_owned(),
    }
}
