//! `vitrine group`.

use std::path::Path;

use vitrine_api::{Api, types::GroupBy};

use crate::{
    args::{Arguments, By},
    index,
    output::{self, counted, visible},
};

pub fn run(
    api: &Api,
    arguments: &Arguments,
    folder: &Path,
    by: By,
    apply: bool,
) -> anyhow::Result<std::process::ExitCode> {
    let by = match by {
        By::Names => GroupBy::Names,
        By::Folders => GroupBy::Folders,
        By::Nothing => GroupBy::Nothing,
    };
    let source = api.source_at(folder)?;
    if apply {
        return index::follow_to_the_end(api, arguments, || Ok(api.set_grouping(source, by)?));
    }
    let preview = api.preview_grouping(source, by)?;
    if arguments.json {
        output::json(&preview)?;
        return Ok(std::process::ExitCode::SUCCESS);
    }
    say!(
        "{} of several photos, from {}.",
        counted(preview.n_products, "product"),
        counted(preview.n_photos, "photo")
    );
    for group in &preview.examples {
        say!("  {}: {}", visible(&group.name), visible(&group.files.join(", ")));
    }
    let hidden = preview.n_products.saturating_sub(preview.examples.len() as u64);
    if hidden > 0 {
        say!("  and {} more", output::count(hidden));
    }
    say!("Nothing was changed. To do it, add --apply.");
    Ok(std::process::ExitCode::SUCCESS)
}
