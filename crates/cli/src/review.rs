//! `vitrine review`: what needs a person's eyes, and what a person decides.

use vitrine_api::{
    Api,
    types::{ProductId, ReviewDecision, ReviewFilter, ReviewItem, ReviewState, ReviewText, Stepped, Verdict},
};

use crate::{
    args::{Arguments, ReviewCommand, State},
    edit,
    output::{self, counted, visible},
};

pub fn run(api: &Api, arguments: &Arguments, command: &ReviewCommand) -> anyhow::Result<()> {
    match command {
        ReviewCommand::List { state, doubtful } => list(api, arguments, *state, *doubtful),
        ReviewCommand::Show { product } => {
            let item = api.review_item(edit::product(api, product)?)?;
            show(arguments, &item)
        }
        ReviewCommand::Approve { products } => decide(api, arguments, products, &ReviewDecision::Approve),
        ReviewCommand::Reject { products } => decide(api, arguments, products, &ReviewDecision::Reject),
        ReviewCommand::Ask { products } => decide(api, arguments, products, &ReviewDecision::NeedsInfo),
        ReviewCommand::Reopen { products } => decide(api, arguments, products, &ReviewDecision::Reopen),
        ReviewCommand::Edit { product, title, text, alt } => {
            let id = edit::product(api, product)?;
            let before = api.review_item(id)?.text;
            let text = ReviewText {
                title: title.clone().unwrap_or(before.title),
                text: text.clone().unwrap_or(before.text),
                alt_text: alt.clone().unwrap_or(before.alt_text),
            };
            let item = api.decide_review(id, ReviewDecision::Edit { text })?;
            show(arguments, &item)
        }
        ReviewCommand::Note { product, note } => {
            let decision = ReviewDecision::Note { note: note.clone() };
            let item = api.decide_review(edit::product(api, product)?, decision)?;
            show(arguments, &item)
        }
        ReviewCommand::Undo => stepped(arguments, api.undo_review()?, "Taken back"),
        ReviewCommand::Redo => stepped(arguments, api.redo_review()?, "Done again"),
        ReviewCommand::History { product } => history(api, arguments, product),
    }
}

fn list(api: &Api, arguments: &Arguments, state: Option<State>, doubtful: bool) -> anyhow::Result<()> {
    let filter = ReviewFilter {
        state: state.map(|state| match state {
            State::Pending => ReviewState::Pending,
            State::Approved => ReviewState::Approved,
            State::Edited => ReviewState::Edited,
            State::Rejected => ReviewState::Rejected,
            State::Unclear => ReviewState::NeedsInfo,
        }),
        verdict: doubtful.then_some(Verdict::Doubtful),
        claim: None,
        folder: None,
        category: None,
    };
    let queue = api.review_queue(&filter, 0, arguments.limit)?;
    if arguments.json {
        return output::json(&queue);
    }
    for row in &queue.rows {
        say!(
            "{:>8}  {:<9} {:<40}  {} doubtful, {} contradicted",
            row.product.id.0,
            in_words(row.state),
            visible(&row.title),
            row.n_doubtful,
            row.n_contradicted
        );
    }
    say!("{} pass.", counted(queue.total, "product"));
    Ok(())
}

fn decide(
    api: &Api,
    arguments: &Arguments,
    products: &[String],
    decision: &ReviewDecision,
) -> anyhow::Result<()> {
    // All are looked up first: a name that is wrong decides nothing.
    let ids: Vec<ProductId> =
        products.iter().map(|name| edit::product(api, name)).collect::<Result<_, _>>()?;
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        items.push(api.decide_review(id, decision.clone())?);
    }
    if arguments.json {
        return output::json(&items);
    }
    for item in &items {
        say!("{}: {}", visible(&item.text.title), in_words(item.state));
    }
    Ok(())
}

fn show(arguments: &Arguments, item: &ReviewItem) -> anyhow::Result<()> {
    if arguments.json {
        return output::json(item);
    }
    say!("{} ({})", visible(&item.text.title), in_words(item.state));
    say!("{}", visible(&item.text.text));
    say!("Alternative text: {}", visible(&item.text.alt_text));
    for claim in &item.claims {
        let verdict = match claim.verdict {
            Verdict::Supported => "the photo shows it",
            Verdict::Doubtful => "may be so",
            Verdict::Contradicted => "the photo shows something else",
            Verdict::NotVisible => "no photo can show it",
        };
        let told = claim.probability.map(|p| format!(", {:.0} %", 100.0 * p)).unwrap_or_default();
        say!("  {}: {verdict}{told}", visible(&claim.value));
    }
    for conflict in &item.conflicts {
        let (said, seen) = (visible(&conflict.said), visible(&conflict.seen));
        match conflict.product {
            Some(_) => say!("  The shop says {said}, the photo looks more like another product: {seen}."),
            None => say!("  The shop says {said}, the photo looks {seen}."),
        }
    }
    Ok(())
}

fn stepped(arguments: &Arguments, stepped: Option<Stepped>, done: &str) -> anyhow::Result<()> {
    if arguments.json {
        return output::json(&stepped);
    }
    match stepped {
        Some(stepped) => {
            say!("{done}: {} of {}.", stepped.what, counted(u64::from(stepped.n_products), "product"));
        }
        None => say!("There is nothing to take back or to do again."),
    }
    Ok(())
}

fn history(api: &Api, arguments: &Arguments, product: &str) -> anyhow::Result<()> {
    let events = api.review_history(edit::product(api, product)?)?;
    if arguments.json {
        return output::json(&events);
    }
    for event in &events {
        let who = if event.who.is_empty() { "somebody" } else { &event.who };
        let undone = if event.is_undone { " (taken back)" } else { "" };
        say!("{}  {}{undone}  {}", visible(who), event.what, visible(&event.text.title));
    }
    Ok(())
}

fn in_words(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Pending => "pending",
        ReviewState::Approved => "approved",
        ReviewState::Edited => "edited",
        ReviewState::Rejected => "rejected",
        ReviewState::NeedsInfo => "unclear",
    }
}
