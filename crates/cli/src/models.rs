//! `vitrine models`.

use vitrine_api::{Api, types::ModelRole};

use crate::{
    args::Arguments,
    output::{self, count, size},
};

pub fn run(api: &Api, arguments: &Arguments) -> anyhow::Result<()> {
    let models = api.models()?;
    if arguments.json {
        return output::json(&models);
    }
    println!("{} ({})", models.pack, models.revision);
    println!("  {}", models.summary);
    println!("  in {}", models.folder);
    println!("  on the {}", models.device);
    if let Some(note) = &models.device_note {
        println!("  {note}");
    }
    for model in &models.models {
        let role = match model.role {
            ModelRole::Search => "finds products",
            ModelRole::Describe => "describes products",
        };
        println!(
            "  {role}: {}, {} parameters, {}",
            model.architecture,
            count(model.n_parameters),
            size(model.size_bytes)
        );
    }
    Ok(())
}
