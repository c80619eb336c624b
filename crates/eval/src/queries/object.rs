//! One JSON object.

use serde::Deserialize;

use super::Fault;

/// Reads an object. Told with a fault is its line within `json`, from 0.
///
/// # Errors
/// It is not one: `serde` alone would take a list for an object whose keys are left out.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, (usize, Fault)> {
    if !json.trim_start().starts_with('{') {
        return Err((0, Fault::Json("an object in braces is missing".to_owned())));
    }
    serde_json::from_str(json).map_err(|error| (error.line().saturating_sub(1), Fault::json(&error)))
}
