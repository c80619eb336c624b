//! Captions and phrases joined to one text that CLIP can read to its end.
//!
//! The original tests a text one separator short of what it then returns; here the text itself is tested.

use super::RankedTerm;
use crate::{Clip, ModelError};

const SEPARATOR: &str = ", ";

/// What stands between two separators, with the terms that it is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) terms: Vec<RankedTerm>,
}

impl Part {
    pub(super) fn term(term: RankedTerm) -> Self {
        Self { text: term.term.clone(), terms: vec![term] }
    }

    /// The parts of a caption, which is no term; none for an empty one.
    pub(super) fn caption(caption: &str) -> Vec<Self> {
        let caption = caption.trim();
        if caption.is_empty() {
            return Vec::new();
        }
        let part = |text: &str| Self { text: text.to_owned(), terms: Vec::new() };
        caption.split(SEPARATOR).map(part).collect()
    }
}

/// A text and the terms in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Wording {
    pub(super) text: String,
    pub(super) terms: Vec<RankedTerm>,
}

impl Wording {
    /// The parts up to the first that would fill the model's length; the first part always.
    pub(super) fn fitted(clip: &Clip, parts: Vec<Part>) -> Result<Self, ModelError> {
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return Ok(Self::default()) };
        let mut wording = Self { text: first.text, terms: first.terms };
        for part in parts {
            let longer = joined(&wording.text, &part.text);
            if fills(clip, &longer)? {
                break;
            }
            wording.text = longer;
            wording.terms.extend(part.terms);
        }
        Ok(wording)
    }
}

/// `text, addition`; either alone where the other is empty.
pub(super) fn joined(text: &str, addition: &str) -> String {
    match (text.is_empty(), addition.is_empty()) {
        (true, _) => addition.to_owned(),
        (_, true) => text.to_owned(),
        _ => [text, addition].join(SEPARATOR),
    }
}

/// Whether a text takes all tokens that the model reads, or more.
pub(super) fn fills(clip: &Clip, text: &str) -> Result<bool, ModelError> {
    Ok(clip.token_ids(text)?.len() >= clip.max_tokens())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_joined_to_nothing_without_a_comma() {
        assert_eq!(joined("a mug", "red"), "a mug, red");
        assert_eq!(joined("", "red"), "red");
        assert_eq!(joined("a mug", ""), "a mug");
    }

    #[test]
    fn a_caption_may_have_parts_or_none() {
        let texts =
            |caption: &str| Part::caption(caption).into_iter().map(|part| part.text).collect::<Vec<_>>();
        assert_eq!(texts("a mug, a plate"), ["a mug", "a plate"]);
        assert!(texts("  ").is_empty());
    }
}
