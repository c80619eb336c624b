//! Files from another program, dragged over the window.

use anyhow::Result;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint, paint_many};

use crate::{AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn a_picture_dropped_on_the_query_field_is_searched_with() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint_many(&shop, 4)?;
    paint(&shop.join("red.png"), [220, 20, 30])?;
    let elsewhere = home.folder("downloads")?.join("like this ü.png");
    paint(&elsewhere, [220, 20, 30])?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 5).await?;

        application.drop_files(&[&elsewhere], "query").await?;
        page.tiles_until("the same photo comes first", AN_ANSWER, |tiles| {
            tiles.first().is_some_and(|tile| tile.text.to_lowercase().contains("red"))
        })
        .await?;
        let state = page.ask("app_state", json!({})).await?;
        anyhow::ensure!(
            state["catalog"]["nPhotos"] == 5,
            "a query picture was added to the catalog: {state}"
        );
        Ok(())
    })
    .await
}
