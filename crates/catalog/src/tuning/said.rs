//! What is said of which products, by the shop and by those who reviewed, and which of them a query means.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use roaring::{MultiOps, RoaringBitmap};

use super::tokens::values_of;
use crate::{
    CatalogError,
    describe::{AttributeKind, WordLists},
    review::{ClaimKey, ClaimKind, ReviewText},
    store::{Field, FieldName, Origin, ProductId, Store},
    words,
};

/// Products that look like the right one, of each query.
const N_HARD: usize = 8;
/// Products of one category among which these are looked for.
const N_LOOKED_AT: usize = 64;
/// Claims that people judged, the newest ones.
const MAX_JUDGED: u64 = 100_000;

/// Products of one title cannot be told apart by words.
pub(super) fn same_titles(said: &[Vec<Field>]) -> Vec<u32> {
    let mut first: HashMap<String, u32> = HashMap::new();
    let title = |fields: &Vec<Field>| {
        let title = fields.iter().find(|field| field.name == FieldName::Title);
        title.map(|field| words::fold(&field.value)).filter(|title| !title.is_empty())
    };
    let number = |(at, fields): (u32, &Vec<Field>)| match title(fields) {
        Some(title) => *first.entry(title).or_insert(at),
        None => at,
    };
    (0..).zip(said).map(number).collect()
}

/// What people said when they reviewed.
pub(super) struct Reviewed {
    /// Words that they approved or wrote.
    texts: HashMap<ProductId, ReviewText>,
    /// Claims that they judged, and whether these are right.
    judged: HashMap<ProductId, Vec<(ClaimKey, bool)>>,
}

impl Reviewed {
    pub(super) fn of(store: &Store) -> Result<Self, CatalogError> {
        let texts = store.settled_reviews()?.into_iter().map(|(product, text, _)| (product, text)).collect();
        let mut judged: HashMap<ProductId, Vec<(ClaimKey, bool)>> = HashMap::new();
        // The newest come first, and the newest counts.
        for (product, claim, is_right) in store.judged_claims(MAX_JUDGED)? {
            let of_product = judged.entry(product).or_default();
            if of_product.iter().all(|(other, _)| *other != claim) {
                of_product.push((claim, is_right));
            }
        }
        Ok(Self { texts, judged })
    }

    /// What the shop says of a product, with what people added to it.
    pub(super) fn with(&self, product: ProductId, mut fields: Vec<Field>) -> Vec<Field> {
        let mut add = |name: FieldName, value: &str| {
            if value.trim().is_empty() {
                return;
            }
            match fields.iter_mut().find(|field| field.name == name) {
                Some(text) if name == FieldName::Description && !text.value.contains(value) => {
                    text.value = format!("{}. {value}", text.value);
                }
                Some(_) => {}
                None => fields.push(Field { name, value: value.to_owned(), origin: Origin::Person }),
            }
        };
        if let Some(text) = self.texts.get(&product) {
            add(FieldName::Title, &text.title);
            add(FieldName::Description, &text.text);
        }
        for (claim, _) in self.judged.get(&product).into_iter().flatten().filter(|(_, is_right)| *is_right) {
            if let Some(name) = field_of(&claim.kind) {
                add(name, &claim.value);
            }
        }
        fields
    }

    /// Words that are not true of a product, folded.
    fn untrue(&self, product: ProductId) -> impl Iterator<Item = String> {
        let judged = self.judged.get(&product).into_iter().flatten();
        let wrong = judged.filter(|(claim, is_right)| !is_right && field_of(&claim.kind).is_some());
        wrong.map(|(claim, _)| words::fold(&claim.value))
    }
}

/// Where the shop would say what a claim says.
fn field_of(kind: &ClaimKind) -> Option<FieldName> {
    match kind {
        ClaimKind::Attribute(AttributeKind::Type) => Some(FieldName::Category),
        ClaimKind::Attribute(AttributeKind::Colour) => Some(FieldName::Colour),
        ClaimKind::Attribute(AttributeKind::Material) => Some(FieldName::Material),
        ClaimKind::Attribute(AttributeKind::Pattern) => Some(FieldName::Pattern),
        _ => None,
    }
}

/// Words of lists of one kind of thing each: colours, materials, patterns, types. Who calls nothing a colour may be of
/// any.
pub(super) struct Kinds {
    /// A bit for each kind that a folded word is of.
    by_word: HashMap<String, u8>,
}

impl Kinds {
    const LISTS: [&str; 4] = ["colours", "materials", "patterns", "product_types"];

    pub(super) fn of(lists: &WordLists) -> Self {
        let mut by_word: HashMap<String, u8> = HashMap::new();
        for (kind, name) in Self::LISTS.into_iter().enumerate() {
            for term in lists.get(name).into_iter().flat_map(|list| list.terms()) {
                for form in words::forms(term).into_iter().chain([words::fold(term)]) {
                    *by_word.entry(form).or_default() |= 1 << kind;
                }
            }
        }
        Self { by_word }
    }

    fn bits(&self, word: &str) -> u8 {
        self.by_word.get(word).copied().unwrap_or(0)
    }

    /// The kind of a word that is of one alone: "glass" may be a material or a thing.
    fn kind(&self, word: &str) -> Option<usize> {
        let bits = self.bits(word);
        (bits.count_ones() == 1).then_some(bits.trailing_zeros() as usize)
    }
}

/// Which products hold which words.
pub(super) struct Words {
    by_word: HashMap<String, RoaringBitmap>,
    kinds: Kinds,
    /// Products of which nothing of a kind is said.
    silent: [RoaringBitmap; Kinds::LISTS.len()],
    /// Products of which a person said that this word is not true.
    untrue: HashMap<String, RoaringBitmap>,
    /// Products of one category.
    by_category: HashMap<String, Vec<u32>>,
    category: Vec<String>,
    /// What their fields say.
    values: Vec<Vec<String>>,
}

impl Words {
    /// Of what is said of products, whose numbers are `ids`.
    pub(super) fn of(said: &[Vec<Field>], ids: &[ProductId], reviewed: &Reviewed, kinds: Kinds) -> Self {
        let mut words = Self {
            by_word: HashMap::new(),
            kinds,
            silent: Default::default(),
            untrue: HashMap::new(),
            by_category: HashMap::new(),
            category: Vec::new(),
            values: said.iter().map(|fields| values_of(fields)).collect(),
        };
        for ((at, fields), id) in (0_u32..).zip(said).zip(ids) {
            let mut own: HashSet<String> = HashSet::new();
            for field in fields {
                own.extend(words::split(&field.value).into_iter().map(|word| word.folded));
            }
            let told = own.iter().fold(0, |told, word| told | words.kinds.bits(word));
            for (kind, silent) in words.silent.iter_mut().enumerate() {
                if told & (1 << kind) == 0 {
                    silent.insert(at);
                }
            }
            for word in own {
                words.by_word.entry(word).or_default().insert(at);
            }
            for word in reviewed.untrue(*id) {
                words.untrue.entry(word).or_default().insert(at);
            }
            let category = fields.iter().find(|field| field.name == FieldName::Category);
            let category = category.map(|field| words::fold(&field.value)).unwrap_or_default();
            words.by_category.entry(category.clone()).or_default().push(at);
            words.category.push(category);
        }
        words
    }

    /// Those that hold all words, but for those of which a person said that one of them is not true.
    fn holding(&self, meant: &[String]) -> RoaringBitmap {
        let lists = split(meant).map(|word| self.by_word.get(word));
        match lists.collect::<Option<Vec<_>>>() {
            Some(lists) => lists.into_iter().intersection() - self.all_untrue(meant),
            None => RoaringBitmap::new(),
        }
    }

    /// Those of which it is not known whether they are meant, by rising places: they hold all words but those of kinds
    /// of which nothing is said of them.
    pub(super) fn unknown(&self, meant: &[String]) -> Vec<u32> {
        let none = RoaringBitmap::new();
        let mut is_sure = true;
        let lists = split(meant).map(|word| {
            let holding = self.by_word.get(word).unwrap_or(&none);
            match self.kinds.kind(word) {
                Some(kind) => {
                    is_sure = false;
                    Cow::Owned(holding | &self.silent[kind])
                }
                None => Cow::Borrowed(holding),
            }
        });
        let lists: Vec<Cow<'_, RoaringBitmap>> = lists.collect();
        if is_sure {
            return Vec::new();
        }
        let all = lists.iter().map(AsRef::as_ref).intersection();
        (all - self.holding(meant) - self.all_untrue(meant)).into_iter().collect()
    }

    fn all_untrue(&self, meant: &[String]) -> RoaringBitmap {
        meant.iter().filter_map(|word| self.untrue.get(word)).union()
    }

    /// Those of which a person said that one of these words is not true.
    pub(super) fn untrue(&self, meant: &[String]) -> Vec<u32> {
        self.all_untrue(meant).into_iter().collect()
    }

    /// The product that a query was made of, and all others of which the same words are said; by rising places.
    pub(super) fn relevant(&self, of: u32, meant: &[String]) -> Vec<(u32, f32)> {
        self.relevant_to_people(&[(of, 1.0)], meant, 1.0)
    }

    /// Where people went who searched for these words, and with `grade` others of which the same is said: they may not
    /// have been shown.
    pub(super) fn relevant_to_people(
        &self,
        went_to: &[(u32, f32)],
        meant: &[String],
        grade: f32,
    ) -> Vec<(u32, f32)> {
        let others = self.holding(meant).into_iter();
        let others = others.filter(|product| went_to.iter().all(|(one, _)| one != product));
        let all = went_to.iter().copied().chain(others.map(|product| (product, grade)));
        let mut all: Vec<(u32, f32)> = all.collect();
        all.sort_by_key(|(product, _)| *product);
        all
    }

    /// Products of the same category, which a query has to tell apart from what it means: those first of which the
    /// fewest fields say something else.
    pub(super) fn near(&self, product: u32, without: &HashSet<u32>) -> Vec<u32> {
        let Some(all) = self.by_category.get(&self.category[product as usize]) else { return Vec::new() };
        let step = all.len().div_ceil(N_LOOKED_AT).max(1);
        let others = all.iter().copied().skip(product as usize % step).step_by(step);
        let others = others.filter(|other| *other != product && !without.contains(other));
        let own = &self.values[product as usize];
        let n_other = |other: u32| {
            let values = &self.values[other as usize];
            own.iter().filter(|value| !values.contains(value)).count()
        };
        let mut near: Vec<(usize, u32)> = others.map(|other| (n_other(other), other)).collect();
        // One of which the same is said is no other.
        near.sort_by_key(|(n, other)| (*n == 0, *n, *other));
        near.into_iter().take(N_HARD).map(|(_, other)| other).collect()
    }
}

/// The words of folded words, some of which are put together.
fn split(meant: &[String]) -> impl Iterator<Item = &str> {
    meant.iter().flat_map(|word| word.split(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(of: &[(FieldName, &str)]) -> Vec<Field> {
        let field = |(name, value): &(FieldName, &str)| Field {
            name: *name,
            value: (*value).to_owned(),
            origin: Origin::List,
        };
        of.iter().map(field).collect()
    }

    fn reviewed() -> Reviewed {
        let colour = |value: &str| ClaimKey {
            kind: ClaimKind::Attribute(AttributeKind::Colour),
            value: value.to_owned(),
        };
        let text = ReviewText {
            title: "Other".to_owned(),
            text: "A mug with dots".to_owned(),
            alt_text: String::new(),
        };
        let judged = vec![(colour("Navy"), true), (colour("red"), false)];
        Reviewed { texts: [(ProductId::new(1), text)].into(), judged: [(ProductId::new(1), judged)].into() }
    }

    #[test]
    fn what_people_reviewed_is_said_of_a_product() {
        let shop = said(&[(FieldName::Title, "Mug"), (FieldName::Description, "Large")]);
        let fields = reviewed().with(ProductId::new(1), shop.clone());
        let value = |name| fields.iter().find(|field| field.name == name).map(|field| field.value.as_str());
        assert_eq!(value(FieldName::Title), Some("Mug"), "the shop's own stays");
        assert_eq!(value(FieldName::Description), Some("Large. A mug with dots"));
        assert_eq!(value(FieldName::Colour), Some("Navy"));
        assert_eq!(reviewed().with(ProductId::new(2), shop.clone()), shop);
    }

    #[test]
    fn queries_mean_what_holds_their_words_and_is_not_said_to_be_wrong() {
        let mug = |colour| said(&[(FieldName::Category, "Mugs"), (FieldName::Colour, colour)]);
        let all = [
            mug("red"),
            mug("red"),
            mug("blue"),
            mug("red"),
            said(&[(FieldName::Category, "Cups")]),
            mug("Mugs"),
        ];
        let ids: Vec<ProductId> = (0..6).map(ProductId::new).collect();
        let kinds = Kinds { by_word: [("red".to_owned(), 1), ("blue".to_owned(), 1)].into() };
        let words = Words::of(&all, &ids, &reviewed(), kinds);
        let meant = ["red".to_owned(), "mugs".to_owned()];
        // Of the second a person said that it is not red.
        assert_eq!(words.relevant(0, &meant), [(0, 1.0), (3, 1.0)]);
        assert_eq!(words.untrue(&meant), [1]);
        // Of the last no colour is said: it may be red.
        assert_eq!(words.unknown(&meant), [5]);
        assert_eq!(words.unknown(&["mugs".to_owned()]), [0_u32; 0]);
        assert_eq!(words.relevant_to_people(&[(2, 1.0)], &meant, 0.3), [(0, 0.3), (2, 1.0), (3, 0.3)]);
        // One that differs in a field is a better example of what is not meant than one that does not.
        assert_eq!(words.near(0, &HashSet::new()), [2, 5, 1, 3]);
        assert_eq!(words.near(0, &[2].into()), [5, 1, 3]);
    }
}
