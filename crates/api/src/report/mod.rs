//! Pages of HTML that stand alone: no script, no address, pictures inside. The catalog's health is here, what a search
//! learnt in `tuning`.
//!
//! Each number leads to its list further down; a long list ends with how to see the rest in Vitrine.

mod plot;
mod tuning;

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    Api,
    types::{ApiError, Health, Product, SearchFilter, SearchRequest, Unphotographed},
};

pub(crate) use tuning::page as tuning_page;

const STYLE: &str = include_str!("report.css");

/// Products that a list names.
const N_LISTED: u32 = 200;
/// Of these, shown with their photo: each costs some ten kilobytes.
const N_SHOWN: usize = 12;

/// A list behind a number.
struct List {
    /// Where it stands in the page.
    anchor: String,
    title: String,
    advice: String,
    n: u64,
    rows: Rows,
    /// How to see all of it.
    more: String,
}

/// A product of a list, with the address of its photo where that is shown.
struct Row {
    product: Product,
    photo: Option<String>,
}

enum Rows {
    Products(Vec<Row>),
    Unphotographed(Vec<Unphotographed>),
}

/// The page.
pub(crate) fn page(api: &Api) -> Result<String, ApiError> {
    let health = api.health()?;
    let lists = lists(api, &health)?;
    let body = html! {
        p.soft {
            (number(health.n_products)) " products, " (number(health.n_photos)) " photos"
            @if health.n_unmeasured > 0 {
                ". " (number(health.n_unmeasured)) " photos were not looked at yet"
            }
            "."
        }
        (figures(&health, &lists))
        (plot::agreement(&health.days))
        @for list in lists.iter().filter(|list| list.n > 0) { (section(list)) }
    };
    Ok(standing_alone("Catalog health", &body))
}

/// A page with this title.
fn standing_alone(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                (body)
            }
        }
    };
    page.into_string()
}

/// The numbers, each leading to its list.
fn figures(health: &Health, lists: &[List]) -> Markup {
    let reviewed = health.reviewed;
    let checked = reviewed.approved + reviewed.edited;
    let steps = [
        ("Described", health.n_described, "described"),
        ("Approved or edited by a person", checked, "checked"),
        ("Rejected", reviewed.rejected, "rejected"),
        ("Needs information", reviewed.needs_info, "unclear"),
    ];
    let (mut found, absent): (Vec<&List>, Vec<&List>) =
        lists.iter().filter(|list| !list.advice.is_empty()).partition(|list| list.n > 0);
    found.sort_by_key(|list| std::cmp::Reverse(list.n));
    let absent: Vec<String> = absent.into_iter().map(|list| list.title.clone()).collect();
    html! {
        h2 { "Descriptions" }
        table {
            @for (name, n, anchor) in steps { (figure(name, n, Some(anchor), health.n_products)) }
        }
        h2 { "What to mend" }
        table {
            @for list in &found {
                @let of = if matches!(list.rows, Rows::Products(_)) { health.n_products } else { 0 };
                (figure(&list.title, list.n, Some(&list.anchor), of))
            }
            @if health.n_twin_groups > 0 {
                (figure("Groups of photos that are alike", health.n_twin_groups, None, 0))
            }
        }
        @if !absent.is_empty() { p.soft { "Looked for and not found: " (absent.join(", ")) "." } }
    }
}

/// A number, with its list and its share of all products where these are given.
fn figure(name: &str, n: u64, anchor: Option<&str>, of: u64) -> Markup {
    let share = match (n * 100).checked_div(of) {
        None => String::new(),
        Some(0) if n > 0 => "below 1 %".to_owned(),
        Some(share) => format!("{share} %"),
    };
    html! {
        tr {
            th {
                @match anchor.filter(|_| n > 0) {
                    Some(anchor) => a href={ "#" (anchor) } { (name) },
                    None => (name),
                }
            }
            td { (number(n)) }
            td.soft { (share) }
            td.share { @if of > 0 { div style={ "width:" (n * 100 / of) "%" } {} } }
        }
    }
}

fn section(list: &List) -> Markup {
    let n_listed = match &list.rows {
        Rows::Products(products) => products.len(),
        Rows::Unphotographed(products) => products.len(),
    };
    let n_more = list.n.saturating_sub(n_listed as u64);
    html! {
        section id=(list.anchor) {
            h2 { (list.title) " " span.soft { (number(list.n)) } }
            @if !list.advice.is_empty() { p.soft { (list.advice) } }
            @match &list.rows {
                Rows::Products(products) => (rows_of_products(products)),
                Rows::Unphotographed(products) => ul {
                    @for product in products {
                        li {
                            (product.title.as_deref().unwrap_or("(no title)")) " "
                            span.soft { (product.key) ", " (product.list) }
                        }
                    }
                },
            }
            @if n_more > 0 { p.soft { "And " (number(n_more)) " more: " (list.more) } }
        }
    }
}

fn rows_of_products(rows: &[Row]) -> Markup {
    let (shown, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.photo.is_some());
    html! {
        div.photos {
            @for Row { product, photo } in shown {
                figure {
                    img src=[photo.as_ref()] alt=(name_of(product)) loading="lazy";
                    figcaption { (name_of(product)) br; span.soft { (product.file_name) } }
                }
            }
        }
        @if !others.is_empty() {
            ul {
                @for Row { product, .. } in others {
                    li { (name_of(product)) " " span.soft { (product.file_name) } }
                }
            }
        }
    }
}

/// The lists, in the order of the page.
fn lists(api: &Api, health: &Health) -> Result<Vec<List>, ApiError> {
    let is = |value: &str| SearchFilter { key: "is".into(), value: value.into(), is_not: false };
    let products = |anchor: &str, title: &str, advice: &str, filters: Vec<SearchFilter>| {
        let key = filters.first().map_or("", |filter| filter.key.as_str());
        let values: Vec<&str> = filters.iter().map(|filter| filter.value.as_str()).collect();
        let more = format!("in Vitrine, type {key}:{} into the search field.", values.join(","));
        let (n, rows) = listed(api, filters)?;
        Ok::<_, ApiError>(List {
            anchor: anchor.to_owned(),
            title: title.to_owned(),
            advice: advice.to_owned(),
            n,
            rows: Rows::Products(rows),
            more,
        })
    };
    let mut lists = Vec::new();
    for problem in &health.problems {
        let filter = SearchFilter { key: "problem".into(), value: problem.name.clone(), is_not: false };
        lists.push(products(&problem.name, &upper(&problem.label), &problem.advice, vec![filter])?);
    }
    lists.push(List {
        anchor: "without-photo".to_owned(),
        title: "No photo".to_owned(),
        advice: "A product list names these products, and no photo of them was found.".to_owned(),
        n: health.n_without_photo,
        rows: Rows::Unphotographed(api.unphotographed(0, N_LISTED)?),
        more: "in Vitrine, on the page Health.".to_owned(),
    });
    lists.push(products("described", "Described", "", vec![is("described")])?);
    lists.push(products(
        "checked",
        "Approved or edited by a person",
        "",
        vec![is("approved"), is("edited")],
    )?);
    lists.push(products("rejected", "Rejected", "", vec![is("rejected")])?);
    lists.push(products("unclear", "Needs information", "", vec![is("unclear")])?);
    Ok(lists)
}

/// Products that pass, the first of them with their photos.
fn listed(api: &Api, filters: Vec<SearchFilter>) -> Result<(u64, Vec<Row>), ApiError> {
    let page = api.search(&SearchRequest { filters, limit: N_LISTED, ..SearchRequest::default() })?;
    let rows = page.items.into_iter().enumerate().map(|(at, product)| {
        let photo = (at < N_SHOWN).then(|| api.thumbnail(product.picture, None).ok()).flatten();
        let photo = photo.map(|photo| format!("data:{};base64,{}", photo.mime, STANDARD.encode(photo.bytes)));
        Row { product, photo }
    });
    Ok((page.total, rows.collect()))
}

fn name_of(product: &Product) -> &str {
    let title = product.title.as_deref().or(product.generated_title.as_deref());
    title.unwrap_or(&product.file_name)
}

fn upper(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// With commas between thousands.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}
