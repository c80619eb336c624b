//! `vitrine forget`.

use std::path::Path;

use serde::Serialize;
use vitrine_api::{Api, types::CatalogSummary};

use crate::{
    args::Arguments,
    output::{self, counted},
};

/// What `forget --json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    n_forgotten: u64,
    catalog: CatalogSummary,
}

pub fn run(api: &Api, arguments: &Arguments, folder: Option<&Path>) -> anyhow::Result<()> {
    let before = api.summary()?;
    let n_forgotten = match folder {
        Some(folder) => {
            api.remove_source(api.source_at(folder)?)?;
            let after = api.summary()?;
            before.n_photos.saturating_sub(after.n_photos)
        }
        None => api.forget_gone()?,
    };
    api.close();
    let catalog = api.summary()?;
    if arguments.json {
        return output::json(&Report { n_forgotten, catalog });
    }
    say!(
        "{} forgotten, {} left in the catalog.",
        counted(n_forgotten, "photo"),
        counted(catalog.n_photos, "photo")
    );
    Ok(())
}
