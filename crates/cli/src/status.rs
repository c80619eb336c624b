//! `vitrine status`.

use serde::Serialize;
use vitrine_api::{
    Api,
    types::{CatalogSummary, Skipped},
};

use crate::{
    args::Arguments,
    output::{self, count, counted},
};

/// Skipped files fetched at once.
const PAGE: u32 = 500;

/// What `status --json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    library: String,
    #[serde(flatten)]
    catalog: CatalogSummary,
    skipped: Vec<Skipped>,
}

pub fn run(api: &Api, arguments: &Arguments, all_skipped: bool) -> anyhow::Result<()> {
    let most = if all_skipped { u64::MAX } else { u64::from(arguments.limit) };
    let mut skipped: Vec<Skipped> = Vec::new();
    while (skipped.len() as u64) < most {
        let wanted = u32::try_from(most - skipped.len() as u64).unwrap_or(PAGE).min(PAGE);
        let page = api.skipped(skipped.len() as u64, wanted)?;
        if page.items.is_empty() {
            break;
        }
        skipped.extend(page.items);
    }
    let status =
        Status { library: api.library_folder().display().to_string(), catalog: api.summary()?, skipped };
    if arguments.json {
        return output::json(&status);
    }
    let catalog = &status.catalog;
    println!("Library {}", status.library);
    println!(
        "{}: {} can be searched, {} described",
        counted(catalog.n_photos, "photo"),
        count(catalog.n_searchable),
        count(catalog.n_described)
    );
    for source in &catalog.sources {
        let note = if source.reachable { "" } else { " (cannot be reached now)" };
        println!("  {}  {}{note}", source.path, counted(source.n_photos, "photo"));
    }
    if catalog.n_skipped > 0 {
        println!("{} skipped", counted(catalog.n_skipped, "file"));
        for file in &status.skipped {
            println!("  {}: {}", file.path, file.message);
        }
        let hidden = catalog.n_skipped.saturating_sub(status.skipped.len() as u64);
        if hidden > 0 {
            println!("  and {} more: vitrine status --skipped", count(hidden));
        }
    }
    Ok(())
}
