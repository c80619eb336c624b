//! What a user sees and does in the window.

use std::{
    cell::Cell,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use fantoccini::{
    Client, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    elements::Element,
    key::Key,
};
use serde::Deserialize;
use serde_json::Value;

/// For what happens at once, with room for a slow machine.
const SOON: Duration = Duration::from_secs(20);

/// A product in the grid.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Tile {
    /// The product's id.
    pub id: String,
    /// Everything that the tile says.
    pub text: String,
    /// Whether its picture is on the screen: an address alone would not do.
    pub is_painted: bool,
}

/// The page in the window. Parts of it are named by their `data-testid`.
pub struct Page {
    client: Client,
}

impl Page {
    pub(crate) fn new(client: Client) -> Page {
        Page { client }
    }

    /// Waits until a part is there and can be seen.
    ///
    /// # Errors
    /// When it does not appear soon.
    pub async fn find(&self, name: &str) -> Result<Element> {
        let locator = format!("[data-testid='{name}']");
        self.until(&format!("`{name}` appears"), SOON, async || {
            match self.client.find(Locator::Css(&locator)).await {
                Ok(element) if element.is_displayed().await.unwrap_or(false) => Ok(Some(element)),
                _ => Ok(None),
            }
        })
        .await
    }

    /// Whether a part is there now.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn has(&self, name: &str) -> Result<bool> {
        let found =
            self.run("return !!document.querySelector(`[data-testid='${arguments[0]}']`)", name).await?;
        Ok(found == Value::Bool(true))
    }

    /// Clicks on a part, once it lies still: the driver looks where it is, then clicks there.
    ///
    /// # Errors
    /// When it is not there, does not come to rest, or something lies over it.
    pub async fn click(&self, name: &str) -> Result<()> {
        let before = Cell::new(None);
        let part = self
            .until(&format!("`{name}` lies still"), SOON, async || {
                let part = self.find(name).await?;
                let now = part.rectangle().await.ok();
                let is_still = now.is_some() && now == before.replace(now);
                Ok(is_still.then_some(part))
            })
            .await?;
        part.click().await.with_context(|| format!("clicking `{name}`"))
    }

    /// Clicks on the tile of a product.
    ///
    /// # Errors
    /// When it is not on the screen.
    pub async fn click_tile(&self, id: &str) -> Result<()> {
        let tile = self.client.find(Locator::Css(&format!("[data-testid='tile'][data-id='{id}']"))).await?;
        tile.click().await.with_context(|| format!("clicking the tile of {id}"))
    }

    /// Takes the choice of this value in a list of choices.
    ///
    /// # Errors
    /// When the list or the choice is not there.
    pub async fn choose(&self, name: &str, value: &str) -> Result<()> {
        let list = self.find(name).await?;
        list.select_by_value(value).await.with_context(|| format!("choosing {value} in `{name}`"))
    }

    /// What a part says.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn text(&self, name: &str) -> Result<String> {
        Ok(self.find(name).await?.text().await?)
    }

    /// Puts these words in place of those in the query field.
    ///
    /// # Errors
    /// When there is no query field.
    pub async fn query(&self, words: &str) -> Result<()> {
        let field = self.find("query").await?;
        field.click().await?;
        field.clear().await?;
        Ok(field.send_keys(words).await?)
    }

    /// Presses a key as a user would, on whatever has the focus.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn press(&self, key: Key) -> Result<()> {
        self.press_char(char::from(key)).await
    }

    /// Presses the key of a letter or sign.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn press_char(&self, value: char) -> Result<()> {
        let press =
            KeyActions::new("keyboard".into()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        Ok(self.client.perform_actions(press).await?)
    }

    /// Presses a key while others are held down.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn press_with(&self, held: &[Key], value: char) -> Result<()> {
        let mut press = KeyActions::new("keyboard".into());
        for key in held {
            press = press.then(KeyAction::Down { value: char::from(*key) });
        }
        press = press.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        for key in held.iter().rev() {
            press = press.then(KeyAction::Up { value: char::from(*key) });
        }
        Ok(self.client.perform_actions(press).await?)
    }

    /// The products that are on the screen, in order.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn tiles(&self) -> Result<Vec<Tile>> {
        let script =
            "return [...document.querySelectorAll(\"[data-testid='tile'][data-id]\")].map((tile) => {
            const picture = tile.querySelector('img');
            return {
                id: tile.dataset.id,
                text: tile.innerText + ' ' + (tile.getAttribute('aria-label') ?? ''),
                is_painted: !!picture && picture.complete && picture.naturalWidth > 0,
            };
        })";
        Ok(serde_json::from_value(self.run(script, "").await?)?)
    }

    /// Waits until the products on the screen are as expected.
    ///
    /// # Errors
    /// When they are not within `limit`.
    pub async fn tiles_until(
        &self,
        what: &str,
        limit: Duration,
        good: impl Fn(&[Tile]) -> bool,
    ) -> Result<Vec<Tile>> {
        self.until(what, limit, async || {
            let tiles = self.tiles().await?;
            Ok(good(&tiles).then_some(tiles))
        })
        .await
    }

    /// Waits until a part says what is expected.
    ///
    /// # Errors
    /// When it does not within `limit`; names what it said last.
    pub async fn text_until(
        &self,
        name: &str,
        limit: Duration,
        good: impl Fn(&str) -> bool,
    ) -> Result<String> {
        self.until(&format!("`{name}` says what is expected"), limit, async || {
            let text = self.text(name).await?;
            Ok(good(&text).then_some(text))
        })
        .await
    }

    /// Asks the engine as the page does, for what a page need not show.
    ///
    /// # Errors
    /// With the engine's own error.
    pub async fn ask(&self, command: &str, arguments: Value) -> Result<Value> {
        let script = "const [command, given, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, given).then((answer) => done({ answer }), (error) => done({ error }))";
        let mut reply = self.client.execute_async(script, vec![command.into(), arguments]).await?;
        match reply.get("error") {
            None => Ok(reply["answer"].take()),
            Some(error) => bail!("{command}: {error}"),
        }
    }

    /// Waits until `look` finds what it looks for.
    ///
    /// # Errors
    /// What `look` fails with, or that `what` does not happen within `limit`.
    pub async fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        look: impl AsyncFn() -> Result<Option<T>>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if start.elapsed() > limit {
                bail!("waited {} s in vain until {what}", limit.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs a script in the page; `arguments[0]` is `argument`.
    ///
    /// # Errors
    /// What it throws.
    pub async fn run(&self, script: &str, argument: &str) -> Result<Value> {
        Ok(self.client.execute(script, vec![argument.into()]).await?)
    }

    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }

    /// Leaves a picture of the window at `path` and says in words what is in it.
    pub(crate) async fn describe(&self, path: &Path) -> String {
        let text = self.run("return document.body.innerText", "").await.unwrap_or_default();
        let picture = match self.client.screenshot().await {
            Ok(bytes) if std::fs::write(path, &bytes).is_ok() => format!("picture: {}", path.display()),
            _ => "no picture could be taken".into(),
        };
        format!("the window said: {}\n{picture}", text.as_str().unwrap_or("nothing"))
    }
}
