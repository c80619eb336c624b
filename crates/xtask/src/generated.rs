//! Files that a program writes and that are committed nevertheless, so that using and
//! building Vitrine needs neither PyTorch nor a renderer.

use anyhow::Result;

use crate::{
    command,
    node::{self, npm},
    project::Project,
    python,
};

/// The TypeScript twins of the API's types, into `ui/src/lib/bindings`.
pub(crate) fn bindings(project: &Project) -> Result<()> {
    let mut test = project.cargo(&["test", "--package", "vitrine-api", "--test", "bindings"]);
    command::run(test.env("VITRINE_WRITE_BINDINGS", "1"))
}

/// The reference answers of PyTorch and transformers, into `crates/models/tests/goldens`.
pub(crate) fn goldens(project: &Project) -> Result<()> {
    let python = python::with(project, "goldens-python", "models/parity/requirements.txt")?;
    // The first empties the folder in which the others fill theirs.
    let scripts = [
        ("make_goldens.py", "goldens"),
        ("families.py", "goldens"),
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
