//! `vitrine models`: which packs there are, and what is done with them.

pub mod args;
mod follow;
mod list;

use std::process::ExitCode;

use vitrine_api::{Api, types::PackJobKind};

use self::args::ModelsCommand;
use crate::{args::Arguments, output};

pub fn run(api: &Api, arguments: &Arguments, what: Option<&ModelsCommand>) -> anyhow::Result<ExitCode> {
    match what {
        None | Some(ModelsCommand::List) => list::run(api, arguments)?,
        Some(ModelsCommand::Pull { name }) => {
            return follow::run(api, arguments, PackJobKind::Pull, || api.pull_pack(name));
        }
        Some(ModelsCommand::Import { folder, name }) => {
            return follow::run(api, arguments, PackJobKind::Import, || {
                api.import_pack(folder, name.as_deref())
            });
        }
        Some(ModelsCommand::Verify { name }) => {
            return follow::run(api, arguments, PackJobKind::Verify, || api.verify_pack(name));
        }
        Some(ModelsCommand::Remove { name }) => {
            api.remove_pack(name)?;
            say(api, arguments, &format!("Removed {name}."))?;
        }
        Some(ModelsCommand::Use { name }) => {
            api.use_pack(name)?;
            let list = api.packs()?;
            let words = match &list.change {
                Some(change) => format!(
                    "{} will answer when it has read every photo; until then {} does. `vitrine index` reads them.",
                    change.to, change.from
                ),
                None => format!("{name} is in use."),
            };
            say(api, arguments, &words)?;
        }
        Some(ModelsCommand::Precision { numbers }) => {
            api.use_precision((*numbers).into())?;
            let words = match &api.packs()?.change {
                Some(change) => format!(
                    "{} will answer in {} when it has read every photo; until then nothing changes. `vitrine index` \
                     reads them.",
                    change.to,
                    change.precision.name()
                ),
                None => format!("{} is in use.", api.models()?.precision.name()),
            };
            say(api, arguments, &words)?;
        }
        Some(ModelsCommand::Back) => {
            api.undo_pack_change()?;
            let models = api.models()?;
            say(api, arguments, &format!("{} is in use.", models.pack))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What was done in words, or how things are now as JSON.
fn say(api: &Api, arguments: &Arguments, words: &str) -> anyhow::Result<()> {
    if arguments.json {
        return output::json(&api.packs()?);
    }
    say!("{words}");
    Ok(())
}
