//! Merchants' words for colours.

use std::sync::OnceLock;

use super::space::Oklab;

/// A family of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BasicColour {
    /// black
    Black,
    /// white
    White,
    /// grey
    Grey,
    /// brown
    Brown,
    /// beige
    Beige,
    /// red
    Red,
    /// orange
    Orange,
    /// yellow
    Yellow,
    /// green
    Green,
    /// turquoise
    Turquoise,
    /// blue
    Blue,
    /// purple
    Purple,
    /// pink
    Pink,
}

impl BasicColour {
    /// Every family.
    pub const ALL: [Self; 13] = [
        Self::Black,
        Self::White,
        Self::Grey,
        Self::Brown,
        Self::Beige,
        Self::Red,
        Self::Orange,
        Self::Yellow,
        Self::Green,
        Self::Turquoise,
        Self::Blue,
        Self::Purple,
        Self::Pink,
    ];

    /// The family of this word; grey for a word that is none.
    pub fn from_name(name: &str) -> Self {
        Self::of_word(name).unwrap_or(Self::Grey)
    }

    /// Every word for a colour that is measured.
    pub(crate) fn words() -> impl Iterator<Item = &'static str> {
        all().iter().map(|named| named.name)
    }

    /// The family that a merchant's or a model's colour word belongs to.
    pub fn of_word(word: &str) -> Option<Self> {
        let family = Self::ALL.into_iter().find(|family| family.name() == word);
        family.or_else(|| all().iter().find(|named| named.name == word).map(|named| named.basic)).or(
            match word {
                "gray" | "silver" | "graphite" => Some(Self::Grey),
                "golden" => Some(Self::Yellow),
                "copper" | "bronze" => Some(Self::Brown),
                _ => None,
            },
        )
    }

    /// Whether a person may call the same thing either: metal, wood and dark cloth stand between two
    /// families.
    pub fn is_near(self, other: Self) -> bool {
        use BasicColour as B;
        let near = |a, b| (self, other) == (a, b) || (self, other) == (b, a);
        self == other
            || near(B::Black, B::Grey)
            || near(B::White, B::Grey)
            || near(B::White, B::Beige)
            || near(B::Brown, B::Beige)
            || near(B::Brown, B::Orange)
            || near(B::Orange, B::Yellow)
            || near(B::Orange, B::Red)
            || near(B::Red, B::Pink)
            || near(B::Pink, B::Purple)
            || near(B::Purple, B::Blue)
            || near(B::Blue, B::Turquoise)
            || near(B::Turquoise, B::Green)
    }

    /// The family's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Black => "black",
            Self::White => "white",
            Self::Grey => "grey",
            Self::Brown => "brown",
            Self::Beige => "beige",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Turquoise => "turquoise",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Pink => "pink",
        }
    }
}

/// A word and the colour that it stands for.
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) basic: BasicColour,
    at: Oklab,
}

/// A word may stand at several places: a family is no ball.
const WORDS: &[(&str, BasicColour, u32)] = {
    use BasicColour as B;
    &[
        ("black", B::Black, 0x141416),
        ("black", B::Black, 0x2a2a2c),
        ("charcoal", B::Grey, 0x474a4d),
        ("grey", B::Grey, 0x6e7174),
        ("grey", B::Grey, 0x808080),
        ("grey", B::Grey, 0x919497),
        ("light grey", B::Grey, 0xabadb0),
        ("light grey", B::Grey, 0xbdbfc1),
        ("white", B::White, 0xd3d3d2),
        ("white", B::White, 0xe6e6e5),
        ("white", B::White, 0xfafafa),
        ("ivory", B::White, 0xf4f0e4),
        ("cream", B::Beige, 0xf1e6c8),
        ("beige", B::Beige, 0xdcc9a6),
        ("beige", B::Beige, 0xc8b696),
        ("sand", B::Beige, 0xbfa883),
        ("taupe", B::Brown, 0x86776a),
        ("tan", B::Brown, 0xb98a5a),
        ("caramel", B::Brown, 0x9a6534),
        ("brown", B::Brown, 0x6f4728),
        ("brown", B::Brown, 0x57381f),
        ("dark brown", B::Brown, 0x3b2719),
        ("rust", B::Brown, 0x94421f),
        ("burgundy", B::Red, 0x5f1524),
        ("dark red", B::Red, 0x8a1720),
        ("red", B::Red, 0xb81f29),
        ("red", B::Red, 0xdc2c32),
        ("coral", B::Red, 0xec6355),
        ("orange", B::Orange, 0xd9671b),
        ("orange", B::Orange, 0xf08424),
        ("orange", B::Orange, 0xfba010),
        ("peach", B::Orange, 0xf4b183),
        ("mustard", B::Yellow, 0xb98a1f),
        ("gold", B::Yellow, 0xcda23f),
        ("yellow", B::Yellow, 0xf0c53a),
        ("yellow", B::Yellow, 0xf7e14b),
        ("pale yellow", B::Yellow, 0xf5e995),
        ("olive", B::Green, 0x5c5c26),
        ("khaki", B::Green, 0x7f7c4a),
        ("lime", B::Green, 0xa2cc3a),
        ("dark green", B::Green, 0x17412a),
        ("green", B::Green, 0x2b7038),
        ("green", B::Green, 0x4a9a52),
        ("light green", B::Green, 0x95cf93),
        ("sage", B::Green, 0x93a58a),
        ("mint", B::Turquoise, 0xa4dcc6),
        ("turquoise", B::Turquoise, 0x2eb0a6),
        ("turquoise", B::Turquoise, 0x45dccd),
        ("teal", B::Turquoise, 0x13706f),
        ("teal", B::Turquoise, 0x0f4f52),
        ("navy", B::Blue, 0x16203f),
        ("navy", B::Blue, 0x24315e),
        ("navy", B::Blue, 0x06067a),
        ("blue", B::Blue, 0x20459a),
        ("blue", B::Blue, 0x1418d0),
        ("blue", B::Blue, 0x2f6cc0),
        ("denim blue", B::Blue, 0x51698c),
        ("sky blue", B::Blue, 0x5ea9e0),
        ("light blue", B::Blue, 0xa8cdea),
        ("indigo", B::Purple, 0x3b2a78),
        ("purple", B::Purple, 0x6a3d9a),
        ("purple", B::Purple, 0x55306b),
        ("plum", B::Purple, 0x5b2a4c),
        ("lavender", B::Purple, 0xb39ad6),
        ("magenta", B::Pink, 0xb6206f),
        ("hot pink", B::Pink, 0xe5408c),
        ("pink", B::Pink, 0xea8fae),
        ("light pink", B::Pink, 0xf5c6d2),
        ("dusty pink", B::Pink, 0xc58c90),
    ]
};

pub(super) fn all() -> &'static [Named] {
    static ALL: OnceLock<Vec<Named>> = OnceLock::new();
    ALL.get_or_init(|| {
        let named = |&(name, basic, hex): &(&'static str, BasicColour, u32)| {
            let [_, r, g, b] = hex.to_be_bytes();
            Named { name, basic, at: Oklab::from_srgb([r, g, b]) }
        };
        WORDS.iter().map(named).collect()
    })
}

/// Index in [`all`] of the word for a colour.
pub(super) fn nearest(colour: Oklab) -> usize {
    // People name by hue before lightness.
    let distance = |at: Oklab| {
        let (dl, hue) = (colour.l - at.l, colour.hue_distance(at));
        0.5 * dl * dl + hue * hue
    };
    let closest = all().iter().enumerate().min_by(|a, b| distance(a.1.at).total_cmp(&distance(b.1.at)));
    closest.map_or(0, |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_colours_have_their_usual_names() {
        let check = |hex: u32, expected: &str| {
            let [_, r, g, b] = hex.to_be_bytes();
            assert_eq!(all()[nearest(Oklab::from_srgb([r, g, b]))].name, expected, "{hex:06x}");
        };
        check(0x000000, "black");
        check(0xffffff, "white");
        check(0x808080, "grey");
        check(0xff0000, "red");
        check(0x0000c0, "blue");
        check(0x000080, "navy");
        check(0x008000, "green");
        check(0xffff00, "yellow");
        check(0xffa500, "orange");
        check(0x800080, "purple");
        check(0xffc0cb, "light pink");
        check(0x8b0000, "dark red");
        check(0xf5f5dc, "ivory");
        check(0x8b4513, "rust");
        check(0x40e0d0, "turquoise");
    }
}
