//! From what models and pixels say of a photo to what a merchant can publish.
//!
//! ```text
//! caption (BLIP) ──► wording.rs: a sentence without what a photo cannot show ─┐
//! vector (CLIP) ──► vocabulary.rs: terms of the word lists, with probabilities ├─► claims.rs ─► compose.rs
//! thumbnail ──────► colour: main colours, measured ───────────────────────────┘   attributes    title, text,
//!                                                                                 with         alt text
//!                                                                                 confidence
//! ```
//!
//! No model runs here: captions and vectors are in the store already, so the whole catalog can be
//! described anew in minutes when a word list or a rule changes.
//!
//! Invariants: every claim has a confidence and says what it rests on; the texts say only what is
//! surer than even; nothing is said that a photo cannot show (no size, origin, price or promise).

mod claims;
mod compose;
#[cfg(test)]
mod golden_tests;
mod lists;
mod vocabulary;
mod wording;

pub use claims::{Attribute, AttributeKind, Evidence};
pub(crate) use lists::WordLists;
pub use vocabulary::ListReading;
pub(crate) use vocabulary::{GoOn, SharedVocabulary, Vocabulary, vectors};
pub use wording::without_gaps;
pub(crate) use wording::{as_sentence, contains_phrase, product_phrase, publishable};

use crate::{colour::ProductColour, photo::Unrecognisable};

/// Rises with every change of these rules, so that descriptions are composed anew.
///
/// `golden_tests.rs` fails when they answer otherwise under the same version.
pub(crate) const RULES_VERSION: u32 = 3;
/// A title's longest, in characters: what marketplaces take.
const MAX_TITLE: usize = 150;
/// An alternative text's longest, in characters: what screen readers say in one breath.
pub(crate) const MAX_ALT_TEXT: usize = 125;

/// A product in words, in parts that can be judged and searched alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// At most 150 characters.
    pub title: String,
    /// A sentence or two.
    pub text: String,
    /// For those who do not see the photo, at most 125 characters.
    pub alt_text: String,
    /// What is claimed, by kind, the surest of a kind first.
    pub attributes: Vec<Attribute>,
    /// The product's main colours, measured, the largest first.
    pub colours: Vec<ProductColour>,
}

/// What is known of a photo before anything is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    /// The caption model's sentence, and the mean log probability of its tokens.
    pub(crate) caption: Option<(String, f32)>,
    /// The best terms of every word list.
    pub(crate) terms: vitrine_models::ProductTerms,
    /// Cosine of the photo and a sentence that says nothing, by which terms are measured.
    pub(crate) neutral: f32,
    /// How steeply cosines read as probabilities.
    pub(crate) logit_scale: f32,
    /// The product's main colours.
    pub(crate) colours: Vec<ProductColour>,
    /// Why nothing can be recognised; none where there may be a product.
    pub(crate) unrecognisable: Option<Unrecognisable>,
}

/// Writes a description.
pub(crate) fn describe(findings: &Findings, lists: &WordLists) -> Description {
    // Models always see something. Where there is nothing, nothing is claimed.
    if let Some(unrecognisable) = findings.unrecognisable {
        return compose::nothing(unrecognisable, findings.colours.clone());
    }
    let sentence = findings.caption.as_ref().map(|(caption, _)| wording::publishable(caption));
    let sentence = sentence.filter(|sentence| !sentence.is_empty());
    let sureness = findings.caption.as_ref().map_or(0.0, |(_, mean_log_prob)| mean_log_prob.exp());
    let attributes = claims::attributes(sentence.as_deref(), sureness, findings, lists);
    // A colour that the pixels deny is not published; the claim stays, as disputed.
    let sentence =
        sentence.map(|sentence| wording::without_colours(&sentence, &claims::disputed(&attributes)));
    compose::compose(sentence.as_deref(), attributes, findings.colours.clone())
}
