//! The application, started for one test.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    Display, Page,
    programs::{Running, desktop},
};

/// The folders of a user who has nothing but Vitrine; outlives the window.
pub struct Home(TempDir);

impl Home {
    /// A home folder with nothing in it.
    ///
    /// # Errors
    /// When there is no room for temporary files.
    pub fn new() -> Result<Home> {
        Ok(Home(tempfile::tempdir()?))
    }

    /// A folder in it, made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.0.path().join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

/// A window of Vitrine on a display of its own.
pub struct Application {
    page: Page,
    display: Display,
    // Dropped after the display is no longer needed, with the window in it.
    _driver: Running,
}

impl Application {
    /// Opens the window for this user and waits until its page is there.
    ///
    /// # Errors
    /// When a program that this needs is missing, or the window does not appear.
    pub async fn start(home: &Home) -> Result<Application> {
        let program = desktop()?;
        let display = Display::start()?;
        let port = free_port()?;
        let driver = Running::start(&mut driver(home, &display, port)?)?;
        wait_until_listening(port).await?;

        let mut capabilities = serde_json::Map::new();
        capabilities.insert("webkitgtk:browserOptions".into(), json!({ "binary": program }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("the window did not open")?;
        Ok(Application { page: Page::new(client), display, _driver: driver })
    }

    /// What is in the window.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// The display that the window is on.
    pub fn display(&self) -> &Display {
        &self.display
    }

    /// Closes the window as its user would, and waits until it is gone.
    ///
    /// # Errors
    /// When it does not close.
    pub async fn close(self) -> Result<()> {
        self.page.close().await
    }
}

/// Opens the window, lets `work` use it and closes it; when that fails, leaves a picture of
/// the window in `window-failures` beside the test program and says what was in it.
///
/// # Errors
/// What `work` failed with.
pub async fn in_window(home: &Home, work: impl AsyncFnOnce(&Application) -> Result<()>) -> Result<()> {
    let application = Application::start(home).await?;
    match work(&application).await {
        Ok(()) => application.close().await,
        Err(error) => {
            let picture = failures()?;
            let seen =
                tokio::time::timeout(Duration::from_secs(20), application.page.describe(&picture)).await;
            Err(error.context(seen.unwrap_or_else(|_| "the window no longer answers".into())))
        }
    }
}

fn failures() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().unwrap_or(Path::new(".")).join("window-failures");
    fs::create_dir_all(&folder)?;
    let name = std::thread::current().name().unwrap_or("window").replace("::", "-");
    Ok(folder.join(format!("{name}.png")))
}

/// The driver in a D-Bus session of its own; the application inherits its surroundings.
fn driver(home: &Home, display: &Display, port: u16) -> Result<Command> {
    let mut command = Command::new("dbus-run-session");
    command.arg(concat!("--config-file=", env!("CARGO_MANIFEST_DIR"), "/session.conf"));
    command.args(["--", "WebKitWebDriver", "--host=127.0.0.1", &format!("--port={port}")]);
    for (name, folder) in [
        ("HOME", "home"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_RUNTIME_DIR", "run"),
        ("VITRINE_LIBRARY", "library"),
    ] {
        command.env(name, home.folder(folder)?);
    }
    command
        .env("DISPLAY", display.name())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("VITRINE_PACK")
        // With it set, the driver never answers a request for a picture of the window.
        .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
        .env("GDK_BACKEND", "x11")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        // No graphics card, no accessibility bus, no portal is here, and looking for them takes time.
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("NO_AT_BRIDGE", "1")
        .env("GTK_USE_PORTAL", "0");
    if std::env::var_os("VITRINE_TEST_OUTPUT").is_none() {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    }
    Ok(command)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

async fn wait_until_listening(port: u16) -> Result<()> {
    let start = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if start.elapsed() > Duration::from_secs(20) {
            bail!("WebKitWebDriver does not answer on port {port}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
