//! A hundred descriptions are decided by keys alone: one key a decision, the next photo at once, and every step is in
//! the history.

use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::key::Key;
use serde_json::{Value, json};
use vitrine_tests::{Home, Page, in_window};

use crate::AN_ANSWER;

/// The whole sample catalog, described, on a machine that does something else too.
const DESCRIBED: Duration = Duration::from_secs(600);
/// Products that are decided: the first half as fast as photos come, the others after a look at each.
const N: usize = 100;
const A_LOOK: Duration = Duration::from_millis(700);

/// Measures, in the page, how long it is from a key to the next photo, painted: a photo is named once it is on the
/// screen. Waiting for frames instead would be told of them late.
const WATCH: &str = "
    window.__waits = [];
    let shown = document.querySelector(`[data-testid='review-photo']`).dataset.picture;
    let pressed = null;
    document.addEventListener('keydown', (event) => {
        if ('arn'.includes(event.key)) pressed = performance.now();
    }, true);
    new MutationObserver((changes) => {
        for (const { target } of changes) {
            const { picture } = target.dataset;
            if (!picture || picture === shown || pressed === null) continue;
            shown = picture;
            window.__waits.push(performance.now() - pressed);
            pressed = null;
        }
    }).observe(document.body, { subtree: true, attributeFilter: ['data-picture'] });";

async fn shown(page: &Page) -> Result<Option<String>> {
    let script = "return document.querySelector(`[data-testid='review-photo']`)?.dataset.picture ?? null";
    Ok(page.run(script, "").await?.as_str().map(str::to_owned))
}

async fn queue(page: &Page, state: &str) -> Result<Value> {
    let filter = json!({ "state": state, "claim": null, "verdict": null, "folder": null, "category": null });
    page.ask("review_queue", json!({ "filter": filter, "offset": 0, "limit": 1 })).await
}

#[tokio::test]
async fn a_hundred_descriptions_are_decided_by_keys_and_remembered() -> Result<()> {
    let home = Home::new()?;
    in_window(&home, async |application| {
        let page = application.page();
        page.find("first-start").await?;
        page.click("add-sample").await?;
        page.until("every sample is described and nothing is at work", DESCRIBED, async || {
            let state = page.ask("app_state", json!({})).await?;
            let count = |name: &str| state["catalog"][name].as_u64();
            let n_photos = count("nPhotos").context("no count of photos")?;
            let is_done = n_photos >= 120 && count("nDescribed") == Some(n_photos);
            Ok((is_done && state["run"]["state"] != "running").then_some(()))
        })
        .await?;
        page.ask("set_reviewer", json!({ "name": "Ada" })).await?;

        page.press_with(&[Key::Control], '2').await?;
        page.until("the first photo is shown", AN_ANSWER, async || shown(page).await).await?;
        page.run(WATCH, "").await?;
        let mut expected = Vec::new();
        for at in 0..N {
            if at >= N / 2 {
                tokio::time::sleep(A_LOOK).await;
            }
            let (key, what) = [('a', "approve"), ('r', "reject"), ('n', "needs_info")][at % 3];
            // It is named anew when it is drawn anew.
            let before = page.until("a photo is shown", AN_ANSWER, async || shown(page).await).await?;
            page.press_char(key).await?;
            page.until("the next product is shown", AN_ANSWER, async || {
                Ok(shown(page).await?.filter(|picture| *picture != before))
            })
            .await?;
            expected.push((before, what));
        }
        let n_of = |what: &str| expected.iter().filter(|(_, other)| *other == what).count() as u64;
        page.until("every decision is kept", AN_ANSWER, async || {
            let n = |page: Value| page["total"].as_u64();
            let is_kept = n(queue(page, "approved").await?) == Some(n_of("approve"))
                && n(queue(page, "rejected").await?) == Some(n_of("reject"))
                && n(queue(page, "needsInfo").await?) == Some(n_of("needs_info"));
            Ok(is_kept.then_some(()))
        })
        .await?;
        let waits = page.run("return window.__waits", "").await?;
        let mut waits: Vec<f64> =
            waits.as_array().context("no times")?.iter().filter_map(Value::as_f64).collect();
        anyhow::ensure!(waits.len() == N, "{} of {N} photos were painted", waits.len());
        let (at_once, after_a_look) = waits.split_at_mut(N / 2);
        for (how, waits) in [("as fast as photos come", at_once), ("after a look at each", after_a_look)] {
            waits.sort_by(f64::total_cmp);
            println!(
                "from a key to the next photo, {how}: p50 {:.0} ms, p99 {:.0} ms",
                waits[waits.len() / 2],
                waits[waits.len() - 1]
            );
        }

        // What was pressed is in the history, each of its product, with who it was.
        for (picture, what) in &expected {
            let id = product_of(page, picture).await?;
            let events = page.ask("review_history", json!({ "id": id })).await?;
            anyhow::ensure!(
                events.as_array().is_some_and(|events| events.len() == 1)
                    && events[0]["what"] == *what
                    && events[0]["who"] == "Ada",
                "photo {picture} was decided as {what}: {events}"
            );
        }

        // Steps back, also of this kind, one key each.
        for n in 1..=3_u64 {
            page.press_with(&[Key::Control], 'z').await?;
            page.until("a step is taken back", AN_ANSWER, async || {
                let pending = queue(page, "pending").await?["total"].as_u64();
                let all = queue_of_all(page).await?;
                Ok((pending == Some(all - N as u64 + n)).then_some(()))
            })
            .await?;
        }
        Ok(())
    })
    .await
}

async fn queue_of_all(page: &Page) -> Result<u64> {
    let filter = json!({ "state": null, "claim": null, "verdict": null, "folder": null, "category": null });
    let all = page.ask("review_queue", json!({ "filter": filter, "offset": 0, "limit": 1 })).await?;
    all["total"].as_u64().context("no total")
}

/// The product whose first photo this is.
async fn product_of(page: &Page, picture: &str) -> Result<u64> {
    let filter = json!({ "state": null, "claim": null, "verdict": null, "folder": null, "category": null });
    let all = page.ask("review_queue", json!({ "filter": filter, "offset": 0, "limit": 500 })).await?;
    let rows = all["rows"].as_array().context("no rows")?;
    let found = rows.iter().find(|row| row["product"]["picture"].to_string() == picture);
    found.and_then(|row| row["product"]["id"].as_u64()).with_context(|| format!("no product shows {picture}"))
}
