//! A merchant looks at how the catalog stands, and goes from a number to the photos behind it.

use anyhow::Result;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint};

use crate::{A_RUN, AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn a_number_leads_to_the_photos_behind_it() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint(&shop.join("ball.png"), [200, 40, 40])?;
    paint(&shop.join("plum.png"), [90, 30, 120])?;
    let plum = image::open(shop.join("plum.png"))?;
    plum.resize_exact(90, 90, image::imageops::FilterType::Triangle)
        .rotate90()
        .save(shop.join("stamp.png"))?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 3).await?;
        page.until("one photo is told to be too small", A_RUN, async || {
            let health = page.ask("health", json!({})).await?;
            let tiny = health["problems"].as_array().into_iter().flatten().find(|it| it["name"] == "tiny");
            let n_tiny = tiny.and_then(|it| it["nProducts"].as_u64());
            Ok((health["nUnmeasured"] == 0 && n_tiny == Some(1)).then_some(()))
        })
        .await?;

        page.click("to-health").await?;
        page.click("problem-tiny").await?;
        page.tiles_until("that photo alone is shown", AN_ANSWER, |tiles| tiles.len() == 1).await?;
        page.until("its chip says why", AN_ANSWER, async || {
            let text = page.run("return document.body.innerText", "").await?;
            Ok(text.as_str().is_some_and(|text| text.contains("too small for Google")).then_some(()))
        })
        .await?;
        Ok(())
    })
    .await
}
