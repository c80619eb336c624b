//! Descriptions under review.

use vitrine_catalog::{self as catalog, PhotoOptions, PhotoStep, review as engine};

use crate::{
    Api,
    api::MAX_LIMIT,
    convert,
    types::{
        ApiError, AttributeKind, BulkPreview, CheckedText, ClaimFinding, ClaimKind, DescribeMode, HeatMap,
        PhotoRequest, PictureId, ProductId, ReviewDecision, ReviewEvent, ReviewFilter, ReviewItem,
        ReviewQueue, ReviewText, RuleHelp, Stepped, Template, TemplateTrial,
    },
};

impl Api {
    /// A part of the products that wait for a person's eyes, what needs them most first.
    pub fn review_queue(
        &self,
        filter: &ReviewFilter,
        offset: u64,
        limit: u32,
    ) -> Result<ReviewQueue, ApiError> {
        let filter = convert::engine_filter(filter);
        let page = self.library.review_queue(&filter, offset, u64::from(limit.min(MAX_LIMIT)))?;
        Ok(convert::review_queue(page))
    }

    /// A product's description with everything that is needed to judge it.
    pub fn review_item(&self, id: ProductId) -> Result<ReviewItem, ApiError> {
        let known = self.library.review_item(id.into())?;
        self.with_history(id, known)
    }

    /// Keeps what a person decides, and answers how the product stands then.
    pub fn decide_review(&self, id: ProductId, decision: ReviewDecision) -> Result<ReviewItem, ApiError> {
        let known = self.library.decide_review(id.into(), convert::engine_decision(decision))?;
        self.with_history(id, known)
    }

    fn with_history(&self, id: ProductId, known: engine::Assessment) -> Result<ReviewItem, ApiError> {
        let n_events = self.library.review_history(id.into())?.len() as u32;
        Ok(convert::review_item(known, n_events))
    }

    /// Takes back the last decision that counts, of whichever product; also one from before a restart.
    pub fn undo_review(&self) -> Result<Option<Stepped>, ApiError> {
        Ok(self.library.undo_review()?.map(convert::stepped))
    }

    /// Makes the decision again that was taken back last.
    pub fn redo_review(&self) -> Result<Option<Stepped>, ApiError> {
        Ok(self.library.redo_review()?.map(convert::stepped))
    }

    /// What a text that is being typed claims.
    pub fn check_text(&self, id: ProductId, text: ReviewText) -> Result<CheckedText, ApiError> {
        let text = convert::engine_text(text);
        let found = self.library.check_text(id.into(), &text)?;
        Ok(convert::checked(&text, found))
    }

    /// What becomes of a claim about a product that is called `thing`; with `closer` the matching model is asked
    /// first. None where nothing can tell.
    pub fn judge_claim(
        &self,
        id: ProductId,
        kind: AttributeKind,
        value: &str,
        thing: &str,
        closer: bool,
    ) -> Result<Option<ClaimFinding>, ApiError> {
        let claim = engine::ClaimKey {
            kind: convert::engine_claim(ClaimKind::Attribute(kind), None),
            value: value.to_owned(),
        };
        let found = self.library.judge_claim(id.into(), &claim, thing, closer)?;
        Ok(convert::claim_finding(found))
    }

    /// Whether two values of a kind cannot be true of one thing: "red" and "blue", not "blue" and "navy".
    pub fn are_rivals(&self, kind: AttributeKind, a: &str, b: &str) -> bool {
        engine::are_rivals(&convert::engine_kind(kind, ""), a, b)
    }

    /// Who decided what of a product, and when, the newest first.
    pub fn review_history(&self, id: ProductId) -> Result<Vec<ReviewEvent>, ApiError> {
        let id: catalog::ProductId = id.into();
        let steps = self.library.review_history(id)?;
        Ok(steps.into_iter().map(|step| convert::review_event(id, step)).collect())
    }

    /// What approving everything of a filter would do; nothing is changed.
    pub fn preview_approve_all(&self, filter: &ReviewFilter) -> Result<BulkPreview, ApiError> {
        Ok(convert::bulk_preview(self.library.preview_approve_all(&convert::engine_filter(filter))?))
    }

    /// Approves what the preview of this token showed, as one step; answers how many products that were.
    pub fn approve_all(&self, token: &str) -> Result<u64, ApiError> {
        Ok(self.library.approve_all(token)?)
    }

    /// Writes about a product again, in another way; nothing is kept.
    pub fn rewrite_review(
        &self,
        id: ProductId,
        mode: DescribeMode,
        prompt: Option<String>,
    ) -> Result<ReviewText, ApiError> {
        let request = PhotoRequest { mode, prompt, quick: true, ..PhotoRequest::default() };
        let options: PhotoOptions = convert::photo_options(&request);
        let go_on = |_: PhotoStep| true;
        Ok(convert::review_text(self.library.rewrite_review(id.into(), &options, &go_on)?))
    }

    /// Where in a photo a model sees what is claimed; none of a claim that no model can look for.
    pub fn claim_heat_map(
        &self,
        id: ProductId,
        picture: PictureId,
        claim: ClaimKind,
        value: &str,
    ) -> Result<Option<HeatMap>, ApiError> {
        let claim = engine::ClaimKey { kind: convert::engine_claim(claim, None), value: value.to_owned() };
        let heat = self.library.claim_heat_map(id.into(), picture.into(), &claim)?;
        Ok(heat.map(convert::heat_map))
    }

    /// Who reviews, as the history names them; empty where nobody gave a name.
    pub fn reviewer(&self) -> Result<String, ApiError> {
        Ok(self.library.reviewer()?)
    }

    /// Names who reviews from now on.
    pub fn set_reviewer(&self, name: &str) -> Result<(), ApiError> {
        Ok(self.library.set_reviewer(name)?)
    }

    /// The rules by which descriptions are put together, the one for every product first.
    pub fn templates(&self) -> Result<Vec<Template>, ApiError> {
        Ok(self.library.templates()?.into_iter().map(convert::template).collect())
    }

    /// What rules would make of a product; nothing is kept.
    pub fn try_template(&self, template: Template) -> Result<TemplateTrial, ApiError> {
        Ok(convert::template_trial(self.library.try_template(&convert::engine_template(template))?))
    }

    /// How rules are written.
    pub fn rule_help(&self) -> RuleHelp {
        convert::rule_help(engine::rule_help())
    }

    /// Keeps rules in the place of those of the same category.
    pub fn set_template(&self, template: Template) -> Result<(), ApiError> {
        Ok(self.library.set_template(&convert::engine_template(template))?)
    }

    /// Forgets the rules of a category; false where there were none.
    pub fn remove_template(&self, category: &str) -> Result<bool, ApiError> {
        Ok(self.library.remove_template(category)?)
    }
}
