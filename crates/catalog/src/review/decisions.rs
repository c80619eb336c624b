//! What people decide, step by step, and back again.

use std::sync::PoisonError;

use super::{
    Assessment, ClaimKey, ClaimKind, JudgedClaim, OriginSpan, QueueFilter, QueueRow, ReviewState, ReviewText,
    WordsBy, assessing::product_type, judging::sentence,
};
use crate::{
    CatalogError, Library,
    describe::AttributeKind,
    interrogate::{PhotoOptions, PhotoStep},
    library::Inner,
    search::HeatMap,
    store::{NewEvent, PictureId, ProductId, Setting, StepKind, Stepped},
};

/// The longest title and text that are kept, in characters.
const MAX_TEXT: usize = 10_000;
/// The longest name of a person.
const MAX_NAME: usize = 100;
/// Products that are shown before all of a filter are approved.
const N_EXAMPLES: u64 = 12;

/// What a person decides of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is right.
    Approve,
    /// It is not to be used.
    Reject,
    /// Somebody has to say something first.
    NeedsInfo,
    /// It is to be looked at again.
    Reopen,
    /// These words take its place.
    Edit(ReviewText),
    /// Something to remember.
    Note(String),
    /// Whether a claim is right.
    Judge(ClaimKey, bool),
}

impl Decision {
    fn kind(&self) -> StepKind {
        match self {
            Self::Approve => StepKind::Approve,
            Self::Reject => StepKind::Reject,
            Self::NeedsInfo => StepKind::NeedsInfo,
            Self::Reopen => StepKind::Reopen,
            Self::Edit(_) => StepKind::Edit,
            Self::Note(_) => StepKind::Note,
            Self::Judge(..) => StepKind::JudgeClaim,
        }
    }
}

/// A step of a product's history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryStep {
    /// Its number.
    pub id: u64,
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// Who; empty where nobody gave a name.
    pub who: String,
    /// What.
    pub what: StepKind,
    /// The words that were decided on; empty of a step back or forward.
    pub text: ReviewText,
    /// What was noted, which claim was judged, or what was taken back.
    pub note: String,
    /// Whether it is taken back now.
    pub is_undone: bool,
}

/// What approving everything of a filter would do.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkPreview {
    /// Products that would be approved.
    pub n_products: u64,
    /// Of these, products with doubtful claims.
    pub n_doubtful: u64,
    /// Of these, products with something that a photo speaks against.
    pub n_contradicted: u64,
    /// Products that pass the filter and are settled, or refused, already.
    pub n_left_out: u64,
    /// Some of them, what needs eyes most first.
    pub examples: Vec<QueueRow>,
    /// Names what was shown.
    pub token: String,
}

impl Library {
    /// Keeps what a person decides of a product, and answers how it stands then.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchProduct`], words that are too long or none, a library that cannot be written.
    pub fn decide_review(&self, product: ProductId, decision: Decision) -> Result<Assessment, CatalogError> {
        self.lock_for_writing()?;
        let inner = self.inner();
        let assessor = inner.assessor()?;
        let known = assessor.assess(inner, product)?;
        let what = decision.kind();
        let mut event = NewEvent {
            product,
            text: known.text,
            words_by: known.words_by,
            note: String::new(),
            judged: None,
        };
        match decision {
            Decision::Edit(text) => {
                check_lengths(&text)?;
                event.text = text;
                event.words_by = WordsBy::Person;
            }
            Decision::Note(note) => {
                check_length("A note", &note)?;
                event.note = note.trim().to_owned();
            }
            Decision::Judge(claim, is_right) => event.judged = Some((claim, is_right)),
            Decision::Approve if event.text.is_empty() => return Err(CatalogError::NothingWritten),
            Decision::Approve | Decision::Reject | Decision::NeedsInfo | Decision::Reopen => {}
        }
        let judged = event.judged.clone();
        inner.store.decide(what, &self.reviewer()?, &[event])?;
        let is_to_read = judged.is_some_and(|judged| !learns(inner, &known.claims, judged));
        self.after_decision(&[product], is_to_read)?;
        inner.assessor()?.assess(inner, product)
    }

    /// Takes back the last decision that counts, of whichever product; none where there is none.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn undo_review(&self) -> Result<Option<Stepped>, CatalogError> {
        self.lock_for_writing()?;
        let stepped = self.inner().store.undo_decision(&self.reviewer()?)?;
        self.after_step(stepped)
    }

    /// Makes the decision again that was taken back last; none where something was decided since.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn redo_review(&self) -> Result<Option<Stepped>, CatalogError> {
        self.lock_for_writing()?;
        let stepped = self.inner().store.redo_decision(&self.reviewer()?)?;
        self.after_step(stepped)
    }

    fn after_step(&self, stepped: Option<Stepped>) -> Result<Option<Stepped>, CatalogError> {
        if let Some(stepped) = &stepped {
            self.after_decision(&stepped.products, stepped.what == StepKind::JudgeClaim)?;
        }
        Ok(stepped)
    }

    fn after_decision(&self, products: &[ProductId], is_to_read: bool) -> Result<(), CatalogError> {
        let inner = self.inner();
        if is_to_read {
            inner.review.forget();
        }
        if let [one] = products {
            inner.store.refresh_words_of(*one, inner.model_ids())?;
        }
        inner.events.changed();
        Ok(())
    }

    /// What was decided of a product, and what was taken back, the newest first.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn review_history(&self, product: ProductId) -> Result<Vec<HistoryStep>, CatalogError> {
        let store = &self.inner().store;
        let of_event = |event: crate::store::EventRow| HistoryStep {
            id: event.id,
            at_ms: event.at_ms,
            who: event.who,
            what: event.what,
            text: event.text,
            note: match event.judged {
                Some((claim, true)) => format!("{}: right", claim.value),
                Some((claim, false)) => format!("{}: wrong", claim.value),
                None => event.note,
            },
            is_undone: event.is_undone,
        };
        let mut steps: Vec<HistoryStep> = store.events_of(product)?.into_iter().map(of_event).collect();
        steps.extend(store.steps_back_of(product)?.into_iter().map(|step| HistoryStep {
            id: step.id,
            at_ms: step.at_ms,
            who: step.who,
            what: step.what,
            text: ReviewText::default(),
            note: step.of.name().to_owned(),
            is_undone: false,
        }));
        steps.sort_by_key(|step| std::cmp::Reverse((step.at_ms, step.id)));
        Ok(steps)
    }

    /// What a text that is being typed claims. No model runs.
    ///
    /// # Errors
    /// As [`Library::review_item`].
    pub fn check_text(
        &self,
        product: ProductId,
        text: &ReviewText,
    ) -> Result<(Vec<JudgedClaim>, Vec<OriginSpan>), CatalogError> {
        check_lengths(text)?;
        let inner = self.inner();
        inner.assessor()?.check(inner, product, text)
    }

    /// What approving everything of a filter would do; nothing is changed.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn preview_approve_all(&self, filter: &QueueFilter) -> Result<BulkPreview, CatalogError> {
        let inner = self.inner();
        let page = self.review_queue(filter, 0, N_EXAMPLES)?;
        let (total, items) = inner.store.review_queue(filter, 0, u64::MAX >> 1)?;
        let open = items.iter().filter(|item| item.state == ReviewState::Pending);
        let chosen: Vec<ProductId> = open.clone().map(|item| item.product).collect();
        let mut hasher = blake3::Hasher::new();
        for product in &chosen {
            hasher.update(&product.get().to_le_bytes());
        }
        let token = hasher.finalize().to_hex()[..16].to_owned();
        let preview = BulkPreview {
            n_products: chosen.len() as u64,
            n_doubtful: open.clone().filter(|item| item.n_doubtful > 0).count() as u64,
            n_contradicted: open.filter(|item| item.n_contradicted > 0).count() as u64,
            n_left_out: total - chosen.len() as u64,
            examples: page.rows.into_iter().filter(|row| row.item.state == ReviewState::Pending).collect(),
            token: token.clone(),
        };
        *inner.review.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some((token, chosen));
        Ok(preview)
    }

    /// Approves what was shown last, as one step; answers how many products that were. Those that somebody decided
    /// something of meanwhile are left out.
    ///
    /// # Errors
    /// [`CatalogError::ShowAgain`] where another set was shown, a library that cannot be written.
    pub fn approve_all(&self, token: &str) -> Result<u64, CatalogError> {
        self.lock_for_writing()?;
        let inner = self.inner();
        let shown = inner.review.shown.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((_, products)) = shown.filter(|(of, _)| of == token) else {
            return Err(CatalogError::ShowAgain);
        };
        let assessor = inner.assessor()?;
        let mut events = Vec::with_capacity(products.len());
        for product in products {
            match assessor.assess(inner, product) {
                Ok(known) if known.state == ReviewState::Pending && !known.text.is_empty() => {
                    events.push(NewEvent {
                        product,
                        text: known.text,
                        words_by: known.words_by,
                        note: String::new(),
                        judged: None,
                    });
                }
                Ok(_) | Err(CatalogError::NoSuchProduct) => {}
                Err(error) => return Err(error),
            }
        }
        if events.is_empty() {
            return Ok(0);
        }
        inner.store.decide(StepKind::Approve, &self.reviewer()?, &events)?;
        inner.events.changed();
        Ok(events.len() as u64)
    }

    /// Writes about a product again, in another way; nothing is kept.
    ///
    /// # Errors
    /// As [`Library::describe_photo`].
    pub fn rewrite_review(
        &self,
        product: ProductId,
        options: &PhotoOptions,
        go_on: &dyn Fn(PhotoStep) -> bool,
    ) -> Result<ReviewText, CatalogError> {
        let inner = self.inner();
        let assessor = inner.assessor()?;
        let known = assessor.assess(inner, product)?;
        let (path, _) = inner.content(known.row.photo.id)?;
        let reading = self.describe_photo(&path, options, go_on)?;
        let said = match &reading.written {
            Some(written) => written.clone(),
            None => {
                let sentence = crate::describe::as_sentence(&crate::describe::publishable(&reading.text));
                crate::describe::Description {
                    title: known.generated.title.clone(),
                    alt_text: sentence
                        .trim_end_matches('.')
                        .chars()
                        .take(crate::describe::MAX_ALT_TEXT)
                        .collect(),
                    text: sentence,
                    attributes: Vec::new(),
                    colours: reading.colours.clone(),
                }
            }
        };
        let category = known.fields.iter().find(|field| field.name == crate::FieldName::Category);
        let template = assessor.templates.of(category.map(|field| field.value.as_str()));
        let (text, _) = super::ground::ground(template, &known.fields, Some(&said), &assessor.finder);
        Ok(text)
    }

    /// Where in a photo a model sees what is claimed; none of a claim that no model can look for.
    ///
    /// # Errors
    /// A photo that cannot be read, a pack that cannot be used.
    pub fn claim_heat_map(
        &self,
        product: ProductId,
        picture: PictureId,
        claim: &ClaimKey,
    ) -> Result<Option<HeatMap>, CatalogError> {
        let ClaimKind::Attribute(kind) = &claim.kind else { return Ok(None) };
        let inner = self.inner();
        let known = inner.assessor()?.assess(inner, product)?;
        let thing = if *kind == AttributeKind::Type { String::new() } else { product_type(&known.claims) };
        let engine = inner.engine()?;
        Ok(Some(crate::search::heat_of(inner, &engine, picture, sentence(kind, &claim.value, &thing))?))
    }

    /// Who reviews, as the history names them; empty where nobody gave a name.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn reviewer(&self) -> Result<String, CatalogError> {
        Ok(self.inner().store.text_setting(Setting::Reviewer)?.unwrap_or_default())
    }

    /// Names who reviews from now on.
    ///
    /// # Errors
    /// A name that is too long, a library that cannot be written.
    pub fn set_reviewer(&self, name: &str) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        let name = name.trim();
        if name.chars().count() > MAX_NAME {
            return Err(CatalogError::TooLong { what: "A name", limit: MAX_NAME });
        }
        self.inner().store.set_text(Setting::Reviewer, Some(name).filter(|name| !name.is_empty()))
    }
}

/// Learns from a verdict on a claim. False where that is not enough and all verdicts have to be read again: a claim
/// that was judged before counts once.
fn learns(inner: &Inner, claims: &[JudgedClaim], (claim, is_right): (ClaimKey, bool)) -> bool {
    let Some(known) = claims.iter().find(|known| known.claim == claim) else { return false };
    if known.person_says.is_some() {
        return false;
    }
    if let (ClaimKind::Attribute(kind), Some(evidence)) = (&claim.kind, known.evidence) {
        inner.review.teach(kind, evidence, is_right);
    }
    true
}

fn check_lengths(text: &ReviewText) -> Result<(), CatalogError> {
    check_length("A title", &text.title)?;
    check_length("A text", &text.text)?;
    check_length("An alternative text", &text.alt_text)
}

fn check_length(what: &'static str, text: &str) -> Result<(), CatalogError> {
    if text.chars().count() > MAX_TEXT {
        return Err(CatalogError::TooLong { what, limit: MAX_TEXT });
    }
    Ok(())
}
