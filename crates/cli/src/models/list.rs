//! `vitrine models list`, which is also `vitrine models`: the pack in use, and all others.

use serde::Serialize;
use vitrine_api::{
    Api, size_in_words,
    types::{ModelPrecision, ModelRole, ModelsInfo, PackItem, PackList, PackPace, PackState},
};

use crate::{
    args::Arguments,
    output::{self, count},
};

/// What `models --json` prints: the pack in use, and the list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    #[serde(flatten)]
    models: Option<ModelsInfo>,
    #[serde(flatten)]
    list: PackList,
}

pub fn run(api: &Api, arguments: &Arguments) -> anyhow::Result<()> {
    let models = api.models();
    let list = api.packs()?;
    if arguments.json {
        output::json(&Listing { models: models.as_ref().ok().cloned(), list })?;
        return models.map(|_| ()).map_err(Into::into);
    }
    if let Ok(models) = &models {
        in_use(models);
        say!("");
    }
    for pack in &list.packs {
        say!("{:<12} {}", pack.name, standing(pack));
        if !pack.summary.is_empty() && !pack.is_in_use {
            say!("{:<12} {}", "", pack.summary);
            if let Some(why) = &pack.recommended {
                say!("{:<12} Recommended for most shops: {why}", "");
            }
        }
        if let Some(pace) = pack.pace {
            say!("{:<12} {}", "", pace_in_words(pace));
        }
        if let Some(problem) = &pack.problem {
            say!("{:<12} {problem}", "");
        }
    }
    if let Some(change) = &list.change {
        say!(
            "\nChanging from {} to {} in {}: {} of {} photos are read. `vitrine index` goes on with it.",
            change.from,
            change.to,
            change.precision.name(),
            count(change.n_done),
            count(change.n_total)
        );
    } else if let Some(previous) = &list.previous {
        let numbers = match list.previous_precision {
            asked if asked == list.precision => String::new(),
            ModelPrecision::Auto => " in the numbers that suit this device".to_owned(),
            asked => format!(" in {}", asked.name()),
        };
        say!("\n{previous}{numbers} was in use before: `vitrine models back` goes back to it.");
    }
    say!("\nPacks are kept in {}", list.packs_folder);
    models.map(|_| ()).map_err(Into::into)
}

/// The pack in use, whole.
fn in_use(models: &ModelsInfo) {
    say!("{} ({})", models.pack, models.revision);
    say!("  {}", models.summary);
    say!("  in {}", models.folder);
    match models.device.as_str() {
        "CPU" => say!("  on the processor, in {}", models.precision.name()),
        card => say!("  on the graphics card ({card}), in {}", models.precision.name()),
    }
    if let Some(note) = &models.device_note {
        say!("  {note}");
    }
    for model in &models.models {
        let role = match model.role {
            ModelRole::Search => "finds products",
            ModelRole::Describe => "describes products",
            ModelRole::Match => "compares words with photos",
        };
        say!(
            "  {role}: {}, {} parameters, {}",
            model.architecture,
            count(model.n_parameters),
            size_in_words(model.size_bytes)
        );
    }
    for (head, lines) in [("knows", &models.knows), ("does not know", &models.lacks)] {
        if !lines.is_empty() {
            say!("  {head}:");
        }
        for line in lines {
            say!("    - {line}");
        }
    }
}

fn pace_in_words(PackPace { read, describe }: PackPace) -> String {
    let rate = |per_second: f64| match per_second {
        many if many >= 10.0 => format!("{many:.0} photos/s"),
        some if some >= 1.0 => format!("{some:.1} photos/s"),
        few => format!("{:.0} photos/min", (few * 60.0).max(1.0)),
    };
    format!("Here it reads about {} and describes about {}.", rate(read), rate(describe))
}

/// How far a pack is, and how large.
fn standing(pack: &PackItem) -> String {
    let state = match pack.state {
        _ if pack.is_in_use => "in use".to_owned(),
        PackState::Installed if pack.is_shipped => "ships with Vitrine".to_owned(),
        PackState::Installed => "installed".to_owned(),
        PackState::Damaged => "cannot be used".to_owned(),
        PackState::Available => {
            let size = format!("to download, about {}", size_in_words(pack.size_bytes));
            return format!("{size}{}", memory_in_words(pack));
        }
        PackState::Partial => {
            return format!(
                "partly downloaded, {} of about {}: `vitrine models pull {}` goes on",
                size_in_words(pack.done_bytes),
                size_in_words(pack.size_bytes),
                pack.name
            );
        }
    };
    format!("{state}, {} on disk{}", size_in_words(pack.size_bytes), memory_in_words(pack))
}

fn memory_in_words(pack: &PackItem) -> String {
    pack.memory_bytes.map_or_else(String::new, |bytes| format!(", {} in memory", size_in_words(bytes)))
}
