//! Places of a text that become something else, and all other bytes as they were.

use std::ops::Range;

use super::WriteProblem;
use crate::{source::Source, text};

/// A place of the text and what stands there then.
pub(super) struct Edit {
    pub(super) at: Range<usize>,
    pub(super) text: String,
    /// Whether letters that the encoding lacks may become entities.
    pub(super) has_entities: bool,
    pub(super) line: u64,
    pub(super) column: String,
}

/// The file with these edits.
pub(super) fn apply(
    bytes: &[u8],
    source: &Source<'_>,
    mut edits: Vec<Edit>,
) -> Result<Vec<u8>, WriteProblem> {
    edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
    // Places that overlap are one place that two wishes meant: the first is kept.
    let mut end = 0;
    edits.retain(|edit| {
        let is_apart = edit.at.start >= end;
        end = end.max(edit.at.end);
        is_apart
    });
    let places: Vec<usize> = edits.iter().flat_map(|edit| [edit.at.start, edit.at.end]).collect();
    let offsets = source.text.byte_offsets(bytes, &places);
    let mut written = Vec::with_capacity(bytes.len() + edits.len() * 64);
    let mut from = 0;
    for (edit, offsets) in edits.iter().zip(offsets.chunks_exact(2)) {
        let (start, end) = (offsets[0], offsets[1]);
        written.extend_from_slice(&bytes[from..start]);
        let encoding = source.text.encoding;
        let new =
            text::encode(&edit.text, encoding, edit.has_entities).map_err(|text::Unwritable(sign)| {
                WriteProblem::Unwritable {
                    line: edit.line,
                    column: edit.column.clone(),
                    sign,
                    encoding: encoding.name(),
                }
            })?;
        written.extend_from_slice(&new);
        from = end;
    }
    written.extend_from_slice(&bytes[from..]);
    Ok(written)
}
