//! The queries that one system answers worst, shown.

use std::fmt::Write;

use super::{
    data_uri,
    text::{attribute, escaped, grouped},
};
use crate::retrieval::Retrieved;

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
pub(super) fn section(failures: &Failures) -> String {
    let mut html = format!(
        "<section aria-labelledby=\"worst\"><h2 id=\"worst\">Worst answers of <bdi>{}</bdi></h2>\n\
         <ol class=\"failures\">\n",
        escaped(&failures.system)
    );
    for failure in &failures.list {
        let rank = match failure.first_rank {
            Some(rank) => format!("First relevant photo at rank {}.", grouped(rank)),
            None => "No relevant photo among those that were ranked.".to_owned(),
        };
        let _ = write!(
            html,
            "<li><h3 dir=\"auto\">{}</h3><p class=\"soft\">{rank}</p><div class=\"sides\">",
            escaped(&failure.query)
        );
        html += &side("Expected", &failure.expected);
        html += &side("Came first", &failure.found);
        html += "</div></li>\n";
    }
    html + "</ol></section>\n"
}

fn side(heading: &str, items: &[Shown]) -> String {
    let mut html = format!("<div><h4>{heading}</h4>");
    if items.is_empty() {
        return html + "<p class=\"soft\">Nothing.</p></div>";
    }
    html += "<ul class=\"photos\">";
    for Shown { item, picture } in items {
        let address =
            picture.as_ref().and_then(|picture| data_uri::of_picture(&picture.mime, &picture.bytes));
        html += "<li><figure>";
        match (picture, address) {
            (Some(picture), Some(address)) => {
                let alt = if picture.alt.trim().is_empty() { item } else { &picture.alt };
                let _ = write!(html, "<img src=\"{address}\" alt=\"{}\">", attribute(alt));
            }
            _ => html += "<div class=\"no-photo soft\">No picture</div>",
        }
        let _ = write!(html, "<figcaption dir=\"auto\">{}</figcaption></figure></li>", escaped(item));
    }
    html + "</ul></div>"
}
