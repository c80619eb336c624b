//! Vitrine as a merchant meets it: the real application in a real window.
//!
//! Each file is one thing that a merchant does. A test gets a home folder, a display and
//! a driver of its own, so all of them run at once, with nothing left over afterwards.
#![cfg(target_os = "linux")]

mod dragging;
mod duplicates;
mod folders;
mod health;
mod keyboard;
mod learning;
mod narrowing;
mod photos;
mod products;
mod restart;
mod review;
mod sample_catalog;
mod unplugged;

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use vitrine_tests::Page;

/// For index runs: a few photos on a machine that does something else too.
const A_RUN: Duration = Duration::from_secs(120);

/// For answers to what a user does.
const AN_ANSWER: Duration = Duration::from_secs(20);

/// Waits until every photo of the catalog can be found, and `n_photos` are there.
async fn wait_until_searchable(page: &Page, n_photos: u64) -> Result<()> {
    page.until(&format!("{n_photos} photos can be found"), A_RUN, async || {
        let state = page.ask("app_state", json!({})).await?;
        let count = |name: &str| state["catalog"][name].as_u64();
        Ok((count("nPhotos") == Some(n_photos) && count("nSearchable") == Some(n_photos)).then_some(()))
    })
    .await
}
