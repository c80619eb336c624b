//! Work in batches that shrink when a graphics card runs out of memory.
//!
//! In: any number of items and what computes a batch of them. Out: the results in the order of the items.
//!
//! A batch that does not fit is tried again in halves, and the smaller size is kept for as long as the
//! model is loaded: what did not fit once rarely fits later, and every failed attempt costs its time.

use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::Device;
use rayon::prelude::*;

use crate::ModelError;

/// How many items of one kind a model takes at once; part of the loaded model.
#[derive(Debug)]
pub(crate) struct BatchSize(AtomicUsize);

impl BatchSize {
    /// Starts with `n_items`, at least one.
    pub(crate) fn new(n_items: usize) -> Self {
        Self(AtomicUsize::new(n_items.max(1)))
    }

    /// Computes all items, batch after batch; `compute` gives one result for each item of its batch.
    ///
    /// # Errors
    /// What `compute` returns; [`ModelError::OutOfMemory`] only when a single item does not fit.
    pub(crate) fn run<T, R>(
        &self,
        items: &[T],
        mut compute: impl FnMut(&[T]) -> Result<Vec<R>, ModelError>,
    ) -> Result<Vec<R>, ModelError> {
        self.run_at_most(usize::MAX, items, &mut compute)
    }

    /// [`BatchSize::run`] for what costs the same for each item, such as pictures: on a processor each thread takes
    /// some items of a batch and computes them from the first layer to the last, so that none waits for another within
    /// a layer. One item alone is computed by all threads.
    pub(crate) fn run_in_parts<T: Sync, R: Send>(
        &self,
        device: &Device,
        items: &[T],
        compute: impl Fn(&[T]) -> Result<Vec<R>, ModelError> + Sync,
    ) -> Result<Vec<R>, ModelError> {
        self.run(items, |batch| {
            let each = batch.len().div_ceil(rayon::current_num_threads());
            if !device.is_cpu() || each == batch.len() {
                return compute(batch);
            }
            let parts: Result<Vec<Vec<R>>, ModelError> = batch.par_chunks(each).map(&compute).collect();
            Ok(parts?.into_iter().flatten().collect())
        })
    }

    /// [`BatchSize::run`] in batches of at most `most` items, at least one.
    pub(crate) fn run_at_most<T, R>(
        &self,
        most: usize,
        items: &[T],
        mut compute: impl FnMut(&[T]) -> Result<Vec<R>, ModelError>,
    ) -> Result<Vec<R>, ModelError> {
        let mut results = Vec::with_capacity(items.len());
        let mut rest = items;
        while !rest.is_empty() {
            let (batch, after) = rest.split_at(self.get().min(most.max(1)).min(rest.len()));
            match compute(batch) {
                Ok(computed) => {
                    results.extend(computed);
                    rest = after;
                }
                Err(ModelError::OutOfMemory { reason }) if batch.len() > 1 => {
                    let smaller = batch.len() / 2;
                    tracing::warn!(reason, smaller, "the graphics card is full; going on in smaller batches");
                    self.0.fetch_min(smaller, Ordering::Relaxed);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(results)
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> ModelError {
        ModelError::OutOfMemory { reason: "CUDA_ERROR_OUT_OF_MEMORY".to_owned() }
    }

    /// Computes batches of at most `fits` items and notes the size of every attempt.
    fn run(size: &BatchSize, n: u32, fits: usize) -> (Result<Vec<u32>, ModelError>, Vec<usize>) {
        let items: Vec<u32> = (0..n).collect();
        let mut attempts = Vec::new();
        let results = size.run(&items, |batch| {
            attempts.push(batch.len());
            if batch.len() > fits { Err(full()) } else { Ok(batch.iter().map(|i| i * 10).collect()) }
        });
        (results, attempts)
    }

    #[test]
    fn a_batch_that_does_not_fit_is_halved_and_the_size_is_kept() {
        let size = BatchSize::new(16);
        let (results, attempts) = run(&size, 20, 5);
        assert_eq!(results.unwrap(), (0..20).map(|i| i * 10).collect::<Vec<u32>>());
        assert_eq!(attempts, [16, 8, 4, 4, 4, 4, 4]);
        let (results, attempts) = run(&size, 6, 5);
        assert_eq!(results.unwrap().len(), 6);
        assert_eq!(attempts, [4, 2]);
    }

    #[test]
    fn nothing_is_halved_where_everything_fits() {
        let (results, attempts) = run(&BatchSize::new(8), 20, 100);
        assert_eq!(results.unwrap().len(), 20);
        assert_eq!(attempts, [8, 8, 4]);
        let (results, attempts) = run(&BatchSize::new(8), 0, 100);
        assert!(results.unwrap().is_empty() && attempts.is_empty());
    }

    #[test]
    fn a_short_batch_that_fails_shrinks_to_its_half() {
        let size = BatchSize::new(16);
        let (results, attempts) = run(&size, 3, 2);
        assert_eq!(results.unwrap().len(), 3);
        assert_eq!(attempts, [3, 1, 1, 1]);
    }

    #[test]
    fn a_bound_of_the_caller_holds_too() {
        let mut attempts = Vec::new();
        let results = BatchSize::new(4).run_at_most(3, &[1, 2, 3, 4], |batch| {
            attempts.push(batch.len());
            Ok(batch.to_vec())
        });
        assert_eq!(results.unwrap(), [1, 2, 3, 4]);
        assert_eq!(attempts, [3, 1]);
    }

    #[test]
    fn one_item_that_does_not_fit_says_what_to_do() {
        let (results, attempts) = run(&BatchSize::new(4), 4, 0);
        assert_eq!(attempts, [4, 2, 1]);
        let error = results.unwrap_err();
        assert!(matches!(error, ModelError::OutOfMemory { .. }));
        let text = error.to_string();
        assert!(text.contains("graphics card") && text.contains("processor"), "{text}");
    }

    #[test]
    fn other_errors_end_the_work_at_once() {
        let mut n_attempts = 0;
        let result: Result<Vec<()>, _> = BatchSize::new(4).run(&[1, 2, 3], |_| {
            n_attempts += 1;
            Err(ModelError::Compute { reason: "no such kernel".to_owned() })
        });
        assert!(matches!(result, Err(ModelError::Compute { .. })));
        assert_eq!(n_attempts, 1);
    }
}
