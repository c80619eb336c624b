//! The axis of values: from 0 to a round number.

/// From 0 to the smallest round end that holds every value. Measures end at 1; P@10 of queries with one
/// relevant photo ends at 0.1, and bars on an axis to 1 would all look alike.
pub(super) struct Scale {
    end: f64,
}

impl Scale {
    pub(super) fn to(highest: f64) -> Self {
        let ends = [0.05, 0.1, 0.2, 0.5];
        Self { end: ends.into_iter().find(|end| highest <= *end).unwrap_or(1.0) }
    }

    /// The place of a value, from 0 at the beginning of the axis to 1 at its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        (value / self.end).clamp(0.0, 1.0)
    }

    /// Values to write on the axis, with their words.
    pub(super) fn ticks(&self, n_steps: u32) -> Vec<(f64, String)> {
        (0..=n_steps)
            .map(|step| {
                let value = self.end * f64::from(step) / f64::from(n_steps);
                let words = format!("{value:.3}");
                let words = words.trim_end_matches('0').trim_end_matches('.');
                (value, words.to_owned())
            })
            .collect()
    }
}
