//! Opens Vitrine's window.
// Without this, Windows would open a console beside the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::time::Instant;

fn main() -> anyhow::Result<()> {
    vitrine_desktop::run(Instant::now())
}
