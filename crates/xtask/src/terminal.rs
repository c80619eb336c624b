//! Vitrine's job without a window: index a catalog, find products in it, read their descriptions.

use std::path::Path;

use anyhow::{Context, Result};

use crate::{command, packages, project::Project, run::in_library};

/// What is asked: goods that the sample catalog has.
const SEARCHES: [&str; 3] = ["blue mug", "wooden chair", "striped bag"];

/// Builds the command line tool, indexes the sample catalog when the library is empty, and searches.
pub(crate) fn show(project: &Project, library: Option<&Path>) -> Result<()> {
    packages::ensure(&[packages::COMMAND_LINE])?;
    println!("Building the command line tool; the first time this takes some minutes.");
    command::run(&mut project.cargo(&["build", "--release", "-p", "vitrine"]))?;

    let vitrine = |arguments: &[&str]| {
        let mut command = in_library(project.command(project.released("vitrine")), library);
        command.args(arguments);
        command
    };
    let status = command::output(&mut vitrine(&["status", "--json"]))?;
    let status: serde_json::Value = serde_json::from_str(&status).context("`vitrine status --json`")?;

    // Somebody's own catalog is searched as it is: the samples are added to an empty one only.
    let count = |name: &str| {
        status[name].as_u64().with_context(|| format!("`vitrine status --json` names no {name}"))
    };
    if count("nPhotos")? == 0 {
        println!("\nThe catalog is empty: indexing the sample catalog.");
        command::run(vitrine(&["index"]).arg(project.path("samples")))?;
    } else if count("nSearchable")? < count("nPhotos")? {
        println!("\nSome photos were not indexed yet: going on with them.");
        command::run(&mut vitrine(&["index"]))?;
    }
    for words in SEARCHES {
        println!();
        command::run(&mut vitrine(&["search", words, "--limit", "3"]))?;
    }

    let program = project.released("vitrine");
    let program = program.display();
    println!("\nGo on with your own photos:");
    println!("  {program} index FOLDER");
    println!("  {program} search \"words\"");
    println!("  {program} search --image PHOTO");
    println!("  {program} --help");
    println!("On a machine with a display, `cargo xtask run` opens the window on the same catalog.");
    Ok(())
}
