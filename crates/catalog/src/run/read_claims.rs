//! The last pass: the matching model reads what descriptions claim, first where a person's eyes are needed most.
//!
//! Verdicts are there without it; with it they are surer.

use std::collections::HashSet;

use vitrine_jobs::{Job, Stage};

use crate::{CatalogError, library::Inner, store::ProductId};

/// Products that are taken at once, in the order in which they need eyes.
const PAGE: u64 = 1_000;
/// Products after which the queue learns of it.
const STEP: usize = 8;

/// Has every claim read that was not read yet, until there is other work.
pub(super) fn read_claims(library: &Inner, job: &Job) -> Result<(), CatalogError> {
    let mut tried: HashSet<ProductId> = HashSet::new();
    while !library.work.has_news() {
        let mut page = library.store.unasked(PAGE + tried.len() as u64)?;
        // Of a photo that cannot be read now nothing is known afterwards either.
        page.retain(|product| tried.insert(*product));
        if page.is_empty() {
            return Ok(());
        }
        job.board().start(Stage::Refine);
        job.board().add_total(Stage::Refine, page.len() as u64);
        for some in page.chunks(STEP) {
            for &product in some {
                job.checkpoint()?;
                let is_wanted = || !job.control().is_cancelled() && !library.work.has_news();
                match library.ask_about(product, &is_wanted) {
                    Ok(true) => job.board().advance(Stage::Refine, 1, None),
                    Ok(false) => return Ok(()),
                    Err(CatalogError::NoSuchProduct) => {}
                    Err(error) => return Err(error),
                }
            }
            library.refresh_reviews(some.len() as u64)?;
            library.events.changed();
        }
        job.board().total_is_known(Stage::Refine);
    }
    Ok(())
}
