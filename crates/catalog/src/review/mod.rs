//! Descriptions under review: what the shop knows and the models see, put into words; what these words claim,
//! checked against the photos; and what people decide of them.
//!
//! ```text
//! facts (shop) ──────► rules.rs, templates.rs, ground.rs: words with origin ─┐
//! descriptions (models)┘                                                     ▼
//!                                          finding.rs: claims in a text ─► judging.rs ─► calibration.rs
//!                                                                       against foils     verdict, probability
//!                                                                             │
//! decisions.rs: approve, edit, undo ... ─► store/reviews.rs                   ▼
//!                                          queue.rs ◄─ assessing.rs: what needs a person's eyes ◄─ conflicts.rs
//! ```
//!
//! Invariants: what a person decided is only ever added to; no model's word takes the place of a person's. What no
//! photo can show is never called supported. A probability says how many of a hundred such claims are right, as
//! measured; where nothing can tell, there is none.

mod asking;
mod assessing;
mod calibration;
mod conflicts;
mod decisions;
mod finding;
mod ground;
mod judging;
mod queue;
mod rules;
mod slots;
mod templates;

pub use asking::ClaimFinding;
pub use assessing::{Assessment, JudgedClaim};
pub use conflicts::Conflict;
pub use decisions::{BulkPreview, Decision, HistoryStep};
pub use finding::is_foil as are_rivals;
pub use judging::Evidence;
pub use queue::{QueueFilter, QueuePage, QueueRow};
pub use slots::{RuleHelp, RuleSign, Slot, rule_help};
pub use templates::{Template, TemplateProblem, TemplateTrial, Templates};

pub(crate) use calibration::Calibrations;
pub(crate) use finding::Finder;
pub(crate) use queue::ReviewMemory;

use std::ops::Range;

use crate::describe::AttributeKind;

/// How far a description has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReviewState {
    /// Nobody decided anything yet.
    #[default]
    Pending,
    /// A person found it right as it was written.
    Approved,
    /// A person wrote it, or mended it.
    Edited,
    /// A person refused it.
    Rejected,
    /// Somebody has to say something first.
    NeedsInfo,
}

impl ReviewState {
    /// All of them, in the order of their ranks.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Edited, Self::Rejected, Self::NeedsInfo];

    pub(crate) fn rank(self) -> i64 {
        self as i64
    }

    pub(crate) fn from_rank(rank: i64) -> Self {
        usize::try_from(rank).ok().and_then(|rank| Self::ALL.get(rank).copied()).unwrap_or_default()
    }

    /// Its name, such as `unclear`; what `is:` asks for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Edited => "edited",
            Self::Rejected => "rejected",
            Self::NeedsInfo => "unclear",
        }
    }

    /// Whether its words may go to the shop.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Approved | Self::Edited)
    }
}

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WordsBy {
    /// The models wrote them, and nobody changed them.
    #[default]
    Models,
    /// A person wrote or mended them.
    Person,
}

impl WordsBy {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Person => "person",
        }
    }

    pub(crate) fn from_name(name: &str) -> Self {
        if name == "person" { Self::Person } else { Self::Models }
    }
}

/// A title, a text and an alternative text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewText {
    /// At most 150 characters.
    pub title: String,
    /// A sentence or two.
    pub text: String,
    /// For those who do not see the photo, at most 125 characters.
    pub alt_text: String,
}

impl ReviewText {
    /// A part of it.
    pub fn part(&self, part: TextPart) -> &str {
        match part {
            TextPart::Title => &self.title,
            TextPart::Text => &self.text,
            TextPart::AltText => &self.alt_text,
        }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        TextPart::ALL.into_iter().all(|part| self.part(part).trim().is_empty())
    }
}

/// A part of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextPart {
    /// The title.
    Title,
    /// The text.
    Text,
    /// The alternative text.
    AltText,
}

impl TextPart {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Title, Self::Text, Self::AltText];
}

/// Who is behind a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordOrigin {
    /// The shop's own data say so.
    Shop,
    /// The models saw it.
    Models,
    /// A person wrote it.
    Person,
    /// A template joins the others with it.
    Template,
}

/// Words of one origin: which part, from which byte to which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginSpan {
    /// The part.
    pub part: TextPart,
    /// Bytes of it.
    pub place: Range<usize>,
    /// Whose.
    pub origin: WordOrigin,
}

/// What a claim is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    /// Something that a word list names.
    Attribute(AttributeKind),
    /// How many there are.
    Count,
    /// What is written on the product.
    Lettering,
    /// What no photo shows: a size, a weight, an origin, a promise.
    Unseen,
}

impl ClaimKind {
    /// Its name in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Attribute(kind) => kind.name(),
            Self::Count => "count",
            Self::Lettering => "lettering",
            Self::Unseen => "unseen",
        }
    }

    /// The list's name, of a claim from a list of the merchant's own.
    pub fn list(&self) -> Option<&str> {
        match self {
            Self::Attribute(kind) => kind.list(),
            _ => None,
        }
    }

    /// The kind of this name; `list` is for own lists.
    pub fn from_name(name: &str, list: &str) -> Self {
        match name {
            "count" => Self::Count,
            "lettering" => Self::Lettering,
            "unseen" => Self::Unseen,
            other => Self::Attribute(AttributeKind::from_name(other, list)),
        }
    }
}

/// A claim, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey {
    /// What it is about.
    pub kind: ClaimKind,
    /// What is claimed, such as `navy`.
    pub value: String,
}

impl ClaimKey {
    pub(crate) fn from_stored(kind: &str, list: &str, value: String) -> Self {
        Self { kind: ClaimKind::from_name(kind, list), value }
    }
}

/// What becomes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The photo shows it.
    Supported,
    /// It may be so.
    Doubtful,
    /// The photo shows something else.
    Contradicted,
    /// No photo can show it, or there is no photo.
    NotVisible,
}

impl Verdict {
    /// All of them, in the order of their ranks.
    pub const ALL: [Self; 4] = [Self::Supported, Self::Doubtful, Self::Contradicted, Self::NotVisible];

    pub(crate) fn rank(self) -> i64 {
        self as i64
    }

    /// Its name, such as `not_visible`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Doubtful => "doubtful",
            Self::Contradicted => "contradicted",
            Self::NotVisible => "not_visible",
        }
    }
}
