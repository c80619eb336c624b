//! `vitrine search`.

use std::path::Path;

use serde::Serialize;
use vitrine_api::{
    Api,
    types::{AttributeFilter, AttributeKind, PictureId, ProductId, SearchPage, SearchRequest},
};

use crate::{
    args::Arguments,
    output::{self, counted, visible},
};

/// One product of the answer, as `search --json` prints it, in rank order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rank: u64,
    id: ProductId,
    picture: PictureId,
    n_photos: u64,
    path: String,
    score: Option<f32>,
    relevance: Option<f32>,
    title: Option<String>,
    description: Option<String>,
    width: u32,
    height: u32,
}

/// `colour=navy` as a filter; a kind that is none of Vitrine's is the name of an own list.
pub fn filter(text: &str) -> Result<AttributeFilter, String> {
    let (kind, value) = text.split_once('=').ok_or("write it as KIND=VALUE, such as colour=navy")?;
    let value = value.trim().to_lowercase();
    if value.is_empty() {
        return Err("the value is missing; write it as KIND=VALUE, such as colour=navy".to_owned());
    }
    let known = match kind.trim().to_lowercase().as_str() {
        "type" => Some(AttributeKind::Type),
        "colour" | "color" => Some(AttributeKind::Colour),
        "material" => Some(AttributeKind::Material),
        "pattern" => Some(AttributeKind::Pattern),
        "style" => Some(AttributeKind::Style),
        "finish" => Some(AttributeKind::Finish),
        "occasion" => Some(AttributeKind::Occasion),
        "setting" => Some(AttributeKind::Setting),
        _ => None,
    };
    let list = known.is_none().then(|| kind.trim().to_owned());
    Ok(AttributeFilter { kind: known.unwrap_or(AttributeKind::Own), list, value })
}

pub fn run(
    api: &Api,
    arguments: &Arguments,
    words: &[String],
    image: Option<&Path>,
    only: &[AttributeFilter],
) -> anyhow::Result<()> {
    let pictures = image.map(|file| api.query_picture_from_file(file)).transpose()?;
    let mut request = SearchRequest {
        text: words.join(" "),
        pictures: pictures.into_iter().map(|picture| picture.token).collect(),
        filters: only.to_vec(),
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
            let photos = api.product(product.id)?.photos;
            let best = photos.into_iter().find(|photo| photo.picture == product.picture);
            let path = best.and_then(|photo| photo.files.into_iter().next()).map(|file| file.path);
            found.push(Found {
                rank: found.len() as u64 + 1,
                id: product.id,
                picture: product.picture,
                n_photos: product.n_photos,
                path: path.unwrap_or_default(),
                score: product.score,
                relevance: product.relevance,
                title: product.title.clone().or_else(|| product.generated_title.clone()),
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
    let is_starter = api.models().is_ok_and(|models| models.is_starter);
    print(&found, page.as_ref(), !only.is_empty(), is_starter);
    Ok(())
}

fn print(found: &[Found], page: Option<&SearchPage>, is_filtered: bool, is_starter: bool) {
    for product in found {
        let description = product.description.as_deref().unwrap_or("(not described yet)");
        let title =
            product.title.as_deref().map(|title| format!("{} — ", visible(title))).unwrap_or_default();
        let (description, path) = (visible(description), visible(&product.path));
        let photos =
            if product.n_photos > 1 { format!(", {} photos", product.n_photos) } else { String::new() };
        match (product.relevance, product.score) {
            (Some(relevance), Some(score)) => {
                say!("{:>3}. {:>3.0} %  {title}{description}", product.rank, relevance * 100.0);
                say!("            {path}  (no. {}{photos}, score {score:.3})", product.id);
            }
            // Nothing was asked that ranks.
            _ => {
                say!("{:>3}. {title}{description}", product.rank);
                say!("     {path}  (no. {}{photos})", product.id);
            }
        }
    }
    let Some(page) = page else { return };
    for problem in &page.problems {
        say!("{}", visible(&problem.message));
    }
    if !page.unknown_words.is_empty() {
        let words = page.unknown_words.join(", ");
        say!("The models do not know: {}. Only texts were searched for it.", visible(&words));
    }
    if page.total == 0 && !page.unknown_words.is_empty() && page.n_not_yet_searchable == 0 {
        say!("Nothing like that here.");
    } else if page.total == 0 && is_filtered {
        say!("Nothing of which all of this is said. Leave out some of it.");
    } else if page.total == 0 && page.n_not_yet_searchable == 0 {
        say!("The catalog is empty. Add a folder of photos: vitrine index FOLDER");
    } else if page.total == 0 {
        say!("No photo can be searched yet. Finish the indexing: vitrine index");
    } else if page.n_good == 0 {
        say!("Nothing like that here; these come closest.");
        if is_starter {
            say!("The starter pack knows some kinds of goods only; `vitrine models` says which.");
        }
    }
    if page.n_not_yet_searchable > 0 && page.total > 0 {
        say!("{} cannot be searched yet: vitrine index", counted(page.n_not_yet_searchable, "photo"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_written_as_kind_and_value() {
        let check = |text, kind, list: Option<&str>, value: &str| {
            let expected = AttributeFilter { kind, list: list.map(str::to_owned), value: value.to_owned() };
            assert_eq!(filter(text), Ok(expected), "{text}");
        };
        check("colour=navy", AttributeKind::Colour, None, "navy");
        check("Color = Light Blue", AttributeKind::Colour, None, "light blue");
        check("shelf=left", AttributeKind::Own, Some("shelf"), "left");
        assert!(filter("navy").is_err() && filter("colour=").is_err());
    }
}
