//! The queries that one system answers worst, shown.

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{Markup, html};

use super::text::{grouped, printable};
use crate::retrieval::Retrieved;

/// Picture formats that browsers show as pictures and nothing else; SVG is a document.
const PICTURES: [&str; 7] =
    ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp", "image/jxl"];

/// The worst answers of a system, to be shown on the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failures {
    /// The system's name.
    pub system: String,
    /// The worst first, as [`worst`] gives them.
    pub list: Vec<Failure>,
}

/// A query, what it should have found, and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// The query.
    pub query: String,
    /// The rank, from 1, of the first relevant item, if one was ranked.
    pub first_rank: Option<usize>,
    /// Relevant items, or some of them.
    pub expected: Vec<Shown>,
    /// What came first, best first.
    pub found: Vec<Shown>,
}

/// An item on the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub item: String,
    /// Its picture; without one the name alone is shown.
    pub picture: Option<Picture>,
}

/// A picture, to be put into the page: small ones, since each stands there whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its type: `image/jpeg`, `png`, `webp`, `gif`, `avif`, `bmp` or `jxl`. Others are not shown.
    pub mime: String,
    /// What is said in place of the picture to those who do not see it. If it is empty, the item's name is.
    pub alt: String,
}

/// The places of the `n` queries that were answered worst: those whose first relevant item was not ranked or
/// came late, and of these the ones of low average precision; of equals, those that were asked first. What
/// was answered perfectly, or has no answer, is never among them.
#[must_use]
pub fn worst(retrieved: &[Retrieved], n: usize) -> Vec<usize> {
    let has_failed = |one: &Retrieved| one.n_relevant() > 0 && !one.is_perfect();
    let mut places: Vec<usize> = (0..retrieved.len()).filter(|at| has_failed(&retrieved[*at])).collect();
    places.sort_by(|a, b| retrieved[*a].compare(&retrieved[*b]));
    places.truncate(n);
    places
}

/// The part of the page that shows them.
pub(super) fn section(failures: &Failures) -> Markup {
    let rank = |failure: &Failure| match failure.first_rank {
        Some(rank) => format!("First relevant photo at rank {}.", grouped(rank)),
        None => "No relevant photo among those that were ranked.".to_owned(),
    };
    html! {
        section aria-labelledby="worst" {
            h2 id="worst" { "Worst answers of " bdi { (printable(&failures.system)) } }
            ol.failures {
                @for failure in &failures.list {
                    li {
                        h3 dir="auto" { (printable(&failure.query)) }
                        p.soft { (rank(failure)) }
                        div.sides {
                            (side("Expected", &failure.expected))
                            (side("Came first", &failure.found))
                        }
                    }
                }
            }
        }
    }
}

fn side(heading: &str, items: &[Shown]) -> Markup {
    html! {
        div {
            h4 { (heading) }
            @if items.is_empty() { p.soft { "Nothing." } }
            @else {
                ul.photos {
                    @for Shown { item, picture } in items {
                        li {
                            figure {
                                @match picture.as_ref().and_then(|picture| Some((picture, address(picture)?))) {
                                    Some((picture, address)) => {
                                        @let alt = if picture.alt.trim().is_empty() { item } else { &picture.alt };
                                        img src=(address) alt=(printable(alt));
                                    }
                                    None => div.no-photo.soft { "No picture" },
                                }
                                figcaption dir="auto" { (printable(item)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A picture within the page (RFC 2397); none of what is not a picture by its type.
fn address(picture: &Picture) -> Option<String> {
    let mime = PICTURES.iter().find(|known| known.eq_ignore_ascii_case(&picture.mime))?;
    Some(format!("data:{mime};base64,{}", STANDARD.encode(&picture.bytes)))
}

#[cfg(test)]
mod tests {
    use super::{Picture, address};

    #[test]
    fn only_pictures_become_addresses() {
        let check = |mime: &str, expected: Option<&str>| {
            let picture = Picture { bytes: b"f".to_vec(), mime: mime.to_owned(), alt: String::new() };
            assert_eq!(address(&picture).as_deref(), expected);
        };
        check("image/png", Some("data:image/png;base64,Zg=="));
        check("IMAGE/PNG", Some("data:image/png;base64,Zg=="));
        check("image/svg+xml", None);
        check("text/html", None);
        check("image/png\" onerror=\"x", None);
    }
}
