//! What the names in rules stand for, and a made-up product on which rules are tried.

use super::{WordOrigin, rules::Rule};

/// A name in curly brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// As it is written, such as `seen.title`.
    pub name: &'static str,
    /// What it stands for, in a merchant's words.
    pub means: &'static str,
    /// What the made-up product says; empty where it says nothing.
    example: &'static str,
}

const fn slot(name: &'static str, means: &'static str, example: &'static str) -> Slot {
    Slot { name, means, example }
}

/// All names, in the order in which they are told. Those without a point and `type` are the shop's fields.
pub(super) const SLOTS: &[Slot] = &[
    slot("title", "the shop’s title", ""),
    slot("brand", "the brand", "Poppy"),
    slot("category", "the category", "Kitchen > Mugs"),
    slot("type", "what it is, such as “mug”", "mug"),
    slot("colour", "the shop’s colour, else what the photo shows", "blue"),
    slot("material", "the shop’s material, else what the photo shows", "stoneware"),
    slot("pattern", "the shop’s pattern, else what the photo shows", ""),
    slot("size", "the size", "300 ml"),
    slot("gender", "whom it is for", ""),
    slot("age_group", "for which age", ""),
    slot("description", "the shop’s text", ""),
    slot("alt_text", "the shop’s alternative text", ""),
    slot("tags", "the tags", ""),
    slot("sku", "the number", "PO-12"),
    slot("price", "the price", "18.00"),
    slot("barcode", "the barcode", ""),
    slot("shop.colour", "the colour, only where the shop says one", ""),
    slot("shop.material", "the material, only where the shop says one", "stoneware"),
    slot("shop.pattern", "the pattern, only where the shop says one", ""),
    slot("seen.title", "the title that Vitrine writes from the photo", "blue mug with a white rim"),
    slot("seen.sentence", "the sentence that Vitrine writes from the photo", "A blue mug with a white rim."),
    slot(
        "seen.text",
        "the whole text that Vitrine writes from the photo",
        "A blue mug with a white rim. It is glossy and stands on a wooden table.",
    ),
    slot(
        "seen.alt",
        "the alternative text that Vitrine writes from the photo",
        "blue mug with a white rim on a wooden table",
    ),
    slot("seen.type", "what the photo shows", "mug"),
    slot("seen.colour", "the colour that the photo shows", "blue"),
    slot("seen.material", "the material that the photo shows", "ceramic"),
    slot("seen.pattern", "the pattern that the photo shows", ""),
];

/// What the made-up product says.
pub(super) fn example(name: &str) -> Option<(String, WordOrigin)> {
    let slot = SLOTS.iter().find(|slot| slot.name == name)?;
    let origin = if name.starts_with("seen.") { WordOrigin::Models } else { WordOrigin::Shop };
    Some((slot.example.to_owned(), origin))
}

/// A sign of the language, shown by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSign {
    /// A rule that has it.
    pub rule: &'static str,
    /// What it does.
    pub means: &'static str,
    /// What the rule makes of the made-up product.
    pub becomes: String,
}

/// How rules are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleHelp {
    /// Its signs.
    pub signs: Vec<RuleSign>,
    /// The names that it knows.
    pub slots: &'static [Slot],
}

/// How rules are written.
pub fn rule_help() -> RuleHelp {
    let sign = |(rule, means): (&'static str, &'static str)| {
        let becomes = Rule::parse(rule).unwrap_or_default().follow(&example).0;
        RuleSign { rule, means, becomes }
    };
    let signs = [
        ("{brand} {seen.title}", "A name in curly brackets stands for what is known."),
        (
            "{seen.title}[ by {brand}][, pattern {pattern}]",
            "Square brackets are left out where a name in them has nothing to say, or nothing new.",
        ),
        (
            "[if material: Made of {material}.]",
            "Only where the material is known. With “unless” only where it is not.",
        ),
        ("[if size=300 ml: Large ]{type}", "Only where the size is 300 ml."),
        ("{type} \\[new\\]", "A backslash keeps a bracket as it is."),
    ];
    RuleHelp { signs: signs.map(sign).to_vec(), slots: SLOTS }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldName;

    #[test]
    fn every_field_of_a_shop_has_a_name_and_every_name_stands_for_something() {
        for field in FieldName::ALL {
            assert!(SLOTS.iter().any(|slot| slot.name == field.name()), "{}", field.name());
        }
        for slot in SLOTS {
            let is_field = FieldName::from_name(slot.name).is_some();
            assert!(is_field || slot.name == "type" || slot.name.contains('.'), "{}", slot.name);
        }
    }

    #[test]
    fn the_help_shows_rules_that_can_be_followed() {
        for sign in rule_help().signs {
            assert!(!sign.becomes.is_empty() && !sign.becomes.contains('{'), "{sign:?}");
        }
    }
}
