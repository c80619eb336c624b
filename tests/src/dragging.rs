//! Files dragged from another program onto the window, with a real pointer.

use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{Application, Display, programs::Running};

/// Where the other program's window goes: beside Vitrine's, which is 1180 x 800 at the corner.
const SOURCE: (i32, i32) = (1240, 880);

/// A drag looks like a hand's: GTK wants to see the pointer on its way.
const STEPS: i32 = 12;

/// Files that are held over the window.
pub struct Held<'a> {
    display: &'a Display,
    words: Lines<BufReader<ChildStdout>>,
    _source: Running,
}

impl Application {
    /// Drags files over a part of the window and lets them go.
    ///
    /// # Errors
    /// When the part is not there or the files are not taken.
    pub async fn drop_files(&self, files: &[&Path], part: &str) -> Result<()> {
        self.hold_files(files, part).await?.let_go().await
    }

    /// Drags files over a part of the window and holds them there.
    ///
    /// # Errors
    /// When the part is not there.
    pub async fn hold_files(&self, files: &[&Path], part: &str) -> Result<Held<'_>> {
        let (left, top, width, height) = self.page().find(part).await?.rectangle().await?;
        let (window_x, window_y) = self.window_position()?;
        let to = (window_x + (left + width / 2.0) as i32, window_y + (top + height / 2.0) as i32);

        // The system's own Python, for which Debian packages GTK.
        let mut command = Command::new("/usr/bin/python3");
        command
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/drag_source.py"))
            .args([SOURCE.0.to_string(), SOURCE.1.to_string()])
            .args(files)
            .env("DISPLAY", self.display().name())
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut source = Running::start(&mut command)?;
        let mut held = Held {
            display: self.display(),
            words: BufReader::new(source.stdout()?).lines(),
            _source: source,
        };
        held.wait_for("ready")?;

        let from = (SOURCE.0 + 50, SOURCE.1 + 30);
        held.pointer(&["mousemove", &from.0.to_string(), &from.1.to_string(), "mousedown", "1"])?;
        for step in 1..=STEPS {
            let way = |from: i32, to: i32| (from + (to - from) * step / STEPS).to_string();
            held.pointer(&["mousemove", &way(from.0, to.0), &way(from.1, to.1)])?;
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        // A last small move on the spot, so that the target has heard of the files before it is told where they are.
        held.pointer(&["mousemove_relative", "1", "1"])?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok(held)
    }

    /// Where the page begins on the screen: there is no window manager, so no frame around it.
    fn window_position(&self) -> Result<(i32, i32)> {
        let output = Command::new("xdotool")
            .args(["search", "--onlyvisible", "--name", "^Vitrine$", "getwindowgeometry", "--shell"])
            .env("DISPLAY", self.display().name())
            .output()
            .context("cannot start xdotool")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let number = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.parse::<i32>().ok()).with_context(|| format!("no {name} in {text:?}"))
        };
        Ok((number("X=")?, number("Y=")?))
    }
}

impl Held<'_> {
    /// Lets the files go and waits until the window has taken them.
    ///
    /// # Errors
    /// When nobody takes them.
    pub async fn let_go(mut self) -> Result<()> {
        self.pointer(&["mouseup", "1"])?;
        self.wait_for("dropped")
    }

    fn wait_for(&mut self, word: &str) -> Result<()> {
        match self.words.next() {
            Some(Ok(said)) if said == word => Ok(()),
            said => bail!("the program with the files said {said:?} and not {word:?}"),
        }
    }

    fn pointer(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new("xdotool");
        let status = command.args(arguments).env("DISPLAY", self.display.name()).status()?;
        if !status.success() {
            bail!("xdotool {arguments:?} failed");
        }
        Ok(())
    }
}
