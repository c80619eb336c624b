//! Descriptions and claims as clients see them.

use vitrine_catalog::{colour::ProductColour, describe};

use crate::types::{Attribute, AttributeKind, Description, Evidence, Swatch};

pub(crate) fn description(written: describe::Description, caption: Option<String>) -> Description {
    Description {
        title: written.title,
        text: written.text,
        alt_text: written.alt_text,
        attributes: written.attributes.into_iter().map(attribute).collect(),
        swatches: written.colours.into_iter().map(swatch).collect(),
        caption,
    }
}

fn attribute(claim: describe::Attribute) -> Attribute {
    Attribute {
        list: claim.kind.list().map(str::to_owned),
        kind: kind(&claim.kind),
        value: claim.value,
        confidence: claim.confidence,
        evidence: match claim.evidence {
            describe::Evidence::Models => Evidence::Models,
            describe::Evidence::Pixels => Evidence::Pixels,
            describe::Evidence::Both => Evidence::Both,
            describe::Evidence::Disputed => Evidence::Disputed,
        },
    }
}

pub(crate) fn swatch(colour: ProductColour) -> Swatch {
    let [r, g, b] = colour.rgb;
    Swatch { name: colour.name, color: format!("#{r:02x}{g:02x}{b:02x}"), share: colour.share }
}

/// The engine's kind of this name; `list` is for own lists.
pub(crate) fn engine_kind(kind: AttributeKind, list: &str) -> describe::AttributeKind {
    match kind {
        AttributeKind::Type => describe::AttributeKind::Type,
        AttributeKind::Colour => describe::AttributeKind::Colour,
        AttributeKind::Material => describe::AttributeKind::Material,
        AttributeKind::Pattern => describe::AttributeKind::Pattern,
        AttributeKind::Style => describe::AttributeKind::Style,
        AttributeKind::Finish => describe::AttributeKind::Finish,
        AttributeKind::Occasion => describe::AttributeKind::Occasion,
        AttributeKind::Setting => describe::AttributeKind::Setting,
        AttributeKind::Own => describe::AttributeKind::Own(list.to_owned()),
    }
}

pub(super) fn kind(kind: &describe::AttributeKind) -> AttributeKind {
    match kind {
        describe::AttributeKind::Type => AttributeKind::Type,
        describe::AttributeKind::Colour => AttributeKind::Colour,
        describe::AttributeKind::Material => AttributeKind::Material,
        describe::AttributeKind::Pattern => AttributeKind::Pattern,
        describe::AttributeKind::Style => AttributeKind::Style,
        describe::AttributeKind::Finish => AttributeKind::Finish,
        describe::AttributeKind::Occasion => AttributeKind::Occasion,
        describe::AttributeKind::Setting => AttributeKind::Setting,
        describe::AttributeKind::Own(_) => AttributeKind::Own,
    }
}
