//! A shop's photos come in every format and state.

use std::{fs, path::Path};

use anyhow::Result;
use vitrine_tests::{Home, in_window};

use crate::{A_RUN, AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn every_format_is_shown_and_what_is_cut_is_told() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/photo/tests/files");
    for name in ["p3.jpg", "alpha.png", "plain.avif", "lossless.jxl", "packed.psd", "camera.dng", "lzma.tif"]
    {
        fs::copy(files.join(name), shop.join(name))?;
    }
    // What a shop's server adds to a name, and a copy that broke off.
    fs::copy(files.join("plain.webp"), shop.join("mug.jpg?v=1699"))?;
    let whole = fs::read(files.join("spaces/srgb.jpg"))?;
    fs::write(shop.join("cut.jpg"), &whole[..whole.len() * 7 / 10])?;
    fs::copy(files.join("drawing.svg"), shop.join("drawing.svg"))?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 9).await?;
        page.tiles_until("every photo is painted", A_RUN, |tiles| {
            tiles.len() == 9 && tiles.iter().all(|tile| tile.is_painted)
        })
        .await?;
        page.click("to-settings").await?;
        page.text_until("settings", AN_ANSWER, |text| {
            text.contains("% of the photo is there") && text.contains("drawing (SVG)")
        })
        .await?;
        Ok(())
    })
    .await
}
