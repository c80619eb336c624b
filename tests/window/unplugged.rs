//! A drive with photos is pulled out, and comes back.

use std::fs;

use anyhow::Result;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint_many};

use crate::{A_RUN, AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn photos_of_an_unplugged_drive_stay_and_are_found_again() -> Result<()> {
    let home = Home::new()?;
    let drive = home.folder("drive")?;
    paint_many(&drive, 4)?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&drive], "first-start").await?;
        wait_until_searchable(page, 4).await?;
        let before = page.tiles_until("all photos", AN_ANSWER, |tiles| tiles.len() == 4).await?;

        // What an unmounted drive leaves: its mount point, as an empty folder.
        let elsewhere = home.folder("pulled-out")?.join("drive");
        fs::rename(&drive, &elsewhere)?;
        fs::create_dir(&drive)?;
        page.click("to-settings").await?;
        page.click("look-for-changes").await?;
        page.text_until("source-away", A_RUN, |text| text.contains("stay in the catalog")).await?;
        page.click("to-catalog").await?;
        let away = page
            .tiles_until("its photos are still there, painted", AN_ANSWER, |tiles| {
                tiles.len() == 4 && tiles.iter().all(|tile| tile.is_painted)
            })
            .await?;
        let ids =
            |tiles: &[vitrine_tests::Tile]| tiles.iter().map(|tile| tile.id.clone()).collect::<Vec<_>>();
        anyhow::ensure!(ids(&before) == ids(&away), "{before:?} became {away:?}");
        page.query("round").await?;
        page.text_until("result-count", AN_ANSWER, |text| text.contains('4')).await?;

        fs::remove_dir(&drive)?;
        fs::rename(&elsewhere, &drive)?;
        page.click("to-settings").await?;
        page.click("look-for-changes").await?;
        page.until("the drive is back", A_RUN, async || {
            let state = page.ask("app_state", json!({})).await?;
            Ok(state["catalog"]["sources"][0]["away"].is_null().then_some(()))
        })
        .await?;
        wait_until_searchable(page, 4).await
    })
    .await
}
