//! What is done to a text before it is cut into tokens, beside what `tokenizer.json` does.

use std::borrow::Cow;

/// How the texts were written that a model was taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cleaning {
    pub(crate) lowercase: bool,
    /// One space in the place of several, none around.
    pub(crate) collapses_spaces: bool,
    pub(crate) punctuation: Punctuation,
}

/// What becomes of ASCII's punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Punctuation {
    Kept,
    Removed,
    /// Removed, but `_` becomes a space.
    RemovedButUnderscores,
}

impl Cleaning {
    pub(crate) const NONE: Self =
        Self { lowercase: false, collapses_spaces: false, punctuation: Punctuation::Kept };
    /// Of transformers' `Siglip2Tokenizer`.
    pub(crate) const LOWERCASE: Self = Self { lowercase: true, ..Self::NONE };
    /// Of transformers' `SiglipTokenizer`.
    pub(crate) const SIGLIP: Self =
        Self { lowercase: true, collapses_spaces: true, punctuation: Punctuation::Removed };

    /// By the name that OpenCLIP gives it.
    pub(crate) fn of_open_clip(name: &str) -> Option<Self> {
        let whitespace = Self { collapses_spaces: true, ..Self::NONE };
        Some(match name {
            "whitespace" => whitespace,
            "lower" => Self { lowercase: true, ..whitespace },
            "canonicalize" => Self { punctuation: Punctuation::RemovedButUnderscores, ..Self::SIGLIP },
            _ => return None,
        })
    }

    pub(crate) fn apply(self, text: &str) -> Cow<'_, str> {
        let mut text = Cow::Borrowed(text);
        if self.punctuation == Punctuation::RemovedButUnderscores {
            text = Cow::Owned(text.replace('_', " "));
        }
        if self.punctuation != Punctuation::Kept {
            text = Cow::Owned(text.chars().filter(|sign| !sign.is_ascii_punctuation()).collect());
        }
        if self.lowercase {
            text = Cow::Owned(text.to_lowercase());
        }
        if self.collapses_spaces {
            text = Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn texts_are_cleaned_as_their_model_was_taught() {
        let check = |cleaning: Cleaning, expected: &str| {
            assert_eq!(cleaning.apply("  A Red_Mug,  it's  NEW! "), expected, "{cleaning:?}");
        };
        check(Cleaning::NONE, "  A Red_Mug,  it's  NEW! ");
        check(Cleaning::LOWERCASE, "  a red_mug,  it's  new! ");
        check(Cleaning::SIGLIP, "a redmug its new");
        check(Cleaning::of_open_clip("whitespace").unwrap(), "A Red_Mug, it's NEW!");
        check(Cleaning::of_open_clip("lower").unwrap(), "a red_mug, it's new!");
        check(Cleaning::of_open_clip("canonicalize").unwrap(), "a red mug its new");
        assert_eq!(Cleaning::of_open_clip("unheard of"), None);
    }
}
