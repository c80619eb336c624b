//! A merchant has several photos of a product.

use anyhow::{Context, Result};
use fantoccini::key::Key;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint};

use crate::{A_RUN, AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn photos_with_like_names_become_one_product_and_are_walked_through() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    for (name, color) in [
        ("A7-front.png", [200, 40, 40]),
        ("A7-back.png", [190, 60, 60]),
        ("B2_1.png", [40, 60, 200]),
        ("B2_2.png", [60, 80, 190]),
        ("lamp.png", [230, 220, 90]),
    ] {
        paint(&shop.join(name), color)?;
    }
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 5).await?;
        page.tiles_until("each photo is a product", AN_ANSWER, |tiles| tiles.len() == 5).await?;

        page.click("to-settings").await?;
        page.choose("grouping", "names").await?;
        page.text_until("grouping-preview", AN_ANSWER, |text| {
            text.contains("4 photos would become 2 products") && text.contains("A7-front.png")
        })
        .await?;
        let state = page.ask("app_state", json!({})).await?;
        anyhow::ensure!(state["catalog"]["nProducts"] == 5, "a look at it did it: {state}");
        page.click("grouping-apply").await?;
        page.click("to-catalog").await?;
        let tiles = page
            .tiles_until("three products, painted", A_RUN, |tiles| {
                tiles.len() == 3 && tiles.iter().all(|tile| tile.is_painted)
            })
            .await?;

        let mut of_two = None;
        for tile in &tiles {
            let product = page.ask("product", json!({ "id": tile.id.parse::<u64>()? })).await?;
            if product["photos"].as_array().is_some_and(|photos| photos.len() == 2) {
                of_two = Some(&tile.id);
            }
        }
        page.click_tile(of_two.context("no product has two photos")?).await?;
        page.find("photo-strip").await?;
        // Walking through its photos by keys leaves the product.
        let shown = async || {
            let script = "return document.querySelector(`[data-testid='photo-strip'] [aria-current]`)\
                ?.getAttribute('aria-label') ?? ''";
            page.run(script, "").await
        };
        anyhow::ensure!(shown().await?.as_str().is_some_and(|name| name.starts_with("Photo 1 of 2")));
        page.press_char(']').await?;
        page.until("the second photo is shown", AN_ANSWER, async || {
            Ok(shown().await?.as_str().is_some_and(|name| name.starts_with("Photo 2 of 2")).then_some(()))
        })
        .await?;
        page.press(Key::Escape).await?;

        // And back again: nothing of it was lost.
        page.click("to-settings").await?;
        page.choose("grouping", "nothing").await?;
        page.click("grouping-apply").await?;
        page.click("to-catalog").await?;
        page.tiles_until("each photo is a product again", A_RUN, |tiles| tiles.len() == 5).await?;
        Ok(())
    })
    .await
}
