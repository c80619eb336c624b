//! `vitrine export`: decided words on their way back to the shop.

use vitrine_api::{
    Api,
    types::{ExportPreview, ExportTarget},
};

use crate::{
    args::{Arguments, Beside, ExportArguments},
    output::{self, count, counted, visible},
};

pub fn run(api: &Api, arguments: &Arguments, options: &ExportArguments) -> anyhow::Result<()> {
    let target = target(api, options)?;
    let place = match (&options.place, options.dry_run) {
        (Some(place), false) => place,
        _ => return show(arguments, &api.preview_export(&target)?),
    };
    let done = api.export(&target, place)?;
    if arguments.json {
        return output::json(&done);
    }
    say!("{}: {}.", visible(&place.display().to_string()), counted(done.n_products, "product"));
    if done.n_kept > 0 {
        say!("{} there already and stay as they are.", counted(done.n_kept, "file"));
    }
    Ok(())
}

fn target(api: &Api, options: &ExportArguments) -> anyhow::Result<ExportTarget> {
    if let Some(form) = &options.form {
        return Ok(ExportTarget::File { form: form.clone() });
    }
    if let Some(beside) = options.beside {
        let form = match beside {
            Beside::Text => "text",
            Beside::Xmp => "xmp",
        };
        return Ok(ExportTarget::Sidecars { form: form.to_owned() });
    }
    let choices = api.export_choices()?;
    let name = options.back.as_deref().unwrap_or_default();
    let at = choices.lists.iter().position(|list| list.name == name);
    let Some(at) = at else {
        let known: Vec<&str> = choices.lists.iter().map(|list| list.name.as_str()).collect();
        anyhow::bail!("No list called {} came in. There are: {}", visible(name), visible(&known.join(", ")));
    };
    Ok(ExportTarget::List { list: at as u32 })
}

fn show(arguments: &Arguments, preview: &ExportPreview) -> anyhow::Result<()> {
    if arguments.json {
        return output::json(preview);
    }
    say!("{}, {}", counted(preview.n_products, "product"), counted(preview.n_changes, "change"));
    for change in preview.changes.iter().take(arguments.limit as usize) {
        let line = if change.line > 0 { format!("line {}, ", change.line) } else { String::new() };
        say!("  {line}{} of {}:", visible(&change.place), visible(&change.product));
        say!("    - {}", visible(&change.old));
        say!("    + {}", visible(&change.new));
    }
    let hidden = preview.n_changes.saturating_sub(u64::from(arguments.limit));
    if hidden > 0 {
        say!("  and {} more", count(hidden));
    }
    for sentence in &preview.not_written {
        say!("{}", visible(sentence));
    }
    say!("Nothing was written. To do it, name a file and leave --dry-run out.");
    Ok(())
}
