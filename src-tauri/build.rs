//! Builds the web UI, then lets tauri-build do its work, so that plain
//! `cargo build` and `cargo test` work in a fresh clone.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// What the pages are made of, relative to `ui/`.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];

fn main() -> Result<()> {
    // Asked when it runs: cargo shares a compiled build script between checkouts.
    let here = env::var_os("CARGO_MANIFEST_DIR").context("cargo names no CARGO_MANIFEST_DIR")?;
    let ui = PathBuf::from(here).join("../ui");
    for source in SOURCES {
        let source = ui.join(source);
        // Naming a path that is not there would run this script in every build.
        if source.exists() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
    }
    build_pages(&ui)?;
    tauri_build::try_build(tauri_build::Attributes::new())
}

fn build_pages(ui: &Path) -> Result<()> {
    if is_older(&ui.join("node_modules/.package-lock.json"), &ui.join("package-lock.json")) {
        npm(ui, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(ui, &["run", "--silent", "build"])?;
    if !ui.join("dist/index.html").exists() {
        bail!("`npm run build` in ui/ left no dist/index.html");
    }
    Ok(())
}

fn npm(ui: &Path, arguments: &[&str]) -> Result<()> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output =
        Command::new(program).args(arguments).current_dir(ui).stdin(Stdio::null()).output().context(
            "cannot start npm, which builds the window's pages: install Node 20.19 or newer with npm",
        )?;
    if !output.status.success() {
        bail!(
            "`npm {}` failed in ui/:\n{}\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// Whether `made` has to be made again because `from` changed after it, or because it is not there.
fn is_older(made: &Path, from: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|facts| facts.modified()).ok();
    match (changed(made), changed(from)) {
        (Some(made), Some(from)) => made < from,
        _ => true,
    }
}
