//! Titles as a merchant writes them: "Striped stoneware mug, blue and white".
//!
//! A title says only what the picture shows: it is put together from the style that
//! the picture was rendered with, and a noun for the kind.

use crate::material::Material;
use crate::order::Style;
use crate::palette::Colour;
use crate::pattern::Pattern;
use crate::products::Kind;

/// The title of a product of this style, called `noun`.
pub(crate) fn title(kind: Kind, style: &Style, noun: &str) -> String {
    let words = [pattern_word(style.pattern), material_word(kind, style), noun];
    let mut title = words.iter().copied().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some(first) = title.get(..1) {
        let upper = first.to_uppercase();
        title.replace_range(..1, &upper);
    }
    let colour = style.colour.name();
    let second = style.second.name();
    let named = says_colour(kind, style);
    let tail = match kind {
        Kind::Lamp | Kind::FloorLamp if named => format!("{colour} with {second} shade"),
        Kind::Lamp | Kind::FloorLamp => format!("{second} shade"),
        Kind::Hat => format!("{colour} with {second} band"),
        Kind::GiftBox if style.pattern == Pattern::Plain => format!("{colour} with {second} ribbon"),
        _ if matches!(style.pattern, Pattern::Football | Pattern::Seams) => colour.to_owned(),
        _ if style.pattern != Pattern::Plain => format!("{colour} and {second}"),
        _ if named => colour.to_owned(),
        _ => return title,
    };
    format!("{title}, {tail}")
}

/// Whether the colour is not already said by the material ("walnut", "brass").
fn says_colour(kind: Kind, style: &Style) -> bool {
    match style.material {
        Material::Metal => kind == Kind::Bottle,
        Material::Wood => !matches!(style.colour, Colour::Brown | Colour::Beige),
        _ => true,
    }
}

fn pattern_word(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Plain | Pattern::Dial(_) | Pattern::Football | Pattern::Seams | Pattern::Cover(..) => "",
        Pattern::Striped | Pattern::Pinstriped | Pattern::Diagonal | Pattern::Band(..) => "striped",
        Pattern::Panels(_) => "panelled",
        Pattern::Dotted => "polka-dot",
        Pattern::Checked => "checked",
        Pattern::Gingham => "gingham",
        Pattern::Plaid => "tartan",
        Pattern::Zigzag => "zigzag",
        Pattern::Floral => "floral",
        Pattern::Starry => "star-print",
        Pattern::Wavy => "wave-pattern",
        Pattern::Argyle => "argyle",
        Pattern::Dipped(_) => "two-tone",
        Pattern::Speckled => "speckled",
    }
}

fn material_word(kind: Kind, style: &Style) -> &'static str {
    match style.material {
        Material::Metal if kind == Kind::Bottle => "steel",
        Material::Metal => match style.colour {
            Colour::Gold => "brass",
            Colour::Copper => "copper",
            _ => "steel",
        },
        Material::Wood => match style.colour {
            Colour::Brown => "walnut",
            Colour::Beige => "beech",
            _ => "painted wooden",
        },
        Material::Wicker => "woven",
        Material::Knit => "knitted",
        Material::Plastic | Material::Paper | Material::Wax => "",
        Material::Felt if kind == Kind::TeddyBear => "",
        Material::Rubber if kind == Kind::Ball => "",
        Material::Canvas if matches!(kind, Kind::Sofa | Kind::Armchair) => "fabric",
        other => other.name(),
    }
}

/// A price near `base` that ends as prices do.
pub(crate) fn price(base: f32, chance: f32) -> String {
    let raw = base * (0.85 + 0.5 * chance);
    let rounded = if raw < 30.0 {
        (raw * 2.0).round() / 2.0
    } else if raw < 100.0 {
        raw.round() - 0.1
    } else {
        (raw / 5.0).round() * 5.0
    };
    format!("{rounded:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        kind: Kind,
        material: Material,
        colours: (Colour, Colour),
        pattern: Pattern,
        noun: &str,
        expected: &str,
    ) {
        let style = Style { colour: colours.0, second: colours.1, material, pattern };
        assert_eq!(title(kind, &style, noun), expected);
    }

    #[test]
    fn titles_say_what_is_seen() {
        use Colour::{Beige, Black, Blue, Brown, Gold, Navy, Red, White};
        let blue = (Blue, White);
        check(
            Kind::Mug,
            Material::Stoneware,
            blue,
            Pattern::Striped,
            "mug",
            "Striped stoneware mug, blue and white",
        );
        check(
            Kind::Lamp,
            Material::Ceramic,
            (Red, White),
            Pattern::Plain,
            "table lamp",
            "Ceramic table lamp, red with white shade",
        );
        check(
            Kind::Lamp,
            Material::Metal,
            (Gold, Black),
            Pattern::Plain,
            "table lamp",
            "Brass table lamp, black shade",
        );
        check(
            Kind::Chair,
            Material::Wood,
            (Brown, White),
            Pattern::Plain,
            "dining chair",
            "Walnut dining chair",
        );
        check(
            Kind::Chair,
            Material::Wood,
            (Red, White),
            Pattern::Plain,
            "chair",
            "Painted wooden chair, red",
        );
        check(
            Kind::Hat,
            Material::Felt,
            (Beige, Navy),
            Pattern::Plain,
            "hat",
            "Felt hat, beige with navy band",
        );
        check(Kind::Book, Material::Paper, (Red, Beige), Pattern::Plain, "notebook", "Notebook, red");
    }

    #[test]
    fn prices_end_as_prices_do() {
        for (base, chance, expected) in
            [(14.0, 0.0, "12.00"), (22.0, 0.5, "24.00"), (64.0, 0.3, "63.90"), (189.0, 1.0, "255.00")]
        {
            assert_eq!(price(base, chance), expected);
        }
    }
}
