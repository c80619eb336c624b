//! Everything without a mouse.

use anyhow::Result;
use fantoccini::key::Key;
use vitrine_tests::{Home, Page, in_window, paint_many};

use crate::{AN_ANSWER, wait_until_searchable};

/// Waits until the focus is in a part of the page.
async fn focus_is_in(page: &Page, name: &str) -> Result<()> {
    page.until(&format!("the focus is in `{name}`"), AN_ANSWER, async || {
        let script = "return !!document.activeElement?.closest(`[data-testid='${arguments[0]}']`)";
        Ok((page.run(script, name).await? == true).then_some(()))
    })
    .await
}

#[tokio::test]
async fn search_walk_open_and_go_back_by_keys() -> Result<()> {
    let home = Home::new()?;
    let shop = home.folder("shop")?;
    paint_many(&shop, 6)?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        application.drop_files(&[&shop], "first-start").await?;
        wait_until_searchable(page, 6).await?;
        page.tiles_until("all photos", AN_ANSWER, |tiles| tiles.len() == 6).await?;

        page.press_char('/').await?;
        focus_is_in(page, "query").await?;
        for letter in "round".chars() {
            page.press_char(letter).await?;
        }
        page.press(Key::Enter).await?;
        focus_is_in(page, "grid").await?;
        page.press(Key::Right).await?;
        page.press(Key::Enter).await?;
        page.find("detail").await?;
        page.press(Key::Escape).await?;
        page.until("the detail pane closes", AN_ANSWER, async || {
            Ok((!page.has("detail").await?).then_some(()))
        })
        .await?;
        focus_is_in(page, "grid").await
    })
    .await
}
