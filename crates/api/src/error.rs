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
            CatalogError::NoSuchPath(path) => (
                ErrorCode::NotFound,
                format!("{} does not exist or cannot be reached. Check the name.", path.display()),
            ),
            CatalogError::NoSuchProduct => {
                (ErrorCode::NotFound, "This product is no longer in the catalog.".to_owned())
            }
            CatalogError::NoSuchSource => {
                (ErrorCode::NotFound, "This folder is no longer in the catalog.".to_owned())
            }
            CatalogError::NoSuchQueryPicture => {
                (ErrorCode::NotFound, "The picture to search with is gone. Add it again.".to_owned())
            }
            CatalogError::BadPicture { name, skip } => (ErrorCode::BadPicture, format!("{name}: {skip}")),
            CatalogError::NoModels(reason) => (ErrorCode::NoModels, reason.clone()),
            CatalogError::Model(_) => (
                ErrorCode::ModelFailed,
                "The models could not do this. Try again; if it stays so, install Vitrine again.".to_owned(),
            ),
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
