//! A Google Merchant Center table as an RSS feed.

use super::table::Table;
use crate::{
    rewrite::escaped,
    source::BETWEEN,
    structured::{BY_MODELS, content},
};

pub(super) fn write(table: &Table) -> Vec<u8> {
    let mut feed = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\">\n  <channel>\n    <title>Products</title>\n",
    );
    for record in table.records() {
        feed.push_str("    <item>\n");
        for (name, text) in record {
            for value in text.split(BETWEEN) {
                let inner = if name.starts_with("structured_") {
                    let content = escaped(&content(value));
                    format!(
                        "<g:digital_source_type>{BY_MODELS}</g:digital_source_type><g:content>{content}</g:content>"
                    )
                } else {
                    escaped(value)
                };
                feed.push_str(&format!("      <g:{name}>{inner}</g:{name}>\n"));
            }
        }
        feed.push_str("    </item>\n");
    }
    feed.push_str("  </channel>\n</rss>\n");
    feed.into_bytes()
}
