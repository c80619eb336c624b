//! Descriptions under review: what is claimed, how sure that is, and what people decided.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AttributeKind, FieldName, PictureId, Product, ProductId};

/// How far a product's description has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ReviewState {
    /// Nobody decided anything yet.
    Pending,
    /// A person found it right as it was written.
    Approved,
    /// A person wrote it, or mended it.
    Edited,
    /// A person refused it.
    Rejected,
    /// Somebody who knows the product has to say something first.
    NeedsInfo,
}

/// Who is behind a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WordOrigin {
    /// The shop's own data say so.
    Shop,
    /// The models saw it.
    Models,
    /// A person wrote it.
    Person,
    /// It joins the others: a word of a template.
    Template,
}

/// What becomes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The photo shows it.
    Supported,
    /// It may be so.
    Doubtful,
    /// The photo shows something else.
    Contradicted,
    /// No photo can show it, or none that there is.
    NotVisible,
}

/// What a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "of", content = "kind")]
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

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TextPart {
    /// The title.
    Title,
    /// The text.
    Text,
    /// The alternative text.
    AltText,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TextSpan {
    /// In which part.
    pub part: TextPart,
    /// From which character on, counted as JavaScript counts (UTF-16).
    pub start: u32,
    /// Up to, and without, which.
    pub end: u32,
}

/// Words of one origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OriginSpan {
    /// Which words.
    pub span: TextSpan,
    /// Whose.
    pub origin: WordOrigin,
}

/// Something that a description says of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// What it is about.
    pub kind: ClaimKind,
    /// The word list, of a claim from a list of the merchant's own.
    pub list: Option<String>,
    /// What is claimed, such as `navy`.
    pub value: String,
    /// Where it is said.
    pub spans: Vec<TextSpan>,
    /// Who said it.
    pub origin: WordOrigin,
    /// What becomes of it.
    pub verdict: Verdict,
    /// How likely it is right, 0 to 1; none where no model can tell.
    pub probability: Option<f32>,
    /// What the photo rather shows.
    pub rather: Option<String>,
    /// The photo that shows it, or should.
    pub picture: Option<PictureId>,
    /// What a person said of it: true is right.
    pub person_says: Option<bool>,
}

/// A title, a text and an alternative text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewText {
    /// At most 150 characters.
    pub title: String,
    /// A sentence or two.
    pub text: String,
    /// For those who do not see the photo, at most 125 characters.
    pub alt_text: String,
}

/// What a text claims, judged while it is typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckedText {
    /// What it claims.
    pub claims: Vec<Claim>,
    /// Who is behind which words.
    pub origins: Vec<OriginSpan>,
}

/// Where the shop's own data and a photo say different things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The field; none of a variant.
    pub field: Option<FieldName>,
    /// The variant's name or number.
    pub variant: Option<String>,
    /// What the shop says.
    pub said: String,
    /// What the photo shows.
    pub seen: String,
    /// How likely the shop is right, 0 to 1; none where nothing can tell.
    pub probability: Option<f32>,
    /// The photo.
    pub picture: PictureId,
    /// Another product that the photo looks more like.
    pub product: Option<ProductId>,
}

/// A photo of a product under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewPhoto {
    /// The photo.
    pub picture: PictureId,
    /// Its version, for its address.
    pub version: String,
    /// Pixels of the upright photo.
    pub width: u32,
    /// See `width`.
    pub height: u32,
    /// Its main colour, `#rrggbb`.
    pub color: String,
    /// What it shows: 'front', 'back', 'side', 'detail', 'worn' or ''.
    pub role: String,
}

/// A product's description with everything that is needed to judge it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewItem {
    /// The product.
    pub product: Product,
    /// Its photos in order.
    pub photos: Vec<ReviewPhoto>,
    /// How far it has come.
    pub state: ReviewState,
    /// The words that count now: a person's where there are some, else the generated ones.
    pub text: ReviewText,
    /// The generated words, to be compared with.
    pub generated: ReviewText,
    /// Who is behind which words of `text`.
    pub origins: Vec<OriginSpan>,
    /// What `text` claims.
    pub claims: Vec<Claim>,
    /// Where the shop's data and the photos disagree.
    pub conflicts: Vec<Conflict>,
    /// What the shop says.
    pub facts: Vec<ReviewFact>,
    /// What somebody noted last.
    pub note: Option<String>,
    /// The template by which the words were put together.
    pub template: String,
    /// Steps of its history.
    pub n_events: u32,
}

/// Something that the shop or a person says of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewFact {
    /// Which.
    pub name: FieldName,
    /// What.
    pub value: String,
}

/// A product in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewRow {
    /// The product.
    pub product: Product,
    /// How far it has come.
    pub state: ReviewState,
    /// The title that counts.
    pub title: String,
    /// How much it needs a person's eyes, from 0 on.
    pub need: f32,
    /// Claims that may be wrong.
    pub n_doubtful: u32,
    /// Claims that the photo speaks against, and conflicts with the shop's data.
    pub n_contradicted: u32,
}

/// Which products are to be reviewed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct ReviewFilter {
    /// Only of this state.
    pub state: Option<ReviewState>,
    /// Only with a claim of this kind...
    pub claim: Option<ClaimKind>,
    /// ... and only where a claim (of that kind) has this verdict.
    pub verdict: Option<Verdict>,
    /// Only with a photo in a folder of this name.
    pub folder: Option<String>,
    /// Only of this category of the shop.
    pub category: Option<String>,
}

/// Something that a filter can ask for, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewCount {
    /// What.
    pub value: String,
    /// How many products.
    #[ts(type = "number")]
    pub n: u64,
}

/// A part of the queue, what needs eyes most first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewQueue {
    /// Products that pass the filter.
    #[ts(type = "number")]
    pub total: u64,
    /// This part of them.
    pub rows: Vec<ReviewRow>,
    /// Products of each state in the whole catalog, in the order of [`ReviewState`].
    pub n_by_state: [u32; 5],
    /// Products that are not described yet.
    #[ts(type = "number")]
    pub n_undescribed: u64,
    /// Folders to choose from.
    pub folders: Vec<ReviewCount>,
    /// Categories to choose from.
    pub categories: Vec<ReviewCount>,
}

/// What a person decides of one product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum ReviewDecision {
    /// It is right.
    Approve,
    /// It is not to be used.
    Reject,
    /// Somebody has to say something first.
    NeedsInfo,
    /// It is to be looked at again.
    Reopen,
    /// These words take its place.
    Edit {
        /// The words.
        text: ReviewText,
    },
    /// Something to remember; the state stays.
    Note {
        /// What; empty to take it away.
        note: String,
    },
    /// Whether one of its claims is right; the state stays.
    #[serde(rename_all = "camelCase")]
    JudgeClaim {
        /// What it is about.
        claim: ClaimKind,
        /// The own list's name.
        list: Option<String>,
        /// What is claimed.
        value: String,
        /// Whether it is so.
        is_right: bool,
    },
}

/// A step of a product's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewEvent {
    /// Its number; rises.
    #[ts(type = "number")]
    pub id: u64,
    /// The product.
    pub product: ProductId,
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// Who; empty where nobody gave a name.
    pub who: String,
    /// What: 'approve', 'reject', 'needs_info', 'reopen', 'edit', 'note', 'judge_claim', 'undo', 'redo' or
    /// 'rewrite'.
    pub what: String,
    /// The words that counted then.
    pub text: ReviewText,
    /// What was noted, or which claim was judged.
    pub note: String,
    /// Whether it was taken back since.
    pub is_undone: bool,
}

/// The rules by which descriptions of a category are put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// The category of the shop; empty for every other product.
    pub category: String,
    /// The title's rule.
    pub title: String,
    /// The text's.
    pub text: String,
    /// The alternative text's.
    pub alt_text: String,
}

/// What rules would make of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateTrial {
    /// What the product is called on which they were tried; none of a made-up one.
    pub of: Option<String>,
    /// The title's rule.
    pub title: TriedRule,
    /// The text's.
    pub text: TriedRule,
    /// The alternative text's.
    pub alt_text: TriedRule,
}

/// What a rule would make of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TriedRule {
    /// The words; nothing by a rule that cannot be followed.
    pub words: String,
    /// What keeps it from being followed.
    pub problem: Option<String>,
}

/// How rules are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuleHelp {
    /// Its signs, each shown by a rule.
    pub signs: Vec<RuleSign>,
    /// The names that rules know.
    pub slots: Vec<RuleSlot>,
}

/// A sign of the language that rules are written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuleSign {
    /// A rule that has it.
    pub rule: String,
    /// What it does.
    pub means: String,
    /// What the rule makes of a made-up product.
    pub becomes: String,
}

/// A name that rules know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuleSlot {
    /// As it is written, such as `seen.title`.
    pub name: String,
    /// What it stands for.
    pub means: String,
}

/// What a step back or forward brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Stepped {
    /// What was taken back or done again, such as 'approve'.
    pub what: String,
    /// The products that it changed, at most a thousand of them.
    pub products: Vec<ProductId>,
    /// How many it changed.
    pub n_products: u32,
}

/// What approving everything of a filter would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BulkPreview {
    /// Products that would be approved.
    #[ts(type = "number")]
    pub n_products: u64,
    /// Of these, products with doubtful claims.
    #[ts(type = "number")]
    pub n_doubtful: u64,
    /// Of these, products with a claim or field that a photo speaks against.
    #[ts(type = "number")]
    pub n_contradicted: u64,
    /// Products that pass the filter and are left out, since they are approved or edited already.
    #[ts(type = "number")]
    pub n_left_out: u64,
    /// Some of them, what needs eyes most first.
    pub examples: Vec<ReviewRow>,
    /// Names this set: approving asks for it, so that nothing is approved that was not shown.
    pub token: String,
}

/// What is found of a claim that somebody makes of a product, with what speaks for and against it: see
/// [`crate::Api::judge_claim`].
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimFinding {
    /// What becomes of it.
    pub verdict: Verdict,
    /// How likely it is right; none where nothing can tell.
    pub probability: Option<f32>,
    /// CLIP's log odds against the foils, those of the colour's share, the caption's word (1, -1 or 0).
    pub first: [f32; 3],
    /// The matching model's difference between claim and best foil, where it was asked.
    pub closer: Option<f32>,
}
