//! A product's texts beside its photos: for a person to read, or as metadata that picture programs read.

use super::OutProduct;
use crate::{Field, rewrite::escaped};

/// Everything that is said of a product, as text.
pub fn sidecar_text(product: &OutProduct) -> String {
    let mut parts = Vec::new();
    for text in [&product.title.0, &product.description.0] {
        if !text.is_empty() {
            parts.push(text.clone());
        }
    }
    let mut lines = Vec::new();
    if !product.alt_text.0.is_empty() {
        lines.push(format!("Alternative text: {}", product.alt_text.0));
    }
    let is_said = |field: &Field| !matches!(field, Field::Title | Field::Description | Field::AltText);
    for (field, value) in product.fields.iter().filter(|(field, _)| is_said(field)) {
        let name = field.name().replace('_', " ");
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        lines.push(format!("{}{}: {value}", first.unwrap_or_default(), letters.as_str()));
    }
    lines.extend(product.attributes.iter().map(|(name, value)| format!("{name}: {value}")));
    if !lines.is_empty() {
        parts.push(lines.join("\n"));
    }
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

/// A product's texts as XMP. Who wrote them is left out: IPTC's property for that speaks of how the picture came
/// to be, and the picture is a photo.
pub fn sidecar_xmp(product: &OutProduct) -> Vec<u8> {
    let mut properties = String::new();
    let texts = [
        ("dc:title", &product.title.0),
        ("dc:description", &product.description.0),
        ("Iptc4xmpCore:AltTextAccessibility", &product.alt_text.0),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        properties.push_str(&format!(
            "   <{name}>\n    <rdf:Alt>\n     <rdf:li xml:lang=\"x-default\">{}</rdf:li>\n    </rdf:Alt>\n   </{name}>\n",
            escaped(text)
        ));
    }
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  <rdf:Description rdf:about=\"\"\n    xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n    xmlns:Iptc4xmpCore=\"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/\">\n{properties}  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n"
    )
    .into_bytes()
}
