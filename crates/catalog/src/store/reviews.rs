//! What people decided of descriptions.
//!
//! A press of a key is a step with an event for each product that it touches. Steps and events are only ever
//! added: a step back is a step of its own that names the decision which it takes back. How a product stands
//! (`review`) follows from its events that are not taken back, and is written in the same transaction.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{ProductId, Store, to_u64};
use crate::{
    error::CatalogError,
    review::{ClaimKey, ReviewState, ReviewText, WordsBy},
};

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The words are right.
    Approve,
    /// They are not to be used.
    Reject,
    /// Somebody has to say something first.
    NeedsInfo,
    /// It is to be looked at again.
    Reopen,
    /// Words of a person take their place.
    Edit,
    /// Something to remember.
    Note,
    /// Whether a claim is right.
    JudgeClaim,
    /// An earlier decision is taken back.
    Undo,
    /// A decision that was taken back counts again.
    Redo,
}

impl StepKind {
    const NAMES: [(Self, &'static str); 9] = [
        (Self::Approve, "approve"),
        (Self::Reject, "reject"),
        (Self::NeedsInfo, "needs_info"),
        (Self::Reopen, "reopen"),
        (Self::Edit, "edit"),
        (Self::Note, "note"),
        (Self::JudgeClaim, "judge_claim"),
        (Self::Undo, "undo"),
        (Self::Redo, "redo"),
    ];

    /// Its name in the database, and for clients.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("note", |(_, name)| name)
    }

    /// A kind that an older program does not know changes nothing.
    fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, other)| *other == name).map_or(Self::Note, |(kind, _)| *kind)
    }
}

/// What a step does to one product.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The product.
    pub product: ProductId,
    /// The words that are decided on.
    pub text: ReviewText,
    /// Whose they are.
    pub words_by: WordsBy,
    /// What is noted.
    pub note: String,
    /// The claim that is judged, and whether it is right.
    pub judged: Option<(ClaimKey, bool)>,
}

/// A step of a product's history.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Its number; rises.
    pub id: u64,
    /// The product.
    pub product: ProductId,
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// Who; empty where nobody gave a name.
    pub who: String,
    /// What.
    pub what: StepKind,
    /// The words that were decided on.
    pub text: ReviewText,
    /// Whose they are.
    pub words_by: WordsBy,
    /// What was noted.
    pub note: String,
    /// The claim that was judged, and whether it is right.
    pub judged: Option<(ClaimKey, bool)>,
    /// Whether it is taken back now.
    pub is_undone: bool,
}

/// A step back or forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepBack {
    /// Its number; rises.
    pub id: u64,
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// Who; empty where nobody gave a name.
    pub who: String,
    /// Which of both.
    pub what: StepKind,
    /// What kind of decision it took back, or made again.
    pub of: StepKind,
}

/// How a product stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewRow {
    /// How far it has come.
    pub state: ReviewState,
    /// The words that a person approved or wrote, and which of both.
    pub words: Option<(ReviewText, WordsBy)>,
    /// What was noted last.
    pub note: String,
}

/// A decision that was taken back, or made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stepped {
    /// The decision.
    pub what: StepKind,
    /// The products that it touches.
    pub products: Vec<ProductId>,
}

/// The newest decision that is not taken back.
pub(super) const TO_UNDO: &str = "SELECT id, what FROM review_step s
     WHERE what NOT IN ('undo', 'redo') AND NOT EXISTS (SELECT 1 FROM review_undone WHERE step_id = s.id)
     ORDER BY id DESC LIMIT 1";
/// What the newest step back took back, among those that no decision came after.
pub(super) const TO_REDO: &str =
    "SELECT t.id, t.what FROM review_step s JOIN review_step t ON t.id = s.target
     JOIN review_undone u ON u.step_id = t.id
     WHERE s.what = 'undo'
     AND s.id > coalesce((SELECT max(id) FROM review_step WHERE what NOT IN ('undo', 'redo')), 0)
     ORDER BY s.id DESC LIMIT 1";

impl Store {
    /// Keeps a decision: all of it or nothing.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchProduct`], a library that cannot be written.
    pub fn decide(&self, what: StepKind, who: &str, events: &[NewEvent]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let step = add_step(&transaction, what, who, None)?;
        for event in events {
            let is_known =
                transaction.prepare_cached("SELECT 1 FROM product WHERE id = ?1")?.exists([event.product])?;
            if !is_known {
                return Err(CatalogError::NoSuchProduct);
            }
            add_event(&transaction, step, event)?;
            settle(&transaction, event.product)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Takes back the last decision that counts; none where there is none.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn undo_decision(&self, who: &str) -> Result<Option<Stepped>, CatalogError> {
        self.step(TO_UNDO, StepKind::Undo, who)
    }

    /// Makes the decision again that was taken back last, where none came after it.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn redo_decision(&self, who: &str) -> Result<Option<Stepped>, CatalogError> {
        self.step(TO_REDO, StepKind::Redo, who)
    }

    fn step(&self, sought: &str, kind: StepKind, who: &str) -> Result<Option<Stepped>, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let found: Option<(i64, String)> = transaction
            .prepare_cached(sought)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((target, what)) = found else { return Ok(None) };
        add_step(&transaction, kind, who, Some(target))?;
        let change = match kind {
            StepKind::Undo => "INSERT INTO review_undone (step_id) VALUES (?1)",
            _ => "DELETE FROM review_undone WHERE step_id = ?1",
        };
        transaction.prepare_cached(change)?.execute([target])?;
        let products: Vec<ProductId> = transaction
            .prepare_cached("SELECT DISTINCT product_id FROM review_event WHERE step_id = ?1 ORDER BY id")?
            .query_map([target], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for &product in &products {
            settle(&transaction, product)?;
        }
        transaction.commit()?;
        Ok(Some(Stepped { what: StepKind::from_name(&what), products }))
    }

    /// How a product stands.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn review_of(&self, product: ProductId) -> Result<ReviewRow, CatalogError> {
        review_of(&*self.reader()?, product)
    }

    /// Of how many products a person approved or wrote the words.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn n_settled_reviews(&self) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT count(*) FROM review WHERE state IN (1, 2) AND title IS NOT NULL")?;
        Ok(statement.query_row([], |row| row.get(0)).map(to_u64)?)
    }

    /// Products whose words a person approved or wrote, with the words and whose they are.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn settled_reviews(&self) -> Result<Vec<(ProductId, ReviewText, WordsBy)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT product_id, title, text, alt_text, words_by FROM review
             WHERE state IN (1, 2) AND title IS NOT NULL ORDER BY product_id",
        )?;
        let rows = statement.query_map([], |row| {
            let text = ReviewText { title: row.get(1)?, text: row.get(2)?, alt_text: row.get(3)? };
            let by: String = row.get(4)?;
            Ok((row.get(0)?, text, WordsBy::from_name(&by)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was decided of a product, the newest last, with what was taken back. Steps back and forward are not
    /// among them.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn events_of(&self, product: ProductId) -> Result<Vec<EventRow>, CatalogError> {
        events_of(&*self.reader()?, product)
    }

    /// Steps back and forward that touched a product.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn steps_back_of(&self, product: ProductId) -> Result<Vec<StepBack>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT s.id, s.at_ms, s.who, s.what, t.what FROM review_step t
             JOIN review_step s ON s.target = t.id
             WHERE t.id IN (SELECT step_id FROM review_event WHERE product_id = ?1) ORDER BY s.id",
        )?;
        let rows = statement.query_map([product], |row| {
            let (what, of): (String, String) = (row.get(3)?, row.get(4)?);
            Ok(StepBack {
                id: to_u64(row.get(0)?),
                at_ms: to_u64(row.get(1)?),
                who: row.get(2)?,
                what: StepKind::from_name(&what),
                of: StepKind::from_name(&of),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every claim that people judged, with a photo of its product: what a calibration learns from. The newest
    /// `limit`.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn judged_claims(&self, limit: u64) -> Result<Vec<(ProductId, ClaimKey, bool)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT e.product_id, e.claim_kind, coalesce(e.claim_list, ''), e.claim_value, e.is_right
             FROM review_event e WHERE e.claim_kind IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM review_undone WHERE step_id = e.step_id)
             ORDER BY e.id DESC LIMIT ?1",
        )?;
        let rows = statement.query_map([super::to_i64(limit)], |row| {
            let (kind, list): (String, String) = (row.get(1)?, row.get(2)?);
            Ok((row.get(0)?, ClaimKey::from_stored(&kind, &list, row.get(3)?), row.get(4)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn add_step(
    transaction: &Transaction<'_>,
    what: StepKind,
    who: &str,
    target: Option<i64>,
) -> Result<i64, CatalogError> {
    Ok(transaction
        .prepare_cached(
            "INSERT INTO review_step (at_ms, who, what, target)
             VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), ?1, ?2, ?3) RETURNING id",
        )?
        .query_row(params![who, what.name(), target], |row| row.get(0))?)
}

fn add_event(transaction: &Transaction<'_>, step: i64, event: &NewEvent) -> Result<(), CatalogError> {
    let claim = event.judged.as_ref().map(|(claim, _)| claim);
    transaction
        .prepare_cached(
            "INSERT INTO review_event (step_id, product_id, title, text, alt_text, words_by, note,
                 claim_kind, claim_list, claim_value, is_right)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            step,
            event.product,
            event.text.title,
            event.text.text,
            event.text.alt_text,
            event.words_by.name(),
            event.note,
            claim.map(|claim| claim.kind.name()),
            claim.map(|claim| claim.kind.list().unwrap_or_default()),
            claim.map(|claim| claim.value.as_str()),
            event.judged.as_ref().map(|(_, is_right)| is_right),
        ])?;
    Ok(())
}

fn events_of(connection: &Connection, product: ProductId) -> Result<Vec<EventRow>, CatalogError> {
    let mut statement = connection.prepare_cached(
        "SELECT e.id, s.at_ms, s.who, s.what, e.title, e.text, e.alt_text, e.words_by, e.note,
             e.claim_kind, coalesce(e.claim_list, ''), e.claim_value, e.is_right,
             EXISTS (SELECT 1 FROM review_undone WHERE step_id = s.id)
         FROM review_event e JOIN review_step s ON s.id = e.step_id
         WHERE e.product_id = ?1 ORDER BY e.id",
    )?;
    let rows = statement.query_map([product], |row| {
        let (what, words_by): (String, String) = (row.get(3)?, row.get(7)?);
        let kind: Option<String> = row.get(9)?;
        let judged = match kind {
            Some(kind) => {
                let list: String = row.get(10)?;
                let value: Option<String> = row.get(11)?;
                let claim = ClaimKey::from_stored(&kind, &list, value.unwrap_or_default());
                Some((claim, row.get::<_, Option<bool>>(12)?.unwrap_or(true)))
            }
            None => None,
        };
        Ok(EventRow {
            id: to_u64(row.get(0)?),
            product,
            at_ms: to_u64(row.get(1)?),
            who: row.get(2)?,
            what: StepKind::from_name(&what),
            text: ReviewText { title: row.get(4)?, text: row.get(5)?, alt_text: row.get(6)? },
            words_by: WordsBy::from_name(&words_by),
            note: row.get(8)?,
            judged,
            is_undone: row.get(13)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn review_of(connection: &Connection, product: ProductId) -> Result<ReviewRow, CatalogError> {
    let found = connection
        .prepare_cached(
            "SELECT state, title, text, alt_text, words_by, note FROM review WHERE product_id = ?1",
        )?
        .query_row([product], |row| {
            let words_by: String = row.get(4)?;
            let words = match row.get::<_, Option<String>>(1)? {
                Some(title) => {
                    let text = ReviewText { title, text: row.get(2)?, alt_text: row.get(3)? };
                    Some((text, WordsBy::from_name(&words_by)))
                }
                None => None,
            };
            Ok(ReviewRow { state: ReviewState::from_rank(row.get(0)?), words, note: row.get(5)? })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// How a product stands after these events, the oldest first.
fn stands(events: &[EventRow]) -> ReviewRow {
    let mut row = ReviewRow::default();
    for event in events.iter().filter(|event| !event.is_undone) {
        let by_person = matches!(row.words, Some((_, WordsBy::Person)));
        match event.what {
            StepKind::Approve => {
                row.state = match event.words_by {
                    WordsBy::Models => ReviewState::Approved,
                    WordsBy::Person => ReviewState::Edited,
                };
                row.words = Some((event.text.clone(), event.words_by));
            }
            StepKind::Edit => {
                row.state = ReviewState::Edited;
                row.words = Some((event.text.clone(), WordsBy::Person));
            }
            StepKind::Reject => row.state = ReviewState::Rejected,
            StepKind::NeedsInfo => row.state = ReviewState::NeedsInfo,
            StepKind::Reopen => {
                row.state = ReviewState::Pending;
                // What a person wrote stays; what was only approved is the models' again.
                if !by_person {
                    row.words = None;
                }
            }
            StepKind::Note => row.note.clone_from(&event.note),
            StepKind::JudgeClaim | StepKind::Undo | StepKind::Redo => {}
        }
    }
    row
}

/// Writes how a product stands now.
fn settle(transaction: &Transaction<'_>, product: ProductId) -> Result<(), CatalogError> {
    let row = stands(&events_of(transaction, product)?);
    let words = row.words.as_ref().map(|(text, _)| text);
    transaction
        .prepare_cached(
            "INSERT INTO review (product_id, state, title, text, alt_text, words_by, note)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET state = ?2, title = ?3, text = ?4, alt_text = ?5, words_by = ?6, note = ?7",
        )?
        .execute(params![
            product,
            row.state.rank(),
            words.map(|words| &words.title),
            words.map(|words| &words.text),
            words.map(|words| &words.alt_text),
            row.words.as_ref().map_or(WordsBy::Models, |(_, by)| *by).name(),
            row.note,
        ])?;
    Ok(())
}

/// Gives what was decided of a product to the one that its photos became a part of, where nothing was decided of
/// that one: a list that names photos which were reviewed before must not lose the reviews.
pub(super) fn carry(
    transaction: &Transaction<'_>,
    from: ProductId,
    to: ProductId,
) -> Result<(), CatalogError> {
    let is_decided = |id: ProductId| -> Result<bool, CatalogError> {
        Ok(transaction.prepare_cached("SELECT 1 FROM review_event WHERE product_id = ?1")?.exists([id])?)
    };
    if !is_decided(from)? || is_decided(to)? {
        return Ok(());
    }
    // The same steps, so that a step back takes both back.
    transaction
        .prepare_cached(
            "INSERT INTO review_event (step_id, product_id, title, text, alt_text, words_by, note,
                 claim_kind, claim_list, claim_value, is_right)
             SELECT step_id, ?2, title, text, alt_text, words_by, note, claim_kind, claim_list, claim_value, is_right
             FROM review_event WHERE product_id = ?1 ORDER BY id",
        )?
        .execute(params![from, to])?;
    settle(transaction, to)
}
