//! `vitrine status`.

use serde::Serialize;
use vitrine_api::{
    Api,
    types::{Away, CatalogSummary, Skipped},
};

use crate::{
    args::Arguments,
    output::{self, count, counted, visible},
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
    say!("Library {}", status.library);
    say!(
        "{} of {}: {} can be searched, {} described",
        counted(catalog.n_photos, "photo"),
        counted(catalog.n_products, "product"),
        count(catalog.n_searchable),
        count(catalog.n_described)
    );
    for source in &catalog.sources {
        let note = match source.away {
            None => "",
            Some(Away::Missing) => " (away: it is not there now; its photos are kept)",
            Some(Away::Empty) => " (away: the folder is empty; its photos are kept)",
            Some(Away::Unreadable) => " (away: no permission to read it; its photos are kept)",
        };
        say!("  {}  {}{note}", visible(&source.path), counted(source.n_photos, "photo"));
    }
    if catalog.is_read_only {
        say!("The library cannot be written: nothing can be added or changed.");
    }
    if catalog.n_without_photo > 0 {
        say!("{} of product lists without a photo", counted(catalog.n_without_photo, "product"));
    }
    if catalog.n_gone > 0 {
        let words = counted(catalog.n_gone, "photo");
        say!(
            "{words} in no folder any more, remembered: vitrine forget --gone deletes what is known of them"
        );
    }
    if catalog.n_skipped > 0 {
        say!("{} skipped or doubtful", counted(catalog.n_skipped, "file"));
        for file in &status.skipped {
            say!("  {}: {}", visible(&file.path), file.message);
        }
        let hidden = catalog.n_skipped.saturating_sub(status.skipped.len() as u64);
        if hidden > 0 {
            say!("  and {} more: vitrine status --skipped", count(hidden));
        }
    }
    Ok(())
}
