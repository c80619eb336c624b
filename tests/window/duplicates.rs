//! A merchant has the same photo twice, says which one counts, and takes it back.

use anyhow::Result;
use serde_json::json;
use vitrine_tests::{Home, in_window, paint};

use crate::{A_RUN, AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn a_copy_is_set_aside_and_brought_back() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint(&shop.join("ball.png"), [200, 40, 40])?;
    paint(&shop.join("plum.png"), [90, 30, 120])?;
    let ball = image::open(shop.join("ball.png"))?;
    ball.resize(120, 90, image::imageops::FilterType::Triangle).to_rgb8().save(shop.join("ball-web.jpg"))?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 3).await?;
        page.tiles_until("each photo is a product", AN_ANSWER, |tiles| tiles.len() == 3).await?;
        let twins = json!({ "likeness": "samePhoto", "offset": 0, "limit": 10 });
        page.until("the copy is found", A_RUN, async || {
            let found = page.ask("twins", twins.clone()).await?;
            Ok((found["nWaiting"] == 0 && found["total"] == 1).then_some(()))
        })
        .await?;

        page.click("to-duplicates").await?;
        page.until("both photos stand side by side", AN_ANSWER, async || {
            let text = page.run("return document.body.innerText", "").await?;
            let has = |name: &str| text.as_str().is_some_and(|text| text.contains(name));
            Ok((has("ball.png") && has("ball-web.jpg")).then_some(()))
        })
        .await?;
        let found = page.ask("twins", twins.clone()).await?;
        let photos = &found["groups"][0]["photos"];
        let (kept, other) = (&photos[0]["picture"], &photos[1]["picture"]);
        let keep = json!({ "pictures": [kept, other], "decision": { "kind": "keep", "picture": kept } });
        page.ask("decide_twins", keep).await?;
        page.click("to-catalog").await?;
        page.tiles_until("one is shown for both", AN_ANSWER, |tiles| tiles.len() == 2).await?;
        anyhow::ensure!(shop.join("ball-web.jpg").is_file(), "a file was touched");
        page.ask("undo_twin_decision", json!({})).await?;
        page.tiles_until("both are shown again", AN_ANSWER, |tiles| tiles.len() == 3).await?;
        Ok(())
    })
    .await
}
