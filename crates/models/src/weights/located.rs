//! Where each tensor lies: what both file formats are read into.

use std::collections::HashMap;
use std::ops::Range;

use candle_core::DType;

use super::mapped::MappedFile;

/// A tensor that was found in a file and not read yet. Its bytes lie inside the file, and there are as
/// many as its shape and type need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    /// Index into [`Files::parts`].
    pub(super) part: usize,
    /// `None` for types that no model here uses.
    pub(super) dtype: Option<DType>,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Range<usize>,
    /// Whether the numbers stand in the order of the shape, the last dimension closest together.
    pub(super) in_order: bool,
}

/// The weights of one folder: its files, and the tensors in them by name.
pub(super) struct Files {
    pub(super) parts: Vec<MappedFile>,
    pub(super) tensors: HashMap<String, Located>,
}
