//! A search that learns from the shop.

use crate::{
    Api, convert,
    types::{ApiError, TuningProgress, TuningTrial},
};

impl Api {
    /// Trains a search on this shop and measures what it would bring, on products that it never saw. Nothing is
    /// changed. `go_on` hears how far it is, and ends it with false.
    pub fn try_tuning(
        &self,
        seed: u64,
        go_on: &dyn Fn(TuningProgress) -> bool,
    ) -> Result<TuningTrial, ApiError> {
        let trial = self.library.try_tuning(seed, &|progress| go_on(convert::tuning_progress(progress)))?;
        Ok(convert::tuning_trial(trial))
    }
}
