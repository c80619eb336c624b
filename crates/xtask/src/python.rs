//! Python, for what is compared with PyTorch.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{
    command::{self, which},
    project::Project,
};

/// The Python of an environment of its own, `name` in the target folder, with what `requirements` lists.
pub(crate) fn with(project: &Project, name: &str, requirements: &str) -> Result<PathBuf> {
    let environment = project.target().join(name);
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !python.exists() {
        let system = which("python3").or_else(|| which("python")).context("Python 3 is not installed")?;
        command::run(project.command(system).args(["-m", "venv"]).arg(&environment))?;
    }
    let needs = project.path(requirements);
    command::run(
        project.command(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(needs),
    )?;
    Ok(python)
}
