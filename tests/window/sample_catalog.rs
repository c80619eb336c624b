//! Somebody who has just installed Vitrine tries the sample catalog.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use vitrine_tests::{Home, in_window};

use crate::AN_ANSWER;

/// The whole sample catalog, described, on a machine that does something else too.
const DESCRIBED: Duration = Duration::from_secs(600);

#[tokio::test]
async fn the_samples_are_indexed_found_by_words_and_described() -> Result<()> {
    let home = Home::new()?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        page.click("add-sample").await?;

        // The grid fills while the run goes on.
        page.tiles_until("the first photos are painted", AN_ANSWER, |tiles| {
            tiles.iter().any(|tile| tile.is_painted)
        })
        .await?;
        page.until("every sample is described", DESCRIBED, async || {
            let state = page.ask("app_state", json!({})).await?;
            let count = |name: &str| state["catalog"][name].as_u64();
            let n_photos = count("nPhotos").context("no count of photos")?;
            Ok((n_photos >= 120 && count("nDescribed") == Some(n_photos)).then_some(()))
        })
        .await?;

        // What was asked for comes first: mugs, and of these a blue one.
        page.query("blue mug").await?;
        let tiles = page
            .tiles_until("mugs come first, a blue one before all", AN_ANSWER, |tiles| {
                let says = |at: usize, word: &str| {
                    tiles.get(at).is_some_and(|tile| tile.text.to_lowercase().contains(word))
                };
                says(0, "blue") && (0..5).all(|at| says(at, "mug"))
            })
            .await?;
        let count = page.text("result-count").await?;
        anyhow::ensure!(count.chars().any(|letter| letter.is_ascii_digit()), "the count says {count:?}");

        page.click("tile").await?;
        let description =
            page.text_until("detail-description", AN_ANSWER, |text| !text.trim().is_empty()).await?;
        let first = tiles[0].id.parse::<u64>()?;
        let product = page.ask("product", json!({ "id": first })).await?;
        let written = product["product"]["description"].as_str().context("it has no description")?;
        anyhow::ensure!(
            description.to_lowercase().contains(&written.to_lowercase()),
            "the pane says {description:?}, the engine wrote {written:?}"
        );
        Ok(())
    })
    .await
}
