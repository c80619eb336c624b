//! `cargo xtask run`: from a clean checkout to the open window.

use std::path::Path;

use anyhow::Result;

use crate::{command, node, packages, project::Project, terminal};

/// Builds Vitrine for use and opens it, or shows its job in the terminal where there is no display.
pub(crate) fn run(project: &Project, library: Option<&Path>, in_terminal: bool) -> Result<()> {
    if in_terminal || !has_display() {
        if !in_terminal {
            println!(
                "There is no display here (DISPLAY and WAYLAND_DISPLAY are empty): using the terminal.\n"
            );
        }
        return terminal::show(project, library);
    }
    packages::ensure(&[packages::WINDOW])?;
    node::check()?;
    println!("Building Vitrine for use; the first time this takes some minutes.");
    command::run(&mut project.cargo(&["build", "--release", "-p", "vitrine-desktop", "-p", "vitrine"]))?;
    println!("\nOpening the window. Ctrl+C here closes it; later, start it with");
    println!("  {}\n", project.released("vitrine-desktop").display());
    command::run(&mut in_library(project.command(project.released("vitrine-desktop")), library))
}

/// Tells a program of ours which library to use.
pub(crate) fn in_library(
    mut command: std::process::Command,
    library: Option<&Path>,
) -> std::process::Command {
    if let Some(library) = library {
        // The program starts in the checkout's root, the user named the folder from elsewhere.
        let folder = std::path::absolute(library).unwrap_or_else(|_| library.to_owned());
        command.env("VITRINE_LIBRARY", folder);
    }
    command
}

fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}
