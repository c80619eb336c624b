//! Programs that a test starts, and that end with it.

use std::{
    env,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// A running program with everything that it started; ended when dropped.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts a program as the head of a process group of its own.
    pub(crate) fn start(command: &mut Command) -> Result<Running> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).process_group(0).spawn().with_context(|| {
            format!(
                "cannot start {program}: `cargo xtask test --only packages` installs what these tests need"
            )
        })?;
        Ok(Running { child })
    }

    /// What it prints.
    pub(crate) fn stdout(&mut self) -> Result<std::process::ChildStdout> {
        self.child.stdout.take().context("its output is not piped")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The group and not the child alone: a driver leaves its browser behind.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// The built application: `VITRINE_DESKTOP`, or `vitrine-desktop` in the folder that this test was built into.
pub(crate) fn desktop() -> Result<PathBuf> {
    let program = match env::var_os("VITRINE_DESKTOP") {
        Some(program) => PathBuf::from(program),
        None => {
            let test = env::current_exe()?;
            let folder = test.ancestors().nth(2).context("this test lies in no target folder")?;
            folder.join("vitrine-desktop")
        }
    };
    if !program.is_file() {
        bail!("{} is not built: run `cargo test --workspace --no-run` first", program.display());
    }
    Ok(program)
}
