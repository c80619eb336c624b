//! The window is closed and opened again.

use anyhow::Result;
use vitrine_tests::{Home, in_window, paint_many};

use crate::{AN_ANSWER, wait_until_searchable};

#[tokio::test]
async fn the_catalog_is_still_there() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint_many(&shop, 4)?;
    let mut before = Vec::new();
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 4).await?;
        before = page.tiles_until("four photos", AN_ANSWER, |tiles| tiles.len() == 4).await?;
        Ok(())
    })
    .await?;

    in_window(&home, async |application| {
        let page = application.page();
        let after = page
            .tiles_until("the same photos, painted", AN_ANSWER, |tiles| {
                tiles.len() == 4 && tiles.iter().all(|tile| tile.is_painted)
            })
            .await?;
        let ids =
            |tiles: &[vitrine_tests::Tile]| tiles.iter().map(|tile| tile.id.clone()).collect::<Vec<_>>();
        anyhow::ensure!(ids(&before) == ids(&after), "{before:?} became {after:?}");
        anyhow::ensure!(!page.has("first-start").await?, "a catalog is no first start");
        wait_until_searchable(page, 4).await
    })
    .await
}
