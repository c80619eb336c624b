//! Queries as people might ask them, made of what the shop says of a product.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::searches::Searched;
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
/// What a search that people make often counts at most.
const MAX_WEIGHT: f32 = 4.0;
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
    /// Another name for what it is.
    Synonym,
    /// What people searched for.
    Searched,
}

impl QueryKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Title, Self::Attributes, Self::Text, Self::Mistyped, Self::Synonym, Self::Searched];

    /// Its name, such as `title`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Attributes => "attributes",
            Self::Text => "text",
            Self::Mistyped => "mistyped",
            Self::Synonym => "synonym",
            Self::Searched => "searched",
        }
    }
}

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    pub(super) text: String,
    pub(super) kind: QueryKind,
    /// The folded words that a product must hold to be meant.
    pub(super) meant: Vec<String>,
    /// Where people went who searched for it, with how often beside the most frequent; empty where it was made.
    pub(super) went_to: Vec<(u32, f32)>,
    /// How much it counts, 1 as one that was made.
    pub(super) weight: f32,
}

impl Made {
    fn of(text: String, kind: QueryKind, meant: Vec<String>) -> Self {
        Self { text, kind, meant, went_to: Vec::new(), weight: 1.0 }
    }
}

/// Queries of searches that people made, the most frequent first, each with the product that most of them went to.
pub(super) fn queries_of_people(searches: Vec<Searched>) -> Vec<(u32, Made)> {
    // One that is made a thousand times as often is not worth a thousand others.
    let worth = |n: u64| 1.0 + (n as f32).ln();
    let mean = searches.iter().map(|one| worth(one.n)).sum::<f32>() / searches.len().max(1) as f32;
    let query = |one: Searched| {
        let weight = (worth(one.n) / mean).min(MAX_WEIGHT);
        let words = telling(&one.text);
        let meant = words.iter().map(|word| words::fold(word)).collect();
        let (of, _) = *one.products.first()?;
        let made = Made::of(one.text, QueryKind::Searched, meant);
        Some((of, Made { went_to: one.products, weight, ..made }))
    };
    searches.into_iter().filter_map(query).collect()
}

/// Queries that mean a product; the same of the same seed. `others` gives other names for a folded word.
pub(super) fn queries_of(fields: &[Field], seed: u64, others: &dyn Fn(&str) -> Vec<String>) -> Vec<Made> {
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
            made.push(Made::of(text, kind, meant));
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
        said.extend(Some(kind_of(of(FieldName::Category))).filter(|kind| !kind.is_empty()));
        let words: Vec<String> = said.iter().flat_map(|value| telling(value)).collect();
        add(&words, QueryKind::Attributes);
    }
    if let Some(wrong) = mistyped(&part(&title, 2, &mut rng), &mut rng)
        && made.iter().all(|one| one.text != wrong.text)
    {
        made.push(wrong);
    }
    let named =
        with_synonym(&[&title[..], &telling(kind_of(of(FieldName::Category)))].concat(), others, &mut rng);
    made.extend(named);
    made
}

/// What it is: the last part of its category.
fn kind_of(category: &str) -> &str {
    category.rsplit(['>', '/']).next().unwrap_or_default().trim()
}

/// Up to two words, one of which is another name for the one that stands there.
fn with_synonym(
    words: &[String],
    others: &dyn Fn(&str) -> Vec<String>,
    rng: &mut ChaCha8Rng,
) -> Option<Made> {
    let folded: Vec<String> = words.iter().map(|word| words::fold(word)).collect();
    let (at, names) = folded.iter().enumerate().find_map(|(at, word)| {
        let names = others(word);
        (!names.is_empty()).then_some((at, names))
    })?;
    let name = names[rng.random_range(..names.len())].clone();
    let before = at.checked_sub(1).filter(|before| folded[*before] != folded[at]);
    let typed: Vec<&str> =
        before.map(|before| words[before].as_str()).into_iter().chain([name.as_str()]).collect();
    let meant = before.map(|before| folded[before].clone()).into_iter().chain([folded[at].clone()]).collect();
    Some(Made::of(typed.join(" "), QueryKind::Synonym, meant))
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
    Some(Made::of(typed.join(" "), QueryKind::Mistyped, meant))
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
        let others = |word: &str| match word {
            "mug" => vec!["beaker".to_owned()],
            _ => Vec::new(),
        };
        let queries_of = |fields: &[Field], seed| queries_of(fields, seed, &others);
        let made: Vec<Made> = (0..8).flat_map(|seed| queries_of(&mug, seed)).collect();
        for kind in QueryKind::ALL.into_iter().filter(|kind| *kind != QueryKind::Searched) {
            assert!(made.iter().any(|one| one.kind == kind), "{kind:?} of {made:?}");
        }
        for one in &made {
            // Every word that is meant is one of the product's.
            let all = "stoneware mug mugs kitchen blue poppy large morning made hand";
            assert!(one.meant.iter().all(|word| all.split(' ').any(|known| known == word)), "{one:?}");
        }
        assert_eq!(queries_of(&mug, 3), queries_of(&mug, 3));
        assert!(made.iter().any(|one| one.text.ends_with("mugs") && one.kind == QueryKind::Attributes));
        let named = made.iter().find(|one| one.kind == QueryKind::Synonym).unwrap();
        assert_eq!(
            (named.text.as_str(), named.meant.join(" ")),
            ("stoneware beaker", "stoneware mug".to_owned())
        );
    }

    #[test]
    fn of_a_product_of_which_nothing_is_said_there_is_nothing_to_ask() {
        let nothing = |_: &str| Vec::new();
        assert_eq!(queries_of(&[], 1, &nothing), []);
        assert_eq!(queries_of(&fields(&[(FieldName::Title, "- / the")]), 1, &nothing), []);
    }

    #[test]
    fn searches_that_people_make_often_count_more_and_not_without_end() {
        let searched = |text: &str, n: u64| Searched { text: text.to_owned(), products: vec![(7, 1.0)], n };
        let made = queries_of_people(vec![searched("The red mugs", 1_000_000_000), searched("cup", 1)]);
        assert_eq!(made[0].1.meant, ["red", "mugs"]);
        assert_eq!((made[0].0, made[0].1.went_to.as_slice()), (7, &[(7, 1.0)][..]));
        let weights: Vec<f32> = made.iter().map(|(_, one)| one.weight).collect();
        assert!(
            weights[0] > 1.5 && weights[0] <= MAX_WEIGHT && weights[1] > 0.0 && weights[1] < 1.0,
            "{weights:?}"
        );
    }
}
