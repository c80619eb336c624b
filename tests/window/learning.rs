//! A merchant lets searches learn from the shop, and sees what that brings.

use std::{fmt::Write, time::Duration};

use anyhow::Result;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint_many};

use crate::{A_RUN, AN_ANSWER, wait_until_searchable};

const N: u32 = 72;
/// Half a minute on a machine that does nothing else.
const LEARNING: Duration = Duration::from_secs(300);

#[tokio::test]
async fn one_press_learns_and_tells_what_it_brings() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint_many(&shop, N)?;
    let mut list = "image,title,category,colour,description\n".to_owned();
    for at in 0..N as usize {
        let colour = ["red", "blue", "green", "yellow"][at % 4];
        let thing = ["mug", "chair", "lamp", "shirt", "clock", "plate"][at % 6];
        writeln!(
            list,
            "photo-{:04}.png,{colour} {thing},{thing}s,{colour},A {colour} {thing} for every day of the week",
            at + 1
        )?;
    }
    std::fs::write(shop.join("list.csv"), list)?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, u64::from(N)).await?;
        page.click("to-learning").await?;
        page.text_until("learning-data", A_RUN, |text| text.contains("72 of 72")).await?;
        page.click("learn").await?;
        page.until("something came of it", LEARNING, async || {
            let state = page.ask("tuning", json!({})).await?;
            Ok(state["all"].as_array().is_some_and(|all| all.len() == 1).then_some(()))
        })
        .await?;
        page.text_until("learning-report", AN_ANSWER, |text| {
            text.contains("What it brings") && text.contains("All searches")
        })
        .await?;
        // Searches answer as ever.
        page.click("to-catalog").await?;
        page.tiles_until("the catalog is there", AN_ANSWER, |tiles| !tiles.is_empty()).await?;
        Ok(())
    })
    .await
}
