//! A merchant's own folder, while the window is open.

use std::fs;

use anyhow::Result;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint, paint_many};

use crate::{A_RUN, AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn a_bad_photo_is_listed_and_the_others_are_found() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint_many(&shop, 5)?;
    fs::write(shop.join("broken.jpg"), b"\xff\xd8\xff\xe0 and no more")?;
    let seen_before = fs::read_dir(&shop)?.count();
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 5).await?;
        page.tiles_until("all photos are painted", AN_ANSWER, |tiles| {
            tiles.len() == 5 && tiles.iter().all(|tile| tile.is_painted)
        })
        .await?;
        let skipped = page.ask("skipped", json!({ "offset": 0, "limit": 10 })).await?;
        anyhow::ensure!(skipped["total"] == 1, "{skipped}");
        let path = skipped["items"][0]["path"].as_str().unwrap_or_default();
        anyhow::ensure!(path.ends_with("broken.jpg"), "{skipped}");
        Ok(())
    })
    .await?;
    anyhow::ensure!(
        fs::read_dir(&shop)?.count() == seen_before,
        "Vitrine left something in the merchant's folder"
    );
    Ok(())
}

#[tokio::test]
async fn an_added_folder_is_watched() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint_many(&shop, 3)?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 3).await?;

        paint(&shop.join("new.png"), [250, 0, 120])?;
        page.tiles_until("the new photo appears", A_RUN, |tiles| tiles.len() == 4).await?;
        fs::remove_file(shop.join("new.png"))?;
        page.tiles_until("the deleted photo leaves", A_RUN, |tiles| tiles.len() == 3).await?;
        Ok(())
    })
    .await
}
