//! The engine's errors in the merchant's words.

use vitrine_catalog::CatalogError;

use crate::types::{ApiError, ErrorCode};

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        let (code, message) = match &error {
            CatalogError::Library { folder, reason } => {
                (ErrorCode::Storage, format!("The library in {} cannot be used: {reason}.", folder.display()))
            }
            CatalogError::InUse(folder) => (
                ErrorCode::InUse,
                format!(
                    "Another Vitrine is working in the library {}. Close it, then try again.",
                    folder.display()
                ),
            ),
            CatalogError::ReadOnly(folder) => (
                ErrorCode::ReadOnly,
                format!(
                    "The library in {} cannot be written, so nothing can be added or changed. Searching and \
                     browsing work.",
                    folder.display()
                ),
            ),
            CatalogError::NotYetSearchable => (
                ErrorCode::NotFound,
                "This photo cannot be searched with yet. Wait until indexing has come to it.".to_owned(),
            ),
            CatalogError::TooLong { what, limit } => {
                (ErrorCode::BadRequest, format!("{what} may have at most {limit} letters. Shorten them."))
            }
            CatalogError::BadFilter { key, reason } => {
                (ErrorCode::BadRequest, format!("The filter {key} cannot be used: {reason}."))
            }
            CatalogError::NoName => {
                (ErrorCode::BadRequest, "Give the search a name, so that you find it again.".to_owned())
            }
            CatalogError::NothingChosen => {
                (ErrorCode::BadRequest, "No product is chosen. Choose one or more first.".to_owned())
            }
            CatalogError::NothingWritten => {
                (ErrorCode::BadRequest, "There are no words to approve. Write some first.".to_owned())
            }
            CatalogError::ShowAgain => (
                ErrorCode::BadRequest,
                "The list changed since it was shown. Look at it again, then approve.".to_owned(),
            ),
            CatalogError::NothingDecided => (
                ErrorCode::BadRequest,
                "No words are approved yet. Approve or edit some under Review first.".to_owned(),
            ),
            CatalogError::BadList { name, reason } => (ErrorCode::BadRequest, format!("{name}: {reason}")),
            CatalogError::BadTemplate(problem) => (ErrorCode::BadRequest, problem.to_string()),
            CatalogError::Unwritable { file, reason } => (
                ErrorCode::Storage,
                format!(
                    "{} cannot be written: {reason}. Choose another place or close what has it open.",
                    file.display()
                ),
            ),
            CatalogError::AsksForNothing => (
                ErrorCode::BadRequest,
                "The words and pictures of this search cancel each other out. Leave out one of them."
                    .to_owned(),
            ),
            CatalogError::NoSuchPath(path) => (
                ErrorCode::NotFound,
                format!("{} does not exist or cannot be reached. Check the name.", path.display()),
            ),
            CatalogError::NoSuchProduct => {
                (ErrorCode::NotFound, "This product is no longer in the catalog.".to_owned())
            }
            CatalogError::NoSuchTuning => (
                ErrorCode::NotFound,
                "Nothing that searches learnt with these models is kept under this number.".to_owned(),
            ),
            CatalogError::UselessTuning(verdict) => {
                (ErrorCode::BadRequest, format!("Searches cannot go by it. {verdict}"))
            }
            CatalogError::TuningInUse => {
                (ErrorCode::InUse, "Searches go by it. Go back first, then forget it.".to_owned())
            }
            CatalogError::BadSearchLog { .. } => (ErrorCode::BadRequest, sentence(&error.to_string())),
            CatalogError::AlreadyLearning => (ErrorCode::InUse, sentence(&error.to_string())),
            CatalogError::NoSuchSource => {
                (ErrorCode::NotFound, "This folder is no longer in the catalog.".to_owned())
            }
            CatalogError::NoSuchQueryPicture => {
                (ErrorCode::NotFound, "The picture to search with is gone. Add it again.".to_owned())
            }
            CatalogError::BadPicture { name, skip } => (ErrorCode::BadPicture, format!("{name}: {skip}")),
            CatalogError::ReadingLists { n_done, n_total } => {
                let how_far = if *n_done > 0 {
                    format!(" {n_done} of {n_total} words are read.")
                } else {
                    String::new()
                };
                let words = sentence(&error.to_string());
                (ErrorCode::InUse, format!("{words}{how_far} Try again when the run describes photos."))
            }
            CatalogError::NoModels(reason) => (ErrorCode::NoModels, reason.clone()),
            // Its words name the file and the way out.
            CatalogError::Model(error) => (ErrorCode::ModelFailed, sentence(&error.to_string())),
            CatalogError::Database(_) | CatalogError::Index(_) | CatalogError::Io { .. } => (
                ErrorCode::Storage,
                "The library could not be read or written. Check that the disk has room and try again."
                    .to_owned(),
            ),
            CatalogError::Cancelled => (ErrorCode::Cancelled, "Cancelled.".to_owned()),
        };
        Self { code, message, detail: Some(chain(&error)) }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
