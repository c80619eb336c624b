//! `vitrine search`.

use std::{path::Path, time::Duration};

use serde::Serialize;
use vitrine_api::{
    Api,
    types::{
        PartName, PictureId, PictureTerm, ProductId, SearchFilter, SearchPage, SearchRequest, SortBy, Why,
        WordPlace,
    },
};

use crate::{
    args::Arguments,
    output::{self, counted, visible},
};

/// A model that is at work or still loading is waited for so long.
const PATIENCE: Duration = Duration::from_secs(60);

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
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
}

/// `colour=navy` as a filter; a key that is none of Vitrine's is the name of an own list.
pub fn filter(text: &str) -> Result<SearchFilter, String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE, such as colour=navy")?;
    let value = value.trim();
    if value.is_empty() {
        return Err("the value is missing; write it as KEY=VALUE, such as colour=navy".to_owned());
    }
    let (is_not, key) = match key.trim().strip_prefix('-') {
        Some(key) => (true, key),
        None => (false, key.trim()),
    };
    Ok(SearchFilter { key: key.to_owned(), value: value.to_owned(), is_not })
}

/// The answer with all models. A window shows at once what there is and the better order as it comes; here there is one
/// answer, and it must not depend on which model was loaded first.
pub fn whole_answer(api: &Api, request: &SearchRequest) -> anyhow::Result<SearchPage> {
    let begun = std::time::Instant::now();
    loop {
        let page = api.search(request)?;
        if !page.is_partial || begun.elapsed() > PATIENCE {
            return Ok(page);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What to search for, and how to tell of it.
pub struct Asked<'a> {
    pub words: &'a [String],
    pub image: Option<&'a Path>,
    pub only: &'a [SearchFilter],
    pub sort: SortBy,
    /// Whether to tell why each product is found.
    pub why: bool,
    /// Whether to look at the first ranks more closely.
    pub closer: bool,
}

pub fn run(api: &Api, arguments: &Arguments, asked: &Asked<'_>) -> anyhow::Result<()> {
    let pictures = asked.image.map(|file| api.query_picture_from_file(file)).transpose()?;
    let pictures = pictures.into_iter().map(|picture| PictureTerm { token: picture.token, weight: 1.0 });
    let mut request = SearchRequest {
        text: asked.words.join(" "),
        pictures: pictures.collect(),
        filters: asked.only.to_vec(),
        sort: asked.sort,
        with_details: asked.why,
        ..SearchRequest::default()
    };
    if asked.closer {
        whole_answer(api, &SearchRequest { limit: 1, with_details: false, ..request.clone() })?;
        api.improve_search(&request)?;
    }
    let (mut found, mut page) = (Vec::new(), None);
    // A reply holds a limited number of products; the user's limit has no such limit.
    while (found.len() as u64) < u64::from(arguments.limit) {
        request.offset = found.len() as u64;
        request.limit = arguments.limit - u32::try_from(found.len()).unwrap_or(arguments.limit);
        let next = whole_answer(api, &request)?;
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
                why: product.listed.as_ref().and_then(|listed| listed.why.clone()),
            });
        }
        page.get_or_insert(next);
    }
    if arguments.json {
        return output::json(&found);
    }
    let is_starter = api.models().is_ok_and(|models| models.is_starter);
    // Words rank whatever there is, but filters may stand among them.
    let is_filtered = api.summary()?.n_products > 0;
    print(&found, page.as_ref(), is_filtered, is_starter);
    Ok(())
}

/// What each part gave, and where the words stand.
fn told(why: &Why) -> String {
    let part = |part: PartName| match part {
        PartName::Look => "look",
        PartName::Matching => "match",
        PartName::Description => "description",
        PartName::Own => "shop's text",
        PartName::Words => "words",
        PartName::CloserLook => "closer look",
    };
    let mut told: Vec<String> =
        why.parts.iter().map(|one| format!("{} {:+.2}", part(one.part), one.gave)).collect();
    for word in &why.words {
        let stands = word.stands.as_deref().map(visible);
        told.push(match (stands, word.place) {
            (Some(stands), Some(WordPlace::Shop)) => {
                format!("{}: the shop says {stands}", visible(&word.word))
            }
            (Some(stands), _) => format!("{}: written as {stands}", visible(&word.word)),
            (None, _) => format!("{}: stands nowhere", visible(&word.word)),
        });
    }
    told.join("; ")
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
        if let Some(why) = &product.why {
            say!("            {}", told(why));
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
        let check = |text, key: &str, value: &str, is_not| {
            let expected = SearchFilter { key: key.to_owned(), value: value.to_owned(), is_not };
            assert_eq!(filter(text), Ok(expected), "{text}");
        };
        check("colour=navy", "colour", "navy", false);
        check("Color = Light Blue", "Color", "Light Blue", false);
        check("-shelf=left", "shelf", "left", true);
        assert!(filter("navy").is_err() && filter("colour=").is_err());
    }
}
