//! What can go wrong with a model, told so that a person can act on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An error of this crate. Every variant that concerns a file names that file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The operating system would not let us read a file.
    #[error("{} cannot be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// `pack.toml` does not describe a model pack.
    #[error("{} is not a valid model pack description: {reason}", path.display())]
    Pack {
        /// The `pack.toml`.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// A file that the pack lists, or that a model needs, is absent.
    #[error("{} is missing from the model pack; copy or download the pack again", path.display())]
    MissingFile {
        /// The file.
        path: PathBuf,
    },
    /// A file has another length than the pack says.
    #[error(
        "{} is incomplete or was changed ({found_bytes} bytes where the pack lists {expected_bytes}); \
         copy or download the pack again",
        path.display()
    )]
    WrongSize {
        /// The file.
        path: PathBuf,
        /// Length according to `pack.toml`.
        expected_bytes: u64,
        /// Length on disk.
        found_bytes: u64,
    },
    /// A file has another SHA-256 than the pack says.
    #[error("{} is damaged (its checksum differs from the pack's list); copy or download the pack again", path.display())]
    WrongChecksum {
        /// The file.
        path: PathBuf,
    },
    /// The pack has no model for what was asked.
    #[error("the model pack in {} holds no {role} model", path.display())]
    NoModel {
        /// The pack's folder.
        path: PathBuf,
        /// `search` or `description`.
        role: &'static str,
    },
    /// A configuration file cannot be used.
    #[error("{} cannot be used: {reason}", path.display())]
    Config {
        /// `config.json`, `preprocessor_config.json`.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// The folder holds a model of a kind that this program does not run.
    #[error("{} describes a model of the kind {found}; this program runs {expected} here", path.display())]
    UnsupportedArchitecture {
        /// The `config.json`.
        path: PathBuf,
        /// What it names.
        found: String,
        /// What would work.
        expected: &'static str,
    },
    /// The weights file cannot be opened or is not in a known format.
    #[error("the model weights in {} cannot be read: {reason}", path.display())]
    Weights {
        /// The weights file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A tensor that `config.json` calls for is not in the weights file.
    #[error("{} does not fit its config.json: the tensor {tensor} is missing", path.display())]
    MissingTensor {
        /// The weights file.
        path: PathBuf,
        /// Name of the tensor.
        tensor: String,
    },
    /// A tensor has another shape than `config.json` calls for.
    #[error(
        "{} does not fit its config.json: the tensor {tensor} has the shape {found:?} instead of {expected:?}",
        path.display()
    )]
    WrongShape {
        /// The weights file.
        path: PathBuf,
        /// Name of the tensor.
        tensor: String,
        /// Shape according to `config.json`.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// The tokenizer's files cannot be used.
    #[error("the word list {} cannot be used: {reason}", path.display())]
    Tokenizer {
        /// `tokenizer.json`, `vocab.json`, `merges.txt` or `vocab.txt`.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A picture was prepared for another model.
    #[error("a picture was prepared at {found} pixels a side, but the model takes {expected}")]
    PixelSize {
        /// The model's side in pixels.
        expected: u32,
        /// The picture's side in pixels.
        found: u32,
    },
    /// A line of a list of terms cannot be used.
    #[error("{list}, line {line}: {reason}")]
    TermList {
        /// The file, or the name of a list that ships.
        list: String,
        /// From 1 on.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be a list of terms.
    #[error("{} cannot be used as a list of terms: {reason}", path.display())]
    TermFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The vectors of a list of terms do not fit.
    #[error("the prepared vectors of the term list {table} cannot be used: {reason}")]
    TermVectors {
        /// Name of the list.
        table: String,
        /// Why.
        reason: String,
    },
    /// Pictures that one model has read were handed to a model that reads pictures otherwise.
    #[error(
        "these pictures were read by another model; read them again with the model that is asked about them"
    )]
    ForeignImageTokens,
    /// The prompt leaves no room for a caption.
    #[error("the prompt is {n_tokens} tokens long; at most {max_tokens} fit before a caption")]
    PromptTooLong {
        /// Length with the start token.
        n_tokens: usize,
        /// The longest that works.
        max_tokens: usize,
    },
    /// No memory is left, of the graphics card or of the machine, not even for one picture or text at a time.
    #[error(
        "there is too little free memory for this model ({reason}): close other programs, choose a smaller \
         model or, where it is the graphics card's, let the processor do the work"
    )]
    OutOfMemory {
        /// The driver's or the system's message.
        reason: String,
    },
    /// The arithmetic itself failed: a device that went away, or one that lacks an operation.
    #[error("the model could not be computed: {reason}")]
    Compute {
        /// The backend's message.
        reason: String,
    },
    /// The model could not be loaded; every request to its thread gets this answer.
    #[error("{0}")]
    Load(Arc<ModelError>),
    /// A request made the model's thread panic; the thread goes on with the next request.
    #[error("the model {thread} stopped on this request: {message}")]
    Panicked {
        /// Name of the thread.
        thread: String,
        /// The panic's message.
        message: String,
    },
    /// The model's thread has ended.
    #[error("the model {thread} is no longer running")]
    ThreadGone {
        /// Name of the thread.
        thread: String,
    },
}

impl ModelError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::MissingFile { path: path.to_path_buf() },
            std::io::ErrorKind::OutOfMemory => Self::OutOfMemory { reason: source.to_string() },
            _ => Self::Io { path: path.to_path_buf(), source },
        }
    }

    pub(crate) fn config(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Config { path: path.to_path_buf(), reason: reason.to_string() }
    }
}

impl From<candle_core::Error> for ModelError {
    fn from(error: candle_core::Error) -> Self {
        let reason = error.to_string();
        if is_out_of_memory(&reason) { Self::OutOfMemory { reason } } else { Self::Compute { reason } }
    }
}

/// Whether a backend's message says that the device's memory is full. candle hands on what the drivers
/// say, in types that exist only in builds for those devices, so the words are what there is: CUDA's and
/// cuBLAS's status names, and Metal's for a buffer that cannot be made or that ran out while computing.
pub(crate) fn is_out_of_memory(message: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "cuda_error_out_of_memory",
        "cublas_status_alloc_failed",
        "out of memory",
        "outofmemory",
        "insufficient memory",
        "failed to create metal resource: buffer",
        "failedtocreateresource",
    ];
    let message = message.to_ascii_lowercase();
    SIGNS.iter().any(|sign| message.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_graphics_card_is_told_from_other_faults() {
        let check = |error: candle_core::Error, full: bool| {
            let error = ModelError::from(error);
            assert_eq!(matches!(error, ModelError::OutOfMemory { .. }), full, "{error}");
        };
        let cuda = |text: &str| candle_core::Error::Cuda(text.into());
        check(cuda("DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")"), true);
        check(cuda("DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")").bt(), true);
        check(cuda("CublasError(CUBLAS_STATUS_ALLOC_FAILED)"), true);
        check(
            cuda("DriverError(CUDA_ERROR_ILLEGAL_ADDRESS, \"an illegal memory access was encountered\")"),
            false,
        );
        let metal = "Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)";
        check(candle_core::Error::Msg(metal.to_owned()), true);
        check(candle_core::Error::Msg("missing kernel".to_owned()), false);
    }
}
