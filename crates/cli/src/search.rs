//! `vitrine search`.

use std::path::Path;

use serde::Serialize;
use vitrine_api::{
    Api,
    types::{SearchPage, SearchRequest},
};

use crate::{
    args::Arguments,
    output::{self, counted},
};

/// One product of the answer, as `search --json` prints it, in rank order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rank: u64,
    id: u64,
    path: String,
    score: Option<f32>,
    relevance: Option<f32>,
    title: Option<String>,
    description: Option<String>,
    width: u32,
    height: u32,
}

pub fn run(api: &Api, arguments: &Arguments, words: &[String], image: Option<&Path>) -> anyhow::Result<()> {
    let pictures = image.map(|file| api.query_picture_from_file(file)).transpose()?;
    let mut request = SearchRequest {
        text: words.join(" "),
        pictures: pictures.into_iter().map(|picture| picture.token).collect(),
        ..SearchRequest::default()
    };
    let (mut found, mut page) = (Vec::new(), None);
    // A reply holds a limited number of products; the user's limit has no such limit.
    while (found.len() as u64) < u64::from(arguments.limit) {
        request.offset = found.len() as u64;
        request.limit = arguments.limit - u32::try_from(found.len()).unwrap_or(arguments.limit);
        let next = api.search(&request)?;
        if next.items.is_empty() {
            page.get_or_insert(next);
            break;
        }
        for product in &next.items {
            let files = api.product(product.id)?.files;
            found.push(Found {
                rank: found.len() as u64 + 1,
                id: product.id,
                path: files.into_iter().next().map(|file| file.path).unwrap_or_default(),
                score: product.score,
                relevance: product.relevance,
                title: product.title.clone(),
                description: product.description.clone(),
                width: product.width,
                height: product.height,
            });
        }
        page.get_or_insert(next);
    }
    if arguments.json {
        return output::json(&found);
    }
    print(&found, page.as_ref());
    Ok(())
}

fn print(found: &[Found], page: Option<&SearchPage>) {
    for product in found {
        let description = product.description.as_deref().unwrap_or("(not described yet)");
        let title = product.title.as_deref().map(|title| format!("{title} — ")).unwrap_or_default();
        println!(
            "{:>3}. {:>3.0} %  {title}{description}",
            product.rank,
            product.relevance.unwrap_or(0.0) * 100.0
        );
        println!(
            "            {}  (no. {}, score {:.3})",
            product.path,
            product.id,
            product.score.unwrap_or(0.0)
        );
    }
    let Some(page) = page else { return };
    if page.total == 0 && page.n_not_yet_searchable == 0 {
        println!("The catalog is empty. Add a folder of photos: vitrine index FOLDER");
    } else if page.total == 0 {
        println!("No photo can be searched yet. Finish the indexing: vitrine index");
    } else if page.n_good == 0 {
        println!("Nothing matches well; these come closest.");
    }
    if page.n_not_yet_searchable > 0 && page.total > 0 {
        println!("{} cannot be searched yet: vitrine index", counted(page.n_not_yet_searchable, "photo"));
    }
}
