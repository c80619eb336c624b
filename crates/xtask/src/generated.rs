//! Files that a program writes and that are committed nevertheless, so that using and
//! building Vitrine needs neither PyTorch nor a renderer.

use anyhow::{Context, Result};

use crate::{
    command::{self, which},
    node::{self, npm},
    project::Project,
};

/// The TypeScript twins of the API's types, into `ui/src/lib/bindings`.
pub(crate) fn bindings(project: &Project) -> Result<()> {
    let mut test = project.cargo(&["test", "--package", "vitrine-api", "--test", "bindings"]);
    command::run(test.env("VITRINE_WRITE_BINDINGS", "1"))
}

/// The reference answers of PyTorch and transformers, into `crates/models/tests/goldens`.
pub(crate) fn goldens(project: &Project) -> Result<()> {
    let environment = project.target().join("goldens-python");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !python.exists() {
        let system = which("python3").or_else(|| which("python")).context("Python 3 is not installed")?;
        command::run(project.command(system).args(["-m", "venv"]).arg(&environment))?;
    }
    let needs = project.path("models/parity/requirements.txt");
    command::run(
        project.command(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(needs),
    )?;
    // The first empties the folder in which the others fill one of their own.
    let scripts = [
        ("make_goldens.py", "goldens"),
        ("interrogator.py", "goldens/interrogator"),
        ("tuning.py", "goldens/tuning"),
    ];
    for (script, folder) in scripts {
        command::run(
            project
                .command(&python)
                .arg(project.path("models/parity").join(script))
                .arg(project.path("crates/models/tests").join(folder)),
        )?;
    }
    Ok(())
}

/// The sample catalog, into `samples`.
pub(crate) fn samples(project: &Project) -> Result<()> {
    command::run(
        project
            .cargo(&["run", "--release", "--package", "vitrine-render", "--", "samples"])
            .arg(project.path("samples")),
    )
}

/// Every size of the icon, into `icons`.
pub(crate) fn icons(project: &Project) -> Result<()> {
    node::check()?;
    node::install(project)?;
    command::run(&mut npm(project, &["run", "icons"]))
}
