//! Queries as people might ask them, made of what the shop says of a product.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use crate::{
    store::{Field, FieldName},
    words,
};

/// Queries of one kind that are made of a product.
const N_OF_KIND: usize = 2;
/// Words of a part of a title.
const MAX_TITLE_WORDS: usize = 3;
/// Words of a part of a text.
const MIN_TEXT_WORDS: usize = 3;
const MAX_TEXT_WORDS: usize = 5;
/// A word shorter than this is not mistyped.
const MIN_MISTYPED: usize = 5;

/// What a query was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryKind {
    /// Words of a title.
    Title,
    /// What the shop's fields say: "red cotton shirt".
    Attributes,
    /// Words of the shop's text.
    Text,
    /// Words with a slip.
    Mistyped,
}

impl QueryKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Title, Self::Attributes, Self::Text, Self::Mistyped];

    /// Its name, such as `title`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Attributes => "attributes",
            Self::Text => "text",
            Self::Mistyped => "mistyped",
        }
    }
}

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) text: String,
    pub(super) kind: QueryKind,
    /// The folded words that a product must hold to be meant.
    pub(super) meant: Vec<String>,
}

/// Queries that mean a product; the same of the same seed.
pub(super) fn queries_of(fields: &[Field], seed: u64) -> Vec<Made> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let of = |name: FieldName| {
        fields.iter().find(|field| field.name == name).map_or("", |field| field.value.as_str())
    };
    let (title, text) = (telling(of(FieldName::Title)), telling(of(FieldName::Description)));
    let mut made: Vec<Made> = Vec::new();
    let mut add = |words: &[String], kind: QueryKind| {
        let meant: Vec<String> = words.iter().map(|word| words::fold(word)).collect();
        let text = words.join(" ");
        if !text.is_empty() && made.iter().all(|one| one.text != text) {
            made.push(Made { text, kind, meant });
        }
    };
    for _ in 0..N_OF_KIND {
        add(&part(&title, rng.random_range(1..=MAX_TITLE_WORDS), &mut rng), QueryKind::Title);
        if text.len() >= MIN_TEXT_WORDS {
            let n = rng.random_range(MIN_TEXT_WORDS..=MAX_TEXT_WORDS);
            add(&part(&text, n, &mut rng), QueryKind::Text);
        }
        let mut said: Vec<&str> = [
            FieldName::Colour,
            FieldName::Material,
            FieldName::Pattern,
            FieldName::Brand,
            FieldName::Gender,
            FieldName::Size,
        ]
        .into_iter()
        .map(of)
        .filter(|value| !value.is_empty())
        .collect();
        while said.len() > 2 {
            said.remove(rng.random_range(..said.len()));
        }
        // What it is: the last part of its category.
        said.extend(
            of(FieldName::Category).rsplit(['>', '/']).next().map(str::trim).filter(|it| !it.is_empty()),
        );
        let words: Vec<String> = said.iter().flat_map(|value| telling(value)).collect();
        add(&words, QueryKind::Attributes);
    }
    if let Some(wrong) = mistyped(&part(&title, 2, &mut rng), &mut rng)
        && made.iter().all(|one| one.text != wrong.text)
    {
        made.push(wrong);
    }
    made
}

/// The words of a text that say something, as they are written.
fn telling(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '\'' | '’'));
    words
        .map(|word| word.trim_matches(['-', '\'', '’']).to_lowercase())
        .filter(|word| word.chars().count() > 1 && !crate::search::says_nothing(&words::fold(word)))
        .collect()
}

/// `n` words that stand one after the other.
fn part(words: &[String], n: usize, rng: &mut ChaCha8Rng) -> Vec<String> {
    let n = n.min(words.len());
    let start = rng.random_range(..=words.len() - n);
    words[start..start + n].to_vec()
}

/// The same with a slip in its longest word: two letters the other way round, or one left out.
fn mistyped(words: &[String], rng: &mut ChaCha8Rng) -> Option<Made> {
    let longest = words.iter().enumerate().max_by_key(|(_, word)| word.chars().count())?.0;
    let mut letters: Vec<char> = words[longest].chars().collect();
    if letters.len() < MIN_MISTYPED {
        return None;
    }
    let at = rng.random_range(1..letters.len() - 2);
    if rng.random() {
        letters.swap(at, at + 1);
    } else {
        letters.remove(at);
    }
    let mut typed = words.to_vec();
    typed[longest] = letters.into_iter().collect();
    let meant = words.iter().map(|word| words::fold(word)).collect();
    Some(Made { text: typed.join(" "), kind: QueryKind::Mistyped, meant })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Origin;

    fn fields(of: &[(FieldName, &str)]) -> Vec<Field> {
        let field = |(name, value): &(FieldName, &str)| Field {
            name: *name,
            value: (*value).to_owned(),
            origin: Origin::List,
        };
        of.iter().map(field).collect()
    }

    #[test]
    fn queries_are_made_of_what_the_shop_says() {
        let mug = fields(&[
            (FieldName::Title, "The Stoneware Mug, blue"),
            (FieldName::Category, "Kitchen > Mugs"),
            (FieldName::Colour, "Blue"),
            (FieldName::Brand, "Poppy"),
            (FieldName::Description, "A large mug for the morning, made by hand."),
        ]);
        let made: Vec<Made> = (0..8).flat_map(|seed| queries_of(&mug, seed)).collect();
        for kind in QueryKind::ALL {
            assert!(made.iter().any(|one| one.kind == kind), "{kind:?} of {made:?}");
        }
        for one in &made {
            // Every word that is meant is one of the product's.
            let all = "stoneware mug mugs kitchen blue poppy large morning made hand";
            assert!(one.meant.iter().all(|word| all.split(' ').any(|known| known == word)), "{one:?}");
        }
        assert_eq!(queries_of(&mug, 3), queries_of(&mug, 3));
        assert!(made.iter().any(|one| one.text.ends_with("mugs") && one.kind == QueryKind::Attributes));
    }

    #[test]
    fn of_a_product_of_which_nothing_is_said_there_is_nothing_to_ask() {
        assert_eq!(queries_of(&[], 1), []);
        assert_eq!(queries_of(&fields(&[(FieldName::Title, "- / the")]), 1), []);
    }
}
