//! Errors as a client sees them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of trouble: a client branches on this and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// The named product, picture, folder or file is not there (any more).
    NotFound,
    /// A picture cannot be read.
    BadPicture,
    /// The request makes no sense.
    BadRequest,
    /// No usable models.
    NoModels,
    /// A model failed.
    ModelFailed,
    /// A model pack cannot be used as it is.
    BadPack,
    /// A server cannot be reached, or does not give what was asked for.
    Network,
    /// The library on disk cannot be read or written.
    Storage,
    /// The library cannot be written: nothing can be added or changed.
    ReadOnly,
    /// Another Vitrine has this library open.
    InUse,
    /// The system has no dialog to show.
    NoDialog,
    /// The user stopped it.
    Cancelled,
    /// A fault of Vitrine's own.
    Internal,
}

/// An error that says what happened to what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// The kind.
    pub code: ErrorCode,
    /// A sentence for the user, without jargon.
    pub message: String,
    /// The chain of causes, for a report.
    pub detail: Option<String>,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
