//! Where things are in this checkout.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::command;

/// The checkout and the folder that cargo builds into.
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Asks cargo, which knows about `CARGO_TARGET_DIR` and every configuration file.
    pub(crate) fn find() -> Result<Project> {
        let mut ask = cargo();
        ask.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]);
        ask.current_dir(env!("CARGO_MANIFEST_DIR"));
        let answer = command::output(&mut ask)?;
        let answer: serde_json::Value = serde_json::from_str(&answer).context("cargo metadata")?;
        let folder = |key: &str| -> Result<PathBuf> {
            let text = answer[key].as_str().with_context(|| format!("cargo metadata names no {key}"))?;
            Ok(PathBuf::from(text))
        };
        Ok(Project { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// A path inside the checkout.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A program that was built for use.
    pub(crate) fn released(&self, program: &str) -> PathBuf {
        self.target.join("release").join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A command that runs in the checkout's root.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// Cargo with these arguments, in the checkout's root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo();
        command.args(arguments).current_dir(&self.root);
        // A clean build is built once: what a second one would be quicker with takes gigabytes, and time to write.
        if std::env::var_os("CI").is_some() && std::env::var_os("CARGO_INCREMENTAL").is_none() {
            command.env("CARGO_INCREMENTAL", "0");
        }
        command
    }
}

/// The cargo that runs this task, so that both use the same toolchain.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
