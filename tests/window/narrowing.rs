//! A merchant narrows what was found, reads it as a list, and asks why something is not in front: by keys and by
//! check boxes.

use anyhow::Result;
use fantoccini::key::Key;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint};

use crate::{AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn filters_a_list_and_why_not_this_one() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    for (folder, name, color) in [
        ("summer", "ball.png", [200, 40, 40]),
        ("summer", "cup.png", [40, 60, 200]),
        ("winter", "lamp.png", [230, 220, 90]),
    ] {
        std::fs::create_dir_all(shop.join(folder))?;
        paint(&shop.join(folder).join(name), color)?;
    }
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 3).await?;
        page.tiles_until("each photo is a product", AN_ANSWER, |tiles| tiles.len() == 3).await?;

        // The filters are there or come by their button; a check box narrows, and its chip says so.
        if !page.has("facets").await? {
            page.click("facets-button").await?;
        }
        page.click("facet-folder-summer").await?;
        page.tiles_until("two are left", AN_ANSWER, |tiles| tiles.len() == 2).await?;
        page.until("its chip says so", AN_ANSWER, async || {
            let text = page.run("return document.body.innerText", "").await?;
            Ok(text.as_str().is_some_and(|text| text.contains("Folder: summer")).then_some(()))
        })
        .await?;

        page.query("ball").await?;
        page.press(Key::Enter).await?;
        page.press_char('l').await?;
        page.find("list-row").await?;
        let script = "return document.querySelectorAll(`[data-testid='list-row']`).length";
        let n_rows = page.run(script, "").await?.as_u64();
        anyhow::ensure!(n_rows.is_some_and(|n| n == 1 || n == 2), "more rows than products: {n_rows:?}");

        // What the filter leaves out is asked for, and the dialog says that the filter did it.
        page.press_char('y').await?;
        page.find("why-not-dialog").await?;
        for letter in "lamp".chars() {
            page.press_char(letter).await?;
        }
        page.find("expected").await?;
        page.press(Key::Enter).await?;
        page.text_until("why-not-summary", AN_ANSWER, |text| text.contains("left out by")).await?;
        page.press(Key::Escape).await?;
        page.until("the dialog closes", AN_ANSWER, async || {
            Ok((!page.has("why-not-dialog").await?).then_some(()))
        })
        .await?;

        page.click("facet-folder-summer").await?;
        let request = json!({ "text": "ball", "pictures": [], "products": [], "filters": [],
            "sort": "relevance", "withDetails": false, "offset": 0, "limit": 10 });
        let found = page.ask("search", json!({ "request": request })).await?;
        anyhow::ensure!(found["total"] == 3, "all three are ranked without the filter: {found}");
        Ok(())
    })
    .await
}
