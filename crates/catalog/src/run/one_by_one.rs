//! One bad picture must not cost its batch.

use vitrine_models::ModelError;

/// Asks a model about a batch, and when it fails about each picture alone: one answer an input,
/// in order.
pub(super) fn answers<T, A>(
    inputs: &[T],
    ask: &impl Fn(&[T]) -> Result<Vec<A>, ModelError>,
) -> Vec<Result<A, ModelError>> {
    match ask(inputs) {
        Ok(all) => all.into_iter().map(Ok).collect(),
        Err(error) if inputs.len() == 1 => vec![Err(error)],
        Err(_) => inputs.iter().flat_map(|one| answers(std::slice::from_ref(one), ask)).collect(),
    }
}
