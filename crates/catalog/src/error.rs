//! What can go wrong in the engine, named for what the caller can do about it.

use std::path::PathBuf;

/// An error of the engine. Trouble with one photo is no error: it is a
/// [`crate::photo::Skip`], kept in the list of skipped files.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The library's folder or database cannot be read or written.
    #[error("the library in {folder} cannot be used: {reason}")]
    Library {
        /// The library's folder.
        folder: PathBuf,
        /// What stood in the way.
        reason: String,
    },
    /// The library's disk or folder cannot be written: it can be read, and nothing can be added.
    #[error("the library in {0} cannot be written, so nothing can be added or changed")]
    ReadOnly(PathBuf),
    /// Another process indexes into this library.
    #[error("another Vitrine is working in the library {0}; close it first")]
    InUse(PathBuf),
    /// The database failed.
    #[error("the library's database failed")]
    Database(#[from] rusqlite::Error),
    /// A file that the user named is not there.
    #[error("{0} does not exist or cannot be reached")]
    NoSuchPath(PathBuf),
    /// The named product is not in the catalog (any more).
    #[error("this product is no longer in the catalog")]
    NoSuchProduct,
    /// The product whose photo is the query has no vector yet.
    #[error("this photo cannot be searched with yet; indexing has not come to it")]
    NotYetSearchable,
    /// The parts of a query cancel each other out.
    #[error("the words and pictures of this search cancel each other out; leave out one of them")]
    AsksForNothing,
    /// A filter that was chosen is none.
    #[error("the filter {key} cannot be used: {reason}")]
    BadFilter {
        /// Its key.
        key: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// Something needs a name and has none.
    #[error("the search needs a name")]
    NoName,
    /// Something is to be done with products, and none is named.
    #[error("no product is chosen")]
    NothingChosen,
    /// A description is to be approved, and there are no words.
    #[error("there are no words to approve; write some first")]
    NothingWritten,
    /// All of a filter is to be approved, and something else was shown last.
    #[error("the list changed since it was shown; look at it again, then approve")]
    ShowAgain,
    /// A rule for descriptions cannot be followed.
    #[error("this rule cannot be followed. {0}")]
    BadTemplate(crate::review::TemplateProblem),
    /// Nobody approved or wrote any words yet that could go out.
    #[error("no words are approved yet")]
    NothingDecided,
    /// A product list brings nothing.
    #[error("{name}: {reason}")]
    BadList {
        /// The file's name.
        name: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A file that a person named cannot be written.
    #[error("{file} cannot be written: {reason}")]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// A text is longer than what can be worked with.
    #[error("{what} may have at most {limit} letters")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its limit in letters.
        limit: usize,
    },
    /// The named folder is not in the catalog (any more).
    #[error("this folder is no longer in the catalog")]
    NoSuchSource,
    /// The query picture's token is unknown.
    #[error("the picture to search with is gone; add it again")]
    NoSuchQueryPicture,
    /// A picture given as a query, or shown large, cannot be read.
    #[error("{name} cannot be read: {skip}")]
    BadPicture {
        /// The file's name.
        name: String,
        /// Why.
        skip: crate::photo::Skip,
    },
    /// What searches learnt at some time is not there (any more), or not for these models.
    #[error("no search that learnt from this shop is kept under this number")]
    NoSuchTuning,
    /// It was found to be of no use, so it was not kept.
    #[error("this one was found to be of no use: {0}")]
    UselessTuning(String),
    /// A file is no log of searches, or says nothing of this catalog.
    #[error("{name} cannot be used as a log of searches: {reason}")]
    BadSearchLog {
        /// The file.
        name: String,
        /// Why, and what would help.
        reason: String,
    },
    /// Searches are learning already.
    #[error("searches are learning already; wait for the end of that, or stop it")]
    AlreadyLearning,
    /// Searches go by it.
    #[error("searches go by it; go back first")]
    TuningInUse,
    /// What was asked for needs the word lists, which are being read: once for a pack, minutes with a large one. Of so many
    /// words so many are read; 0 of 0 where another reads them.
    #[error(
        "the word lists are read first, which is done once for a pack and takes minutes with a large one"
    )]
    ReadingLists {
        /// Words that are read.
        n_done: usize,
        /// All words.
        n_total: usize,
    },
    /// No usable model pack.
    #[error("{0}")]
    NoModels(String),
    /// A model failed.
    #[error("a model failed")]
    Model(#[from] vitrine_models::ModelError),
    /// The vector index failed.
    #[error("the search index failed")]
    Index(#[from] vitrine_index::IndexError),
    /// The operating system failed.
    #[error("{what} failed")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// The user cancelled the run.
    #[error("cancelled")]
    Cancelled,
}

impl From<vitrine_jobs::Cancelled> for CatalogError {
    fn from(_: vitrine_jobs::Cancelled) -> Self {
        Self::Cancelled
    }
}

impl CatalogError {
    /// The error with its causes, as one line.
    pub(crate) fn with_causes(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            line = format!("{line}: {error}");
            cause = error.source();
        }
        line
    }

    /// For `map_err`: an I/O error with what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what: what.into(), source }
    }
}
