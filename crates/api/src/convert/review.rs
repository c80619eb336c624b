//! Descriptions under review as clients see them.

use vitrine_catalog::{self as catalog, review as engine};

use super::{color, description::engine_kind, description::kind, shown_field_name, tile, version};
use crate::types::{
    BulkPreview, CheckedText, Claim, ClaimFinding, ClaimKind, Conflict, OriginSpan, ReviewCount,
    ReviewDecision, ReviewEvent, ReviewFact, ReviewFilter, ReviewItem, ReviewPhoto, ReviewQueue, ReviewRow,
    ReviewState, ReviewText, RuleHelp, RuleSign, RuleSlot, Stepped, Template, TemplateTrial, TextPart,
    TextSpan, TriedRule, Verdict, WordOrigin,
};

/// Products of a step that are named.
const MAX_STEPPED: usize = 1_000;

pub(crate) fn engine_filter(filter: &ReviewFilter) -> engine::QueueFilter {
    engine::QueueFilter {
        state: filter.state.map(engine_state),
        claim: filter.claim.map(|claim| engine_claim(claim, None)),
        verdict: filter.verdict.map(|verdict| match verdict {
            Verdict::Supported => engine::Verdict::Supported,
            Verdict::Doubtful => engine::Verdict::Doubtful,
            Verdict::Contradicted => engine::Verdict::Contradicted,
            Verdict::NotVisible => engine::Verdict::NotVisible,
        }),
        folder: filter.folder.clone(),
        category: filter.category.clone(),
    }
}

fn engine_state(state: ReviewState) -> engine::ReviewState {
    match state {
        ReviewState::Pending => engine::ReviewState::Pending,
        ReviewState::Approved => engine::ReviewState::Approved,
        ReviewState::Edited => engine::ReviewState::Edited,
        ReviewState::Rejected => engine::ReviewState::Rejected,
        ReviewState::NeedsInfo => engine::ReviewState::NeedsInfo,
    }
}

fn state(state: engine::ReviewState) -> ReviewState {
    match state {
        engine::ReviewState::Pending => ReviewState::Pending,
        engine::ReviewState::Approved => ReviewState::Approved,
        engine::ReviewState::Edited => ReviewState::Edited,
        engine::ReviewState::Rejected => ReviewState::Rejected,
        engine::ReviewState::NeedsInfo => ReviewState::NeedsInfo,
    }
}

pub(crate) fn engine_claim(claim: ClaimKind, list: Option<&str>) -> engine::ClaimKind {
    match claim {
        ClaimKind::Attribute(kind) => {
            engine::ClaimKind::Attribute(engine_kind(kind, list.unwrap_or_default()))
        }
        ClaimKind::Count => engine::ClaimKind::Count,
        ClaimKind::Lettering => engine::ClaimKind::Lettering,
        ClaimKind::Unseen => engine::ClaimKind::Unseen,
    }
}

fn claim_kind(claim: &engine::ClaimKind) -> ClaimKind {
    match claim {
        engine::ClaimKind::Attribute(of) => ClaimKind::Attribute(kind(of)),
        engine::ClaimKind::Count => ClaimKind::Count,
        engine::ClaimKind::Lettering => ClaimKind::Lettering,
        engine::ClaimKind::Unseen => ClaimKind::Unseen,
    }
}

fn verdict(verdict: engine::Verdict) -> Verdict {
    match verdict {
        engine::Verdict::Supported => Verdict::Supported,
        engine::Verdict::Doubtful => Verdict::Doubtful,
        engine::Verdict::Contradicted => Verdict::Contradicted,
        engine::Verdict::NotVisible => Verdict::NotVisible,
    }
}

fn origin(origin: engine::WordOrigin) -> WordOrigin {
    match origin {
        engine::WordOrigin::Shop => WordOrigin::Shop,
        engine::WordOrigin::Models => WordOrigin::Models,
        engine::WordOrigin::Person => WordOrigin::Person,
        engine::WordOrigin::Template => WordOrigin::Template,
    }
}

fn part(part: engine::TextPart) -> TextPart {
    match part {
        engine::TextPart::Title => TextPart::Title,
        engine::TextPart::Text => TextPart::Text,
        engine::TextPart::AltText => TextPart::AltText,
    }
}

pub(crate) fn engine_text(text: ReviewText) -> engine::ReviewText {
    engine::ReviewText { title: text.title, text: text.text, alt_text: text.alt_text }
}

pub(crate) fn review_text(text: engine::ReviewText) -> ReviewText {
    ReviewText { title: text.title, text: text.text, alt_text: text.alt_text }
}

/// Bytes of a text as UTF-16 units, which is how JavaScript counts.
fn span(text: &engine::ReviewText, of: engine::TextPart, place: &std::ops::Range<usize>) -> TextSpan {
    let whole = text.part(of);
    let units = |end: usize| whole.get(..end).unwrap_or(whole).encode_utf16().count() as u32;
    TextSpan { part: part(of), start: units(place.start), end: units(place.end) }
}

fn claim(text: &engine::ReviewText, judged: engine::JudgedClaim) -> Claim {
    Claim {
        kind: claim_kind(&judged.claim.kind),
        list: judged.claim.kind.list().map(str::to_owned),
        spans: judged.places.iter().map(|(of, place)| span(text, *of, place)).collect(),
        value: judged.claim.value,
        origin: origin(judged.origin),
        verdict: verdict(judged.verdict),
        probability: judged.probability,
        rather: judged.rather,
        picture: judged.picture.map(Into::into),
        person_says: judged.person_says,
    }
}

fn origins(text: &engine::ReviewText, spans: &[engine::OriginSpan]) -> Vec<OriginSpan> {
    let one = |found: &engine::OriginSpan| OriginSpan {
        span: span(text, found.part, &found.place),
        origin: origin(found.origin),
    };
    spans.iter().map(one).collect()
}

pub(crate) fn checked(
    text: &engine::ReviewText,
    (claims, spans): (Vec<engine::JudgedClaim>, Vec<engine::OriginSpan>),
) -> CheckedText {
    CheckedText {
        claims: claims.into_iter().map(|judged| claim(text, judged)).collect(),
        origins: origins(text, &spans),
    }
}

pub(crate) fn review_item(known: engine::Assessment, n_events: u32) -> ReviewItem {
    let photo = |found: &catalog::ProductPhotoRow| ReviewPhoto {
        picture: found.photo.id.into(),
        version: version(&found.photo.picture.hash, found.photo.picture.reading),
        width: found.photo.picture.width,
        height: found.photo.picture.height,
        color: color(&found.photo),
        role: found.role.clone(),
    };
    ReviewItem {
        product: tile(&known.row, None, None),
        photos: known.photos.iter().map(photo).collect(),
        state: state(known.state),
        origins: origins(&known.text, &known.origins),
        claims: known.claims.into_iter().map(|judged| claim(&known.text, judged)).collect(),
        text: review_text(known.text),
        generated: review_text(known.generated),
        conflicts: known.conflicts.into_iter().map(conflict).collect(),
        facts: known
            .fields
            .into_iter()
            .map(|field| ReviewFact { name: shown_field_name(field.name), value: field.value })
            .collect(),
        note: Some(known.note).filter(|note| !note.is_empty()),
        template: known.template,
        n_events,
    }
}

fn conflict(found: engine::Conflict) -> Conflict {
    Conflict {
        field: found.field.map(shown_field_name),
        variant: found.variant,
        said: found.said,
        seen: found.seen,
        probability: found.probability,
        picture: found.picture.into(),
        product: found.product.map(Into::into),
    }
}

fn row(found: engine::QueueRow) -> ReviewRow {
    ReviewRow {
        product: tile(&found.row, None, None),
        state: state(found.item.state),
        title: found.item.title,
        need: found.item.need,
        n_doubtful: found.item.n_doubtful,
        n_contradicted: found.item.n_contradicted,
    }
}

pub(crate) fn review_queue(page: engine::QueuePage) -> ReviewQueue {
    let counts = |all: Vec<(String, u64)>| {
        all.into_iter().map(|(value, n)| ReviewCount { value, n }).collect::<Vec<ReviewCount>>()
    };
    ReviewQueue {
        total: page.total,
        rows: page.rows.into_iter().map(row).collect(),
        n_by_state: page.n_by_state,
        n_undescribed: page.n_undescribed,
        folders: counts(page.folders),
        categories: counts(page.categories),
    }
}

pub(crate) fn engine_decision(decision: ReviewDecision) -> engine::Decision {
    match decision {
        ReviewDecision::Approve => engine::Decision::Approve,
        ReviewDecision::Reject => engine::Decision::Reject,
        ReviewDecision::NeedsInfo => engine::Decision::NeedsInfo,
        ReviewDecision::Reopen => engine::Decision::Reopen,
        ReviewDecision::Edit { text } => engine::Decision::Edit(engine_text(text)),
        ReviewDecision::Note { note } => engine::Decision::Note(note),
        ReviewDecision::JudgeClaim { claim, list, value, is_right } => {
            let claim = engine::ClaimKey { kind: engine_claim(claim, list.as_deref()), value };
            engine::Decision::Judge(claim, is_right)
        }
    }
}

pub(crate) fn review_event(product: catalog::ProductId, step: engine::HistoryStep) -> ReviewEvent {
    ReviewEvent {
        id: step.id,
        product: product.into(),
        at_ms: step.at_ms,
        who: step.who,
        what: step.what.name().to_owned(),
        text: review_text(step.text),
        note: step.note,
        is_undone: step.is_undone,
    }
}

pub(crate) fn stepped(stepped: catalog::Stepped) -> Stepped {
    Stepped {
        what: stepped.what.name().to_owned(),
        n_products: stepped.products.len() as u32,
        products: stepped.products.into_iter().take(MAX_STEPPED).map(Into::into).collect(),
    }
}

pub(crate) fn bulk_preview(preview: engine::BulkPreview) -> BulkPreview {
    BulkPreview {
        n_products: preview.n_products,
        n_doubtful: preview.n_doubtful,
        n_contradicted: preview.n_contradicted,
        n_left_out: preview.n_left_out,
        examples: preview.examples.into_iter().map(row).collect(),
        token: preview.token,
    }
}

pub(crate) fn template(template: engine::Template) -> Template {
    Template {
        category: template.category,
        title: template.title,
        text: template.text,
        alt_text: template.alt_text,
    }
}

pub(crate) fn template_trial(trial: engine::TemplateTrial) -> TemplateTrial {
    let tried = |part: engine::TextPart| TriedRule {
        words: trial.text.part(part).to_owned(),
        problem: trial
            .problems
            .iter()
            .find(|problem| problem.part == part)
            .map(|problem| problem.to_string()),
    };
    TemplateTrial {
        title: tried(engine::TextPart::Title),
        text: tried(engine::TextPart::Text),
        alt_text: tried(engine::TextPart::AltText),
        of: trial.of,
    }
}

pub(crate) fn rule_help(help: engine::RuleHelp) -> RuleHelp {
    let sign = |sign: engine::RuleSign| RuleSign {
        rule: sign.rule.to_owned(),
        means: sign.means.to_owned(),
        becomes: sign.becomes,
    };
    let slot = |slot: &engine::Slot| RuleSlot { name: slot.name.to_owned(), means: slot.means.to_owned() };
    RuleHelp {
        signs: help.signs.into_iter().map(sign).collect(),
        slots: help.slots.iter().map(slot).collect(),
    }
}

pub(crate) fn engine_template(template: Template) -> engine::Template {
    engine::Template {
        category: template.category,
        title: template.title,
        text: template.text,
        alt_text: template.alt_text,
    }
}

/// None where nothing can tell.
pub(crate) fn claim_finding(found: engine::ClaimFinding) -> Option<ClaimFinding> {
    let evidence = found.evidence?;
    Some(ClaimFinding {
        verdict: verdict(found.verdict),
        probability: found.probability,
        first: [evidence.look, evidence.pixels, evidence.caption],
        closer: evidence.matching,
    })
}
