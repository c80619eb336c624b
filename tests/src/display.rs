//! A screen that nobody sees.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::programs::Running;

/// An X server without a screen; ends when dropped.
pub struct Display {
    name: String,
    _server: Running,
}

impl Display {
    /// Starts a server on a display number that the server itself finds free.
    ///
    /// # Errors
    /// When Xvfb is not installed or does not come up.
    pub fn start() -> Result<Display> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let mut number = String::new();
        BufReader::new(server.stdout()?).read_line(&mut number)?;
        let number: u32 = number.trim().parse().context("Xvfb did not start")?;
        Ok(Display { name: format!(":{number}"), _server: server })
    }

    /// What `DISPLAY` has to be for programs that are to appear on it.
    pub fn name(&self) -> &str {
        &self.name
    }
}
