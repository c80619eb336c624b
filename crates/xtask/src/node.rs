//! Node and npm, which build the web UI.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::SystemTime,
};

use anyhow::{Result, bail};

use crate::{
    command::{self, which},
    project::Project,
};

/// The oldest Node that Vite 8 runs on.
const OLDEST: (u32, u32) = (20, 19);

/// npm's name on this system.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Fails with what to do when Node is missing or too old.
pub(crate) fn check() -> Result<()> {
    let (major, minor) = OLDEST;
    let advice = format!(
        "install Node {major}.{minor} or newer with npm (https://nodejs.org/download), then try again"
    );
    if which("node").is_none() || which("npm").is_none() {
        bail!("Node or npm is not installed: {advice}");
    }
    let answer = Command::new("node").arg("--version").stderr(Stdio::null()).output()?;
    let answer = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    match version(&answer) {
        Some(found) if found >= OLDEST => Ok(()),
        _ => bail!("Node {answer} is too old for the window's build: {advice}"),
    }
}

/// Installs what `ui/package-lock.json` names, unless that has been done since it changed.
pub(crate) fn install(project: &Project) -> Result<()> {
    let lock = project.path("ui/package-lock.json");
    let installed = project.path("ui/node_modules/.package-lock.json");
    if changed(&installed).is_some_and(|then| Some(then) >= changed(&lock)) {
        println!("ui/node_modules is current");
        return Ok(());
    }
    command::run(npm(project, &["ci", "--no-audit", "--no-fund"]).env("NO_UPDATE_NOTIFIER", "1"))
}

/// npm with these arguments, in the UI's folder.
pub(crate) fn npm(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(NPM);
    command.args(arguments).current_dir(project.path("ui"));
    command
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|facts| facts.modified()).ok()
}

/// `v20.19.1` as (20, 19).
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix('v')?.split('.').map(|number| number.parse::<u32>().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("v20.19.1"), Some((20, 19)));
        assert!(version("v20.9.0").unwrap() < OLDEST);
        assert!(version("v24.0.0").unwrap() > OLDEST);
        assert_eq!(version("20"), None);
        assert_eq!(version(""), None);
    }
}
