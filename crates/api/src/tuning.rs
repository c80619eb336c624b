//! A search that learns from the shop.

use std::{num::NonZeroUsize, path::Path};

use vitrine_catalog::{jobs::Lane, tuning::TuningId};

use crate::{
    Api,
    api::MAX_LIMIT,
    convert, report,
    types::{
        ApiError, Comparison, PictureId, RunState, SearchLog, TuningJob, TuningPoint, TuningReport,
        TuningState,
    },
};

impl Api {
    /// What searches go by, what else there is, and what there is to learn from.
    pub fn tuning(&self) -> Result<TuningState, ApiError> {
        Ok(convert::tuning_state(self.library.tuning()?, self.library.tuning_job()))
    }

    /// How the one that is under way, or was cut off, went up to now: less to ask for than [`Api::tuning`].
    pub fn tuning_points(&self) -> Result<Vec<TuningPoint>, ApiError> {
        Ok(self.library.tuning_points()?.into_iter().map(convert::tuning_point).collect())
    }

    /// Takes over a log of searches (CSV: what was searched for, the product's number, how often) in the place of the
    /// one before it. It is read until `is_wanted` says no.
    pub fn read_search_log(&self, file: &Path, is_wanted: &dyn Fn() -> bool) -> Result<SearchLog, ApiError> {
        Ok(convert::search_log(self.library.read_search_log(file, is_wanted)?))
    }

    /// Forgets it.
    pub fn forget_search_log(&self) -> Result<(), ApiError> {
        Ok(self.library.forget_search_log()?)
    }

    /// Whether it is kept from now on what is opened after a search. What was kept goes when that ends.
    pub fn keep_opened(&self, is_kept: bool) -> Result<(), ApiError> {
        Ok(self.library.keep_opened(is_kept)?)
    }

    /// Counts a photo that was opened after a search, where that is kept.
    pub fn opened_after(&self, query: &str, picture: PictureId) -> Result<(), ApiError> {
        Ok(self.library.opened_after(query, vitrine_catalog::PictureId::new(picture.0))?)
    }

    /// Lets searches learn from the shop, in the background, and go by it where that is better. One that was cut off
    /// goes on. With `is_trial` nothing is changed: what was learnt is kept, and can be used later.
    /// At most `n_threads` compute; none leaves a core to others.
    pub fn start_tuning(
        &self,
        seed: u64,
        is_trial: bool,
        n_threads: Option<NonZeroUsize>,
    ) -> Result<(), ApiError> {
        let options = vitrine_catalog::tuning::TuningOptions { seed, is_to_be_used: !is_trial, n_threads };
        Ok(self.library.start_tuning(options)?)
    }

    /// Goes on with one that was cut off.
    pub fn resume_tuning(&self) -> Result<(), ApiError> {
        self.library.unpause_tuning();
        Ok(self.library.resume_tuning()?)
    }

    /// Holds it.
    pub fn pause_tuning(&self) {
        self.library.pause_tuning();
    }

    /// Ends it and forgets how far it was.
    pub fn cancel_tuning(&self) -> Result<(), ApiError> {
        Ok(self.library.cancel_tuning()?)
    }

    /// Ends it; the next start goes on with it.
    pub fn stop_tuning(&self) {
        self.library.stop_tuning();
    }

    /// What is under way.
    #[must_use]
    pub fn tuning_job(&self) -> Option<TuningJob> {
        self.library.tuning_job().map(convert::tuning_job).filter(|job| job.state.is_under_way())
    }

    /// Waits for its end; none where nothing was learnt in this session.
    #[must_use]
    pub fn wait_for_tuning(&self) -> Option<TuningJob> {
        if let Some(job) = self.library.jobs().current(Lane::Tuning) {
            let _ = job.wait();
        }
        self.library.tuning_job().map(convert::tuning_job)
    }

    /// What came of one, with its figures and how it went.
    pub fn tuning_report(&self, id: u32) -> Result<TuningReport, ApiError> {
        Ok(convert::tuning_report(self.library.tuning_report(TuningId::new(id))?))
    }

    /// The same as a page of HTML that stands alone, in the place of whatever `file` held.
    pub fn write_tuning_report(&self, id: u32, file: &Path) -> Result<(), ApiError> {
        let page = report::tuning_page(&self.tuning_report(id)?);
        Ok(self.library.write_file(file, page.as_bytes())?)
    }

    /// Lets searches go by what was learnt then, or by the pack alone.
    pub fn use_tuning(&self, id: Option<u32>) -> Result<(), ApiError> {
        Ok(self.library.use_tuning(id.map(TuningId::new))?)
    }

    /// The first products of one search, as the models alone find them, and with what was learnt then.
    pub fn compare_tuning(&self, id: u32, text: &str, limit: u32) -> Result<Comparison, ApiError> {
        let limit = u64::from(limit.min(MAX_LIMIT));
        let query = vitrine_catalog::search::Query::words(text);
        let (before, after) = self.library.compare_tuning(TuningId::new(id), &query, limit)?;
        let shown = |page: vitrine_catalog::search::Page| page.items.iter().map(convert::product).collect();
        Ok(Comparison { before: shown(before), after: shown(after) })
    }

    /// Nothing more is compared: what that needed is let go.
    pub fn end_tuning_comparison(&self) {
        self.library.end_tuning_comparison();
    }

    /// Forgets one that is not in use.
    pub fn remove_tuning(&self, id: u32) -> Result<(), ApiError> {
        Ok(self.library.remove_tuning(TuningId::new(id))?)
    }
}

impl RunState {
    /// Whether more will come.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}
